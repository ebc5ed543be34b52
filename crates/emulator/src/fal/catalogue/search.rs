//! Finding endpoints by words.

use super::{Catalogue, Endpoint};

impl Catalogue {
    /// The endpoints that fal's lists show.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Endpoint> {
        self.iter().filter(|endpoint| !endpoint.metadata.is_null())
    }

    /// The listed endpoints in which every word of `text` occurs: in id, name, description or tags.
    pub(crate) fn search(&self, text: &str) -> Vec<&Endpoint> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        self.listed().filter(|endpoint| holds(endpoint, &words)).collect()
    }
}

fn holds(endpoint: &Endpoint, words: &[String]) -> bool {
    let metadata = &endpoint.metadata;
    let tags = metadata["tags"].to_string();
    let shown = [metadata["display_name"].as_str(), metadata["description"].as_str(), Some(&tags), Some(&endpoint.id)];
    let text = shown.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase();
    words.iter().all(|word| text.contains(word))
}
