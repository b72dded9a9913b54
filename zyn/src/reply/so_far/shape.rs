//! What is complete of an answer, in the shape of its type.

use serde_json::{Map, Value};

use super::SoFar;
use crate::reply::fit::{self, Absent, Rules};
use crate::reply::json::Tree;
use crate::reply::object::{Further, further};
use crate::reply::progress::Grown;
use crate::schema::node::Node;
use crate::schema::{Rewritten, Schema};

/// How an answer was asked for that is read while it is written.
///
/// A part is told once it fits as it is: what the whole answer may be coerced to is not known before its end. Of a union
/// nothing is told until it is complete, for its alternative may be another one until then; a tuple is told as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) schema: &'a Schema,
    /// The field of it that the answer is in, if other fields stand beside it.
    pub(crate) field: Option<&'a str>,
}

/// How much there is of an answer: its complete parts, and the complete parts of its last part. What is complete does
/// not change, so where two are the same, so is all that a derived partial shows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Stand {
    is_complete: bool,
    parts: usize,
    inner: usize,
}

impl Stand {
    pub(crate) fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl<'a> Asked<'a> {
    /// A reader of such an answer. Where any name may be the first, the first object is the answer.
    pub(crate) fn reader(self) -> SoFar {
        if self.schema.is_wrapped() {
            return SoFar::named(vec!["value".to_owned()]);
        }
        let document = self.schema.document();
        let root = opened(document, document);
        let names: Vec<String> = root.properties().map(|(name, _)| name.clone()).collect();
        match further(root, "") {
            Further::Forbidden | Further::Unsaid if !names.is_empty() => SoFar::named(names),
            _ => SoFar::default(),
        }
    }

    /// How much there is of the answer.
    pub(crate) fn stand(self, text: &SoFar) -> Stand {
        self.answer(text)
            .map(|(_, part)| part.stand())
            .unwrap_or_default()
    }

    /// The complete parts of the answer as the original schema has them, or `None` while there are none.
    pub(crate) fn grown(self, text: &SoFar, rewritten: &Rewritten) -> Option<Grown> {
        let (schema, part) = self.answer(text)?;
        self.shape(rewritten).part(schema, part)
    }

    /// The item at `place` of an answer that is a list, once it is complete and fits, in its canonical form.
    pub(crate) fn item(self, text: &SoFar, rewritten: &Rewritten, place: usize) -> Option<Value> {
        let (schema, list) = self.answer(text)?;
        let item = list.item(place).filter(|item| item.open == 0)?;
        let shape = self.shape(rewritten);
        let node = shape.only_alternative(schema)?;
        let is_list = fit::has_type(node, &Tree::List(Vec::new()));
        if !is_list || node.get("prefixItems").is_some() {
            return None;
        }
        let schema = node.get("items").unwrap_or(&fit::ANY);
        shape.fitted(schema, item.value)
    }

    /// The answer alone, and what it must fit.
    fn answer<'t>(self, text: &'t SoFar) -> Option<(&'a Value, Part<'t>)> {
        let whole = Part {
            value: text.value()?,
            open: text.open(),
        };
        let document = self.schema.document();
        if self.schema.is_wrapped() {
            let (name, inner) = whole.fields()?.next()?;
            return (name == "value").then_some((document, inner));
        }
        let Some(field) = self.field else {
            return Some((document, whole));
        };
        let schema = opened(document, document).property(field)?;
        let mut fields = whole.fields()?;
        let (_, part) = fields.find(|(name, _)| *name == field)?;
        Some((schema, part))
    }

    fn shape(self, rewritten: &Rewritten) -> Shape<'a> {
        Shape {
            document: self.schema.document(),
            rules: Rules {
                absent: Absent::LeftOut,
                coerce: false,
                leave_out: true,
                entries: rewritten.form().entries,
                writes: false,
                nulls: true,
            },
        }
    }
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

    fn item(self, place: usize) -> Option<Self> {
        let items = self.value.as_array()?;
        let value = items.get(place)?;
        Some(self.inner(value, place + 1 == items.len()))
    }

    fn stand(self) -> Stand {
        let (parts, last) = self.complete();
        Stand {
            is_complete: self.open == 0,
            parts,
            inner: last.map_or(0, |last| last.complete().0),
        }
    }

    /// How many of its parts are complete, and the one that is not.
    fn complete(self) -> (usize, Option<Self>) {
        let (parts, last) = match self.value {
            Value::Array(items) => (items.len(), items.last()),
            Value::Object(fields) => (fields.len(), fields.values().next_back()),
            _ => (0, None),
        };
        match last.map(|last| self.inner(last, true)) {
            Some(last) if last.open > 0 => (parts.saturating_sub(1), Some(last)),
            _ => (parts, None),
        }
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
            let fitted = self.fitted(schema, part.value);
            if let Some(fitted) = fitted {
                let value = self.with_nulls(schema, part.value, fitted);
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

    /// A complete part in its canonical form, if it fits.
    fn fitted(&self, schema: &Value, value: &Value) -> Option<Value> {
        #[cfg(test)]
        FITTED.with(|fitted| fitted.set(fitted.get() + 1));
        let fit = fit::part(self.document, schema, &Tree::from(value), self.rules);
        fit.violations.is_empty().then_some(fit.value)
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
        opened(self.document, schema)
    }
}

/// A part of a schema, or the definition that it names.
fn opened<'a>(document: &'a Value, schema: &'a Value) -> Node<'a> {
    let node = Node::of(schema);
    let definitions = document.get("$defs");
    let definition = node.reference().and_then(|name| definitions?.get(name));
    definition.map_or(node, Node::of)
}

#[cfg(test)]
thread_local! {
    /// How many parts were fitted on this thread.
    pub(crate) static FITTED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
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
