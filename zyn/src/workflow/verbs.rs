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
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// workflow!(
///     async fn polish(text: &str) -> String {
///         let clear = transform("Make it clear", text);
///         let short = transform("Make it short", &clear);
///         short
///     }
/// );
///
/// workflow!(
///     async fn title(article: &str) -> String {
///         let short = run(polish(article));
///         let title = transform("Write a title", &short);
///         title
///     }
/// );
///
/// let llm = Llm::new(Scripted::new(["clear", "short", "Rain"]));
/// let (title, report) = title("It rains.").run_detailed(&llm, &mut Session::new()).await;
/// assert_eq!(title?, "Rain");
/// let ids: Vec<_> = report.steps.iter().map(|step| &*step.id).collect();
/// assert_eq!(ids, ["short/clear", "short/short", "short", "title"]);
/// # Ok(()) }
/// ```
pub fn run<'wf, T, E>(workflow: Run<'wf, T, E>) -> Nested<'wf, T, E> {
    Nested { run: workflow }
}

/// Awaits ordinary async Rust as a step with a name: `let answer = call(ask_user(&question));`.
///
/// Its value is what the future gives. It has no `else`: what can fail gives a `Result`, for the next line or for a `?`
/// behind the call.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// async fn find_order(number: u32) -> Option<&'static str> {
///     (number == 7).then_some("on its way")
/// }
///
/// workflow!(
///     async fn status(mail: &str) -> String {
///         let number = extract::<u32>("The order number", mail);
///         let found = call(find_order(number));
///         let state = found.unwrap_or("unknown");
///         let reply = transform("Say where the order is: {state}", mail);
///         reply
///     }
/// );
///
/// let llm = Llm::new(Scripted::new([r#"{"value":7}"#, "It is on its way."]));
/// let (reply, report) = status("Where is 7?").run_detailed(&llm, &mut Session::new()).await;
/// assert_eq!(reply?, "It is on its way.");
/// assert_eq!((&*report.steps[1].id, report.steps[1].verb), ("found", "call"));
/// # Ok(()) }
/// ```
pub fn call<'f, T>(future: impl Future<Output = T> + Send + 'f) -> Call<'f, T> {
    Call {
        future: Box::pin(future),
    }
}

/// Sums up what falls out of `window`, in its place in the conversation: `let summary = compact("Sum up so far",
/// Window::last_turns(4));`.
///
/// Its value is the summary; an empty text if nothing fell out, and then nobody is asked. The next `compact` in the same
/// words sums up the summary too.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
/// use zyn::Window;
///
/// workflow!(
///     async fn translate(words: &[&str]) -> String {
///         let mut last = String::new();
///         for word in words {
///             let french = transform("Into French", *word);
///             last = french;
///         }
///         let summary = compact("Sum up so far", Window::last_turns(1));
///         format!("{last}; {summary}")
///     }
/// );
///
/// let llm = Llm::new(Scripted::new(["un", "deux", "one was translated"]));
/// let mut session = Session::new();
/// let text = translate(&["one", "two"]).run(&llm, &mut session).await?;
/// assert_eq!(text, "deux; one was translated");
/// assert_eq!(session.at(1)?.text(), "one was translated");
/// assert_eq!(session.len(), 4);
/// # Ok(()) }
/// ```
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
/// The first that fails ends the others. In a workflow that returns a `Result`, each may fail with an error of its own. `workflow!` reads the word; the function does nothing.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// workflow!(
///     async fn greet(name: &str) -> String {
///         let (french, german) = join(transform("Into French", name), transform("Into German", name));
///         format!("{french}, {german}!")
///     }
/// );
///
/// let llm = Llm::new(Scripted::new(["Bonjour", "Guten Tag"]));
/// assert_eq!(greet("Hello").run(&llm, &mut Session::new()).await?, "Bonjour, Guten Tag!");
/// # Ok(()) }
/// ```
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
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// workflow!(
///     async fn reply(name: &str, question: &str) -> String {
///         system("You are kind.");
///         user("My name is {name}.");
///         let reply = transform("Answer", question);
///         reply
///     }
/// );
///
/// let llm = Llm::new(Scripted::new(["Hello Ada."]));
/// let mut session = Session::new();
/// reply("Ada", "Who am I?").run(&llm, &mut session).await?;
/// assert_eq!(session.at(1)?.text(), "My name is Ada.");
/// assert_eq!(session.len(), 4);
/// # Ok(()) }
/// ```
pub fn user(text: impl Input) -> Note {
    Note::new(Message::user, text)
}

/// Puts an assistant's message into the conversation, as if the model had said it.
pub fn assistant(text: impl Input) -> Note {
    Note::new(Message::assistant, text)
}
