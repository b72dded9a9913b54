//! How text becomes an answer of a type, and an answer becomes text again.

use std::sync::Arc;

use serde_json::Value;

use crate::reply::{self, Rejected, Repair, Violation};
use crate::schema::{Rewritten, Schema, SchemaError};

/// What one verb does with the answer of a model, for answers of type `T`.
pub(crate) trait Form<T>: Send + Sync + 'static {
    /// The schema that the answer is asked for in; `None` for plain text.
    fn schema(&self) -> Result<Option<Schema>, SchemaError>;

    /// The value in an answer that fits the schema.
    fn value(&self, answer: &Value) -> Result<T, Vec<Violation>>;

    /// The canonical text of an accepted answer: what enters the session.
    fn canonical(&self, answer: &Value, printed: String) -> String;

    /// The value of a canonical text.
    fn restore(&self, canonical: &str) -> Result<T, String>;
}

/// A validator of the user's.
pub(crate) type Validator<T> = Arc<dyn Fn(&T) -> Result<(), String> + Send + Sync>;

/// A form with the user's validators.
pub(crate) struct Typed<T: 'static> {
    pub(crate) form: &'static dyn Form<T>,
    pub(crate) validators: Vec<Validator<T>>,
}

impl<T: 'static> Clone for Typed<T> {
    fn clone(&self) -> Self {
        Self {
            form: self.form,
            validators: self.validators.clone(),
        }
    }
}

impl<T: 'static> Typed<T> {
    fn accept(&self, value: Result<T, Vec<Violation>>) -> Result<(), Vec<Violation>> {
        let value = value?;
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
}

/// An accepted answer.
pub(crate) struct Accepted {
    pub(crate) canonical: String,
    pub(crate) repairs: Vec<Repair>,
}

/// A [`Typed`] form without its type, so that all that fires a request is compiled once.
pub(crate) trait Reader: Send + Sync {
    /// Reads a model's text, which was asked for in this schema and as this was sent; plain text without one.
    fn read(&self, text: &str, asked: Option<(&Schema, &Rewritten)>) -> Result<Accepted, Rejected>;
}

impl<T: 'static> Reader for Typed<T> {
    fn read(&self, text: &str, asked: Option<(&Schema, &Rewritten)>) -> Result<Accepted, Rejected> {
        let Some((schema, rewritten)) = asked else {
            let text = text.trim().to_owned();
            let answer = Value::String(text.clone());
            self.accept(self.form.value(&answer))
                .map_err(Rejected::Invalid)?;
            return Ok(Accepted {
                canonical: self.form.canonical(&answer, text),
                repairs: Vec::new(),
            });
        };
        let accept = |answer: &Value| self.accept(self.form.value(answer));
        let decoded = reply::decode(text, schema, rewritten, &accept)?;
        Ok(Accepted {
            canonical: self.form.canonical(&decoded.value, decoded.canonical),
            repairs: decoded.repairs,
        })
    }
}
