//! What holds for any schema and any answer; `jsonschema` is the judge of what fits a schema.

use fastrand::Rng;
use serde_json::{Map, json};

use super::oracle::subset::assert_taken;
use super::*;
use crate::provider::Dialect;
use crate::schema::Verdict;

const CASES: u64 = 1_000;

/// A schema document, as schemars could have written it.
pub(crate) fn document(rng: &mut Rng) -> Value {
    let mut document = object(rng, 3);
    document["$defs"] = json!({
        "Chain": {
            "type": "object",
            "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Chain"}, {"type": "null"}]}, "n": {"type": "integer"}},
            "required": ["n"],
        },
        "Leaf": {"type": "object", "properties": {"leaf": {"type": "boolean"}}, "required": ["leaf"]},
    });
    document
}

fn schema(rng: &mut Rng, depth: u32) -> Value {
    let kinds = if depth == 0 { 6 } else { 12 };
    match rng.u32(..kinds) {
        0 => json!({"type": "boolean"}),
        1 => json!({"type": "integer", "minimum": rng.i32(-3..3), "maximum": rng.i32(3..9)}),
        2 => json!({"type": "number", "exclusiveMinimum": rng.i32(-3..3), "multipleOf": 0.5}),
        3 => json!({"type": "string", "minLength": rng.u32(..2), "maxLength": rng.u32(2..5)}),
        4 => json!({"enum": ["a", "b", "c"]}),
        5 => json!({"type": ["integer", "null"], "multipleOf": 2}),
        6 => json!({"$ref": "#/$defs/Chain"}),
        7 => json!({"$ref": "#/$defs/Leaf", "description": "a leaf"}),
        8 => {
            let unique = rng.bool();
            json!({"type": "array", "items": schema(rng, depth - 1), "minItems": rng.u32(..2), "uniqueItems": unique})
        }
        9 => json!({"anyOf": [schema(rng, depth - 1), {"type": "null"}]}),
        10 => {
            let branch = |tag: &str, rng: &mut Rng| {
                let mut branch = object(rng, depth - 1);
                branch["properties"]["tag"] = json!({"type": "string", "const": tag});
                branch["required"]
                    .as_array_mut()
                    .unwrap()
                    .push("tag".into());
                branch
            };
            json!({"oneOf": [branch("x", rng), branch("y", rng)]})
        }
        _ => object(rng, depth - 1),
    }
}

fn object(rng: &mut Rng, depth: u32) -> Value {
    let mut names = ["a", "b", "c", "d", "e"];
    rng.shuffle(&mut names);
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in names.iter().take(rng.usize(..4)) {
        properties.insert((*name).to_owned(), schema(rng, depth));
        if rng.bool() {
            required.push(*name);
        }
    }
    let mut object = json!({"type": "object", "properties": properties, "required": required});
    if rng.bool() {
        object["additionalProperties"] = false.into();
    }
    object
}

/// A value of `schema`, except that one part in `noise` is anything at all.
fn value(rng: &mut Rng, schema: &Value, whole: &Value, depth: u32, noise: Option<u32>) -> Value {
    if noise.is_some_and(|noise| rng.u32(..noise) == 0) {
        let any = [
            json!(1),
            json!(-7),
            json!("a"),
            json!(true),
            json!({}),
            json!([]),
            json!(0.25),
            json!({"tag": "x"}),
        ];
        return rng.choice(any).unwrap();
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = whole.pointer(reference.trim_start_matches('#')).unwrap();
        return value(rng, target, whole, depth, noise);
    }
    if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        let branches = branches.as_array().unwrap();
        // The last alternative of what contains itself is `null`.
        let branch = if depth == 0 {
            branches.last().unwrap()
        } else {
            rng.choice(branches).unwrap()
        };
        return value(rng, branch, whole, depth.saturating_sub(1), noise);
    }
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
        return rng.choice(allowed).unwrap().clone();
    }
    let types = match &schema["type"] {
        Value::Array(types) => rng.choice(types).unwrap().clone(),
        one => one.clone(),
    };
    let bound =
        |keyword: &str, other: i64| schema.get(keyword).and_then(Value::as_i64).unwrap_or(other);
    let below = depth.saturating_sub(1);
    match types.as_str().unwrap() {
        "null" => Value::Null,
        "boolean" => rng.bool().into(),
        "integer" => match schema.get("multipleOf") {
            Some(_) => (rng.i64(-4..4) * 2).into(),
            None => rng.i64(bound("minimum", -5)..=bound("maximum", 5)).into(),
        },
        "number" => {
            let halves = bound("exclusiveMinimum", -5) * 2 + rng.i64(1..9);
            // Whole numbers are written as such: the judge calls 3.0 an integer, zyn does not.
            if halves % 2 == 0 {
                json!(halves / 2)
            } else {
                json!(halves as f64 / 2.0)
            }
        }
        "string" => "éxyz"
            .chars()
            .take(rng.usize(1..=2))
            .collect::<String>()
            .into(),
        "array" => {
            let count = rng.i64(bound("minItems", 0)..=2);
            let items = (0..count).map(|_| value(rng, &schema["items"], whole, below, noise));
            items.collect()
        }
        _ => {
            let mut fields = Map::new();
            let required: Vec<&str> = schema["required"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            for (name, field) in schema["properties"].as_object().unwrap() {
                let is_wanted = required.contains(&name.as_str());
                if is_wanted || (depth > 0 && rng.bool()) {
                    let field = value(rng, field, whole, below, noise);
                    // For a field that may be absent, `null` is absence: the judge knows no such thing.
                    if is_wanted || !field.is_null() {
                        fields.insert(name.clone(), field);
                    }
                }
            }
            if noise.is_some() && rng.u32(..9) == 0 {
                fields.insert("zz".to_owned(), 1.into());
            }
            Value::Object(fields)
        }
    }
}

/// `value` as JSON, with the fields of every object in some order.
fn shuffled(rng: &mut Rng, value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shuffled(rng, item)).collect();
            format!("[ {} ]", items.join(" ,"))
        }
        Value::Object(fields) => {
            let mut fields: Vec<String> = fields
                .iter()
                .map(|(name, field)| format!("\"{name}\" : {}", shuffled(rng, field)))
                .collect();
            rng.shuffle(&mut fields);
            format!("{{\n{}}}", fields.join(",\n"))
        }
        scalar => scalar.to_string(),
    }
}

fn for_each_case(check: impl Fn(&mut Rng, &Value, &Schema) -> bool) {
    let mut told = 0;
    for seed in 0..CASES {
        let mut rng = Rng::with_seed(seed);
        let document = document(&mut rng);
        let schema = Schema::from_value("Case", document.clone()).unwrap();
        told += u64::from(check(&mut rng, &document, &schema));
    }
    assert!(told > CASES / 10, "only {told} cases said anything");
}

#[test]
fn a_value_is_valid_exactly_where_the_judge_says_so() {
    let valid = std::cell::Cell::new(0);
    for_each_case(|rng, document, schema| {
        let judge = jsonschema::validator_for(document).unwrap();
        for _ in 0..4 {
            let value = value(rng, document, document, 5, Some(12));
            let fits = fit::fit(schema.document(), &Tree::from(&value), Rules::PLAIN)
                .violations
                .is_empty();
            assert_eq!(fits, judge.is_valid(&value), "{document}\n{value}");
            valid.set(valid.get() + u64::from(fits));
        }
        true
    });
    assert!(
        valid.get() > CASES / 2 && valid.get() < CASES * 7 / 2,
        "{valid:?}"
    );
}

#[test]
fn an_answer_is_the_same_text_in_whatever_order_and_fence_it_came() {
    for_each_case(|rng, document, schema| {
        let value = value(rng, document, document, 5, None);
        let rewritten = schema.for_dialect(Dialect::OpenAi).unwrap();
        let decoded = |text: &str| decode(text, schema, &rewritten, Manner::Lenient, &|_| Ok(()));
        let Ok(plain) = decoded(&value.to_string()) else {
            // Items that must differ and do not: the generator does not look.
            return false;
        };
        let fenced = format!("Here it is:\n```json\n{}\n```\n", shuffled(rng, &value));
        let fenced =
            decoded(&fenced).unwrap_or_else(|error| panic!("{document}\n{fenced}\n{error:?}"));
        assert_eq!(plain.canonical, fenced.canonical, "{document}");
        let again = decoded(&plain.canonical).unwrap();
        assert_eq!(again.canonical, plain.canonical);
        true
    });
}

#[test]
fn an_answer_that_fits_what_was_sent_is_accepted() {
    for_each_case(|rng, document, schema| {
        let rewritten = schema.for_dialect(Dialect::OpenAi).unwrap();
        let sent: Value = serde_json::from_str(&rewritten.wire().json).unwrap();
        let answer = value(rng, &sent, &sent, 5, None);
        assert!(jsonschema::is_valid(&sent, &answer), "{sent}\n{answer}");
        if rewritten
            .verdicts()
            .iter()
            .any(|rewrite| rewrite.verdict == Verdict::Described)
        {
            return false;
        }
        let decoded = decode(
            &answer.to_string(),
            schema,
            &rewritten,
            Manner::Lenient,
            &|_| Ok(()),
        );
        let decoded =
            decoded.unwrap_or_else(|error| panic!("{document}\n{sent}\n{answer}\n{error:?}"));
        assert!(
            jsonschema::is_valid(document, &decoded.value),
            "{document}\n{answer}"
        );
        true
    });
}

#[test]
fn a_schema_is_the_same_when_it_is_made_from_its_document() {
    for_each_case(|_, _, schema| {
        let again = Schema::from_value(schema.name(), schema.document().clone()).unwrap();
        assert_eq!(again.document().to_string(), schema.document().to_string());
        true
    });
}

#[test]
fn every_shape_of_schemars_is_sent_as_the_dialect_takes_it() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/cases/schemars_1.2.3_output.txt"
    );
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("skipped: {file} is not there");
        return;
    };
    let (mut sent, mut refused) = (0, 0);
    for (name, document) in text.split("### ").filter_map(|case| case.split_once('\n')) {
        let document: Value = serde_json::from_str(document.trim()).unwrap();
        let Ok(schema) = Schema::from_value(name, document) else {
            assert_eq!(name, "openapi3 Refs");
            continue;
        };
        for dialect in Dialect::ALL {
            match schema.for_dialect(dialect) {
                Ok(rewritten) => {
                    let json = serde_json::from_str(&rewritten.wire().json).unwrap();
                    assert_taken(dialect, &json);
                    sent += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    println!("{sent} are sent, {refused} are said in the prompt");
    assert!(refused < sent / 5, "{refused}");
}
