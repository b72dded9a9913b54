//! The limits of a schema, one phrase each.

use serde_json::Value;

use super::node::Node;

/// `keyword` with `value` in words; `None` if there is nothing to say.
pub(super) fn phrase(keyword: &str, value: &Value) -> Option<String> {
    Some(match (keyword, value) {
        ("default", Value::Null) | ("uniqueItems", Value::Bool(false)) => return None,
        ("default", value) => format!("default {value}"),
        ("minimum", n) => format!("at least {n}"),
        ("maximum", n) => format!("at most {n}"),
        ("exclusiveMinimum", n) => format!("more than {n}"),
        ("exclusiveMaximum", n) => format!("less than {n}"),
        ("multipleOf", n) => format!("a multiple of {n}"),
        ("minLength", n) => format!("at least {}", counted(n, "character")),
        ("maxLength", n) => format!("at most {}", counted(n, "character")),
        ("minItems", n) => format!("at least {}", counted(n, "item")),
        ("maxItems", n) => format!("at most {}", counted(n, "item")),
        ("minProperties", n) => format!("at least {}", counted(n, "field")),
        ("maxProperties", n) => format!("at most {}", counted(n, "field")),
        ("propertyNames", Value::Object(names)) if names.len() == 1 => {
            let pattern = names.get("pattern")?.as_str()?;
            format!("keys match the pattern {pattern}")
        }
        ("uniqueItems", _) => "no two items alike".to_owned(),
        ("pattern", Value::String(pattern)) => format!("matches the pattern {pattern}"),
        ("format", Value::String(format)) => format!("format: {format}"),
        ("examples", Value::Array(examples)) => {
            let examples: Vec<String> = examples.iter().map(Value::to_string).collect();
            format!("for example {}", examples.join(", "))
        }
        (keyword, value) => format!("{keyword}: {value}"),
    })
}

/// `keyword` with `value` as Anthropic's own libraries write it: `minimum: 1`.
pub(super) fn braced(keyword: &str, value: &Value) -> String {
    match (keyword, value) {
        ("pattern" | "format", Value::String(text)) => format!("{keyword}: {text}"),
        (keyword, value) => format!("{keyword}: {value}"),
    }
}

/// A name as it is, if no character of it could be taken for something else; else as JSON writes it.
pub(super) fn named(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    match name.chars().all(plain) && name.trim() == name && !name.is_empty() {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// A name as JSON writes it, so that no character of it ends the line or the name.
pub(super) fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn counted(n: &Value, thing: &str) -> String {
    match n.as_u64() {
        Some(1) => format!("1 {thing}"),
        _ => format!("{n} {thing}s"),
    }
}

/// The limits of a plain schema, short: `1 to 5`, `at least 1 character`.
pub(super) fn limits(node: Node<'_>) -> Vec<String> {
    const LIMITS: [&str; 17] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "pattern",
        "format",
        "minProperties",
        "maxProperties",
        "propertyNames",
        "contains",
        "not",
    ];
    const RANGES: [(&str, &str, &str); 4] = [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", "character"),
        ("minItems", "maxItems", "item"),
        ("minProperties", "maxProperties", "field"),
    ];
    let ranges = RANGES.iter().filter_map(|&(low, high, unit)| {
        let (from, to) = (node.get(low)?, node.get(high)?);
        let range = match (from == to, unit.is_empty()) {
            (true, true) => format!("exactly {from}"),
            (true, false) => format!("exactly {}", counted(from, unit)),
            (false, true) => format!("{from} to {to}"),
            (false, false) => format!("{from} to {}", counted(to, unit)),
        };
        Some((low, high, range))
    });
    let ranges: Vec<_> = ranges.collect();
    let alone = LIMITS.iter().filter(|limit| {
        !ranges
            .iter()
            .any(|(low, high, _)| low == *limit || high == *limit)
    });
    let alone: Vec<String> = alone
        .filter_map(|limit| {
            let value = node.get(limit)?;
            if *limit == "format" && is_numeric(value) {
                return None;
            }
            phrase(limit, value)
        })
        .collect();
    ranges
        .into_iter()
        .map(|(.., range)| range)
        .chain(alone)
        .collect()
}

/// Whether a `format` names a Rust number, as schemars writes it; the limits beside it say all there is.
pub(super) fn is_numeric(format: &Value) -> bool {
    const NUMERIC: [&str; 14] = [
        "int8", "int16", "int32", "int64", "int128", "int", "uint8", "uint16", "uint32", "uint64",
        "uint128", "uint", "float", "double",
    ];
    format
        .as_str()
        .is_some_and(|format| NUMERIC.contains(&format))
}
