//! The ladder over real models, with their categories hidden.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use flate2::read::GzDecoder;
use mediagen_core::{Method, ModelId, ModelKind, ModelSpec, ProviderId, SchemaSource, category};
use mediagen_discovery::{Ladder, Verdict};
use mediagen_params::schema_from_openapi;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader},
    path::PathBuf,
};

/// One model of the snapshot.
struct Known {
    spec: ModelSpec,
    category: Option<String>,
}

impl Known {
    fn with_its_category(self) -> ModelSpec {
        match self.category {
            Some(category) => self.spec.with_category(category),
            None => self.spec,
        }
    }
}

/// Every model of the snapshot, with its category beside it; `None` where the snapshot is not on this machine.
fn snapshot() -> Option<Vec<Known>> {
    let Ok(folder) = std::env::var("MEDIAGEN_FAL_DATA") else {
        println!("skipped: MEDIAGEN_FAL_DATA does not say where the snapshot is");
        return None;
    };
    let file = File::open(PathBuf::from(folder).join("catalogue.jsonl.gz")).unwrap();
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    Some(lines.map(|line| known(&serde_json::from_str(&line.unwrap()).unwrap())).collect())
}

fn known(row: &Value) -> Known {
    let (metadata, document) = (opened(&row["metadata"]), opened(&row["openapi"]));
    let text = |key: &str| metadata[key].as_str().map(str::to_owned);
    let mut spec = ModelSpec::new(ModelId::new(ProviderId::new("fal"), row["endpoint_id"].as_str().unwrap()));
    if let Some(title) = text("display_name") {
        spec.title = title;
    }
    let tags = metadata["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    spec.listing.tags = tags.map(str::to_owned).collect();
    spec.listing.trains = text("kind").as_deref() == Some("training");
    if let Ok(schema) = schema_from_openapi(&document, SchemaSource::Live) {
        spec = spec.with_schema(schema);
    }
    Known { spec, category: text("category") }
}

/// Some members are stored as text.
fn opened(value: &Value) -> Value {
    value.as_str().map_or_else(|| value.clone(), |text| serde_json::from_str(text).unwrap_or_default())
}

#[test]
fn a_089_signature_and_rules_name_the_kind_without_categories() {
    let Some(models) = snapshot() else { return };
    let ladder = Ladder::new().unwrap();
    let mut table: BTreeMap<(ModelKind, String), Vec<String>> = BTreeMap::new();
    let (mut asked, mut right, mut wrong_modality) = (0_u32, 0_u32, Vec::new());
    for known in models {
        let Some(row) = known.category.as_deref().and_then(category::lookup) else { continue };
        if known.spec.listing.trains || known.spec.schema.inputs.is_empty() {
            continue;
        }
        let mut spec = known.spec;
        let verdict = ladder.classify(&mut spec);
        let found = spec.kinds.first().copied();
        asked += 1;
        right += u32::from(found == Some(row.kind));
        if found.is_some_and(|kind| kind.output() != row.kind.output()) {
            wrong_modality.push(spec.id.name.to_string());
        }
        let none = if verdict == Verdict::Open { "open" } else { "unsupported" };
        let shown = found.map_or(none, ModelKind::as_str);
        table.entry((row.kind, shown.to_owned())).or_default().push(spec.id.name.to_string());
    }
    for ((wanted, found), ids) in &table {
        let examples = if wanted.as_str() == found { String::new() } else { ids[..ids.len().min(12)].join(" ") };
        println!("{:<16} {found:<16} {:>4}  {examples}", wanted.as_str(), ids.len());
    }
    let share = f64::from(right) / f64::from(asked);
    println!("{right} of {asked} right ({:.1} %), wrong modality: {wrong_modality:?}", share * 100.0);
    assert!(share >= 0.92, "{share}");
    assert!(wrong_modality.len() * 100 <= usize::try_from(asked).unwrap(), "{wrong_modality:?}");
}

#[test]
fn with_categories_every_entry_has_a_kind_or_is_honestly_unsupported() {
    let Some(models) = snapshot() else { return };
    let ladder = Ladder::new().unwrap();
    let all = models.len();
    let mut specs: Vec<ModelSpec> = models.into_iter().map(Known::with_its_category).collect();
    let open: Vec<&ModelSpec> =
        specs.iter_mut().filter_map(|spec| (ladder.classify(spec) == Verdict::Open).then_some(&*spec)).collect();
    println!("{} of {all} stay open: {:?}", open.len(), open.iter().map(|spec| &spec.id.name).collect::<Vec<_>>());
    assert!(open.len() * 100 <= all);
}

#[test]
fn every_purpose_has_its_evidence() {
    let Some(models) = snapshot() else { return };
    let ladder = Ladder::new().unwrap();
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for known in models {
        let mut spec = known.with_its_category();
        ladder.classify(&mut spec);
        for claim in spec.capabilities.iter().filter(|c| c.method != Method::Category) {
            let line = format!("{} [{}]", spec.id.name, claim.evidence);
            shown.entry(claim.capability.to_string()).or_default().push(line);
        }
    }
    for (capability, lines) in &shown {
        println!("{capability}: {}", lines.len());
        for line in lines.iter().step_by(lines.len().div_ceil(8)) {
            println!("    {line}");
        }
    }
}
