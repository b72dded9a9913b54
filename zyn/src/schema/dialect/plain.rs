//! Schemas without alternatives and references: their kinds, their values, and any value at all.

use serde_json::{Map, Value, json};

use super::Rewriter;
use crate::schema::node::Node;
use crate::schema::{SchemaError, Verdict};

impl Rewriter<'_> {
    pub(super) fn plain(&mut self, node: Node<'_>, path: &str) -> Result<Value, SchemaError> {
        if node.get("not").is_some_and(|not| *not == json!({})) {
            return Err(self.refused(path, "no value fits", "give it another type"));
        }
        let mut types = node.types();
        if types.is_empty() {
            return self.anything(node, path);
        }
        let is_entries = self.is_sent_as_entries(node);
        if is_entries {
            if types.contains(&"array") {
                let problem = "it is a list or a map, and the map is sent as a list";
                return Err(self.refused(path, problem, "use one of the two"));
            }
            for kind in &mut types {
                if *kind == "object" {
                    *kind = "array";
                }
            }
        }
        let mut out = Map::new();
        let mut told = Vec::new();
        out.insert("type".to_owned(), one_or_all(&types));
        if let Some(allowed) = node.allowed() {
            if allowed
                .iter()
                .any(|value| value.is_object() || value.is_array())
            {
                return self.whole_values(node, &types, &allowed, path);
            }
            if allowed.iter().all(|value| (self.rules.listed)(value)) {
                if node.get("const").is_some() {
                    self.note(path, Verdict::Exact, "`const` as an `enum` of one");
                }
                out.insert("enum".to_owned(), json!(allowed));
            } else if let Some(union) = self.without_null_listed(node, &types, &allowed, path) {
                return Ok(union);
            } else if types != ["null"] {
                let listed: Vec<String> = allowed.iter().map(|value| value.to_string()).collect();
                let phrase = format!("one of {}", listed.join(", "));
                self.note(
                    path,
                    Verdict::Described,
                    format!("the values as “{phrase}”"),
                );
                told.push(phrase);
            }
        }
        if is_entries {
            told.push(self.entries(node, &mut out, path)?);
        } else if types.contains(&"object") {
            self.object(node, &mut out, path)?;
        }
        if types.contains(&"array") && !is_entries {
            told.extend(self.items(node, &mut out, path)?);
        }
        self.keep(node, &mut out, path);
        if is_wide(node) {
            let words = "whole numbers of at most 64 bits are read";
            self.note(path, Verdict::Described, words);
        }
        let told = (!told.is_empty()).then(|| told.join("; "));
        if let Some(description) = self.description(node, path, told) {
            out.insert("description".to_owned(), json!(description));
        }
        Ok(Value::Object(out))
    }

    /// Objects or lists that are given in full: nothing more is said of their parts.
    fn whole_values(
        &mut self,
        node: Node<'_>,
        types: &[&str],
        allowed: &[&Value],
        path: &str,
    ) -> Result<Value, SchemaError> {
        if !allowed.iter().all(|value| (self.rules.listed)(value)) {
            let provider = self.rules.name;
            return Err(self.refused(
                path,
                format_args!("whole objects or lists are listed, which {provider} does not take"),
                "list texts or numbers",
            ));
        }
        let mut out = Map::from_iter([
            ("type".to_owned(), one_or_all(types)),
            ("enum".to_owned(), json!(allowed)),
        ]);
        let description = self.description(node, path, None);
        out.extend(description.map(|text| ("description".to_owned(), json!(text))));
        Ok(Value::Object(out))
    }

    fn anything(&mut self, node: Node<'_>, path: &str) -> Result<Value, SchemaError> {
        if !self.rules.anything {
            return Err(self.refused(
                path,
                "any value fits, and a model must be told what to write",
                "give it a type of its own",
            ));
        }
        let mut out = Map::new();
        if let Some(description) = self.description(node, path, None) {
            out.insert("description".to_owned(), json!(description));
        }
        Ok(Value::Object(out))
    }
}

pub(super) fn one_or_all(types: &[&str]) -> Value {
    match types {
        [one] => json!(one),
        many => json!(many),
    }
}

/// Whether it is a number of 128 bits, as schemars writes it. JSON has them; what reads them here has 64.
fn is_wide(node: Node<'_>) -> bool {
    let format = node.get("format").and_then(Value::as_str);
    matches!(format, Some("int128" | "uint128"))
}
