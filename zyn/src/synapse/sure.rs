//! How sure an answer is, and whether that is enough.

use super::form::Accepted;
use super::measured;
use super::question::Question;
use super::reask::Sample;
use super::step::{Options, StepCall};
use super::{Confidence, StepRecord};
use crate::error::{Error, ErrorKind, Excerpt};
use crate::llm::{Allowance, Fallback, Given, Llm, attempt};
use crate::refusal::Unmeasured;
use crate::session::{Message, Usage};

/// Who says how sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// So many samples, by agreeing.
    Samples(u32),
    /// The provider, by the log-probabilities of the tokens.
    Tokens,
    /// The model itself.
    Model,
}

impl Options {
    /// Who says how sure the answer is: one alone, for what a number means depends on where it is from.
    pub(super) fn source(&self) -> Option<Source> {
        match (self.agreement, self.measured, self.confidence) {
            (Some(samples), ..) => Some(Source::Samples(samples)),
            (None, true, _) => Some(Source::Tokens),
            (None, false, Some(_)) => Some(Source::Model),
            (None, false, None) => None,
        }
    }

    /// How many answers are asked for.
    pub(crate) fn samples(&self) -> u32 {
        self.agreement.unwrap_or(1)
    }

    /// Whether this may be the confidence of an accepted answer. Whether a model has said what it was to say of itself,
    /// the schema tells; and where nothing is asked for, a number more does no harm.
    pub(super) fn may_have(&self, confidence: Confidence) -> bool {
        match (self.source(), confidence) {
            (Some(Source::Samples(asked)), Confidence::Agreement { agreed, samples }) => {
                samples == asked && (1..=samples).contains(&agreed)
            }
            (Some(Source::Tokens), Confidence::Measured(it)) => (0.0..=1.0).contains(&it),
            (Some(Source::Tokens), Confidence::NotScored) => self.confidence.is_none(),
            (Some(Source::Model), Confidence::SelfReported(_) | Confidence::NotScored)
            | (None, _) => true,
            (Some(_), _) => false,
        }
    }
}

/// Refuses a threshold for which there will be no number.
pub(super) fn refuse_unmeasurable(options: &Options, llm: &Llm) -> Result<(), ErrorKind> {
    match options.confidence {
        Some(threshold) if options.source() == Some(Source::Tokens) && !llm.profile().logprobs => {
            let problem = Unmeasured::NotTold;
            Err(ErrorKind::NotMeasured { threshold, problem })
        }
        _ => Ok(()),
    }
}

/// How sure a sample is by itself.
pub(super) fn alone(sample: &Sample, call: &StepCall) -> Result<Confidence, ErrorKind> {
    match call.options.source() {
        Some(Source::Tokens) => {
            let measured =
                measured::probability(&sample.given.response, &sample.accepted.repairs, call);
            match (measured, call.options.confidence) {
                (Ok(probability), _) => Ok(Confidence::Measured(probability)),
                (Err(_), None) => Ok(Confidence::NotScored),
                (Err(problem), Some(threshold)) => {
                    Err(ErrorKind::NotMeasured { threshold, problem })
                }
            }
        }
        Some(Source::Model) => Ok(match sample.accepted.aside.confidence {
            Some(reported) => Confidence::SelfReported(reported),
            None => Confidence::NotScored,
        }),
        Some(Source::Samples(_)) | None => Ok(Confidence::NotScored),
    }
}

/// The record of `sample`, if it is sure enough. `usage` is what was paid for it.
pub(super) fn record(
    sample: Sample,
    confidence: Confidence,
    usage: Option<Usage>,
    question: &Question<'_>,
    llm: &Llm,
    allowance: &Allowance,
) -> Result<StepRecord, ErrorKind> {
    let Sample {
        accepted,
        given: Given { response, .. },
        mode,
    } = sample;
    let call = question.call;
    let (accepted, unsure) = sure_enough(accepted, confidence, question, &response.text);
    let log = allowance.log().so_far();
    let answer = accepted.canonical;
    let message = Message::answer(answer.clone(), llm.asked(), response.usage);
    let record = StepRecord {
        turn: vec![call.prompt.clone(), message],
        answer,
        usage,
        spent: attempt::spent(&log),
        uncounted: attempt::uncounted(&log),
        window: None,
        attempts: attempt::count(&log),
        log,
        mode,
        repairs: accepted.repairs,
        finish: response.finish,
        model: response.model,
        reasoning: accepted.aside.reasoning,
        runner_up: accepted.aside.runner_up,
        confidence,
        time_to_first_token: response.time_to_first_token,
        cached: false,
    };
    let Some(unsure) = unsure else {
        return Ok(record);
    };
    if call.options.unsure.is_some() {
        question.put_by(record);
    }
    Err(unsure)
}

/// Whether one of the fallbacks is asked if the answer is not sure: the label for that is not the answer yet.
pub(super) fn escalates(call: &StepCall, left: &[&Fallback]) -> bool {
    let Some(threshold) = call.options.confidence.filter(|_| !left.is_empty()) else {
        return false;
    };
    let unsure = Error::from(ErrorKind::LowConfidence {
        threshold,
        reported: 0.0,
        reply: Excerpt::new(""),
    });
    left.iter().any(|it| it.takes(&unsure))
}

/// The answer, if it is as sure as it was to be; else the label for that, with the model's own behind it if a second one
/// was asked for. Where there is no such label, or another model may be sure, there is an error too. A number that is
/// absent is not compared.
fn sure_enough(
    mut accepted: Accepted,
    confidence: Confidence,
    question: &Question<'_>,
    reply: &str,
) -> (Accepted, Option<ErrorKind>) {
    let options = &question.call.options;
    let (Some(threshold), Some(reported)) = (options.confidence, confidence.score()) else {
        return (accepted, None);
    };
    if reported >= threshold {
        return (accepted, None);
    }
    let is_open = options.unsure.is_none() || question.escalates;
    let unsure = is_open.then(|| ErrorKind::LowConfidence {
        threshold,
        reported,
        reply: Excerpt::new(reply),
    });
    if let Some(label) = options
        .unsure
        .clone()
        .filter(|it| *it != accepted.canonical)
    {
        let own = std::mem::replace(&mut accepted.canonical, label);
        accepted.aside.runner_up = options.runner_up.then_some(own);
    }
    (accepted, unsure)
}
