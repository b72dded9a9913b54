//! Objects and maps.

use serde_json::{Map, Value, json};

use super::Rewriter;
use super::null::{nullable, without_null};
use super::rules::{Maps, Optional};
use crate::schema::node::{Node, is_anything};
use crate::schema::{SchemaError, Verdict, pointer};

impl Rewriter<'_> {
    /// The fields of an object, or what the keys of a map lead to.
    pub(super) fn object(
        &mut self,
        node: Node<'_>,
        out: &mut Map<String, Value>,
        path: &str,
    ) -> Result<(), SchemaError> {
        if self.rules.closes && node.says_nothing_of_further_fields() {
            self.note(path, Verdict::Exact, "closed to unknown fields");
        }
        let mut fields = Map::new();
        let mut required = Vec::new();
        let mut an_optional_comes_first = false;
        for (name, schema) in node.properties() {
            let path = pointer::join(path, name);
            let is_required = node.requires(name);
            let outer = std::mem::replace(&mut self.may_be_absent, !is_required);
            let (field, must_be_there) = match is_required {
                true => (self.schema(Node::of(schema), &path)?, true),
                false => self.optional(schema, &path)?,
            };
            self.may_be_absent = outer;
            an_optional_comes_first |= must_be_there && required.len() < fields.len();
            if must_be_there {
                required.push(name.clone());
            }
            fields.insert(name.clone(), field);
        }
        let unnamed = node.required().find(|name| !fields.contains_key(*name));
        if let Some(name) = unnamed {
            let path = pointer::join(path, name);
            let problem = "the field is required and has no schema";
            return Err(self.refused(&path, problem, "describe it under `properties`"));
        }
        let order: Vec<String> = fields.keys().cloned().collect();
        let is_map = node.is_map();
        if !is_map || !fields.is_empty() {
            out.insert("properties".to_owned(), Value::Object(fields));
            out.insert("required".to_owned(), json!(required));
        }
        if self.rules.orders_fields && an_optional_comes_first {
            out.insert("propertyOrdering".to_owned(), json!(order));
        }
        self.further(node, out, path)
    }

    /// A field that may be absent, and whether it is asked for all the same.
    fn optional(&mut self, schema: &Value, path: &str) -> Result<(Value, bool), SchemaError> {
        let node = Node::of(schema);
        let is_nullable = node.is_nullable();
        match self.rules.optional {
            Optional::Null => {
                let field = self.schema(node, path)?;
                if is_nullable && !node.is_absent_as_null() {
                    self.note(
                        path,
                        Verdict::Described,
                        "required; its absence cannot be said",
                    );
                    return Ok((field, true));
                }
                if is_nullable {
                    self.note(
                        path,
                        Verdict::Encoded,
                        "required, `null` where it is absent",
                    );
                    return Ok((field, true));
                }
                self.note(
                    path,
                    Verdict::Encoded,
                    "required and nullable; `null` is undone",
                );
                Ok((nullable(field), true))
            }
            Optional::LeftOutNotNull if is_nullable && node.is_absent_as_null() => {
                match without_null(schema) {
                    Some(rest) => {
                        self.note(path, Verdict::Encoded, "left out instead of `null`");
                        Ok((self.schema(Node::of(&rest), path)?, false))
                    }
                    None => Ok((self.schema(node, path)?, false)),
                }
            }
            _ => Ok((self.schema(node, path)?, false)),
        }
    }

    /// What is said of the fields that have no name in the schema.
    fn further(
        &mut self,
        node: Node<'_>,
        out: &mut Map<String, Value>,
        path: &str,
    ) -> Result<(), SchemaError> {
        let every = pointer::join(path, "*");
        if node.says_nothing_of_further_fields() {
            if self.rules.closes {
                out.insert("additionalProperties".to_owned(), json!(false));
            }
            return Ok(());
        }
        let allowed = match self.values(node, path)? {
            (None, Value::Bool(false)) => {
                out.insert("additionalProperties".to_owned(), json!(false));
                return Ok(());
            }
            (None, rest) => rest,
            (Some(pattern), rest) => {
                let words = format!("keys match the pattern {pattern}");
                self.note(path, Verdict::Described, words);
                rest
            }
        };
        if !self.rules.further_fields {
            let problem = match is_anything(allowed) {
                true => "further fields of any name and kind are allowed",
                false => "further fields of any name are allowed",
            };
            return Err(self.refused(path, problem, "put them into a map in a field of its own"));
        }
        let allowed = match is_anything(allowed) {
            true => json!(true),
            false => self.schema(Node::of(allowed), &every)?,
        };
        out.insert("additionalProperties".to_owned(), allowed);
        Ok(())
    }

    /// What the values of fields without a name of their own are, and what their names match.
    fn values<'n>(
        &self,
        node: Node<'n>,
        path: &str,
    ) -> Result<(Option<&'n String>, &'n Value), SchemaError> {
        let mut patterns = node.patterns();
        match (
            patterns.next(),
            patterns.next(),
            node.get("additionalProperties"),
        ) {
            (None, _, Some(rest)) => Ok((None, rest)),
            (Some((pattern, only)), None, None | Some(Value::Bool(false))) => {
                Ok((Some(pattern), only))
            }
            _ => {
                let problem = "the keys of the map follow several patterns";
                let remedy = "use a map whose values are all of one type";
                Err(self.refused(path, problem, remedy))
            }
        }
    }

    pub(super) fn is_sent_as_entries(&self, node: Node<'_>) -> bool {
        self.rules.maps == Maps::Entries && node.is_map()
    }

    /// A map as a list of its entries, which must never close to `{}`: it is the one answer that every model gives then.
    pub(super) fn entries(
        &mut self,
        node: Node<'_>,
        out: &mut Map<String, Value>,
        path: &str,
    ) -> Result<String, SchemaError> {
        let every = pointer::join(path, "*");
        let mut key = json!({ "type": "string" });
        if let Some(Value::Object(names)) = node.get("propertyNames")
            && let Some(key) = key.as_object_mut()
        {
            key.extend(names.clone());
        }
        let (pattern, value) = self.values(node, path)?;
        if let (Some(pattern), Some(key)) = (pattern, key.as_object_mut()) {
            key.insert("pattern".to_owned(), json!(pattern));
        }
        let value = self.schema(Node::of(value), &every)?;
        let key = self.schema(Node::of(&key), &every)?;
        let fields = [("key".to_owned(), key), ("value".to_owned(), value)];
        let entry = closed(Map::from_iter(fields));
        out.insert("items".to_owned(), Value::Object(entry));
        for (of_fields, of_items) in [("minProperties", "minItems"), ("maxProperties", "maxItems")]
        {
            let limit = node.get(of_fields);
            let sent = limit.and_then(|limit| self.sent(node, of_items, limit));
            out.extend(sent.map(|limit| (of_items.to_owned(), limit)));
        }
        self.entries = true;
        self.note(path, Verdict::Encoded, "a map as a list of entries");
        Ok("map as list of entries; keys must be unique".to_owned())
    }
}

/// An object of `fields`, all of them and nothing else.
pub(super) fn closed(fields: Map<String, Value>) -> Map<String, Value> {
    let names: Vec<&String> = fields.keys().collect();
    let required = json!(names);
    Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), Value::Object(fields)),
        ("required".to_owned(), required),
        ("additionalProperties".to_owned(), json!(false)),
    ])
}
