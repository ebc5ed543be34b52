//! A program of the system: run without a shell, with a time limit and bounded output, killed when its caller is gone.

use mediagen_core::{Context, Deadline, Error, ErrorKind, Result};
use std::{
    ffi::{OsStr, OsString},
    path::Path,
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
};

/// The most that is kept of what a program complains.
const MAX_COMPLAINT: usize = 4096;
/// How often the size of what it writes is looked at.
const WATCH: Duration = Duration::from_millis(100);

/// One run of a program.
#[derive(Debug)]
pub(crate) struct Program {
    name: OsString,
    timeout: Duration,
    max_output: usize,
    args: Vec<OsString>,
}

/// The argument that names the file at `path` and nothing else: neither an option, nor a protocol, nor a pattern.
pub(crate) fn file_argument(path: &Path) -> OsString {
    let mut argument = OsString::from("file:");
    argument.push(path);
    argument
}

impl Program {
    /// `name` is a path or is found as the system finds programs; more than `max_output` bytes of answer are an error.
    pub(crate) fn new(name: &OsStr, timeout: Duration, max_output: usize) -> Self {
        Self { name: name.to_owned(), timeout, max_output, args: Vec::new() }
    }

    /// Adds arguments; each goes to the program as it is.
    pub(crate) fn args<A: Into<OsString>>(&mut self, args: impl IntoIterator<Item = A>) {
        self.args.extend(args.into_iter().map(Into::into));
    }

    /// Adds one argument.
    pub(crate) fn arg(&mut self, arg: impl Into<OsString>) {
        self.args.push(arg.into());
    }

    /// Runs it and returns its standard output.
    ///
    /// # Errors
    /// `Unsupported` when the program is not there, `Timeout`, `Cancelled`, `InvalidInput` with its complaint when it
    /// fails, `InvalidResponse` when it says too much, `Io`.
    pub(crate) async fn output(&self, cx: &Context) -> Result<Vec<u8>> {
        self.guarded(cx, std::future::pending()).await
    }

    /// Runs it and stops it once the file at `path` is longer than `max_bytes`.
    ///
    /// # Errors
    /// Those of [`Program::output`]; `Transfer` for too long a file.
    pub(crate) async fn writing(&self, cx: &Context, path: &Path, max_bytes: u64) -> Result<()> {
        let watch = async {
            loop {
                cx.clock().sleep(WATCH).await;
                if tokio::fs::metadata(path).await.is_ok_and(|file| file.len() > max_bytes) {
                    return too_long(max_bytes);
                }
            }
        };
        self.guarded(cx, watch).await.map(drop)
    }

    async fn guarded(&self, cx: &Context, watch: impl Future<Output = Error>) -> Result<Vec<u8>> {
        let child = self.spawn()?;
        let work = async {
            let (work, watch) = (std::pin::pin!(self.wait(child)), std::pin::pin!(watch));
            match futures_util::future::select(work, watch).await {
                futures_util::future::Either::Left((answer, _)) => answer,
                futures_util::future::Either::Right((error, _)) => Err(error),
            }
        };
        let limited = async { cx.within(self.timeout, work).await };
        let stopped = || Error::new(ErrorKind::Cancelled, format!("`{}` was stopped by the caller", self.shown()));
        match cx.until_cancelled(Box::pin(limited)).await.map_err(|_| stopped())? {
            Some(answer) => answer,
            None => Err(Error::new(
                ErrorKind::Timeout(Deadline::Run),
                format!("`{}` did not end within {} s and was stopped", self.shown(), self.timeout.as_secs_f64()),
            )),
        }
    }

    fn shown(&self) -> String {
        Path::new(&self.name).file_name().unwrap_or(&self.name).to_string_lossy().into_owned()
    }

    fn spawn(&self) -> Result<Child> {
        let mut command = Command::new(&self.name);
        command.args(&self.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // It would write a log of the arguments somewhere.
        command.env_remove("FFREPORT");
        command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                Error::new(ErrorKind::Unsupported, format!("the program `{}` is not installed", self.shown()))
                    .with_hint("install ffmpeg (it brings `ffmpeg` and `ffprobe`) and see that it is in the PATH")
            }
            _ => Error::new(ErrorKind::Io, format!("the program `{}` cannot be started", self.shown()))
                .with_source(error),
        })
    }

    async fn wait(&self, mut child: Child) -> Result<Vec<u8>> {
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let answer = async { keep(stdout, self.max_output).await };
        let complaint = async { keep(stderr, MAX_COMPLAINT).await };
        let (answer, complaint) = futures_util::future::join(answer, complaint).await;
        let io = |error| Error::new(ErrorKind::Io, format!("`{}` was lost", self.shown())).with_source(error);
        let status = child.wait().await.map_err(io)?;
        let (answer, (complaint, _)) = (answer.map_err(io)?, complaint.map_err(io)?);
        if !status.success() {
            let said = String::from_utf8_lossy(&complaint);
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("without a word");
            let last: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
            return Err(Error::new(ErrorKind::InvalidInput, format!("`{}` failed: {last}", self.shown())));
        }
        match answer {
            (answer, false) => Ok(answer),
            (_, true) => Err(Error::new(
                ErrorKind::InvalidResponse,
                format!("`{}` answered more than {} bytes", self.shown(), self.max_output),
            )),
        }
    }
}

/// The error of a result that is longer than allowed.
pub(crate) fn too_long(max_bytes: u64) -> Error {
    Error::new(ErrorKind::Transfer, format!("the result is longer than the {max_bytes} bytes that are allowed"))
        .with_hint("raise `max_bytes`, or ask for a smaller format")
}

/// The first `most` bytes of `from`, and whether there were more; all of it is read, so that the program can end.
async fn keep(from: Option<impl AsyncRead + Unpin>, most: usize) -> std::io::Result<(Vec<u8>, bool)> {
    let (mut kept, mut more) = (Vec::new(), false);
    let Some(mut from) = from else { return Ok((kept, more)) };
    let mut chunk = [0; 4096];
    loop {
        let count = from.read(&mut chunk).await?;
        if count == 0 {
            return Ok((kept, more));
        }
        let room = count.min(most - kept.len());
        kept.extend_from_slice(&chunk[..room]);
        more |= room < count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_an_option_or_a_protocol() {
        for name in ["-i", "-version.mp4", "http://host/a.mp4", "concat:a|b", "pipe:0", "%03d.png"] {
            assert_eq!(file_argument(Path::new(name)), OsString::from(format!("file:{name}")));
        }
    }
}
