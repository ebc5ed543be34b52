//! `sitemap.xml`: one file, or an index of several where there are many models.

use crate::{
    fal::catalogue::Catalogue,
    wire::{Answer, detail, text},
};
use std::fmt::Write;

/// Most models of one sitemap.
const MOST: usize = 400;
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `/sitemap.xml`.
pub(super) fn root(catalogue: &Catalogue, base: &str) -> Answer {
    let files = ids(catalogue).len().div_ceil(MOST);
    if files <= 1 {
        return models(catalogue, base, 0);
    }
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for number in 0..files {
        let _ = writeln!(xml, "<sitemap><loc>{base}/www/sitemap/{number}.xml</loc></sitemap>");
    }
    xml.push_str("</sitemapindex>\n");
    text(200, "application/xml", xml)
}

/// `/sitemap/N.xml`.
pub(super) fn child(catalogue: &Catalogue, base: &str, path: &str) -> Answer {
    let number = path.strip_prefix("sitemap/").and_then(|name| name.strip_suffix(".xml"));
    match number.and_then(|number| number.parse::<usize>().ok()) {
        Some(number) if number < ids(catalogue).len().div_ceil(MOST) => models(catalogue, base, number),
        _ => detail(404, "Not Found"),
    }
}

fn ids(catalogue: &Catalogue) -> Vec<&str> {
    catalogue.listed().map(|e| e.id.as_str()).collect()
}

fn models(catalogue: &Catalogue, base: &str, number: usize) -> Answer {
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"{NAMESPACE}\">\n");
    let _ = writeln!(xml, "<url><loc>{base}/www/explore</loc></url>");
    for id in ids(catalogue).into_iter().skip(number * MOST).take(MOST) {
        for page in ["", "/api", "/playground"] {
            let _ = writeln!(xml, "<url><loc>{base}/www/models/{id}{page}</loc></url>");
        }
    }
    xml.push_str("</urlset>\n");
    text(200, "application/xml", xml)
}
