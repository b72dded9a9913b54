//! Values of a schema, made up.
//!
//! [`number`] and [`text`] make what has no parts, [`pattern`] reads regular expressions; here is the walk.

mod number;
mod pattern;
mod text;

use std::collections::{HashMap, HashSet};
use std::fmt;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::node::{Node, kind};
use super::{Schema, pointer};
use crate::reply;

/// On an object of numbers: what they are together.
pub(crate) const SUM: &str = "x-sum";

/// On a field: another field of the same object, whose value it never has.
pub(crate) const UNLIKE: &str = "x-unlike";

/// On a number: a made-up one is the greatest that it may be.
pub(crate) const GREATEST: &str = "x-greatest";

/// On a text: how many characters a made-up one has at most. What was sent says so elsewhere, and a space at an end of a
/// model's text is not counted, so this is no `maxLength`.
pub(crate) const LONGEST: &str = "x-longest";

/// How often a value is made anew that broke a rule which only the whole can break.
const TRIES: u64 = 64;

/// How many definitions deep a value goes before it takes the shortest way out.
const DEEPEST: usize = 3;

/// What is not looked at when a value is made, and so may not be there.
const UNKNOWN: [&str; 8] = [
    "not",
    "if",
    "contains",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "contentSchema",
];

/// Why no value can be made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unmade {
    /// Where, as a JSON pointer into the value, with `*` for every item.
    pub(crate) path: String,
    /// What is there.
    pub(crate) problem: String,
}

impl Unmade {
    fn new(path: &str, problem: impl fmt::Display) -> Self {
        let (path, problem) = (path.to_owned(), problem.to_string());
        Self { path, problem }
    }
}

/// A value that fits `schema`; the same for the same `seed`.
///
/// # Errors
///
/// [`Unmade`] if a rule is beyond what is made up here, or was broken by whatever was tried.
pub(crate) fn sample(schema: &Schema, seed: u64) -> Result<Value, Unmade> {
    let document = schema.document();
    let heights = heights(document);
    let mut broken = Vec::new();
    for again in 0..TRIES {
        let mut sampler = Sampler {
            schema,
            heights: &heights,
            rng: Rng::with_seed(seed.wrapping_add(again)),
            path: String::new(),
            depth: 0,
        };
        let value = sampler.value(document)?;
        match reply::check(schema, &value) {
            Ok(_) => return Ok(value),
            Err(violations) => broken = violations,
        }
    }
    let broken = broken.first();
    let problem = broken.map_or_else(String::new, |it| it.expectation());
    Err(Unmade::new(
        broken.map_or("", |it| &it.path),
        format!("no value was found that fits: {problem}"),
    ))
}

struct Sampler<'a> {
    schema: &'a Schema,
    heights: &'a HashMap<&'a str, usize>,
    rng: Rng,
    path: String,
    /// How many definitions it is inside of that contain themselves.
    depth: usize,
}

impl<'a> Sampler<'a> {
    fn value(&mut self, schema: &'a Value) -> Result<Value, Unmade> {
        let node = Node::of(schema);
        if let Some(name) = node.reference() {
            let definitions = self.schema.document().get("$defs");
            let definition = definitions.and_then(|all| all.get(name));
            let definition = definition
                .ok_or_else(|| Unmade::new(&self.path, format!("`{name}` is not defined")))?;
            let deeper = usize::from(self.schema.is_recursive(name));
            self.depth += deeper;
            let value = self.value(definition);
            self.depth -= deeper;
            return value;
        }
        if let Some((keyword, _)) = node.keywords().find(|(key, _)| UNKNOWN.contains(&&***key)) {
            return Err(Unmade::new(&self.path, format!("it has a `{keyword}`")));
        }
        if let Some((branches, _)) = node.branches() {
            let branch = self.branch(branches);
            return branch.map_or(Ok(Value::Null), |branch| self.value(branch));
        }
        if let Some(allowed) = node.allowed() {
            let types = node.types();
            let fits = |value: &&&Value| types.contains(&kind(value)) || types.contains(&"number");
            let allowed: Vec<_> = allowed.iter().filter(fits).collect();
            let one = self.rng.choice(allowed);
            return one
                .map(|one| (**one).clone())
                .ok_or_else(|| Unmade::new(&self.path, "it allows no value"));
        }
        self.plain(node)
    }

    /// One of the alternatives: seldom the absent one, and the shortest where it is deep already.
    fn branch(&mut self, branches: &'a [Value]) -> Option<&'a Value> {
        if self.is_deep() {
            let height = |branch: &&Value| height(branch, self.heights);
            return branches.iter().min_by_key(height);
        }
        let (absent, present): (Vec<_>, Vec<_>) = branches
            .iter()
            .partition(|branch| Node::of(branch).types() == ["null"]);
        let of = match absent.is_empty() || (!present.is_empty() && self.rng.u8(..4) > 0) {
            true => present,
            false => absent,
        };
        self.rng.choice(of)
    }

    fn plain(&mut self, node: Node<'a>) -> Result<Value, Unmade> {
        let types = node.types();
        let others: Vec<_> = types.iter().filter(|one| **one != "null").collect();
        let is_null = others.is_empty() || (others.len() < types.len() && self.rng.u8(..4) == 0);
        let one = match self.rng.choice(others) {
            Some(one) if !is_null => *one,
            _ if types.is_empty() => "string",
            _ => "null",
        };
        let made = match one {
            "null" => Ok(Value::Null),
            "boolean" => Ok(self.rng.bool().into()),
            "integer" => number::integer(node, &mut self.rng),
            "number" => number::number(node, &mut self.rng),
            "string" => text::text(node, &mut self.rng).map(Value::String),
            "array" => return self.list(node),
            "object" => return self.object(node),
            other => Err(format!("`{other}` is no type of JSON")),
        };
        made.map_err(|problem| Unmade::new(&self.path, problem))
    }

    fn list(&mut self, node: Node<'a>) -> Result<Value, Unmade> {
        let count = |keyword| node.get(keyword).and_then(Value::as_u64);
        let least = count("minItems").unwrap_or(0);
        let most = count("maxItems").unwrap_or(least + 3).min(least + 3);
        let wanted = match self.is_deep() {
            true => least,
            false => self.rng.u64(least.max(1).min(most)..=most.max(least)),
        };
        let places = node.get("prefixItems").and_then(Value::as_array);
        let unlike = node.get("uniqueItems") == Some(&Value::Bool(true));
        let mut seen = HashSet::new();
        let mut made = Vec::new();
        let mut tries = wanted.saturating_mul(40);
        while (made.len() as u64) < wanted && tries > 0 {
            tries -= 1;
            let place = places.and_then(|places| places.get(made.len()));
            let Some(items) = place
                .or_else(|| node.get("items"))
                .filter(|it| it.is_object())
            else {
                break;
            };
            let item = self.within("*", |sampler| sampler.value(items))?;
            if !unlike || seen.insert(item.to_string()) {
                made.push(item);
            }
        }
        Ok(Value::Array(made))
    }

    fn object(&mut self, node: Node<'a>) -> Result<Value, Unmade> {
        let mut fields = Map::new();
        for (name, schema) in node.properties() {
            let left_out = self.is_deep() || self.rng.u8(..4) == 0;
            if left_out && !node.requires(name) {
                continue;
            }
            let unlike = Node::of(schema).get(UNLIKE).and_then(Value::as_str);
            let other = unlike.and_then(|other| fields.get(other)).cloned();
            let mut tries = TRIES;
            let field = loop {
                let field = self.within(name, |sampler| sampler.value(schema))?;
                tries -= 1;
                if other.as_ref() != Some(&field) || tries == 0 {
                    break field;
                }
            };
            fields.insert(name.clone(), field);
        }
        for name in node.required() {
            if node.property(name).is_none() {
                fields.insert(name.to_owned(), text::words(&mut self.rng).into());
            }
        }
        if node.is_map() {
            self.map(node, &mut fields)?;
        }
        if let Some(sum) = node.get(SUM).and_then(Value::as_f64) {
            number::share(&mut fields, sum);
        }
        Ok(Value::Object(fields))
    }

    fn map(&mut self, node: Node<'a>, fields: &mut Map<String, Value>) -> Result<(), Unmade> {
        let count = |keyword| node.get(keyword).and_then(Value::as_u64);
        let least = count("minProperties").unwrap_or(0);
        let most = count("maxProperties").unwrap_or(least + 3).min(least + 3);
        let wanted = match self.is_deep() {
            true => least,
            false => self.rng.u64(least.max(1).min(most)..=most.max(least)),
        };
        let (key, value) = match node.patterns().next() {
            Some((pattern, value)) => {
                (json!({ "type": "string", "pattern": pattern }), Some(value))
            }
            None => (
                json!({ "type": "string" }),
                node.get("additionalProperties"),
            ),
        };
        let mut tries = wanted.saturating_mul(40);
        while (fields.len() as u64) < wanted && tries > 0 {
            tries -= 1;
            let key = text::text(Node::of(&key), &mut self.rng);
            let key = key.map_err(|problem| Unmade::new(&self.path, problem))?;
            let value = match value.filter(|value| value.is_object()) {
                Some(value) => self.within("*", |sampler| sampler.value(value))?,
                None => text::words(&mut self.rng).into(),
            };
            fields.entry(key).or_insert(value);
        }
        Ok(())
    }

    fn is_deep(&self) -> bool {
        self.depth > DEEPEST
    }

    fn within<T>(&mut self, key: &str, make: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        pointer::push(&mut self.path, key);
        let made = make(self);
        self.path.truncate(length);
        made
    }
}

/// How many definitions the shortest value of each definition goes through; those without an end have no entry.
fn heights(document: &Value) -> HashMap<&str, usize> {
    let definitions = document.get("$defs").and_then(Value::as_object);
    let definitions: Vec<_> = definitions.into_iter().flatten().collect();
    let mut heights = HashMap::new();
    for _ in 0..definitions.len() {
        for (name, definition) in &definitions {
            let found = height(definition, &heights);
            if found < usize::MAX {
                heights.insert(name.as_str(), found);
            }
        }
    }
    heights
}

fn height(schema: &Value, heights: &HashMap<&str, usize>) -> usize {
    let node = Node::of(schema);
    if let Some(name) = node.reference() {
        let below = heights.get(name);
        return below.map_or(usize::MAX, |below| below.saturating_add(1));
    }
    if let Some((branches, _)) = node.branches() {
        let heights = branches.iter().map(|branch| height(branch, heights));
        return heights.min().unwrap_or(0);
    }
    let types = node.types();
    if types.contains(&"null") {
        return 0;
    }
    let least = node.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    let items = node.get("items").filter(|_| least > 0);
    let places = node.get("prefixItems").and_then(Value::as_array);
    let fields = node.properties();
    let fields = fields.filter(|(name, _)| node.requires(name));
    let parts = fields.map(|(_, schema)| schema).chain(items);
    let parts = parts.chain(places.into_iter().flatten());
    parts.map(|part| height(part, heights)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
