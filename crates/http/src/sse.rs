//! Server-sent events over a byte stream.

use crate::error;
use bytes::Bytes;
use eventsource_stream::{EventStreamError, Eventsource as _};
use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use mediagen_core::{BoxStream, Result};
use url::Url;

/// The longest event in bytes; beyond it the stream ends with an error (law 4).
const LONGEST_EVENT: usize = 8 * 1024 * 1024;

/// One event. Comments never become one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseEvent {
    /// The event's name; `message` when the server gives none.
    pub event: String,
    /// The `data` lines, joined by line feeds.
    pub data: String,
}

/// The events in `bytes`; ends after the first error.
pub(crate) fn events(
    bytes: BoxStream<'static, Result<Bytes>>,
    url: Url,
    status: u16,
) -> BoxStream<'static, Result<SseEvent>> {
    let mut open = OpenEvent::default();
    let limit_url = url.clone();
    let bounded = bytes.and_then(move |chunk| {
        let fits = open.advance(&chunk) <= LONGEST_EVENT;
        future::ready(if fits {
            Ok(chunk)
        } else {
            Err(error::unusable(&limit_url, status, format!("holds an event of more than {LONGEST_EVENT} bytes")))
        })
    });
    let events = bounded.eventsource().map(move |event| match event {
        Ok(event) => Ok(SseEvent { event: event.event, data: event.data }),
        Err(EventStreamError::Transport(e)) => Err(e),
        Err(EventStreamError::Utf8(e)) => Err(error::unusable(&url, status, "is not UTF-8").with_source(e)),
        Err(EventStreamError::Parser(_)) => Err(error::unusable(&url, status, "is no event stream")),
    });
    until_error(events.boxed())
}

/// `stream` up to and including its first error; it is not asked again afterwards.
pub(crate) fn until_error<T: Send + 'static>(stream: BoxStream<'static, Result<T>>) -> BoxStream<'static, Result<T>> {
    stream::unfold(Some(stream), |open| async {
        let mut stream = open?;
        let item = stream.next().await?;
        let rest = item.is_ok().then_some(stream);
        Some((item, rest))
    })
    .boxed()
}

/// Counts the bytes since the last blank line, over any cut into chunks.
#[derive(Default)]
struct OpenEvent {
    bytes: usize,
    line_has_text: bool,
    after_cr: bool,
}

impl OpenEvent {
    /// The size of the longest event that `chunk` continued or began.
    fn advance(&mut self, chunk: &[u8]) -> usize {
        let mut longest = 0;
        for &byte in chunk {
            self.bytes += 1;
            longest = longest.max(self.bytes);
            match byte {
                b'\n' if self.after_cr => {}
                b'\n' | b'\r' if self.line_has_text => self.line_has_text = false,
                b'\n' | b'\r' => self.bytes = 0,
                _ => self.line_has_text = true,
            }
            self.after_cr = byte == b'\r';
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(chunks: Vec<Vec<u8>>, expected: &[(&str, &str)]) {
        let url = Url::parse("https://a.example/stream").unwrap();
        let bytes = stream::iter(chunks).map(|chunk| Ok(Bytes::from(chunk))).boxed();
        let got: Vec<SseEvent> = events(bytes, url, 200).try_collect().await.unwrap();
        let got: Vec<_> = got.iter().map(|e| (e.event.as_str(), e.data.as_str())).collect();
        assert_eq!(got, expected);
    }

    #[tokio::test]
    async fn a_character_cut_at_every_place_survives() {
        let text = "event: café\r\ndata: 雪🙂 é\r\n\r\n: ping\n\ndata: a\ndata: b\n\n";
        for cut in 0..text.len() {
            let (left, right) = text.as_bytes().split_at(cut);
            check(vec![left.to_vec(), right.to_vec()], &[("café", "雪🙂 é"), ("message", "a\nb")]).await;
        }
        check(text.bytes().map(|b| vec![b]).collect(), &[("café", "雪🙂 é"), ("message", "a\nb")]).await;
    }

    #[tokio::test]
    async fn an_unfinished_event_is_not_an_event() {
        check(vec![b"data: 1\n\ndata: 2\n".to_vec()], &[("message", "1")]).await;
    }

    #[tokio::test]
    async fn an_endless_event_is_an_error() {
        let url = Url::parse("https://a.example/stream").unwrap();
        let bytes = stream::repeat_with(|| Ok(Bytes::from(vec![b'a'; 1 << 20]))).boxed();
        let got: Vec<_> = events(bytes, url, 200).collect().await;
        assert_eq!(got.len(), 1);
        assert!(got[0].as_ref().unwrap_err().to_string().contains("8388608 bytes"));
    }

    #[test]
    fn blank_lines_of_every_kind_end_an_event() {
        let size = |text: &str| {
            let mut open = OpenEvent::default();
            open.advance(text.as_bytes());
            open.bytes
        };
        assert_eq!(size("data: 1\n\n"), 0);
        assert_eq!(size("data: 1\r\r"), 0);
        assert_eq!(size("data: 1\r\n\r\n"), 1, "the line feed of the blank line opens the next event");
        assert_eq!(size("data: 1\r\ndata: 2\r\n"), 18);
    }
}
