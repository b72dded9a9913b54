//! From a model's text to an accepted answer.
//!
//! [`candidates`] finds what may be the answer, [`json`] reads it, slips and all, [`fit`] checks it against the
//! original schema and brings it into canonical form, and [`choose`] takes one.
//!
//! Text that breaks off is not completed. A number with a fraction is not rounded to a whole one, nor one that is not 0 to
//! 0; with a fraction it is the nearest double, as everywhere. No item of a list is dropped but one in a comment. Where
//! two readings are as good, there is none: what is wrong with an answer is said to the model instead. What is dropped
//! is told: fields that the type does not have, comments, and all but the last of several answers.

mod bare;
mod candidates;
mod choose;
mod coerce;
mod expected;
mod feedback;
mod fit;
mod json;
mod limits;
mod names;
mod object;
mod progress;
mod repair;
mod so_far;
mod spelled;
mod union;
mod violation;

use serde_json::Value;

pub(crate) use feedback::feedback;
pub(crate) use progress::Grown;
pub use progress::Progress;
pub use repair::{Coercion, Repair, Syntax};
#[cfg(test)]
pub(crate) use so_far::FITTED;
pub(crate) use so_far::{Asked as AskedSoFar, SoFar, Stand};
pub use violation::Violation;

use crate::schema::{Form, Rewritten, Schema};
use fit::{Absent, Rules};
use json::Tree;

/// An accepted answer.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The answer as the original schema has it, wrappers undone, absent fields left out.
    pub(crate) value: Value,
    /// `value`, printed compactly: the same answer is the same text, however the model wrote it.
    pub(crate) canonical: String,
    /// What was done to find it.
    pub(crate) repairs: Vec<Repair>,
}

/// Why there is no accepted answer. Both may be asked again.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// There is no JSON that can be read.
    Malformed {
        /// What is wrong, without a word of the reply.
        reason: String,
    },
    /// The answer breaks the schema or a validator.
    Invalid(Vec<Violation>),
}

/// What a type says to a value of its schema: its `Deserialize`, and the user's validators.
pub(crate) type Accept<'a> = dyn Fn(&Value) -> Result<(), Vec<Violation>> + 'a;

/// How a reply is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With whatever repairs leave one reading.
    Lenient,
    /// As it is, or not at all.
    Strict,
}

/// What was asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    document: &'a Value,
    /// Whether it was asked for as `{"value": …}`.
    wrapped: bool,
    /// Whether maps were asked for as lists of keys and values.
    entries: bool,
    /// Whether `null` was asked for in place of what is absent.
    nulls: bool,
    manner: Manner,
}

impl Asked<'_> {
    fn rules(&self) -> Rules {
        let is_lenient = self.manner == Manner::Lenient;
        Rules {
            absent: Absent::LeftOut,
            coerce: is_lenient,
            leave_out: is_lenient,
            entries: self.entries,
            writes: false,
            nulls: is_lenient || self.nulls,
        }
    }
}

/// The longest reply that is read.
const MOST_BYTES: usize = 8 << 20;

/// Reads the answer out of `text`.
///
/// `text` is the whole of a complete reply: refused, truncated and empty ones never come here.
pub(crate) fn decode(
    text: &str,
    schema: &Schema,
    rewritten: &Rewritten,
    manner: Manner,
    accept: &Accept<'_>,
) -> Result<Decoded, Rejected> {
    let asked = Asked {
        document: schema.document(),
        wrapped: schema.is_wrapped(),
        entries: rewritten.form().entries,
        nulls: rewritten.form().null,
        manner,
    };
    read(text, asked, accept)
}

fn read(text: &str, asked: Asked<'_>, accept: &Accept<'_>) -> Result<Decoded, Rejected> {
    if text.len() > MOST_BYTES {
        let reason = format!("the reply is longer than {} MiB", MOST_BYTES >> 20);
        return Err(Rejected::Malformed { reason });
    }
    let chosen = match asked.manner {
        Manner::Lenient => choose::leniently(text, asked)?,
        Manner::Strict => choose::strictly(text, asked)?,
    };
    let repairs = chosen.repairs(text);
    if !repairs.is_empty() {
        // What was read as another kind has to stand as it is now: it may fit two alternatives where one is allowed.
        let tree = Tree::from(&chosen.value);
        let again = fit::fit(asked.document, &tree, Rules::PLAIN);
        if !again.violations.is_empty() {
            return Err(Rejected::Invalid(again.violations));
        }
    }
    accept(&chosen.value).map_err(Rejected::Invalid)?;
    Ok(Decoded {
        canonical: chosen.value.to_string(),
        repairs,
        value: chosen.value,
    })
}

/// A value in its canonical form, if it fits `schema`.
pub(crate) fn check(schema: &Schema, value: &Value) -> Result<Value, Vec<Violation>> {
    let fit = fit::fit(schema.document(), &Tree::from(value), Rules::PLAIN);
    match fit.violations.is_empty() {
        true => Ok(fit.value),
        false => Err(fit.violations),
    }
}

/// A value of `schema` as a model has to write it.
pub(crate) fn filled(schema: &Schema, value: &Value, form: Form) -> Value {
    let rules = Rules {
        absent: match form.null {
            true => Absent::Null,
            false => Absent::LeftOut,
        },
        entries: form.entries,
        writes: true,
        ..Rules::PLAIN
    };
    fit::fit(schema.document(), &Tree::from(value), rules).value
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod mutated;
#[cfg(test)]
mod oracle;
#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod tests;
