//! Values that must not be shown or written down.

use super::{Field, FieldType, Schema};
use crate::JsonMap;
use serde_json::Value;

/// What stands in the place of a secret.
const HIDDEN: &str = "…";

impl Schema {
    /// Whether any input field is a secret.
    pub fn has_secrets(&self) -> bool {
        self.inputs.iter().any(is_secret)
    }

    /// `body` as it may be shown and written down: `…` in the place of each secret field's value.
    ///
    /// ```
    /// use mediagen_core::{Field, FieldType, Schema, SchemaSource};
    /// use serde_json::json;
    ///
    /// let mut key = Field::new("token", FieldType::text());
    /// key.secret = true;
    /// let schema = Schema::new(SchemaSource::Live, vec![key, Field::new("prompt", FieldType::text())]);
    /// let body = json!({"prompt": "waves", "token": "t-1"});
    /// let shown = schema.redacted(body.as_object().unwrap());
    /// assert_eq!(serde_json::Value::from(shown), json!({"prompt": "waves", "token": "…"}));
    /// ```
    pub fn redacted(&self, body: &JsonMap) -> JsonMap {
        let mut shown = body.clone();
        if self.has_secrets() {
            hide_fields(&mut shown, &self.inputs);
        }
        shown
    }
}

fn is_secret(field: &Field) -> bool {
    field.secret || holds_secrets(&field.ty)
}

fn holds_secrets(ty: &FieldType) -> bool {
    match ty {
        FieldType::Object(fields) => fields.iter().any(is_secret),
        FieldType::List { items, .. } => holds_secrets(items),
        FieldType::Union(variants) => variants.iter().any(holds_secrets),
        _ => false,
    }
}

fn hide_fields(map: &mut JsonMap, fields: &[Field]) {
    for field in fields {
        let Some(value) = map.get_mut(&field.name) else { continue };
        if field.secret {
            *value = Value::from(HIDDEN);
        } else {
            hide(value, &field.ty);
        }
    }
}

fn hide(value: &mut Value, ty: &FieldType) {
    match (ty, value) {
        (FieldType::Object(fields), Value::Object(map)) => hide_fields(map, fields),
        (FieldType::List { items, .. }, Value::Array(values)) => values.iter_mut().for_each(|value| hide(value, items)),
        (FieldType::Union(variants), value) => variants.iter().for_each(|variant| hide(value, variant)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SchemaSource;
    use serde_json::json;

    #[test]
    fn secrets_are_hidden_at_any_depth_and_nothing_else() {
        let mut key = Field::new("key", FieldType::text());
        key.secret = true;
        let object = FieldType::Object(vec![key.clone(), Field::new("path", FieldType::text())]);
        let either = FieldType::Union(vec![FieldType::text(), object.clone()]);
        let inputs = vec![key, Field::new("loras", FieldType::list(object)), Field::new("base", either)];
        let schema = Schema::new(SchemaSource::Live, inputs);
        let body = json!({"key": {"any": 1}, "loras": [{"key": "k", "path": "p"}], "base": {"key": 3}, "other": "key"});
        let shown = schema.redacted(body.as_object().unwrap());
        let expected = json!({"key": "…", "loras": [{"key": "…", "path": "p"}], "base": {"key": "…"}, "other": "key"});
        assert_eq!(Value::from(shown), expected);
        assert!(schema.has_secrets() && !Schema::default().has_secrets());
    }
}
