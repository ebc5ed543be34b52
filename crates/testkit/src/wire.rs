//! As much of HTTP/1.1 as the front needs: read one request whole, write it out again.

use bytes::Bytes;
use std::{fmt::Write as _, io};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// Such as `POST`.
    pub method: String,
    /// Path with the query, as sent.
    pub path: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without chunk framing.
    pub body: Bytes,
}

impl Seen {
    /// The first header of that lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Reads one request; `None` when the peer closes without sending one.
pub(crate) async fn read(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> io::Result<Option<Seen>> {
    let mut reader = BufReader::new(stream);
    let Some(start) = line(&mut reader).await? else { return Ok(None) };
    let mut words = start.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a request line"));
    };
    let mut headers = Vec::new();
    while let Some(header) = line(&mut reader).await?.filter(|l| !l.is_empty()) {
        if let Some((name, value)) = header.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let mut seen = Seen { method: method.into(), path: path.into(), headers, body: Bytes::new() };
    seen.body = if seen.header("transfer-encoding").is_some_and(|v| v.contains("chunked")) {
        chunks(&mut reader).await?
    } else {
        let length = seen.header("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
        exactly(&mut reader, length).await?.into()
    };
    Ok(Some(seen))
}

async fn line(reader: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut text = String::new();
    let read = reader.read_line(&mut text).await?;
    Ok((read > 0).then(|| text.trim_end_matches(['\r', '\n']).to_owned()))
}

async fn exactly(reader: &mut (impl tokio::io::AsyncRead + Unpin), length: usize) -> io::Result<Vec<u8>> {
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await?;
    Ok(body)
}

async fn chunks(reader: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<Bytes> {
    let mut body = Vec::new();
    loop {
        let head = line(reader).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let size = head.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
        body.extend(exactly(reader, size).await?);
        line(reader).await?;
        if size == 0 {
            return Ok(body.into());
        }
    }
}

/// The request to pass on: same method, path, headers and body, on a connection that ends with the answer.
pub(crate) fn rewrite(seen: &Seen) -> Vec<u8> {
    let framing = ["connection", "content-length", "transfer-encoding"];
    let mut head = format!("{} {} HTTP/1.1\r\n", seen.method, seen.path);
    for (name, value) in seen.headers.iter().filter(|(name, _)| !framing.contains(&name.as_str())) {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", seen.body.len());
    let mut request = head.into_bytes();
    request.extend_from_slice(&seen.body);
    request
}

/// An answer up to the middle of its body.
pub(crate) fn half(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    &answer[..end + (answer.len() - end) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn a_chunked_request_is_read_whole_and_passed_on_with_its_length() {
        let raw = b"POST /a?b=c HTTP/1.1\r\nX-One: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        let seen = read(&mut raw.as_slice()).await.unwrap().unwrap();
        assert_eq!((seen.method.as_str(), seen.path.as_str(), &seen.body[..]), ("POST", "/a?b=c", &b"abcde"[..]));
        assert_eq!(seen.header("x-one"), Some("1"));
        let out = String::from_utf8(rewrite(&seen)).unwrap();
        assert!(out.starts_with("POST /a?b=c HTTP/1.1\r\n") && out.ends_with("\r\n\r\nabcde"));
        assert!(out.contains("content-length: 5\r\n") && !out.contains("chunked"));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_body_shorter_than_its_length_is_an_error_and_silence_is_nothing() {
        let cut = b"PUT / HTTP/1.1\r\ncontent-length: 10\r\n\r\nabc";
        assert!(read(&mut cut.as_slice()).await.is_err());
        assert!(read(&mut [].as_slice()).await.unwrap().is_none());
    }

    #[test]
    fn half_an_answer_has_its_whole_head() {
        assert_eq!(
            half(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd"),
            b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab"
        );
        assert_eq!(half(b"cut"), b"cut");
    }
}
