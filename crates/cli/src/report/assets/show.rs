//! The report of `mediagen assets show`.

use super::{cut, shape};
use crate::ui::{self, Report};
use mediagen::assets::record::{Ancestor, Made, Record};
use serde::Serialize;

/// One asset: facts, body, cost, and what it was made of.
#[derive(Debug, Serialize)]
pub(crate) struct ShownAsset {
    /// BLAKE3 of the content.
    id: String,
    path: Option<String>,
    /// The file is no longer what its record says.
    changed: bool,
    record: Record,
    chain: Vec<Link>,
}

/// One member of a lineage.
#[derive(Debug, Serialize)]
struct Link {
    depth: usize,
    role: Option<String>,
    blake3: Option<String>,
    name: String,
    provider: Option<String>,
    model: Option<String>,
    kind: Option<String>,
    prompt: Option<String>,
    request_id: Option<String>,
}

impl ShownAsset {
    pub(crate) fn new(id: String, path: Option<String>, changed: bool, record: Record) -> Self {
        let chain = record.chain().map(|ancestor| Link::new(&ancestor)).collect();
        Self { id, path, changed, record, chain }
    }

    fn facts(&self) -> Vec<(&'static str, Option<String>)> {
        let asset = &self.record.asset;
        let facts = &asset.facts;
        let mut rows = vec![
            ("file", Some(asset.file.clone())),
            ("id", Some(self.id.clone())),
            ("path", self.path.clone()),
            ("type", facts.media_type.clone()),
            ("shape", Some(shape(facts.width, facts.height, facts.duration_s))),
            ("size", facts.bytes.map(ui::size)),
            ("url", asset.url.clone()),
        ];
        if self.changed {
            rows.push(("changed", Some("the file was changed after its record was written".to_owned())));
        }
        rows.extend(self.record.made.iter().flat_map(origin));
        rows
    }
}

/// How a file was made.
fn origin(made: &Made) -> Vec<(&'static str, Option<String>)> {
    let alias = if made.asked == made.model { String::new() } else { format!(" (requested as {})", made.asked) };
    vec![
        ("model", Some(format!("{}: {}{alias}", made.provider, made.model))),
        ("kind", Some(made.kind.clone())),
        ("made", made.created_at.clone()),
        ("prompt", made.prompt.clone()),
        ("seed", made.seed.map(|seed| seed.to_string())),
        ("job", made.job.clone()),
        ("request", made.request_id.clone()),
        ("time", made.timings_ms.total.map(|total| format!("{total} ms"))),
        ("cost", cost(made)),
        ("tool", Some(made.tool.clone())),
    ]
}

fn cost(made: &Made) -> Option<String> {
    let cost = &made.cost;
    let amount = cost.amount.map(|amount| format!("{amount} {}", cost.currency.as_deref().unwrap_or_default()));
    let units = cost.billed_units.map(|units| format!("{units} {}", cost.unit.as_deref().unwrap_or("billed units")));
    let known: Vec<String> = amount.into_iter().chain(units).map(|text| text.trim_end().to_owned()).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

impl Report for ShownAsset {
    fn text(&self) -> String {
        let row = |(what, text): (&str, Option<String>)| {
            let text = text.filter(|text| !text.is_empty())?;
            Some(vec![what.to_owned(), ui::plain(&text)])
        };
        let rows: Vec<Vec<String>> = self.facts().into_iter().filter_map(row).collect();
        let mut lines = vec![ui::table(&rows).trim_end().to_owned()];
        if let Some(made) = &self.record.made {
            lines.extend(made.notes.iter().map(|note| format!("note: {}", ui::plain(&note.to_string()))));
            let body = serde_json::to_string_pretty(&made.body).unwrap_or_default();
            lines.push(format!("\n{}\n{}", console::style("body").bold(), ui::plain(&body)));
        }
        lines.push(format!("\n{}", console::style("made of").bold()));
        lines.extend(self.chain.iter().map(Link::branch));
        lines.join("\n")
    }
}

impl Link {
    fn new(ancestor: &Ancestor<'_>) -> Self {
        let made = ancestor.record.and_then(|record| record.made.as_ref());
        Self {
            depth: ancestor.depth,
            role: ancestor.input.map(|input| input.role.clone()),
            blake3: ancestor.blake3().map(str::to_owned),
            name: name(ancestor),
            provider: made.map(|made| made.provider.clone()),
            model: made.map(|made| made.model.clone()),
            kind: made.map(|made| made.kind.clone()),
            prompt: ancestor.prompt().map(str::to_owned),
            request_id: made.and_then(|made| made.request_id.clone()),
        }
    }

    fn branch(&self) -> String {
        let branch = if self.depth == 0 { String::new() } else { "   ".repeat(self.depth - 1) + "└─ " };
        let role = self.role.as_ref().map(|role| format!("{role}: ")).unwrap_or_default();
        let how = match (&self.kind, &self.model) {
            (Some(kind), Some(model)) => format!("  {kind} by {model}"),
            _ => "  from outside".to_owned(),
        };
        let prompt = self.prompt.as_ref().map(|prompt| format!("  \"{}\"", cut(prompt, 60))).unwrap_or_default();
        ui::plain(&format!("{branch}{role}{}{how}{prompt}", self.name))
    }
}

fn name(ancestor: &Ancestor<'_>) -> String {
    let of_record = ancestor.record.map(|record| &record.asset.file).filter(|name| !name.is_empty());
    of_record.or_else(|| ancestor.input.map(|input| &input.name)).cloned().unwrap_or_default()
}
