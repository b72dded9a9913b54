//! What is complete of an answer, in the shape of its type.

use serde_json::{Map, Value};

use super::SoFar;
use crate::reply::fit::{self, Absent, Rules};
use crate::reply::json::Tree;
use crate::reply::object::{Further, further};
use crate::reply::progress::Grown;
use crate::schema::node::Node;
use crate::schema::{Rewritten, Schema};

/// The complete parts of an answer as the original schema has them, or `None` while there are none.
///
/// A part is told once it fits as it is: what the whole answer may be coerced to is not known before its end. Of a union
/// nothing is told until it is complete, for its alternative may be another one until then; a tuple is told as a whole.
pub(crate) fn so_far(text: &SoFar, schema: &Schema, rewritten: &Rewritten) -> Option<Grown> {
    let mut part = Part {
        value: text.value()?,
        open: text.open(),
    };
    if schema.is_wrapped() {
        let (name, inner) = part.fields()?.next()?;
        if name != "value" {
            return None;
        }
        part = inner;
    }
    let shape = Shape {
        document: schema.document(),
        rules: Rules {
            absent: Absent::LeftOut,
            coerce: false,
            leave_out: true,
            entries: rewritten.form().entries,
            writes: false,
            nulls: true,
        },
    };
    shape.part(schema.document(), part)
}

/// A part of an answer.
#[derive(Clone, Copy)]
struct Part<'a> {
    value: &'a Value,
    /// How much of it is open: itself, the last part of it, the last part of that, and so on.
    open: usize,
}

impl<'a> Part<'a> {
    fn fields(self) -> Option<impl Iterator<Item = (&'a String, Self)>> {
        let fields = self.value.as_object()?;
        let last = fields.len().saturating_sub(1);
        let fields = fields.iter().enumerate();
        Some(fields.map(move |(index, (name, value))| (name, self.inner(value, index == last))))
    }

    fn items(self) -> Option<impl Iterator<Item = Self>> {
        let items = self.value.as_array()?;
        let last = items.len().saturating_sub(1);
        let items = items.iter().enumerate();
        Some(items.map(move |(index, value)| self.inner(value, index == last)))
    }

    fn inner(self, value: &'a Value, is_last: bool) -> Self {
        let open = match is_last {
            true => self.open.saturating_sub(1),
            false => 0,
        };
        Self { value, open }
    }
}

struct Shape<'a> {
    document: &'a Value,
    rules: Rules,
}

impl<'a> Shape<'a> {
    /// A part that does not fit stays open: its parts are told, and it never becomes complete.
    fn part(&self, schema: &'a Value, part: Part<'_>) -> Option<Grown> {
        if part.open == 0 {
            let tree = Tree::from(part.value);
            let fit = fit::part(self.document, schema, &tree, self.rules);
            if fit.violations.is_empty() {
                let value = self.with_nulls(schema, part.value, fit.value);
                return Some(Grown::Complete(value));
            }
        }
        let node = self.only_alternative(schema)?;
        match part.value {
            Value::Object(_) if fit::has_type(node, &Tree::Object(Vec::new())) => {
                let is_list = self.rules.entries && node.is_map();
                (!is_list).then(|| self.object(node, part)).flatten()
            }
            Value::Array(_) if self.rules.entries && node.is_map() => self.entries(node, part),
            Value::Array(_) if fit::has_type(node, &Tree::List(Vec::new())) => {
                let is_tuple = node.get("prefixItems").is_some();
                (!is_tuple).then(|| self.list(node, part)).flatten()
            }
            _ => None,
        }
    }

    /// With the fields that were told as `null` while the object was open: its canonical form has none.
    fn with_nulls(&self, schema: &'a Value, written: &Value, mut fitted: Value) -> Value {
        let written = written.as_object().into_iter().flatten();
        let mut nulls = written.filter(|(_, field)| field.is_null()).peekable();
        if nulls.peek().is_none() {
            return fitted;
        }
        if let (Some(node), Value::Object(fields)) = (self.only_alternative(schema), &mut fitted) {
            for (name, null) in nulls {
                let schema = node.property(name);
                let is_told = |schema| fit::fits(self.document, schema, &Tree::Null, self.rules);
                if schema.is_some_and(is_told) {
                    fields.insert(name.clone(), null.clone());
                }
            }
        }
        fitted
    }

    fn object(&self, node: Node<'a>, part: Part<'_>) -> Option<Grown> {
        let fields = part.fields()?.filter_map(|(name, field)| {
            let schema = field_of(node, name)?;
            Some((name.clone(), self.part(schema, field)?))
        });
        Some(Grown::Object(fields.collect()))
    }

    /// Up to the first item that does not fit: without it those behind would be others.
    fn list(&self, node: Node<'a>, part: Part<'_>) -> Option<Grown> {
        let schema = node.get("items").unwrap_or(&fit::ANY);
        let items = part.items()?.map_while(|item| self.part(schema, item));
        Some(Grown::List(items.collect()))
    }

    /// The complete entries of a map that was asked for as a list of them; the first of each key.
    fn entries(&self, node: Node<'a>, part: Part<'_>) -> Option<Grown> {
        let mut entries = Map::new();
        for entry in part.items()?.filter(|entry| entry.open == 0) {
            let (Some(Value::String(key)), Some(value)) =
                (entry.value.get("key"), entry.value.get("value"))
            else {
                continue;
            };
            if entries.contains_key(key) {
                continue;
            }
            let value =
                field_of(node, key).and_then(|schema| self.part(schema, Part { value, open: 0 }));
            if let Some(Grown::Complete(value)) = value {
                entries.insert(key.clone(), value);
            }
        }
        let entries = entries.into_iter();
        let entries = entries.map(|(key, value)| (key, Grown::Complete(value)));
        Some(Grown::Object(entries.collect()))
    }

    /// What an open part has to fit, whichever alternative it is: there may be one beside `null`.
    fn only_alternative(&self, schema: &'a Value) -> Option<Node<'a>> {
        const MOST: usize = 64;
        let mut schema = schema;
        for _ in 0..MOST {
            let node = self.opened(schema);
            let Some((branches, _)) = node.branches() else {
                return Some(node);
            };
            let mut branches = branches
                .iter()
                .filter(|branch| self.opened(branch).types() != ["null"]);
            schema = branches.next()?;
            if branches.next().is_some() {
                return None;
            }
        }
        None
    }

    fn opened(&self, schema: &'a Value) -> Node<'a> {
        let node = Node::of(schema);
        let definitions = self.document.get("$defs");
        let definition = node.reference().and_then(|name| definitions?.get(name));
        definition.map_or(node, Node::of)
    }
}

/// What a field must fit that may be there.
fn field_of<'a>(node: Node<'a>, name: &str) -> Option<&'a Value> {
    if let Some(schema) = node.property(name) {
        return Some(schema);
    }
    match further(node, name) {
        Further::Fits(schema) => Some(schema),
        Further::Forbidden | Further::Unsaid => None,
    }
}
