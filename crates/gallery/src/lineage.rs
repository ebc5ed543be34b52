//! From records to the nodes of the page: every file once, with its inputs as links between nodes.

use crate::{Entry, class::Class, link::link, peaks};
use mediagen_assets::record::{AssetFacts, Cost, InputRecord, Made, Record, TimingsMs};
use mediagen_core::Note;
use serde::Serialize;
use serde_json::Value;
use std::{collections::HashMap, fs::File, io::Read as _, path::Path};

/// How much of a text is shown, in bytes.
const MAX_EXCERPT: u64 = 4096;

/// One file of the page.
#[derive(Debug, Serialize)]
pub(super) struct Node<'a> {
    pub(super) asset: &'a AssetFacts,
    made: Option<MadeFacts<'a>>,
    pub(super) inputs: Vec<Edge<'a>>,
    class: Class,
    /// The link to the file; `None` where it is missing.
    pub(super) src: Option<String>,
    /// Whether it is in the grid; the others are met in a lineage only.
    pub(super) listed: bool,
    /// The beginning of a text.
    text: Option<String>,
    /// The waveform of audio, in percent.
    peaks: Option<Vec<u8>>,
}

/// One input: the node, where there is one, otherwise what is known of it.
#[derive(Debug, Serialize)]
pub(super) struct Edge<'a> {
    role: &'a str,
    name: &'a str,
    media_type: Option<&'a str>,
    pub(super) to: Option<usize>,
}

/// How it was made. Numbers that a script would round (a seed has 64 bits) go as text.
#[derive(Debug, Serialize)]
struct MadeFacts<'a> {
    provider: &'a str,
    asked: &'a str,
    model: &'a str,
    kind: &'a str,
    job: Option<&'a str>,
    request_id: Option<&'a str>,
    prompt: Option<&'a str>,
    options: Option<String>,
    body: Option<String>,
    notes: &'a [Note],
    seed: Option<String>,
    output_index: usize,
    created_at: Option<&'a str>,
    timings_ms: &'a TimingsMs,
    cost: &'a Cost,
    tool: &'a str,
}

impl<'a> MadeFacts<'a> {
    fn of(made: &'a Made) -> Self {
        let pretty = |value: &Value| match value {
            Value::Null => None,
            Value::Object(fields) if fields.is_empty() => None,
            value => serde_json::to_string_pretty(value).ok(),
        };
        Self {
            provider: &made.provider,
            asked: &made.asked,
            model: &made.model,
            kind: &made.kind,
            job: made.job.as_deref(),
            request_id: made.request_id.as_deref(),
            prompt: made.prompt.as_deref(),
            options: serde_json::to_value(&made.options).ok().as_ref().and_then(pretty),
            body: pretty(&made.body),
            notes: &made.notes,
            seed: made.seed.map(|seed| seed.to_string()),
            output_index: made.output_index,
            created_at: made.created_at.as_deref(),
            timings_ms: &made.timings_ms,
            cost: &made.cost,
            tool: &made.tool,
        }
    }
}

/// The nodes of `entries` for a page in `folder`, in their order, and after them the ancestors that are no entries.
pub(super) fn nodes<'a>(entries: &'a [Entry], folder: &Path) -> Vec<Node<'a>> {
    let mut graph = Graph::default();
    let mut budget = peaks::MOST_FRAMES;
    for entry in entries {
        let index = graph.add(&entry.record, true);
        let node = &mut graph.nodes[index];
        let path = entry.path.as_deref().and_then(|path| std::path::absolute(path).ok()).filter(|path| path.is_file());
        node.src = path.as_deref().and_then(|path| link(folder, path));
        match node.class {
            Class::Text => node.text = path.as_deref().and_then(excerpt),
            Class::Audio => node.peaks = path.as_deref().and_then(|path| peaks::peaks(path, &mut budget)),
            _ => {}
        }
    }
    for (index, entry) in entries.iter().enumerate() {
        graph.connect(index, &entry.record);
    }
    graph.nodes
}

/// The beginning of a text.
fn excerpt(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_EXCERPT).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim_end_matches('\u{FFFD}').to_owned())
}

#[derive(Default)]
struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    by_hash: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn add(&mut self, record: &'a Record, listed: bool) -> usize {
        let index = self.nodes.len();
        let asset = &record.asset;
        let class = Class::of(asset.facts.media_type.as_deref().unwrap_or_default(), &asset.file);
        let made = record.made.as_ref().map(MadeFacts::of);
        self.nodes.push(Node { asset, made, inputs: Vec::new(), class, src: None, listed, text: None, peaks: None });
        // A file may go on as it was received, or with its record inside.
        let received = asset.received.as_ref().map(|received| &*received.blake3);
        for hash in asset.blake3.as_deref().into_iter().chain(received) {
            self.by_hash.entry(hash).or_default().push(index);
        }
        index
    }

    /// Links `index` to its inputs; those that are no nodes yet become some.
    fn connect(&mut self, index: usize, record: &'a Record) {
        for input in &record.inputs {
            let mut to = self.find(index, input);
            if to.is_none()
                && let Some(parent) = input.record.as_deref()
            {
                let made = self.add(parent, false);
                self.connect(made, parent);
                to = Some(made);
            }
            let (role, name, media_type) = (&*input.role, &*input.name, input.media_type.as_deref());
            self.nodes[index].inputs.push(Edge { role, name, media_type, to });
        }
    }

    /// The node that `input` of `index` is: the same bytes, by preference from the same request, otherwise the latest that
    /// was there before. Never one that `index` itself went into: bytes may repeat, a lineage has no cycles.
    fn find(&self, index: usize, input: &InputRecord) -> Option<usize> {
        let time = |index: usize| self.nodes[index].made.as_ref().and_then(|made| made.created_at);
        let request =
            input.record.as_ref().and_then(|record| record.made.as_ref()).and_then(|made| made.request_id.as_deref());
        let same = |candidate: usize| {
            request.is_some() && self.nodes[candidate].made.as_ref().and_then(|made| made.request_id) == request
        };
        let mut candidates = self.by_hash.get(input.blake3.as_deref()?)?.clone();
        candidates.retain(|candidate| !self.reaches(*candidate, index));
        candidates
            .into_iter()
            .max_by_key(|candidate| (same(*candidate), time(*candidate) <= time(index), time(*candidate)))
    }

    /// Whether `target` is `from` or one of its ancestors.
    fn reaches(&self, from: usize, target: usize) -> bool {
        let (mut open, mut seen) = (vec![from], vec![false; self.nodes.len()]);
        while let Some(index) = open.pop() {
            if index == target {
                return true;
            }
            if !std::mem::replace(&mut seen[index], true) {
                open.extend(self.nodes[index].inputs.iter().filter_map(|edge| edge.to));
            }
        }
        false
    }
}
