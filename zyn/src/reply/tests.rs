//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::json;

use super::*;
use crate::provider::Dialect;

fn schema(document: Value) -> Schema {
    Schema::from_value("Test", document).unwrap()
}

fn decoded(document: Value, text: &str) -> Result<Decoded, Rejected> {
    let schema = schema(document);
    let rewritten = schema.for_dialect(Dialect::OpenAi).unwrap();
    decode(text, &schema, &rewritten, Manner::Lenient, &|_| Ok(()))
}

/// Reads a reply to a document that no dialect may carry.
pub(super) fn read_as(document: Value, text: &str, manner: Manner) -> Result<Decoded, Rejected> {
    let schema = schema(document);
    let asked = Asked {
        document: schema.document(),
        wrapped: schema.is_wrapped(),
        entries: true,
        nulls: true,
        manner,
    };
    read(text, asked, &|_| Ok(()))
}

pub(super) fn rejected(document: Value, text: &str) -> Rejected {
    match read_as(document, text, Manner::Lenient) {
        Err(rejected) => rejected,
        Ok(decoded) => panic!("{text}: {decoded:?}"),
    }
}

pub(super) fn accepted(document: Value, text: &str) -> Decoded {
    decoded(document, text).unwrap_or_else(|rejected| panic!("{text}: {rejected:?}"))
}

pub(super) fn wrong(document: Value, text: &str) -> Vec<String> {
    match decoded(document, text) {
        Err(Rejected::Invalid(violations)) => violations.iter().map(Violation::to_string).collect(),
        other => panic!("{text}: {other:?}"),
    }
}

fn customer() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "email": {"type": ["string", "null"]},
            "visits": {"type": "integer", "minimum": 0, "default": 7},
            "address": {
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
                "required": ["street", "city"]
            }
        },
        "required": ["name", "address"]
    })
}

fn tree() -> Value {
    json!({
        "type": "object",
        "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["v", "kids"]
    })
}

#[test]
fn the_canonical_form_has_the_order_of_the_schema() {
    let canonical = r#"{"name":"Ada","email":"a@b.c","address":{"street":"Elm 1","city":"Bern"}}"#;
    for text in [
        canonical,
        r#"{"address":{"city":"Bern","street":"Elm 1"},"email":"a@b.c","name":"Ada"}"#,
        r#" { "email" : "a@b.c", "visits": null, "name": "\u0041da", "address": {"city":"Bern","street":"Elm 1"} } "#,
    ] {
        assert_eq!(accepted(customer(), text).canonical, canonical);
    }
}

#[test]
fn an_absent_field_is_left_out_however_it_is_written() {
    let text = r#"{"name":"Ada","email":null,"visits":null,"address":{"street":"","city":""}}"#;
    let answer = accepted(customer(), text);
    assert_eq!(
        answer.canonical,
        r#"{"name":"Ada","address":{"street":"","city":""}}"#
    );
    assert_eq!(answer.value.to_string(), answer.canonical);
}

#[test]
fn a_null_that_differs_from_absence_is_kept() {
    let document = json!({"type": "object", "properties": {
        "defaulted": {"type": ["integer", "null"], "default": 7},
        "required": {"type": ["integer", "null"]},
        "list": {"type": "array", "items": {"type": ["integer", "null"]}},
    }, "required": ["required", "list"]});
    let text = r#"{"defaulted":null,"required":null,"list":[1,null]}"#;
    assert_eq!(accepted(document, text).canonical, text);
}

#[test]
fn a_null_for_a_required_field_is_a_violation() {
    let text = r#"{"name":null,"address":{"street":"","city":""}}"#;
    assert_eq!(
        wrong(customer(), text),
        ["/name: expected a text, got null"]
    );
}

#[test]
fn all_violations_are_told_at_once() {
    let text = r#"{"name":{},"visits":-1,"address":{"street":"Elm"}}"#;
    assert_eq!(
        wrong(customer(), text),
        [
            "/name: expected a text, got {}",
            "/visits: expected at least 0, got -1",
            "/address/city: expected a text, got nothing",
        ]
    );
}

#[test]
fn fields_that_the_type_does_not_have_are_left_out_and_told() {
    let open =
        json!({"type": "object", "properties": {"b": {"type": "null"}, "a": {"type": "null"}}});
    assert_eq!(
        accepted(
            open.clone(),
            r#"{"z":{"q":1,"p":2},"a":null,"b":null,"y":2}"#
        )
        .repairs,
        ["/y", "/z"].map(|path| Repair::LeftOut { path: path.into() })
    );
    assert_eq!(
        wrong(open, r#"{"z":1}"#),
        ["/z: expected no such field, got 1"]
    );
    let any = schema(
        json!({"type": "object", "properties": {"b": {"type": "null"}}, "additionalProperties": true}),
    );
    let value = json!({"z": {"q": 1, "p": 2}, "b": null, "y": 2});
    assert_eq!(
        check(&any, &value).unwrap().to_string(),
        r#"{"y":2,"z":{"p":2,"q":1}}"#
    );
    let closed = json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": false});
    assert_eq!(
        wrong(closed, r#"{"a":true,"z":1}"#),
        ["/z: expected no such field, got 1"]
    );
}

#[test]
fn a_field_that_comes_twice_is_a_violation() {
    let text = r#"{"name":"A","name":"B","address":{"street":"","city":""}}"#;
    assert_eq!(
        wrong(customer(), text),
        ["/name: expected the field once, got it twice"]
    );
    let list = json!({"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}});
    assert_eq!(
        wrong(list, r#"{"value":[{"n":1,"n":2}]}"#),
        ["/0/n: expected the field once, got it twice"]
    );
}

#[test]
fn labels_are_checked_as_one_set() {
    let document = json!({"type": "object", "properties": {
        "label": {"oneOf": [{"const": "Low"}, {"const": "High", "description": "x"}]}
    }, "required": ["label"]});
    assert_eq!(
        accepted(document.clone(), r#"{"label":"High"}"#).canonical,
        r#"{"label":"High"}"#
    );
    assert_eq!(
        wrong(document, r#"{"label":"Medium"}"#),
        [r#"/label: expected one of "Low", "High", got "Medium""#]
    );
}

#[test]
fn a_tuple_and_a_map_are_checked_though_no_dialect_carries_them() {
    let document = schema(json!({
        "type": "object",
        "properties": {"pair": {"type": "array", "prefixItems": [{"type": "string"}], "items": false}},
        "additionalProperties": {"type": "integer"},
    }));
    let fitted = fit::fit(
        document.document(),
        &Tree::from(&json!({"pair": [1, 2], "x": 1, "y": "z"})),
        Rules::PLAIN,
    );
    let told: Vec<String> = fitted.violations.iter().map(Violation::to_string).collect();
    assert_eq!(
        told,
        [
            "/pair/0: expected a text, got 1",
            "/pair/1: expected no further item, got 2",
            "/y: expected a whole number, got \"z\"",
        ]
    );
}

#[test]
fn a_type_that_contains_itself_is_checked_all_the_way_down() {
    let text = r#"{"kids":[{"kids":[],"v":2},{"v":3,"kids":[{"kids":[],"v":4}]}],"v":1}"#;
    assert_eq!(
        accepted(tree(), text).canonical,
        r#"{"v":1,"kids":[{"v":2,"kids":[]},{"v":3,"kids":[{"v":4,"kids":[]}]}]}"#
    );
    let text = r#"{"v":1,"kids":[{"v":2,"kids":[{"v":"x","kids":[]}]}]}"#;
    assert_eq!(
        wrong(tree(), text),
        ["/kids/0/kids/0/v: expected a whole number, got \"x\""]
    );
}

#[test]
fn a_root_that_is_no_object_may_come_without_its_wrapper() {
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let wrapped = accepted(list.clone(), r#"{"value":[1,2]}"#);
    assert_eq!((&*wrapped.canonical, &*wrapped.repairs), ("[1,2]", &[][..]));
    let bare = accepted(list.clone(), "```json\n[1,2]\n```");
    assert_eq!(bare.canonical, "[1,2]");
    assert_eq!(bare.repairs, [Repair::Fenced, Repair::Unwrapped]);
    assert_eq!(
        wrong(list, r#"{"value":[1,"x"]}"#),
        ["/1: expected a whole number, got \"x\""]
    );
}

#[test]
fn the_candidate_that_fits_is_taken() {
    let text = "Given {\"name\":\"who\"} I say\n```json\n{\"name\":\"Ada\",\"address\":{\"street\":\"\",\"city\":\"\"}}\n```\n[see {\"a\":1}]";
    let answer = accepted(customer(), text);
    assert_eq!(answer.value["name"], "Ada");
    assert_eq!(answer.repairs, [Repair::Fenced]);
}

#[test]
fn of_several_that_fit_the_last_is_taken_and_told() {
    let a = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]});
    let answer = accepted(a.clone(), "{\"a\":1}\n{\"a\":2}");
    assert_eq!(answer.canonical, r#"{"a":2}"#);
    assert_eq!(
        answer.repairs,
        [Repair::Prose, Repair::Chosen { answers: 2 }]
    );
    let same = accepted(a, "{\"a\":1} that is {\"a\" : 1}");
    assert_eq!(same.repairs, [Repair::Prose]);
}

#[test]
fn of_several_that_do_not_fit_the_nearest_is_told() {
    let text = "[1] {\"name\":\"Ada\",\"address\":{\"street\":\"\"}} or {\"x\":1}";
    assert_eq!(
        wrong(customer(), text),
        ["/address/city: expected a text, got nothing"]
    );
}

#[test]
fn what_is_wrong_in_parts_is_nearer_than_what_is_wrong_as_a_whole() {
    let text = "As in [1]: {\"name\":{},\"address\":{\"street\":\"\"}}, not [2]";
    assert_eq!(wrong(customer(), text).len(), 2);
}

#[test]
fn of_two_that_are_equally_near_the_last_is_told() {
    let a = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]});
    assert_eq!(
        wrong(a, r#"{"a":"draft"} {"a":"final"}"#),
        ["/a: expected a whole number, got \"final\""]
    );
}

#[test]
fn an_answer_that_breaks_off_is_never_a_smaller_answer() {
    let whole = r#"{"v":1,"kids":[{"v":2,"kids":[]},{"v":3,"kids":[{"v":4,"kids":[]}]}]}"#;
    for around in ["", "So: ", "```json\n", "<think>hm</think>"] {
        for cut in 1..whole.len() {
            let text = format!("{around}{}", &whole[..cut]);
            let result = decoded(tree(), &text);
            assert!(
                matches!(result, Err(Rejected::Malformed { .. })),
                "{text}: {result:?}"
            );
        }
    }
}

#[test]
fn the_type_is_asked_only_about_what_fits_the_schema() {
    let schema = schema(customer());
    let rewritten = schema.for_dialect(Dialect::OpenAi).unwrap();
    let asked = std::cell::Cell::new(0);
    let accept = |value: &Value| {
        asked.set(asked.get() + 1);
        assert_eq!(value.get("visits"), None, "absent fields are undone first");
        Err(vec![Violation::new("/name", "this name is taken")])
    };
    assert!(
        decode(
            r#"{"name":1}"#,
            &schema,
            &rewritten,
            Manner::Lenient,
            &accept
        )
        .is_err()
    );
    assert_eq!(asked.get(), 0);
    let text = r#"{"name":"A","email":null,"visits":null,"address":{"street":"","city":""}}"#;
    let rejected = decode(text, &schema, &rewritten, Manner::Lenient, &accept).unwrap_err();
    assert_eq!(asked.get(), 1);
    assert!(feedback(&rejected, true).contains("- /name: this name is taken\n"));
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind")]
enum Contact {
    Mail(Address),
    Nobody,
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
struct Address {
    street: String,
}

fn seven() -> u8 {
    7
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
struct Ticket {
    #[serde(default = "seven")]
    days: u8,
    note: Option<String>,
    #[serde(flatten)]
    contact: Contact,
}

#[test]
fn what_is_decoded_deserializes_and_so_does_its_canonical_form() {
    let schema = Schema::of::<Vec<Ticket>>().unwrap();
    let rewritten = schema.for_dialect(Dialect::OpenAi).unwrap();
    let text = r#"{"value":[
        {"kind":"Mail","street":"Elm 1","days":null,"note":null},
        {"days":1,"note":"x","kind":"Nobody"}
    ]}"#;
    let decoded = decode(text, &schema, &rewritten, Manner::Lenient, &|_| Ok(())).unwrap();
    assert_eq!(
        decoded.canonical,
        r#"[{"kind":"Mail","street":"Elm 1"},{"days":1,"note":"x","kind":"Nobody"}]"#
    );
    let contact = Contact::Mail(Address {
        street: "Elm 1".into(),
    });
    let expected = [
        Ticket {
            days: 7,
            note: None,
            contact,
        },
        Ticket {
            days: 1,
            note: Some("x".into()),
            contact: Contact::Nobody,
        },
    ];
    let value: Vec<Ticket> = serde_json::from_value(decoded.value).unwrap();
    assert_eq!(value, expected);
    let value: Vec<Ticket> = serde_json::from_str(&decoded.canonical).unwrap();
    assert_eq!(value, expected);
}

#[test]
fn a_value_that_was_read_as_another_kind_must_stand_as_it_is_then() {
    let pair = json!({"type": "array", "prefixItems": [{"enum": ["a"]}, {"type": "boolean"}], "minItems": 2, "maxItems": 2});
    let document = json!({"type": "object", "properties": {
        "a": {"oneOf": [{"oneOf": [pair, {"type": "boolean"}]}, {"type": "boolean"}]},
    }, "required": ["a"]});
    assert_eq!(
        accepted(document.clone(), r#"{"a":["a",true]}"#).value["a"][1],
        true
    );
    assert_eq!(wrong(document.clone(), r#"{"a":false}"#).len(), 1);
    assert_eq!(wrong(document, r#"{"a":[false]}"#).len(), 1);
}
