//! Random schemas, as schemars could have written them, and random values of any schema.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// A schema document: an object, now and then something else.
pub(super) fn document(rng: &mut Rng) -> Value {
    let mut document = match rng.u32(..8) {
        0 => schema(rng, 3),
        _ => object(rng, 3),
    };
    if !document.is_object() {
        document = json!({});
    }
    let leaf = json!({"type": "object", "properties": {"leaf": {"type": "boolean"}, "word": {"type": ["string", "null"]}}, "required": ["leaf"]});
    let chain = json!({
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Chain"}, {"type": "null"}]}, "n": {"type": "integer"}},
        "required": ["n"],
    });
    document["$defs"] = json!({
        "Chain": chain,
        "Leaf": leaf,
        "Kind": {"type": "string", "enum": ["one", "two", "three"]},
    });
    document
}

fn schema(rng: &mut Rng, depth: u32) -> Value {
    let kinds = if depth == 0 { 10 } else { 22 };
    match rng.u32(..kinds) {
        0 => json!({"type": "boolean"}),
        1 => {
            json!({"type": "integer", "format": "int32", "minimum": rng.i32(-3..3), "maximum": rng.i32(3..9)})
        }
        2 => json!({"type": "number", "exclusiveMinimum": rng.i32(-3..3), "multipleOf": 0.5}),
        3 => json!({"type": "string", "minLength": rng.u32(..2), "maxLength": rng.u32(2..5)}),
        4 => json!({"enum": ["a", "b", "c"]}),
        5 => json!({"type": ["integer", "null"], "multipleOf": 2}),
        6 => json!({"type": "string", "const": "only"}),
        7 => json!({"type": ["string", "null"], "enum": ["x", "y", null]}),
        8 => json!({"$ref": "#/$defs/Kind", "description": "a kind"}),
        9 => json!({"oneOf": [
            {"type": "string", "enum": ["plain"]},
            {"type": "string", "const": "told", "description": "it has a meaning"},
        ]}),
        10 => json!({"$ref": "#/$defs/Chain"}),
        11 => json!({"$ref": "#/$defs/Leaf", "description": "a leaf"}),
        12 => {
            let unique = rng.bool();
            json!({"type": "array", "items": schema(rng, depth - 1), "minItems": rng.u32(..2), "uniqueItems": unique})
        }
        13 => json!({"anyOf": [schema(rng, depth - 1), {"type": "null"}]}),
        14 => tagged(rng, depth),
        15 => json!({"type": "object", "additionalProperties": schema(rng, depth - 1)}),
        16 => {
            json!({"type": ["object", "null"], "additionalProperties": {"type": "integer"}, "minProperties": rng.u32(..2)})
        }
        17 => {
            json!({"type": "array", "prefixItems": [schema(rng, depth - 1), schema(rng, 0)], "minItems": 2, "maxItems": 2})
        }
        18 if rng.u32(..8) == 0 => json!(true),
        19 => json!({"oneOf": [schema(rng, depth - 1), {"type": "boolean"}]}),
        20 => {
            json!({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "integer"}], "items": false})
        }
        _ => object(rng, depth - 1),
    }
}

fn tagged(rng: &mut Rng, depth: u32) -> Value {
    let branch = |tag: &str, rng: &mut Rng| {
        let mut branch = object(rng, depth - 1);
        branch["properties"]["tag"] = json!({"type": "string", "const": tag});
        branch["required"]
            .as_array_mut()
            .unwrap()
            .push("tag".into());
        if rng.u32(..3) == 0 {
            // serde closes the whole, JSON Schema only what stands beside the reference
            branch
                .as_object_mut()
                .unwrap()
                .shift_remove("additionalProperties");
            branch["$ref"] = json!("#/$defs/Leaf");
        }
        branch
    };
    json!({"oneOf": [branch("x", rng), branch("y", rng)]})
}

fn object(rng: &mut Rng, depth: u32) -> Value {
    let mut names = ["a", "b", "c", "d", "e"];
    rng.shuffle(&mut names);
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in names.iter().take(rng.usize(..4)) {
        let mut field = schema(rng, depth);
        if rng.bool() {
            required.push(*name);
        } else if field.is_object() && rng.u32(..4) == 0 {
            field["default"] = json!(null);
        }
        properties.insert((*name).to_owned(), field);
    }
    let mut object = json!({"type": "object", "properties": properties, "required": required});
    if rng.bool() {
        object["additionalProperties"] = false.into();
    }
    object
}

/// A value that `schema` is likely to accept; after `depth` levels the smallest.
pub(super) fn value(rng: &mut Rng, schema: &Value, whole: &Value, depth: u32) -> Value {
    let below = depth.saturating_sub(1);
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = whole.pointer(reference.trim_start_matches('#')).unwrap();
        let value = self::value(rng, target, whole, below);
        return match schema.get("properties") {
            // a reference with fields beside it
            Some(_) => merged(value, object_of(rng, schema, whole, below)),
            None => value,
        };
    }
    if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        let branches = branches.as_array().unwrap();
        // The last alternative of what contains itself is `null`.
        let branch = match depth {
            0 => branches.last().unwrap(),
            _ => rng.choice(branches).unwrap(),
        };
        return value(rng, branch, whole, below);
    }
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
        return rng.choice(allowed).unwrap().clone();
    }
    let types = match schema.get("type") {
        Some(Value::Array(types)) => rng.choice(types).unwrap().clone(),
        Some(one) => one.clone(),
        None => {
            return rng
                .choice([json!(1), json!("any"), json!({"k": [true]}), json!(null)])
                .unwrap();
        }
    };
    let bound =
        |keyword: &str, other: i64| schema.get(keyword).and_then(Value::as_i64).unwrap_or(other);
    match types.as_str().unwrap() {
        "null" => Value::Null,
        "boolean" => rng.bool().into(),
        "integer" => {
            let whole = match schema.get("multipleOf") {
                Some(_) => rng.i64(-4..4) * 2,
                None => rng.i64(bound("minimum", -5)..=bound("maximum", 5)),
            };
            // JSON Schema calls both the same number.
            if rng.u32(..6) == 0 {
                json!(whole as f64)
            } else {
                json!(whole)
            }
        }
        "number" => json!((bound("exclusiveMinimum", -5) * 2 + rng.i64(1..9)) as f64 / 2.0),
        "string" if schema.get("pattern").is_some() => "7".into(),
        "string" => "éxyz"
            .chars()
            .take(rng.usize(1..=2))
            .collect::<String>()
            .into(),
        "array" => array_of(rng, schema, whole, below),
        _ => object_of(rng, schema, whole, depth),
    }
}

fn array_of(rng: &mut Rng, schema: &Value, whole: &Value, below: u32) -> Value {
    let places = schema.get("prefixItems").and_then(Value::as_array);
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    let most = schema
        .get("maxItems")
        .and_then(Value::as_u64)
        .unwrap_or(least.max(2));
    let any = json!({});
    let items = (0..rng.u64(least..=most)).map(|index| {
        let place = places.and_then(|places| places.get(index as usize));
        let item = place.or_else(|| schema.get("items")).unwrap_or(&any);
        value(rng, item, whole, below)
    });
    let mut items: Vec<Value> = items.collect();
    // The entries of a map have keys of their own.
    for (index, item) in items.iter_mut().enumerate() {
        if let Some(fields) = item
            .as_object_mut()
            .filter(|it| it.len() == 2 && it.contains_key("value"))
            && fields.contains_key("key")
        {
            fields.insert("key".to_owned(), format!("k{index}").into());
        }
    }
    Value::Array(items)
}

fn object_of(rng: &mut Rng, schema: &Value, whole: &Value, depth: u32) -> Value {
    let below = depth.saturating_sub(1);
    let mut fields = Map::new();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let is_wanted = required.contains(&name.as_str());
        if is_wanted || (depth > 0 && rng.bool()) {
            let field = value(rng, field, whole, below);
            // For a field that may be absent, `null` is absence: the judge knows no such thing.
            if is_wanted || !field.is_null() {
                fields.insert(name.clone(), field);
            }
        }
    }
    if let Some(rest @ Value::Object(_)) = schema.get("additionalProperties") {
        for key in 0..rng.u32(..3) {
            fields.insert(format!("k{key}"), value(rng, rest, whole, below));
        }
    }
    Value::Object(fields)
}

fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(mut first), Value::Object(second)) => {
            first.extend(second);
            Value::Object(first)
        }
        (first, _) => first,
    }
}
