//! What is complete of an answer whose text is still being written.
//!
//! [`SoFar`] reads the text as it comes, each character once, and keeps the parts that can no longer change: a text once
//! its closing quote is there, a number once something follows it. [`Asked`] undoes what the dialect made of the type.
//! Nothing is guessed: what is not strict JSON ends the growth, and the whole answer is judged as ever.

mod lead;
mod shape;

use serde_json::{Map, Value};

#[cfg(test)]
pub(crate) use shape::FITTED;
pub(crate) use shape::{Asked, Stand};

use super::MOST_BYTES;
use super::json::{self, Tree};
use lead::Lead;

/// A reader of text that comes in pieces, which may end anywhere.
///
/// It takes the first object outside of the model's reasoning whose first name is one that the answer has. Where the
/// answer turns out to be another one, what was told was not it: a model that is held to a schema writes nothing before.
#[derive(Debug, Default)]
pub(crate) struct SoFar {
    value: Option<Value>,
    whose: Whose,
    /// The names that the answer may begin with; without them it is the first object or list.
    names: Option<Vec<String>>,
    /// What is open, outermost first.
    open: Vec<Open>,
    /// How many of these, innermost first, are not kept: what is in the second field of a name.
    dropped: usize,
    next: Next,
    /// The word, number or text that is being written, quotes included.
    token: String,
    lead: Lead,
    bytes: usize,
}

/// Whether what is read is the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Whose {
    /// Its first name will tell.
    #[default]
    Unknown,
    Answer,
    /// It is passed over to its end, for what is in it is not the answer either.
    Other,
}

#[derive(Debug)]
enum Open {
    List,
    /// With the name of the field that is being written, unless there is one of that name already.
    Object(Option<String>),
}

/// What may come next.
#[derive(Debug, Clone, Copy, Default)]
enum Next {
    /// Prose, or the answer.
    #[default]
    Answer,
    /// A value or, directly behind the bracket, the end of the list.
    Value(Close),
    /// A name or, directly behind the bracket, the end of the object.
    Name(Close),
    Colon,
    /// A comma or a closing bracket.
    Rest,
    /// More of a text, which may be a name.
    Text {
        is_name: bool,
        is_escaped: bool,
    },
    /// More of a word or a number.
    Scalar,
    /// Nothing that is told.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Close {
    Allowed,
    Forbidden,
}

impl SoFar {
    #[cfg(test)]
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A reader of an answer that begins with one of these names.
    pub(crate) fn named(names: Vec<String>) -> Self {
        Self {
            names: Some(names),
            ..Self::default()
        }
    }

    /// Reads on; whether something more is complete now.
    pub(crate) fn push(&mut self, text: &str) -> bool {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > MOST_BYTES {
            self.next = Next::Nothing;
        }
        let mut has_more = false;
        for c in text.chars() {
            if matches!(self.next, Next::Nothing) {
                break;
            }
            has_more |= self.take(c);
        }
        has_more
    }

    /// The complete parts. A list or an object that is still open has what is complete in it.
    pub(crate) fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// How many lists and objects are open: the whole, the last part of it, the last part of that, and so on.
    fn open(&self) -> usize {
        self.open.len().saturating_sub(self.dropped)
    }

    /// Whether something more is complete with this character.
    fn take(&mut self, c: char) -> bool {
        match self.next {
            Next::Answer => {
                if self.lead.is_answer(c) {
                    self.begin(c);
                }
                false
            }
            Next::Text {
                is_name,
                is_escaped,
            } => {
                self.token.push(c);
                if c == '"' && !is_escaped {
                    return self.quoted(is_name);
                }
                let is_escaped = c == '\\' && !is_escaped;
                self.next = Next::Text {
                    is_name,
                    is_escaped,
                };
                false
            }
            Next::Scalar if !is_space(c) && !matches!(c, ',' | ']' | '}') => {
                self.token.push(c);
                false
            }
            Next::Scalar => {
                let has_more = self.scalar();
                self.take(c) || has_more
            }
            _ => self.between(c),
        }
    }

    /// A character outside of words, numbers and texts.
    fn between(&mut self, c: char) -> bool {
        if is_space(c) {
            return false;
        }
        let is_list = matches!(self.open.last(), Some(Open::List));
        match (self.next, c) {
            (Next::Value(_), '{' | '[') => self.begin(c),
            (Next::Value(_) | Next::Name(_), '"') => {
                self.begin_token(c);
                self.next = Next::Text {
                    is_name: matches!(self.next, Next::Name(_)),
                    is_escaped: false,
                };
            }
            (Next::Value(Close::Allowed) | Next::Rest, ']') if is_list => return self.end(),
            (Next::Name(Close::Allowed) | Next::Rest, '}') if !is_list => return self.end(),
            (Next::Value(_), '-' | '0'..='9' | 't' | 'f' | 'n') => {
                self.begin_token(c);
                self.next = Next::Scalar;
            }
            (Next::Colon, ':') => self.next = Next::Value(Close::Forbidden),
            (Next::Rest, ',') if is_list => self.next = Next::Value(Close::Forbidden),
            (Next::Rest, ',') => self.next = Next::Name(Close::Forbidden),
            (Next::Nothing, _) => {}
            _ => {
                self.give_up();
                // what breaks off something else may begin the answer
                return matches!(self.next, Next::Answer) && self.take(c);
            }
        }
        false
    }

    fn begin_token(&mut self, c: char) {
        self.token.clear();
        self.token.push(c);
    }

    fn begin(&mut self, bracket: char) {
        if self.open.len() == json::MOST_DEPTH {
            self.give_up();
            return;
        }
        let (empty, open, next) = match bracket {
            '[' => (
                Value::Array(Vec::new()),
                Open::List,
                Next::Value(Close::Allowed),
            ),
            _ => (
                Value::Object(Map::new()),
                Open::Object(None),
                Next::Name(Close::Allowed),
            ),
        };
        if self.open.is_empty() {
            match (&self.names, bracket) {
                (None, _) => {
                    self.whose = Whose::Answer;
                    self.value = Some(empty);
                }
                (Some(_), '[') => self.whose = Whose::Other,
                (Some(_), _) => self.whose = Whose::Unknown,
            }
        } else if !self.put(empty) {
            self.dropped += 1;
        }
        self.open.push(open);
        self.next = next;
    }

    fn end(&mut self) -> bool {
        self.open.pop();
        if self.open.is_empty() && self.whose != Whose::Answer {
            return self.give_up();
        }
        self.next = match self.open.is_empty() {
            true => Next::Nothing,
            false => Next::Rest,
        };
        match self.dropped.checked_sub(1) {
            Some(dropped) => {
                self.dropped = dropped;
                false
            }
            None => true,
        }
    }

    fn quoted(&mut self, is_name: bool) -> bool {
        match json::strict(&self.token).map(|parsed| parsed.tree) {
            Ok(Tree::Text(name)) if is_name => {
                self.name(name);
                false
            }
            Ok(text) => self.complete(text.to_value()),
            Err(_) => self.give_up(),
        }
    }

    fn scalar(&mut self) -> bool {
        match json::strict(&self.token) {
            Ok(parsed) => self.complete(parsed.tree.to_value()),
            Err(_) => self.give_up(),
        }
    }

    /// Of the answer nothing more is told; behind what is something else it is still to come.
    fn give_up(&mut self) -> bool {
        self.next = match self.whose {
            Whose::Answer => Next::Nothing,
            Whose::Unknown | Whose::Other => {
                self.open.clear();
                self.dropped = 0;
                Next::Answer
            }
        };
        false
    }

    fn name(&mut self, name: String) {
        if self.whose == Whose::Unknown {
            let is_own = self.names.iter().flatten().any(|own| *own == name);
            if is_own {
                self.whose = Whose::Answer;
                self.value = Some(Value::Object(Map::new()));
            } else {
                self.whose = Whose::Other;
            }
        }
        let is_new = match self.innermost() {
            Some(Value::Object(fields)) => !fields.contains_key(&name),
            _ => false,
        };
        if let Some(Open::Object(current)) = self.open.last_mut() {
            *current = is_new.then_some(name);
        }
        self.next = Next::Colon;
    }

    fn complete(&mut self, value: Value) -> bool {
        self.next = Next::Rest;
        self.put(value)
    }

    /// Puts a part where it belongs; whether it is kept.
    fn put(&mut self, value: Value) -> bool {
        let name = match self.open.last_mut() {
            Some(Open::Object(name)) => name.take(),
            _ => None,
        };
        match (self.innermost(), name) {
            (Some(Value::Array(items)), _) => items.push(value),
            (Some(Value::Object(fields)), Some(name)) => {
                fields.insert(name, value);
            }
            _ => return false,
        }
        true
    }

    /// The list or object that is being written, if it is kept. At most [`json::MOST_DEPTH`] steps away.
    fn innermost(&mut self) -> Option<&mut Value> {
        if self.dropped > 0 {
            return None;
        }
        let mut part = self.value.as_mut()?;
        for _ in 1..self.open.len() {
            part = match part {
                Value::Array(items) => items.last_mut()?,
                Value::Object(fields) => fields.values_mut().next_back()?,
                _ => return None,
            };
        }
        Some(part)
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
