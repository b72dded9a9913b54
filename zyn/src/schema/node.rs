//! The questions one asks of a schema: what kinds of value, which fields, which alternatives.

use serde_json::{Map, Value};

/// A view of one schema in normal form (see [`resolve`](super::resolve)).
#[derive(Clone, Copy)]
pub(crate) struct Node<'a>(Option<&'a Map<String, Value>>);

/// One value that a set of labels allows, and what it means.
pub(crate) struct Label<'a> {
    pub(crate) name: &'a str,
    pub(crate) meaning: Option<&'a str>,
}

/// Where a keyword holds schemas.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    One,
    List,
    Named,
}

/// The keywords that hold schemas, and whether these speak of the same value as their owner.
const SUBSCHEMAS: [(&str, Holds, bool); 18] = [
    ("properties", Holds::Named, false),
    ("patternProperties", Holds::Named, false),
    ("dependentSchemas", Holds::Named, true),
    ("items", Holds::One, false),
    ("additionalProperties", Holds::One, false),
    ("unevaluatedProperties", Holds::One, false),
    ("unevaluatedItems", Holds::One, false),
    ("propertyNames", Holds::One, false),
    ("contains", Holds::One, false),
    ("contentSchema", Holds::One, false),
    ("not", Holds::One, true),
    ("if", Holds::One, true),
    ("then", Holds::One, true),
    ("else", Holds::One, true),
    ("prefixItems", Holds::List, false),
    ("allOf", Holds::List, true),
    ("anyOf", Holds::List, true),
    ("oneOf", Holds::List, true),
];

/// How `keyword` holds schemas, if it does, and whether they apply to the same value.
pub(super) fn subschemas(keyword: &str) -> Option<(Holds, bool)> {
    SUBSCHEMAS
        .iter()
        .find(|(name, ..)| *name == keyword)
        .map(|&(_, holds, in_place)| (holds, in_place))
}

/// Whether `keyword` says something about a schema without allowing or forbidding a value.
pub(super) fn is_annotation(keyword: &str) -> bool {
    const ANNOTATIONS: [&str; 8] = [
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "$comment",
    ];
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

impl<'a> Node<'a> {
    pub(crate) fn of(schema: &'a Value) -> Self {
        Self(schema.as_object())
    }

    pub(crate) fn get(self, keyword: &str) -> Option<&'a Value> {
        self.0?.get(keyword)
    }

    pub(crate) fn keywords(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.into_iter().flatten()
    }

    fn text(self, keyword: &str) -> Option<&'a str> {
        self.get(keyword)?.as_str()
    }

    fn list(self, keyword: &str) -> Option<&'a Vec<Value>> {
        self.get(keyword)?.as_array()
    }

    pub(crate) fn description(self) -> Option<&'a str> {
        let text = self.text("description")?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The name of the definition that this stands for.
    pub(crate) fn reference(self) -> Option<&'a str> {
        self.text("$ref")?.strip_prefix("#/$defs/")
    }

    /// The alternatives of a union, and whether exactly one must hold.
    pub(crate) fn branches(self) -> Option<(&'a Vec<Value>, bool)> {
        match self.list("oneOf") {
            Some(branches) => Some((branches, true)),
            None => Some((self.list("anyOf")?, false)),
        }
    }

    /// The kinds of value that are allowed: as written, else as the other keywords imply; empty if any.
    pub(crate) fn types(self) -> Vec<&'a str> {
        match self.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => self.implied_types(),
        }
    }

    fn implied_types(self) -> Vec<&'a str> {
        let mut types = Vec::new();
        for value in self.allowed().unwrap_or_default() {
            let kind = kind(value);
            if !types.contains(&kind) {
                types.push(kind);
            }
        }
        if types.is_empty() && self.get("properties").is_some() {
            types.push("object");
        }
        if types.is_empty() && (self.get("items").is_some() || self.get("prefixItems").is_some()) {
            types.push("array");
        }
        types
    }

    /// The values of `const` or `enum`.
    pub(crate) fn allowed(self) -> Option<Vec<&'a Value>> {
        match self.get("const") {
            Some(value) => Some(vec![value]),
            None => Some(self.list("enum")?.iter().collect()),
        }
    }

    pub(crate) fn properties(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    }

    pub(crate) fn property(self, name: &str) -> Option<&'a Value> {
        self.get("properties")?.get(name)
    }

    pub(crate) fn required(self) -> impl Iterator<Item = &'a str> {
        self.list("required")
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    pub(crate) fn requires(self, name: &str) -> bool {
        self.required().any(|required| required == name)
    }

    /// Whether `null` is among the values, as far as this schema itself says.
    pub(crate) fn is_nullable(self) -> bool {
        match self.branches() {
            Some((branches, _)) => branches.iter().any(|branch| Node::of(branch).is_nullable()),
            None => match self.allowed() {
                Some(allowed) => allowed.iter().any(|value| value.is_null()),
                None => self.types().contains(&"null"),
            },
        }
    }

    /// The schemas of fields by what their names match.
    pub(crate) fn patterns(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.get("patternProperties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    }

    pub(crate) fn says_nothing_of_further_fields(self) -> bool {
        self.get("additionalProperties").is_none() && self.patterns().next().is_none()
    }

    /// Whether this is a map: an object whose keys are not known beforehand.
    pub(crate) fn is_map(self) -> bool {
        let rest = self.get("additionalProperties");
        self.types().contains(&"object")
            && self.properties().next().is_none()
            && (self.patterns().next().is_some()
                || rest.is_some_and(|rest| *rest != Value::Bool(false)))
    }

    /// Whether a field that is absent has the value that it has as `null`.
    pub(crate) fn is_absent_as_null(self) -> bool {
        self.get("default").is_none_or(Value::is_null)
    }

    /// The labels, if this is a set of them: an `enum` of texts, or a union of such with descriptions.
    pub(crate) fn labels(self) -> Option<Vec<Label<'a>>> {
        if let Some((branches, _)) = self.branches() {
            let sets: Option<Vec<_>> = branches
                .iter()
                .map(|branch| {
                    let branch = Node::of(branch);
                    // What describes several labels at once would be lost among the others.
                    branch
                        .own_labels()
                        .filter(|set| set.len() == 1 || branch.description().is_none())
                })
                .collect();
            return sets.map(|sets| sets.into_iter().flatten().collect());
        }
        self.own_labels().filter(|_| self.get("enum").is_some())
    }

    fn own_labels(self) -> Option<Vec<Label<'a>>> {
        let asserts_more = self
            .keywords()
            .any(|(key, _)| !is_annotation(key) && !["type", "enum", "const"].contains(&&**key));
        if asserts_more || self.types() != ["string"] {
            return None;
        }
        let names = self.allowed()?;
        let meaning = self.description().filter(|_| names.len() == 1);
        names
            .into_iter()
            .map(|name| {
                let name = name.as_str()?;
                Some(Label { name, meaning })
            })
            .collect()
    }
}

/// Whether every value fits `schema`.
pub(crate) fn is_anything(schema: &Value) -> bool {
    match schema {
        Value::Bool(anything) => *anything,
        schema => Node::of(schema)
            .keywords()
            .all(|(keyword, _)| is_annotation(keyword)),
    }
}

/// The name that JSON Schema gives to a kind of value.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
