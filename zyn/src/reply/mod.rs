//! From a model's text to an accepted answer.
//!
//! [`candidates`] reads what may be the answer, [`fit`] checks each against the original schema and brings
//! it into canonical form, and here one is chosen. Broken JSON is not repaired, numbers are not
//! rounded, and no item of a list is dropped: what is wrong with an answer is said to the model instead.

mod candidates;
mod expected;
mod feedback;
mod fit;
mod json;
mod limits;
mod repair;
mod union;
mod violation;

use serde_json::Value;

pub(crate) use feedback::feedback;
pub use repair::Repair;
pub use violation::Violation;

use crate::schema::{Rewritten, Schema};
use candidates::Candidate;
use fit::Absent;

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

/// Reads the answer out of `text`.
///
/// `text` is the whole of a complete reply: refused, truncated and empty ones never come here.
pub(crate) fn decode(
    text: &str,
    schema: &Schema,
    _rewritten: &Rewritten,
    accept: &Accept<'_>,
) -> Result<Decoded, Rejected> {
    let candidates = candidates::read(text).map_err(|reason| Rejected::Malformed { reason })?;
    let readings: Vec<Reading> = candidates
        .into_iter()
        .map(|candidate| read(candidate, schema.document(), schema.is_wrapped()))
        .collect();
    let Reading { value, repairs, .. } = choose(readings)?;
    accept(&value).map_err(Rejected::Invalid)?;
    Ok(Decoded {
        canonical: value.to_string(),
        value,
        repairs,
    })
}

/// A value in its canonical form, if it fits `schema`.
pub(crate) fn check(schema: &Schema, value: &Value) -> Result<Value, Vec<Violation>> {
    let fit = fit::fit(schema.document(), value, Absent::LeftOut);
    match fit.violations.is_empty() {
        true => Ok(fit.value),
        false => Err(fit.violations),
    }
}

/// A value of `schema` as a model has to write it: `null` for what is absent.
pub(crate) fn filled(schema: &Schema, value: &Value) -> Value {
    fit::fit(schema.document(), value, Absent::Null).value
}

/// A candidate as a value of the original schema.
struct Reading {
    value: Value,
    violations: Vec<Violation>,
    repairs: Vec<Repair>,
}

impl Reading {
    fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }

    /// How far from valid it is. What is wrong as a whole is farther than what is wrong in parts.
    fn distance(&self) -> (bool, usize) {
        let as_a_whole = self.violations.iter().any(|found| found.path.is_empty());
        (as_a_whole, self.violations.len())
    }
}

fn read(candidate: Candidate, document: &Value, wrapped: bool) -> Reading {
    if !wrapped {
        return checked(
            &candidate.value,
            document,
            candidate.repeated,
            candidate.repairs,
        );
    }
    let mut bare_repairs = candidate.repairs.clone();
    bare_repairs.push(Repair::Unwrapped);
    let Some(inner) = wrapped_value(&candidate.value) else {
        return checked(&candidate.value, document, candidate.repeated, bare_repairs);
    };
    let repeated = candidate.repeated.iter().cloned().map(unwrapped).collect();
    let reading = checked(inner, document, repeated, candidate.repairs);
    if reading.is_valid() {
        return reading;
    }
    let bare = checked(&candidate.value, document, candidate.repeated, bare_repairs);
    if bare.is_valid() { bare } else { reading }
}

fn wrapped_value(value: &Value) -> Option<&Value> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.get("value")
}

fn unwrapped(mut violation: Violation) -> Violation {
    if let Some(inner) = violation.path.strip_prefix("/value") {
        violation.path = inner.to_owned();
    }
    violation
}

fn checked(
    value: &Value,
    document: &Value,
    repeated: Vec<Violation>,
    repairs: Vec<Repair>,
) -> Reading {
    let fit = fit::fit(document, value, Absent::LeftOut);
    Reading {
        value: fit.value,
        violations: repeated.into_iter().chain(fit.violations).collect(),
        repairs,
    }
}

/// The last valid one; if none is valid, what is wrong with the nearest.
fn choose(readings: Vec<Reading>) -> Result<Reading, Rejected> {
    let (mut valid, invalid): (Vec<Reading>, Vec<Reading>) =
        readings.into_iter().partition(Reading::is_valid);
    if let Some(mut last) = valid.pop() {
        let mut different = vec![&last.value];
        for reading in &valid {
            if !different.contains(&&reading.value) {
                different.push(&reading.value);
            }
        }
        if different.len() > 1 {
            let answers = different.len();
            last.repairs.push(Repair::LastOf { answers });
        }
        return Ok(last);
    }
    // The last of the nearest, as among the valid.
    let nearest = invalid.into_iter().rev().min_by_key(Reading::distance);
    Err(match nearest {
        Some(nearest) => Rejected::Invalid(nearest.violations),
        None => Rejected::Malformed {
            reason: "there is no JSON in the reply".to_owned(),
        },
    })
}

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
