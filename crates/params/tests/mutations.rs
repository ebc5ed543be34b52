//! Ten thousand damaged documents and requests: an answer every time, never a panic, and never more than what is stated.
//!
//! The bounds (README, "Bounds"): at most 50,000 schema nodes of one document are read, at most 16 deep; a body holds what
//! the request and the rules hold, and a list index of a dotted path is at most 255,
//! so each step of a path adds at most 255 nulls.

#![expect(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{fal, fill};
use mediagen_core::{Field, FieldType, ModelKind, Options, Policy, Request, Role, SchemaSource};
use mediagen_emulator::fal::catalogue::Catalogue;
use mediagen_params::{MediaFacts, map, schema_from_openapi};
use serde_json::{Map, Value, json};

/// A small generator, so that a failure can be repeated by its number (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % sides.max(1)
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn scrap(&mut self) -> Value {
        let scraps = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1e308),
            json!(u64::MAX),
            json!(0.1),
            json!(""),
            json!("\u{0}ß/~0~1.[]"),
            json!("16:0"),
            json!("0x0"),
            json!("99999999999999999999p"),
            json!([]),
            json!({}),
            json!([[[[[null]]]]]),
            json!({"type": "array", "items": {"type": "array"}}),
            json!({"type": ["string", "null", "integer", "object"]}),
            json!({"enum": [null, "5s", 5, 5.5, "16:9", "square_hd", true, {}]}),
            json!({"anyOf": [{"type": "object", "properties": {"width": {}, "height": {"type": "integer"}}}, {}]}),
            json!({"type": "integer", "minimum": 9, "maximum": 1, "multipleOf": 0}),
            json!({"type": "number", "exclusiveMinimum": true, "minimum": 1e300, "multipleOf": 1e-300}),
            json!({"$ref": "#/components/schemas"}),
            json!({"$ref": "#/paths"}),
            json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}),
        ];
        scraps[self.roll(scraps.len())].clone()
    }

    /// Damages `value` in a few places.
    fn damage(&mut self, value: &mut Value, odds: usize) {
        if self.one_in(odds) {
            *value = self.scrap();
            return;
        }
        match value {
            Value::Object(map) => {
                let keys: Vec<String> = map.keys().cloned().collect();
                for key in &keys {
                    if self.one_in(odds * 2) {
                        let part = map.remove(key).unwrap();
                        let other = keys[self.roll(keys.len())].clone();
                        map.insert(other, part);
                    }
                }
                map.values_mut().for_each(|part| self.damage(part, odds));
            }
            Value::Array(list) => {
                if self.one_in(odds) && list.len() < 64 {
                    list.extend(list.clone());
                }
                for part in list {
                    self.damage(part, odds);
                }
            }
            Value::String(text) if self.one_in(odds * 2) => *text = text.chars().rev().collect(),
            _ => {}
        }
    }

    fn options(&mut self) -> Options {
        let mut given = json!({
            "negative_prompt": "n", "size": "1280x720", "aspect_ratio": "16:9", "resolution": "720p", "count": 2, "seed": 0,
            "steps": 12, "guidance": 4.0, "strength": 0.5, "quality": "high", "format": "mp4", "duration": 5.0, "fps": 24.0,
            "loop": true, "motion": 0.5, "scale": 2.0, "similarity": 0.5, "denoise": false, "voice": "v",
            "voice_sample_text": "t", "language": "en", "speed": 1.0, "pitch": 0.0, "volume": 1.0, "sample_rate": 44100
        });
        let map = given.as_object_mut().unwrap();
        let keys: Vec<String> = map.keys().cloned().collect();
        for key in keys {
            let before = map[&key].clone();
            match self.roll(4) {
                0 => drop(map.remove(&key)),
                1 => {
                    let scrap = self.scrap();
                    map.insert(key.clone(), scrap);
                    if serde_json::from_value::<Options>(Value::Object(map.clone())).is_err() {
                        map.insert(key, before);
                    }
                }
                _ => {}
            }
        }
        serde_json::from_value(given).unwrap()
    }

    fn request(&mut self, names: &[String]) -> Request {
        let mut request = Request::new();
        if !self.one_in(5) {
            request = request.with_prompt("word ".repeat(self.roll(50)));
        }
        for role in Role::ALL {
            for number in 0..self.roll(3) {
                let url =
                    if self.one_in(2) { format!("https://media.test/{number}") } else { format!("file{number}.png") };
                request = request.with_input(*role, url);
            }
        }
        request.options = self.options();
        for _ in 0..self.roll(3) {
            let mut name = names[self.roll(names.len())].clone();
            if self.one_in(3) {
                name += [".0.x", ".999999999", "..", ".255.255.255"][self.roll(4)];
            }
            let value = self.scrap();
            request.extra.insert(name, value);
        }
        request.policy = if self.one_in(2) { Policy::Strict } else { Policy::Adjust };
        request
    }
}

/// How many types a field holds.
fn weight(fields: &[Field]) -> usize {
    fn of(ty: &FieldType) -> usize {
        1 + match ty {
            FieldType::Enum(values) => values.len(),
            FieldType::List { items, .. } => of(items),
            FieldType::Object(fields) => weight(fields),
            FieldType::Union(variants) => variants.iter().map(of).sum(),
            _ => 0,
        }
    }
    fields.iter().map(|field| of(&field.ty)).sum()
}

fn names(document: &Value) -> Vec<String> {
    let mut names = vec!["prompt".to_owned()];
    if let Some(schemas) = document.pointer("/components/schemas").and_then(Value::as_object) {
        let properties = schemas.values().filter_map(|schema| schema["properties"].as_object());
        names.extend(properties.flat_map(Map::keys).cloned());
    }
    names
}

#[test]
fn ten_thousand_damaged_documents_and_requests_get_an_answer() {
    let documents: Vec<Value> = Catalogue::builtin().iter().filter_map(|row| row.openapi.clone()).collect();
    let (mut mapped, mut refused) = (0, 0);
    for number in 1..=10_000_u64 {
        let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut document = documents[dice.roll(documents.len())].clone();
        let names = names(&document);
        let odds = [40, 150, 600][dice.roll(3)];
        dice.damage(&mut document, odds);
        let request = dice.request(&names);
        let kind = ModelKind::ALL[dice.roll(ModelKind::ALL.len())];
        let Ok(schema) = schema_from_openapi(&document, SchemaSource::Live) else { continue };
        assert!(weight(&schema.inputs) <= 50_000, "{number}");
        let facts = [Some(MediaFacts::new().with_bytes(u64::MAX).with_size(0, 1).with_duration(f64::NAN)), None];
        match map(&request, kind, &schema, &fal(), &facts) {
            Ok(mut body) => {
                mapped += 1;
                let size = serde_json::to_string(&body.body).unwrap().len();
                let asked = serde_json::to_string(&request).unwrap().len();
                assert!(size <= asked + 16_384, "{number}: {size} bytes of body for {asked} bytes of request");
                for slot in body.uploads.clone() {
                    assert!(fill(&mut body, &slot, "https://cdn.test/x"), "{number}: {slot:?}");
                }
            }
            Err(error) => {
                refused += 1;
                assert!(!error.fields().is_empty(), "{number}: a refusal names what is wrong");
            }
        }
    }
    assert!(mapped > 1000 && refused > 1000, "{mapped} mapped, {refused} refused: the damage says little");
}
