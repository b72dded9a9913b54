//! Alternatives: `anyOf` only, and sets of labels as one `enum`.

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
            self.note(path, Verdict::Exact, "`oneOf` as `anyOf`");
        }
        let mut rewritten = Vec::new();
        for branch in branches {
            rewritten.push(self.schema(Node::of(branch), path)?);
        }
        let any_of = alternatives(rewritten);
        let mut out = Map::from_iter([("anyOf".to_owned(), Value::Array(any_of))]);
        if let Some(description) = self.description(node, path, None) {
            out.insert("description".to_owned(), json!(description));
        }
        Ok(Value::Object(out))
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
        if !lines.is_empty() {
            out.insert("description".to_owned(), json!(lines.join("\n")));
        }
        Value::Object(out)
    }
}

/// Each alternative once. Alternatives of alternatives are alternatives, unless they are described together.
pub(super) fn alternatives(branches: Vec<Value>) -> Vec<Value> {
    let mut any_of: Vec<Value> = Vec::new();
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
            if !any_of.contains(&alternative) {
                any_of.push(alternative);
            }
        }
    }
    any_of
}
