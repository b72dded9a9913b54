//! How text becomes an answer of a type, and an answer becomes text again.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::beside::{Aside, Beside};
use super::extract::under;
use super::step::{StepCall, StepRecord};
use crate::error::Error;
use crate::reply::{self, Manner, Rejected, Repair, Violation};
use crate::schema::{Rewritten, Schema, SchemaError};

/// What one verb does with the answer of a model to one input, for answers of type `T`.
pub(crate) trait Form<T>: Send + Sync + 'static {
    /// What the answer is asked for as.
    fn shape(&self) -> Result<Shape, SchemaError>;

    /// The value in an answer that fits the shape.
    fn value(&self, answer: &Value) -> Result<T, Vec<Violation>>;

    /// The canonical text of an accepted answer: what enters the session. A document is stored as it is printed.
    fn canonical(&self, _answer: &Value, printed: String) -> String {
        printed
    }

    /// The answer that a canonical text stands for; `None` if it stands for none. Its value is not checked here.
    fn answer(&self, canonical: &str) -> Option<Value> {
        serde_json::from_str(canonical).ok()
    }

    /// The canonical text that stands for an answer of which the model is not sure enough, if there is one.
    fn unsure(&self) -> Option<Cow<'static, str>> {
        None
    }

    /// The answer that a model would have to give for a value that is written so.
    fn shown(&self, value: Value) -> Value {
        value
    }
}

/// What an answer is asked for as.
#[derive(Clone)]
pub(crate) enum Shape {
    /// Plain text, no JSON round it, of so many characters at most.
    Text(Option<usize>),
    /// An object of the verb's own. What is asked for beside the answer is more fields of it.
    Fields(Schema),
    /// A document of the user's type. What is asked for beside it stands outside.
    Document(Schema),
}

impl Shape {
    /// The field that the answer is in, if other fields stand beside it.
    pub(crate) fn field(&self) -> Option<&'static str> {
        match self {
            Self::Text(_) => Some("text"),
            Self::Fields(_) => None,
            Self::Document(_) => Some("value"),
        }
    }

    /// The schema of the answer alone; `None` for plain text.
    pub(crate) fn schema(&self) -> Option<&Schema> {
        match self {
            Self::Text(_) => None,
            Self::Fields(schema) | Self::Document(schema) => Some(schema),
        }
    }
}

/// A validator of the user's.
pub(crate) type Validator<T> = Arc<dyn Fn(&T) -> Result<(), String> + Send + Sync>;

/// A form with the user's validators, and with what is asked for beside the answer.
pub(crate) struct Typed<T: 'static> {
    pub(crate) form: Arc<dyn Form<T>>,
    pub(crate) validators: Vec<Validator<T>>,
    pub(crate) beside: Beside,
    /// The field that the answer is in, if it has one to itself.
    pub(crate) field: Option<&'static str>,
}

impl<T: 'static> Typed<T> {
    /// Whether the answer alone is a value that the validators take.
    pub(crate) fn accept(&self, answer: &Value) -> Result<(), Vec<Violation>> {
        let value = self.form.value(answer)?;
        let violations: Vec<_> = self
            .validators
            .iter()
            .filter_map(|validate| validate(&value).err())
            .map(|problem| Violation::new("", problem))
            .collect();
        if violations.is_empty() {
            Ok(())
        } else {
            Err(violations)
        }
    }

    /// The answer alone, and what stands beside it.
    fn split<'v>(&self, whole: &'v Value) -> (Cow<'v, Value>, Aside) {
        self.beside.split(self.field, whole)
    }

    /// Whether all of a model's answer is as it was asked for.
    pub(super) fn accept_whole(&self, whole: &Value) -> Result<(), Vec<Violation>> {
        let (answer, aside) = self.split(whole);
        self.accept(&answer)
            .map_err(|violations| match self.field {
                Some(field) if !self.beside.is_nothing() => under(&format!("/{field}"), violations),
                _ => violations,
            })?;
        self.accept_second(&answer, aside)
    }

    /// Whether the label that stands in for an unsure answer is one of the set, and another than the model's own. The
    /// validators judge what a model answers, so not this.
    pub(super) fn accept_unsure(&self, whole: &Value) -> Result<(), Vec<Violation>> {
        let (answer, aside) = self.split(whole);
        self.form.value(&answer)?;
        self.accept_second(&answer, aside)
    }

    fn accept_second(&self, first: &Value, aside: Aside) -> Result<(), Vec<Violation>> {
        match aside.runner_up {
            Some(second) if second == self.form.canonical(first, String::new()) => {
                let wanted = "another label than the first";
                Err(vec![Violation::new("/runner_up", wanted).got(second)])
            }
            _ => Ok(()),
        }
    }
}

/// An accepted answer.
pub(crate) struct Accepted {
    pub(crate) canonical: String,
    pub(crate) aside: Aside,
    pub(crate) repairs: Vec<Repair>,
}

/// A [`Typed`] form without its type, so that all that fires a request is compiled once.
pub(crate) trait Reader: Send + Sync {
    /// Reads a model's text, which was asked for in this schema and as this was sent; plain text without one.
    fn read(
        &self,
        text: &str,
        asked: Option<(&Schema, &Rewritten)>,
        manner: Manner,
    ) -> Result<Accepted, Rejected>;

    /// Refuses a record that holds no accepted answer to `call`.
    fn check(&self, record: &StepRecord, call: &StepCall) -> Result<(), Error>;

    /// A text of a model that is read as the answer of `record`, asked for so; `None` if there is none.
    fn written(&self, record: &StepRecord, asked: Option<(&Schema, &Rewritten)>) -> Option<String>;

    /// Tells those who judge answers alike from others, as long as this lives: the type, and the validators.
    fn judge(&self) -> String;
}

impl<T: 'static> Reader for Typed<T> {
    fn read(
        &self,
        text: &str,
        asked: Option<(&Schema, &Rewritten)>,
        manner: Manner,
    ) -> Result<Accepted, Rejected> {
        let Some((schema, rewritten)) = asked else {
            let answer = Value::String(text.trim().to_owned());
            self.accept(&answer).map_err(Rejected::Invalid)?;
            return Ok(Accepted {
                canonical: self.form.canonical(&answer, String::new()),
                aside: Aside::default(),
                repairs: Vec::new(),
            });
        };
        let accept = |whole: &Value| self.accept_whole(whole);
        let decoded = reply::decode(text, schema, rewritten, manner, &accept)?;
        let (answer, aside) = self.split(&decoded.value);
        let printed = match &answer {
            Cow::Borrowed(_) => decoded.canonical,
            Cow::Owned(answer) => answer.to_string(),
        };
        Ok(Accepted {
            canonical: self.form.canonical(&answer, printed),
            aside,
            repairs: decoded.repairs,
        })
    }

    fn check(&self, record: &StepRecord, call: &StepCall) -> Result<(), Error> {
        self.accept_record(record, call)
    }

    fn written(&self, record: &StepRecord, asked: Option<(&Schema, &Rewritten)>) -> Option<String> {
        let text = self.replay(record, asked)?;
        let read = self.read(&text, asked, Manner::Strict).ok()?;
        (read.canonical == record.answer).then_some(text)
    }

    fn judge(&self) -> String {
        let mut judge = std::any::type_name::<T>().to_owned();
        for validator in &self.validators {
            let address = Arc::as_ptr(validator).cast::<()>().addr();
            judge.push_str(&format!(" {address:x}"));
        }
        judge
    }
}
