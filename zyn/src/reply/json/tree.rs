//! What a text says, before a schema says what it means.

use std::fmt::{self, Write};

use serde_json::{Map, Number, Value};

/// A value as it was written: fields in their order, second ones of a name included.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::reply) enum Tree {
    Null,
    /// With the word for it.
    Bool(bool, Box<str>),
    /// With its digits as they were written.
    Number(Number, Box<str>),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    pub(in crate::reply) fn number(number: Number) -> Self {
        let written = number.to_string().into_boxed_str();
        Self::Number(number, written)
    }

    /// The name that JSON Schema gives to this kind of value.
    pub(in crate::reply) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(..) => "boolean",
            Self::Number(number, _) if number.is_f64() => "number",
            Self::Number(..) => "integer",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Whether it is a list or an object with nothing in it.
    pub(in crate::reply) fn is_empty(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Object(fields) => fields.is_empty(),
            _ => false,
        }
    }

    /// The first field of a name.
    pub(in crate::reply) fn field(&self, name: &str) -> Option<&Tree> {
        let Self::Object(fields) = self else {
            return None;
        };
        let found = fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value)
    }

    pub(in crate::reply) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value, _) => Value::Bool(*value),
            Self::Number(number, _) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(fields) => {
                let mut map = Map::new();
                for (name, field) in fields {
                    map.insert(name.clone(), field.to_value());
                }
                Value::Object(map)
            }
        }
    }

    /// Whether it is this scalar. Lists and objects are nobody's.
    pub(in crate::reply) fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(own, _), Value::Bool(value)) => own == value,
            (Self::Number(own, _), Value::Number(value)) => own == value,
            (Self::Text(own), Value::String(value)) => own == value,
            (Self::List(_) | Self::Object(_), _) => self.to_value() == *value,
            _ => false,
        }
    }

    /// The beginning of it as JSON, as a violation shows it.
    pub(in crate::reply) fn excerpt(&self, most: usize) -> String {
        let mut excerpt = Excerpt {
            text: String::new(),
            left: most + 1,
        };
        // An error says that there is no room left.
        let _ = self.print(&mut excerpt);
        if excerpt.left > 0 {
            return excerpt.text;
        }
        let shown = excerpt.text.chars().take(most.saturating_sub(1));
        shown.chain(['…']).collect()
    }

    fn print(&self, out: &mut Excerpt) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value, _) => write!(out, "{value}"),
            Self::Number(number, _) => write!(out, "{number}"),
            Self::Text(text) => out.quoted(text),
            Self::List(items) => {
                out.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.write_char(',')?;
                    }
                    item.print(out)?;
                }
                out.write_char(']')
            }
            Self::Object(fields) => {
                out.write_char('{')?;
                for (index, (name, field)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.write_char(',')?;
                    }
                    out.quoted(name)?;
                    out.write_char(':')?;
                    field.print(out)?;
                }
                out.write_char('}')
            }
        }
    }
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value, value.to_string().into_boxed_str()),
            Value::Number(number) => Self::number(number.clone()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                let fields = fields.iter();
                Self::Object(
                    fields
                        .map(|(name, field)| (name.clone(), field.into()))
                        .collect(),
                )
            }
        }
    }
}

/// A text with room for so many characters.
struct Excerpt {
    text: String,
    left: usize,
}

impl Excerpt {
    fn quoted(&mut self, text: &str) -> fmt::Result {
        let shown: String = text.chars().take(self.left).collect();
        write!(self, "{}", Value::String(shown))
    }
}

impl Write for Excerpt {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(c);
        }
        if self.left == 0 {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}
