//! From a record to the answer. A record that an engine gives back is held to all that a model's reply is held to: it
//! may be from a time when less was asked for, and engines are not ours.

use serde_json::{Value, json};

use super::beside::Aside;
use super::form::Typed;
use super::step::{StepCall, StepRecord};
use crate::error::{Error, ErrorKind};
use crate::reply::{self, Violation};
use crate::schema::{Rewritten, Schema};

impl<T: 'static> Typed<T> {
    /// The value of a text in canonical form, whose checks were made.
    pub(crate) fn restore(&self, canonical: &str) -> Result<T, Error> {
        let answer = self.form.answer(canonical).ok_or_else(unreadable);
        answer
            .and_then(|answer| self.form.value(&answer))
            .map_err(|violations| broken(&violations))
    }

    /// The answer of a record as a model would have written it, whose checks were made.
    pub(super) fn replay(
        &self,
        record: &StepRecord,
        asked: Option<(&Schema, &Rewritten)>,
    ) -> Option<String> {
        let Some((schema, rewritten)) = asked else {
            return Some(record.answer.clone());
        };
        let whole = self.whole(record)?;
        let whole = reply::filled(schema, &whole, rewritten.form());
        Some(match schema.is_wrapped() {
            true => json!({ "value": whole }).to_string(),
            false => whole.to_string(),
        })
    }

    /// The answer of a record, with what stands beside it.
    fn whole(&self, record: &StepRecord) -> Option<Value> {
        let answer = self.form.answer(&record.answer)?;
        let aside = Aside {
            reasoning: record.reasoning.clone(),
            runner_up: record.runner_up.clone(),
            confidence: record.confidence.score(),
        };
        Some(self.beside.join(self.field, answer, aside))
    }

    /// Whether a record holds an accepted answer to `call`.
    pub(super) fn accept_record(&self, record: &StepRecord, call: &StepCall) -> Result<(), Error> {
        self.judge(record, call)
            .map_err(|violations| broken(&violations))
    }

    fn judge(&self, record: &StepRecord, call: &StepCall) -> Result<(), Vec<Violation>> {
        let mut whole = self.whole(record).ok_or_else(unreadable)?;
        if let Some(schema) = &call.schema {
            whole = reply::check(schema, &whole)?;
        }
        if !call.options.may_have(record.confidence) {
            let wanted = "a number from where the step has it";
            return Err(vec![Violation::new("/confidence", wanted)]);
        }
        let threshold = call.options.confidence;
        let reported = record.confidence.score();
        match threshold.filter(|least| reported.is_some_and(|it| it < *least)) {
            None => self.accept_whole(&whole),
            Some(_) if call.options.unsure.as_ref() == Some(&record.answer) => {
                self.accept_unsure(&whole)
            }
            Some(threshold) => {
                self.accept_whole(&whole)?;
                let wanted = format!("at least {threshold}");
                Err(vec![Violation::new("/confidence", wanted).got("less")])
            }
        }
    }
}

fn unreadable() -> Vec<Violation> {
    vec![Violation::new("", "an answer in canonical form").got("another text")]
}

/// What is broken, and not what stands there: an answer may quote its prompt.
fn broken(violations: &[Violation]) -> Error {
    let broken: Vec<String> = violations.iter().map(Violation::expectation).collect();
    let broken = broken.join("; ");
    let problem = format!("its record does not hold an answer of this step: {broken}");
    ErrorKind::Engine { problem }.into()
}

#[cfg(test)]
mod tests;
