//! JSON pointers (RFC 6901) into an object that is not wrapped in a `Value`.

use crate::JsonMap;
use serde_json::Value;

/// The value of `body` at `pointer`.
pub fn get<'a>(body: &'a JsonMap, pointer: &str) -> Option<&'a Value> {
    let (first, rest) = split(pointer)?;
    let value = body.get(&first)?;
    if rest.is_empty() { Some(value) } else { value.pointer(rest) }
}

/// The value of `body` at `pointer`, to be replaced.
pub fn get_mut<'a>(body: &'a mut JsonMap, pointer: &str) -> Option<&'a mut Value> {
    let (first, rest) = split(pointer)?;
    let value = body.get_mut(&first)?;
    if rest.is_empty() { Some(value) } else { value.pointer_mut(rest) }
}

/// The first key, unescaped, and the pointer that is left.
fn split(pointer: &str) -> Option<(String, &str)> {
    let path = pointer.strip_prefix('/')?;
    let end = path.find('/').unwrap_or(path.len());
    let (first, rest) = path.split_at(end);
    Some((first.replace("~1", "/").replace("~0", "~"), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pointers_reach_into_objects_and_lists_and_unescape_keys() {
        let Value::Object(mut body) = json!({"a": {"b": [1, 2]}, "x/y": {"~": 3}}) else { unreachable!() };
        assert_eq!(get(&body, "/a/b/1"), Some(&json!(2)));
        assert_eq!(get(&body, "/x~1y/~0"), Some(&json!(3)));
        assert_eq!(get(&body, "a"), None);
        assert_eq!(get(&body, "/a/b/7"), None);
        *get_mut(&mut body, "/a/b/0").unwrap() = json!(9);
        assert_eq!(get(&body, "/a/b"), Some(&json!([9, 2])));
    }
}
