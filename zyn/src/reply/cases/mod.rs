//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test. Replies that others collected, and what zyn
//! makes of each: the value that is expected, an error on purpose, another value on purpose; never a wrong one.

mod baml;

use serde_json::{Value, json};

use super::tests::read_as;
use super::*;
use baml::{Type, Types, target};

const CUT_OFF: &str = "text that breaks off is never completed";
const LAST: &str = "of several answers the last is taken, and that is told";
const NO_BRACKET: &str = "fields without an object are no JSON";
const A_FIELD_IS_KEPT: &str = "the field is there and is kept, where the case loses it";
const ANY_TEXT: &str = "where any text would do, bare text is no answer";
const BARE_LIST: &str = "a sentence may say a word, not a list";
const MANY_LINES: &str = "a text without quotes ends with its line";
const NO_VALUE_IS_EXPECTED: &str =
    "the case is about a score: a number is read as the only field of the first alternative";
const TWO_LABELS: &str = "a sentence with two labels is not decided by how often each occurs";
const DROPPED_ITEMS: &str = "an item that is no label is an error, and not dropped";
const FRACTION: &str = "a fraction may be a score: it is not computed";
const MARKS: &str = "what stands beside a digit belongs to a label: `1.1` is not `11`";
const AN_END: &str = "a quote that may be the end of a text is not read as a part of it";
const NO_LINE: &str =
    "true or false is a word of a sentence, unless it ends the text or has a line of its own";
const ACCENTS: &str = "a letter with an accent is another letter";

/// What is not as the case expects, why, and what it is instead; without that, an error.
const DEVIATIONS: &[(&str, &str, Option<&str>)] = &[
    ("lenient trunc_after_colon", CUT_OFF, None),
    ("lenient trunc_literal", CUT_OFF, None),
    ("lenient two_objects", LAST, Some(r#"{"a":2}"#)),
    ("lenient no_braces", NO_BRACKET, None),
    (
        "mod test_string_from_string23",
        A_FIELD_IS_KEPT,
        Some(r#"{"id":"{{hi} there"}"#),
    ),
    ("test_basics test_null_3", ANY_TEXT, None),
    ("test_basics test_bool_wrapped", BARE_LIST, None),
    (
        "test_basics test_bool_wrapped_mismatched_case",
        BARE_LIST,
        None,
    ),
    (
        "test_basics test_multiple_top_level_prefix_suffix_1",
        LAST,
        Some(r#"{"key":"value2"}"#),
    ),
    ("test_basics test_invalid_array", CUT_OFF, None),
    (
        "test_basics test_incomplete_string_in_object",
        CUT_OFF,
        None,
    ),
    (
        "test_basics test_json_with_markdown_without_quotes",
        MANY_LINES,
        None,
    ),
    (
        "test_class test_nested_class_with_extra_text",
        LAST,
        Some(r#"{"foo":{"a":"twooo"}}"#),
    ),
    (
        "test_class test_nested_class_with_prefix",
        LAST,
        Some(r#"{"foo":{"a":"twooo"}}"#),
    ),
    ("test_basics test_float_1", FRACTION, None),
    (
        "test_basics test_bool_mismatched_case_followed_by_text",
        NO_LINE,
        None,
    ),
    (
        "test_basics test_json_md_example_1_bad_inner_json_3",
        AN_END,
        None,
    ),
    ("test_enum no_punctuation_2", MARKS, None),
    ("test_class test_escaped_quotes", CUT_OFF, None),
    (
        "test_constraints test_union_decision_from_check",
        NO_VALUE_IS_EXPECTED,
        Some(r#"{"bar":{"bar":5},"things":[]}"#),
    ),
    (
        "test_constraints test_union_decision_from_check_no_good_answer",
        NO_VALUE_IS_EXPECTED,
        Some(r#"{"bar":{"bar":15},"things":[]}"#),
    ),
    (
        "test_constraints test_union_decision_in_list",
        NO_VALUE_IS_EXPECTED,
        Some(r#"{"bar":{"bar":1},"things":[{"bar":25},{"bar":35},{"bar":15},{"bar":15}]}"#),
    ),
    ("test_enum multi_aliases", TWO_LABELS, None),
    ("test_enum multi_aliases_1", TWO_LABELS, None),
    ("test_lists test_list_streaming", CUT_OFF, None),
    ("test_lists test_list_streaming_2", CUT_OFF, None),
    ("test_maps test_unterminated_nested_map", CUT_OFF, None),
    (
        "test_international multiple_original_enum_values_fail",
        DROPPED_ITEMS,
        None,
    ),
    ("test_international unaccented_senor", ACCENTS, None),
    ("test_international unaccented_senorita", ACCENTS, None),
];

#[derive(Default)]
struct Table {
    right: usize,
    refused: usize,
    /// How many of those are cut off in the middle, for a parser that shows what there is.
    partial: usize,
    other: usize,
    wrong: Vec<String>,
    /// Deviations that were met.
    met: Vec<String>,
}

impl Table {
    /// Files what came of a case; `None` is an error.
    fn file(&mut self, name: &str, came: Option<&Value>, expected: Option<&Value>, detail: &str) {
        let is_right = match (came, expected) {
            (Some(came), Some(expected)) => alike(came, expected),
            (None, None) => true,
            _ => false,
        };
        let listed = DEVIATIONS.iter().find(|(case, ..)| *case == name);
        let mut as_listed = None;
        if let Some((case, _, instead)) = listed {
            self.met.push((*case).to_owned());
            as_listed = Some(*instead == came.map(Value::to_string).as_deref());
        }
        match (is_right, as_listed, came) {
            (true, None, _) => self.right += 1,
            (true, Some(_), _) => self
                .wrong
                .push(format!("{name}: is right, and listed as a deviation")),
            (false, Some(true), None) => self.refused += 1,
            (false, Some(true), Some(_)) => self.other += 1,
            (false, _, _) => self.wrong.push(format!("{name}: {detail}")),
        }
    }

    fn print(&self, title: &str) {
        println!(
            "| {title} | {} | {} ({} partial) | {} | {} |",
            self.right,
            self.refused,
            self.partial,
            self.other,
            self.wrong.len()
        );
    }
}

/// Equal as numbers, and without fields that are null.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys());
            names.into_iter().all(|name| {
                let of = |fields: &serde_json::Map<String, Value>| {
                    fields.get(name).cloned().unwrap_or_default()
                };
                alike(&of(a), &of(b))
            })
        }
        (a, b) => a == b,
    }
}

fn shared(name: &str) -> Option<String> {
    let file = format!("{}/../../shared/cases/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        println!("skipped: {file} is not there");
    }
    text
}

/// The schema of which a value is one.
fn schema_of(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let properties: serde_json::Map<String, Value> = fields
                .iter()
                .map(|(name, field)| (name.clone(), schema_of(field)))
                .collect();
            let required: Vec<&String> = fields.keys().collect();
            json!({"type": "object", "properties": properties, "required": required})
        }
        Value::Array(items) => {
            json!({"type": "array", "items": items.first().map_or(json!({}), schema_of)})
        }
        Value::Number(number) if number.is_f64() => json!({"type": "number"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::String(_) => json!({"type": "string"}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Null => json!({"type": "null"}),
    }
}

fn lenient(table: &mut Table) -> bool {
    let Some(text) = shared("lenient.json") else {
        return false;
    };
    let cases: Vec<(String, String, Value)> = serde_json::from_str(&text).unwrap();
    for (name, reply, expected) in cases {
        let read = read_as(schema_of(&expected), &reply, Manner::Lenient);
        let came = read.as_ref().ok().map(|decoded| &decoded.value);
        let name = format!("lenient {name}");
        table.file(&name, came, Some(&expected), &format!("{reply:?} {read:?}"));
    }
    true
}

fn schema_aligned(table: &mut Table) -> bool {
    let Some(text) = shared("schema_aligned.jsonl") else {
        return false;
    };
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let of = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = format!("{} {}", of("file").trim_end_matches(".rs"), of("name"));
        let reply = of("raw");
        let types = Types::read(of("baml"));
        let target = types.named(&target(of("target")));
        if target == Type::Text {
            // A `transform`: the text as it is.
            let came = Value::String(reply.trim().to_owned());
            let expected = case["expect"]
                .as_str()
                .map(|it| Value::String(it.trim().to_owned()));
            table.file(&name, Some(&came), expected.as_ref(), reply);
            continue;
        }
        let read = read_as(types.schema(&target), reply, Manner::Lenient);
        let came = read.as_ref().ok().map(|decoded| &decoded.value);
        let expected = match (case.get("score"), case.get("fails")) {
            (Some(_), _) => Some(serde_json::from_str(reply).unwrap()),
            (_, Some(_)) => None,
            _ => {
                let expected = types.wire(&target, &case["expect"]);
                Some(expected.unwrap_or_else(|| case["expect"].clone()))
            }
        };
        // Of what is cut off, others make a value.
        if of("macro") == "test_partial_deserializer" && came.is_none() {
            table.refused += 1;
            table.partial += 1;
            continue;
        }
        let detail = format!("{reply:?}\n  {read:?}\n  expected {expected:?}");
        table.file(&name, came, expected.as_ref(), &detail);
    }
    true
}

#[test]
fn every_case_of_others_is_read_right_or_differs_on_purpose() {
    let (mut one, mut two) = (Table::default(), Table::default());
    if !lenient(&mut one) || !schema_aligned(&mut two) {
        return;
    }
    println!("| cases | right | refused on purpose | other on purpose | wrong |");
    one.print("lenient.json");
    two.print("schema_aligned.jsonl");
    let wrong: Vec<&String> = one.wrong.iter().chain(&two.wrong).collect();
    for wrong in &wrong {
        println!("- {wrong}");
    }
    let met: Vec<&String> = one.met.iter().chain(&two.met).collect();
    for (case, reason, _) in DEVIATIONS {
        println!("- {case}: {reason}");
        assert!(met.iter().any(|met| met == case), "no such case: {case}");
    }
    assert!(wrong.is_empty(), "{} cases", wrong.len());
}
