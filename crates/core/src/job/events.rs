//! The events of a job as a stream.

use super::Job;
use crate::{BoxFuture, BoxStream, Context, Event, Output, Result};
use futures_util::stream;
use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

type Queue = Arc<Mutex<VecDeque<Event>>>;

/// The wait in progress, and what it reported that was not read yet.
struct Following {
    wait: Option<BoxFuture<'static, Result<Output>>>,
    queue: Queue,
}

/// Waits for `job` and yields what the wait reports.
pub(super) fn of(job: Job, cx: &Context) -> BoxStream<'static, Result<Event>> {
    let queue = Queue::default();
    let reported = Arc::clone(&queue);
    let outer = cx.clone();
    let cx = cx.clone().with_observer(move |event: &Event| {
        outer.emit(event.clone());
        reported.lock().unwrap_or_else(PoisonError::into_inner).push_back(event.clone());
    });
    let wait: BoxFuture<'static, Result<Output>> = Box::pin(async move { job.wait(&cx).await });
    Box::pin(stream::unfold(Following { wait: Some(wait), queue }, |mut following| async move {
        let item = following.next().await?;
        Some((item, following))
    }))
}

impl Following {
    /// The next event. The wait is driven from here, so that nothing runs that nobody reads.
    async fn next(&mut self) -> Option<Result<Event>> {
        poll_fn(|task| {
            loop {
                if let Some(event) = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
                    return Poll::Ready(Some(Ok(event)));
                }
                let Some(wait) = &mut self.wait else { return Poll::Ready(None) };
                let outcome = match wait.as_mut().poll(task) {
                    Poll::Ready(outcome) => outcome,
                    Poll::Pending if self.queue.lock().unwrap_or_else(PoisonError::into_inner).is_empty() => {
                        return Poll::Pending;
                    }
                    Poll::Pending => continue,
                };
                self.wait = None;
                if let Err(error) = outcome {
                    return Poll::Ready(Some(Err(error)));
                }
            }
        })
        .await
    }
}
