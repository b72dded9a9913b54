//! A run in which nobody is asked.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::engine::{Engine, StepFn};
use super::graph::{Graph, StepInfo};
use super::report::StepReport;
use super::run::Run;
use crate::error::{Error, Length};
use crate::llm::Llm;
use crate::provider::{BoxFuture, Profile, Provider, ProviderError, Request, Response};
use crate::session::window::estimate;
use crate::session::{Message, Session};
use crate::synapse::{StepCall, StepRecord};
use crate::testing::Fake;

const NAME: &str = "dry-run";

impl<T, E> Run<'_, T, E> {
    /// Goes through the workflow with answers that are made up: every prompt on the way is rendered, and nobody is asked.
    ///
    /// The answers are those of [`Fake`], so the way is one of those that the workflow can take; the steps that are not on
    /// it are listed. The Rust between the steps runs. A `call(…)` is never made: the dry run ends there. `session` is
    /// as it was, whatever the run has for a budget, listeners and engine is left out, and what the body returns is
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::dry_run::DryEnd;
    /// use zyn::prelude::*;
    ///
    /// workflow!(
    ///     async fn reply(mail: &str) -> String {
    ///         let language = transform("Name the language", mail);
    ///         let answer = transform("Answer in {language}", mail).max_tokens(200);
    ///         answer
    ///     }
    /// );
    ///
    /// let dry = reply("Wo ist mein Paket?").dry_run(&Session::new()).await;
    /// assert_eq!(dry.end, DryEnd::Value);
    /// assert!(dry.steps[0].prompt.contains("Wo ist mein Paket?"));
    /// // the second step reads the first one's answer, which is made up
    /// assert_eq!((dry.steps[1].history, dry.steps[1].made_up), (2, 1));
    /// assert_eq!(dry.steps[1].max_tokens, Some(200));
    /// println!("{dry}"); // and `{dry:#}` has the prompts
    /// # }
    /// ```
    pub async fn dry_run(self, session: &Session) -> DryRun {
        let graph = self.graph();
        let rehearsal = Rehearsal::default();
        let llm = Llm::new(rehearsal.clone());
        let engine = Arc::new(rehearsal.clone());
        let (reports, end) = self.rehearse(&llm, session, engine).await;
        let end = match end {
            Ok(true) => DryEnd::Value,
            Ok(false) => DryEnd::Error,
            Err(call) => DryEnd::Call(call),
        };
        let steps: Vec<_> = reports
            .into_iter()
            .filter(|report| report.verb != "run")
            .map(|report| rehearsal.step(report))
            .collect();
        let mut reached: HashSet<String> = steps.iter().map(|it| in_graph(&it.id)).collect();
        if let DryEnd::Call(id) = &end {
            reached.insert(in_graph(id));
        }
        let mut unreached = Vec::new();
        leave_out(graph, "", &reached, &mut Vec::new(), &mut unreached);
        DryRun {
            workflow: graph.name,
            steps,
            unreached,
            end,
        }
    }
}

/// What a dry run found. `Display` is a table; `{:#}` has the prompts too.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DryRun {
    /// The workflow's name.
    pub workflow: &'static str,
    /// The steps on the way, in the order in which they ended; those of workflows inside it too.
    pub steps: Vec<DryStep>,
    /// The steps that are not on the way, in the order of the text.
    pub unreached: Vec<Unreached>,
    /// How it ended.
    pub end: DryEnd,
}

/// One step of a dry run. `Debug` shows no content: of the prompt, its length.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct DryStep {
    /// The step's id, as reports have it: `round[2]/draft`, `routing/urgency`.
    pub id: Arc<str>,
    /// What it does: `extract`, `classify`, …
    pub verb: &'static str,
    /// The system message that would be sent; empty if nothing would be.
    pub system: &'static str,
    /// How many messages of the conversation would be sent.
    pub history: usize,
    /// How many of these are answers that were made up. A prompt may be made of such answers, too.
    pub made_up: usize,
    /// The user message that would be sent; empty if nothing would be.
    pub prompt: String,
    /// How many answers would be asked for: more than one if the step has `agreement`.
    pub samples: u32,
    /// About how many tokens would be sent: all of that, and the schema, for each of the samples.
    pub tokens: u64,
    /// The most tokens that may be answered, by all samples together; `None` if the step does not say.
    pub max_tokens: Option<u32>,
    /// Why it could not be asked for, if it could not; or why no answer could be made up.
    pub error: Option<String>,
}

impl fmt::Debug for DryStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DryStep")
            .field("id", &self.id)
            .field("verb", &self.verb)
            .field("system", &self.system)
            .field("history", &self.history)
            .field("made_up", &self.made_up)
            .field("prompt", &Length(&self.prompt))
            .field("samples", &self.samples)
            .field("tokens", &self.tokens)
            .field("max_tokens", &self.max_tokens)
            .field("error", &self.error)
            .finish()
    }
}

/// A step that is not on the way of a dry run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreached {
    /// The step's id in the graph, behind those of the steps round it: `routing/urgency`.
    pub id: String,
    /// What it does: `extract`, `classify`, …
    pub verb: &'static str,
    /// Its instruction, as written.
    pub instruction: &'static str,
}

/// How a dry run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DryEnd {
    /// With a value, which was dropped.
    Value,
    /// With an error: that of a step, or of the Rust between them.
    Error,
    /// Before the `call` of this id.
    Call(Arc<str>),
}

impl DryRun {
    /// About how many tokens would be sent in all, if every answer is accepted at once.
    pub fn tokens(&self) -> u64 {
        let tokens = self.steps.iter().map(|step| step.tokens);
        tokens.fold(0, u64::saturating_add)
    }

    /// The most tokens that may be answered in all; `None` if a step does not say.
    pub fn max_tokens(&self) -> Option<u64> {
        let most = self.steps.iter().map(|step| step.max_tokens.map(u64::from));
        most.sum()
    }
}

impl fmt::Display for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.steps.iter().map(|step| &*step.id);
        let ids = ids.chain(self.unreached.iter().map(|step| &*step.id));
        let wide = ids.map(|id| id.chars().count()).max().unwrap_or(0).max(4);
        writeln!(
            f,
            "{:wide$}  {:9}  {:>7}  {:>7}  {:>8}  {:>7}",
            "step", "verb", "tokens", "at most", "messages", "made up"
        )?;
        for step in &self.steps {
            let most = step
                .max_tokens
                .map_or("-".to_owned(), |most| most.to_string());
            writeln!(
                f,
                "{:wide$}  {:9}  {:>7}  {most:>7}  {:>8}  {:>7}",
                step.id, step.verb, step.tokens, step.history, step.made_up
            )?;
            if let Some(error) = &step.error {
                writeln!(f, "    failed: {error}")?;
            }
            if f.alternate() {
                for line in step.prompt.lines() {
                    writeln!(f, "    {line}")?;
                }
            }
        }
        for step in &self.unreached {
            writeln!(
                f,
                "{:wide$}  {:9}  not reached: {}",
                step.id, step.verb, step.instruction
            )?;
        }
        write!(f, "about {} tokens would be sent; ", self.tokens())?;
        match &self.end {
            DryEnd::Value => write!(f, "`{}` ends with a value", self.workflow),
            DryEnd::Error => write!(f, "`{}` ends with an error", self.workflow),
            DryEnd::Call(id) => write!(f, "`{}` goes on with the call `{id}`", self.workflow),
        }
    }
}

/// The id in the graph of a step whose id has rounds: `round[2]/draft` is `round/draft`.
fn in_graph(id: &str) -> String {
    let segments = id.split('/');
    let segments: Vec<_> = segments
        .map(|it| it.split_once('[').map_or(it, |(name, _)| name))
        .collect();
    segments.join("/")
}

/// Notes the steps of `graph` that were not reached; `before` stands before their ids. A workflow that runs itself is
/// looked at once.
fn leave_out(
    graph: &'static Graph,
    before: &str,
    reached: &HashSet<String>,
    inside: &mut Vec<&'static Graph>,
    out: &mut Vec<Unreached>,
) {
    inside.push(graph);
    for step in graph.steps {
        let StepInfo {
            verb, instruction, ..
        } = *step;
        let id = format!("{before}{}", step.id);
        match step.workflow {
            Some(inner) if inside.iter().any(|outer| std::ptr::eq(*outer, inner)) => {}
            Some(inner) => leave_out(inner, &format!("{id}/"), reached, inside, out),
            None if reached.contains(&id) => {}
            None => out.push(Unreached {
                id,
                verb,
                instruction,
            }),
        }
    }
    inside.pop();
}

/// Makes up the answers, and keeps what was sent for which step.
#[derive(Clone, Default)]
struct Rehearsal(Arc<Mutex<Sent>>);

#[derive(Default)]
struct Sent {
    /// Not yet known to be a step's.
    requests: Vec<Request>,
    steps: Vec<(String, Request, u32)>,
}

impl Rehearsal {
    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The step of a report, with what was sent for it.
    fn step(&self, report: StepReport) -> DryStep {
        let sent = self.sent();
        let sent = sent.steps.iter().find(|(id, ..)| **id == *report.id);
        let request = sent.map(|(_, request, _)| request);
        let samples = sent.map_or(1, |(.., samples)| *samples);
        let history = request.map(|it| &it.history);
        let made_up = |message: &&Message| message.asked() == Some(NAME);
        DryStep {
            id: report.id,
            verb: report.verb,
            system: request.map_or("", |it| it.system),
            history: history.map_or(0, |it| it.len()),
            made_up: history.map_or(0, |it| it.iter().filter(made_up).count()),
            prompt: request.map_or_else(String::new, |it| it.prompt.rendered().into_owned()),
            samples,
            tokens: request.map_or(0, tokens).saturating_mul(samples.into()),
            max_tokens: request
                .and_then(|it| it.max_tokens)
                .map(|most| most.saturating_mul(samples)),
            error: report.error,
        }
    }
}

fn tokens(request: &Request) -> u64 {
    let schema = request.schema.as_ref().map_or("", |schema| &schema.json);
    let texts = [
        request.system,
        schema,
        request.note.as_deref().unwrap_or_default(),
    ];
    let texts = texts.map(estimate::text);
    let messages = request.history.iter().chain([&request.prompt]);
    texts
        .into_iter()
        .fold(estimate::messages(messages), u64::saturating_add)
}

impl Engine for Rehearsal {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            let outcome = exec().await;
            let mut sent = self.sent();
            // what was asked again was answered by nobody who could know better
            let first = |it: &Request| it.feedback.is_empty() && it.prompt == call.prompt;
            let samples = call.options.samples();
            let mut request = None;
            for _ in 0..samples {
                if let Some(place) = sent.requests.iter().position(first) {
                    request = Some(sent.requests.swap_remove(place));
                }
            }
            sent.steps
                .extend(request.map(|request| (call.id, request, samples)));
            outcome
        })
    }
}

impl Provider for Rehearsal {
    fn name(&self) -> &str {
        NAME
    }

    fn model(&self) -> &str {
        NAME
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        self.sent().requests.push(request.clone());
        Box::pin(async move { Fake::new().answer(request) })
    }
}
