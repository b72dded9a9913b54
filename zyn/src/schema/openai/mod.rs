//! OpenAI's strict subset of JSON Schema, which llama.cpp, Ollama, vLLM and other compatible servers take too.
//!
//! One file per concern: [`keywords`] is the table of what is kept, dropped or said in words; [`object`]
//! closes objects and makes every field required; [`union`] rewrites alternatives; here is the walk and the root.

mod keywords;
mod object;
mod union;

use serde_json::{Map, Value, json};

use super::node::Node;
use super::{Rewrite, Rewritten, Schema, SchemaError, Verdict, pointer, wire_name, words};
use crate::provider::WireSchema;

pub(super) fn rewrite(schema: &Schema) -> Result<Rewritten, SchemaError> {
    let mut strict = Strict {
        schema,
        definitions: Map::new(),
        rewrites: Vec::new(),
    };
    let (mut root, wrapped) = strict.root()?;
    if !strict.definitions.is_empty() {
        root.insert("$defs".to_owned(), Value::Object(strict.definitions));
    }
    let wire = WireSchema {
        name: wire_name(schema.name()).into(),
        json: Value::Object(root).to_string().into(),
    };
    let words = words::words(schema, wrapped);
    Ok(Rewritten::new(wire, words, strict.rewrites, wrapped))
}

struct Strict<'a> {
    schema: &'a Schema,
    /// Recursive types, rewritten when they are first met.
    definitions: Map<String, Value>,
    rewrites: Vec<Rewrite>,
}

impl<'a> Strict<'a> {
    /// The whole, which must be an object and nothing else; and whether it had to be wrapped.
    fn root(&mut self) -> Result<(Map<String, Value>, bool), SchemaError> {
        let document = self.schema.document();
        let whole = self.schema(document, "")?;
        let whole = match Node::of(&whole).reference() {
            Some(name) => match self.definitions.get(name) {
                Some(definition) if is_object(definition) => definition.clone(),
                _ => whole,
            },
            None => whole,
        };
        match whole {
            Value::Object(root) if root.get("type") == Some(&json!("object")) => Ok((root, false)),
            other => {
                self.note("", Verdict::Encoded, "wrapped as {\"value\": …}");
                let fields = Map::from_iter([("value".to_owned(), other)]);
                Ok((object::closed(fields), true))
            }
        }
    }

    fn schema(&mut self, schema: &'a Value, path: &str) -> Result<Value, SchemaError> {
        let node = Node::of(schema);
        if let Some(name) = node.reference() {
            return self.reference(node, name, path);
        }
        if let Some(labels) = node.labels().filter(|_| node.branches().is_some()) {
            return Ok(self.labels(node, &labels, path));
        }
        if let Some((branches, exactly_one)) = node.branches() {
            return self.union(node, branches, exactly_one, path);
        }
        self.plain(node, path)
    }

    fn reference(&mut self, node: Node<'a>, name: &str, path: &str) -> Result<Value, SchemaError> {
        if !self.definitions.contains_key(name) {
            // Its place is taken before its parts are looked at, for they lead back to it.
            self.definitions.insert(name.to_owned(), Value::Null);
            let definition = self
                .schema
                .document()
                .get("$defs")
                .and_then(|all| all.get(name));
            let rewritten = match definition {
                Some(definition) => self.schema(definition, path)?,
                None => Value::Null,
            };
            self.definitions.insert(name.to_owned(), rewritten);
        }
        let reference = json!({ "$ref": format!("#/$defs/{name}") });
        let description = self.description(node, path);
        // A reference takes no siblings here.
        Ok(match description {
            Some(description) => json!({ "anyOf": [reference], "description": description }),
            None => reference,
        })
    }

    fn plain(&mut self, node: Node<'a>, path: &str) -> Result<Value, SchemaError> {
        let types = node.types();
        if node.get("not").is_some_and(|not| *not == json!({})) {
            return Err(self.refused(path, "no value fits", "give it another type"));
        }
        if types.is_empty() {
            return Err(self.refused(
                path,
                "any value fits, and a model must be told what to write",
                "give it a type of its own",
            ));
        }
        let mut out = Map::new();
        out.insert(
            "type".to_owned(),
            match types.as_slice() {
                [one] => json!(one),
                many => json!(many),
            },
        );
        if let Some(allowed) = node.allowed() {
            if node.get("const").is_some() {
                self.note(path, Verdict::Exact, "`const` as an `enum` of one");
            }
            out.insert("enum".to_owned(), json!(allowed));
        }
        if types.contains(&"object") {
            out.extend(self.object(node, path)?);
        }
        if types.contains(&"array") {
            out.insert("items".to_owned(), self.items(node, path)?);
        }
        for (keyword, value) in node.keywords() {
            if keywords::is_kept(keyword, value) {
                out.insert(keyword.clone(), value.clone());
            }
        }
        if let Some(description) = self.description(node, path) {
            out.insert("description".to_owned(), json!(description));
        }
        Ok(Value::Object(out))
    }

    fn items(&mut self, node: Node<'a>, path: &str) -> Result<Value, SchemaError> {
        if node.get("prefixItems").is_some() {
            return Err(self.refused(
                path,
                "a tuple has no field names for a model to go by",
                "use a struct with named fields",
            ));
        }
        match node.get("items") {
            Some(items) => self.schema(items, &pointer::join(path, "*")),
            None => Err(self.refused(
                path,
                "the items of the list may be anything",
                "use a `Vec` of a type",
            )),
        }
    }

    /// The description, and behind it the limits that can only be said in words.
    fn description(&mut self, node: Node<'_>, path: &str) -> Option<String> {
        let mut limits = Vec::new();
        for (keyword, value) in node.keywords() {
            if let Some(limit) = keywords::in_words(keyword, value) {
                self.note(
                    path,
                    Verdict::Described,
                    format!("`{keyword}` as “{limit}”"),
                );
                limits.push(limit);
            }
        }
        let limits = limits.join("; ");
        match (node.description(), limits.is_empty()) {
            (None, true) => None,
            (None, false) => Some(limits),
            (Some(text), true) => Some(text.to_owned()),
            (Some(text), false) => Some(format!("{text} ({limits})")),
        }
    }

    fn note(&mut self, path: &str, verdict: Verdict, change: impl Into<String>) {
        self.rewrites.push(Rewrite::new(path, verdict, change));
    }

    fn refused(&self, path: &str, problem: &str, remedy: &str) -> SchemaError {
        SchemaError::new(self.schema.name(), path, problem, remedy)
    }
}

fn is_object(schema: &Value) -> bool {
    schema.get("type") == Some(&json!("object"))
}
