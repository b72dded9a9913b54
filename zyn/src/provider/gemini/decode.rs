//! From a reply of `generateContent` to what it says.

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::provider::completion::{Completion, End};
use crate::provider::events::Event;
use crate::provider::format::parsed;
use crate::session::Usage;

/// Reads a whole answer; or a stream in one, as a list, in which a server answers that was not told how to stream.
pub(super) fn answer(body: &Value, said: &mut Completion) {
    let is_known = match body {
        Value::Array(pieces) => {
            pieces.iter().for_each(|it| piece(it, said));
            !pieces.is_empty()
        }
        body => {
            piece(body, said);
            ["candidates", "promptFeedback", "usageMetadata"]
                .iter()
                .any(|name| body.get(name).is_some())
        }
    };
    if !is_known {
        said.problem = Some("no candidates");
    }
}

/// Reads one event of a stream. Nothing tells that it was the last: text may follow a reason for ending.
pub(super) fn event(event: &Event, said: &mut Completion) {
    let before = said.problem;
    match parsed(event, said) {
        Some(Value::Array(pieces)) => pieces.iter().for_each(|it| piece(it, said)),
        Some(it) => piece(&it, said),
        // a piece that breaks off, as the connection did
        None if breaks_off(&event.data) => said.problem = before,
        None => {}
    }
}

fn breaks_off(json: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(json).is_err_and(|error| error.is_eof())
}

/// The whole, or a piece of a stream: they have the same shape.
fn piece(body: &Value, said: &mut Completion) {
    if said.error.is_none() {
        said.note_error(body);
    }
    let text = |name| {
        body.get(name)
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
    };
    said.model = text("modelVersion").or(said.model.take());
    said.id = text("responseId").or(said.id.take());
    if let Some(told) = body.get("usageMetadata") {
        said.usage = usage(told, said.usage);
    }
    let blocked = body.pointer("/promptFeedback/blockReason");
    if let Some(reason) = blocked.and_then(Value::as_str) {
        said.note_end(reason, End::Filtered);
    }
    let candidates = body.get("candidates").and_then(Value::as_array);
    // others are for those who ask for several answers
    let first = |it: &&Value| it.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
    if let Some(candidate) = candidates.into_iter().flatten().find(first) {
        self::candidate(candidate, said);
    }
}

fn candidate(candidate: &Value, said: &mut Completion) {
    let parts = candidate.pointer("/content/parts");
    let mut has_parts = false;
    for part in parts.and_then(Value::as_array).into_iter().flatten() {
        has_parts = true;
        let is_thought = part.get("thought").and_then(Value::as_bool) == Some(true);
        let text = part.get("text").and_then(Value::as_str);
        if let Some(text) = text.filter(|_| !is_thought) {
            said.text.say(text);
        }
    }
    match candidate.get("finishReason").and_then(Value::as_str) {
        Some(reason) => said.note_end(reason, end(reason)),
        // the reason that was told before was not the last
        None if has_parts => said.end = None,
        None => {}
    }
}

fn end(reason: &str) -> End {
    match reason {
        "STOP" | "FINISH_REASON_UNSPECIFIED" => End::Stop,
        "MAX_TOKENS" => End::Cut,
        "LANGUAGE" => End::Refused,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" => End::Filtered,
        _ if reason.starts_with("IMAGE_") => End::Filtered,
        // OTHER, a function call that nobody asked for; every reason that was added so far is one for not going on
        _ => End::Broken,
    }
}

/// What was told by now: each piece of a stream tells the whole so far, some of them not all of it.
fn usage(told: &Value, before: Option<Usage>) -> Option<Usage> {
    let number = |name| told.get(name).and_then(Value::as_u64);
    let input = number("promptTokenCount");
    let answer = number("candidatesTokenCount");
    let thoughts = number("thoughtsTokenCount");
    if input.or(answer).or(thoughts).is_none() {
        return before;
    }
    let before = before.unwrap_or_default();
    let reasoning = thoughts.unwrap_or(before.reasoning_tokens);
    let written = before.output_tokens.saturating_sub(before.reasoning_tokens);
    Some(Usage {
        input_tokens: input.unwrap_or(before.input_tokens),
        output_tokens: answer.unwrap_or(written).saturating_add(reasoning),
        cached_tokens: number("cachedContentTokenCount").unwrap_or(before.cached_tokens),
        written_tokens: 0,
        reasoning_tokens: reasoning,
    })
}

#[cfg(test)]
mod tests;
