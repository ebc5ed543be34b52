//! Endpoint ids as they stand in addresses.

use crate::id::EndpointId;
use percent_encoding::percent_decode_str;
use std::sync::LazyLock;
use url::Url;

/// Pages below a model's own, which are no part of its id.
const PAGES: [&str; 4] = ["/playground", "/examples", "/llms.txt", "/api"];
/// Endings of files: an address with one of these leads to a file, never to a model.
const FILES: [&str; 24] = [
    "avif", "css", "gif", "gz", "html", "ico", "jpeg", "jpg", "js", "json", "map", "md", "mjs", "mp3", "mp4", "pdf",
    "png", "svg", "ttf", "txt", "wasm", "webp", "woff2", "xml",
];
/// Most segments of an id.
const SEGMENTS: usize = 7;

/// Only for reading relative links; nothing is asked of it.
static NOWHERE: LazyLock<Option<Url>> = LazyLock::new(|| Url::parse("https://relative.invalid/").ok());

/// `text` as an id: 2 to 7 segments of letters, digits, `-`, `_` and, but for the first, dots.
pub(crate) fn id(text: &str) -> Option<&str> {
    let (owner, last) = (text.split('/').next()?, text.rsplit('/').next()?);
    let file = last.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending.to_ascii_lowercase().as_str()));
    let plain = !owner.contains('.') && (2..=SEGMENTS).contains(&text.split('/').count()) && !file;
    (plain && EndpointId::parse(text).ok()?.as_str() == text).then_some(text)
}

/// The id of the model that a link of the website at `web` leads to: `/models/ID`, without the page below it.
pub(crate) fn of_link(web: &Url, link: &str) -> Option<String> {
    let nowhere = NOWHERE.as_ref()?;
    let url = nowhere.join(link.trim()).ok()?;
    if url.origin() != nowhere.origin() && url.origin() != web.origin() {
        return None;
    }
    // A site that does not stand at the root of its host may be linked with and without its own path.
    let path = url.path().strip_prefix(web.path().trim_end_matches('/')).unwrap_or(url.path());
    let path = path.strip_prefix("/models/")?.trim_end_matches('/');
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let path = PAGES.iter().find_map(|page| path.strip_suffix(page)).unwrap_or(&path);
    id(path).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_give_whole_ids_of_any_owner() {
        let web = Url::parse("https://fal.ai").unwrap();
        for (link, expected) in [
            ("/models/fal-ai/flux/dev", Some("fal-ai/flux/dev")),
            ("/models/fal-ai/flux-pro/v1.1/", Some("fal-ai/flux-pro/v1.1")),
            ("https://fal.ai/models/CassetteAI/music-generator?x=1#top", Some("CassetteAI/music-generator")),
            ("/models/fal-ai%2Fkling-video%2Fv2.1", Some("fal-ai/kling-video/v2.1")),
            ("/models/fal-ai/ltx-2.3/fast/api", Some("fal-ai/ltx-2.3/fast")),
            ("/models/fal-ai/flux/dev/playground", Some("fal-ai/flux/dev")),
            ("/models/fal-ai/flux/dev/llms.txt", Some("fal-ai/flux/dev")),
            ("/models/fal-ai/flux/examples", Some("fal-ai/flux")),
            ("/models/a/b/c/d/e/f/g", Some("a/b/c/d/e/f/g")),
            ("/models/a/b/c/d/e/f/g/h", None),
            ("/models/sitemap.xml", None),
            ("/models", None),
            ("/models?keywords=fal-ai/flux", None),
            ("/models/fal-ai", None),
            ("/models/fal-ai/cover.webp", None),
            ("/models/fal-ai/run.JS", None),
            ("/models/../etc/passwd", None),
            ("/models/fal-ai/a b", None),
            ("/_next/static/models/fal-ai/x", None),
            ("https://evil.test/models/fal-ai/flux", None),
            ("//evil.test/models/fal-ai/flux", None),
            ("javascript:/models/fal-ai/flux", None),
            ("/models/fal.ai/flux", None),
        ] {
            assert_eq!(of_link(&web, link).as_deref(), expected, "{link}");
        }
        let below = Url::parse("http://127.0.0.1:9/www").unwrap();
        assert_eq!(of_link(&below, "http://127.0.0.1:9/www/models/a/b").as_deref(), Some("a/b"));
        assert_eq!(of_link(&below, "/models/a/b").as_deref(), Some("a/b"));
    }
}
