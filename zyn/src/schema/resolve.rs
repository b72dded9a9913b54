//! The normal form of a schema, which everything else works on.
//!
//! In it a schema is one of three: a reference to a definition, a union, or plain keywords. References are merged with
//! what stands beside them *before* anything else looks at the schema: schemars writes a newtype variant of an
//! internally tagged enum as a `$ref` beside the tag, and whoever takes the reference alone loses the tag. What stays
//! under `$defs`, with references that have nothing but a description beside them, are structs and what contains itself.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::SchemaError;
use super::definitions::{Definitions, is_of_the_document, references};
use super::node::{Holds, Node, subschemas};
use super::pointer;

/// How many schemas one document may have, each counted as often as it is referred to.
const MOST_PARTS: u32 = 50_000;

/// How many schemas may stand inside one another. What walks through them is recursive, and a thread's stack is not large.
const DEEPEST: u32 = 128;

/// The normal form of `document`.
pub(super) fn resolve(name: &str, document: &Value) -> Result<Value, SchemaError> {
    let definitions = Definitions::of(name, document);
    if let Some(endless) = definitions.endless() {
        return Err(SchemaError::new(
            name,
            "",
            format_args!("`{endless}` is defined as itself, which no value ends"),
            "put a field or a list between the two",
        ));
    }
    let mut resolver = Resolver {
        name,
        definitions: &definitions,
        opened: Vec::new(),
        known: HashMap::new(),
        parts: 0,
        depth: 0,
    };
    let root = definitions.root();
    let normal = match definitions.is_recursive(root) {
        true => resolver.reference(root, "")?,
        false => resolver.open(root, "")?,
    };
    let mut normal = match normal {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    // In the order in which they are met, so that the result does not depend on their names.
    let mut resolved = Map::new();
    let mut wanted = references(&Value::Object(normal.clone()));
    while let Some(next) = wanted.pop() {
        if resolved.contains_key(&next) {
            continue;
        }
        let part = match resolver.known.get(&next) {
            Some(Known { schema, .. }) => schema.clone(),
            None => resolver.open(&next, "")?,
        };
        wanted.extend(references(&part));
        resolved.insert(next, part);
    }
    if !resolved.is_empty() {
        normal.insert("$defs".to_owned(), Value::Object(resolved));
    }
    Ok(Value::Object(normal))
}

pub(super) struct Resolver<'a> {
    pub(super) name: &'a str,
    definitions: &'a Definitions<'a>,
    /// The definitions that are being written out or merged, innermost last.
    pub(super) opened: Vec<String>,
    /// The definitions that do not contain themselves, as far as they were met.
    known: HashMap<String, Known>,
    parts: u32,
    depth: u32,
}

/// A definition written out, and how many parts it has.
struct Known {
    schema: Value,
    parts: u32,
}

impl Resolver<'_> {
    fn schema(&mut self, schema: &Value, path: &str) -> Result<Value, SchemaError> {
        self.count(path)?;
        if self.depth >= DEEPEST {
            return Err(self.error(
                path,
                format_args!("it is nested more than {DEEPEST} levels deep"),
                "ask for the inner part alone",
            ));
        }
        self.depth += 1;
        let normal = self.normal(schema, path);
        self.depth -= 1;
        normal
    }

    fn normal(&mut self, schema: &Value, path: &str) -> Result<Value, SchemaError> {
        let map = match schema {
            Value::Object(map) => map,
            Value::Bool(false) => return Ok(json!({"not": {}})),
            _ => return Ok(json!({})),
        };
        let mut own = Map::new();
        let mut beside = Vec::new();
        let mut closed = None;
        for (keyword, value) in map {
            match (keyword.as_str(), value) {
                (keyword, _) if is_of_the_document(keyword) => {}
                ("$ref", Value::String(reference)) => {
                    let Some(name) = self.definitions.named_by(reference) else {
                        return Err(self.error(
                            path,
                            format_args!("`$ref` names `{reference}`, which is not in the schema"),
                            "refer to `#` or to a definition under `$defs`",
                        ));
                    };
                    beside.push(self.reference(&name, path)?);
                }
                ("allOf", Value::Array(parts)) => {
                    for part in parts {
                        beside.push(self.schema(part, path)?);
                    }
                }
                ("anyOf" | "oneOf", Value::Array(branches)) => {
                    let branches = self.each(branches, path)?;
                    beside.push(json!({ keyword: branches }));
                }
                ("unevaluatedProperties", value) => closed = Some(self.schema(value, path)?),
                (keyword, value) => {
                    own.insert(keyword.to_owned(), self.keyword(keyword, value, path)?);
                }
            }
        }
        let mut whole = Value::Object(own);
        for part in beside {
            whole = self.merge(whole, part, path)?.ok_or_else(|| {
                self.error(
                    path,
                    "the parts that must all hold exclude each other",
                    "make them agree",
                )
            })?;
        }
        if let Some(rest) = closed {
            self.close(&mut whole, &rest, path)?;
        }
        Ok(whole)
    }

    fn keyword(&mut self, keyword: &str, value: &Value, path: &str) -> Result<Value, SchemaError> {
        let Some((holds, in_place)) = subschemas(keyword) else {
            return Ok(value.clone());
        };
        let every = if in_place {
            path.to_owned()
        } else {
            pointer::join(path, "*")
        };
        Ok(match (holds, value) {
            (Holds::Named, Value::Object(parts)) => {
                let mut named = Map::new();
                for (key, part) in parts {
                    let part = self.schema(part, &pointer::join(path, key))?;
                    named.insert(key.clone(), part);
                }
                Value::Object(named)
            }
            (Holds::List, Value::Array(parts)) => Value::Array(self.each(parts, &every)?),
            // `false` is not a schema to describe but a closed door; it stays as it is.
            (Holds::One, Value::Bool(false)) => Value::Bool(false),
            (Holds::One, part) => self.schema(part, &every)?,
            (_, value) => value.clone(),
        })
    }

    fn each(&mut self, parts: &[Value], path: &str) -> Result<Vec<Value>, SchemaError> {
        parts.iter().map(|part| self.schema(part, path)).collect()
    }

    fn reference(&mut self, name: &str, path: &str) -> Result<Value, SchemaError> {
        let reference = || json!({ "$ref": format!("#/$defs/{name}") });
        if self.definitions.is_recursive(name) {
            return Ok(reference());
        }
        if let Some(Known { parts, .. }) = self.known.get(name) {
            self.parts = self.parts.saturating_add(*parts);
            self.count(path)?;
        } else {
            let before = self.parts;
            let schema = self.open(name, path)?;
            let parts = self.parts - before;
            self.known.insert(name.to_owned(), Known { schema, parts });
        }
        match self.known.get(name) {
            // An empty one says less than its name.
            Some(Known { schema, .. }) if is_struct(schema) => Ok(reference()),
            Some(Known { schema, .. }) => Ok(schema.clone()),
            None => Ok(json!({})),
        }
    }

    /// The definition itself, written out.
    pub(super) fn open(&mut self, name: &str, path: &str) -> Result<Value, SchemaError> {
        let Some(part) = self.definitions.get(name) else {
            return Ok(json!({}));
        };
        if self.opened.iter().any(|opened| opened == name) {
            return Err(self.error(
                path,
                format_args!("`{name}` contains itself together with further fields"),
                "put the inner value into a field of its own",
            ));
        }
        self.opened.push(name.to_owned());
        let resolved = self.schema(part, path);
        self.opened.pop();
        resolved
    }

    /// Says of every alternative what `unevaluatedProperties` says of the whole.
    fn close(&mut self, schema: &mut Value, rest: &Value, path: &str) -> Result<(), SchemaError> {
        if let Some(name) = Node::of(schema).reference()
            && !self.definitions.is_recursive(name)
        {
            let name = name.to_owned();
            let beside = schema.as_object_mut().map(|map| {
                map.shift_remove("$ref");
                Value::Object(std::mem::take(map))
            });
            let definition = self.open(&name, path)?;
            let merged = self.merge(beside.unwrap_or_default(), definition, path)?;
            *schema = merged.unwrap_or_else(|| json!({"not": {}}));
        }
        let Some(map) = schema.as_object_mut() else {
            return Ok(());
        };
        for union in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = map.get_mut(union) {
                for branch in branches {
                    self.close(branch, rest, path)?;
                }
                return Ok(());
            }
        }
        if map.contains_key("properties") && !map.contains_key("additionalProperties") {
            let rest = match *rest == json!({"not": {}}) {
                true => Value::Bool(false),
                false => rest.clone(),
            };
            map.insert("additionalProperties".to_owned(), rest);
        }
        Ok(())
    }

    pub(super) fn count(&mut self, path: &str) -> Result<(), SchemaError> {
        self.parts += 1;
        if self.parts <= MOST_PARTS {
            return Ok(());
        }
        Err(self.error(
            path,
            format_args!("the schema has more than {MOST_PARTS} parts"),
            "ask for a smaller type",
        ))
    }

    pub(super) fn error(
        &self,
        path: &str,
        problem: impl std::fmt::Display,
        remedy: &str,
    ) -> SchemaError {
        SchemaError::new(self.name, path, problem, remedy)
    }
}

/// Whether `schema` is an object with fields of its own, and nothing else.
fn is_struct(schema: &Value) -> bool {
    let node = Node::of(schema);
    node.types() == ["object"] && node.properties().next().is_some() && node.branches().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::schema::{Dialect, Schema};

    #[test]
    fn a_schema_that_never_ends_is_refused() {
        let endless = json!({"$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}}, "$ref": "#/$defs/A"});
        let error = Schema::from_value("Endless", endless).unwrap_err();
        assert!(
            error.problem.contains("`A` is defined as itself"),
            "{error}"
        );

        let beside = json!({"type": "object", "properties": {"a": {
            "$ref": "#", "properties": {"tag": {"const": "x"}}
        }}});
        let error = Schema::from_value("Beside", beside).unwrap_err();
        assert!(error.problem.contains("contains itself"), "{error}");
    }

    #[test]
    fn a_schema_that_grows_without_measure_is_refused() {
        let mut definitions = serde_json::Map::new();
        for level in 0..40 {
            let below = json!({"$ref": format!("#/$defs/L{}", level + 1)});
            definitions.insert(
                format!("L{level}"),
                json!({"type": "object", "properties": {"a": below, "b": below}}),
            );
        }
        definitions.insert("L40".into(), json!({"type": "null"}));
        let document = json!({"$ref": "#/$defs/L0", "$defs": definitions});
        let error = Schema::from_value("Wide", document).unwrap_err();
        assert!(error.problem.contains("parts"), "{error}");
    }

    #[test]
    fn two_that_contain_themselves_are_not_merged_for_ever() {
        let node = |field: &str| json!({"type": "object", "properties": {"next": {"$ref": format!("#/$defs/{field}")}, field: {"type": "null"}}});
        let both = json!({"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}], "$defs": {"A": node("A"), "B": node("B")}});
        let error = Schema::from_value("Both", both).unwrap_err();
        assert!(error.problem.contains("contains itself"), "{error}");

        let twice = json!({
            "type": "object",
            "properties": {"a": {"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}]}},
            "$defs": {"A": node("A")},
        });
        let twice = Schema::from_value("Twice", twice).unwrap();
        assert_eq!(
            twice.document()["properties"]["a"],
            json!({"$ref": "#/$defs/A"})
        );

        let renamed = json!({
            "allOf": [{"$ref": "#/$defs/B"}, {"$ref": "#/$defs/B"}],
            "$ref": "#/$defs/B",
            "$defs": {
                "A": {"$ref": "#/$defs/B"},
                "B": {"properties": {"A": {"$ref": "#/$defs/A", "enum": ["A", null, 1]}}},
            },
        });
        assert!(Schema::from_value("Renamed", renamed).is_err());
    }

    #[test]
    fn a_chain_of_types_has_an_end() {
        let chain = |length: usize| {
            let mut definitions = serde_json::Map::new();
            for level in 0..length {
                let below = json!({"$ref": format!("#/$defs/L{}", level + 1)});
                let level = format!("L{level}");
                definitions.insert(level, json!({"type": "object", "properties": {"a": below}}));
            }
            definitions.insert(format!("L{length}"), json!({"type": "null"}));
            Schema::from_value("Chain", json!({"$ref": "#/$defs/L0", "$defs": definitions}))
        };
        let error = chain(1_000).unwrap_err();
        assert!(error.problem.contains("128 levels"), "{error}");
        let deep = chain(60).unwrap();
        for dialect in Dialect::ALL {
            let sent = deep.for_dialect(dialect).map(|sent| sent.words().len());
            assert!(sent.is_ok_and(|words| words > 60), "{dialect}");
        }
    }

    #[test]
    fn alternatives_that_multiply_are_refused() {
        let letters = json!({"anyOf": [{"properties": {"a": {"type": "null"}}}, {"properties": {"b": {"type": "null"}}}]});
        let document = json!({"type": "object", "allOf": vec![letters; 16]});
        let error = Schema::from_value("Wide", document).unwrap_err();
        assert!(error.problem.contains("alternatives"), "{error}");
    }

    #[test]
    fn long_names_stay_apart() {
        let name = |end: &str| format!("{}{end}", "A".repeat(64));
        let (plain, own) = (name("x"), name("y"));
        let document = json!({
            "type": "object",
            "properties": {"y": {"$ref": format!("#/$defs/{own}")}, "x": {"$ref": format!("#/$defs/{plain}")}},
            "$defs": {
                plain: {"type": "object", "properties": {"n": {"type": "null"}}},
                own.clone(): {"type": "object", "properties": {"own": {"$ref": format!("#/$defs/{own}")}}},
            },
        });
        let schema = Schema::from_value("Long", document).unwrap();
        let names = schema.document()["$defs"].as_object().unwrap().keys();
        assert!(names.clone().all(|name| name.len() <= 64), "{names:?}");
        assert!(schema.for_dialect(Dialect::OpenAi).is_ok());
        assert!(schema.for_dialect(Dialect::Anthropic).is_err());
    }

    #[test]
    fn a_label_that_another_part_forbids_is_refused() {
        let document = json!({"allOf": [{"const": "A"}, {"enum": ["B", "C"]}]});
        assert!(Schema::from_value("Neither", document).is_err());
        let document = json!({"allOf": [{"const": "A"}, {"enum": ["A", "C"]}]});
        let schema = Schema::from_value("One", document).unwrap();
        assert_eq!(*schema.document(), json!({"const": "A"}));
    }

    #[test]
    fn a_reference_to_nothing_is_refused() {
        let error = Schema::from_value("Lost", json!({"$ref": "#/$defs/Nobody"})).unwrap_err();
        assert!(error.problem.contains("#/$defs/Nobody"));
    }

    #[test]
    fn parts_that_exclude_each_other_are_refused() {
        let document = json!({"allOf": [{"type": "string"}, {"type": "integer"}]});
        let error = Schema::from_value("Both", document).unwrap_err();
        assert!(error.problem.contains("exclude each other"));
        let document = json!({"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "b$"}]});
        let error = Schema::from_value("Both", document).unwrap_err();
        assert!(error.problem.contains("two different `pattern`"));
    }

    #[test]
    fn all_of_is_the_tighter_of_each_limit() {
        let document = json!({"allOf": [
            {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
            {"type": "number", "minimum": 3, "maximum": 20, "description": "a number"},
        ]});
        let schema = Schema::from_value("Tight", document).unwrap();
        assert_eq!(
            *schema.document(),
            json!({"type": "integer", "minimum": 3, "maximum": 9, "description": "a number"})
        );
    }

    #[test]
    fn what_is_said_of_unevaluated_fields_is_said_of_every_alternative() {
        let with = |rest: bool| {
            let document = json!({
                "type": "object",
                "properties": {"a": {"type": "null"}},
                "oneOf": [{"properties": {"b": {"type": "null"}}}, {"properties": {"c": {"type": "null"}}}],
                "unevaluatedProperties": rest,
            });
            Schema::from_value("Flat", document).unwrap()
        };
        let closed = with(false);
        for branch in closed.document()["oneOf"].as_array().unwrap() {
            assert_eq!(branch["additionalProperties"], false, "{branch}");
        }
        assert!(closed.for_dialect(Dialect::OpenAi).is_ok());
        assert!(with(true).for_dialect(Dialect::OpenAi).is_err());
    }
}
