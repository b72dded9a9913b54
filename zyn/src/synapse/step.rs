//! A step as data: what it asks and what came of it, both owned and serialisable.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Confidence;
use super::to_prompt::PART;
use crate::error::Length;
use crate::llm::attempt::{self, Attempt};
use crate::provider::Mode;
use crate::reply::Repair;
use crate::schema::Schema;
use crate::session::{Block, Message, Usage, Windowed};
use crate::verb::Verb;

/// A step whose prompt is rendered: all that running it asks for, but the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepCall {
    /// The step's id: its binding and path (`High/text`).
    pub id: String,
    /// The user message: verb, instruction, and the input among its blocks.
    pub prompt: Message,
    /// The schema of the answer; `None` for plain text.
    pub schema: Option<Schema>,
    /// The step's options.
    pub options: Options,
}

/// What came of a step. `Debug` shows no content: of the answer, its length.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepRecord {
    /// The accepted answer in canonical form.
    pub answer: String,
    /// The messages that enter the session: the prompt and the answer.
    pub turn: Vec<Message>,
    /// What the accepted attempt cost, which enters the session; of several samples, what those of all cost. `None` if
    /// the provider did not say.
    pub usage: Option<Usage>,
    /// What all attempts cost, failed and invalid ones included, as far as the provider said so.
    pub spent: Usage,
    /// How many attempts may have been billed without the provider's word on what they cost.
    #[serde(default)]
    pub uncounted: u32,
    /// How many attempts were made.
    pub attempts: u32,
    /// Each of them, in the order in which they began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<Attempt>,
    /// How the answer was asked for.
    pub mode: Mode,
    /// What was done to the reply to read it.
    pub repairs: Vec<Repair>,
    /// The provider's reason for ending, as it says it.
    pub finish: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// What the session's context window did before the request; `None` if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Windowed>,
    /// How the model came to the answer, if it was to say so.
    #[serde(default)]
    pub reasoning: Option<String>,
    /// The second best label in canonical form, if it was asked for.
    #[serde(default)]
    pub runner_up: Option<String>,
    /// How sure the answer is, and where that is from.
    #[serde(default)]
    pub confidence: Confidence,
    /// How long after its attempt began the answer's first text came, if it was a stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_first_token: Option<Duration>,
    /// Whether it is from a [`Cache`](crate::policy::Cache), and nobody was asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
}

impl fmt::Debug for StepRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepRecord")
            .field("answer", &Length(&self.answer))
            .field("turn", &self.turn)
            .field("usage", &self.usage)
            .field("spent", &self.spent)
            .field("uncounted", &self.uncounted)
            .field("attempts", &self.attempts)
            .field("log", &self.log)
            .field("mode", &self.mode)
            .field("repairs", &self.repairs)
            .field("finish", &self.finish)
            .field("model", &self.model)
            .field("window", &self.window)
            .field("reasoning", &self.reasoning.as_deref().map(Length))
            .field("runner_up", &self.runner_up.as_deref().map(Length))
            .field("confidence", &self.confidence)
            .field("time_to_first_token", &self.time_to_first_token)
            .field("cached", &self.cached)
            .finish()
    }
}

/// The options of a synapse. What is not set is the [`Llm`](crate::Llm)'s business, or not sent at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Options {
    /// Sampling temperature; sent only if set.
    pub temperature: Option<f64>,
    /// The most tokens to write; sent only if set.
    pub max_tokens: Option<u32>,
    /// Further attempts after failures that can pass; the [`Llm`](crate::Llm)'s number if not set.
    pub retry: Option<u32>,
    /// Further attempts, with feedback, after invalid answers.
    pub reask: u32,
    /// The limit on the whole call; the [`Llm`](crate::Llm)'s if not set.
    pub timeout: Option<Duration>,
    /// Whether the model is to write down how it comes to its answer.
    #[serde(default)]
    pub reasoning: bool,
    /// Whether the second best label is asked for too.
    #[serde(default)]
    pub runner_up: bool,
    /// The least confidence, from 0 to 1, with which an answer is accepted. If set, and nothing else gives a number, the
    /// model is asked for one.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// Whether the provider is asked how likely the answer was to the model, and that is its confidence.
    #[serde(default)]
    pub measured: bool,
    /// How many samples are asked for, whose agreement is the answer's confidence; one if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<u32>,
    /// The label that stands for an answer that is less sure than that, by its name; without it such an answer is
    /// refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsure: Option<String>,
    /// The limit on each attempt; the [`Llm`](crate::Llm)'s if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_timeout: Option<Duration>,
    /// The limit on a connection; the [`Llm`](crate::Llm)'s if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_timeout: Option<Duration>,
    /// The limit on how long a stream takes to begin; the [`Llm`](crate::Llm)'s if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_timeout: Option<Duration>,
    /// The limit on how long a stream is silent; the [`Llm`](crate::Llm)'s if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Duration>,
    /// Whether what may have been done and billed is never repeated; if not set, as the [`Llm`](crate::Llm) says.
    #[serde(default)]
    pub at_most_once: bool,
    /// Whether it stands outside the conversation: it neither reads it nor is written into it.
    #[serde(default)]
    pub alone: bool,
    /// Whether only a reply that is exactly what was asked for is accepted, without any repair.
    #[serde(default)]
    pub strict: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            temperature: None,
            max_tokens: None,
            retry: None,
            reask: 2,
            timeout: None,
            attempt_timeout: None,
            connect_timeout: None,
            first_byte_timeout: None,
            idle_timeout: None,
            at_most_once: false,
            reasoning: false,
            runner_up: false,
            confidence: None,
            measured: false,
            agreement: None,
            unsure: None,
            alone: false,
            strict: false,
        }
    }
}

impl StepRecord {
    /// With all attempts that were made by the end.
    pub(super) fn logged(&mut self, log: Vec<Attempt>) {
        self.spent = attempt::spent(&log);
        self.uncounted = attempt::uncounted(&log);
        self.attempts = attempt::count(&log);
        self.log = log;
    }
}

impl StepCall {
    /// What the step does.
    pub fn verb(&self) -> Option<Verb> {
        self.prompt.verb()
    }

    /// What it is told to do, holes visible.
    pub fn instruction(&self) -> &str {
        self.prompt.instruction().unwrap_or_default()
    }

    /// The text it works on: the block `input`, or the first text of an input of several parts, which are the blocks
    /// `input part 1`, `input part 2`, … of the [`prompt`](Self::prompt). `None` if it reads the conversation, for images
    /// and PDFs alone, and for a `rank`, whose items are the blocks `item 1`, `item 2`, ….
    pub fn input(&self) -> Option<&str> {
        let mut texts = self.inputs().filter(|block| block.media.is_none());
        texts.next().map(|block| &*block.text)
    }

    /// The blocks that are the input.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Block> {
        let is_input = |name: &str| {
            let behind = name.strip_prefix(INPUT);
            behind.is_some_and(|it| it.is_empty() || it.starts_with(PART))
        };
        let blocks = self.prompt.blocks().iter();
        blocks.filter(move |block| is_input(&block.name))
    }

    /// Whether there is something to work on: background and examples are not.
    pub(crate) fn has_data(&self) -> bool {
        let beside = |name: &str| name == CONTEXT || name.starts_with(EXAMPLE);
        let mut blocks = self.prompt.blocks().iter();
        blocks.any(|block| !beside(&block.name))
    }
}

/// The name of the block that is the input.
pub(crate) const INPUT: &str = "input";

/// The name of the block that is background.
pub(crate) const CONTEXT: &str = "context";

/// How the names of an example's blocks begin.
pub(crate) const EXAMPLE: &str = "example ";
