//! The limits of single values: numbers, texts, the sizes of lists.

use std::collections::HashSet;

use serde_json::{Number, Value};

use crate::schema::node::Node;

/// The limits of `node` that `value` breaks, in words.
pub(super) fn broken(node: Node<'_>, value: &Value) -> Vec<String> {
    let limits = node.keywords().filter_map(|(keyword, limit)| match value {
        Value::Number(number) => number_limit(keyword, number, limit),
        Value::String(text) => text_limit(keyword, text, limit),
        Value::Array(items) => list_limit(keyword, items, limit),
        _ => None,
    });
    limits.collect()
}

fn number_limit(keyword: &str, number: &Number, limit: &Value) -> Option<String> {
    let Value::Number(bound) = limit else {
        return None;
    };
    let (fits, words) = match keyword {
        "minimum" => (compare(number, bound)?.is_ge(), "at least"),
        "maximum" => (compare(number, bound)?.is_le(), "at most"),
        "exclusiveMinimum" => (compare(number, bound)?.is_gt(), "more than"),
        "exclusiveMaximum" => (compare(number, bound)?.is_lt(), "less than"),
        "multipleOf" => (is_multiple(number, bound)?, "a multiple of"),
        _ => return None,
    };
    (!fits).then(|| format!("{words} {bound}"))
}

fn text_limit(keyword: &str, text: &str, limit: &Value) -> Option<String> {
    size_limit(
        keyword,
        ("minLength", "maxLength", "characters"),
        || text.chars().count(),
        limit,
    )
}

fn list_limit(keyword: &str, items: &[Value], limit: &Value) -> Option<String> {
    if keyword == "uniqueItems" {
        let mut seen = HashSet::new();
        let alike = items.iter().any(|item| !seen.insert(item.to_string()));
        return (alike && *limit == Value::Bool(true)).then(|| "no two items alike".to_owned());
    }
    let names = ("minItems", "maxItems", "items");
    size_limit(keyword, names, || items.len(), limit)
}

fn size_limit(
    keyword: &str,
    (least, most, things): (&str, &str, &str),
    size: impl Fn() -> usize,
    limit: &Value,
) -> Option<String> {
    let fits = |fits: fn(u64, u64) -> bool| -> Option<bool> {
        Some(fits(u64::try_from(size()).ok()?, limit.as_u64()?))
    };
    let (fits, words) = if keyword == least {
        (fits(|size, limit| size >= limit)?, "at least")
    } else if keyword == most {
        (fits(|size, limit| size <= limit)?, "at most")
    } else {
        return None;
    };
    let things = match limit.as_u64() {
        Some(1) => things.trim_end_matches('s'),
        _ => things,
    };
    (!fits).then(|| format!("{words} {limit} {things}"))
}

/// The number as an integer, unless it is written with a point or an exponent.
fn integer(number: &Number) -> Option<i128> {
    let signed = number.as_i64().map(i128::from);
    signed.or_else(|| number.as_u64().map(i128::from))
}

fn compare(a: &Number, b: &Number) -> Option<std::cmp::Ordering> {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn is_multiple(number: &Number, of: &Number) -> Option<bool> {
    match (integer(number), integer(of)) {
        (_, Some(0)) => None,
        (Some(number), Some(of)) => Some(number % of == 0),
        _ => {
            let times = number.as_f64()? / of.as_f64()?;
            // 0.3 is a multiple of 0.1, whatever binary fractions say.
            Some((times - times.round()).abs() < 1e-9)
        }
    }
}
