//! A schema, in every dialect.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

/// A schema made of the keywords that there are, in any order and depth.
#[derive(Debug)]
struct Document(Value);

const NAMES: [&str; 4] = ["a", "b", "A", "B"];

impl<'a> Arbitrary<'a> for Document {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut document = schema(bytes, 5)?;
        if let Value::Object(document) = &mut document {
            let (first, second) = (schema(bytes, 4)?, schema(bytes, 4)?);
            document.insert("$defs".to_owned(), json!({"A": first, "B": second}));
        }
        Ok(Self(document))
    }
}

fn schema(bytes: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    if depth == 0 || bytes.ratio(1, 20)? {
        return Ok(bytes
            .choose(&[
                json!(true),
                json!(false),
                json!({}),
                json!({"type": "string"}),
            ])?
            .clone());
    }
    let mut map = Map::new();
    for _ in 0..bytes.int_in_range(0..=4)? {
        let (keyword, value) = keyword(bytes, depth - 1)?;
        map.insert(keyword.to_owned(), value);
    }
    Ok(Value::Object(map))
}

fn keyword(bytes: &mut Unstructured<'_>, depth: u32) -> Result<(&'static str, Value)> {
    const ONE: [&str; 8] = [
        "items",
        "additionalProperties",
        "not",
        "if",
        "contains",
        "propertyNames",
        "unevaluatedProperties",
        "contentSchema",
    ];
    const MANY: [&str; 4] = ["anyOf", "oneOf", "allOf", "prefixItems"];
    const NAMED: [&str; 2] = ["properties", "patternProperties"];
    const NUMBERS: [&str; 10] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
    ];
    const TYPES: [&str; 7] = [
        "object", "array", "string", "number", "integer", "boolean", "null",
    ];
    Ok(match bytes.int_in_range(0..=11)? {
        0 => (*bytes.choose(&ONE)?, schema(bytes, depth)?),
        1 => {
            let mut parts = Vec::new();
            for _ in 0..bytes.int_in_range(0..=3)? {
                parts.push(schema(bytes, depth)?);
            }
            (*bytes.choose(&MANY)?, Value::Array(parts))
        }
        2 | 3 => {
            let mut fields = Map::new();
            for _ in 0..bytes.int_in_range(0..=3)? {
                fields.insert((*bytes.choose(&NAMES)?).to_owned(), schema(bytes, depth)?);
            }
            (*bytes.choose(&NAMED)?, Value::Object(fields))
        }
        4 => (*bytes.choose(&NUMBERS)?, json!(i16::arbitrary(bytes)?)),
        5 => ("required", json!([bytes.choose(&NAMES)?])),
        6 => (
            "$ref",
            json!(*bytes.choose(&["#", "#/$defs/A", "#/$defs/B", "#/$defs/C", "x"])?),
        ),
        7 => ("enum", json!([*bytes.choose(&NAMES)?, null, 1])),
        8 => ("const", json!(*bytes.choose(&NAMES)?)),
        9 => (
            "type",
            json!([bytes.choose(&TYPES)?, bytes.choose(&TYPES)?]),
        ),
        10 => ("default", json!(null)),
        _ => ("type", json!(*bytes.choose(&TYPES)?)),
    })
}

fuzz_target!(|document: Document| {
    zyn::fuzzing::rewrite(&document.0);
});
