//! The React server payload inside a page: numbered rows of JSON that refer to each other.

use super::markup::Page;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Deepest nesting of what references are followed into.
const DEEPEST: usize = 100;
/// Most that one resolved value may hold, in nodes and pieces of 32 bytes: references can multiply what they name.
const LARGEST: usize = 400_000;

/// The data of one page.
#[derive(Debug)]
pub(super) struct Payload {
    rows: BTreeMap<String, Value>,
    blocks: Vec<Value>,
}

impl Payload {
    /// Reads the data of `page`.
    pub(super) fn of(page: Page) -> Self {
        Self { rows: rows(&page.payload), blocks: page.blocks }
    }

    /// Shows every object to `visit`, as it stands: what it refers to is not followed.
    pub(super) fn objects<'a>(&'a self, mut visit: impl FnMut(&'a Map<String, Value>)) {
        let mut waiting: Vec<&Value> = self.rows.values().chain(&self.blocks).collect();
        while let Some(value) = waiting.pop() {
            match value {
                Value::Object(map) => {
                    visit(map);
                    waiting.extend(map.values());
                }
                Value::Array(list) => waiting.extend(list),
                _ => {}
            }
        }
    }

    /// `value` with every reference replaced by what it names; what is unknown or too much is left out.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        let mut left = LARGEST;
        self.follow(value, 0, &mut left).unwrap_or_default()
    }

    /// The member `name` of `map`, resolved.
    pub(super) fn member(&self, map: &Map<String, Value>, name: &str) -> Value {
        map.get(name).map(|value| self.resolve(value)).unwrap_or_default()
    }

    fn follow(&self, value: &Value, depth: usize, left: &mut usize) -> Option<Value> {
        *left = left.checked_sub(1)?;
        if depth > DEEPEST {
            return None;
        }
        match value {
            Value::String(text) => self.text(text, depth, left),
            Value::Array(list) => {
                let items = list.iter().map(|item| self.follow(item, depth + 1, left).unwrap_or_default());
                Some(Value::Array(items.collect()))
            }
            Value::Object(map) => {
                let members = map.iter().filter_map(|(name, value)| {
                    *left = left.checked_sub(name.len() / 32)?;
                    Some((name.clone(), self.follow(value, depth + 1, left)?))
                });
                Some(Value::Object(members.collect()))
            }
            plain => Some(plain.clone()),
        }
    }

    /// `$$x` is the text `$x`, `$1a` and `$L1a` stand for a row, `$1a:b:0` for a part of one; other signs have no data.
    fn text(&self, text: &str, depth: usize, left: &mut usize) -> Option<Value> {
        let plain = |text: &str, left: &mut usize| {
            *left = left.checked_sub(text.len() / 32)?;
            Some(Value::from(text))
        };
        match text.strip_prefix('$') {
            None | Some("") => plain(text, left),
            Some(rest) if rest.starts_with('$') => plain(rest, left),
            Some(rest) => {
                let mut path = rest.strip_prefix('L').unwrap_or(rest).split(':');
                let mut found = self.rows.get(path.next()?)?;
                for part in path {
                    found = match found {
                        Value::Array(list) => list.get(part.parse::<usize>().ok()?)?,
                        other => other.get(part)?,
                    };
                }
                self.follow(found, depth + 1, left)
            }
        }
    }
}

/// `ID:JSON` up to the end of the line, or `ID:T` with a length in hexadecimal bytes and that much text. Rows of other
/// kinds, which name code and fonts, are left out.
fn rows(payload: &str) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let Some((id, data)) = line.split_once(':').filter(|(id, _)| is_hexadecimal(id)) else {
            rest = after;
            continue;
        };
        if let Some(length) = data.strip_prefix('T').and_then(|data| data.split_once(',')).map(|(length, _)| length)
            && let Ok(bytes) = usize::from_str_radix(length, 16)
        {
            let text = &rest[id.len() + length.len() + 3..];
            if let Some((text, after)) = text.split_at_checked(bytes) {
                rows.insert(id.to_owned(), Value::from(escaped(text)));
                rest = after;
                continue;
            }
        }
        if let Ok(value) = serde_json::from_str(data) {
            rows.insert(id.to_owned(), value);
        }
        rest = after;
    }
    rows
}

/// Text of a row of its own is never a reference.
fn escaped(text: &str) -> String {
    if text.starts_with('$') { format!("${text}") } else { text.to_owned() }
}

fn is_hexadecimal(id: &str) -> bool {
    !id.is_empty() && id.len() <= 8 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn payload(text: &str) -> Payload {
        Payload { rows: rows(text), blocks: Vec::new() }
    }

    #[test]
    fn rows_refer_to_rows() {
        let text = "1:HL[\"/font\"]\n2:I[1,[],\"\"]\n3:{\"a\":\"$4\",\"b\":\"$$5\",\"c\":\"$undefined\",\"d\":\"$6:x:1\"}\n\
            4:[\"$5\",\"$\",null]\n5:T9,$5 \n ü\u{a0}6:{\"x\":[0,true]}\nnot a row\n7:{broken\n";
        let payload = payload(text);
        assert_eq!(
            payload.resolve(&json!("$L3")),
            json!({"a": ["$5 \n ü\u{a0}", "$", null], "b": "$5", "d": true}),
            "{payload:?}"
        );
        let mut seen = 0;
        payload.objects(|_| seen += 1);
        assert_eq!(seen, 2);
    }

    #[test]
    fn circles_and_multiplying_references_end() {
        let circle = payload("1:{\"a\":\"$1\"}\n");
        assert!(circle.resolve(&json!("$1")).is_object());
        let mut bomb = String::from("0:\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n");
        for n in 1..40 {
            let part = format!("\"${:x}\"", n - 1);
            bomb.extend([format!("{n:x}:[{part},{part},{part},{part}]\n")]);
        }
        let begun = std::time::Instant::now();
        payload(&bomb).resolve(&json!("$27"));
        assert!(begun.elapsed().as_secs() < 10);
    }
}
