//! The fields of an object, and the keys of a map.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::expected::expected;
use super::fit::{ANY, Absent, Walk};
use super::json::Tree;
use super::{Coercion, Repair, Violation};
use crate::schema::node::Node;
use crate::schema::pointer;

/// What a schema says of a field that it does not name.
pub(super) enum Further<'a> {
    Fits(&'a Value),
    Forbidden,
    Unsaid,
}

impl<'a> Walk<'a> {
    pub(super) fn object(&mut self, node: Node<'a>, fields: &[(String, Tree)]) -> Value {
        self.repeated(fields);
        let mut fitted = Map::new();
        for property in node.properties() {
            self.named(node, property, fields, &mut fitted);
        }
        self.unnamed(node, fields);
        self.further(node, fields, &mut fitted);
        Value::Object(fitted)
    }

    /// A field that the schema names.
    fn named(
        &mut self,
        node: Node<'a>,
        (name, schema): (&'a String, &'a Value),
        fields: &[(String, Tree)],
        fitted: &mut Map<String, Value>,
    ) {
        let Some((_, field)) = fields.iter().find(|(field, _)| field == name) else {
            if node.requires(name) {
                self.missing(name, expected(schema));
            } else if self.is_absent(schema) {
                self.absent(name, fitted);
            }
            return;
        };
        if *field == Tree::Null && !node.requires(name) && self.is_absent(schema) {
            if !self.rules.nulls && !self.may_be(schema, field) {
                let path = pointer::join(&self.path, name);
                let wanted = format!("{}, or no such field", expected(schema));
                self.violations
                    .push(Violation::new(path, wanted).came(field));
            }
            self.absent(name, fitted);
            return;
        }
        self.put(name, schema, field, fitted);
    }

    fn put(
        &mut self,
        name: &str,
        schema: &'a Value,
        field: &Tree,
        fitted: &mut Map<String, Value>,
    ) {
        let length = self.enter(name);
        let field = self.child(schema, field);
        self.path.truncate(length);
        fitted.insert(name.to_owned(), field);
    }

    /// The fields that the schema requires without a word on them.
    fn unnamed(&mut self, node: Node<'a>, fields: &[(String, Tree)]) {
        for name in node.required() {
            if node.property(name).is_none() && !fields.iter().any(|(field, _)| field == name) {
                self.missing(name, "a value".to_owned());
            }
        }
    }

    fn repeated(&mut self, fields: &[(String, Tree)]) {
        let mut seen = HashSet::new();
        for (name, _) in fields {
            if !seen.insert(name) {
                let path = pointer::join(&self.path, name);
                let twice = Violation::new(path, "the field once").got("it twice");
                self.violations.push(twice);
            }
        }
    }

    fn missing(&mut self, name: &str, wanted: String) {
        let path = pointer::join(&self.path, name);
        let missing = Violation::new(path, wanted).got("nothing");
        self.violations.push(missing);
    }

    fn absent(&self, name: &str, fitted: &mut Map<String, Value>) {
        if self.rules.absent == Absent::Null {
            fitted.insert(name.to_owned(), Value::Null);
        }
    }

    /// The fields that the schema does not name. They follow in the order of their names, for they have no other.
    fn further(
        &mut self,
        node: Node<'a>,
        fields: &[(String, Tree)],
        fitted: &mut Map<String, Value>,
    ) {
        let mut further: Vec<_> = fields
            .iter()
            .filter(|(name, _)| node.property(name).is_none())
            .collect();
        further.sort_by_key(|(name, _)| name);
        // An object of which nothing is known is another one.
        let is_foreign = self.rules.coerce && further.len() == fields.len();
        let leave_out = self.rules.leave_out && !is_foreign;
        for (name, field) in further {
            if let Some(schema) = self.further_field(node, name, field, leave_out) {
                self.put(name, schema, field, fitted);
            }
        }
    }

    /// What a field must fit that the schema does not name, if it may be there and is not left out.
    fn further_field(
        &mut self,
        node: Node<'a>,
        name: &str,
        field: &Tree,
        leave_out: bool,
    ) -> Option<&'a Value> {
        let length = self.enter(name);
        self.key(node, name);
        let schema = match further(node, name) {
            Further::Fits(schema) => Some(schema),
            Further::Unsaid if leave_out => {
                let path = self.path.clone();
                self.repairs.push(Repair::LeftOut { path });
                None
            }
            Further::Unsaid | Further::Forbidden => {
                self.violation("no such field", field);
                None
            }
        };
        self.path.truncate(length);
        schema
    }

    /// What the schema says of the names themselves.
    fn key(&mut self, node: Node<'a>, name: &str) {
        if let Some(names) = node.get("propertyNames") {
            let coerce = std::mem::replace(&mut self.rules.coerce, false);
            self.child(names, &Tree::Text(name.to_owned()));
            self.rules.coerce = coerce;
        }
    }

    /// A list of keys and values as the map that it stands for, if it is one.
    pub(super) fn entries(&mut self, schema: &'a Value, tree: &Tree) -> Option<Value> {
        let node = Node::of(schema);
        let entries = self.entries_of(node, tree)?;
        let mut fitted: Vec<(String, Value)> = Vec::new();
        let mut seen = HashSet::new();
        for (index, Entry { key, how, value }) in entries.into_iter().enumerate() {
            let length = self.enter(&index.to_string());
            if let Some(how) = how {
                self.key_of_another_kind(how, key);
            }
            if let Some(schema) = self.entry_key(node, key, seen.insert(key)) {
                self.enter("value");
                fitted.push((key.to_owned(), self.child(schema, value)));
            }
            self.path.truncate(length);
        }
        Some(self.map_of(node, fitted, tree))
    }

    fn entries_of<'t>(&mut self, node: Node<'a>, tree: &'t Tree) -> Option<Vec<Entry<'t>>> {
        let Tree::List(items) = tree else {
            return None;
        };
        let is_asked = self.rules.entries;
        if !node.is_map() || !(is_asked || (self.rules.coerce && !items.is_empty())) {
            return None;
        }
        let entries = items.iter().map(entry).collect::<Option<_>>()?;
        if !is_asked {
            self.coercion(Coercion::Entries);
        }
        Some(entries)
    }

    /// Whether an object cannot be the map that was asked for as a list of keys and values: one that looks like a single
    /// entry may be that, and strictly none is.
    pub(super) fn is_no_list_of_entries(&mut self, node: Node<'a>, tree: &Tree) -> bool {
        if !self.rules.entries || self.rules.writes || !node.is_map() {
            return false;
        }
        if self.rules.coerce && entry(tree).is_none() {
            self.coercion(Coercion::Object);
            return false;
        }
        self.violation(ENTRIES, tree);
        true
    }

    /// A key that is no text.
    fn key_of_another_kind(&mut self, how: Coercion, key: &str) {
        let length = self.enter("key");
        if self.rules.coerce {
            self.coercion(how);
        } else {
            self.violation("a text", &Tree::Text(key.to_owned()));
        }
        self.path.truncate(length);
    }

    /// What the value of a key must fit.
    fn entry_key(&mut self, node: Node<'a>, key: &str, is_new: bool) -> Option<&'a Value> {
        let length = self.enter("key");
        if is_new {
            self.key(node, key);
        } else {
            self.violation("a key that is not there yet", &Tree::Text(key.to_owned()));
        }
        let schema = match further(node, key) {
            Further::Fits(schema) => Some(schema),
            Further::Forbidden | Further::Unsaid => {
                self.violation("a key of another form", &Tree::Text(key.to_owned()));
                None
            }
        };
        self.path.truncate(length);
        schema
    }

    fn map_of(&mut self, node: Node<'a>, mut fitted: Vec<(String, Value)>, tree: &Tree) -> Value {
        fitted.sort_by(|(a, _), (b, _)| a.cmp(b));
        let fitted = Value::Object(fitted.into_iter().collect());
        self.limits(node, &fitted, tree);
        fitted
    }
}

/// A map that was asked for as a list.
pub(super) const ENTRIES: &str = "a list of objects with `key` and `value`";

/// One key of a map with its value.
struct Entry<'t> {
    key: &'t str,
    /// How the key became a text, if it was none.
    how: Option<Coercion>,
    value: &'t Tree,
}

fn entry(item: &Tree) -> Option<Entry<'_>> {
    let Tree::Object(fields) = item else {
        return None;
    };
    let (key, how) = match item.field("key")? {
        Tree::Text(key) => (&**key, None),
        Tree::Number(_, written) => (&**written, Some(Coercion::NumberToText)),
        Tree::Bool(_, written) => (&**written, Some(Coercion::BooleanToText)),
        _ => return None,
    };
    let value = item.field("value")?;
    (fields.len() == 2).then_some(Entry { key, how, value })
}

pub(super) fn further<'a>(node: Node<'a>, name: &str) -> Further<'a> {
    let patterns = node.get("patternProperties").and_then(Value::as_object);
    let patterned = patterns.and_then(|patterns| {
        patterns
            .iter()
            .find(|(pattern, _)| matches_pattern(pattern, name))
    });
    match (patterned, node.get("additionalProperties")) {
        (Some((_, schema)), _) => Further::Fits(schema),
        (None, Some(Value::Bool(false))) => Further::Forbidden,
        (None, Some(schema)) => Further::Fits(schema),
        (None, None) if node.get("properties").is_none() && patterns.is_none() => {
            Further::Fits(&ANY)
        }
        (None, None) => Further::Unsaid,
    }
}

/// The patterns of the keys that schemars knows. Others are the type's own business, as `pattern` is.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let is_digits =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    match pattern {
        r"^\d+$" => is_digits(name),
        r"^-?\d+$" => is_digits(name.strip_prefix('-').unwrap_or(name)),
        "^(true|false)$" => name == "true" || name == "false",
        _ => true,
    }
}
