//! Puts a call to one model after another: what is kept, then the first model, then its fallbacks.

use std::sync::Arc;

use super::agreement::agree;
use super::ask::{Deadline, render, within};
use super::cached::{Fresh, Wanted, cached};
use super::form::Reader;
use super::question::{Paid, PutBy, Question, reject};
use super::reask::until_valid;
use super::refuse::refuse_for;
use super::step::{StepCall, StepRecord};
use super::sure;
use super::tape::Tape;
use crate::clock;
use crate::error::Error;
use crate::llm::{Allowance, Cache, Ear, Fallback, Llm};
use crate::provider::{Class, Request};
use crate::session::{History, Message};
use crate::telemetry;

/// A call, as it is put to one model after another.
pub(super) struct Asking<'a> {
    pub(super) call: &'a StepCall,
    pub(super) reader: &'a dyn Reader,
    pub(super) history: History,
    pub(super) conversation: Option<Arc<str>>,
    pub(super) tape: Option<&'a Tape>,
    pub(super) deadline: Deadline,
}

/// An accepted answer, and how it came about.
pub(super) struct Accepted {
    pub(super) record: StepRecord,
    /// What was said of answers before it.
    pub(super) feedback: Vec<Message>,
    /// Whether it is another model's than the one that was asked first.
    pub(super) by_fallback: bool,
}

impl Asking<'_> {
    /// The answer that is kept, or that an equal call is given at this moment, or else what is asked for.
    pub(super) async fn kept(
        &self,
        cache: &Cache,
        llm: &Llm,
        allowance: &mut Allowance,
        is_streamed: bool,
    ) -> Result<Accepted, Error> {
        let question = Question::new(self.call, self.reader, llm, &self.history, self.tape);
        // what cannot be asked of this model may be of another
        let Ok(mut question) = question else {
            return self.of_any(llm, allowance).await;
        };
        let fallbacks = fallbacks(llm);
        question.escalates = sure::escalates(self.call, &fallbacks);
        let names = fallbacks.into_iter().flat_map(|it| it.llm().answers_by());
        let wanted = Wanted {
            question: &question,
            history: &self.history,
            llm,
            fallbacks: names.collect::<Vec<_>>().join("\n"),
            is_streamed,
            deadline: self.deadline,
        };
        let mut feedback = Vec::new();
        let asked = async {
            let accepted = self.of_any(llm, allowance).await;
            let accepted = accepted.map_err(|error| error.logged(allowance.log().so_far()))?;
            feedback = accepted.feedback;
            Ok(Fresh {
                record: accepted.record,
                by_fallback: accepted.by_fallback,
            })
        };
        let record = cached(cache, wanted, Box::pin(asked)).await?;
        Ok(Accepted {
            record,
            feedback,
            by_fallback: false,
        })
    }

    /// Asks `llm`, and where that fails its fallbacks in their order.
    pub(super) async fn of_any(
        &self,
        llm: &Llm,
        allowance: &mut Allowance,
    ) -> Result<Accepted, Error> {
        let fallbacks = fallbacks(llm);
        let mut left = fallbacks.as_slice();
        let mut asked = vec![llm];
        let mut error = match self.of(llm, left, allowance).await {
            Ok(accepted) => return Ok(accepted),
            Err(error) => error,
        };
        while let Some((fallback, behind)) = next(left, &error.error, &asked) {
            let may_be_paid = error.error.class() == Class::Ambiguous;
            if self.deadline.at <= clock::now()
                || may_be_paid && allowance.is_at_most_once()
                || !self.tape.is_none_or(Ear::forget)
            {
                break;
            }
            let llm = fallback.llm();
            left = behind;
            let from = asked.last().map_or("", |it| it.model());
            telemetry::falling_back(&error.error, from, llm.model());
            asked.push(llm);
            allowance.another(llm);
            if may_be_paid {
                allowance.repeats();
            }
            let attempts = allowance.log().len();
            match self.of(llm, left, allowance).await {
                Ok(mut accepted) => {
                    if let Some(put_by) = error.put_by {
                        reject(&put_by.paid, put_by.llm, allowance.log());
                        accepted.record.logged(allowance.log().so_far());
                    }
                    return Ok(Accepted {
                        by_fallback: true,
                        ..accepted
                    });
                }
                // one that could not be asked says nothing of what went wrong
                Err(unasked) if allowance.log().len() == attempts => {
                    telemetry::not_made(llm.model(), &unasked.error);
                }
                // nor does one that failed take away what another has answered
                Err(mut other) => {
                    match (&other.put_by, error.put_by) {
                        (Some(_), Some(former)) => {
                            reject(&former.paid, former.llm, allowance.log());
                        }
                        (None, former) => other.put_by = former,
                        (Some(_), None) => {}
                    }
                    error = other;
                }
            }
        }
        let Some(mut put_by) = error.put_by else {
            return Err(error.error);
        };
        put_by.accepted.record.logged(allowance.log().so_far());
        Ok(Accepted {
            by_fallback: asked.first().is_none_or(|first| !first.is(put_by.llm)),
            ..put_by.accepted
        })
    }

    /// Asks `llm` alone. `left` are those that may be asked after it.
    async fn of<'l>(
        &self,
        llm: &'l Llm,
        left: &[&Fallback],
        allowance: &mut Allowance,
    ) -> Result<Accepted, Unanswered<'l>> {
        let Self { call, deadline, .. } = self;
        refuse_for(call, &self.history, llm)?;
        let question = Question::new(call, self.reader, llm, &self.history, self.tape);
        let mut question = question.map_err(Error::from)?;
        question.escalates = !left.is_empty();
        let history = self.history.clone();
        let mut request = render(call, question.rewritten.as_ref(), history, llm);
        request.conversation.clone_from(&self.conversation);
        let record = match call.options.agreement {
            None => {
                let accepted = once(&question, &mut request, llm, allowance);
                within(*deadline, Box::pin(accepted)).await
            }
            Some(samples) => {
                let agreed = agree(&question, &mut request, llm, allowance, *deadline, samples);
                Box::pin(agreed).await
            }
        };
        let accepted = |record| Accepted {
            record,
            feedback: request.feedback.clone(),
            by_fallback: false,
        };
        match record {
            Ok(record) => Ok(accepted(record)),
            Err(error) => {
                let PutBy { record, paid } = question.into_put_by();
                let put_by = record.map(|record| PutByOf {
                    accepted: accepted(record),
                    paid,
                    llm,
                });
                Err(Unanswered { error, put_by })
            }
        }
    }
}

/// Why there is no answer that is sure enough, and the label for that if there is one.
struct Unanswered<'l> {
    error: Error,
    put_by: Option<PutByOf<'l>>,
}

/// What a model has put by.
struct PutByOf<'l> {
    accepted: Accepted,
    paid: Vec<Paid>,
    llm: &'l Llm,
}

impl From<Error> for Unanswered<'_> {
    fn from(error: Error) -> Self {
        Self {
            error,
            put_by: None,
        }
    }
}

/// The first of those that are left which is asked after this error and was not asked yet, and those behind it.
fn next<'f, 'l>(
    left: &'l [&'f Fallback],
    error: &Error,
    asked: &[&Llm],
) -> Option<(&'f Fallback, &'l [&'f Fallback])> {
    let is_next = |it: &&Fallback| it.takes(error) && !asked.iter().any(|asked| asked.is(it.llm()));
    let place = left.iter().position(is_next)?;
    let (fallback, behind) = left.get(place..)?.split_first()?;
    Some((fallback, behind))
}

/// All that may be asked after `llm`, in their order: behind each its own.
fn fallbacks(llm: &Llm) -> Vec<&Fallback> {
    let own = llm.fallbacks().iter();
    own.flat_map(|it| [it].into_iter().chain(fallbacks(it.llm())))
        .collect()
}

/// Asks for one answer.
async fn once(
    question: &Question<'_>,
    request: &mut Request,
    llm: &Llm,
    allowance: &mut Allowance,
) -> Result<StepRecord, Error> {
    let sample = until_valid(question, request, llm, allowance).await?;
    let paid = sample.paid();
    let record = sure::alone(&sample, question.call)
        .and_then(|it| sure::record(sample, it, paid.0, question, llm, allowance));
    Ok(record.inspect_err(|_| question.turn_down(vec![paid], llm, allowance.log()))?)
}
