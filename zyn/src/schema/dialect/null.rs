//! What may be absent: with `null`, without it, and beside a list of values.

use serde_json::{Map, Value, json};

use super::Rewriter;
use super::plain::one_or_all;
use crate::schema::Verdict;
use crate::schema::node::Node;

/// `schema`, or `null`. The description stays outside, as schemars writes it for an `Option`.
pub(super) fn nullable(schema: Value) -> Value {
    let Value::Object(mut map) = schema else {
        return schema;
    };
    let none = json!({ "type": "null" });
    if let Some(Value::Array(branches)) = map.get_mut("anyOf") {
        branches.push(none);
        return Value::Object(map);
    }
    let scalars = ["string", "number", "integer", "boolean"];
    let kind = map.get("type").and_then(Value::as_str).map(str::to_owned);
    match kind.filter(|kind| scalars.contains(&kind.as_str()) && !map.contains_key("enum")) {
        Some(scalar) => {
            map.insert("type".to_owned(), json!([scalar, "null"]));
            Value::Object(map)
        }
        None => {
            let description = map.shift_remove("description");
            let mut out = Map::from_iter([("anyOf".to_owned(), json!([map, none]))]);
            out.extend(description.map(|text| ("description".to_owned(), text)));
            Value::Object(out)
        }
    }
}

/// A schema in normal form without `null` among its values; `None` if nothing else is.
pub(super) fn without_null(schema: &Value) -> Option<Value> {
    let mut map = schema.as_object()?.clone();
    for union in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = map.get(union) else {
            continue;
        };
        let mut left: Vec<Value> = branches.iter().filter_map(without_null).collect();
        if left.len() > 1 {
            map.insert(union.to_owned(), Value::Array(left));
            return Some(Value::Object(map));
        }
        let mut only = left.pop()?;
        map.shift_remove(union);
        // What stands beside a union describes it, and so what is left of it.
        let described = only.as_object_mut()?;
        for (keyword, value) in map {
            described.entry(keyword).or_insert(value);
        }
        return Some(only);
    }
    if map.get("const").is_some_and(Value::is_null) {
        return None;
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
        if values.is_empty() {
            return None;
        }
    }
    let types: Vec<&str> = Node::of(schema).types();
    let left: Vec<&str> = types
        .iter()
        .copied()
        .filter(|kind| *kind != "null")
        .collect();
    if left.is_empty() && !types.is_empty() {
        return None;
    }
    if left.len() < types.len() {
        map.insert("type".to_owned(), one_or_all(&left));
    }
    Some(Value::Object(map))
}

impl Rewriter<'_> {
    /// Where `null` may not be listed with other values: these, or `null`.
    pub(super) fn without_null_listed(
        &mut self,
        node: Node<'_>,
        types: &[&str],
        allowed: &[&Value],
        path: &str,
    ) -> Option<Value> {
        let listed: Vec<&&Value> = allowed.iter().filter(|value| !value.is_null()).collect();
        if listed.is_empty()
            || listed.len() == allowed.len()
            || !listed.iter().all(|value| (self.rules.listed)(value))
        {
            return None;
        }
        self.note(path, Verdict::Exact, "`null` beside the `enum`");
        let types: Vec<&str> = types
            .iter()
            .copied()
            .filter(|kind| *kind != "null")
            .collect();
        let mut out = Map::from_iter([(
            "anyOf".to_owned(),
            json!([{"type": one_or_all(&types), "enum": listed}, {"type": "null"}]),
        )]);
        if let Some(description) = self.description(node, path, None) {
            out.insert("description".to_owned(), json!(description));
        }
        Some(Value::Object(out))
    }
}
