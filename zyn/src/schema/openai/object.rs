//! Objects: closed, every field required, and `null` where a field may be absent.

use serde_json::{Map, Value, json};

use super::Strict;
use crate::schema::node::Node;
use crate::schema::{SchemaError, Verdict, pointer};

impl<'a> Strict<'a> {
    /// The keywords of an object.
    pub(super) fn object(
        &mut self,
        node: Node<'a>,
        path: &str,
    ) -> Result<Map<String, Value>, SchemaError> {
        self.refuse_maps(node, path)?;
        if node.get("additionalProperties").is_none() {
            self.note(path, Verdict::Exact, "closed to unknown fields");
        }
        let mut fields = Map::new();
        for (name, schema) in node.properties() {
            let path = pointer::join(path, name);
            let mut field = self.schema(schema, &path)?;
            if !node.requires(name) {
                if Node::of(schema).is_nullable() {
                    self.note(
                        &path,
                        Verdict::Encoded,
                        "required, `null` where it is absent",
                    );
                } else {
                    self.note(
                        &path,
                        Verdict::Encoded,
                        "required and nullable; `null` is undone",
                    );
                    field = nullable(field);
                }
            }
            fields.insert(name.clone(), field);
        }
        let unnamed = node.required().find(|name| !fields.contains_key(*name));
        if let Some(name) = unnamed {
            let path = pointer::join(path, name);
            return Err(self.refused(
                &path,
                "the field is required and has no schema",
                "describe it under `properties`",
            ));
        }
        Ok(closed_fields(fields))
    }

    /// A map must never close to `{}`, which is the one answer that every model gives then.
    fn refuse_maps(&self, node: Node<'_>, path: &str) -> Result<(), SchemaError> {
        let problem = if node.get("patternProperties").is_some() {
            "a map has keys that are not known beforehand"
        } else {
            match node.get("additionalProperties") {
                None | Some(Value::Bool(false)) => return Ok(()),
                Some(rest) if Node::of(rest).keywords().next().is_none() => {
                    "further fields of any name and kind are allowed"
                }
                Some(_) => "a map has keys that are not known beforehand",
            }
        };
        Err(self.refused(
            path,
            problem,
            "use a `Vec` of a struct with the fields `key` and `value`",
        ))
    }
}

/// An object of `fields` and nothing else.
pub(super) fn closed(fields: Map<String, Value>) -> Map<String, Value> {
    let mut object = Map::from_iter([("type".to_owned(), json!("object"))]);
    object.extend(closed_fields(fields));
    object
}

fn closed_fields(fields: Map<String, Value>) -> Map<String, Value> {
    let names: Vec<&String> = fields.keys().collect();
    let required = json!(names);
    Map::from_iter([
        ("properties".to_owned(), Value::Object(fields)),
        ("required".to_owned(), required),
        ("additionalProperties".to_owned(), Value::Bool(false)),
    ])
}

/// `schema`, or `null`. The description stays outside, as schemars writes it for an `Option`.
fn nullable(schema: Value) -> Value {
    let Value::Object(mut map) = schema else {
        return schema;
    };
    let none = json!({ "type": "null" });
    if let Some(Value::Array(branches)) = map.get_mut("anyOf") {
        branches.push(none);
        return Value::Object(map);
    }
    let scalars = ["string", "number", "integer", "boolean"];
    let kind = map.get("type").and_then(Value::as_str).map(str::to_owned);
    match kind.filter(|kind| scalars.contains(&kind.as_str()) && !map.contains_key("enum")) {
        Some(scalar) => {
            map.insert("type".to_owned(), json!([scalar, "null"]));
            Value::Object(map)
        }
        None => {
            let description = map.shift_remove("description");
            let mut out = Map::from_iter([("anyOf".to_owned(), json!([map, none]))]);
            out.extend(description.map(|text| ("description".to_owned(), text)));
            Value::Object(out)
        }
    }
}
