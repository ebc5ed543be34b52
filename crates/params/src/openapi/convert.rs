//! One JSON schema to one [`FieldType`].

use super::limits;
use mediagen_core::{Field, FieldType};
use serde_json::{Map, Value};

/// Deepest nesting that is read; what lies below becomes [`FieldType::Any`].
const MAX_DEPTH: usize = 16;
/// Most schema nodes and enum values that are read from one document, so that a hostile one stays cheap.
const MAX_NODES: usize = 50_000;
/// Longest chain of references.
const MAX_CHAIN: usize = 32;

/// Reads the schemas of one document.
pub(super) struct Converter<'a> {
    document: &'a Value,
    /// References that are being followed, to cut cycles.
    open: Vec<&'a str>,
    depth: usize,
    nodes: usize,
}

/// A type, and whether null is allowed beside it.
struct Node {
    ty: FieldType,
    nullable: bool,
}

impl Node {
    fn new(ty: FieldType) -> Self {
        Self { ty, nullable: false }
    }

    fn null() -> Self {
        Self { ty: FieldType::Any, nullable: true }
    }
}

impl<'a> Converter<'a> {
    pub(super) fn new(document: &'a Value) -> Self {
        Self { document, open: Vec::new(), depth: 0, nodes: 0 }
    }

    /// Follows local references from `value`; a broken or endless chain gives null.
    pub(super) fn follow(&self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..MAX_CHAIN {
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => value = self.target(reference).unwrap_or(&Value::Null),
                None => return value,
            }
        }
        &Value::Null
    }

    fn target(&self, reference: &str) -> Option<&'a Value> {
        self.document.pointer(reference.strip_prefix('#')?)
    }

    /// The fields of an object schema; empty for anything else.
    pub(super) fn fields(&mut self, schema: &'a Value) -> Vec<Field> {
        match self.node(schema).ty {
            FieldType::Object(fields) => fields,
            FieldType::Union(variants) => variants
                .into_iter()
                .find_map(|variant| if let FieldType::Object(fields) = variant { Some(fields) } else { None })
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// What a value of `schema` is.
    pub(super) fn root(&mut self, schema: &'a Value) -> FieldType {
        self.node(schema).ty
    }

    fn node(&mut self, schema: &'a Value) -> Node {
        let Some(object) = schema.as_object() else { return Node::new(FieldType::Any) };
        self.nodes += 1;
        if self.depth >= MAX_DEPTH || self.nodes > MAX_NODES {
            return Node::new(FieldType::Any);
        }
        self.depth += 1;
        let mut node = self.object_node(object);
        self.depth -= 1;
        node.nullable |= object.get("nullable").and_then(Value::as_bool).unwrap_or(false);
        node
    }

    fn object_node(&mut self, schema: &'a Map<String, Value>) -> Node {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.reference(reference);
        }
        if let Some(value) = schema.get("const") {
            return enumeration(std::slice::from_ref(value));
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
            self.nodes += values.len();
            return enumeration(values);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.all_of(schema, parts);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(variants) = schema.get(key).and_then(Value::as_array) {
                let nodes = variants.iter().map(|variant| self.node(variant)).collect();
                return union(nodes);
            }
        }
        match schema.get("type") {
            Some(Value::String(name)) => self.typed(name, schema),
            Some(Value::Array(names)) => {
                let nodes = names.iter().filter_map(Value::as_str).map(|name| self.typed(name, schema)).collect();
                union(nodes)
            }
            _ => self.untyped(schema),
        }
    }

    fn reference(&mut self, reference: &'a str) -> Node {
        if self.open.contains(&reference) {
            return Node::new(FieldType::Any);
        }
        let Some(target) = self.target(reference) else { return Node::new(FieldType::Any) };
        self.open.push(reference);
        let node = self.node(target);
        self.open.pop();
        node
    }

    /// Parts that hold at once: objects are joined, otherwise the first part that says something counts.
    fn all_of(&mut self, schema: &'a Map<String, Value>, parts: &'a [Value]) -> Node {
        let mut nodes: Vec<Node> = parts.iter().map(|part| self.node(part)).collect();
        if schema.contains_key("properties") {
            nodes.push(Node::new(self.object(schema)));
        }
        let mut fields: Vec<Field> = Vec::new();
        let mut first = None;
        for node in nodes {
            match node.ty {
                FieldType::Object(more) => {
                    fields.retain(|field| more.iter().all(|other| other.name != field.name));
                    fields.extend(more);
                }
                FieldType::Any => {}
                ty => {
                    first.get_or_insert(Node { ty, nullable: node.nullable });
                }
            }
        }
        first.unwrap_or_else(|| Node::new(if fields.is_empty() { FieldType::Any } else { FieldType::Object(fields) }))
    }

    fn typed(&mut self, name: &str, schema: &'a Map<String, Value>) -> Node {
        Node::new(match name {
            "null" => return Node::null(),
            "string" => text(schema),
            "integer" => FieldType::Integer(limits::range(schema)),
            "number" => FieldType::Number(limits::range(schema)),
            "boolean" => FieldType::Boolean,
            "array" => self.list(schema),
            "object" => self.object(schema),
            _ => FieldType::Any,
        })
    }

    fn untyped(&mut self, schema: &'a Map<String, Value>) -> Node {
        let has = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
        Node::new(if has(&["properties"]) {
            self.object(schema)
        } else if has(&["items", "prefixItems"]) {
            self.list(schema)
        } else if has(&["minLength", "maxLength", "pattern"]) {
            text(schema)
        } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) {
            FieldType::Number(limits::range(schema))
        } else {
            FieldType::Any
        })
    }

    fn list(&mut self, schema: &'a Map<String, Value>) -> FieldType {
        let prefix = schema.get("prefixItems").and_then(Value::as_array).filter(|items| !items.is_empty());
        let items = match (prefix, schema.get("items")) {
            (Some(prefix), _) => {
                let nodes = prefix.iter().map(|item| self.node(item)).collect();
                union(nodes).ty
            }
            (None, Some(items)) => self.node(items).ty,
            (None, None) => FieldType::Any,
        };
        let count = |key: &str| schema.get(key).and_then(Value::as_u64);
        FieldType::List { items: Box::new(items), min_items: count("minItems"), max_items: count("maxItems") }
    }

    fn object(&mut self, schema: &'a Map<String, Value>) -> FieldType {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return FieldType::Object(Vec::new());
        };
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let fields = in_order(schema, properties).into_iter().map(|(name, property)| {
            let mut field = self.field(name, property);
            field.required = required.contains(&name);
            field
        });
        FieldType::Object(fields.collect())
    }

    fn field(&mut self, name: &str, property: &'a Value) -> Field {
        let node = self.node(property);
        let mut field = Field::new(name, node.ty);
        field.nullable = node.nullable;
        field.default = self.said(property, "default").filter(|default| !default.is_null()).cloned();
        field.description = self.said(property, "description").and_then(Value::as_str).map(str::to_owned);
        field.limits = limits::of(property);
        field.secret = is_secret(&field.ty, property);
        field
    }

    /// What the property says of itself, or else what the schema behind its reference or lone `allOf` part says.
    fn said(&self, property: &'a Value, key: &str) -> Option<&'a Value> {
        let mut property = property;
        for _ in 0..MAX_CHAIN {
            if let Some(found) = property.get(key) {
                return Some(found);
            }
            property = match (property.get("$ref"), property.get("allOf").and_then(Value::as_array)) {
                (Some(Value::String(reference)), _) => self.target(reference)?,
                (_, Some(parts)) if parts.len() == 1 => &parts[0],
                _ => return None,
            };
        }
        None
    }
}

/// Whether a value must not be shown: text in the format `password`, or an extension such as `x-acme-secret`.
fn is_secret(ty: &FieldType, property: &Value) -> bool {
    let password = matches!(ty, FieldType::Text { format: Some(format), .. } if format == "password");
    let said = |(key, value): (&String, &Value)| {
        key.starts_with("x-") && key.ends_with("secret") && value.as_bool() == Some(true)
    };
    password || property.as_object().is_some_and(|property| property.iter().any(said))
}

/// Properties in the order that an extension whose key ends in `order-properties` gives, or else in that of their own
/// `x-order`; the others after them.
fn in_order<'a>(schema: &'a Map<String, Value>, properties: &'a Map<String, Value>) -> Vec<(&'a str, &'a Value)> {
    let order: Vec<&str> = schema
        .iter()
        .filter(|(key, _)| key.starts_with("x-") && key.ends_with("order-properties"))
        .filter_map(|(_, names)| names.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let place = |(name, property): &(&str, &Value)| {
        let listed = order.iter().position(|other| other == name).unwrap_or(order.len());
        (listed, property.get("x-order").and_then(Value::as_u64).unwrap_or(u64::MAX))
    };
    let mut pairs: Vec<(&str, &Value)> = properties.iter().map(|(name, value)| (name.as_str(), value)).collect();
    pairs.sort_by_cached_key(place);
    pairs
}

fn text(schema: &Map<String, Value>) -> FieldType {
    FieldType::Text {
        min_length: schema.get("minLength").and_then(Value::as_u64),
        max_length: schema.get("maxLength").and_then(Value::as_u64),
        format: schema.get("format").and_then(Value::as_str).map(str::to_owned),
    }
}

fn enumeration(values: &[Value]) -> Node {
    let given: Vec<Value> = values.iter().filter(|value| !value.is_null()).cloned().collect();
    let nullable = given.len() < values.len();
    Node { ty: if given.is_empty() { FieldType::Any } else { FieldType::Enum(given) }, nullable }
}

/// One of several: null becomes a flag, enums become one, a single rest stands for itself.
fn union(nodes: Vec<Node>) -> Node {
    let nullable = nodes.iter().any(|node| node.nullable);
    let mut variants: Vec<FieldType> = Vec::new();
    for node in nodes.into_iter().filter(|node| !(node.nullable && node.ty == FieldType::Any)) {
        let parts = if let FieldType::Union(parts) = node.ty { parts } else { vec![node.ty] };
        for part in parts {
            match part {
                FieldType::Enum(more) => join(&mut variants, more),
                part if !variants.contains(&part) => variants.push(part),
                _ => {}
            }
        }
    }
    let ty = match variants.len() {
        0 => FieldType::Any,
        1 => variants.remove(0),
        _ => FieldType::Union(variants),
    };
    Node { ty, nullable }
}

/// Adds enum values to the enum that is there, or as a new one.
fn join(variants: &mut Vec<FieldType>, more: Vec<Value>) {
    let known = variants.iter_mut().find_map(|v| if let FieldType::Enum(known) = v { Some(known) } else { None });
    match known {
        Some(known) => {
            let new: Vec<Value> = more.into_iter().filter(|value| !known.contains(value)).collect();
            known.extend(new);
        }
        None => variants.push(FieldType::Enum(more)),
    }
}
