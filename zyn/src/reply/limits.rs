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
        Value::Object(fields) => {
            let names = ("minProperties", "maxProperties", "fields");
            size_limit(keyword, names, || fields.len(), limit)
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::reply::tests::{accepted, wrong};

    #[test]
    fn each_limit_is_checked() {
        let cases = [
            (json!({"type": "boolean"}), "1", "true or false, got 1"),
            (json!({"type": "null"}), "0", "null, got 0"),
            (json!({"type": "number"}), "\"x\"", "a number, got \"x\""),
            (
                json!({"type": ["string", "null"]}),
                "[]",
                "a text or null, got []",
            ),
            (json!({"type": "integer"}), "3.5", "a whole number, got 3.5"),
            (
                json!({"type": "integer"}),
                "123456789012345678901234567890",
                "a whole number of at most 64 bits, got 1.2345678901234568e+29",
            ),
            (
                json!({"type": "string", "enum": ["a", "b"]}),
                "\"c\"",
                "one of \"a\", \"b\", got \"c\"",
            ),
            (json!({"const": "a"}), "\"b\"", "\"a\", got \"b\""),
            (json!({"enum": [1, 2]}), "3", "one of 1, 2, got 3"),
            (
                json!({"type": "integer", "minimum": 1}),
                "0",
                "at least 1, got 0",
            ),
            (
                json!({"type": "integer", "maximum": 1}),
                "2",
                "at most 1, got 2",
            ),
            (
                json!({"type": "number", "exclusiveMinimum": 0.5}),
                "0.5",
                "more than 0.5, got 0.5",
            ),
            (
                json!({"type": "number", "exclusiveMaximum": 1}),
                "1",
                "less than 1, got 1",
            ),
            (
                json!({"type": "integer", "multipleOf": 3}),
                "7",
                "a multiple of 3, got 7",
            ),
            (
                json!({"type": "number", "multipleOf": 0.1}),
                "0.35",
                "a multiple of 0.1, got 0.35",
            ),
            (
                json!({"type": "string", "minLength": 2}),
                "\"é\"",
                "at least 2 characters, got \"é\"",
            ),
            (
                json!({"type": "string", "maxLength": 1}),
                "\"éé\"",
                "at most 1 character, got \"éé\"",
            ),
            (
                json!({"type": "array", "items": {"type": "null"}, "minItems": 1}),
                "[]",
                "at least 1 item, got []",
            ),
            (
                json!({"type": "array", "items": {"type": "null"}, "maxItems": 1}),
                "[null,null]",
                "at most 1 item, got [null,null]",
            ),
            (
                json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true}),
                "[1,2,1]",
                "no two items alike, got [1,2,1]",
            ),
        ];
        for (document, text, told) in cases {
            assert_eq!(
                wrong(document, text),
                [format!("the answer: expected {told}")]
            );
        }
    }

    #[test]
    fn each_limit_lets_pass_what_is_on_it() {
        let cases = [
            (json!({"type": "integer", "minimum": 1, "maximum": 1}), "1"),
            (json!({"type": "number", "minimum": 1}), "1"),
            (json!({"type": "number", "multipleOf": 0.1}), "0.3"),
            (
                json!({"type": "integer", "maximum": 18446744073709551615u64}),
                "18446744073709551615",
            ),
            (
                json!({"type": "string", "minLength": 2, "maxLength": 2}),
                "\"éé\"",
            ),
            (
                json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true, "minItems": 2, "maxItems": 2}),
                "[1,2]",
            ),
            (
                json!({"type": "string", "pattern": "^a$", "format": "date"}),
                "\"neither is checked\"",
            ),
        ];
        for (document, text) in cases {
            assert_eq!(accepted(document, text).canonical, text);
        }
    }
}
