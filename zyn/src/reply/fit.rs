//! A value against the original schema: what is wrong with it, and its canonical form.
//!
//! Both in one walk, because both need to know which alternative a value is. On the way what the
//! dialect made of absent fields is undone: a `null` for a field that may be absent is left out.

use serde_json::{Map, Value};

use super::Violation;
use super::expected::{expected, one_of};
use super::limits;
use crate::schema::node::{Node, kind};
use crate::schema::pointer;

pub(super) struct Fit {
    /// The value with its fields in the order of the schema and without absent ones.
    pub(super) value: Value,
    /// Empty if the value is valid.
    pub(super) violations: Vec<Violation>,
}

pub(super) fn fit(document: &Value, value: &Value) -> Fit {
    let mut walk = Walk {
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

struct Walk<'a> {
    definitions: Option<&'a Value>,
    path: String,
    violations: Vec<Violation>,
    steps_left: usize,
}

impl<'a> Walk<'a> {
    fn value(&mut self, schema: &'a Value, value: &Value) -> Value {
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
                None => {}
                Some(Value::Null) if !node.requires(name) && self.is_absent(schema) => {}
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
        let further = fields
            .iter()
            .filter(|(name, _)| node.property(name).is_none());
        for (name, field) in further {
            let field = match node.get("additionalProperties") {
                Some(Value::Bool(false)) => {
                    self.within(name, |walk| walk.violation("no such field", field));
                    continue;
                }
                Some(schema) => self.within(name, |walk| walk.value(schema, field)),
                None => field.clone(),
            };
            fitted.insert(name.clone(), field);
        }
        fitted
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

    fn union(
        &mut self,
        schema: &'a Value,
        branches: &'a [Value],
        exactly_one: bool,
        value: &Value,
    ) -> Value {
        let typed = self.keep(branches.iter().collect(), |walk, branch| {
            walk.may_be(branch, value)
        });
        if typed.is_empty() {
            self.wrong_type(schema, value);
            return value.clone();
        }
        let tagged = self.keep(typed.clone(), |walk, branch| walk.has_tags(branch, value));
        if tagged.is_empty() {
            return self.wrong_tag(&typed, value);
        }
        // Of alternatives without tags, those whose fields are all there go first; the others say what is wrong.
        let whole = self.keep(tagged.clone(), |walk, branch| {
            walk.has_fields(branch, value)
        });
        let open = if whole.is_empty() { tagged } else { whole };

        let before = self.violations.len();
        let mut fitting: Option<Value> = None;
        let mut nearest: Option<(Value, Vec<Violation>)> = None;
        for branch in open {
            let fitted = self.value(branch, value);
            let wrong = self.violations.split_off(before);
            if !wrong.is_empty() {
                if nearest
                    .as_ref()
                    .is_none_or(|(_, least)| wrong.len() < least.len())
                {
                    nearest = Some((fitted, wrong));
                }
            } else if fitting.is_some() {
                self.violation("a value that fits one alternative only", value);
                return fitted;
            } else {
                fitting = Some(fitted);
                if !exactly_one {
                    break;
                }
            }
        }
        match (fitting, nearest) {
            (Some(fitted), _) => fitted,
            (None, Some((fitted, wrong))) => {
                self.violations.extend(wrong);
                fitted
            }
            (None, None) => value.clone(),
        }
    }

    fn keep(
        &self,
        mut branches: Vec<&'a Value>,
        test: impl Fn(&Self, &'a Value) -> bool,
    ) -> Vec<&'a Value> {
        branches.retain(|branch| test(self, branch));
        branches
    }

    /// Whether a value of this kind may fit.
    fn may_be(&self, schema: &'a Value, value: &Value) -> bool {
        self.any_of(schema, &|_, node| has_type(node, value))
    }

    /// Whether the fields with fixed values, such as the tag of an enum, have one of these.
    fn has_tags(&self, schema: &'a Value, value: &Value) -> bool {
        self.any_of(schema, &|_, node| {
            node.properties().all(|(name, field)| {
                let fixed = Node::of(field).allowed();
                fixed.is_none_or(|fixed| value.get(name).is_none_or(|tag| fixed.contains(&tag)))
            })
        })
    }

    fn has_fields(&self, schema: &'a Value, value: &Value) -> bool {
        self.any_of(schema, &|_, node| {
            node.required().all(|name| value.get(name).is_some())
        })
    }

    /// Whether `null` for a field stands for its absence. It does not if it is a value of the field and
    /// absence would mean another: an `Option` whose default is not `None`.
    fn is_absent(&self, schema: &'a Value) -> bool {
        let has_default = Node::of(schema)
            .get("default")
            .is_some_and(|value| !value.is_null());
        !has_default || !self.may_be(schema, &Value::Null)
    }

    /// Whether `test` holds for a plain schema or for one of the alternatives.
    fn any_of(&self, schema: &'a Value, test: &dyn Fn(&Self, Node<'a>) -> bool) -> bool {
        let node = Node::of(self.opened(schema));
        match node.branches() {
            Some((branches, _)) => branches.iter().any(|branch| self.any_of(branch, test)),
            None => test(self, node),
        }
    }

    fn wrong_type(&mut self, schema: &Value, value: &Value) {
        let mut wanted = expected(schema);
        let is_whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
        if value.is_f64() && is_whole && Node::of(schema).types().contains(&"integer") {
            wanted.push_str(" without a decimal point or exponent");
        }
        self.violation(wanted, value);
    }

    /// Names the tag, if the alternatives have one in common.
    fn wrong_tag(&mut self, branches: &[&'a Value], value: &Value) -> Value {
        let nodes = branches.iter().map(|branch| Node::of(self.opened(branch)));
        let nodes: Vec<Node<'_>> = nodes.collect();
        let fixed = |node: &Node<'a>, name: &str| Node::of(node.property(name)?).allowed();
        let tag = nodes.first().and_then(|first| {
            first
                .properties()
                .map(|(name, _)| name)
                .find(|name| nodes.iter().all(|node| fixed(node, name).is_some()))
        });
        match tag.zip(tag.and_then(|name| value.get(name))) {
            Some((name, found)) => {
                let tags = nodes.iter().filter_map(|node| fixed(node, name)).flatten();
                let tags = one_of(tags.map(Value::to_string));
                self.within(name, |walk| walk.violation(tags, found));
            }
            None => {
                let kinds = "an object that is one of the alternatives";
                self.violation(kinds, value);
            }
        }
        value.clone()
    }

    fn opened(&self, schema: &'a Value) -> &'a Value {
        let definition = Node::of(schema)
            .reference()
            .and_then(|name| self.definitions?.get(name));
        definition.unwrap_or(schema)
    }

    fn within<T>(&mut self, key: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        pointer::push(&mut self.path, key);
        let result = walk(self);
        self.path.truncate(length);
        result
    }

    fn violation(&mut self, expected: impl std::fmt::Display, found: &Value) {
        let violation = Violation::new(&self.path, expected).found(found);
        self.violations.push(violation);
    }
}

fn has_type(node: Node<'_>, value: &Value) -> bool {
    let types = node.types();
    // JSON Schema calls 3.0 an integer; Rust's integers do not, and nothing is rounded in silence.
    let kind = kind(value);
    types.is_empty() || types.contains(&kind) || (kind == "integer" && types.contains(&"number"))
}
