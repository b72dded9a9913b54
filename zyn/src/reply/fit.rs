//! A value against the original schema: what is wrong with it, and its canonical form.
//!
//! Both in one walk, because both need to know which alternative a value is. On the way what the
//! dialect made of absent fields is undone: a `null` for a field that may be absent is left out. What does
//! not fit as it is may fit as another kind (see [`coerce`](super::coerce)).

use serde_json::{Value, json};

use super::expected::expected;
use super::json::Tree;
use super::object::ENTRIES;
use super::{Repair, Violation, limits};
use crate::schema::node::Node;
use crate::schema::pointer;

pub(super) struct Fit {
    /// The value with its fields in the order of the schema and without absent ones.
    pub(super) value: Value,
    /// Empty if the value is valid.
    pub(super) violations: Vec<Violation>,
    /// What was read as another kind or left out.
    pub(super) repairs: Vec<Repair>,
}

/// How a value is written that lacks a field it may lack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// Without the field: the canonical form.
    LeftOut,
    /// As the dialect asks for it.
    Null,
}

/// What is let pass.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) absent: Absent,
    /// Whether a value may be read as another kind.
    pub(super) coerce: bool,
    /// Whether fields that an open object does not name are left out; else they are violations.
    pub(super) leave_out: bool,
    /// Whether maps were asked for as lists of keys and values.
    pub(super) entries: bool,
    /// Whether the value is written for a model to see, and not read from one.
    pub(super) writes: bool,
    /// Whether `null` may stand for the absence of a field that cannot be `null`.
    pub(super) nulls: bool,
}

impl Rules {
    /// For values that no model wrote.
    pub(super) const PLAIN: Self = Self {
        absent: Absent::LeftOut,
        coerce: false,
        leave_out: true,
        entries: false,
        writes: false,
        nulls: true,
    };
}

pub(super) fn fit(document: &Value, tree: &Tree, rules: Rules) -> Fit {
    part(document, document, tree, rules)
}

/// Whether a value fits a part of a document.
pub(super) fn fits(document: &Value, schema: &Value, tree: &Tree, rules: Rules) -> bool {
    part(document, schema, tree, rules).violations.is_empty()
}

/// A value as a part of a document.
pub(super) fn part(document: &Value, schema: &Value, tree: &Tree, rules: Rules) -> Fit {
    let mut walk = Walk {
        rules,
        definitions: document.get("$defs"),
        path: String::new(),
        violations: Vec::new(),
        repairs: Vec::new(),
        steps_left: most_steps(tree),
        depth: 0,
        coerced: 0,
    };
    let fitted = walk.value(schema, tree);
    if walk.steps_left == 0 {
        // Whatever was found until then, an answer that was not looked at to its end is not valid.
        let wanted = "an answer that fits fewer alternatives of the schema at once";
        walk.violations.clear();
        walk.violation(wanted, tree);
    }
    Fit {
        value: fitted,
        violations: walk.violations,
        repairs: walk.repairs,
    }
}

/// Alternatives of a type that contains itself can multiply with every level of a value, so a value is
/// not looked at more often than this. Without such a type it does not come near.
fn most_steps(tree: &Tree) -> usize {
    let mut parts = 0_usize;
    let mut open = vec![tree];
    while let Some(tree) = open.pop() {
        parts += 1;
        match tree {
            Tree::List(items) => open.extend(items),
            Tree::Object(fields) => open.extend(fields.iter().map(|(_, field)| field)),
            _ => {}
        }
    }
    parts.saturating_mul(100).saturating_add(10_000)
}

/// How many schemas may be open at once. The walk is recursive, and a thread's stack may be small.
const MOST_OPEN: usize = 150;

/// A schema that lets everything pass.
pub(super) static ANY: Value = Value::Bool(true);

pub(super) struct Walk<'a> {
    pub(super) rules: Rules,
    definitions: Option<&'a Value>,
    pub(super) path: String,
    pub(super) violations: Vec<Violation>,
    pub(super) repairs: Vec<Repair>,
    steps_left: usize,
    pub(super) depth: usize,
    /// How often the value at `path` is already read as another kind.
    pub(super) coerced: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn value(&mut self, schema: &'a Value, tree: &Tree) -> Value {
        self.steps_left = self.steps_left.saturating_sub(1);
        if self.steps_left == 0 {
            return Value::Null;
        }
        if self.depth >= MOST_OPEN {
            self.violation("a value that is nested less deeply", tree);
            return Value::Null;
        }
        self.depth += 1;
        let schema = self.opened(schema);
        let node = Node::of(schema);
        let fitted = if node.labels().is_some() {
            self.label(schema, tree)
        } else if let Some((branches, exactly_one)) = node.branches() {
            self.union(schema, branches, exactly_one, tree)
        } else {
            self.plain(schema, tree)
        };
        self.depth -= 1;
        fitted
    }

    fn plain(&mut self, schema: &'a Value, tree: &Tree) -> Value {
        let node = Node::of(schema);
        if !has_type(node, tree) {
            return self.mistyped(schema, tree);
        }
        if !is_allowed(node, tree) {
            return self.disallowed(schema, tree);
        }
        if matches!(tree, Tree::Object(_)) && self.is_no_list_of_entries(node, tree) {
            return tree.to_value();
        }
        let fitted = match tree {
            Tree::Object(fields) => match self.as_only_field(schema, tree) {
                Some(fitted) => return fitted,
                None => self.object(node, fields),
            },
            Tree::List(items) => self.list(node, items),
            scalar => scalar.to_value(),
        };
        self.limits(node, &fitted, tree);
        match fitted {
            Value::Object(map) if self.rules.writes && self.rules.entries && node.is_map() => {
                let entry = |(key, value)| json!({ "key": key, "value": value });
                map.into_iter().map(entry).collect()
            }
            fitted => fitted,
        }
    }

    pub(super) fn limits(&mut self, node: Node<'a>, fitted: &Value, tree: &Tree) {
        for limit in limits::broken(node, fitted) {
            self.violation(limit, tree);
        }
    }

    fn mistyped(&mut self, schema: &'a Value, tree: &Tree) -> Value {
        if let Some(fitted) = self.as_another_kind(schema, tree) {
            return fitted;
        }
        self.wrong_type(schema, tree);
        tree.to_value()
    }

    fn list(&mut self, node: Node<'a>, items: &[Tree]) -> Value {
        let prefix = node.get("prefixItems").and_then(Value::as_array);
        let rest = node.get("items");
        let mut fitted = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let schema = prefix.and_then(|prefix| prefix.get(index)).or(rest);
            fitted.push(self.item(index, schema.unwrap_or(&ANY), item));
        }
        Value::Array(fitted)
    }

    fn item(&mut self, index: usize, schema: &'a Value, item: &Tree) -> Value {
        let length = self.enter(&index.to_string());
        let fitted = if *schema == Value::Bool(false) {
            self.violation("no further item", item);
            item.to_value()
        } else {
            self.child(schema, item)
        };
        self.path.truncate(length);
        fitted
    }

    /// A part of a value: what was done to the whole does not count for it.
    pub(super) fn child(&mut self, schema: &'a Value, tree: &Tree) -> Value {
        let coerced = std::mem::take(&mut self.coerced);
        let fitted = self.value(schema, tree);
        self.coerced = coerced;
        fitted
    }

    /// Whether `null` for a field stands for its absence. It does not if it is a value of the field and
    /// absence would mean another: an `Option` whose default is not `None`.
    pub(super) fn is_absent(&self, schema: &'a Value) -> bool {
        let has_default = Node::of(schema)
            .get("default")
            .is_some_and(|value| !value.is_null());
        !has_default || !self.may_be(schema, &Tree::Null)
    }

    pub(super) fn wrong_type(&mut self, schema: &'a Value, tree: &Tree) {
        let mut wanted = match self.rules.entries && Node::of(schema).is_map() {
            true => ENTRIES.to_owned(),
            false => expected(schema),
        };
        if let Tree::Number(number, _) = tree
            && let Some(number) = number.as_f64().filter(|_| number.is_f64())
            && number.fract() == 0.0
            && Node::of(schema).types().contains(&"integer")
        {
            wanted.push_str(if number.abs() < 9e18 {
                " without a decimal point or exponent"
            } else {
                " of at most 64 bits"
            });
        }
        self.violation(wanted, tree);
    }

    pub(super) fn opened(&self, schema: &'a Value) -> &'a Value {
        let definition = Node::of(schema)
            .reference()
            .and_then(|name| self.definitions?.get(name));
        definition.unwrap_or(schema)
    }

    /// Goes to a part; the path is to be truncated to what this gives.
    pub(super) fn enter(&mut self, key: &str) -> usize {
        let length = self.path.len();
        pointer::push(&mut self.path, key);
        length
    }

    pub(super) fn violation(&mut self, expected: impl std::fmt::Display, found: &Tree) {
        let violation = Violation::new(&self.path, expected).came(found);
        self.violations.push(violation);
    }
}

pub(super) fn has_type(node: Node<'_>, tree: &Tree) -> bool {
    let types = node.types();
    // JSON Schema calls 3.0 an integer; Rust's integers do not, and nothing is rounded in silence.
    let kind = tree.kind();
    types.is_empty() || types.contains(&kind) || (kind == "integer" && types.contains(&"number"))
}

/// Whether a value is one of those that `const` or `enum` allow.
fn is_allowed(node: Node<'_>, tree: &Tree) -> bool {
    let allowed = node.allowed();
    allowed.is_none_or(|allowed| allowed.iter().any(|value| tree.is(value)))
}

/// Whether a schema allows one of these kinds by name.
pub(super) fn allows_kind(node: Node<'_>, kinds: &[&str]) -> bool {
    node.types().iter().any(|kind| kinds.contains(kind))
}
