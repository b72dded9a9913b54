use super::super::Found;
use super::ask::{WAYS, Way, document, labels, request, shown, text};
use crate::provider::{Provider, Request};
use crate::session::{Message, Usage};
use crate::synapse;

/// To the least that can be asked, too.
pub(super) async fn an_answer_has_text(provider: &dyn Provider) -> Result<(), Found> {
    for way in WAYS {
        text(provider, &Request::new(Message::user("Say hello.")), way).await?;
    }
    Ok(())
}

pub(super) async fn no_hidden_reasoning_is_in_a_text(provider: &dyn Provider) -> Result<(), Found> {
    for way in WAYS {
        let question = request("A train leaves at 9:40 and arrives at 11:05. How many minutes?");
        let text = text(provider, &question, way).await?.response.text;
        if text.trim_start().starts_with("<think>") {
            let found = format!("{way:?}: the text is {:?}", shown(&text));
            return Err(Found(found));
        }
    }
    Ok(())
}

pub(super) async fn the_usage_that_is_told_adds_up(provider: &dyn Provider) -> Result<(), Found> {
    for way in WAYS {
        let said = text(provider, &request("Name a colour."), way).await?;
        adds_up(said.response.usage, way)?;
        let colour = labels("Colour", &["red", "blue"])?;
        let answer = document(provider, &colour, request("Name a colour."), way).await?;
        adds_up(answer.response.usage, way)?;
    }
    Ok(())
}

fn adds_up(usage: Option<Usage>, way: Way) -> Result<(), Found> {
    let Some(usage) = usage else {
        return Ok(());
    };
    let in_cache = usage.cached_tokens.saturating_add(usage.written_tokens);
    let problem = if in_cache > usage.input_tokens {
        "more tokens of the input were in a cache than were read"
    } else if usage.reasoning_tokens > usage.output_tokens {
        "more tokens were reasoning than were written"
    } else if usage.output_tokens == 0 {
        "a text was written of no token"
    } else {
        return Ok(());
    };
    Err(Found(format!("{way:?}: {problem}: {usage:?}")))
}

/// Only where the profile says that it may be asked for; none at all may be told.
pub(super) async fn the_tokens_that_are_told_are_those_of_the_text(
    provider: &dyn Provider,
) -> Result<(), Found> {
    // rounding may bring a certain one a little above 0
    const CERTAIN: f64 = 1e-3;
    for way in WAYS {
        if !provider.profile().logprobs {
            return Ok(());
        }
        let mut question = request("Name a colour.");
        question.logprobs = true;
        let response = text(provider, &question, way).await?.response;
        let tokens = &response.tokens;
        let is_likely = |logprob: f64| logprob.is_nan() || logprob > CERTAIN;
        if let Some(token) = tokens.iter().find(|token| is_likely(token.logprob)) {
            let found = format!("{way:?}: a log-probability of {}", token.logprob);
            return Err(Found(found));
        }
        if !tokens.is_empty() && synapse::begin(tokens, &response.text).is_none() {
            let bytes: Vec<u8> = tokens
                .iter()
                .flat_map(|token| token.bytes.clone())
                .collect();
            let told = String::from_utf8_lossy(&bytes);
            let (told, text) = (shown(&told), shown(&response.text));
            return Err(Found(format!("{way:?}: tokens of {told:?} for {text:?}")));
        }
    }
    Ok(())
}
