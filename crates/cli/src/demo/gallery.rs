//! One static page that shows what the demo made.

use super::{Scene, report};
use crate::generate::Generation;
use mediagen::core::{Error, ErrorKind, Result};
use std::path::Path;

const STYLE: &str = "body{font:16px/1.4 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;\
color-scheme:light dark}main{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1.5rem}\
figure{margin:0}img,video,audio{width:100%;border-radius:.4rem;background:repeating-conic-gradient(#8884 0 25%,#0000 0 50%) 0 0/1rem 1rem}\
figcaption{margin-top:.4rem;font-size:.9rem}code{font-size:.85em}";

/// Writes the page beside the files.
pub(super) fn write(page: &Path, scenes: &[Scene], made: &[Generation]) -> Result<()> {
    let figures: String = scenes.iter().zip(made).flat_map(|(scene, generation)| figures(scene, generation)).collect();
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>mediagen demo</title><style>{STYLE}</style><h1>mediagen demo</h1><main>{figures}</main></html>\n"
    );
    std::fs::write(page, html)
        .map_err(|e| Error::new(ErrorKind::Io, format!("cannot write the gallery `{}`", page.display())).with_source(e))
}

fn figures<'a>(scene: &'a Scene, generation: &'a Generation) -> impl Iterator<Item = String> + 'a {
    generation.assets.iter().map(move |asset| {
        let file = escape(&asset.path.file_name().unwrap_or_default().to_string_lossy());
        let what = escape(scene.prompt.unwrap_or(scene.name));
        let media = match asset.media_type.split('/').next() {
            Some("image") => format!("<img loading=\"lazy\" src=\"{file}\" alt=\"{what}\">"),
            Some("video") => format!("<video controls loop preload=\"metadata\" src=\"{file}\"></video>"),
            Some("audio") => format!("<audio controls preload=\"metadata\" src=\"{file}\"></audio>"),
            _ => format!("<a href=\"{file}\">{file}</a>"),
        };
        let facts = escape(&report::row(asset).split_off(1).join(" · "));
        let (kind, model) = (scene.kind, escape(scene.model));
        format!(
            "<figure>{media}<figcaption><b>{kind}</b> <code>{model}</code><br>{what}<br>{facts}</figcaption></figure>\n"
        )
    })
}

fn escape(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    #[test]
    fn text_stays_text() {
        assert_eq!(super::escape("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
    }
}
