//! Running a plan.

use crate::{CastJob, CastSource, Plan, Spending, check};
use mediagen_assets::{Asset, Target, name};
use mediagen_core::{Context, Deadline, Error, ErrorKind, FieldProblem, ProblemCode, Result};
use mediagen_disk::{blocking, sync_folder};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::TempPath;

impl Plan {
    /// Runs the steps and puts the result into `target`, under a name that no other file has. Every step's result is
    /// measured and must be what was asked for. After an error, a cancellation or a dropped future nothing is left.
    ///
    /// # Errors
    /// `InvalidInput` for a paid step without [`Spending::Allow`], before anything runs, and for a source that changed
    /// since it was measured or that the converter refuses; `Unsupported` (with a hint what to install) when a program
    /// is missing; `InvalidResponse` when a converter wrote something else; `Transfer` for too large a result;
    /// `Timeout`; `Cancelled`; `Io`.
    pub async fn run(&self, cx: &Context, target: &Target) -> Result<Asset> {
        self.check_spending()?;
        let (source, dir) = (self.source.clone(), target.dir().to_owned());
        blocking(move || {
            check_source(&source)?;
            std::fs::create_dir_all(&dir).map_err(|e| name::unwritable(&dir).with_source(e))
        })
        .await?;
        let mut current = self.source.clone();
        let mut made: Option<TempPath> = None;
        for step in &self.steps {
            let dir = target.dir().to_owned();
            let output = blocking(move || empty_file(&dir)).await?;
            let job = CastJob {
                input: &current.path,
                from: step.from,
                facts: &current.facts,
                output: &output,
                to: step.to,
                options: &self.options,
            };
            let limit = self.options.timeout;
            let running = cx.within(limit, step.entry.run(cx, job));
            let stopped = |_| Error::new(ErrorKind::Cancelled, "the cast was stopped by the caller");
            let late = || {
                let message = format!("the cast did not end within {} s and was stopped", limit.as_secs_f64());
                Error::new(ErrorKind::Timeout(Deadline::Run), message)
            };
            let ended = cx.until_cancelled(running).await.map_err(stopped)?.ok_or_else(late)?;
            ended.map_err(|error| error.with("converter", step.entry.id))?;
            let path = output.to_path_buf();
            let (before, to, options) = (current, step.to, self.options.clone());
            current = blocking(move || {
                let mut found = CastSource::open_now(path)?;
                check::check(&found, &before, to, &options)?;
                found.kind = to;
                Ok(found)
            })
            .await
            .map_err(|error| error.with("converter", step.entry.id))?;
            made = Some(output);
        }
        let Some(made) = made else {
            return Err(Error::new(ErrorKind::Unexpected, "a plan without a step"));
        };
        let target = target.clone();
        let path = blocking(move || publish(made, &target, current.kind.extension)).await?;
        Ok(Asset::measured(path, current.facts).with_media_type(current.kind.media_type))
    }

    fn check_spending(&self) -> Result<()> {
        let Some(paid) = self.steps.iter().find(|step| step.entry.is_paid) else { return Ok(()) };
        if self.options.spending == Spending::Allow {
            return Ok(());
        }
        let message = format!("the step `{}` costs money, and spending was not allowed", paid.entry.id);
        Err(Error::new(ErrorKind::InvalidInput, message)
            .with_field(
                FieldProblem::new("spending", "`Refuse`; a paid step needs `Allow`").with_code(ProblemCode::Conflict),
            )
            .with_hint("look at the plan, then allow spending explicitly"))
    }
}

/// Refuses a source that changed since it was measured. Blocking.
fn check_source(source: &CastSource) -> Result<()> {
    let path = source.path.display();
    let about = std::fs::metadata(&source.path)
        .map_err(|e| Error::new(ErrorKind::Io, format!("`{path}` cannot be read")).with_source(e))?;
    let bytes = about.len();
    let Some(was) = source.facts.bytes.filter(|was| *was != bytes) else { return Ok(()) };
    let message = format!("`{path}` has {bytes} bytes, and had {was} when the cast was planned");
    Err(Error::new(ErrorKind::InvalidInput, message))
}

/// A new file in `dir` that goes away by itself.
fn empty_file(dir: &Path) -> Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cast-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The result becomes a usual file; the process's mask applies.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(dir).map_err(|e| name::unwritable(dir).with_source(e))?;
    Ok(file.into_temp_path())
}

/// Gives the finished file its name.
fn publish(made: TempPath, target: &Target, extension: &str) -> Result<PathBuf> {
    let file = std::fs::File::open(&made).map_err(|e| name::unwritable(target.dir()).with_source(e))?;
    file.sync_all().map_err(|e| name::unwritable(target.dir()).with_source(e))?;
    let (path, claimed) = name::claim(target.dir(), &target.stem(extension)?, extension)?;
    drop((file, claimed));
    match made.persist(&path) {
        Ok(()) => {
            sync_folder(target.dir());
            Ok(path)
        }
        Err(error) => {
            // Only the empty file that holds the name is there.
            let _ = std::fs::remove_file(&path);
            Err(name::unwritable(target.dir()).with_source(error.error))
        }
    }
}

/// Stops blocking work when dropped.
#[derive(Debug, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// What the work looks at now and then: `Cancelled` once its caller is gone.
    pub(super) fn watched(&self) -> impl Fn() -> Result<()> + Send + 'static {
        let flag = Arc::clone(&self.0);
        move || {
            if flag.load(Ordering::Relaxed) {
                return Err(Error::new(ErrorKind::Cancelled, "the caller of this conversion is gone"));
            }
            Ok(())
        }
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
