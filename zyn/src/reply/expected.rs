//! What a schema allows, in a few words for a violation.

use serde_json::Value;

use crate::schema::node::Node;

/// As in `a whole number` or `one of "low", "high"`.
pub(super) fn expected(schema: &Value) -> String {
    let node = Node::of(schema);
    if let Some(name) = node.reference() {
        return format!("a `{name}`");
    }
    if let Some((branches, _)) = node.branches().filter(|_| node.labels().is_none()) {
        let mut kinds: Vec<String> = Vec::new();
        for kind in branches.iter().map(expected) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        return kinds.join(" or ");
    }
    if let Some(labels) = node.labels() {
        return one_of(labels.iter().map(|label| format!("\"{}\"", label.name)));
    }
    if let Some(allowed) = node.allowed() {
        return one_of(allowed.iter().map(|value| value.to_string()));
    }
    let kinds: Vec<&str> = node.types().into_iter().map(kind).collect();
    kinds.join(" or ")
}

pub(super) fn one_of(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    match values.as_slice() {
        [only] => only.clone(),
        many => format!("one of {}", many.join(", ")),
    }
}

fn kind(kind: &str) -> &str {
    match kind {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        kind => kind,
    }
}
