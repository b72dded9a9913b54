use super::super::{Found, together};
use super::ask::{Way, document, labels, request, text};
use super::streams::heard_whole;
use crate::provider::{BoxFuture, Provider};

/// Each is asked for one of its own labels, so that an answer tells whose it is.
pub(super) async fn calls_at_the_same_time_do_not_mix(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let asked = [
        ("Size", ["small", "large"], Way::Call),
        ("Speed", ["slow", "fast"], Way::Stream),
        ("Height", ["low", "tall"], Way::Call),
        ("Weight", ["light", "heavy"], Way::Stream),
    ];
    let answers = asked.map(|(name, of, way)| -> BoxFuture<'_, Result<(), Found>> {
        Box::pin(async move {
            let question = request("Take one of the labels, whichever you like.");
            heard_whole(&document(provider, &labels(name, &of)?, question, way).await?)
        })
    });
    together(answers).await.into_iter().collect()
}

pub(super) async fn no_two_answers_have_the_same_request_id(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let question = request("Say hello.");
    let first = text(provider, &question, Way::Call).await?.response;
    let second = text(provider, &question, Way::Call).await?.response;
    match (first.request_id, second.request_id) {
        (Some(first), Some(second)) if first == second => {
            Err(Found(format!("two answers have the id {first:?}")))
        }
        _ => Ok(()),
    }
}

/// All attempts of a fire have its id, and those after the first ask for something else.
pub(super) async fn a_request_that_comes_again_is_answered_anew(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let question = request("Take one of the labels, whichever you like.");
    for (name, of) in [("Shape", ["round", "square"]), ("Side", ["left", "right"])] {
        document(provider, &labels(name, &of)?, question.clone(), Way::Call).await?;
    }
    Ok(())
}
