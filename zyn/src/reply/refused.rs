//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test. Sixty kinds of answer that is none, each an
//! error that says where.

use serde_json::json;

use super::*;
use crate::reply::tests::rejected;

/// What a class is called, its schema, a reply, and how the error begins.
type Class = (&'static str, Value, &'static str, &'static str);

fn order() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": {"type": "integer", "minimum": 1},
            "total": {"type": "number"},
            "note": {"type": "string", "maxLength": 5},
            "paid": {"type": "boolean"},
            "state": {"enum": ["new", "sent"]},
            "items": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
            "to": {"type": "object", "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}, "required": ["city", "zip"]},
        },
    })
}

fn closed() -> Value {
    json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false})
}

fn shape() -> Value {
    json!({"anyOf": [
        {"type": "object", "properties": {"t": {"const": "point"}, "x": {"type": "number"}}, "required": ["t", "x"]},
        {"type": "object", "properties": {"t": {"const": "circle"}, "r": {"type": "number"}}, "required": ["t", "r"]},
    ]})
}

fn map() -> Value {
    json!({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 2}}, "required": ["m"]})
}

/// What is no JSON, or is not complete.
fn malformed() -> Vec<Class> {
    const OFF: &str = "the JSON breaks off at line";
    const BAD: &str = "the JSON cannot be read at line";
    const ON: &str = "the JSON goes on at line";
    let order = order();
    [
        ("an object that breaks off", r#"{"id":1"#, OFF),
        ("a list that breaks off", r#"{"items":[1,2"#, OFF),
        ("a text that breaks off", r#"{"note":"ab"#, OFF),
        ("a name that breaks off", r#"{"no"#, OFF),
        (
            "an object that breaks off after a comma",
            r#"{"id":1,"#,
            OFF,
        ),
        ("an object that breaks off after a colon", r#"{"id":"#, OFF),
        ("a word that breaks off", r#"{"paid":tru"#, OFF),
        ("an escape that breaks off", r#"{"note":"\u00"#, OFF),
        ("a comment that does not end", "{\"id\":1 /* and so on", OFF),
        (
            "a text in single quotes that breaks off",
            "{'note':'ab",
            OFF,
        ),
        (
            "a text in triple quotes that breaks off",
            "{\"note\":\"\"\"ab",
            OFF,
        ),
        (
            "a fence that breaks off with its answer",
            "```json\n{\"id\":1,\n",
            OFF,
        ),
        ("an unquoted text that breaks off", "{note: ab", OFF),
        ("a value that is missing", r#"{"id":}"#, BAD),
        (
            "a value that is missing before a comma",
            r#"{"id":,"total":1}"#,
            BAD,
        ),
        ("a name that is missing", r#"{:1}"#, BAD),
        ("a colon that is missing", r#"{"a":1,"id" 1}"#, BAD),
        ("a field without a value", r#"{"a":1,id}"#, BAD),
        ("a bracket of the wrong kind", r#"{"id":1]"#, BAD),
        (
            "a quote that may be the end",
            r#"{"note":"5" wide","id":1}"#,
            BAD,
        ),
        (
            "a text without its first quote",
            r#"{"note":ab", "id":1}"#,
            BAD,
        ),
        (
            "an unquoted text with a comma",
            r#"{"note": a, b and c, "id":1}"#,
            BAD,
        ),
        (
            "an unquoted text with a field in it",
            r#"{"note": a id: 1}"#,
            BAD,
        ),
        (
            "an unquoted text with a bracket",
            r#"{"note": a[0], "id":1}"#,
            BAD,
        ),
        ("half of a character", r#"{"note":"\ud83d"}"#, BAD),
        ("a number beyond all bounds", r#"{"total":1e999}"#, BAD),
        ("a comma in a number", r#"{"items":[1,000]}"#, BAD),
        (
            "an answer that goes on with a field",
            r#"{"to":{"city":"a","zip":"b"}}, "id":1}"#,
            ON,
        ),
        (
            "an answer that goes on without a comma",
            r#"{"id":1} "total":2}"#,
            ON,
        ),
        ("a second answer after a comma", r#"{"id":1}, {"id":2}"#, ON),
        (
            "an answer whose beginning is lost",
            r#""id":1,"to":{"city":"a","zip":"b"}}"#,
            "the JSON at line 1",
        ),
        (
            "reasoning that does not end",
            "<think>{\"id\":1}",
            "the reasoning does not end",
        ),
        ("no JSON at all", "I cannot say.", "there is no JSON"),
        ("a refusal with braces", "Sorry {name}, no.", BAD),
    ]
    .into_iter()
    .map(|(name, reply, reason)| (name, order.clone(), reply, reason))
    .collect()
}

/// What is JSON and no answer.
fn invalid() -> Vec<Class> {
    let order = order();
    let root = |document: Value| json!({"type": "object", "properties": {"v": document}, "required": ["v"]});
    let pair = json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false});
    let mut classes: Vec<Class> = vec![
        (
            "a field that is missing",
            closed(),
            "{}",
            "/a: expected a whole number, got nothing",
        ),
        (
            "a field that must not be there",
            closed(),
            r#"{"a":1,"b":2}"#,
            "/b: expected no such field",
        ),
        (
            "null where a value must be",
            closed(),
            r#"{"a":null}"#,
            "/a: expected a whole number, got null",
        ),
        (
            "a field that comes twice",
            closed(),
            r#"{"a":1,"a":2}"#,
            "/a: expected the field once",
        ),
        (
            "an object of another type",
            order.clone(),
            r#"{"x":1}"#,
            "/x: expected no such field",
        ),
        (
            "a list for an object",
            order.clone(),
            "[1,2]",
            "the answer: expected an object",
        ),
        (
            "a tag of no alternative",
            root(shape()),
            r#"{"v":{"t":"square"}}"#,
            "/v/t: expected one of",
        ),
        (
            "a field of another alternative",
            root(shape()),
            r#"{"v":{"t":"circle","x":1}}"#,
            "/v/r: expected a number",
        ),
        (
            "a key that comes twice",
            map(),
            r#"{"m":[{"key":"a","value":1},{"key":"a","value":2}]}"#,
            "/m/1/key: expected a key",
        ),
        (
            "a value of the wrong kind in a map",
            map(),
            r#"{"m":{"a":"x"}}"#,
            "/m/a: expected a whole number",
        ),
        (
            "a map with too many keys",
            map(),
            r#"{"m":{"a":1,"b":2,"c":3}}"#,
            "/m: expected at most 2 fields",
        ),
        (
            "an item too many",
            root(pair),
            r#"{"v":["a","b"]}"#,
            "/v/1: expected no further item",
        ),
        (
            "items that are alike",
            root(json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true})),
            r#"{"v":[1,1]}"#,
            "/v: expected no two items alike",
        ),
        (
            "a number that is no multiple",
            root(json!({"type": "integer", "multipleOf": 5})),
            r#"{"v":7}"#,
            "/v: expected a multiple of 5",
        ),
        (
            "a label that may be two",
            root(json!({"enum": ["OK", "oK"]})),
            r#"{"v":"Ok"}"#,
            "/v: expected one of",
        ),
        (
            "a text that may be two alternatives",
            root(json!({"oneOf": [{"type": "integer"}, {"type": "integer", "minimum": 0}]})),
            r#"{"v":"5"}"#,
            "/v: expected a value that fits one",
        ),
    ];
    classes.extend(
        [
            (
                "a fraction for a whole number",
                r#"{"id":3.7}"#,
                "/id: expected a whole number, got 3.7",
            ),
            (
                "a number of more than 64 bits",
                r#"{"id":123456789012345678901}"#,
                "/id: expected a whole number of at most 64 bits",
            ),
            (
                "a number that is too small",
                r#"{"id":0}"#,
                "/id: expected at least 1, got 0",
            ),
            (
                "a percentage for a number",
                r#"{"total":"50%"}"#,
                "/total: expected a number",
            ),
            (
                "a number with an ambiguous comma",
                r#"{"total":"12,111"}"#,
                "/total: expected a number",
            ),
            (
                "a number with words",
                r#"{"total":"5 apples"}"#,
                "/total: expected a number",
            ),
            (
                "infinity",
                r#"{"total":Infinity}"#,
                "/total: expected a number",
            ),
            (
                "a text that is too long",
                r#"{"note":"abcdef"}"#,
                "/note: expected at most 5 characters",
            ),
            (
                "an object for a text",
                r#"{"note":{"a":1}}"#,
                "/note: expected a text",
            ),
            (
                "yes for true",
                r#"{"paid":"yes"}"#,
                "/paid: expected true or false",
            ),
            (
                "one for true",
                r#"{"paid":1}"#,
                "/paid: expected true or false",
            ),
            (
                "a label that is none",
                r#"{"state":"lost"}"#,
                "/state: expected one of",
            ),
            (
                "two labels for one",
                r#"{"state":["new","sent"]}"#,
                "/state: expected one of",
            ),
            (
                "an item of the wrong kind",
                r#"{"items":[1,"x",3]}"#,
                "/items/1: expected a whole number",
            ),
            (
                "a list that is too short",
                r#"{"items":[]}"#,
                "/items: expected at least 1 item",
            ),
            (
                "a field that is missing further in",
                r#"{"to":{"city":"a"}}"#,
                "/to/zip: expected a text, got nothing",
            ),
        ]
        .into_iter()
        .map(|(name, reply, told)| (name, order.clone(), reply, told)),
    );
    classes
}

#[test]
fn each_of_sixty_kinds_of_wrong_answer_is_an_error_that_says_where() {
    let (malformed, invalid) = (malformed(), invalid());
    let mut names: Vec<&str> = malformed
        .iter()
        .chain(&invalid)
        .map(|class| class.0)
        .collect();
    for (name, document, reply, told) in malformed {
        match rejected(document, reply) {
            Rejected::Malformed { reason } => assert!(reason.starts_with(told), "{name}: {reason}"),
            Rejected::Invalid(violations) => panic!("{name}: {violations:?}"),
        }
    }
    for (name, document, reply, told) in invalid {
        match rejected(document, reply) {
            Rejected::Malformed { reason } => panic!("{name}: {reason}"),
            Rejected::Invalid(violations) => {
                let all: Vec<String> = violations.iter().map(Violation::to_string).collect();
                assert!(
                    all.iter().any(|one| one.starts_with(told)),
                    "{name}: {all:?}"
                );
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    println!("{} kinds of wrong answer", names.len());
    assert!(names.len() >= 60, "{}", names.len());
}
