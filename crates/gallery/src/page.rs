//! The page: its parts joined, its data escaped, its policy computed.

use crate::lineage::Node;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use mediagen_core::{Error, ErrorKind, Result};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

const PAGE: &str = include_str!("page.html");
pub(super) const STYLE: &str =
    concat!(include_str!("style/page.css"), include_str!("style/grid.css"), include_str!("style/detail.css"));
pub(super) const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("script/facts.js"),
    include_str!("script/media.js"),
    include_str!("script/rows.js"),
    include_str!("script/grid.js"),
    include_str!("script/lineage.js"),
    include_str!("script/detail.js"),
    include_str!("script/start.js"),
    "})();\n"
);

#[derive(Serialize)]
struct Data<'a> {
    order: &'a str,
    tool: &'a str,
    nodes: &'a [Node<'a>],
}

/// The page with `nodes`.
///
/// # Errors
/// `Unexpected` when a node is no JSON, which does not happen.
pub(super) fn html(title: &str, order: &str, nodes: &[Node<'_>]) -> Result<String> {
    let tool = concat!("Made by mediagen ", env!("CARGO_PKG_VERSION"));
    let data = serde_json::to_string(&Data { order, tool, nodes })
        .map_err(|e| Error::new(ErrorKind::Unexpected, "the gallery's data cannot be written").with_source(e))?;
    let (title, data, policy) = (text(title), island(&data), policy());
    // In one walk over the page: what is put in is not looked at again.
    let mut html = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + data.len());
    let mut parts = PAGE.split("{{");
    html.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        html.push_str(match name {
            "data" => &data,
            "policy" => &policy,
            "script" => SCRIPT,
            "style" => STYLE,
            _ => &title,
        });
        html.push_str(rest);
    }
    Ok(html)
}

/// What the page may do: its own script and style, images and players from the disk, and nothing else.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src 'self' file:; media-src 'self' file:; \
         base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

/// `text` as HTML text or a quoted attribute.
fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// `json` so that no text in it can end the element that holds it. These characters stand in strings only.
pub(super) fn island(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + json.len() / 16);
    for character in json.chars() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}
