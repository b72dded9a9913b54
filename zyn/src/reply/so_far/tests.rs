//! What is told of an answer, and when.

use serde_json::json;

use super::*;
use crate::provider::Dialect;
use crate::reply::progress::Grown;
use crate::schema::Schema;

/// What is complete of `text`.
fn complete(text: &str) -> Option<Value> {
    let mut so_far = SoFar::new();
    so_far.push(text);
    so_far.value().cloned()
}

/// An open value as JSON, with `"…"` where there may be more.
fn shown(grown: &Grown) -> Value {
    match grown {
        Grown::Complete(value) => value.clone(),
        Grown::List(items) => items.iter().map(shown).chain(["…".into()]).collect(),
        Grown::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, field)| (name.clone(), shown(field)));
            Value::Object(fields.chain([("…".to_owned(), "…".into())]).collect())
        }
    }
}

fn told(document: Value, dialect: Dialect, text: &str) -> Option<Value> {
    let schema = Schema::from_value("Case", document).unwrap();
    let rewritten = schema.for_dialect(dialect).unwrap();
    let mut reader = SoFar::new();
    reader.push(text);
    let asked = Asked {
        schema: &schema,
        field: None,
    };
    asked.grown(&reader, &rewritten).map(|grown| shown(&grown))
}

#[test]
fn a_text_is_there_once_its_quote_is() {
    assert_eq!(complete(r#"{"a":"Ad"#), Some(json!({})));
    assert_eq!(complete(r#"{"a":"Ad\""#), Some(json!({})));
    assert_eq!(complete(r#"{"a":"Ad\"a""#), Some(json!({"a": "Ad\"a"})));
    assert_eq!(complete(r#"{"a":"\\""#), Some(json!({"a": "\\"})));
}

#[test]
fn a_number_or_a_word_is_there_once_something_follows_it() {
    for word in ["12", "-0.5e3", "true", "false", "null"] {
        let value: Value = serde_json::from_str(word).unwrap();
        assert_eq!(complete(&format!("[{word}")), Some(json!([])), "{word}");
        for end in [",", "]", " ", "\n"] {
            assert_eq!(
                complete(&format!("[{word}{end}")),
                Some(json!([value])),
                "{word}{end}"
            );
        }
    }
}

#[test]
fn what_is_open_has_what_is_complete_in_it() {
    assert_eq!(
        complete(r#"{"a":[1,{"b":[true,"x"#),
        Some(json!({"a": [1, {"b": [true]}]}))
    );
    assert_eq!(complete(r#"{"a":{},"b"#), Some(json!({"a": {}})));
}

#[test]
fn more_is_told_exactly_when_a_part_is_complete() {
    let mut so_far = SoFar::new();
    let mut more = |c: char| {
        if so_far.push(&c.to_string()) {
            '+'
        } else {
            '.'
        }
    };
    let text = r#"{"a":[1, {}],"b":"x"}  "#;
    let told = ".......+..++.......++..";
    assert_eq!(text.chars().map(&mut more).collect::<String>(), told);
}

#[test]
fn pieces_may_end_anywhere() {
    let text = r#"{"\u0061\"":"\ud83d\ude00é","n":[-1.5e-3,null]}"#;
    let value: Value = serde_json::from_str(text).unwrap();
    for (at, _) in text.char_indices() {
        let mut so_far = SoFar::new();
        so_far.push(&text[..at]);
        so_far.push(&text[at..]);
        assert_eq!(so_far.value(), Some(&value), "{at}");
    }
}

#[test]
fn the_answer_begins_outside_of_prose_fences_and_reasoning() {
    let told = Some(json!({"a": 1}));
    for before in [
        "Here it is:\n```json\n",
        "<think>It is {\"a\":2}, or [3] < 4.</think>",
        "\u{feff} <thinking>{</think></thinking>\n",
        "<reasoning><think>[</reasoning>1 < 2, <b> ",
    ] {
        let text = format!("{before}{{\"a\":1}}\n```\nDone: {{\"a\":5}}");
        assert_eq!(complete(&text), told, "{text}");
        let mut so_far = SoFar::new();
        for c in text.chars() {
            so_far.push(&c.to_string());
        }
        assert_eq!(so_far.value().cloned(), told, "{text}");
    }
    assert_eq!(complete("<think>{\"a\":1}"), None);
}

#[test]
fn the_answer_is_the_first_object_that_begins_with_one_of_its_names() {
    let answer = r#"{"a":1,"b":[2]}"#;
    for before in [
        r#"For example {"c":3,"a":2}: "#,
        r#"{"c":{"a":2},"d":[{"a":3},[4]],"e":1} "#,
        r#"[{"a":2}] and [see {"x":"{"a":5}"}] "#,
        r#"{} [] {{ [[ {a: 1} {'a':1} {"\x":1} {"c":01} [tru] [1} {"c" 1} "#,
        "{ \"c\":\"x\ny\" ",
    ] {
        let text = format!("{before}{answer} {answer}");
        let names = || vec!["b".to_owned(), "a".to_owned()];
        let mut so_far = SoFar::named(names());
        so_far.push(&text);
        assert_eq!(so_far.value(), Some(&json!({"a": 1, "b": [2]})), "{text}");
        let mut so_far = SoFar::named(names());
        let more = text.chars().filter(|c| so_far.push(&c.to_string()));
        assert_eq!(more.count(), 3, "{text}");
        assert_eq!(so_far.open(), 0, "{text}");
        assert_eq!(so_far.value(), Some(&json!({"a": 1, "b": [2]})), "{text}");
    }
}

#[test]
fn of_an_answer_that_is_no_list_and_no_object_nothing_is_told() {
    for text in ["12 ", "\"Ada\"", "true,", "Ada"] {
        assert_eq!(complete(text), None, "{text}");
    }
}

#[test]
fn what_is_not_strict_json_ends_the_growth() {
    for text in [
        r#"{"a":1,'b':2}"#,
        r#"{"a":1,"b":'x',"c":3}"#,
        r#"{"a":1,// more
            "b":2}"#,
        r#"{"a":1,b:2}"#,
        r#"{"a":1,"b":yes,"c":3}"#,
        r#"{"a":1,"b":truely,"c":3}"#,
        r#"{"a":1,"b":01,"c":3}"#,
        r#"{"a":1,"b":+1,"c":3}"#,
        r#"{"a":1,"b":NaN,"c":3}"#,
        r#"{"a":1,"b":1e999,"c":3}"#,
        r#"{"a":1,"b":"\x","c":3}"#,
        "{\"a\":1,\"b\":\"x\ny\",\"c\":3}",
        r#"{"a":1,,"c":3}"#,
        r#"{"a":1 "c":3}"#,
        r#"{"a":1]"#,
        r#"{"a":1,"b" 2,"c":3}"#,
    ] {
        let mut so_far = SoFar::new();
        so_far.push(text);
        assert_eq!(so_far.value(), Some(&json!({"a": 1})), "{text}");
        assert_eq!(so_far.open(), 1, "{text}");
        assert!(!so_far.push(r#","z":1}"#), "{text}");
        assert_eq!(so_far.value(), Some(&json!({"a": 1})), "{text}");
    }
    assert_eq!(complete("[1,]"), Some(json!([1])));
    assert_eq!(complete("[1}"), Some(json!([1])));
}

#[test]
fn the_first_field_of_a_name_is_kept() {
    let text = r#"{"a":{"x":1},"a":{"x":2,"y":[3]},"\u0061":4,"b":[5"#;
    assert_eq!(complete(text), Some(json!({"a": {"x": 1}, "b": []})));
    let mut so_far = SoFar::new();
    so_far.push(r#"{"a":{"x":1},"a":{"y":[3,"#);
    assert_eq!(so_far.open(), 1, "the second is not open: it is not there");
}

#[test]
fn however_many_brackets_there_are_nothing_overflows() {
    let deep = complete(&"[".repeat(1_000_000)).unwrap();
    assert_eq!(deep.to_string().len(), 2 * json::MOST_DEPTH);
    let mut so_far = SoFar::new();
    so_far.push(&"{\"a\":".repeat(1_000_000));
    assert_eq!(so_far.open(), json::MOST_DEPTH);
}

#[test]
fn a_long_answer_is_read_once() {
    let mut so_far = SoFar::new();
    so_far.push("{\"a\":[[[[\"");
    for _ in 0..300_000 {
        so_far.push("xyz\",1,\"");
    }
    // Read from the start for each piece, it would not end today.
    assert_eq!(
        so_far.value().unwrap()["a"][0][0][0]
            .as_array()
            .unwrap()
            .len(),
        600_000
    );
}

#[test]
fn a_reply_that_is_too_long_to_be_read_grows_no_more() {
    let mut so_far = SoFar::new();
    so_far.push("[1,2,");
    assert!(!so_far.push(&" ".repeat(MOST_BYTES)));
    assert!(!so_far.push("3,"));
    assert_eq!(so_far.value(), Some(&json!([1, 2])));
}

#[test]
fn what_the_dialect_made_of_the_type_is_undone() {
    let list = json!({"type": "array", "items": {"type": "integer"}});
    assert_eq!(
        told(list.clone(), Dialect::OpenAi, r#"{"value":[1,2,3"#),
        Some(json!([1, 2, "…"]))
    );
    assert_eq!(told(list.clone(), Dialect::OpenAi, r#"{"value":"#), None);
    assert_eq!(
        told(list.clone(), Dialect::OpenAi, "[1,2,"),
        None,
        "what was not asked for may be prose"
    );
    assert_eq!(
        told(list, Dialect::OpenAi, r#"{"value":[1,2],"#),
        Some(json!([1, 2]))
    );
}

#[test]
fn a_map_has_its_complete_entries() {
    let map = json!({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}});
    let document = json!({"type": "object", "properties": {"m": map}, "required": ["m"]});
    let text = r#"{"m":[{"key":"a","value":[1]},{"value":[2],"key":"b"},{"key":"a","value":[7]},{"key":"c","value":[3,"#;
    assert_eq!(
        told(document.clone(), Dialect::OpenAi, text),
        Some(json!({"m": {"a": [1], "b": [2], "…": "…"}, "…": "…"}))
    );
    // Gemini takes maps as they are.
    assert_eq!(
        told(document, Dialect::Gemini, r#"{"m":{"a":[1],"c":[3,"#),
        Some(json!({"m": {"a": [1], "c": [3, "…"], "…": "…"}, "…": "…"}))
    );
}

#[test]
fn a_tuple_and_a_union_are_told_as_a_whole() {
    let document = json!({
        "type": "object",
        "properties": {
            "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
            "shape": {"anyOf": [
                {"type": "object", "properties": {"r": {"type": "integer"}}, "required": ["r"]},
                {"type": "object", "properties": {"w": {"type": "integer"}, "h": {"type": "integer"}}, "required": ["w", "h"]},
            ]},
        },
        "required": ["pair", "shape"]
    });
    let told = |text| told(document.clone(), Dialect::OpenAi, text);
    assert_eq!(told(r#"{"pair":[1,"x""#), Some(json!({"…": "…"})));
    assert_eq!(
        told(r#"{"pair":[1,"x"]"#),
        Some(json!({"pair": [1, "x"], "…": "…"}))
    );
    assert_eq!(told(r#"{"shape":{"w":1,"h":2"#), Some(json!({"…": "…"})));
    assert_eq!(
        told(r#"{"shape":{"w":1,"h":2}"#),
        Some(json!({"shape": {"w": 1, "h": 2}, "…": "…"}))
    );
}

#[test]
fn what_may_be_null_grows_as_what_it_is_otherwise() {
    let inner = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a", "b"]});
    let document = json!({
        "type": "object",
        "properties": {"x": {"anyOf": [inner, {"type": "null"}]}, "y": {"type": ["string", "null"]}, "n": {"type": "integer", "default": 3}},
        "required": ["x"]
    });
    let told = |text| told(document.clone(), Dialect::OpenAi, text);
    assert_eq!(
        told(r#"{"x":{"a":1,"#),
        Some(json!({"x": {"a": 1, "…": "…"}, "…": "…"}))
    );
    // A `null` that only stands for absence is no value of the field.
    let open = r#"{"x":null,"y":null,"n":null"#;
    assert_eq!(told(open), Some(json!({"x": null, "y": null, "…": "…"})));
    assert_eq!(
        told(&format!("{open}}}")),
        Some(json!({"x": null, "y": null}))
    );
}

#[test]
fn a_part_that_does_not_fit_stays_open_and_a_list_ends_before_it() {
    let document = json!({
        "type": "object",
        "properties": {"list": {"type": "array", "items": {"type": "integer"}}, "n": {"type": "integer"}, "z": {"type": "boolean"}},
        "required": ["list", "n", "z"]
    });
    let text = r#"{"list":[1,"2",3],"n":"4","other":5,"z":true}"#;
    assert_eq!(
        told(document, Dialect::OpenAi, text),
        Some(json!({"list": [1, "…"], "z": true, "…": "…"}))
    );
}
