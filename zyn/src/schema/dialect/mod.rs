//! What each provider takes of JSON Schema, and what a schema becomes for it.
//!
//! The differences are data: [`rules`] has one value per dialect, [`keywords`] the table of what is kept, dropped or
//! said in words. The walk is one for all: here the root and references, [`plain`] for single kinds, [`object`] for
//! fields and maps, [`list`] for lists and tuples, [`union`] for alternatives, [`null`] for what may be absent,
//! [`described`] for what is left to words; [`limits`] counts what came out.

mod described;
mod keywords;
mod limits;
mod list;
mod null;
mod object;
mod pattern;
mod plain;
#[cfg(test)]
mod recorded;
mod rules;
mod union;

use serde_json::{Map, Value, json};

use super::node::Node;
use super::words::{self, Absent, Manner};
use super::{Form, Rewrite, Rewritten, Schema, SchemaError, Verdict, wire_name};
use crate::provider::{Dialect, WireSchema};
use rules::{Definitions, Optional, Recursion, Rules};

pub(super) fn rewrite(schema: &Schema, dialect: Dialect) -> Result<Rewritten, SchemaError> {
    let rules = match dialect {
        Dialect::OpenAi => &rules::OPENAI_STRICT,
        Dialect::Anthropic => &rules::ANTHROPIC_STRICT,
        Dialect::Gemini => &rules::GEMINI_JSON_SCHEMA,
        Dialect::LlamaCpp => &rules::LLAMA_CPP_GRAMMAR,
        Dialect::Prompted => return prompted(schema),
    };
    let mut rewriter = Rewriter {
        schema,
        rules,
        definitions: Map::new(),
        within: Vec::new(),
        may_be_absent: false,
        most_items_told: false,
        rewrites: Vec::new(),
        entries: false,
    };
    rewriter.most_items_told = rules
        .most_items
        .is_some_and(|most| list::items_in_all(schema.document()) > most);
    let mut root = rewriter.root()?;
    let Rewriter {
        definitions,
        rewrites,
        entries,
        ..
    } = rewriter;
    if !definitions.is_empty() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    let root = Value::Object(root);
    if let Some(over) = limits::refused(rules.counted, &[&root]) {
        let problem = format!("{over} for {}", rules.name);
        return Err(SchemaError::new(schema.name(), "", problem, over.remedy()));
    }
    let manner = Manner {
        entries,
        absent: match rules.optional {
            Optional::Null => Absent::Null,
            Optional::LeftOut => Absent::AsTyped,
            Optional::LeftOutNotNull => Absent::LeftOut,
        },
    };
    let words = words::words(schema, manner);
    let wire = wire(schema, dialect, &root);
    let form = Form {
        entries,
        null: rules.optional == Optional::Null,
    };
    Ok(Rewritten::new(wire, words, rewrites, form))
}

/// The schema as it is, for a model that is told it in the prompt alone.
fn prompted(schema: &Schema) -> Result<Rewritten, SchemaError> {
    let mut root = schema.document().clone();
    let mut rewrites = vec![Rewrite::new("", Verdict::Described, "in the prompt alone")];
    if schema.is_wrapped() {
        let definitions = root
            .as_object_mut()
            .and_then(|root| root.shift_remove("$defs"));
        let mut wrapped = object::closed(Map::from_iter([("value".to_owned(), root)]));
        wrapped.extend(definitions.map(|definitions| ("$defs".to_owned(), definitions)));
        root = Value::Object(wrapped);
        rewrites.push(wrapped_note());
    }
    let manner = Manner {
        entries: false,
        absent: Absent::AsTyped,
    };
    let words = words::words(schema, manner);
    let wire = wire(schema, Dialect::Prompted, &root);
    let form = Form {
        entries: false,
        null: false,
    };
    Ok(Rewritten::new(wire, words, rewrites, form))
}

fn wire(schema: &Schema, dialect: Dialect, root: &Value) -> WireSchema {
    WireSchema {
        dialect,
        name: wire_name(schema.name()).into(),
        json: root.to_string().into(),
    }
}

fn wrapped_note() -> Rewrite {
    Rewrite::new("", Verdict::Encoded, "wrapped as {\"value\": …}")
}

struct Rewriter<'a> {
    schema: &'a Schema,
    rules: &'static Rules,
    /// The definitions that are sent, rewritten when they are first met.
    definitions: Map<String, Value>,
    /// The definitions that are being rewritten, innermost last.
    within: Vec<String>,
    /// Whether the innermost field may be absent.
    may_be_absent: bool,
    /// Whether there are so many items that their number is only told.
    most_items_told: bool,
    rewrites: Vec<Rewrite>,
    /// Whether a map is asked for as a list of entries.
    entries: bool,
}

impl Rewriter<'_> {
    /// The whole, which must be an object and nothing else.
    fn root(&mut self) -> Result<Map<String, Value>, SchemaError> {
        let document = self.schema.document();
        let node = Node::of(document);
        if self.schema.is_wrapped() {
            let whole = self.schema(node, "")?;
            self.rewrites.push(wrapped_note());
            return Ok(object::closed(Map::from_iter([(
                "value".to_owned(),
                whole,
            )])));
        }
        let Some(name) = node.reference() else {
            return match self.schema(node, "")? {
                Value::Object(root) => Ok(root),
                _ => Ok(Map::new()),
            };
        };
        // A definition itself takes the place of the reference to it.
        let bare = json!({ "$ref": format!("#/$defs/{name}") });
        let whole = self.schema(Node::of(&bare), "")?;
        let whole = match Node::of(&whole).reference() {
            Some(name) if self.schema.is_recursive(name) => self.definitions.get(name).cloned(),
            Some(name) => self.definitions.shift_remove(name),
            None => Some(whole),
        };
        let Some(Value::Object(mut root)) = whole else {
            return Ok(Map::new());
        };
        let description = joined(node.description(), root.get("description"));
        root.extend(description.map(|text| ("description".to_owned(), json!(text))));
        Ok(root)
    }

    fn schema(&mut self, node: Node<'_>, path: &str) -> Result<Value, SchemaError> {
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

    fn reference(&mut self, node: Node<'_>, name: &str, path: &str) -> Result<Value, SchemaError> {
        let definition = self.schema.definition(name);
        let is_recursive = self.schema.is_recursive(name);
        if is_recursive {
            self.refuse_recursion(name, path)?;
        }
        let description = self.description(node, path, None);
        let written_out = match self.rules.definitions {
            Definitions::Kept => false,
            Definitions::KeptBare => description.is_some(),
            Definitions::WrittenOut => true,
        };
        if written_out && !is_recursive {
            let mut whole = self.schema(definition, path)?;
            let description = joined(description.as_deref(), whole.get("description"));
            if let Some(whole) = whole.as_object_mut() {
                self.keep(node, whole, path);
                whole.extend(description.map(|text| ("description".to_owned(), json!(text))));
            }
            return Ok(whole);
        }
        if !self.definitions.contains_key(name) {
            // Its place is taken before its parts are looked at, for they may lead back to it.
            self.definitions.insert(name.to_owned(), Value::Null);
            self.within.push(name.to_owned());
            let rewritten = self.schema(definition, path)?;
            self.within.pop();
            self.definitions.insert(name.to_owned(), rewritten);
        }
        let reference = json!({ "$ref": format!("#/$defs/{name}") });
        // A reference takes no siblings here.
        Ok(match description {
            Some(description) => json!({ "anyOf": [reference], "description": description }),
            None => reference,
        })
    }

    fn refuse_recursion(&self, name: &str, path: &str) -> Result<(), SchemaError> {
        let leads_back = self
            .within
            .iter()
            .any(|open| self.schema.is_recursive(open));
        let provider = self.rules.name;
        match self.rules.recursion {
            Recursion::Refused => Err(self.refused(
                path,
                format_args!("`{name}` contains itself, which {provider} does not take"),
                "nest types as deep as you need them",
            )),
            Recursion::Optional if leads_back && !self.may_be_absent => Err(self.refused(
                path,
                format_args!(
                    "`{name}` contains itself in a field that is required, which {provider} does not take"
                ),
                "put the inner one into an `Option`",
            )),
            _ => Ok(()),
        }
    }

    fn note(&mut self, path: &str, verdict: Verdict, change: impl Into<String>) {
        self.rewrites.push(Rewrite::new(path, verdict, change));
    }

    fn refused(&self, path: &str, problem: impl std::fmt::Display, remedy: &str) -> SchemaError {
        SchemaError::new(self.schema.name(), path, problem, remedy)
    }
}

/// Two texts, the nearer one first.
fn joined(near: Option<&str>, far: Option<&Value>) -> Option<String> {
    match (near, far.and_then(Value::as_str)) {
        (Some(near), Some(far)) if near != far => Some(format!("{near}\n{far}")),
        (near, far) => near.or(far).map(str::to_owned),
    }
}
