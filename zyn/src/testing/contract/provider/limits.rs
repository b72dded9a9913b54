use serde_json::json;

use super::super::Found;
use super::ask::{
    Said, WAYS, Way, ask_for, attempt, found, is_held, read, request, shown, taken, text,
};
use crate::provider::{Failure, Provider, ProviderError, Request};
use crate::schema::Schema;

/// Some models take none: then it is left out.
pub(super) async fn a_temperature_is_taken_or_left_out(
    provider: &dyn Provider,
) -> Result<(), Found> {
    for temperature in [0.0, 1.0] {
        let mut question = request("Name a colour.");
        question.temperature = Some(temperature);
        text(provider, &question, Way::Call).await?;
    }
    Ok(())
}

/// Some servers take no limit as low as the lower one, and say so.
const LIMITS: [u32; 2] = [1, 16];

/// How servers say that an answer was cut.
const CUT: &[&str] = &[
    "length",
    "max_tokens",
    "max_output_tokens",
    "model_length",
    "incomplete",
];

pub(super) async fn a_text_that_is_cut_is_no_answer(provider: &dyn Provider) -> Result<(), Found> {
    for (limit, way) in limited() {
        let mut question = request("Write the numbers from one to a hundred as words.");
        question.max_tokens = Some(limit);
        let Some(said) = whole(provider, &question, way).await? else {
            continue;
        };
        let finish = said.response.finish.unwrap_or_default().to_lowercase();
        if CUT.contains(&&*finish) {
            let text = shown(&said.response.text);
            let found = format!("{way:?}: a success with {text:?}, which ended with {finish:?}");
            return Err(Found(found));
        }
    }
    Ok(())
}

pub(super) async fn a_document_that_is_cut_is_no_answer(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let document = json!({
        "type": "object",
        "properties": {
            "names": { "type": "array", "items": { "type": "string" } },
            "rivers": { "type": "array", "items": { "type": "string" } },
        },
        "required": ["names", "rivers"],
    });
    let schema = Schema::from_value("Atlas", document)?;
    for (limit, way) in limited() {
        let rewritten = taken(provider, &schema)?;
        let mut question = request("Name five towns and five rivers.");
        question.max_tokens = Some(limit);
        ask_for(&mut question, &schema, &rewritten, provider);
        let is_held = is_held(provider, rewritten.wire());
        let Some(said) = whole(provider, &question, way).await? else {
            continue;
        };
        let response = said.response;
        // a model that no server holds may say anything
        if is_held && read(&response.text, &schema, &rewritten, is_held).is_err() {
            let text = shown(&response.text);
            return Err(Found(format!("{way:?}: a success with {text:?}")));
        }
    }
    Ok(())
}

fn limited() -> impl Iterator<Item = (u32, Way)> {
    let ways = |limit| WAYS.map(|way| (limit, way));
    LIMITS.into_iter().flat_map(ways)
}

/// The answer, if there is one: a limit may leave none.
async fn whole(
    provider: &dyn Provider,
    question: &Request,
    way: Way,
) -> Result<Option<Said>, Found> {
    match attempt(provider, question, way).await {
        Ok(said) => Ok(Some(said)),
        Err(ProviderError {
            kind: Failure::Truncated | Failure::Empty | Failure::Rejected | Failure::SchemaRefused,
            ..
        }) => Ok(None),
        Err(error) => Err(found(way, error)),
    }
}
