//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::json;

use super::*;
use crate::reply::properties;

const SEEDS: u64 = 60;

/// The values of some seeds, which `jsonschema`, formats and patterns included, finds valid.
fn valid(document: &Value) -> Vec<Value> {
    let schema = Schema::from_value("Case", document.clone()).unwrap();
    let judge = jsonschema::options().should_validate_formats(true);
    let judge = judge.build(document).unwrap();
    let values = (0..SEEDS).map(|seed| {
        let value = sample(&schema, seed).unwrap_or_else(|error| panic!("{document}: {error:?}"));
        assert_eq!(sample(&schema, seed).unwrap(), value);
        assert!(judge.is_valid(&value), "{document}\n{value}");
        value
    });
    values.collect()
}

#[test]
fn a_value_of_any_schema_is_valid_for_the_judge() {
    let mut made = 0;
    for seed in 0..1_000 {
        let document = properties::document(&mut Rng::with_seed(seed));
        let schema = Schema::from_value("Case", document.clone()).unwrap();
        match sample(&schema, seed) {
            Ok(value) => {
                made += 1;
                assert!(
                    jsonschema::is_valid(&document, &value),
                    "{document}\n{value}"
                );
            }
            // two items that differ, of a type with one value
            Err(unmade) => assert!(unmade.problem.contains("no value was found"), "{unmade:?}"),
        }
    }
    assert!(made > 980, "{made}");
}

#[test]
fn each_keyword_of_a_value_is_kept() {
    let cases = [
        json!({"type": "integer", "minimum": -3, "exclusiveMaximum": 1}),
        json!({"type": "integer", "minimum": 0.5, "maximum": 1.5}),
        json!({"type": "integer", "multipleOf": 7, "minimum": 1, "maximum": 20}),
        json!({"type": "integer", "multipleOf": 1.5}),
        json!({"type": "integer", "minimum": u64::MAX, "format": "uint64"}),
        json!({"type": "integer", "maximum": i64::MIN}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001}),
        json!({"type": "number", "multipleOf": 0.25, "minimum": 0.1, "maximum": 0.3}),
        json!({"type": "number", "minimum": 1, "exclusiveMinimum": 1, "maximum": 2}),
        json!({"type": "string", "minLength": 120}),
        json!({"type": "string", "minLength": 1, "maxLength": 1}),
        json!({"type": "string", "maxLength": 0}),
        json!({"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": true, "minItems": 3, "maxItems": 3}),
        json!({"type": "array", "items": {"type": "boolean"}, "maxItems": 0}),
        json!({"const": {"a": [1]}}),
        json!({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 3}]}),
        json!({"type": ["string", "null"], "format": "date"}),
        json!({"type": "string", "contentEncoding": "base64"}),
    ];
    for case in &cases {
        valid(case);
    }
}

#[test]
fn a_known_format_is_kept() {
    let formats = [
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "uri",
        "iri",
        "uri-reference",
        "iri-reference",
        "uri-template",
        "json-pointer",
        "relative-json-pointer",
        "regex",
        "uuid",
    ];
    for format in formats {
        valid(&json!({"type": "string", "format": format}));
    }
}

#[test]
fn a_plain_pattern_is_kept() {
    let patterns = [
        r"^[A-Z]{2}\d{4}$",
        r"^(?:red|green|blue)+$",
        r"[^a-z]x?",
        r"^\w+@[a-z0-9.-]+\.(com|org)$",
        r"^a{2,}b{0,3}?c*$",
        r"^$",
        r"^[\d_-]+$|^none$",
        r"^\+?\(\d{3}\) \S\s\W\D$",
        r"^[^\d\s]{3}$",
        r"^[\]\\^-]$",
    ];
    for pattern in patterns {
        valid(&json!({"type": "string", "pattern": pattern}));
    }
    valid(&json!({"type": "string", "pattern": "^[ab]+$", "minLength": 4, "maxLength": 4}));
}

#[test]
fn what_cannot_be_made_up_is_refused_and_named() {
    let field =
        |schema: Value| json!({"type": "object", "required": ["a"], "properties": {"a": schema}});
    for (schema, problem) in [
        (
            json!({"type": "string", "pattern": "^(?=a)a$"}),
            "`^(?=a)a$`",
        ),
        (json!({"type": "string", "pattern": r"^(a)\1$"}), "beyond"),
        (json!({"type": "string", "pattern": r"\bword"}), "beyond"),
        (
            json!({"type": "string", "pattern": "^a$", "minLength": 2}),
            "length",
        ),
        (
            json!({"type": "integer", "minimum": 2, "maximum": 1}),
            "from 2 to 1",
        ),
        (json!({"type": "string", "not": {"const": "a"}}), "`not`"),
        (
            json!({"type": "string", "minLength": 2, "maxLength": 1}),
            "at least 2",
        ),
    ] {
        let schema = Schema::from_value("Case", field(schema)).unwrap();
        let unmade = sample(&schema, 0).unwrap_err();
        assert_eq!(unmade.path, "/a");
        assert!(unmade.problem.contains(problem), "{unmade:?}");
    }
}

#[test]
fn a_type_that_contains_itself_ends_whichever_way_is_the_shortest() {
    let expression = json!({
        "$ref": "#/$defs/Sum",
        "$defs": {
            "Sum": {"anyOf": [
                {"type": "object", "required": ["left", "right"], "properties": {
                    "left": {"$ref": "#/$defs/Sum"}, "right": {"$ref": "#/$defs/Sum"},
                }},
                {"$ref": "#/$defs/Term"},
            ]},
            "Term": {"anyOf": [
                {"type": "object", "required": ["inner"], "properties": {"inner": {"$ref": "#/$defs/Sum"}}},
                {"type": "object", "required": ["many"], "properties": {
                    "many": {"type": "array", "items": {"$ref": "#/$defs/Term"}},
                }},
                {"type": "object", "required": ["number"], "properties": {"number": {"type": "integer"}}},
            ]},
        },
    });
    let longest = valid(&expression)
        .iter()
        .map(|value| value.to_string().len())
        .max();
    assert!(longest.unwrap() < 20_000, "{longest:?}");
}

#[test]
fn what_an_annotation_says_of_a_made_up_value_holds() {
    let score = json!({"type": "number", "minimum": 0, "maximum": 1});
    let document = json!({
        "type": "object",
        "required": ["scores", "first", "second", "sure"],
        "properties": {
            "scores": {
                "type": "object", SUM: 1, "required": ["a", "b", "c"],
                "properties": {"a": score, "b": score, "c": score},
            },
            "first": {"enum": ["x", "y"]},
            "second": {"enum": ["x", "y"], UNLIKE: "first"},
            "sure": {"type": "number", "minimum": 0, "maximum": 1, GREATEST: true},
        },
    });
    for value in valid(&document) {
        let scores = value["scores"].as_object().unwrap();
        let sum: f64 = scores.values().filter_map(Value::as_f64).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{value}");
        assert_ne!(value["first"], value["second"]);
        assert_eq!(value["sure"], 1);
    }
}

#[test]
fn other_seeds_give_other_values() {
    let document = json!({"type": "object", "required": ["a", "b"], "properties": {
        "a": {"type": "string"}, "b": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    }});
    let values = valid(&document);
    let distinct: HashSet<_> = values.iter().map(Value::to_string).collect();
    assert!(distinct.len() > values.len() / 2, "{}", distinct.len());
    let nulls = values.iter().filter(|value| value["b"].is_null()).count();
    assert!((1..values.len() / 2).contains(&nulls), "{nulls} nulls");
}
