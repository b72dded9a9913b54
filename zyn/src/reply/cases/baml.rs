//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test. The types that the shared cases are
//! written in, as JSON Schema.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    Text,
    Integer,
    Float,
    Boolean,
    Null,
    Literal(Value),
    Class(String),
    Enum(String),
    List(Box<Type>),
    Map(Box<Type>),
    Union(Vec<Type>),
}

#[derive(Debug, Clone)]
struct Member {
    name: String,
    /// What a model sees instead.
    wire: String,
    of: Option<Type>,
}

/// The classes and enums of a case, by name.
#[derive(Debug, Default)]
pub(super) struct Types(HashMap<String, (bool, Vec<Member>)>);

impl Types {
    pub(super) fn read(text: &str) -> Self {
        let mut types = Self::default();
        let mut rest = text;
        let mut plain = String::new();
        while let Some((before, raw)) = rest.split_once("#\"") {
            plain.push_str(before);
            plain.push_str("\"\"");
            rest = raw.split_once("\"#").unwrap().1;
        }
        plain.push_str(rest);
        let mut open: Option<(String, bool, Vec<Member>)> = None;
        for line in plain.lines().map(str::trim) {
            let head = line.strip_suffix('{').map(str::trim);
            if line.is_empty() || line.starts_with("//") || line.starts_with('@') {
                continue;
            } else if let Some(name) = head.and_then(|it| it.strip_prefix("class ")) {
                open = Some((name.to_owned(), true, Vec::new()));
            } else if let Some(name) = head.and_then(|it| it.strip_prefix("enum ")) {
                open = Some((name.to_owned(), false, Vec::new()));
            } else if line == "}" {
                if let Some((name, is_class, members)) = open.take() {
                    types.0.insert(name, (is_class, members));
                }
            } else if let Some((_, is_class, members)) = &mut open {
                members.push(member(line, *is_class));
            }
        }
        types
    }

    /// The schema of a type.
    pub(super) fn schema(&self, of: &Type) -> Value {
        match of {
            Type::Text => json!({"type": "string"}),
            Type::Integer => json!({"type": "integer"}),
            Type::Float => json!({"type": "number"}),
            Type::Boolean => json!({"type": "boolean"}),
            Type::Null => json!({"type": "null"}),
            Type::Literal(value) => json!({"const": value}),
            Type::List(item) => json!({"type": "array", "items": self.schema(item)}),
            Type::Map(value) => {
                json!({"type": "object", "additionalProperties": self.schema(value)})
            }
            Type::Union(branches) => {
                let branches: Vec<Value> = branches.iter().map(|it| self.schema(it)).collect();
                json!({"anyOf": branches})
            }
            Type::Enum(name) => {
                let labels: Vec<&str> = self.0[name].1.iter().map(|it| it.wire.as_str()).collect();
                json!({"type": "string", "enum": labels})
            }
            Type::Class(name) => {
                let mut properties = Map::new();
                let mut required = Vec::new();
                let (_, members) = self
                    .0
                    .get(name)
                    .unwrap_or_else(|| panic!("no class {name}"));
                for member in members {
                    let of = member.of.as_ref().unwrap();
                    properties.insert(member.wire.clone(), self.schema(&self.named(of)));
                    if !is_nullable(of) {
                        required.push(member.wire.clone());
                    }
                }
                json!({"type": "object", "properties": properties, "required": required})
            }
        }
    }

    /// A type in which what was written as a class is an enum, if it is one.
    pub(super) fn named(&self, of: &Type) -> Type {
        match of {
            Type::Class(name) if self.0.get(name).is_some_and(|(is_class, _)| !is_class) => {
                Type::Enum(name.clone())
            }
            Type::List(item) => Type::List(Box::new(self.named(item))),
            Type::Map(value) => Type::Map(Box::new(self.named(value))),
            Type::Union(branches) => {
                Type::Union(branches.iter().map(|it| self.named(it)).collect())
            }
            other => other.clone(),
        }
    }

    /// An expected value as a model has to write it; `None` if it is none of the type.
    pub(super) fn wire(&self, of: &Type, value: &Value) -> Option<Value> {
        match (of, value) {
            (Type::Class(name), Value::Object(fields)) => {
                let members = &self.0[name].1;
                let mut written = Map::new();
                for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    let member = members.iter().find(|member| member.name == *field)?;
                    let of = self.named(member.of.as_ref().unwrap());
                    written.insert(member.wire.clone(), self.wire(&of, value)?);
                }
                Some(Value::Object(written))
            }
            (Type::Enum(name), Value::String(label)) => {
                let member = self.0[name].1.iter().find(|member| member.name == *label)?;
                Some(member.wire.clone().into())
            }
            (Type::List(item), Value::Array(items)) => {
                items.iter().map(|value| self.wire(item, value)).collect()
            }
            (Type::Map(of), Value::Object(fields)) => {
                let fields = fields.iter();
                let written: Option<Map<String, Value>> = fields
                    .map(|(name, value)| Some((name.clone(), self.wire(of, value)?)))
                    .collect();
                written.map(Value::Object)
            }
            (Type::Union(branches), value) => {
                branches.iter().find_map(|branch| self.wire(branch, value))
            }
            (Type::Class(_) | Type::Enum(_) | Type::List(_) | Type::Map(_), _) => None,
            (_, value) => Some(value.clone()),
        }
    }
}

fn is_nullable(of: &Type) -> bool {
    match of {
        Type::Null => true,
        Type::Union(branches) => branches.iter().any(is_nullable),
        _ => false,
    }
}

fn member(line: &str, is_class: bool) -> Member {
    let (mut plain, mut alias) = (line.to_owned(), None);
    while let Some(at) = plain.find('@') {
        let open = at + plain[at..].find('(').unwrap();
        let mut depth = 0;
        let end = plain[open..].char_indices().find_map(|(index, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(open + index)
        });
        let end = end.unwrap();
        if plain[at..].starts_with("@alias") {
            let name = plain[open + 1..end].trim_matches('"');
            alias = Some(name.to_owned());
        }
        plain.replace_range(at..=end, "");
    }
    let plain = plain.split("//").next().unwrap().trim();
    let (name, of) = plain.split_once(char::is_whitespace).unwrap_or((plain, ""));
    Member {
        wire: alias.unwrap_or_else(|| name.to_owned()),
        name: name.to_owned(),
        of: is_class.then(|| field_type(of.trim())),
    }
}

/// A type as a class has it: `(A | "b")[]?`, `map<string, int>`.
fn field_type(text: &str) -> Type {
    let parts = split(text, '|');
    if parts.len() > 1 {
        return Type::Union(parts.into_iter().map(field_type).collect());
    }
    let text = text.trim();
    if let Some(inner) = text.strip_suffix('?') {
        return Type::Union(vec![field_type(inner), Type::Null]);
    }
    if let Some(item) = text.strip_suffix("[]") {
        return Type::List(Box::new(field_type(item)));
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        return field_type(inner);
    }
    if let Some(inner) = text
        .strip_prefix("map<")
        .and_then(|it| it.strip_suffix('>'))
    {
        return Type::Map(Box::new(field_type(split(inner, ',')[1])));
    }
    match text {
        "string" => Type::Text,
        "int" => Type::Integer,
        "float" => Type::Float,
        "bool" => Type::Boolean,
        "null" => Type::Null,
        text if text.starts_with('"') => Type::Literal(text.trim_matches('"').into()),
        name => Type::Class(name.to_owned()),
    }
}

/// The parts of a text between separators that are in no bracket.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '<' | '[' => depth += 1,
            ')' | '>' | ']' => depth -= 1,
            c if c == separator && depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A type as a case names its target: `Class("Foo")`, `union(vec![int(), string()])`, `Foo[]`.
pub(super) fn target(text: &str) -> Type {
    let text = text.trim();
    if let Some(item) = text.strip_suffix(".as_list()") {
        return Type::List(Box::new(target(item)));
    }
    if let Some(inner) = text.strip_suffix(".as_optional()") {
        return Type::Union(vec![target(inner), Type::Null]);
    }
    if let Some(name) = text
        .strip_prefix("class ")
        .or_else(|| text.strip_prefix("enum "))
    {
        return Type::Class(name.trim().to_owned());
    }
    if let Some(literal) = text.strip_prefix("literal ") {
        return Type::Literal(literal.trim().trim_matches('"').into());
    }
    let Some((call, inner)) = text.split_once('(').filter(|_| text.ends_with(')')) else {
        return field_type(text);
    };
    let inner = inner.strip_suffix(')').unwrap().trim();
    match call.to_lowercase().as_str() {
        "string" => Type::Text,
        "int" => Type::Integer,
        "float" => Type::Float,
        "bool" => Type::Boolean,
        "null" => Type::Null,
        "primitive" => target(&format!("{inner}()")),
        "class" | "enum" => Type::Class(inner.trim_matches('"').to_owned()),
        "list" => Type::List(Box::new(target(inner))),
        "optional" => Type::Union(vec![target(inner), Type::Null]),
        "map" => Type::Map(Box::new(target(split(inner, ',')[1]))),
        "literal" => target(inner),
        "literalvalue::int" => Type::Literal(inner.parse::<i64>().unwrap().into()),
        "literalvalue::bool" => Type::Literal((inner == "true").into()),
        "literalvalue::string" => Type::Literal(inner.trim_matches('"').into()),
        "union" => {
            let branches = inner
                .strip_prefix("vec![")
                .and_then(|it| it.strip_suffix(']'));
            Type::Union(
                split(branches.unwrap(), ',')
                    .into_iter()
                    .map(target)
                    .collect(),
            )
        }
        other => panic!("a target of a kind that is not known: {other}"),
    }
}
