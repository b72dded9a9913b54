//! An accepted answer, and what is known of it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Length, TypeOf};
use crate::llm::Attempt;
use crate::provider::Mode;
use crate::reply::Repair;
use crate::session::{Usage, Windowed};

/// An accepted answer and how it came about.
///
/// `Debug` shows no content: of the value its type, of the reasoning its length.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The value.
    pub value: T,
    /// How sure it is, and where that is from.
    pub confidence: Confidence,
    /// How the model came to it, if [`Synapse::reasoning`](crate::Synapse::reasoning) asked for that.
    pub reasoning: Option<String>,
    /// The second best label, if [`Synapse::runner_up`](crate::Synapse::runner_up) asked for it.
    pub runner_up: Option<T>,
    /// What was done to the model's text to read it.
    pub repairs: Vec<Repair>,
    /// How it was asked for.
    pub mode: Mode,
    /// How many attempts were made.
    pub attempts: u32,
    /// Each of them, in the order in which they began.
    pub log: Vec<Attempt>,
    /// What the accepted attempt cost, which entered the session; with [`agreement`](crate::Synapse::agreement), what
    /// those of all samples cost. `None` if the provider did not say.
    pub usage: Option<Usage>,
    /// What all attempts cost, failed and invalid ones included, as far as the provider said so.
    pub spent: Usage,
    /// The model that was asked, by the name that its provider was set up with; of fallbacks, the one that answered.
    pub asked: String,
    /// The provider's reason for ending, as it says it: `stop`.
    pub finish: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// What the session's [`Window`](crate::Window) did before the request; `None` if it has none.
    pub window: Option<Windowed>,
    /// How long after its attempt began the answer's first text came, if it was a stream.
    pub time_to_first_token: Option<Duration>,
    /// Whether it is from a [`Cache`](crate::policy::Cache): nobody was asked, and it cost nothing.
    pub cached: bool,
    /// Why no model gave the value, if it is that of [`Synapse::otherwise`](crate::Synapse::otherwise). Nothing of it is
    /// in the session.
    pub instead_of: Option<ErrorKind>,
}

impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("value", &TypeOf::new(&self.value))
            .field("confidence", &self.confidence)
            .field("reasoning", &self.reasoning.as_deref().map(Length))
            .field("runner_up", &self.runner_up.as_ref().map(TypeOf::new))
            .field("repairs", &self.repairs)
            .field("mode", &self.mode)
            .field("attempts", &self.attempts)
            .field("log", &self.log)
            .field("usage", &self.usage)
            .field("spent", &self.spent)
            .field("asked", &self.asked)
            .field("finish", &self.finish)
            .field("model", &self.model)
            .field("window", &self.window)
            .field("time_to_first_token", &self.time_to_first_token)
            .field("cached", &self.cached)
            .field("instead_of", &self.instead_of)
            .finish()
    }
}

impl<T> Answer<T> {
    /// A value that no model gave, and what was paid for nothing.
    pub(super) fn otherwise(value: T, error: &Error) -> Self {
        let log = error.log().to_vec();
        Self {
            value,
            confidence: Confidence::NotScored,
            reasoning: None,
            runner_up: None,
            repairs: Vec::new(),
            mode: Mode::Text,
            attempts: error.attempts(),
            usage: None,
            spent: error.usage(),
            asked: log
                .last()
                .map(|it| it.model.to_string())
                .unwrap_or_default(),
            log,
            finish: None,
            model: None,
            window: error.window().cloned(),
            time_to_first_token: None,
            cached: false,
            instead_of: Some(error.kind().clone()),
        }
    }
}

/// Where a confidence is from.
///
/// If several are asked for, there is the first of these: [`Agreement`](Self::Agreement), [`Measured`](Self::Measured),
/// [`SelfReported`](Self::SelfReported).
///
/// # Examples
///
/// ```
/// use zyn::Confidence;
///
/// assert_eq!(Confidence::Measured(0.9).score(), Some(0.9));
/// assert_eq!(Confidence::Agreement { agreed: 3, samples: 4 }.score(), Some(0.75));
/// assert_eq!(Confidence::NotScored.score(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confidence {
    /// Nobody scored the answer.
    #[default]
    NotScored,
    /// The model's own word for it, from 0 to 1. It is not calibrated: compare it only with the same model's.
    SelfReported(f64),
    /// The probability, from 0 to 1, that the model gave to the answer it wrote, if
    /// [`measured`](crate::Synapse::measured) asked for it and the provider tells it. It is how sure the model was, and
    /// not how often it is right.
    ///
    /// With *p* the probability of each token that has a byte in the answer's value, and *n* the number of these:
    ///
    /// - of a label, and of yes or no, the probability of all of them together: exp(Σ ln *p*);
    /// - of any other answer, which is one of so many that no single one is likely, that of its tokens on average, which
    ///   is their geometric mean: exp(Σ ln *p* / *n*).
    ///
    /// The value is the text; or what stands behind the fields of the reply's JSON, those left out that are beside the
    /// answer. The quotes of a text are not in it, nor are the names of the outermost fields, since these are only how
    /// the answer is written down. A server that holds a model to a schema may tell the probabilities from before that or
    /// from after it; so compare a number only with those of the same server and model.
    Measured(f64),
    /// So many of so many samples gave this answer, if [`agreement`](crate::Synapse::agreement) asked for several. Those
    /// that came to nothing are among `samples`.
    Agreement {
        /// How many gave this answer.
        agreed: u32,
        /// How many were asked for.
        samples: u32,
    },
}

impl Confidence {
    /// The number, from 0 to 1, if there is one. Numbers from different places do not compare.
    pub fn score(self) -> Option<f64> {
        match self {
            Self::NotScored => None,
            Self::SelfReported(score) | Self::Measured(score) => Some(score),
            Self::Agreement { agreed, samples } => {
                (samples > 0).then(|| f64::from(agreed) / f64::from(samples))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_confidence_reads_back_whichever_it_is() {
        for (confidence, stored) in [
            (Confidence::NotScored, r#""not_scored""#),
            (Confidence::SelfReported(0.5), r#"{"self_reported":0.5}"#),
            (Confidence::Measured(0.5), r#"{"measured":0.5}"#),
            (
                Confidence::Agreement {
                    agreed: 2,
                    samples: 3,
                },
                r#"{"agreement":{"agreed":2,"samples":3}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&confidence).unwrap(), stored);
            let read: Confidence = serde_json::from_str(stored).unwrap();
            assert_eq!(read, confidence);
        }
    }
}
