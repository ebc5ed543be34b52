//! Text search: how well a model matches words.

use crate::Entry;
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
    /// One of its tags is the text.
    Tag,
    /// Every word of the text is in its name, title, tags or category.
    Words,
    /// Every word of the text is there or in its description.
    Description,
    /// Every word of the text is there but for typos; the number counts them.
    Typos(usize),
}

/// The models that match `text`, best first; equal ones keep their order. Typos are forgiven only where nothing matches
/// without.
pub(crate) fn ranked<'a>(text: &str, entries: Vec<&'a Arc<Entry>>) -> Vec<&'a Arc<Entry>> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return entries;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let find = |rank: &dyn Fn(&Haystack) -> Option<Rank>| {
        let ranked = entries.iter().filter_map(|entry| Some((rank(&Haystack::of(entry))?, *entry)));
        let mut found: Vec<(Rank, &Arc<Entry>)> = ranked.collect();
        found.sort_by_key(|(rank, _)| *rank);
        found
    };
    let mut found = find(&|hay| hay.literal(&text, &words));
    if found.is_empty() {
        found = find(&|hay| hay.forgiving(&words));
    }
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// What is searched of one model, in lower case.
struct Haystack<'a> {
    entry: &'a Entry,
    name: String,
    title: String,
}

impl<'a> Haystack<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self { entry, name: entry.id().name.to_lowercase(), title: entry.spec.title.to_lowercase() }
    }

    fn literal(&self, text: &str, words: &[&str]) -> Option<Rank> {
        let full = || format!("{}:{}", self.entry.id().provider, self.name);
        if self.name == text || full() == text {
            return Some(Rank::Name);
        }
        if self.name.split('/').any(|segment| segment == text) {
            return Some(Rank::Segment);
        }
        if self.name.contains(text) {
            return Some(Rank::Within);
        }
        if self.title.contains(text) {
            return Some(Rank::Title);
        }
        if self.entry.spec.listing.tags.iter().any(|tag| tag.eq_ignore_ascii_case(text)) {
            return Some(Rank::Tag);
        }
        let mut all = self.words();
        if words.iter().all(|word| all.contains(word)) {
            return Some(Rank::Words);
        }
        all.push_str(&self.entry.spec.listing.description.as_deref().unwrap_or_default().to_lowercase());
        words.iter().all(|word| all.contains(word)).then_some(Rank::Description)
    }

    fn words(&self) -> String {
        let (spec, mut all) = (&self.entry.spec, format!("{} {} ", self.name, self.title));
        for word in spec.listing.tags.iter().chain(&spec.category) {
            all.push_str(&word.to_lowercase());
            all.push(' ');
        }
        all
    }

    /// Every word is near one of the model's own; letters of a long word may be wrong twice, of a short one once.
    fn forgiving(&self, words: &[&str]) -> Option<Rank> {
        let all = self.words();
        let own: Vec<&str> = all.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        // `flux/dve` is meant for the end of `owner/flux/dev`.
        let mut tails = vec![self.name.as_str()];
        tails.extend(self.name.match_indices('/').map(|(at, _)| &self.name[at + 1..]));
        let mut typos = 0;
        for word in words {
            let allowed = match word.chars().count() {
                0..=3 => 0,
                4..=7 => 1,
                _ => 2,
            };
            let candidates: &[&str] = if word.contains('/') { &tails } else { &own };
            let near = |own: &&str| {
                let close = own.len().abs_diff(word.len()) <= allowed;
                close.then(|| strsim::osa_distance(own, word)).filter(|distance| *distance <= allowed)
            };
            typos += candidates.iter().filter_map(near).min()?;
        }
        Some(Rank::Typos(typos))
    }
}
