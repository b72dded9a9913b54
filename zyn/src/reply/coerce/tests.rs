//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::json;

use super::*;
use crate::reply::tests::{read_as, rejected};
use crate::reply::{Manner, Rejected};

/// The field `v` of an object, and what was done to read it.
fn read(document: Value, written: &str) -> (String, Vec<Coercion>) {
    let document = json!({"type": "object", "properties": {"v": document}, "required": ["v"]});
    let text = format!("{{\"v\":{written}}}");
    let decoded =
        read_as(document, &text, Manner::Lenient).unwrap_or_else(|it| panic!("{text}: {it:?}"));
    let how = decoded.repairs.iter().filter_map(|repair| match repair {
        Repair::Coerced { path, how } => {
            assert!(path.starts_with("/v"), "{path}");
            Some(*how)
        }
        _ => None,
    });
    (decoded.value["v"].to_string(), how.collect())
}

#[test]
fn each_kind_is_read_as_another_where_that_loses_nothing() {
    use Coercion::*;
    let point =
        json!({"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]});
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    for (document, written, value, how) in [
        (json!({"type": "integer"}), "\"7\"", "7", vec![TextToNumber]),
        (
            json!({"type": "integer"}),
            "\"12,111\"",
            "12111",
            vec![TextToNumber],
        ),
        (json!({"type": "integer"}), "3.0", "3", vec![ToWhole]),
        (
            json!({"type": "integer"}),
            "\"3.0\"",
            "3",
            vec![TextToNumber, ToWhole],
        ),
        (
            json!({"type": "number"}),
            "\"$1,234.56\"",
            "1234.56",
            vec![TextToNumber],
        ),
        (
            json!({"type": "number"}),
            "-2,000.00",
            "-2000.0",
            vec![TextToNumber],
        ),
        (
            json!({"type": "boolean"}),
            "\"True\"",
            "true",
            vec![TextToBoolean],
        ),
        (
            json!({"type": ["integer", "null"]}),
            "\"None\"",
            "null",
            vec![TextToNull],
        ),
        (
            json!({"type": "string"}),
            "1.10",
            "\"1.10\"",
            vec![NumberToText],
        ),
        (
            json!({"type": "string"}),
            "007",
            "\"007\"",
            vec![NumberToText],
        ),
        (
            json!({"type": "string"}),
            "True",
            "\"True\"",
            vec![BooleanToText],
        ),
        (
            json!({"enum": ["Very High", "Low"]}),
            "\"very_high\"",
            "\"Very High\"",
            vec![Label],
        ),
        (
            json!({"enum": ["1", "2"]}),
            "1",
            "\"1\"",
            vec![NumberToText],
        ),
        (json!({"const": "TWO"}), "\"two\"", "\"TWO\"", vec![Label]),
        (json!({"const": 2}), "\"2\"", "2", vec![TextToNumber]),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            "\"a\"",
            "[\"a\"]",
            vec![ToList],
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            "\"7\"",
            "[7]",
            vec![ToList, TextToNumber],
        ),
        (json!({"type": "integer"}), "[7]", "7", vec![FromList]),
        (
            json!({"enum": ["a", "b"]}),
            "[\"B\"]",
            "\"b\"",
            vec![FromList, Label],
        ),
        (point.clone(), "[{\"x\":1}]", "{\"x\":1}", vec![FromList]),
        (point.clone(), "7", "{\"x\":7}", vec![ToField]),
        (point, "\"{\\\"x\\\": 7}\"", "{\"x\":7}", vec![TextToJson]),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            "\"[1, 2]\"",
            "[1,2]",
            vec![TextToJson],
        ),
        (
            map,
            "{\"b\":1,\"a\":\"2\"}",
            "{\"a\":2,\"b\":1}",
            vec![Object, TextToNumber],
        ),
    ] {
        assert_eq!(
            read(document.clone(), written),
            (value.to_owned(), how),
            "{document} {written}"
        );
    }
}

#[test]
fn what_fits_as_it_is_stays_as_it_is() {
    for (document, written) in [
        (json!({"type": "string"}), "\"7\""),
        (json!({"type": ["string", "null"]}), "\"None\""),
        (
            json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}),
            "\"7\"",
        ),
        (
            json!({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "integer"}]}),
            "7",
        ),
        (json!({"type": "number"}), "3"),
        (json!({"enum": ["a", "A"]}), "\"A\""),
        (json!({}), "[\"7\"]"),
    ] {
        assert_eq!(read(document, written), (written.to_owned(), vec![]));
    }
}

#[test]
fn of_alternatives_the_one_that_needs_the_least_is_taken() {
    let document = json!({"anyOf": [
        {"type": "object", "properties": {"n": {"type": "string"}}, "required": ["n"]},
        {"type": "object", "properties": {"n": {"type": "integer"}, "u": {"type": "string"}}, "required": ["n"]},
    ]});
    assert_eq!(
        read(document.clone(), r#"{"n":7}"#),
        (r#"{"n":7}"#.to_owned(), vec![])
    );
    assert_eq!(
        read(document.clone(), r#"{"n":"7"}"#),
        (r#"{"n":"7"}"#.to_owned(), vec![])
    );
    assert_eq!(
        read(document, r#"{"n":7,"u":"x"}"#),
        (r#"{"n":7,"u":"x"}"#.to_owned(), vec![])
    );
    let tagged = json!({"oneOf": [
        {"type": "object", "properties": {"t": {"const": "Point"}, "n": {"type": "integer"}}, "required": ["t", "n"]},
        {"type": "object", "properties": {"t": {"const": "Circle"}, "n": {"type": "integer"}}, "required": ["t", "n"]},
    ]});
    let (value, how) = read(tagged, r#"{"t":"circle","n":"7"}"#);
    assert_eq!(value, r#"{"t":"Circle","n":7}"#);
    assert_eq!(how, [Coercion::Label, Coercion::TextToNumber]);
}

#[test]
fn a_coercion_says_where_it_was() {
    let document = json!({"type": "object", "properties": {"a/b": {"type": "array", "items": {"type": "integer"}}}, "required": ["a/b"]});
    let decoded = read_as(document, r#"{"a/b":[1,"2"],"z":0}"#, Manner::Lenient).unwrap();
    let (path, how) = (String::from("/a~1b/1"), Coercion::TextToNumber);
    let left_out = Repair::LeftOut { path: "/z".into() };
    assert_eq!(decoded.repairs, [Repair::Coerced { path, how }, left_out]);
}

#[test]
fn a_list_of_keys_and_values_is_the_map_that_was_asked_for() {
    let map = json!({"type": "object", "properties": {"m": {
        "type": "object", "patternProperties": {"^\\d+$": {"type": "integer"}}, "additionalProperties": false,
    }}, "required": ["m"]});
    let text = r#"{"m":[{"key":"2","value":1},{"key":"1","value":2}]}"#;
    let decoded = read_as(map.clone(), text, Manner::Lenient).unwrap();
    assert_eq!(
        (&*decoded.canonical, decoded.repairs),
        (r#"{"m":{"1":2,"2":1}}"#, vec![])
    );
    let wrong = |text: &str| match rejected(map.clone(), text) {
        Rejected::Invalid(violations) => violations[0].to_string(),
        Rejected::Malformed { reason } => reason,
    };
    assert_eq!(
        wrong(r#"{"m":[{"key":"1","value":1},{"key":"1","value":2}]}"#),
        "/m/1/key: expected a key that is not there yet, got \"1\""
    );
    assert_eq!(
        wrong(r#"{"m":[{"key":"x","value":1}]}"#),
        "/m/0/key: expected a key of another form, got \"x\""
    );
    assert_eq!(
        wrong(r#"{"m":[{"key":"1","value":"x"}]}"#),
        "/m/0/value: expected a whole number, got \"x\""
    );
    assert_eq!(
        wrong(r#"{"m":{"x":1}}"#),
        "/m/x: expected no such field, got 1"
    );
}

#[test]
fn the_names_of_a_map_are_checked() {
    let map = json!({"type": "object", "additionalProperties": {"type": "null"}, "propertyNames": {"enum": ["a", "b"]}, "minProperties": 1});
    let wrong = |text: &str| match rejected(map.clone(), text) {
        Rejected::Invalid(violations) => violations[0].to_string(),
        Rejected::Malformed { reason } => reason,
    };
    assert_eq!(
        wrong(r#"{"c":null}"#),
        r#"/c: expected one of "a", "b", got "c""#
    );
    assert_eq!(wrong("{}"), "the answer: expected at least 1 field, got {}");
}

fn specs() -> Value {
    json!({"type": "object", "properties": {
        "specs": {"type": "object", "additionalProperties": {"type": "string"}}
    }, "required": ["specs"]})
}

#[test]
fn an_object_for_a_map_that_was_asked_for_as_a_list_is_told_or_refused() {
    let strict = |text: &str| read_as(specs(), text, Manner::Strict);
    for text in [
        r#"{"specs":{"key":"Weight","value":"3 kg"}}"#,
        r#"{"specs":{"value":"3 kg","key":1}}"#,
        r#"{"specs":[{"key":"a","value":"b","unit":"c"}]}"#,
        r#"{"specs":[{"key":null,"value":"b"}]}"#,
    ] {
        rejected(specs(), text);
        assert!(strict(text).is_err(), "{text}");
    }
    let plain = r#"{"specs":{"Weight":"3 kg"}}"#;
    let decoded = read_as(specs(), plain, Manner::Lenient).unwrap();
    let (path, how) = ("/specs".to_owned(), Coercion::Object);
    assert_eq!(decoded.canonical, plain);
    assert_eq!(decoded.repairs, [Repair::Coerced { path, how }]);
    assert!(strict(plain).is_err());
    let asked = r#"{"specs":[{"key":"Weight","value":"3 kg"}]}"#;
    assert_eq!(strict(asked).unwrap().canonical, plain);
}

#[test]
fn the_key_of_an_entry_is_a_text_or_is_told() {
    let text = r#"{"specs":[{"key":1,"value":"a"}]}"#;
    let decoded = read_as(specs(), text, Manner::Lenient).unwrap();
    let (path, how) = ("/specs/0/key".to_owned(), Coercion::NumberToText);
    assert_eq!(decoded.canonical, r#"{"specs":{"1":"a"}}"#);
    assert_eq!(decoded.repairs, [Repair::Coerced { path, how }]);
    assert!(read_as(specs(), text, Manner::Strict).is_err());
}

#[test]
fn an_object_with_fields_is_not_put_into_a_map() {
    let rows = json!({"type": "object", "properties": {
        "rows": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}}
    }, "required": ["rows"]});
    for document in [specs(), rows] {
        rejected(document, r#"{"error":"I cannot do that"}"#);
    }
}

#[test]
fn nothing_is_rounded_to_a_whole_number_or_to_0() {
    let of = |kind: &str| json!({"type": "object", "properties": {"x": {"type": kind}}, "required": ["x"]});
    for number in [
        "9007199254740990.6",
        "4503599627370497.3",
        "3.00000000000000000001",
        "1e-400",
        "18446744073709551616",
        "1e20",
    ] {
        rejected(of("integer"), &format!("{{\"x\":{number}}}"));
        rejected(of("integer"), &format!("{{\"x\":\"{number}\"}}"));
    }
    for number in ["1e-400", "-0.1e-400"] {
        rejected(of("number"), &format!("{{\"x\":{number}}}"));
        rejected(of("number"), &format!("{{\"x\":\"{number}\"}}"));
    }
    for (kind, number, read) in [
        ("number", "18446744073709551616", "1.8446744073709552e+19"),
        ("integer", "9007199254740993.0", "9007199254740993"),
        ("integer", "1.5e1", "15"),
    ] {
        let decoded = read_as(of(kind), &format!("{{\"x\":{number}}}"), Manner::Lenient).unwrap();
        assert_eq!(decoded.canonical, format!("{{\"x\":{read}}}"));
    }
}
