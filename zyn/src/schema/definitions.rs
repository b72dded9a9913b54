//! The named parts of a schema document, and which of them contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::node::{Holds, Node, subschemas};
use super::pointer;

/// The definitions of a document. The document itself is one of them, under its own name.
pub(super) struct Definitions<'a> {
    root: String,
    /// Names as written in the document, and the names that need no escaping anywhere.
    names: BTreeMap<String, String>,
    parts: BTreeMap<String, &'a Value>,
    recursive: BTreeSet<String>,
    endless: Option<String>,
}

impl<'a> Definitions<'a> {
    pub(super) fn of(name: &str, document: &'a Value) -> Self {
        let mut parts: BTreeMap<String, &Value> = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut define = |written: &str, part| {
            let name = free_name(super::wire_name(written), |name| parts.contains_key(name));
            parts.insert(name.clone(), part);
            name
        };
        for section in ["$defs", "definitions"] {
            let section = document.get(section).and_then(Value::as_object);
            for (written, part) in section.into_iter().flatten() {
                if !names.contains_key(written) {
                    names.insert(written.clone(), define(written, part));
                }
            }
        }
        let root = define(name, document);
        let mut definitions = Self {
            root,
            names,
            parts,
            recursive: BTreeSet::new(),
            endless: None,
        };
        definitions.recursive = definitions.containing_themselves(Reach::Anywhere);
        definitions.endless = definitions
            .containing_themselves(Reach::InPlace)
            .pop_first();
        definitions
    }

    pub(super) fn root(&self) -> &str {
        &self.root
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.parts.get(name).copied()
    }

    /// The definition that a `$ref` names, if there is one.
    pub(super) fn named_by(&self, reference: &str) -> Option<String> {
        let written = pointer::definition(reference)?;
        if written.is_empty() {
            return Some(self.root.clone());
        }
        self.names.get(&written).cloned()
    }

    pub(super) fn is_recursive(&self, name: &str) -> bool {
        self.recursive.contains(name)
    }

    /// A definition that is nothing but itself, so that asking what it allows would never end.
    pub(super) fn endless(&self) -> Option<&str> {
        self.endless.as_deref()
    }

    fn containing_themselves(&self, reach: Reach) -> BTreeSet<String> {
        let edges: BTreeMap<&String, BTreeSet<String>> = self
            .parts
            .iter()
            .map(|(name, part)| {
                let mut found = BTreeSet::new();
                self.references(part, reach, &mut found);
                (name, found)
            })
            .collect();
        let reaches_itself = |start: &String| {
            let mut seen = BTreeSet::new();
            let mut open = vec![start];
            while let Some(name) = open.pop() {
                for next in edges.get(name).into_iter().flatten() {
                    if next == start {
                        return true;
                    }
                    if seen.insert(next) {
                        open.push(next);
                    }
                }
            }
            false
        };
        self.parts
            .keys()
            .filter(|name| reaches_itself(name))
            .cloned()
            .collect()
    }

    fn references(&self, schema: &Value, reach: Reach, found: &mut BTreeSet<String>) {
        let Some(map) = schema.as_object() else {
            return;
        };
        let reference = map.get("$ref").and_then(Value::as_str);
        found.extend(reference.and_then(|reference| self.named_by(reference)));
        for (keyword, value) in map {
            let Some((holds, in_place)) = subschemas(keyword) else {
                continue;
            };
            if in_place || reach == Reach::Anywhere {
                for part in parts(holds, value) {
                    self.references(part, reach, found);
                }
            }
        }
    }
}

/// `name`, or one like it and no longer that is not taken.
fn free_name(name: String, taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.clone();
    let mut number = 1;
    while taken(&free) {
        number += 1;
        let end = format!("_{number}");
        let kept = name.chars().take(64 - end.len());
        free = kept.chain(end.chars()).collect();
    }
    free
}

/// Which definitions of a document in normal form each of them leads to, itself included if it contains itself.
pub(super) fn reached(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let definitions = document.get("$defs").and_then(Value::as_object);
    let edges: BTreeMap<&str, Vec<String>> = definitions
        .into_iter()
        .flatten()
        .map(|(name, part)| (name.as_str(), references(part)))
        .collect();
    let from = |name: &&str| {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&String> = edges.get(name).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next.clone()) {
                open.extend(edges.get(next.as_str()).into_iter().flatten());
            }
        }
        reached
    };
    edges
        .keys()
        .map(|name| ((*name).to_owned(), from(name)))
        .collect()
}

/// The definitions that a schema in normal form names, the first one last.
pub(super) fn references(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![schema];
    while let Some(value) = open.pop() {
        found.extend(Node::of(value).reference().map(str::to_owned));
        match value {
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(map) => open.extend(map.values().rev()),
            _ => {}
        }
    }
    found.reverse();
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Anywhere,
    InPlace,
}

fn parts(holds: Holds, value: &Value) -> Vec<&Value> {
    match (holds, value) {
        (Holds::One, part) => vec![part],
        (Holds::List, Value::Array(parts)) => parts.iter().collect(),
        (Holds::Named, Value::Object(parts)) => parts.iter().map(|(_, part)| part).collect(),
        _ => Vec::new(),
    }
}

/// Whether `keyword` speaks of the document rather than of a value.
pub(super) fn is_of_the_document(keyword: &str) -> bool {
    const KEYWORDS: [&str; 8] = [
        "$schema",
        "$id",
        "$anchor",
        "$dynamicAnchor",
        "$vocabulary",
        "$comment",
        "$defs",
        "definitions",
    ];
    KEYWORDS.contains(&keyword)
}
