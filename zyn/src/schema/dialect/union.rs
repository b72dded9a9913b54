//! Alternatives: `anyOf` only, and sets of labels as one `enum`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::Rewriter;
use crate::schema::node::{Label, Node};
use crate::schema::phrase::{named, one_line};
use crate::schema::{SchemaError, Verdict};

impl Rewriter<'_> {
    pub(super) fn union(
        &mut self,
        node: Node<'_>,
        branches: &[Value],
        exactly_one: bool,
        path: &str,
    ) -> Result<Value, SchemaError> {
        if exactly_one {
            match self.are_apart(branches) {
                true => self.note(path, Verdict::Exact, "`oneOf` as `anyOf`"),
                false => {
                    let change = "`oneOf` as `anyOf`: a value may fit one alternative only";
                    self.note(path, Verdict::Described, change);
                }
            }
        }
        let mut rewritten = Vec::new();
        for branch in branches {
            rewritten.push(self.schema(Node::of(branch), path)?);
        }
        let any_of = alternatives(rewritten);
        let mut out = Map::from_iter([("anyOf".to_owned(), Value::Array(any_of))]);
        self.keep(node, &mut out, path);
        if let Some(description) = self.description(node, path, None) {
            out.insert("description".to_owned(), json!(description));
        }
        Ok(Value::Object(out))
    }

    /// Whether no value fits two of the alternatives.
    fn are_apart(&self, branches: &[Value]) -> bool {
        let nodes: Vec<Node<'_>> = branches
            .iter()
            .map(|branch| self.schema.opened(Node::of(branch)))
            .collect();
        let pairs = nodes.iter().enumerate().flat_map(|(index, one)| {
            nodes
                .iter()
                .skip(index + 1)
                .map(move |other| (*one, *other))
        });
        pairs
            .into_iter()
            .all(|(one, other)| self.excludes(one, other))
    }

    fn excludes(&self, one: Node<'_>, other: Node<'_>) -> bool {
        let (types, others) = (one.types(), other.types());
        if types.is_empty() || others.is_empty() {
            return false;
        }
        let is_number = |kind: &&str| matches!(*kind, "integer" | "number");
        let same = types.iter().any(|kind| others.contains(kind))
            || (types.iter().any(is_number) && others.iter().any(is_number));
        if !same {
            return true;
        }
        if let (Some(values), Some(others)) = (one.allowed(), other.allowed()) {
            return !values.iter().any(|value| others.contains(value));
        }
        let only_objects = types == ["object"] && others == ["object"];
        only_objects
            && (has_another_tag(one, other)
                || self.is_closed_to(one, other)
                || self.is_closed_to(other, one))
    }

    /// Whether what is sent for `one` has no place for a field that `other` requires.
    fn is_closed_to(&self, one: Node<'_>, other: Node<'_>) -> bool {
        let is_closed = one.get("additionalProperties") == Some(&Value::Bool(false))
            || (self.rules.closes && one.says_nothing_of_further_fields());
        is_closed && other.required().any(|name| one.property(name).is_none())
    }

    /// One `enum`, with what each label means in the description.
    pub(super) fn labels(&mut self, node: Node<'_>, labels: &[Label<'_>], path: &str) -> Value {
        self.note(path, Verdict::Exact, "the labels as one `enum`");
        let names: Vec<&str> = labels.iter().map(|label| label.name).collect();
        let meanings = labels
            .iter()
            .filter_map(|label| Some((named(label.name), one_line(label.meaning?))))
            .map(|(name, meaning)| format!("{name}: {meaning}"));
        let lines: Vec<String> = self
            .description(node, path, None)
            .into_iter()
            .chain(meanings)
            .collect();
        let mut out = Map::from_iter([
            ("type".to_owned(), json!("string")),
            ("enum".to_owned(), json!(names)),
        ]);
        self.keep(node, &mut out, path);
        if !lines.is_empty() {
            out.insert("description".to_owned(), json!(lines.join("\n")));
        }
        Value::Object(out)
    }
}

/// Whether a field that both require has values in the one that it has not in the other.
fn has_another_tag(one: Node<'_>, other: Node<'_>) -> bool {
    one.required()
        .filter(|name| other.requires(name))
        .any(|name| {
            let of = |node: Node<'_>| {
                Some(
                    Node::of(node.property(name)?)
                        .allowed()?
                        .into_iter()
                        .cloned()
                        .collect::<Vec<_>>(),
                )
            };
            match (of(one), of(other)) {
                (Some(values), Some(others)) => !values.iter().any(|value| others.contains(value)),
                _ => false,
            }
        })
}

/// Each alternative once. Alternatives of alternatives are alternatives, unless they are described together.
pub(super) fn alternatives(branches: Vec<Value>) -> Vec<Value> {
    let mut any_of = Vec::new();
    let mut seen = HashSet::new();
    for branch in branches {
        let inner = match branch {
            Value::Object(mut map) if map.len() == 1 && map.contains_key("anyOf") => {
                match map.remove("anyOf") {
                    Some(Value::Array(inner)) => inner,
                    _ => Vec::new(),
                }
            }
            branch => vec![branch],
        };
        for alternative in inner {
            if seen.insert(alternative.to_string()) {
                any_of.push(alternative);
            }
        }
    }
    any_of
}
