//! Which model is asked: free ones that answer in JSON, picked from the live list (protocol 11.5).

use serde_json::Value;

/// The one that picks any free model; always the last resort.
const ANY_FREE: &str = "openrouter/free";
/// Tokens that a call and its answer need.
const CONTEXT: u64 = 16_000;

/// Ids of free models that can answer to a schema, best first: `DeepSeek` before others, long contexts before short
/// ones, the router that takes any last.
pub(super) fn candidates(models: &Value) -> Vec<String> {
    let mut found: Vec<(bool, u64, &str)> =
        models["data"].as_array().into_iter().flatten().filter_map(usable).collect();
    // Preferred ones first, then by context, then by name so that the choice does not depend on the list's order.
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(b.2)));
    let mut ids: Vec<String> = found.into_iter().map(|(.., id)| id.to_owned()).collect();
    ids.push(ANY_FREE.to_owned());
    ids
}

fn usable(model: &Value) -> Option<(bool, u64, &str)> {
    let id = model["id"].as_str().filter(|id| *id != ANY_FREE && !id.is_empty())?;
    let free = |key: &str| is_zero(&model["pricing"][key]);
    let takes = |name: &str| model["supported_parameters"].as_array().is_some_and(|all| all.iter().any(|p| p == name));
    let context = model["context_length"].as_u64().unwrap_or_default();
    let fits = context >= CONTEXT && (takes("structured_outputs") || takes("response_format"));
    (free("prompt") && free("completion") && fits).then(|| (id.starts_with("deepseek/"), context, id))
}

/// A price of nothing, as text or number; a missing price is no price of nothing.
fn is_zero(price: &Value) -> bool {
    match price {
        Value::String(text) => text.parse::<f64>().is_ok_and(|number| number == 0.0),
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn model(id: &str, price: &str, context: u64, parameters: &[&str]) -> Value {
        json!({"id": id, "context_length": context, "supported_parameters": parameters,
            "pricing": {"prompt": price, "completion": price}})
    }

    #[test]
    fn free_models_that_answer_to_a_schema_and_the_router_last() {
        let list = json!({"data": [
            model("openrouter/free", "0", 100_000, &["structured_outputs"]),
            model("a/long:free", "0", 200_000, &["response_format"]),
            model("deepseek/new:free", "0.0", 64_000, &["structured_outputs"]),
            model("deepseek/paid", "0.0000001", 64_000, &["structured_outputs"]),
            model("b/short:free", "0", 4_000, &["structured_outputs"]),
            model("c/plain:free", "0", 64_000, &["temperature"]),
            json!({"id": "d/unpriced", "context_length": 64_000, "supported_parameters": ["structured_outputs"]}),
        ]});
        assert_eq!(candidates(&list), ["deepseek/new:free", "a/long:free", "openrouter/free"]);
        assert_eq!(candidates(&json!({"data": null})), ["openrouter/free"]);
    }
}
