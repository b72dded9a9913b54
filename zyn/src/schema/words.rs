//! A schema in plain words, for models whose server hides it from them (llama.cpp, Ollama, vLLM).
//!
//! Short, and with the words a small model knows: every line says one field or one alternative.

use serde_json::Value;

use super::Schema;
use super::node::{Label, Node};
use super::phrase::{limits, one_line, quoted};

/// How a dialect has what is written differently in some.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// A map is written as a list of entries.
    pub(super) entries: bool,
    pub(super) absent: Absent,
}

/// How a field is written that is absent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// As `null`, whatever its type says of that.
    Null,
    /// As `null` if that is a value of its type; else it is left out.
    AsTyped,
    LeftOut,
}

/// What the answer must look like.
pub(super) fn words(schema: &Schema, manner: Manner) -> String {
    let mut teller = Teller {
        schema,
        manner,
        told: Vec::new(),
        text: String::new(),
    };
    let document = schema.document();
    let root = schema.opened(Node::of(document));
    if schema.is_wrapped() {
        teller.line(0, "Answer with one JSON object with this field:");
        teller.field("value", Node::of(document), true, 0);
    } else {
        let name = Node::of(document).reference();
        let own = name.and_then(|_| Node::of(document).description());
        for description in [own, root.description()].into_iter().flatten() {
            teller.line(0, &one_line(description));
        }
        teller.told.extend(name);
        let name = name.map_or(String::new(), |name| format!(", a \"{name}\","));
        teller.line(
            0,
            &format!("Answer with one JSON object{name} with these fields:"),
        );
        teller.fields(root, 0);
    }
    teller.text.truncate(teller.text.trim_end().len());
    teller.text
}

struct Teller<'a> {
    schema: &'a Schema,
    manner: Manner,
    /// The recursive types that were told already.
    told: Vec<&'a str>,
    text: String,
}

/// What is said of a value in the line that introduces it, and what in the lines under it.
struct Told<'a> {
    singular: String,
    plural: String,
    below: Below<'a>,
}

enum Below<'a> {
    Nothing,
    Fields(Node<'a>),
    Labels(Vec<Label<'a>>),
    Alternatives(Vec<&'a Value>),
    /// What stands at each place of a list, and what it means.
    Places(Vec<(Node<'a>, Told<'a>)>),
}

impl<'a> Told<'a> {
    fn new(singular: impl Into<String>, plural: impl Into<String>) -> Self {
        Self {
            singular: singular.into(),
            plural: plural.into(),
            below: Below::Nothing,
        }
    }

    fn with(mut self, below: Below<'a>) -> Self {
        self.below = below;
        self
    }

    fn or_null(mut self) -> Self {
        self.singular.push_str(" or null");
        self.plural.push_str(", or null");
        self
    }
}

impl<'a> Teller<'a> {
    fn fields(&mut self, node: Node<'a>, indent: usize) {
        for (name, schema) in node.properties() {
            self.field(name, Node::of(schema), node.requires(name), indent);
        }
        let patterns = node.patterns().map(|(_, schema)| schema);
        let rest = node.get("additionalProperties");
        let rest = rest.filter(|rest| **rest != Value::Bool(false));
        for further in patterns.chain(rest) {
            let told = self.part(Node::of(further));
            let head = format!("- further fields of your choice ({})", told.singular);
            self.line(indent, &head);
            self.below(told.below, indent + 1);
        }
    }

    fn field(&mut self, name: &str, node: Node<'a>, required: bool, indent: usize) {
        let told = self.value(node);
        let is_nullable = self.schema.opened(node).is_nullable();
        let is_null = self.schema.opened(node).types() == ["null"];
        let differs = is_nullable && !node.is_absent_as_null();
        let as_null = ", or null if the text does not say";
        let absent = match (required, is_nullable, self.manner.absent) {
            (_, true, Absent::Null) if is_null => "",
            (true, true, _) if is_null => "",
            (true, false, _) => "",
            (true, true, _) | (false, _, Absent::Null) => as_null,
            (false, true, Absent::AsTyped) if !differs => as_null,
            _ => ", or left out if the text does not say",
        };
        // Where absence cannot be said, what it would mean is no help.
        let default = node.get("default").filter(|default| !default.is_null());
        let default = default.filter(|_| !(differs && self.manner.absent == Absent::Null));
        let default = default.map_or(String::new(), |default| format!(", default {default}"));
        let head = format!("- {} ({}{default}{absent})", quoted(name), told.singular);
        self.described(indent, &head, node);
        self.below(told.below, indent + 1);
    }

    /// A part of a list or a map.
    fn part(&mut self, node: Node<'a>) -> Told<'a> {
        let told = self.value(node);
        let opened = self.schema.opened(node);
        match opened.is_nullable() && opened.types() != ["null"] {
            true => told.or_null(),
            false => told,
        }
    }

    fn below(&mut self, below: Below<'a>, indent: usize) {
        match below {
            Below::Nothing => {}
            Below::Fields(node) => self.fields(node, indent),
            Below::Labels(labels) => {
                for label in labels {
                    let head = format!("- {}", quoted(label.name));
                    self.told(indent, &head, label.meaning);
                }
            }
            Below::Alternatives(branches) => {
                for branch in branches {
                    let node = Node::of(branch);
                    let told = self.value(node);
                    self.described(indent, &format!("- {}", told.singular), node);
                    self.below(told.below, indent + 1);
                }
            }
            Below::Places(places) => {
                for (node, told) in places {
                    self.described(indent, &format!("- {}", told.singular), node);
                    self.below(told.below, indent + 1);
                }
            }
        }
    }

    fn value(&mut self, node: Node<'a>) -> Told<'a> {
        if let Some(name) = node.reference() {
            if self.schema.is_recursive(name) {
                return self.recursive(node, name);
            }
            return self.value(self.schema.definition(name));
        }
        if let Some(labels) = node.labels() {
            return labelled(labels);
        }
        if let Some((branches, _)) = node.branches() {
            return self.union(branches);
        }
        if let Some(allowed) = node.allowed() {
            let listed: Vec<String> = allowed
                .iter()
                .filter(|value| !value.is_null())
                .map(|value| value.to_string())
                .collect();
            let text = match listed.as_slice() {
                [] => "null".to_owned(),
                [only] => format!("always {only}"),
                many => format!("one of {}", many.join(", ")),
            };
            return Told::new(text.clone(), text);
        }
        self.plain(node)
    }

    fn recursive(&mut self, node: Node<'a>, name: &'a str) -> Told<'a> {
        if self.told.contains(&name) {
            return Told::new(
                format!("a \"{name}\" as above"),
                format!("\"{name}\" objects as above"),
            );
        }
        self.told.push(name);
        let mut told = self.value(self.schema.opened(node));
        told.plural = format!("\"{name}\" objects: each {}", told.singular);
        told.singular = format!("a \"{name}\": {}", told.singular);
        told
    }

    fn union(&mut self, branches: &'a [Value]) -> Told<'a> {
        let mut real = branches
            .iter()
            .filter(|branch| Node::of(branch).types() != ["null"]);
        match (real.next(), real.next()) {
            (Some(only), None) => self.value(Node::of(only)),
            (None, _) => Told::new("null", "nulls"),
            _ => {
                let real = branches
                    .iter()
                    .filter(|branch| Node::of(branch).types() != ["null"])
                    .collect();
                Told::new("one of these", "values, each one of these")
                    .with(Below::Alternatives(real))
            }
        }
    }

    fn plain(&mut self, node: Node<'a>) -> Told<'a> {
        let mut kinds = node.types().into_iter().filter(|kind| *kind != "null");
        let told = match (kinds.next(), kinds.next()) {
            (Some("string"), None) => Told::new("text", "texts"),
            (Some("integer"), None) => Told::new("whole number", "whole numbers"),
            (Some("number"), None) => Told::new("number", "numbers"),
            (Some("boolean"), None) => Told::new("true or false", "true or false values"),
            (Some("array"), None) if node.get("prefixItems").is_some() => self.tuple(node),
            (Some("array"), None) => match node.get("items") {
                Some(items) => {
                    let items = self.part(Node::of(items));
                    let list = format!("list of {}", items.plural);
                    let lists = format!("lists of {}", items.plural);
                    Told::new(list, lists).with(items.below)
                }
                None => Told::new("list of anything", "lists of anything"),
            },
            (Some("object"), None) if node.is_map() => self.map(node),
            (Some("object"), None) => {
                Told::new("object with these fields", "objects with these fields")
                    .with(Below::Fields(node))
            }
            (None, _) if node.types().is_empty() => Told::new("anything", "values of any kind"),
            (None, _) => Told::new("null", "nulls"),
            _ => {
                let map = node.is_map().then(|| self.map(node));
                let kinds = node.types().into_iter();
                let kinds = kinds.map(|kind| match (kind, &map) {
                    ("object", Some(map)) => map.singular.as_str(),
                    (kind, _) => plain_kind(kind),
                });
                let kinds = kinds.collect::<Vec<_>>().join(" or ");
                Told::new(kinds.clone(), kinds)
            }
        };
        let limits = limits(node).join(", ");
        if limits.is_empty() {
            return told;
        }
        Told {
            singular: format!("{}, {limits}", told.singular),
            plural: format!("{}, each {limits}", told.plural),
            below: told.below,
        }
    }

    fn map(&mut self, node: Node<'a>) -> Told<'a> {
        let pattern = node.patterns().next();
        let value = match pattern {
            Some((_, value)) => Some(value),
            None => node.get("additionalProperties"),
        };
        let value = match value {
            Some(value) => self.part(Node::of(value)),
            None => Told::new("anything", "values of any kind"),
        };
        let matching = pattern.map_or(String::new(), |(pattern, _)| {
            format!(" that match the pattern {pattern}")
        });
        let of = &value.singular;
        let (one, many) = match self.manner.entries {
            true => (
                format!("list of objects with a \"key\" (text{matching}) and a \"value\" ({of})"),
                format!("lists of objects with a \"key\" (text{matching}) and a \"value\" ({of})"),
            ),
            false => (
                format!("object with keys of your choice{matching} and values ({of})"),
                format!("objects with keys of their own{matching} and values ({of})"),
            ),
        };
        Told::new(one, many).with(value.below)
    }

    fn tuple(&mut self, node: Node<'a>) -> Told<'a> {
        let places = node.get("prefixItems").and_then(Value::as_array);
        let places: Vec<(Node<'_>, Told<'_>)> = places
            .into_iter()
            .flatten()
            .map(|place| (Node::of(place), self.part(Node::of(place))))
            .collect();
        let order: Vec<&str> = places
            .iter()
            .map(|(_, told)| told.singular.as_str())
            .collect();
        let order = order.join(", then ");
        let have_parts = places
            .iter()
            .any(|(_, told)| !matches!(told.below, Below::Nothing));
        let told = Told::new(format!("list of {order}"), format!("lists of {order}"));
        match have_parts {
            true => told.with(Below::Places(places)),
            false => told,
        }
    }

    /// A line, and behind it what `node` means: here, and wherever its type is used.
    fn described(&mut self, indent: usize, head: &str, node: Node<'a>) {
        let of_its_type = match node.reference() {
            Some(name) if !self.schema.is_recursive(name) => {
                self.schema.definition(name).description()
            }
            _ => None,
        };
        match (node.description(), of_its_type) {
            (Some(own), Some(of_its_type)) if own != of_its_type => {
                self.told(indent, head, Some(&format!("{own} {of_its_type}")));
            }
            (own, of_its_type) => self.told(indent, head, own.or(of_its_type)),
        }
    }

    fn told(&mut self, indent: usize, head: &str, description: Option<&str>) {
        match description {
            Some(text) => self.line(indent, &format!("{head}: {}", one_line(text))),
            None => self.line(indent, head),
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&"  ".repeat(indent));
        self.text.push_str(text);
        self.text.push('\n');
    }
}

fn labelled(labels: Vec<Label<'_>>) -> Told<'_> {
    if labels.iter().any(|label| label.meaning.is_some()) {
        return Told::new("one of these texts", "texts, each one of these")
            .with(Below::Labels(labels));
    }
    let names: Vec<String> = labels.iter().map(|label| quoted(label.name)).collect();
    let text = match names.as_slice() {
        [only] => format!("always {only}"),
        many => format!("one of {}", many.join(", ")),
    };
    Told::new(text.clone(), format!("texts, each {text}"))
}

/// What JSON Schema calls `kind`, in plain words.
fn plain_kind(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "true or false",
        "array" => "list",
        kind => kind,
    }
}

#[cfg(test)]
mod tests;
