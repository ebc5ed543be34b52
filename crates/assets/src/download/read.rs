//! Waiting that a cancelled context ends.

use bytes::Bytes;
use futures_util::{
    StreamExt as _,
    future::{Either, select},
};
use mediagen_core::{BoxStream, Context, Dispatch, Error, ErrorKind, Result, Retry};
use std::pin::pin;

/// The output of `work`.
///
/// # Errors
/// `Cancelled` when the context is cancelled first.
pub(super) async fn until_cancelled<T>(cx: &Context, work: impl Future<Output = T>) -> Result<T> {
    match select(pin!(cx.cancellation().cancelled()), pin!(work)).await {
        Either::Right((output, _)) => Ok(output),
        Either::Left(_) => Err(Error::new(ErrorKind::Cancelled, "the download was cancelled")),
    }
}

/// The next chunk.
///
/// # Errors
/// `Cancelled`, `Transfer` after `deadlines().idle` without a byte, and those of the stream.
pub(super) async fn next(cx: &Context, chunks: &mut BoxStream<'static, Result<Bytes>>) -> Result<Option<Bytes>> {
    let idle = cx.deadlines().idle;
    match until_cancelled(cx, cx.within(idle, chunks.next())).await? {
        Some(chunk) => chunk.transpose(),
        None => Err(Error::new(ErrorKind::Transfer, format!("no byte came for {} s", idle.as_secs()))
            .with_dispatch(Dispatch::Answered)
            .with_retry(Retry::After(None))),
    }
}
