//! Text search: how well a model matches words.

use crate::Entry;
use mediagen_core::{ModelSpec, nearest};
use std::sync::Arc;

/// How a model was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The text is its name.
    Name,
    /// The text is a part of its name between slashes.
    Segment,
    /// Its name contains the text.
    Within,
    /// Its title contains the text.
    Title,
    /// Every word of the text is in its name, title or category.
    Words,
    /// Its name is similar; the number is the place among those.
    Similar(usize),
}

/// The models that match `text`, best first; equal ones keep their order.
pub(crate) fn ranked<'a>(text: &str, models: Vec<&'a Arc<Entry>>) -> Vec<&'a Arc<Entry>> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return models;
    }
    let similar = nearest::nearest(&text, models.iter().map(|model| &*model.id().name), models.len());
    let mut found: Vec<(Rank, &Arc<Entry>)> = models
        .into_iter()
        .filter_map(|model| {
            let place = || similar.iter().position(|name| **name == *model.id().name).map(Rank::Similar);
            Some((literal(&text, &model.spec).or_else(place)?, model))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, model)| model).collect()
}

fn literal(text: &str, model: &ModelSpec) -> Option<Rank> {
    let (name, title) = (model.id.name.to_lowercase(), model.title.to_lowercase());
    if name == text || model.id.to_string().to_lowercase() == text {
        return Some(Rank::Name);
    }
    if name.split('/').any(|segment| segment == text) {
        return Some(Rank::Segment);
    }
    if name.contains(text) {
        return Some(Rank::Within);
    }
    if title.contains(text) {
        return Some(Rank::Title);
    }
    let all = format!("{name} {title} {}", model.category.as_deref().unwrap_or_default());
    text.split_whitespace().all(|word| all.contains(word)).then_some(Rank::Words)
}
