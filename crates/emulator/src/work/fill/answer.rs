//! Words that a model answers: a transcript, a description, a reply.

use super::{
    super::{behaviour::Behaviour, maker::Maker, schema::Document, schema::type_of},
    sample,
};
use serde_json::{Value, json};

/// Names of the fields that carry the answer in words.
const SPOKEN: [&str; 6] = ["text", "output", "description", "results", "answer", "lyrics"];

/// The value of a field with words in it; `None` for every other field.
pub(super) fn value<'a>(document: Document<'a>, maker: &Maker, name: &str, schema: &'a Value) -> Option<Value> {
    let alternatives = document.alternatives(schema);
    if SPOKEN.contains(&name) && alternatives.iter().any(|one| type_of(one) == Some("string")) {
        return Some(json!(words(maker)));
    }
    let marks = maker.behaviour == Behaviour::Transcribe && ["chunks", "words", "segments"].contains(&name);
    let items = alternatives.into_iter().find_map(|one| one.get("items")).filter(|_| marks)?;
    let mut item = sample::of(document, items, 0);
    let seconds = seconds(maker);
    if let Some(object) = item.as_object_mut() {
        object.insert("text".to_owned(), json!(words(maker)));
        for (member, time) in [("timestamp", json!([0.0, seconds])), ("start", json!(0.0)), ("end", json!(seconds))] {
            if document
                .object(items)
                .is_some_and(|inner| inner.pointer("/properties").is_some_and(|all| all.get(member).is_some()))
            {
                object.insert(member.to_owned(), time);
            }
        }
    }
    Some(json!([item]))
}

fn seconds(maker: &Maker) -> f64 {
    maker.sources.seconds().unwrap_or(1.0)
}

fn words(maker: &Maker) -> String {
    let prompt = maker.wishes.text("prompt");
    let question = if prompt.is_empty() { String::new() } else { format!(" You asked: {prompt}") };
    if maker.behaviour == Behaviour::Transcribe {
        return format!("A recording of {:.1} seconds.", seconds(maker));
    }
    if let Some(image) = maker.sources.images().next() {
        let centre = image.pixel(image.width() / 2, image.height() / 2).unwrap_or_default();
        let [red, green, blue, _] = centre;
        return format!(
            "An image of {} by {} pixels, whose middle has the colour #{red:02x}{green:02x}{blue:02x}.{question}",
            image.width(),
            image.height()
        );
    }
    match maker.sources.video() {
        Some((_, facts)) => format!("A video of {:.1} seconds.{question}", facts.duration_s),
        None => format!("Seed {}.{question}", maker.wishes.seed),
    }
}
