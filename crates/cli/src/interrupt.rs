//! Ctrl-C: the first ends the work in order, the second at once.

use crate::args::Global;
use mediagen::{
    TokioSpawner,
    core::{BoxFuture, Context, Dispatch, Error, ErrorKind, Result, Spawn},
};
use std::sync::LazyLock;
use tokio::sync::watch;

/// A context that Ctrl-C cancels, and the signal by which a service or `timeout` ends a process.
///
/// # Errors
/// `Io` when the system does not let a process listen for signals.
pub(crate) fn context(global: &Global) -> Result<Context> {
    let cx = mediagen::context().with_spawner(Sections);
    let (token, global) = (cx.cancellation().clone(), global.clone());
    // Listening begins here and not in the task, so that no signal is missed.
    let mut signals =
        Signals::new().map_err(|e| Error::new(ErrorKind::Io, "cannot listen for Ctrl-C").with_source(e))?;
    tokio::spawn(async move {
        signals.next().await;
        token.cancel();
        signals.next().await;
        let error = Error::new(ErrorKind::Cancelled, "stopped at once: a job that was sent may go on")
            .with_dispatch(Dispatch::Unknown);
        crate::exit::failure(&global, &error);
        std::process::exit(i32::from(crate::exit::code(&error)));
    });
    Ok(cx)
}

/// How many pieces of work that run to their end are under way.
static UNDER_WAY: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

/// Runs work to its end whatever its caller does, and knows whether there is any: a process that ends takes it along.
struct Sections;

impl Spawn for Sections {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        UNDER_WAY.send_modify(|count| *count += 1);
        TokioSpawner.spawn(Box::pin(async move {
            task.await;
            UNDER_WAY.send_modify(|count| *count -= 1);
        }));
    }
}

/// Waits until paid calls that are under way have their answer. A second Ctrl-C ends the process instead.
pub(crate) async fn sections_end() {
    // The sender is never dropped.
    drop(UNDER_WAY.subscribe().wait_for(|count| *count == 0).await);
}

#[cfg(unix)]
use unix::Signals;

#[cfg(unix)]
mod unix {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Requests to stop.
    pub(super) struct Signals {
        interrupt: Signal,
        terminate: Signal,
    }

    impl Signals {
        pub(super) fn new() -> std::io::Result<Self> {
            Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
        }

        pub(super) async fn next(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        }
    }
}

/// Requests to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
