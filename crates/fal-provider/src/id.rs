//! Endpoint ids: slash paths such as `fal-ai/flux/dev`, and the addresses made from them (protocol 2.1).

use mediagen_core::{Error, ErrorKind, Result};
use std::fmt;

/// First segments that stand before an owner instead of being one.
const NAMESPACES: [&str; 2] = ["workflows", "comfy"];

/// A checked endpoint id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EndpointId {
    full: String,
    /// Where `[namespace/]owner/alias` ends in `full`.
    app_end: usize,
}

impl EndpointId {
    /// Reads an id: `owner/alias[/path…]`, `workflows/owner/alias[/path…]`, `comfy/owner/alias[/path…]`, or the old
    /// form `123-alias`, which means `123/alias`. A slash at either end is ignored.
    ///
    /// # Errors
    /// `InvalidInput` for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let trimmed = text.trim().trim_matches('/');
        let full = if trimmed.contains('/') { trimmed.to_owned() } else { legacy(trimmed).ok_or_else(|| bad(text))? };
        let segments: Vec<&str> = full.split('/').collect();
        if !segments.iter().all(|segment| is_segment(segment)) {
            return Err(bad(text));
        }
        let count = if NAMESPACES.contains(&segments[0]) { 3 } else { 2 };
        let app = segments.get(..count).ok_or_else(|| bad(text))?;
        let app_end = app.join("/").len();
        Ok(Self { full, app_end })
    }

    /// The whole id, to which requests are submitted.
    pub fn as_str(&self) -> &str {
        &self.full
    }

    /// `[namespace/]owner/alias`: status, result and cancel addresses know no more of the id than this.
    pub fn app(&self) -> &str {
        &self.full[..self.app_end]
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

fn legacy(text: &str) -> Option<String> {
    let (user, app) = text.split_once('-')?;
    let digits = !user.is_empty() && user.bytes().all(|b| b.is_ascii_digit());
    let word = !app.is_empty() && app.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (digits && word).then(|| format!("{user}/{app}"))
}

fn is_segment(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !matches!(text, "" | "." | "..") && text.bytes().all(allowed)
}

fn bad(text: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    Error::new(ErrorKind::InvalidInput, format!("`{shown}` is not an endpoint of fal"))
        .with_hint("an endpoint is OWNER/NAME with further segments where it has them, such as fal-ai/flux/dev")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_two_segments_or_three_behind_a_namespace() {
        for (text, full, app) in [
            ("fal-ai/flux/dev", "fal-ai/flux/dev", "fal-ai/flux"),
            ("fal-ai/fast-sdxl", "fal-ai/fast-sdxl", "fal-ai/fast-sdxl"),
            ("/fal-ai/flux-pro/v1.1/", "fal-ai/flux-pro/v1.1", "fal-ai/flux-pro"),
            ("workflows/me/poster/extra", "workflows/me/poster/extra", "workflows/me/poster"),
            ("comfy/me/graph", "comfy/me/graph", "comfy/me/graph"),
            ("CassetteAI/music-generator", "CassetteAI/music-generator", "CassetteAI/music-generator"),
            ("110602490-lcm-sdxl", "110602490/lcm-sdxl", "110602490/lcm-sdxl"),
        ] {
            let id = EndpointId::parse(text).unwrap();
            assert_eq!((id.as_str(), id.app()), (full, app));
        }
    }

    #[test]
    fn what_is_no_id_is_refused_without_an_index_error() {
        for text in ["", "/", "flux", "a//b", "../etc/passwd", "a/../b", "a b/c", "workflows/a", "a/b?x=1", "-x", "1-"]
        {
            assert_eq!(EndpointId::parse(text).unwrap_err().kind(), ErrorKind::InvalidInput, "{text}");
        }
    }
}
