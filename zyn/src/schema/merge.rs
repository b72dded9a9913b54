//! Two schemas that must both hold, as one.
//!
//! It is what `$ref` with siblings, `allOf`, and a flattened enum (fields beside alternatives) have in
//! common: the fields of the one come first, the other's follow, and alternatives get all of them.

use serde_json::{Map, Value, json};

use super::SchemaError;
use super::node::{Node, is_annotation};
use super::pointer;
use super::resolve::Resolver;

type Keywords = Map<String, Value>;

/// How many alternatives a schema may have once each of the one stands with each of the other.
const MOST_ALTERNATIVES: usize = 500;

/// How two values of one keyword become one.
enum Joined {
    Value(Value),
    /// No value fits both.
    Nothing,
    /// There is no single keyword that says both.
    Unsayable,
}

impl Resolver<'_> {
    /// `first` and `second` as one schema in normal form; `None` if they exclude each other.
    pub(super) fn merge(
        &mut self,
        first: Value,
        second: Value,
        path: &str,
    ) -> Result<Option<Value>, SchemaError> {
        let (says, first) = parts(first);
        let (says_too, second) = parts(second);
        let annotations = annotations(says, says_too);
        let merged = match (first.is_empty(), second.is_empty()) {
            (_, true) => Some(first),
            (true, _) => Some(second),
            _ if first == second => Some(first),
            _ => {
                let outside = self.opened.len();
                let merged = self.both(first, second, path);
                self.opened.truncate(outside);
                merged?
            }
        };
        Ok(merged.map(|mut merged| {
            merged.extend(annotations);
            Value::Object(merged)
        }))
    }

    fn both(
        &mut self,
        first: Keywords,
        second: Keywords,
        path: &str,
    ) -> Result<Option<Keywords>, SchemaError> {
        let first = self.opened(first, path)?;
        let second = self.opened(second, path)?;
        let exactly_one = first.contains_key("oneOf") || second.contains_key("oneOf");
        if !exactly_one && !first.contains_key("anyOf") && !second.contains_key("anyOf") {
            return self.plain(first, second, path);
        }
        let mut branches = Vec::new();
        for left in alternatives(first) {
            for right in alternatives(second.clone()) {
                self.count(path)?;
                branches.extend(self.merge(left.clone(), right, path)?);
                if branches.len() > MOST_ALTERNATIVES {
                    return Err(self.error(
                        path,
                        format_args!(
                            "its parts have more than {MOST_ALTERNATIVES} alternatives together"
                        ),
                        "put some of them into a field of their own",
                    ));
                }
            }
        }
        if branches.is_empty() {
            return Ok(None);
        }
        let union = if exactly_one { "oneOf" } else { "anyOf" };
        Ok(Some(Map::from_iter([(union.to_owned(), json!(branches))])))
    }

    /// A reference cannot have siblings, so its definition takes its place. It counts as opened while it is merged: two
    /// types that contain themselves could be merged in each other for ever.
    fn opened(&mut self, mut keywords: Keywords, path: &str) -> Result<Keywords, SchemaError> {
        loop {
            let schema = Value::Object(keywords);
            let Some(name) = Node::of(&schema).reference().map(str::to_owned) else {
                return Ok(parts(schema).1);
            };
            keywords = parts(self.open(&name, path)?).1;
            self.opened.push(name);
        }
    }

    fn plain(
        &mut self,
        mut first: Keywords,
        second: Keywords,
        path: &str,
    ) -> Result<Option<Keywords>, SchemaError> {
        for (keyword, theirs) in second {
            let Some(ours) = first.get(&keyword).cloned() else {
                first.insert(keyword, theirs);
                continue;
            };
            let joined = match keyword.as_str() {
                "properties" => self.properties(ours, theirs, path)?,
                "items" => match self.merge(ours, theirs, &pointer::join(path, "*"))? {
                    Some(items) => Joined::Value(items),
                    None => Joined::Nothing,
                },
                keyword => join(keyword, &ours, theirs),
            };
            match joined {
                Joined::Value(value) => first.insert(keyword, value),
                Joined::Nothing => return Ok(None),
                Joined::Unsayable => {
                    return Err(self.error(
                        path,
                        format_args!("two different `{keyword}` must both hold"),
                        "say it with one",
                    ));
                }
            };
        }
        if let (Some(only), Some(Value::Array(listed))) = (first.get("const"), first.get("enum")) {
            if !listed.contains(only) {
                return Ok(None);
            }
            first.shift_remove("enum");
        }
        Ok(Some(first))
    }

    fn properties(
        &mut self,
        ours: Value,
        theirs: Value,
        path: &str,
    ) -> Result<Joined, SchemaError> {
        let (Value::Object(mut ours), Value::Object(theirs)) = (ours, theirs) else {
            return Ok(Joined::Unsayable);
        };
        for (key, their) in theirs {
            let merged = match ours.get(&key).cloned() {
                Some(our) => self.merge(our, their, &pointer::join(path, &key))?,
                None => Some(their),
            };
            match merged {
                Some(merged) => ours.insert(key, merged),
                None => return Ok(Joined::Nothing),
            };
        }
        Ok(Joined::Value(Value::Object(ours)))
    }
}

/// The annotations and the rest of a schema.
fn parts(schema: Value) -> (Keywords, Keywords) {
    match schema {
        Value::Object(map) => map.into_iter().partition(|(key, _)| is_annotation(key)),
        _ => (Map::new(), Map::new()),
    }
}

fn alternatives(mut keywords: Keywords) -> Vec<Value> {
    match keywords
        .remove("oneOf")
        .or_else(|| keywords.remove("anyOf"))
    {
        Some(Value::Array(branches)) => branches,
        _ => vec![Value::Object(keywords)],
    }
}

/// The nearer annotation wins; descriptions are both told, the nearer one first.
fn annotations(mut near: Keywords, far: Keywords) -> Keywords {
    for (keyword, theirs) in far {
        match (keyword.as_str(), near.get_mut(&keyword), theirs) {
            ("description", Some(Value::String(ours)), Value::String(theirs)) => {
                if !theirs.trim().is_empty() && ours.trim() != theirs.trim() {
                    ours.push('\n');
                    ours.push_str(&theirs);
                }
            }
            (_, Some(_), _) => {}
            (_, None, theirs) => {
                near.insert(keyword, theirs);
            }
        }
    }
    near
}

fn join(keyword: &str, ours: &Value, theirs: Value) -> Joined {
    if *ours == theirs {
        return Joined::Value(theirs);
    }
    match keyword {
        "type" => types(ours, &theirs),
        "enum" => shared(ours, &theirs),
        "const" => Joined::Nothing,
        "required" => union(ours, theirs),
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
            Joined::Value(bound(ours, theirs, |ours, theirs| ours > theirs))
        }
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            Joined::Value(bound(ours, theirs, |ours, theirs| ours < theirs))
        }
        "uniqueItems" => Joined::Value(Value::Bool(true)),
        // What serde closes is the whole: fields of the one are no strangers to the other.
        "additionalProperties" => match (ours, theirs) {
            (Value::Bool(false), _) | (_, Value::Bool(false)) => Joined::Value(Value::Bool(false)),
            (ours, theirs) if Node::of(&theirs).keywords().next().is_none() => {
                Joined::Value(ours.clone())
            }
            (ours, theirs) if Node::of(ours).keywords().next().is_none() => Joined::Value(theirs),
            _ => Joined::Unsayable,
        },
        _ => Joined::Unsayable,
    }
}

fn types(ours: &Value, theirs: &Value) -> Joined {
    let names = |value: &Value| -> Vec<String> {
        match value {
            Value::Array(names) => names
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            name => name.as_str().map(str::to_owned).into_iter().collect(),
        }
    };
    let (ours, theirs) = (names(ours), names(theirs));
    let allows = |set: &[String], name: &str| {
        set.iter()
            .any(|n| n == name || (n == "number" && name == "integer"))
    };
    let mut both: Vec<String> = ours
        .iter()
        .filter(|name| allows(&theirs, name))
        .cloned()
        .collect();
    both.extend(
        theirs
            .iter()
            .filter(|name| allows(&ours, name) && !ours.contains(name))
            .cloned(),
    );
    match (both.pop(), both.is_empty()) {
        (None, _) => Joined::Nothing,
        (Some(only), true) => Joined::Value(Value::String(only)),
        (Some(last), false) => {
            both.push(last);
            Joined::Value(json!(both))
        }
    }
}

fn shared(ours: &Value, theirs: &Value) -> Joined {
    let (Value::Array(ours), Value::Array(theirs)) = (ours, theirs) else {
        return Joined::Unsayable;
    };
    let shared: Vec<&Value> = ours.iter().filter(|value| theirs.contains(value)).collect();
    if shared.is_empty() {
        return Joined::Nothing;
    }
    Joined::Value(json!(shared))
}

fn union(ours: &Value, theirs: Value) -> Joined {
    let (Value::Array(ours), Value::Array(theirs)) = (ours, theirs) else {
        return Joined::Unsayable;
    };
    let mut union = ours.clone();
    for value in theirs {
        if !union.contains(&value) {
            union.push(value);
        }
    }
    Joined::Value(Value::Array(union))
}

fn bound(ours: &Value, theirs: Value, ours_is_tighter: fn(f64, f64) -> bool) -> Value {
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(a), Some(b)) if ours_is_tighter(a, b) => ours.clone(),
        _ => theirs,
    }
}
