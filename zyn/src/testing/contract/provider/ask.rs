//! Asks a provider as an `Llm` does, and reads what comes as a synapse does.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::Found;
use crate::llm::{Decision, Past, decide};
use crate::provider::{
    Dialect, Failure, Mode, Provider, ProviderError, Request, Response, WireSchema,
};
use crate::reply::{self, Manner, Rejected};
use crate::schema::{Rewritten, Schema, SchemaError};
use crate::session::Message;

/// How an attempt is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    Call,
    Stream,
}

pub(super) const WAYS: [Way; 2] = [Way::Call, Way::Stream];

/// What was answered.
pub(super) struct Said {
    pub(super) response: Response,
    /// What was heard of it; `None` of a call.
    pub(super) heard: Option<String>,
}

impl From<SchemaError> for Found {
    fn from(error: SchemaError) -> Self {
        Self(error.to_string())
    }
}

/// An error where there should be none.
pub(super) fn found(way: Way, error: ProviderError) -> Found {
    Found(match error.detail() {
        Some(detail) => format!("{way:?}: {error} ({})", shown(detail)),
        None => format!("{way:?}: {error}"),
    })
}

/// A request as a synapse makes it.
pub(super) fn request(text: &str) -> Request {
    Request {
        id: format!("contract-{:016x}", fastrand::u64(..)),
        conversation: Some(Arc::from("contract")),
        system: "Answer briefly, with what is asked for and nothing else.",
        ..Request::new(Message::user(text))
    }
}

/// The answer to `request`. What has been learnt from, and what is turned away for now, is asked again.
pub(super) async fn attempt(
    provider: &dyn Provider,
    request: &Request,
    way: Way,
) -> Result<Said, ProviderError> {
    const RETRIES: u32 = 2;
    const REMAINING: Duration = Duration::from_secs(60);
    let mut past = Past::default();
    loop {
        let mut heard = String::new();
        let outcome = match way {
            Way::Call => provider.call(request).await,
            Way::Stream => {
                let mut hear = |piece: &str| heard.push_str(piece);
                provider.stream(request, &mut hear).await
            }
        };
        let error = match outcome {
            Ok(response) => {
                let heard = (way == Way::Stream).then_some(heard);
                return Ok(Said { response, heard });
            }
            Err(error) => error,
        };
        let retries = RETRIES.saturating_sub(past.repeats);
        match decide(&error, past, retries, REMAINING, 0.5) {
            Decision::Repeat { after, kind } => {
                past.note(kind);
                tokio::time::sleep(after).await;
            }
            Decision::Fail => return Err(error),
        }
    }
}

/// An answer in plain text.
pub(super) async fn text(
    provider: &dyn Provider,
    request: &Request,
    way: Way,
) -> Result<Said, Found> {
    let said = attempt(provider, request, way).await;
    let said = said.map_err(|error| found(way, error))?;
    match said.response.text.trim() {
        "" => Err(Found(format!("{way:?}: an answer without text"))),
        _ => Ok(said),
    }
}

/// An answer in `schema`, which is said in the prompt alone if the server does not take it.
pub(super) async fn document(
    provider: &dyn Provider,
    schema: &Schema,
    request: Request,
    way: Way,
) -> Result<Said, Found> {
    let rewritten = taken(provider, schema)?;
    document_as(provider, schema, rewritten, request, way).await
}

/// The same, where it is asked for like this at first.
pub(super) async fn document_as(
    provider: &dyn Provider,
    schema: &Schema,
    mut rewritten: Rewritten,
    mut request: Request,
    way: Way,
) -> Result<Said, Found> {
    // to follow words alone is up to the model, and may take it more than once
    let mut reasks = 2;
    loop {
        ask_for(&mut request, schema, &rewritten, provider);
        let is_held = is_held(provider, rewritten.wire());
        let said = match attempt(provider, &request, way).await {
            Err(error) if error.kind == Failure::SchemaRefused && is_held => {
                rewritten = schema.for_dialect(Dialect::Prompted)?;
                continue;
            }
            outcome => outcome.map_err(|error| found(way, error))?,
        };
        let rejected = match read(&said.response.text, schema, &rewritten, is_held) {
            Ok(_) => return Ok(said),
            Err(rejected) => rejected,
        };
        if is_held || reasks == 0 {
            let (name, text) = (schema.name(), shown(&said.response.text));
            let found = format!("{way:?}: no {name} in {text:?}: {}", why(&rejected));
            return Err(Found(found));
        }
        reasks -= 1;
        let feedback = reply::feedback(&rejected, true);
        let again = [
            Message::assistant(said.response.text),
            Message::user(feedback),
        ];
        request.feedback.extend(again);
    }
}

/// `schema` as the provider takes it, or in the prompt alone.
pub(super) fn taken(provider: &dyn Provider, schema: &Schema) -> Result<Rewritten, SchemaError> {
    match schema.for_dialect(provider.profile().dialect) {
        Ok(rewritten) if provider.takes(rewritten.wire()) => Ok(rewritten),
        _ => schema.for_dialect(Dialect::Prompted),
    }
}

/// Makes `request` ask for an answer in this form.
pub(super) fn ask_for(
    request: &mut Request,
    schema: &Schema,
    rewritten: &Rewritten,
    provider: &dyn Provider,
) {
    let is_hidden =
        !provider.profile().schema_visible || rewritten.wire().dialect == Dialect::Prompted;
    request.note = is_hidden.then(|| Arc::clone(rewritten.words()));
    request.schema = Some(rewritten.wire().clone());
    request.original = Some(schema.clone());
}

/// Whether the server holds an answer to this schema.
pub(super) fn is_held(provider: &dyn Provider, sent: &WireSchema) -> bool {
    sent.dialect != Dialect::Prompted && provider.profile().mode != Mode::Prompted
}

/// Reads a document as it stands if the server holds answers to their schema, and with repairs if only the prompt says it.
pub(super) fn read(
    text: &str,
    schema: &Schema,
    rewritten: &Rewritten,
    is_held: bool,
) -> Result<Value, Rejected> {
    let manner = match is_held {
        true => Manner::Strict,
        false => Manner::Lenient,
    };
    let decoded = reply::decode(text, schema, rewritten, manner, &|_| Ok(()))?;
    Ok(decoded.value)
}

fn why(rejected: &Rejected) -> String {
    match rejected {
        Rejected::Malformed { reason } => reason.clone(),
        Rejected::Invalid(violations) => {
            let violations: Vec<_> = violations.iter().map(ToString::to_string).collect();
            violations.join("; ")
        }
    }
}

/// An object whose one field is one of `labels`.
pub(super) fn labels(name: &str, labels: &[&str]) -> Result<Schema, SchemaError> {
    let document = json!({
        "type": "object",
        "properties": { "label": { "type": "string", "enum": labels } },
        "required": ["label"],
    });
    Schema::from_value(name, document)
}

/// A text for a line of a report.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
