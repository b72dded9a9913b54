//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::json;

use super::*;
use crate::provider::Dialect;
use crate::reply::tests::{read_as, rejected};
use crate::reply::{Manner, Syntax, decode};
use crate::schema::Schema;

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

fn malformed(document: Value, text: &str) -> String {
    match rejected(document, text) {
        Rejected::Malformed { reason } => reason,
        Rejected::Invalid(violations) => panic!("{text}: {violations:?}"),
    }
}

#[test]
fn of_several_answers_the_last_is_taken_whatever_it_needs() {
    for (text, answers) in [
        (r#"{"x":1} or {"x":"2"}"#, 2),
        (r#"{"x":1} no {"x":2}"#, 2),
        (r#"{"x":1} no {"x":3} no {"x":2.0,"z":1}"#, 3),
        ("```\n{\"x\":1}\n``` Oops:\n{\"x\":2}, as {\"x\":2}", 2),
    ] {
        let text = text.replace("}, as", "} as");
        let (value, repairs) = lenient(point(), &text);
        assert_eq!(value, r#"{"x":2}"#, "{text}");
        assert_eq!(repairs.last(), Some(&Repair::Chosen { answers }), "{text}");
    }
    let (_, repairs) = lenient(point(), r#"{"x":1} is {"x":1}"#);
    assert_eq!(repairs, [Repair::Prose]);
}

#[test]
fn a_piece_in_a_comment_is_the_answer_if_there_is_no_other() {
    for text in [
        "{\"x\":1} // {\"x\":2}",
        "{\"x\":1} # was {\"x\":2}",
        "{\"x\":1}\n/* or\n{\"x\":2} */",
        "<!-- {\"x\":2} -->\n{\"x\":1}",
    ] {
        let (value, repairs) = lenient(point(), text);
        assert_eq!(value, r#"{"x":1}"#, "{text}");
        assert!(!repairs.contains(&Repair::Chosen { answers: 2 }), "{text}");
    }
    assert_eq!(lenient(point(), "// it is {\"x\":2}").0, r#"{"x":2}"#);
}

#[test]
fn of_several_lists_or_maps_none_is_taken() {
    let numbers = || json!({"type": "array", "items": {"type": "integer"}});
    let texts = || json!({"type": "array", "items": {"type": "string"}});
    let map = || json!({"type": "object", "additionalProperties": {"type": "integer"}});
    for (document, text) in [
        (numbers(), "```\n[1, 2]\n```\n```\n[3]\n```"),
        (texts(), "Men: [\"a\"]. Women: [\"b\"]."),
        (points(), "[{\"x\":1}]\n[{\"x\":2}]"),
        (map(), "{\"a\":1}\n{\"b\":2}"),
        (
            json!({"anyOf": [points(), {"type": "null"}]}),
            "[{\"x\":1}]\n[{\"x\":2}]",
        ),
        (
            json!({"anyOf": [points(), {"type": "null"}]}),
            "{\"x\":1}\n{\"x\":2}",
        ),
    ] {
        let reason = malformed(document, text);
        assert!(
            reason.starts_with("there are 2 different answers"),
            "{reason}"
        );
    }
    assert_eq!(
        lenient(numbers(), "[1, 2]\nSo:\n```\n[1, 2]\n```").0,
        "[1,2]"
    );
    let rows = json!({"type": "array", "items": texts()});
    assert_eq!(lenient(rows, "[\"a\"]\n[\"b\"]").0, r#"[["a"],["b"]]"#);
}

#[test]
fn items_are_not_dropped_where_a_list_is_the_only_field() {
    let order =
        || json!({"type": "object", "properties": {"lines": points()}, "required": ["lines"]});
    for text in [
        "{\"x\":1}\n{\"x\":2}",
        "Line 1: {\"x\":1}\nLine 2: {\"x\":2}",
        "```\n{\"x\":1}\n```\n```\n{\"x\":2}\n```",
        "{\"x\":1}\n{\"x\":true}",
        "{\"x\":1}\n{\"lines\":[{\"x\":2}]}",
    ] {
        rejected(order(), text);
    }
    assert_eq!(lenient(order(), "{\"x\":1}").0, r#"{"lines":[{"x":1}]}"#);
}

#[test]
fn a_part_is_not_taken_for_the_whole() {
    let comment = || {
        json!({"type": "object", "properties": {
            "name": {"type": "string"}, "kids": {"type": "array", "items": {"$ref": "#"}}
        }, "required": ["name", "kids"]})
    };
    for before in [
        "name: Ada\nkids: ",
        "v=1 kids=",
        "**name**: Ada, **kids**: ",
        "<name>Ada</name><kids>",
        "Comment(name=Ada, kids=",
        "Kids: ",
        "-",
        "Comment(",
    ] {
        let text = format!("{before}{{\"name\":\"Bob\",\"kids\":[]}}");
        rejected(comment(), &text);
    }
    for before in [
        "The name: ",
        "For the kids, ",
        "- ",
        "Comment: ",
        "<answer>",
    ] {
        let text = format!("{before}{{\"name\":\"Bob\",\"kids\":[]}}");
        assert_eq!(
            lenient(comment(), &text).0,
            r#"{"name":"Bob","kids":[]}"#,
            "{text}"
        );
    }
    let comments = json!({"type": "array", "items": {"$ref": "#/$defs/C"}, "$defs": {"C": {
        "type": "object", "properties": {
            "name": {"type": "string"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/C"}}
        }, "required": ["name", "kids"]
    }}});
    let text = "kids: {\"name\":\"Bob\",\"kids\":[]}";
    for text in [
        format!("{text}\n{text}"),
        format!("{text}, {{\"name\":\"Eve\",\"kids\":[]}}"),
    ] {
        rejected(comments.clone(), &text);
    }
    let expression = || {
        let of = |name: &str, inner: Value| json!({"type": "object", "properties": {name: inner}, "required": [name], "additionalProperties": false});
        json!({"oneOf": [of("Num", json!({"type": "number"})), of("Neg", json!({"$ref": "#"}))]})
    };
    for text in [
        "Neg({\"Num\":5})",
        "neg: {\"Num\":5}",
        "neg {\"Num\":5}",
        "-{\"Num\":5}",
    ] {
        rejected(expression(), text);
    }
    assert_eq!(lenient(expression(), "It is {\"Num\":5}").0, r#"{"Num":5}"#);
    let answer = json!({"type": "object", "properties": {"answer": {"type": "boolean"}}, "required": ["answer"]});
    assert_eq!(
        lenient(answer, "Answer: {\"answer\":true}").0,
        r#"{"answer":true}"#
    );
}

#[test]
fn an_empty_object_in_prose_is_no_answer() {
    let optional = || json!({"type": "object", "properties": {"x": {"type": "integer"}}});
    rejected(optional(), "fn main() {} runs");
    rejected(points(), "It is [] because [1] says nothing.");
    assert_eq!(lenient(optional(), "There is nothing: {}").0, "{}");
    assert_eq!(lenient(points(), "There are none: [].").0, "[]");
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
    let text = "As {\"x\":1}:\n```\n[{\"x\":2},{\"x\":3}]\n```";
    let reason = malformed(points(), text);
    assert!(
        reason.starts_with("there are 2 different answers"),
        "{reason}"
    );
}

#[test]
fn a_reference_in_prose_is_no_answer() {
    let integer = json!({"type": "integer"});
    rejected(integer, "See [1].");
    let list = || json!({"type": "array", "items": {"type": "integer"}});
    for text in [
        "I found no results [1].",
        "Nothing was found, see [1] and [2].",
        "As [1] says, there are [].",
    ] {
        rejected(list(), text);
        rejected(points(), text);
    }
    for text in [
        "{\"value\":[4,5]} as in [1].",
        "Items [1]: the numbers are [4, 5].",
        "They are [4, 5].",
    ] {
        assert_eq!(lenient(list(), text).0, "[4,5]", "{text}");
    }
    let (value, _) = lenient(points(), "See [1]: {\"x\":1} and {\"x\":2}");
    assert_eq!(value, r#"[{"x":1},{"x":2}]"#);
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

#[test]
fn strictly_null_is_absence_only_where_it_was_asked_for() {
    let document = json!({"type": "object", "properties": {
        "a": {"type": "string"}, "n": {"type": "integer", "default": 7}, "o": {"type": ["integer", "null"]}
    }, "required": ["a"]});
    let schema = Schema::from_value("Test", document).unwrap();
    let read = |dialect, manner, text| {
        let rewritten = schema.for_dialect(dialect).unwrap();
        decode(text, &schema, &rewritten, manner, &|_| Ok(())).map(|it| it.canonical)
    };
    let text = r#"{"a":"x","n":null,"o":null}"#;
    let Err(Rejected::Invalid(violations)) = read(Dialect::Gemini, Manner::Strict, text) else {
        panic!("read");
    };
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].path, "/n");
    for (dialect, manner) in [
        (Dialect::OpenAi, Manner::Strict),
        (Dialect::Gemini, Manner::Lenient),
    ] {
        assert_eq!(read(dialect, manner, text).unwrap(), r#"{"a":"x"}"#);
    }
}
