//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::json;

use super::*;
use crate::reply::tests::{read_as, rejected};
use crate::reply::{Manner, Syntax};

fn point() -> Value {
    json!({"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}, "required": ["x"]})
}

fn points() -> Value {
    json!({"type": "array", "items": point()})
}

fn lenient(document: Value, text: &str) -> (String, Vec<Repair>) {
    let decoded =
        read_as(document, text, Manner::Lenient).unwrap_or_else(|it| panic!("{text}: {it:?}"));
    (decoded.canonical, decoded.repairs)
}

#[test]
fn the_answer_that_needs_the_least_is_taken_and_of_equals_the_last() {
    let (value, repairs) = lenient(point(), r#"{"x":1} or {"x":"2"}"#);
    assert_eq!(value, r#"{"x":1}"#);
    assert_eq!(repairs, [Repair::Prose, Repair::Chosen { answers: 2 }]);
    let (value, repairs) = lenient(
        point(),
        r#"{"x":1}, no: {"x":2}"#.replace(", no:", " no").as_str(),
    );
    assert_eq!(value, r#"{"x":2}"#);
    assert_eq!(repairs, [Repair::Prose, Repair::Chosen { answers: 2 }]);
}

#[test]
fn pieces_that_are_items_are_together_the_list() {
    for text in [
        "{\"x\":1}\n{\"x\":2}",
        "{\"x\":1}, {\"x\":2}",
        "First {\"x\":1} and then {\"x\":2}.",
    ] {
        let (value, repairs) = lenient(points(), text);
        assert_eq!(value, r#"[{"x":1},{"x":2}]"#);
        assert_eq!(
            repairs,
            [
                Repair::Prose,
                Repair::Joined { items: 2 },
                Repair::Unwrapped
            ]
        );
    }
    let Rejected::Invalid(violations) = rejected(points(), "{\"x\":1} {\"x\":2} {\"x\":true}")
    else {
        panic!("read");
    };
    assert_eq!(violations[0].path, "/2/x", "none is dropped");
    let Rejected::Malformed { reason } = rejected(points(), "{\"x\":1}, {\"x\":true}") else {
        panic!("read");
    };
    assert_eq!(
        reason,
        "the JSON goes on at line 1, column 8, after its end"
    );
}

#[test]
fn a_list_is_not_mixed_with_its_items() {
    let (value, repairs) = lenient(points(), "As {\"x\":1}:\n```\n[{\"x\":2},{\"x\":3}]\n```");
    assert_eq!(value, r#"[{"x":2},{"x":3}]"#);
    assert!(repairs.contains(&Repair::Fenced), "{repairs:?}");
}

#[test]
fn a_reference_in_prose_is_no_answer() {
    let integer = json!({"type": "integer"});
    assert!(matches!(
        rejected(integer, "See [1]."),
        Rejected::Invalid(_)
    ));
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let (value, _) = lenient(list.clone(), "{\"value\":[4,5]} as in [1].");
    assert_eq!(value, "[4,5]");
    assert_eq!(lenient(list, "They are [1, 2].").0, "[1,2]");
}

#[test]
fn the_shape_of_a_piece_in_prose_is_not_guessed() {
    assert!(matches!(
        rejected(point(), "It is [{\"x\":1}]."),
        Rejected::Invalid(_)
    ));
    assert_eq!(lenient(point(), "[{\"x\":1}]").0, r#"{"x":1}"#);
}

#[test]
fn an_object_of_which_nothing_is_known_is_another_one() {
    let optional = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
    assert!(matches!(
        rejected(optional.clone(), r#"{"name":"who"}"#),
        Rejected::Invalid(_)
    ));
    assert_eq!(lenient(optional, "{}").0, "{}");
}

#[test]
fn a_word_that_was_asked_for_may_come_alone() {
    let urgency = json!({"enum": ["Low", "High"]});
    for (text, found) in [
        ("High", vec![]),
        ("The urgency is **high**.", vec![Repair::Prose]),
        ("\"High - it burns\"", vec![Repair::Prose]),
        ("<think>Low?</think>High", vec![Repair::Thinking]),
    ] {
        let (value, mut repairs) = lenient(urgency.clone(), text);
        assert_eq!(value, "\"High\"", "{text}");
        repairs.retain(|it| matches!(it, Repair::Prose | Repair::Thinking));
        assert_eq!(repairs, found, "{text}");
    }
    for text in [
        "Low or High",
        "not High",
        "[High",
        "{High}",
        "\"High",
        "Highest",
    ] {
        rejected(urgency.clone(), text);
    }
    assert_eq!(lenient(json!({"type": "number"}), "12,111.5").0, "12111.5");
    rejected(json!({"type": "number"}), "It is 5.");
    rejected(json!({"type": "string"}), "I cannot say.");
}

#[test]
fn strictly_nothing_but_the_json_is_accepted() {
    let strict = |document: Value, text: &str| read_as(document, text, Manner::Strict);
    for text in [
        r#"{"x":1}"#,
        " {\"y\":2,\n\"x\":1}\n",
        r#"{"x":1,"y":null}"#,
    ] {
        let decoded = strict(point(), text).unwrap();
        assert_eq!(decoded.repairs, [], "{text}");
    }
    for text in [
        "```json\n{\"x\":1}\n```",
        "Here: {\"x\":1}",
        "<think></think>{\"x\":1}",
        "{\"x\":1,}",
        "{'x':1}",
        "{\"x\":\"1\"}",
        "{\"x\":1.0}",
        "{\"x\":1,\"z\":2}",
        "[{\"x\":1}]",
        "\u{feff}{\"x\":1}",
        "{\"x\":1}}",
    ] {
        assert!(strict(point(), text).is_err(), "{text}");
    }
    let integer = || json!({"type": "integer"});
    assert_eq!(strict(integer(), r#"{"value":1}"#).unwrap().canonical, "1");
    for text in ["1", r#"{"value":1,"z":2}"#, r#"{"value":1,"value":1}"#] {
        assert!(strict(integer(), text).is_err(), "{text}");
    }
}

#[test]
fn a_slip_is_told_once_a_line() {
    let (_, repairs) = lenient(point(), "{\n'x': 1,\n'y': 2,,\n}");
    let told: Vec<String> = repairs.iter().map(Repair::to_string).collect();
    assert_eq!(
        told,
        [
            "line 2: quotes of another kind",
            "line 3: quotes of another kind",
            "line 3: a comma too many",
            "line 4: a comma too many",
        ]
    );
    let many = format!("{{\"x\":1{}}}", ",".repeat(1_000));
    let (slip, line) = (Syntax::ExtraComma, 1);
    assert_eq!(lenient(point(), &many).1, [Repair::Syntax { slip, line }]);
}

#[test]
fn a_reply_that_is_too_long_is_refused() {
    let text = format!("{}{{\"x\":1}}", " ".repeat(8 << 20));
    let Rejected::Malformed { reason } = rejected(point(), &text) else {
        panic!("read");
    };
    assert_eq!(reason, "the reply is longer than 8 MiB");
}
