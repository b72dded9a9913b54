//! What is sent for the types that everybody has, word for word.
#![allow(dead_code, reason = "the types are only described")]

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use zyn::schema::{Dialect, Schema};
use zyn::schemars::{self, JsonSchema};

#[derive(JsonSchema, Deserialize)]
struct Field<T> {
    f: T,
}

#[derive(JsonSchema, Deserialize)]
struct Inner {
    /** field doc */
    n: u8,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "type")]
enum Int {
    A,
    B(Inner),
    D { x: i32 },
}

fn sent<T: JsonSchema + 'static>(dialect: Dialect) -> Value {
    let schema = Schema::of::<T>().unwrap();
    let sent = schema.for_dialect(dialect).unwrap();
    serde_json::from_str(&sent.wire().json).unwrap()
}

/// What is sent for a field of type `T`, and whether it is required.
fn field<T: JsonSchema + 'static>(dialect: Dialect) -> (Value, bool) {
    let whole = sent::<Field<T>>(dialect);
    let required = whole["required"].as_array().unwrap().contains(&json!("f"));
    (whole["properties"]["f"].clone(), required)
}

fn int(n: Value, outer: &[(&str, Value)]) -> Value {
    let branch = |tag: &str, own: Option<(&str, Value)>| {
        let mut properties = serde_json::Map::new();
        properties.extend(
            outer
                .iter()
                .map(|(name, it)| ((*name).to_owned(), it.clone())),
        );
        properties.insert("type".into(), json!({"type": "string", "enum": [tag]}));
        properties.extend(own.map(|(name, it)| (name.to_owned(), it)));
        let required: Vec<String> = properties.keys().cloned().collect();
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    json!({"anyOf": [
        branch("A", None),
        branch("B", Some(("n", n))),
        branch("D", Some(("x", json!({"type": "integer"})))),
    ]})
}

#[test]
fn a_tagged_enum_keeps_its_tags() {
    let n = json!({"type": "integer", "minimum": 0, "maximum": 255, "description": "field doc"});
    assert_eq!(field::<Int>(Dialect::OpenAi), (int(n, &[]), true));
    let n = json!({"type": "integer", "description": "field doc\n\n{minimum: 0, maximum: 255}"});
    assert_eq!(field::<Int>(Dialect::Anthropic), (int(n, &[]), true));
}

#[test]
fn a_flattened_enum_is_its_alternatives_with_the_outer_fields() {
    #[derive(JsonSchema, Deserialize)]
    struct FlatEnum {
        a: u8,
        #[serde(flatten)]
        e: Int,
    }
    let a = json!({"type": "integer", "minimum": 0, "maximum": 255});
    let n = json!({"type": "integer", "minimum": 0, "maximum": 255, "description": "field doc"});
    let (sent, _) = field::<FlatEnum>(Dialect::OpenAi);
    assert_eq!(sent.to_string(), int(n, &[("a", a)]).to_string());
}

/// schemars puts the labels without a description first; their order is all that differs.
#[test]
fn described_labels_are_one_enum() {
    /// doc for enum
    #[derive(JsonSchema, Deserialize)]
    enum Unit2 {
        /// variant doc one
        One,
        /// variant doc two
        Two,
        Three,
    }
    let expected = json!({
        "type": "string",
        "enum": ["Three", "One", "Two"],
        "description": "doc for enum\nOne: variant doc one\nTwo: variant doc two",
    });
    for dialect in [
        Dialect::OpenAi,
        Dialect::Anthropic,
        Dialect::Gemini,
        Dialect::LlamaCpp,
    ] {
        assert_eq!(field::<Unit2>(dialect).0, expected);
    }
}

#[test]
fn a_map_is_a_list_of_entries() {
    let (sent, _) = field::<HashMap<String, u32>>(Dialect::OpenAi);
    let expected = json!({
        "type": "array",
        "description": "map as list of entries; keys must be unique",
        "items": {
            "type": "object",
            "properties": {"key": {"type": "string"}, "value": {"type": "integer", "minimum": 0}},
            "required": ["key", "value"],
            "additionalProperties": false,
        },
    });
    assert_eq!(sent, expected);
    let (mut sent, _) = field::<HashMap<String, u32>>(Dialect::Anthropic);
    let value = sent["items"]["properties"]["value"].take();
    assert_eq!(
        value,
        json!({"type": "integer", "description": "{minimum: 0}"})
    );
    let kept = json!({"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}});
    assert_eq!(field::<HashMap<String, u32>>(Dialect::Gemini).0, kept);
    assert_eq!(field::<HashMap<String, u32>>(Dialect::LlamaCpp).0, kept);
}

#[test]
fn an_option_is_nullable_or_absent() {
    let nullable = json!({"type": ["integer", "null"], "minimum": 0, "maximum": 255});
    assert_eq!(
        field::<Option<u8>>(Dialect::OpenAi),
        (nullable.clone(), true)
    );
    let absent = json!({"type": "integer", "description": "{minimum: 0, maximum: 255}"});
    assert_eq!(field::<Option<u8>>(Dialect::Anthropic), (absent, false));
    assert_eq!(
        field::<Option<u8>>(Dialect::Gemini),
        (nullable.clone(), false)
    );
    assert_eq!(field::<Option<u8>>(Dialect::LlamaCpp), (nullable, true));
}

#[test]
fn a_default_is_told() {
    fn seven() -> u8 {
        7
    }
    #[derive(JsonSchema, Deserialize)]
    struct Defaulted {
        #[serde(default = "seven")]
        n: u8,
    }
    let whole = sent::<Defaulted>(Dialect::OpenAi);
    assert_eq!(
        whole["properties"]["n"],
        json!({"type": ["integer", "null"], "minimum": 0, "maximum": 255, "description": "default 7"})
    );
    assert_eq!(whole["required"], json!(["n"]));
}

#[test]
fn a_type_that_contains_itself_is_kept_or_said_in_the_prompt() {
    #[derive(JsonSchema, Deserialize)]
    struct Tree {
        v: i32,
        kids: Vec<Tree>,
        parent: Option<Box<Tree>>,
    }
    let whole = sent::<Tree>(Dialect::OpenAi);
    assert_eq!(
        whole["properties"]["kids"],
        json!({"type": "array", "items": {"$ref": "#/$defs/Tree"}})
    );
    assert_eq!(whole["$defs"]["Tree"]["properties"], whole["properties"]);
    let wrapped = sent::<Vec<Tree>>(Dialect::OpenAi);
    assert_eq!(
        wrapped["properties"]["value"],
        json!({"type": "array", "items": {"$ref": "#/$defs/Tree"}})
    );
    let schema = Schema::of::<Tree>().unwrap();
    for dialect in [Dialect::Anthropic, Dialect::Gemini] {
        let refused = schema.for_dialect(dialect).unwrap_err();
        assert!(
            refused.problem.contains("`Tree` contains itself"),
            "{refused}"
        );
    }
    assert!(schema.for_dialect(Dialect::Prompted).is_ok());
}

#[test]
fn a_list_is_wrapped_and_its_definitions_move_out() {
    let inner = json!({
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 255, "description": "field doc"}},
        "required": ["n"],
        "additionalProperties": false,
    });
    assert_eq!(
        sent::<Vec<Inner>>(Dialect::OpenAi),
        json!({
            "type": "object",
            "properties": {"value": {"type": "array", "items": {"$ref": "#/$defs/Inner"}}},
            "required": ["value"],
            "additionalProperties": false,
            "$defs": {"Inner": inner},
        })
    );
}
