//! `multipart/form-data` (RFC 7578): fields and files in one body, streamed.

use crate::{Body, OpenBody};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::HeaderValue;
use mediagen_core::{Error, ErrorKind, FieldProblem, Result};
use std::{fmt, fmt::Write as _, path::Path, sync::Arc};

/// Random bytes of a boundary.
const BOUNDARY: usize = 24;

/// A form: its parts leave in the order in which they were added, each read while it is sent.
///
/// ```
/// use mediagen_core::Phase;
/// use mediagen_http::{Body, FormPart, HttpRequest, Multipart, Url};
///
/// # async fn upload(url: Url) -> Result<HttpRequest, Box<dyn std::error::Error>> {
/// let image = FormPart::new(Body::file("lighthouse.png").await?).with_file_name("lighthouse.png");
/// let form = Multipart::new().text("model", "sora-2").part("image", image.with_media_type("image/png"));
/// Ok(HttpRequest::post(url, Phase::Upload).multipart(form)?)
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Multipart {
    parts: Vec<(String, FormPart)>,
}

/// One part of a form.
#[derive(Clone)]
pub struct FormPart {
    body: Body,
    file_name: Option<String>,
    media_type: Option<String>,
}

impl FormPart {
    /// A part that carries `body`.
    pub fn new(body: impl Into<Body>) -> Self {
        Self { body: body.into(), file_name: None, media_type: None }
    }

    /// Says that it is a file of this name. Default: none, as for a plain field.
    pub fn with_file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = Some(file_name.into());
        self
    }

    /// Says what it holds, such as `image/png`. Default: nothing is said.
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// The lines in front of its bytes.
    fn head(&self, name: &str, boundary: &str) -> Result<Bytes> {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(name));
        if let Some(file_name) = &self.file_name {
            head.push_str("; filename=\"");
            head.push_str(&quoted(file_name));
            head.push('"');
        }
        if let Some(media_type) = &self.media_type {
            if HeaderValue::from_str(media_type).is_err() {
                let problem = "has a media type with characters that no header may carry";
                return Err(Error::new(ErrorKind::InvalidInput, format!("the part `{name}` of the form {problem}"))
                    .with_field(FieldProblem::new(name, problem)));
            }
            head.push_str("\r\nContent-Type: ");
            head.push_str(media_type);
        }
        head.push_str("\r\n\r\n");
        Ok(head.into())
    }
}

impl Multipart {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plain field.
    pub fn text(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.part(name, FormPart::new(value.into().into_bytes()))
    }

    /// Adds a part.
    pub fn part(mut self, name: impl Into<String>, part: FormPart) -> Self {
        self.parts.push((name.into(), part));
        self
    }

    /// The value of `Content-Type`, and the body. Its size is known where that of each part is.
    pub(crate) fn into_body(self) -> Result<(HeaderValue, Body)> {
        let boundary = boundary()?;
        let unusable = |e| Error::new(ErrorKind::Unexpected, "a boundary is not a header").with_source(e);
        let media_type =
            HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}")).map_err(unusable)?;
        let mut parts = Vec::with_capacity(self.parts.len());
        for (name, part) in self.parts {
            parts.push((part.head(&name, &boundary)?, part.body));
        }
        let form = Form { parts, end: format!("--{boundary}--\r\n").into() };
        Ok((media_type, Body::Form(Arc::new(form))))
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_map().entries(self.parts.iter().map(|(name, part)| (name, &part.body))).finish()
    }
}

impl fmt::Debug for FormPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormPart")
            .field("body", &self.body)
            .field("file_name", &self.file_name)
            .field("media_type", &self.media_type)
            .finish()
    }
}

/// A form whose boundary is drawn: every attempt sends the same bytes.
pub struct Form {
    /// The lines in front of each part, and its bytes.
    parts: Vec<(Bytes, Body)>,
    end: Bytes,
}

impl Form {
    const AFTER: &'static [u8] = b"\r\n";

    pub(crate) fn len(&self) -> Option<u64> {
        self.parts.iter().try_fold(self.end.len() as u64, |sum, (head, body)| {
            sum.checked_add((head.len() + Self::AFTER.len()) as u64)?.checked_add(body.len()?)
        })
    }

    pub(crate) fn open(self: &Arc<Self>) -> OpenBody {
        let form = Arc::clone(self);
        let end = stream::iter([Ok(self.end.clone())]);
        let parts = stream::iter(0..self.parts.len()).flat_map(move |number| {
            let (head, body) = &form.parts[number];
            let head = stream::iter([Ok(head.clone())]);
            head.chain(body.open()).chain(stream::iter([Ok(Bytes::from_static(Self::AFTER))]))
        });
        parts.chain(end).boxed()
    }

    /// The files in it, with the sizes that they had.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Path, u64)> {
        self.parts.iter().filter_map(|(_, body)| body.as_file())
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.parts.iter().map(|(_, body)| body)).finish()
    }
}

/// A name as browsers write it between quotation marks.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A line that no part holds: it is drawn by the generator of the cryptography in use, after the parts were chosen, and as
/// hard to guess as a key of 192 bits.
fn boundary() -> Result<String> {
    let mut random = [0; BOUNDARY];
    let generator = rustls::crypto::ring::default_provider().secure_random;
    let failed = |_| Error::new(ErrorKind::Unexpected, "the system gives no random bytes for the boundary of a form");
    generator.fill(&mut random).map_err(failed)?;
    Ok(random.iter().fold(String::with_capacity(BOUNDARY * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
