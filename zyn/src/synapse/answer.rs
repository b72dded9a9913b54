//! An accepted answer, and what is known of it.

use serde::{Deserialize, Serialize};

use super::Mode;
use crate::reply::Repair;
use crate::session::{Usage, Windowed};

/// An accepted answer and how it came about.
#[derive(Debug, Clone, PartialEq)]
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
    /// What the accepted attempt cost, which entered the session; `None` if the provider did not say.
    pub usage: Option<Usage>,
    /// What all attempts cost, failed and invalid ones included, as far as the provider said so.
    pub spent: Usage,
    /// The model that was asked, by the name that its provider was set up with.
    pub asked: String,
    /// The provider's reason for ending, as it says it: `stop`.
    pub finish: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// What the session's [`Window`](crate::Window) did before the request; `None` if it has none.
    pub window: Option<Windowed>,
}

/// Where a confidence is from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confidence {
    /// Nobody scored the answer.
    #[default]
    NotScored,
    /// The model's own word for it, from 0 to 1. It is not calibrated: compare it only with the same model's.
    SelfReported(f64),
}

impl Confidence {
    /// The number, if there is one.
    pub fn score(self) -> Option<f64> {
        match self {
            Self::NotScored => None,
            Self::SelfReported(score) => Some(score),
        }
    }
}
