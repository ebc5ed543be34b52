//! `sitemap.xml`: one file, or an index of several where there are many models.

use super::super::{
    answer::{Answer, detail, text},
    app::App,
};
use std::fmt::Write;

/// Most models of one sitemap.
const MOST: usize = 400;
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `/sitemap.xml`.
pub(super) fn root(app: &App) -> Answer {
    let files = ids(app).len().div_ceil(MOST);
    if files <= 1 {
        return models(app, 0);
    }
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for number in 0..files {
        let _ = writeln!(xml, "<sitemap><loc>{}/www/sitemap/{number}.xml</loc></sitemap>", app.base);
    }
    xml.push_str("</sitemapindex>\n");
    text(200, "application/xml", xml)
}

/// `/sitemap/N.xml`.
pub(super) fn child(app: &App, path: &str) -> Answer {
    let number = path.strip_prefix("sitemap/").and_then(|name| name.strip_suffix(".xml"));
    match number.and_then(|number| number.parse::<usize>().ok()) {
        Some(number) if number < ids(app).len().div_ceil(MOST) => models(app, number),
        _ => detail(404, "Not Found"),
    }
}

fn ids(app: &App) -> Vec<&str> {
    app.config.catalogue.iter().filter(|e| !e.metadata.is_null()).map(|e| e.id.as_str()).collect()
}

fn models(app: &App, number: usize) -> Answer {
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"{NAMESPACE}\">\n");
    let _ = writeln!(xml, "<url><loc>{}/www/explore</loc></url>", app.base);
    for id in ids(app).into_iter().skip(number * MOST).take(MOST) {
        for page in ["", "/api", "/playground"] {
            let _ = writeln!(xml, "<url><loc>{}/www/models/{id}{page}</loc></url>", app.base);
        }
    }
    xml.push_str("</urlset>\n");
    text(200, "application/xml", xml)
}
