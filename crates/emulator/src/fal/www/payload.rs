//! The data that a page carries for React: numbered rows that refer to each other, cut into pieces and pushed by scripts
//! (protocol 7.4).

use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Characters of one piece.
const PIECE: usize = 2048;
/// Texts from this many bytes on get a row of their own.
const LONG: usize = 1024;

/// Rows as they are written: 0 is kept for the page itself.
#[derive(Debug)]
pub(super) struct Payload {
    rows: String,
    next: usize,
}

impl Payload {
    /// Begins with the rows that name fonts and code.
    pub(super) fn new() -> Self {
        let rows = "1:HL[\"/_next/static/media/font.woff2\",\"font\",{\"type\":\"font/woff2\"}]\n\
            2:I[4711,[\"95031\",\"static/chunks/app/models/page.js\"],\"ModelPage\"]\n";
        Self { rows: rows.to_owned(), next: 3 }
    }

    /// Writes `value` into rows and gives what stands for it.
    pub(super) fn outline(&mut self, value: &Value) -> Value {
        let row = match value {
            Value::String(text) if text.len() >= LONG => {
                let id = self.take();
                let _ = write!(self.rows, "{id:x}:T{:x},{text}", text.len());
                return json!(format!("${id:x}"));
            }
            Value::String(text) if text.starts_with('$') => return json!(format!("${text}")),
            Value::Array(list) if !list.is_empty() => {
                Value::Array(list.iter().map(|item| self.outline(item)).collect())
            }
            Value::Object(map) if !map.is_empty() => {
                let members = map.iter().map(|(name, value)| (name.clone(), self.outline(value)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            plain => return plain.clone(),
        };
        let id = self.take();
        let _ = writeln!(self.rows, "{id:x}:{row}");
        json!(format!("${id:x}"))
    }

    fn take(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// The scripts of a page whose component takes `properties`.
    pub(super) fn scripts(mut self, properties: &Value) -> String {
        let _ = writeln!(self.rows, "0:{}", json!(["$", "$L2", null, properties]));
        let mut html = String::from("<script>(self.__next_f=self.__next_f||[]).push([0])</script>");
        let mut rest = self.rows.as_str();
        while !rest.is_empty() {
            let end = rest.char_indices().nth(PIECE).map_or(rest.len(), |(end, _)| end);
            let (piece, after) = rest.split_at(end);
            // A script ends at the first `</script>`, also inside a text.
            let piece = json!([1, piece]).to_string().replace('<', "\\u003c");
            let _ = write!(html, "<script>self.__next_f.push({piece})</script>");
            rest = after;
        }
        html
    }
}
