//! From a reply of chat completions to what it says.

use serde_json::Value;

use crate::provider::completion::{Completion, End};
use crate::provider::events::Event;
use crate::provider::format::parsed;
use crate::provider::openai::logprobs;
use crate::provider::spoken::Spoken;
use crate::session::Usage;

/// Reads a whole answer.
pub(super) fn answer(body: &Value, said: &mut Completion) {
    head(body, said);
    let choices = body.get("choices");
    let Some(choice) = choices.and_then(|choices| choices.get(0)) else {
        said.problem = Some("no choices");
        return;
    };
    said.note_error(choice);
    let Some(message) = choice.get("message") else {
        said.problem = Some("no message");
        return;
    };
    speech(message, said);
    ending(choice, said);
    said.tokens = logprobs::tokens(choice.pointer("/logprobs/content"));
}

/// Reads one event of a stream.
pub(super) fn event(event: &Event, said: &mut Completion) {
    if event.data.trim() == "[DONE]" {
        said.done = true;
        return;
    }
    let Some(chunk) = parsed(event, said) else {
        return;
    };
    head(&chunk, said);
    if event.name == "error" && said.error.is_none() {
        said.error = Some(chunk);
        return;
    }
    let choices = chunk.get("choices").and_then(Value::as_array);
    // others are for those who ask for several answers
    let first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
    let Some(choice) = choices.into_iter().flatten().find(first) else {
        return;
    };
    said.note_error(choice);
    let told = |name| choice.get(name).filter(|it| !it.is_null());
    // some servers say the whole message in place of a piece, others behind all of its pieces
    let is_repeated = match (told("delta"), told("message")) {
        (None, Some(_)) if !said.text.text().is_empty() || said.refusal.is_some() => true,
        (None, Some(message)) => {
            // a thought may have been heard, which the whole has too
            said.text = Spoken::default();
            speech(message, said);
            false
        }
        (Some(delta), _) => {
            speech(delta, said);
            false
        }
        (None, None) => false,
    };
    ending(choice, said);
    if !is_repeated {
        let tokens = logprobs::tokens(choice.pointer("/logprobs/content"));
        said.tokens.extend(tokens);
    }
}

/// What does not belong to a choice.
fn head(body: &Value, said: &mut Completion) {
    said.note_error(body);
    if let Some(model) = body.get("model").and_then(Value::as_str) {
        said.model = Some(model.to_owned());
    }
    // Groq tells a stream's under a name of its own
    let told = [
        body.get("usage"),
        body.get("x_groq").and_then(|it| it.get("usage")),
    ];
    if let Some(told) = told.into_iter().flatten().find_map(usage) {
        said.usage = Some(told);
    }
}

/// The text of a message or of a piece of one, and a refusal.
fn speech(message: &Value, said: &mut Completion) {
    if let Some(words) = message.get("refusal").and_then(Value::as_str) {
        said.refuse(words);
    }
    match message.get("content") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => said.text.push(text),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| self::part(part, said)),
        Some(_) => said.problem = Some("a content that is no text"),
    }
}

/// A part of a content; hidden reasoning is one too.
fn part(part: &Value, said: &mut Completion) {
    if let Value::String(text) = part {
        said.text.say(text);
        return;
    }
    if let Some(words) = part.get("refusal").and_then(Value::as_str) {
        said.refuse(words);
    }
    let kind = part.get("type").and_then(Value::as_str);
    if let None | Some("text" | "output_text") = kind
        && let Some(text) = part.get("text").and_then(Value::as_str)
    {
        said.text.say(text);
    }
}

fn ending(choice: &Value, said: &mut Completion) {
    let Some(finish) = choice.get("finish_reason").and_then(Value::as_str) else {
        return;
    };
    // the server broke off, and says so in the place of an error (OpenRouter)
    if finish == "error" && said.error.is_none() {
        said.error = Some(choice.clone());
    }
    said.note_end(finish, end(finish));
}

/// What the server's reason for ending means.
pub(super) fn end(finish: &str) -> End {
    match finish {
        "content_filter" => End::Filtered,
        "length" | "model_length" | "max_tokens" => End::Cut,
        _ => End::Stop,
    }
}

fn usage(usage: &Value) -> Option<Usage> {
    let number = |of: &Value, name| of.get(name).and_then(Value::as_u64);
    let detail = |of, name| usage.get(of).and_then(|it| number(it, name));
    let input = number(usage, "prompt_tokens");
    let output = number(usage, "completion_tokens");
    (input.is_some() || output.is_some()).then(|| Usage {
        input_tokens: input.unwrap_or(0),
        output_tokens: output.unwrap_or(0),
        cached_tokens: detail("prompt_tokens_details", "cached_tokens")
            .or_else(|| number(usage, "prompt_cache_hit_tokens"))
            .unwrap_or(0),
        written_tokens: detail("prompt_tokens_details", "cache_write_tokens").unwrap_or(0),
        reasoning_tokens: detail("completion_tokens_details", "reasoning_tokens").unwrap_or(0),
    })
}

#[cfg(test)]
mod tests;
