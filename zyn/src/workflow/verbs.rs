//! The words of `workflow!`. Inside a workflow they are in scope, and a `let` that calls a verb is a step.
//!
//! The eight verbs take an instruction and what to work on; without the second the step reads the conversation.

use std::future::Future;

use serde::Serialize;

use super::{Call, Compact, Nested, Note, Run, Step};
use crate::input::{Json, List};
use crate::session::{Message, Window};
use crate::synapse::{self, Analysis, Classify, Extract, Input, Instruction, Sentiment, ToPrompt};

/// Reads a `T` out of text.
pub fn extract<T: Extract>(instruction: impl Into<Instruction>, input: impl Input) -> Step<T> {
    Step::new(synapse::extract(instruction), input)
}

/// Picks one label of `L` for text.
pub fn classify<L: Classify>(question: impl Into<Instruction>, input: impl Input) -> Step<L> {
    Step::new(synapse::classify(question), input)
}

/// Rewrites text.
pub fn transform(instruction: impl Into<Instruction>, input: impl Input) -> Step<String> {
    Step::new(synapse::transform(instruction), input)
}

/// Answers a question about text with yes or no.
pub fn binary(question: impl Into<Instruction>, input: impl Input) -> Step<bool> {
    Step::new(synapse::binary(question), input)
}

/// Puts items in order: an array, a slice or a `Vec` of what is `ToPrompt`.
pub fn rank<X: ToPrompt + Clone + Send + Sync + 'static>(
    criteria: impl Into<Instruction>,
    items: impl Input<List<X>>,
) -> Step<Vec<X>, List<X>> {
    Step::new(synapse::rank(criteria), items)
}

/// Judges the feeling in a text.
pub fn sentiment(instruction: impl Into<Instruction>, input: impl Input) -> Step<Sentiment> {
    Step::new(synapse::sentiment(instruction), input)
}

/// Writes an analysis of data: of a `&T` that is `Serialize`.
pub fn analyze<T: Serialize + 'static>(
    instruction: impl Into<Instruction>,
    data: impl Input<Json<T>>,
) -> Step<Analysis, Json<T>> {
    Step::new(synapse::analyze(instruction), data)
}

/// Turns a `&T` that is `Serialize` into a `U`.
pub fn convert<T: Serialize + 'static, U: Extract>(
    instruction: impl Into<Instruction>,
    data: impl Input<Json<T>>,
) -> Step<U, Json<T>> {
    Step::new(synapse::convert(instruction), data)
}

/// Runs a workflow inside this one, in the same transaction: `let routing = run(triage(mail));`.
///
/// The ids of its steps stand behind this step's: `routing/urgency`. Model, engine, listener and budget are those of the
/// outer run.
pub fn run<'wf, T, E>(workflow: Run<'wf, T, E>) -> Nested<'wf, T, E> {
    Nested { run: workflow }
}

/// Awaits ordinary async Rust as a step with a name: `let answer = call(ask_user(&question));`.
///
/// Its value is what the future gives. It has no `else`: what can fail gives a `Result`, for the next line or for a `?`
/// behind the call.
pub fn call<F: Future>(future: F) -> Call<F> {
    Call { future }
}

/// Sums up what falls out of `window`, in its place in the conversation: `let summary = compact("Sum up so far",
/// Window::last_turns(4));`.
///
/// Its value is the summary; an empty text if nothing fell out, and then nobody is asked. The next `compact` in the same
/// words sums up the summary too.
pub fn compact(instruction: impl Into<Instruction>, window: Window) -> Compact {
    Compact {
        instruction: instruction.into(),
        window,
        llm: None,
    }
}

/// Runs steps at the same time: `let (tone, topic) = join(sentiment("Tone?", mail), extract::<Topic>("Topic", mail));`.
///
/// Each reads the conversation as it is before the `join`; their turns enter it in the order in which they are written.
/// The first that fails ends the others. `workflow!` reads the word; the function does nothing.
pub fn join<S>(steps: S) -> S {
    steps
}

/// The conversation so far, inside `workflow!`: `if history().len() > 20 { … }`. `workflow!` reads the word; outside of it
/// there is none.
pub fn history() {}

/// Puts a system message into the conversation.
pub fn system(text: impl Input) -> Note {
    Note::new(Message::system, text)
}

/// Puts a user's message into the conversation.
pub fn user(text: impl Input) -> Note {
    Note::new(Message::user, text)
}

/// Puts an assistant's message into the conversation, as if the model had said it.
pub fn assistant(text: impl Input) -> Note {
    Note::new(Message::assistant, text)
}
