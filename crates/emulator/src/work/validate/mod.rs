//! Checks a value against a schema as fal's pydantic models would, in lax mode.
//!
//! Unknown fields pass. Numbers may come as text (`"5"` for an integer), text may not come as a number, and a closed
//! list is compared without any conversion: `5` is not `"5"`.

mod scalar;
#[cfg(test)]
mod tests;

use super::{
    failure::Problem,
    schema::{Document, required, takes_null, type_of, union},
};
use serde_json::{Value, json};

/// Every way in which `value` breaks `schema`; empty when it fits.
pub(super) fn check<'a>(document: Document<'a>, schema: &'a Value, value: &Value) -> Vec<Problem> {
    let mut check = Check { document, loc: Vec::new(), found: Vec::new() };
    check.value(schema, value);
    check.found
}

struct Check<'a> {
    document: Document<'a>,
    loc: Vec<Value>,
    found: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn value(&mut self, schema: &'a Value, value: &Value) {
        // An undefined reference means that nothing is known: anything goes (protocol 7.5).
        let Some(schema) = self.document.resolve(schema) else { return };
        if let Some(members) = union(schema) {
            return self.any_of(members, value);
        }
        for member in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.value(member, value);
        }
        if value.is_null() && (takes_null(schema) || type_of(schema).is_none()) {
            return;
        }
        if let Some(expected) = expected(schema) {
            return self.literal(&expected, value);
        }
        match type_of(schema) {
            Some("object") => self.object(schema, value),
            Some("array") => self.list(schema, value),
            Some(word) => self.found.extend(scalar::check(word, schema, value, &self.loc)),
            None if schema.get("properties").is_some() => self.object(schema, value),
            None => {}
        }
    }

    fn literal(&mut self, expected: &[Value], value: &Value) {
        if expected.contains(value) {
            return;
        }
        let words = expected.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), |text| format!("'{text}'")));
        let words = words.collect::<Vec<_>>().join(", ");
        let problem = Problem::new(&self.loc, "literal_error", format!("Input should be {words}"), value);
        self.found.push(problem.with("expected", &json!(words)));
    }

    /// Fits when one member fits; otherwise the complaints of the member that is nearest in kind are reported.
    fn any_of(&mut self, members: &'a [Value], value: &Value) {
        let mut best: Option<(bool, Vec<Problem>)> = None;
        for member in members {
            let mut trial = Check { document: self.document, loc: self.loc.clone(), found: Vec::new() };
            trial.value(member, value);
            if trial.found.is_empty() {
                return;
            }
            let near = self.document.resolve(member).is_some_and(|schema| same_kind(schema, value));
            if best.as_ref().is_none_or(|(was_near, _)| near && !was_near) {
                best = Some((near, trial.found));
            }
        }
        self.found.extend(best.into_iter().flat_map(|(_, problems)| problems));
    }

    fn object(&mut self, schema: &'a Value, value: &Value) {
        let Some(given) = value.as_object() else {
            let msg = "Input should be a valid dictionary";
            return self.found.push(Problem::new(&self.loc, "dict_type", msg, value));
        };
        let properties = self.document.properties(schema);
        for name in required(schema).filter(|name| !given.contains_key(*name)) {
            let property = properties.iter().find(|(known, _)| *known == name);
            // A required field with a default is one that the server fills in (protocol 7.5).
            if property.is_some_and(|(_, inner)| self.document.default(inner).is_some()) {
                continue;
            }
            self.loc.push(json!(name));
            self.found.push(Problem::new(&self.loc, "missing", "Field required", value));
            self.loc.pop();
        }
        for (name, member) in given {
            let known = properties.iter().find(|(property, _)| property == name).map(|(_, inner)| *inner);
            let open = || schema.get("additionalProperties").filter(|inner| inner.is_object());
            if let Some(inner) = known.or_else(open) {
                self.loc.push(json!(name));
                self.value(inner, member);
                self.loc.pop();
            }
        }
    }

    fn list(&mut self, schema: &'a Value, value: &Value) {
        let Some(items) = value.as_array() else {
            return self.found.push(Problem::new(&self.loc, "list_type", "Input should be a valid list", value));
        };
        self.found.extend(scalar::length(schema, ["minItems", "maxItems"], items.len(), "item", value, &self.loc));
        let fixed = schema.get("prefixItems").and_then(Value::as_array);
        for (index, item) in items.iter().enumerate() {
            let inner = fixed.and_then(|list| list.get(index)).or_else(|| schema.get("items"));
            if let Some(inner) = inner {
                self.loc.push(json!(index));
                self.value(inner, item);
                self.loc.pop();
            }
        }
    }
}

/// The closed list of a schema: `enum`, or `const` as a list of one.
fn expected(schema: &Value) -> Option<Vec<Value>> {
    let single = || schema.get("const").map(|one| vec![one.clone()]);
    schema.get("enum").and_then(Value::as_array).cloned().or_else(single)
}

/// Whether value and schema are of one JSON kind.
fn same_kind(schema: &Value, value: &Value) -> bool {
    let sample = expected(schema).and_then(|list| list.into_iter().next());
    match (type_of(schema), value) {
        (Some("string"), Value::String(_))
        | (Some("integer" | "number"), Value::Number(_))
        | (Some("boolean"), Value::Bool(_))
        | (Some("array"), Value::Array(_))
        | (Some("object"), Value::Object(_)) => true,
        (None, _) => sample.is_some_and(|sample| std::mem::discriminant(&sample) == std::mem::discriminant(value)),
        _ => false,
    }
}
