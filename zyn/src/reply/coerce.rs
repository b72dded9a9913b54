//! A value as the kind that the schema wants there, where it is another kind and only one reading fits.
//!
//! A text may be a number, a number a text, a single value a list of one. Nothing is rounded, nothing
//! is dropped, and what fits as it is stays as it is.

use serde_json::{Map, Value};

use super::expected::expected;
use super::fit::{ANY, Walk, allows_kind};
use super::json::{self, Tree};
use super::{Coercion, Repair, spelled};
use crate::schema::node::Node;

/// How many readings may be put on one another: a text as a number as the only item of a list.
const MOST_AT_ONCE: usize = 3;

/// One way to read a value as another kind.
type Way<'a> = fn(&mut Walk<'a>, &'a Value, &Tree) -> Option<Value>;

impl<'a> Walk<'a> {
    pub(super) fn coercion(&mut self, how: Coercion) {
        let path = self.path.clone();
        self.repairs.push(Repair::Coerced { path, how });
    }

    /// Reads the value another way and takes that if it fits.
    fn attempt(
        &mut self,
        how: Coercion,
        read: &mut dyn FnMut(&mut Self) -> Value,
    ) -> Option<Value> {
        if self.coerced == MOST_AT_ONCE || !self.rules.coerce {
            return None;
        }
        let (violations, repairs) = (self.violations.len(), self.repairs.len());
        self.coercion(how);
        self.coerced += 1;
        self.depth += 1;
        let fitted = read(self);
        self.depth -= 1;
        self.coerced -= 1;
        if self.violations.len() == violations {
            return Some(fitted);
        }
        self.violations.truncate(violations);
        self.repairs.truncate(repairs);
        None
    }

    /// A value that is none of the kinds of `schema`.
    pub(super) fn as_another_kind(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let ways: [Way<'a>; 6] = [
            Self::entries,
            Self::other_scalar,
            Self::json_in_text,
            Self::only_item,
            Self::list_of_one,
            Self::only_field,
        ];
        for way in ways {
            let fitted = way(self, schema, tree);
            if fitted.is_some() {
                return fitted;
            }
        }
        None
    }

    fn other_scalar(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let (how, other) = as_scalar(Node::of(schema), tree)?;
        self.attempt(how, &mut |walk| walk.value(schema, &other))
    }

    fn json_in_text(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let parsed = as_json(Node::of(schema), tree)?;
        let how = Coercion::TextToJson;
        self.attempt(how, &mut |walk| walk.value(schema, &parsed))
    }

    fn only_item(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let Tree::List(items) = tree else {
            return None;
        };
        let [only] = items.as_slice() else {
            return None;
        };
        if Node::of(schema).is_map() && is_keyed(only) {
            return None;
        }
        self.attempt(Coercion::FromList, &mut |walk| {
            let length = walk.enter("0");
            let fitted = walk.child(schema, only);
            walk.path.truncate(length);
            fitted
        })
    }

    fn list_of_one(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let node = Node::of(schema);
        if !allows_kind(node, &["array"])
            || node.get("prefixItems").is_some()
            || matches!(tree, Tree::List(_) | Tree::Null)
        {
            return None;
        }
        let item = node.get("items").unwrap_or(&ANY);
        self.attempt(Coercion::ToList, &mut |walk| {
            let fitted = Value::Array(vec![walk.value(item, tree)]);
            walk.limits(node, &fitted, tree);
            fitted
        })
    }

    /// A bare value as the only field of its object. A bare text may be anything.
    fn only_field(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let node = Node::of(schema);
        if matches!(tree, Tree::Text(_) | Tree::Null) {
            return None;
        }
        let mut properties = node.properties();
        let (name, field) = properties.next()?;
        if properties.next().is_some() || node.required().any(|required| required != name) {
            return None;
        }
        if matches!(tree, Tree::Object(_)) && self.takes_any_object(field, 0) {
            return None;
        }
        self.attempt(Coercion::ToField, &mut |walk| {
            let field = walk.value(field, tree);
            object_of(name, field)
        })
    }

    /// Whether an object with whatever fields would fit, alone or in a list: a map.
    fn takes_any_object(&self, schema: &'a Value, depth: usize) -> bool {
        const MOST: usize = 8;
        self.any_of(schema, &|walk, node| {
            let item = node.get("items").filter(|_| depth < MOST);
            node.is_map()
                || node.types().is_empty()
                || item.is_some_and(|item| walk.takes_any_object(item, depth + 1))
        })
    }

    /// An object that lacks the only field there is, as the value of that field.
    pub(super) fn as_only_field(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let node = Node::of(schema);
        if !self.rules.coerce {
            return None;
        }
        let (name, _) = node.properties().next()?;
        let is_empty = matches!(tree, Tree::Object(fields) if fields.is_empty());
        if is_empty || !node.requires(name) || tree.field(name).is_some() {
            return None;
        }
        self.only_field(schema, tree)
    }

    pub(super) fn label(&mut self, schema: &'a Value, tree: &Tree) -> Value {
        let labels = Node::of(schema).labels().unwrap_or_default();
        let names: Vec<&str> = labels.iter().map(|label| label.name).collect();
        if let Tree::Text(text) = tree
            && names.contains(&text.as_str())
        {
            return Value::String(text.clone());
        }
        if let Some(fitted) = self.as_label(&names, tree) {
            return fitted;
        }
        if let Some(fitted) = self.only_item(schema, tree) {
            return fitted;
        }
        self.violation(expected(schema), tree);
        tree.to_value()
    }

    /// A value that is none of those that are allowed.
    pub(super) fn disallowed(&mut self, schema: &'a Value, tree: &Tree) -> Value {
        let allowed = Node::of(schema).allowed().unwrap_or_default();
        let names: Vec<&str> = allowed.into_iter().filter_map(Value::as_str).collect();
        if let Some(fitted) = self.as_label(&names, tree) {
            return fitted;
        }
        self.violation(expected(schema), tree);
        tree.to_value()
    }

    fn as_label(&mut self, names: &[&str], tree: &Tree) -> Option<Value> {
        if !self.rules.coerce {
            return None;
        }
        let (how, meant) = match tree {
            Tree::Text(text) => (Coercion::Label, spelled::label(text, names)?),
            Tree::Number(_, written) => (Coercion::NumberToText, exactly(names, written)?),
            Tree::Bool(_, written) => (Coercion::BooleanToText, exactly(names, written)?),
            _ => return None,
        };
        self.coercion(how);
        Some(Value::String(meant.to_owned()))
    }
}

/// Whether it is an entry of a map, or more than one.
fn is_keyed(tree: &Tree) -> bool {
    tree.field("key").is_some() && tree.field("value").is_some()
}

fn exactly<'l>(names: &[&'l str], written: &str) -> Option<&'l str> {
    names.iter().find(|name| **name == written).copied()
}

fn object_of(name: &str, field: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), field)]))
}

/// A scalar as another.
fn as_scalar(node: Node<'_>, tree: &Tree) -> Option<(Coercion, Tree)> {
    match tree {
        Tree::Text(text) => as_no_text(node, text),
        Tree::Number(_, written) if allows_kind(node, &["integer"]) => {
            Some((Coercion::ToWhole, Tree::number(json::whole(written)?)))
        }
        Tree::Number(_, written) if allows_kind(node, &["string"]) => {
            Some((Coercion::NumberToText, Tree::Text(written.to_string())))
        }
        Tree::Bool(_, written) if allows_kind(node, &["string"]) => {
            Some((Coercion::BooleanToText, Tree::Text(written.to_string())))
        }
        _ => None,
    }
}

fn as_no_text(node: Node<'_>, text: &str) -> Option<(Coercion, Tree)> {
    match spelled::spelled_word(text) {
        Some(Tree::Null) if allows_kind(node, &["null"]) => {
            return Some((Coercion::TextToNull, Tree::Null));
        }
        Some(word @ Tree::Bool(..)) if allows_kind(node, &["boolean"]) => {
            return Some((Coercion::TextToBoolean, word));
        }
        _ => {}
    }
    let integer = !allows_kind(node, &["number"]);
    if integer && !allows_kind(node, &["integer"]) {
        return None;
    }
    let number = spelled::number(text, integer)?;
    Some((Coercion::TextToNumber, number))
}

/// The list or the object that a text holds as JSON.
fn as_json(node: Node<'_>, tree: &Tree) -> Option<Tree> {
    let Tree::Text(text) = tree else {
        return None;
    };
    let wanted = match text.trim_start().chars().next()? {
        '[' => "array",
        '{' => "object",
        _ => return None,
    };
    if !allows_kind(node, &[wanted]) {
        return None;
    }
    json::strict(text.trim()).ok().map(|parsed| parsed.tree)
}

#[cfg(test)]
mod tests;
