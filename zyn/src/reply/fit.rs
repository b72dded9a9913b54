//! A value against the original schema: what is wrong with it, and its canonical form.
//!
//! Both in one walk, because both need to know which alternative a value is. On the way what the
//! dialect made of absent fields is undone: a `null` for a field that may be absent is left out.

use serde_json::{Map, Value};

use super::Violation;
use super::expected::expected;
use super::limits;
use crate::schema::node::{Node, kind};
use crate::schema::pointer;

pub(super) struct Fit {
    /// The value with its fields in the order of the schema and without absent ones.
    pub(super) value: Value,
    /// Empty if the value is valid.
    pub(super) violations: Vec<Violation>,
}

/// How a value is written that lacks a field it may lack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// Without the field: the canonical form.
    LeftOut,
    /// As the dialect asks for it.
    Null,
}

pub(super) fn fit(document: &Value, value: &Value, absent: Absent) -> Fit {
    let mut walk = Walk {
        absent,
        definitions: document.get("$defs"),
        path: String::new(),
        violations: Vec::new(),
        steps_left: most_steps(value),
    };
    let fitted = walk.value(document, value);
    if walk.steps_left == 0 {
        // Whatever was found until then, an answer that was not looked at to its end is not valid.
        let wanted = "an answer that fits fewer alternatives of the schema at once";
        walk.violations = vec![Violation::new("", wanted).found(value)];
    }
    Fit {
        value: fitted,
        violations: walk.violations,
    }
}

/// Alternatives of a type that contains itself can multiply with every level of a value, so a value is
/// not looked at more often than this. Without such a type it does not come near.
fn most_steps(value: &Value) -> usize {
    let mut parts = 0_usize;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        parts += 1;
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    parts.saturating_mul(100).saturating_add(10_000)
}

pub(super) struct Walk<'a> {
    definitions: Option<&'a Value>,
    path: String,
    pub(super) violations: Vec<Violation>,
    steps_left: usize,
    absent: Absent,
}

impl<'a> Walk<'a> {
    pub(super) fn value(&mut self, schema: &'a Value, value: &Value) -> Value {
        self.steps_left = self.steps_left.saturating_sub(1);
        if self.steps_left == 0 {
            return Value::Null;
        }
        let schema = self.opened(schema);
        let node = Node::of(schema);
        if node.labels().is_some() {
            return self.label(schema, value);
        }
        if let Some((branches, exactly_one)) = node.branches() {
            return self.union(schema, branches, exactly_one, value);
        }
        self.plain(schema, value)
    }

    fn label(&mut self, schema: &'a Value, value: &Value) -> Value {
        let labels = Node::of(schema).labels().unwrap_or_default();
        if !labels.iter().any(|label| *value == *label.name) {
            self.violation(expected(schema), value);
        }
        value.clone()
    }

    fn plain(&mut self, schema: &'a Value, value: &Value) -> Value {
        let node = Node::of(schema);
        if !has_type(node, value) {
            self.wrong_type(schema, value);
            return value.clone();
        }
        if let Some(allowed) = node.allowed()
            && !allowed.contains(&value)
        {
            self.violation(expected(schema), value);
            return value.clone();
        }
        let fitted = match value {
            Value::Object(fields) => Value::Object(self.object(node, fields)),
            Value::Array(items) => Value::Array(self.list(node, items)),
            scalar => scalar.clone(),
        };
        for limit in limits::broken(node, &fitted) {
            self.violation(limit, value);
        }
        fitted
    }

    fn object(&mut self, node: Node<'a>, fields: &Map<String, Value>) -> Map<String, Value> {
        let mut fitted = Map::new();
        for (name, schema) in node.properties() {
            match fields.get(name) {
                None if node.requires(name) => {
                    let path = pointer::join(&self.path, name);
                    let missing = Violation::new(path, expected(schema)).got("nothing");
                    self.violations.push(missing);
                }
                None if self.is_absent(schema) => self.absent(name, &mut fitted),
                None => {}
                Some(Value::Null) if !node.requires(name) && self.is_absent(schema) => {
                    self.absent(name, &mut fitted);
                }
                Some(field) => {
                    let field = self.within(name, |walk| walk.value(schema, field));
                    fitted.insert(name.clone(), field);
                }
            }
        }
        for name in node.required() {
            if node.property(name).is_none() && !fields.contains_key(name) {
                let path = pointer::join(&self.path, name);
                let missing = Violation::new(path, "a value").got("nothing");
                self.violations.push(missing);
            }
        }
        self.further(node, fields, &mut fitted);
        fitted
    }

    fn absent(&self, name: &str, fitted: &mut Map<String, Value>) {
        if self.absent == Absent::Null {
            fitted.insert(name.to_owned(), Value::Null);
        }
    }

    /// The fields that the schema does not name. They follow in the order of their names, for they have no other.
    fn further(
        &mut self,
        node: Node<'a>,
        fields: &Map<String, Value>,
        fitted: &mut Map<String, Value>,
    ) {
        let mut further: Vec<_> = fields
            .iter()
            .filter(|(name, _)| node.property(name).is_none())
            .collect();
        further.sort_by_key(|(name, _)| *name);
        for (name, field) in further {
            let field = match node.get("additionalProperties") {
                Some(Value::Bool(false)) => {
                    self.within(name, |walk| walk.violation("no such field", field));
                    continue;
                }
                Some(schema) => self.within(name, |walk| walk.value(schema, field)),
                None => {
                    let mut field = field.clone();
                    field.sort_all_objects();
                    field
                }
            };
            fitted.insert(name.clone(), field);
        }
    }

    fn list(&mut self, node: Node<'a>, items: &[Value]) -> Vec<Value> {
        let prefix = node.get("prefixItems").and_then(Value::as_array);
        let rest = node.get("items");
        items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let schema = prefix.and_then(|prefix| prefix.get(index)).or(rest);
                self.within(&index.to_string(), |walk| match schema {
                    Some(Value::Bool(false)) => {
                        walk.violation("no further item", item);
                        item.clone()
                    }
                    Some(schema) => walk.value(schema, item),
                    None => item.clone(),
                })
            })
            .collect()
    }

    /// Whether `null` for a field stands for its absence. It does not if it is a value of the field and
    /// absence would mean another: an `Option` whose default is not `None`.
    fn is_absent(&self, schema: &'a Value) -> bool {
        let has_default = Node::of(schema)
            .get("default")
            .is_some_and(|value| !value.is_null());
        !has_default || !self.may_be(schema, &Value::Null)
    }

    pub(super) fn wrong_type(&mut self, schema: &Value, value: &Value) {
        let mut wanted = expected(schema);
        let number = value.as_f64().filter(|_| value.is_f64());
        if let Some(number) = number.filter(|number| number.fract() == 0.0)
            && Node::of(schema).types().contains(&"integer")
        {
            wanted.push_str(if number.abs() < 9e18 {
                " without a decimal point or exponent"
            } else {
                " of at most 64 bits"
            });
        }
        self.violation(wanted, value);
    }

    pub(super) fn opened(&self, schema: &'a Value) -> &'a Value {
        let definition = Node::of(schema)
            .reference()
            .and_then(|name| self.definitions?.get(name));
        definition.unwrap_or(schema)
    }

    pub(super) fn within<T>(&mut self, key: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        pointer::push(&mut self.path, key);
        let result = walk(self);
        self.path.truncate(length);
        result
    }

    pub(super) fn violation(&mut self, expected: impl std::fmt::Display, found: &Value) {
        let violation = Violation::new(&self.path, expected).found(found);
        self.violations.push(violation);
    }
}

pub(super) fn has_type(node: Node<'_>, value: &Value) -> bool {
    let types = node.types();
    // JSON Schema calls 3.0 an integer; Rust's integers do not, and nothing is rounded in silence.
    let kind = kind(value);
    types.is_empty() || types.contains(&kind) || (kind == "integer" && types.contains(&"number"))
}
