//! Asks for several samples of one answer, and takes the one that most of them give.

use std::future::poll_fn;
use std::task::Poll;

use serde_json::Value;
use tracing::Instrument;

use super::ask::{Deadline, within};
use super::question::Question;
use super::reask::{Sample, until_valid};
use super::step::StepRecord;
use super::{Confidence, sure};
use crate::error::{Error, ErrorKind};
use crate::llm::{Allowance, Llm};
use crate::provider::{BoxFuture, Request};
use crate::refusal::OptionProblem;
use crate::session::Usage;
use crate::telemetry;
use crate::verb::Verb;

/// Asks for `samples` answers to `request` at the same time. `request` becomes that of the answer that is taken, with
/// its re-asks.
pub(super) async fn agree(
    question: &Question<'_>,
    request: &mut Request,
    llm: &Llm,
    allowance: &mut Allowance,
    deadline: Deadline,
    samples: u32,
) -> Result<StepRecord, Error> {
    let call = question.call;
    llm.afford(request, samples, allowance)?;
    let mut parts: Vec<(Request, Allowance)> = (0..samples)
        .map(|_| (request.clone(), allowance.part()))
        .collect();
    let asked = parts.iter_mut().zip(1..).map(|((request, part), number)| {
        let sample = Box::pin(until_valid(question, request, llm, part));
        let sample = within(deadline, sample).instrument(telemetry::sample(number));
        Box::pin(sample) as BoxFuture<'_, _>
    });
    let outcomes = all(asked.collect()).await;
    allowance.join(parts.iter().map(|(_, part)| part));
    let mut failed = None;
    let mut valid: Vec<(Sample, Request)> = Vec::new();
    for (outcome, (request, _)) in outcomes.into_iter().zip(parts) {
        match outcome {
            Ok(sample) => valid.push((sample, request)),
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
    }
    let usage = paid(&valid);
    let is_text = matches!(
        call.verb(),
        Some(Verb::Transform | Verb::Classify | Verb::Binary)
    );
    let answers: Vec<Given> = valid
        .iter()
        .map(|(sample, _)| Given::of(&sample.accepted.canonical, is_text))
        .collect();
    let Some((place, agreed)) = most(&answers) else {
        return Err(failed.unwrap_or_else(|| too_few(samples).into()));
    };
    let paid: Vec<_> = valid.iter().map(|(sample, _)| sample.paid()).collect();
    let (sample, taken) = valid.swap_remove(place);
    *request = taken;
    let confidence = Confidence::Agreement { agreed, samples };
    let record = sure::record(sample, confidence, usage, question, llm, allowance);
    Ok(record.inspect_err(|_| question.turn_down(paid, llm, allowance.log()))?)
}

/// The least number of samples that can agree.
pub(super) const LEAST: u32 = 2;

/// What is wrong with fewer.
pub(super) fn too_few(samples: u32) -> ErrorKind {
    let [given, least] = [samples, LEAST].map(|it| it as usize);
    ErrorKind::BadOption {
        option: "agreement",
        problem: OptionProblem::TooSmall { given, least },
    }
}

/// What all valid answers cost, as far as the provider said so.
fn paid(valid: &[(Sample, Request)]) -> Option<Usage> {
    let known = valid
        .iter()
        .filter_map(|(sample, _)| sample.given.response.usage);
    known.reduce(|mut sum, usage| {
        sum += usage;
        sum
    })
}

/// An answer as it is compared.
#[derive(PartialEq)]
enum Given {
    Text(String),
    /// The keys of a map have no order that would mean something.
    Document(Value),
}

impl Given {
    fn of(canonical: &str, is_text: bool) -> Self {
        match serde_json::from_str(canonical) {
            Ok(document) if !is_text => Self::Document(with_whole_numbers(document)),
            _ => Self::Text(canonical.to_owned()),
        }
    }
}

/// The same value with `10` for `10.0`.
fn with_whole_numbers(value: Value) -> Value {
    // below this, a double that is whole is an `i64`
    const MOST: f64 = 9.2e18;
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(it) if number.is_f64() && it.fract() == 0.0 && it.abs() < MOST => {
                Value::from(it as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(with_whole_numbers).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields
                .map(|(name, field)| (name, with_whole_numbers(field)))
                .collect()
        }
        other => other,
    }
}

/// Where the answer is that occurs most often, the first of such, and how often.
fn most(answers: &[Given]) -> Option<(usize, u32)> {
    let mut most: Option<(usize, u32)> = None;
    for (place, answer) in answers.iter().enumerate() {
        let mut agreed: u32 = 0;
        for other in answers {
            agreed = agreed.saturating_add(u32::from(other == answer));
        }
        if most.is_none_or(|(_, before)| agreed > before) {
            most = Some((place, agreed));
        }
    }
    most
}

/// What all of them come to, in their order. Each is polled for the first time in that order too.
async fn all<T>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(Running::Future).collect();
    poll_fn(|task| {
        let mut done = true;
        for one in &mut running {
            if let Running::Future(future) = one {
                match future.as_mut().poll(task) {
                    Poll::Ready(value) => *one = Running::Value(value),
                    Poll::Pending => done = false,
                }
            }
        }
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let values = running.into_iter().filter_map(|one| match one {
        Running::Value(value) => Some(value),
        Running::Future(_) => None,
    });
    values.collect()
}

enum Running<'f, T> {
    Future(BoxFuture<'f, T>),
    Value(T),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answers: &[&str], wanted: Option<(usize, u32)>) {
        let answers: Vec<_> = answers.iter().map(|it| Given::of(it, true)).collect();
        assert_eq!(most(&answers), wanted);
    }

    #[test]
    fn documents_agree_whatever_the_order_of_their_keys_and_texts_if_they_are_the_same() {
        let (one, other) = (r#"{"a":1,"b":[2]}"#, r#"{"b":[2],"a":1}"#);
        assert!(Given::of(one, false) == Given::of(other, false));
        assert!(Given::of(one, true) != Given::of(other, true));
        assert!(Given::of(one, false) != Given::of(r#"{"a":1,"b":[3]}"#, false));
        assert!(Given::of("1e1", true) != Given::of("10.0", true));
    }

    #[test]
    fn a_number_is_the_same_with_a_point_and_without() {
        let same = |one, other| Given::of(one, false) == Given::of(other, false);
        assert!(same(r#"{"a":[10]}"#, r#"{"a":[10.0]}"#));
        assert!(same("0", "-0.0"));
        assert!(!same("10", "10.5"));
        assert!(!same("9007199254740993", "9007199254740992.0"));
    }

    #[test]
    fn the_answer_that_most_give_is_taken_and_of_equals_the_first() {
        check(&[], None);
        check(&["a"], Some((0, 1)));
        check(&["a", "b", "b"], Some((1, 2)));
        check(&["a", "b", "b", "a"], Some((0, 2)));
        check(&["a", "b", "c"], Some((0, 1)));
        check(&["c", "b", "a", "b", "a", "a"], Some((2, 3)));
    }
}
