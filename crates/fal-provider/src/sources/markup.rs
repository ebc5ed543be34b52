//! What a page of the website holds for a program: links, addresses of a sitemap, and the data in its scripts.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use serde_json::Value;
use std::str::from_utf8;

/// How a script hands a piece of the payload over.
const PUSH: &str = "__next_f.push(";

/// The parts of one page; prose, comments, styles and other scripts are gone.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// `href` of every anchor.
    pub(super) links: Vec<String>,
    /// `<loc>` of a sitemap.
    pub(super) places: Vec<String>,
    /// Whether the places are sitemaps themselves.
    pub(super) is_index: bool,
    /// The pieces of the React payload, joined in their order.
    pub(super) payload: String,
    /// Scripts that are JSON by their own word.
    pub(super) blocks: Vec<Value>,
}

/// What the text that follows belongs to.
enum Inside {
    Script { json: bool },
    Place,
}

impl Page {
    /// Reads HTML or a sitemap; whatever is malformed is skipped, and nothing recurses.
    pub(super) fn read(text: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        // What stands in scripts, styles and titles is no markup.
        emitter.naively_switch_states(true);
        let (mut page, mut inside, mut content) = (Self::default(), None, String::new());
        for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
            match token {
                Token::StartTag(tag) => {
                    let attribute = |name: &[u8]| from_utf8(tag.attributes.get(name)?).ok().map(str::to_owned);
                    content.clear();
                    inside = None;
                    match tag.name.as_slice() {
                        b"a" => page.links.extend(attribute(b"href")),
                        b"script" => {
                            let json = attribute(b"type").is_some_and(|t| t.ends_with("json"));
                            inside = Some(Inside::Script { json });
                        }
                        b"loc" => inside = Some(Inside::Place),
                        b"sitemapindex" => page.is_index = true,
                        _ => {}
                    }
                }
                Token::String(piece) if inside.is_some() => {
                    content.push_str(&String::from_utf8_lossy(&piece));
                }
                Token::EndTag(_) => match inside.take() {
                    Some(Inside::Script { json: true }) => page.blocks.extend(serde_json::from_str::<Value>(&content)),
                    Some(Inside::Script { json: false }) => page.script(&content),
                    Some(Inside::Place) => page.places.push(content.trim().to_owned()),
                    None => {}
                },
                _ => {}
            }
        }
        page
    }

    /// `self.__next_f.push([1,"…"])`, any number of them.
    fn script(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(PUSH) {
            rest = &rest[at + PUSH.len()..];
            let piece = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next();
            if let Some(Ok(Value::Array(parts))) = piece
                && let [Value::Number(_), Value::String(text)] = parts.as_slice()
            {
                self.payload.push_str(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_anchors_are_links_and_only_scripts_have_data() {
        let page = Page::read(
            r#"<!DOCTYPE html><title><a href="/t"></title><style>a[href="/s"]{}</style><!-- <a href="/c">x</a> -->
            <link href="/l"><img src="/models/x/y"><a class=b HREF='/models/a/b?x=1&amp;y=2'>see href="/prose"</a>
            <a href=/bare>x</a><textarea><a href="/area"></textarea><a>none</a>
            <script>var x='<a href="/js">'; self.__next_f.push([0]);self.__next_f.push([1,"1:{\"a\":\u003c"])</script>
            <script>self.__next_f.push([1,"1}\n"])</script><script>__next_f.push([1, broken</script>
            <script type="application/ld+json">{"k": 1}</script><script type="application/json">{broken</script>
            <p data-href="/data">unclosed <a href="/end"#,
        );
        assert_eq!(page.links, ["/models/a/b?x=1&y=2", "/bare"]);
        assert_eq!((page.payload.as_str(), page.blocks.len()), ("1:{\"a\":<1}\n", 1));
    }

    #[test]
    fn a_sitemap_gives_its_places() {
        let text = r#"<?xml version="1.0"?><sitemapindex xmlns="x"><sitemap><loc> https://a.example/x?a=1&amp;b=2
            </loc></sitemap></sitemapindex>"#;
        let page = Page::read(text);
        assert_eq!((page.is_index, page.places), (true, vec!["https://a.example/x?a=1&b=2".to_owned()]));
        let text = "<urlset><url><loc>https://a.example/m</loc><image:loc>https://a.example/i.png</image:loc></url>";
        let page = Page::read(text);
        assert_eq!((page.is_index, page.places), (false, vec!["https://a.example/m".to_owned()]));
    }

    #[test]
    fn hostile_pages_end() {
        assert!(Page::read(&"<a ".repeat(200_000)).links.is_empty());
        assert!(Page::read(&"<div>".repeat(200_000)).links.is_empty());
        let deep = format!("<script>self.__next_f.push([1,{}])</script>", "[".repeat(100_000));
        assert!(Page::read(&deep).payload.is_empty());
    }
}
