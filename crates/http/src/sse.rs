//! Server-sent events over a body, as the HTML standard reads them.

use crate::{error, response::Reader};
use bytes::{Buf as _, Bytes};
use futures_util::Stream;
use mediagen_core::Result;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};
use url::Url;

/// Most bytes of an event that are held; beyond it the stream ends with an error.
const LONGEST_EVENT: usize = 1 << 20;
/// A stream may begin with it.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// One event. Comments never become one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseEvent {
    /// The event's name; `message` when the server gives none.
    pub event: String,
    /// The `data` lines, joined by line feeds. Bytes that are not UTF-8 are replaced, as the standard says.
    pub data: String,
}

/// The events of a body; it ends after its first error.
pub(crate) struct Events {
    body: Reader,
    url: Url,
    status: u16,
    /// What was received and not read yet.
    rest: Bytes,
    parser: Parser,
    is_over: bool,
}

impl Events {
    pub(crate) fn new(body: Reader, url: Url, status: u16) -> Self {
        Self { body, url, status, rest: Bytes::new(), parser: Parser::default(), is_over: false }
    }
}

impl Stream for Events {
    type Item = Result<SseEvent>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<SseEvent>>> {
        let this = &mut *self;
        while !this.is_over {
            match this.parser.read(&mut this.rest) {
                Ok(Some(event)) => return Poll::Ready(Some(Ok(event))),
                Ok(None) => {}
                Err(TooLong) => {
                    this.is_over = true;
                    let what = format!("holds an event of more than {LONGEST_EVENT} bytes");
                    return Poll::Ready(Some(Err(error::unusable(&this.url, this.status, what))));
                }
            }
            match ready!(Pin::new(&mut this.body).poll_next(task)) {
                Some(Ok(chunk)) => this.rest = chunk,
                Some(Err(e)) => {
                    this.is_over = true;
                    return Poll::Ready(Some(Err(e)));
                }
                None => this.is_over = true,
            }
        }
        Poll::Ready(None)
    }
}

/// An event that is held would be longer than [`LONGEST_EVENT`].
#[derive(Debug, PartialEq)]
struct TooLong;

/// Reads lines that may come in any pieces. Each byte is visited once and copied at most twice.
#[derive(Default)]
struct Parser {
    /// The beginning of a line whose end has not come yet.
    line: Vec<u8>,
    has_begun: bool,
    after_cr: bool,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
}

impl Parser {
    /// The next event that ends in `rest`, which is left behind it. Without one `rest` is read to its end.
    fn read(&mut self, rest: &mut Bytes) -> Result<Option<SseEvent>, TooLong> {
        while let Some(&first) = rest.first() {
            // The pair of carriage return and line feed is one end of a line, also where it is cut in two.
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                rest.advance(1);
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &rest[..end.unwrap_or(rest.len())];
            if self.line.len() + self.data.len() + self.name.len() + piece.len() > LONGEST_EVENT {
                return Err(TooLong);
            }
            let Some(end) = end else {
                self.line.extend_from_slice(piece);
                rest.clear();
                break;
            };
            self.after_cr = rest[end] == b'\r';
            let event = if self.line.is_empty() {
                self.take(piece)
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(piece);
                let event = self.take(&line);
                line.clear();
                self.line = line;
                event
            };
            rest.advance(end + 1);
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }

    /// Takes in a whole line; a blank one ends the event, if there is one.
    fn take(&mut self, mut line: &[u8]) -> Option<SseEvent> {
        if !std::mem::replace(&mut self.has_begun, true) {
            line = line.strip_prefix(BOM).unwrap_or(line);
        }
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            let event = if name.is_empty() { "message".to_owned() } else { text(name) };
            return std::mem::take(&mut self.has_data).then(|| SseEvent { event, data: text(data) });
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            // Comments have no name; ids and pauses are for a reader that connects again by itself.
            _ => {}
        }
        None
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests;
