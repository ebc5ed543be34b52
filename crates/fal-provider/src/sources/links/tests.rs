use super::*;
use serde_json::json;

fn ids(html: &str) -> Vec<String> {
    let web = Url::parse("https://fal.ai").unwrap();
    models(&web, Page::read(html)).iter().map(|spec| spec.id.name.to_string()).collect()
}

/// A listing page of ours: every kind of link that counts, and every trap that we could think of.
fn listing() -> String {
    let rows = [
        json!({"href": "/models/fal-ai/wan/v2.2-a14b/text-to-video/api", "children": "fal-ai/in-children/x"})
            .to_string(),
        json!({"items": [{"id": "x-ai/grok-imagine/v1.5", "title": "Grok", "category": "text-to-image",
            "thumbnailUrl": "https://v3.fal.media/files/fal-ai/thumb/a"}]})
        .to_string(),
        json!({"endpointId": "bria/fibo/edit", "shortDescription": "like fal-ai/in-description/y"}).to_string(),
        json!({"id": "assets/images/hero", "alt": "no model"}).to_string(),
        json!({"id": "posts/2026/news", "title": "A post about fal-ai/in-title/z"}).to_string(),
        json!({"id": "fal-ai/gone", "title": "Gone", "category": "json", "removed": "True"}).to_string(),
        json!(["fal-ai/in-array/w", "/models/fal-ai/loose-text"]).to_string(),
        json!({"href": "/models/fal-ai/cover.png", "src": "/models/fal-ai/source"}).to_string(),
    ];
    let rows = rows.iter().enumerate().map(|(n, row)| format!("{n:x}:{row}\n")).collect::<Vec<_>>().concat();
    format!(
        r#"<html><head><link rel="preload" href="/models/fal-ai/preloaded"><script src="/models/fal-ai/script-source"></script>
        <style>.a{{background:url(/models/fal-ai/style)}}</style></head><body>
        <!-- <a href="/models/fal-ai/commented-out">x</a> -->
        <h2>New</h2><p>Try fal-ai/in-prose or https://fal.ai/models/fal-ai/in-prose-too today.</p>
        <a href="/models/fal-ai/flux-2.1/dev?share=1#top">a</a> <a class="x" href='/models/CassetteAI/music-generator'>b</a>
        <a href=/models/fal-ai/ltx-2.3/playground>c</a> <a href="https://fal.ai/models/easel-ai/avatar/llms.txt">d</a>
        <a href="/models/fal-ai%2Fencoded%2Fv1">e</a> <a href="/models/a/b/c/d/e/f/g">f</a>
        <a href="/models/fal-ai/logo.svg">g</a> <a href="/models">h</a> <a href="/models?categories=fal-ai/x">i</a>
        <a href="https://other.test/models/fal-ai/elsewhere">j</a> <a href="/docs/models/fal-ai/docs">k</a>
        <a data-href="/models/fal-ai/data" title="/models/fal-ai/title">l</a> <a href="mailto:models/fal-ai/mail">m</a>
        <img src="/models/fal-ai/picture"><script>var a = '<a href="/models/fal-ai/in-script">'; f("fal-ai/in-code")</script>
        <script>self.__next_f.push({})</script>
        <script type="application/json">{{"props": {{"endpointId": "fal-ai/from-block/v2"}}}}</script></body></html>"#,
        json!([1, rows])
    )
}

#[test]
fn a_087_full_ids_come_from_links_and_data_and_none_from_assets_files_or_prose() {
    assert_eq!(
        ids(&listing()),
        [
            "CassetteAI/music-generator",
            "a/b/c/d/e/f/g",
            "bria/fibo/edit",
            "easel-ai/avatar",
            "fal-ai/encoded/v1",
            "fal-ai/flux-2.1/dev",
            "fal-ai/from-block/v2",
            "fal-ai/ltx-2.3",
            "fal-ai/wan/v2.2-a14b/text-to-video",
            "x-ai/grok-imagine/v1.5",
        ]
    );
}

#[test]
fn data_bring_facts_along_and_a_link_alone_does_not() {
    let web = Url::parse("https://fal.ai").unwrap();
    let models = models(&web, Page::read(&listing()));
    let find = |id: &str| models.iter().find(|spec| &*spec.id.name == id).unwrap();
    let grok = find("x-ai/grok-imagine/v1.5");
    assert_eq!((grok.title.as_str(), grok.category.as_deref()), ("Grok", Some("text-to-image")));
    assert_eq!(find("fal-ai/ltx-2.3").category, None);
}

#[test]
fn a_page_with_very_many_links_is_bounded() {
    let many: Vec<_> = (0..30_000).map(|n| format!("<a href=/models/a/m{n}>x</a>")).collect();
    assert_eq!(ids(&many.concat()).len(), MOST);
}
