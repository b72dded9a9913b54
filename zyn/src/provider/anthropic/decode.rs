//! From a reply of the messages API to what it says.

use serde_json::Value;

use crate::provider::completion::{Completion, End};
use crate::provider::events::Event;
use crate::provider::format::parsed;
use crate::session::Usage;

/// Reads a whole answer.
pub(super) fn answer(body: &Value, said: &mut Completion) {
    said.note_error(body);
    said.id = text(body, "request_id").map(ToOwned::to_owned);
    message(body, said);
    if !body.get("content").is_some_and(Value::is_array) {
        said.problem = Some("no content");
    }
    ending(body, said);
}

/// Reads one event of a stream. What it does not know is no part of an answer.
pub(super) fn event(event: &Event, said: &mut Completion) {
    let Some(data) = parsed(event, said) else {
        return;
    };
    let part = |name| data.get(name).unwrap_or(&Value::Null);
    match text(&data, "type").unwrap_or(&event.name) {
        "message_start" => message(part("message"), said),
        "content_block_start" => block(part("content_block"), said),
        "content_block_delta" => delta(part("delta"), said),
        "message_delta" => {
            usage(part("usage"), said);
            ending(part("delta"), said);
        }
        "message_stop" => said.done = true,
        "error" => said.error = Some(data),
        _ => {}
    }
}

/// A message, or the beginning of one.
fn message(message: &Value, said: &mut Completion) {
    if let Some(model) = text(message, "model") {
        said.model = Some(model.to_owned());
    }
    usage(message.get("usage").unwrap_or(&Value::Null), said);
    let blocks = message.get("content").and_then(Value::as_array);
    for block in blocks.into_iter().flatten() {
        self::block(block, said);
    }
}

/// A block of a content, hidden thoughts left out. A tool is called where the answer is asked for as its input, and for
/// nothing else: so the input is the answer.
fn block(block: &Value, said: &mut Completion) {
    match text(block, "type") {
        Some("text") => said.text.push(text(block, "text").unwrap_or_default()),
        Some("tool_use") => {
            // in a stream the input is empty at first
            let input = block.get("input").and_then(Value::as_object);
            if let Some(input) = input.filter(|input| !input.is_empty()) {
                said.text.say(&Value::from(input.clone()).to_string());
            }
        }
        _ => {}
    }
}

fn delta(delta: &Value, said: &mut Completion) {
    match text(delta, "type") {
        Some("text_delta") => said.text.push(text(delta, "text").unwrap_or_default()),
        Some("input_json_delta") => said
            .text
            .say(text(delta, "partial_json").unwrap_or_default()),
        _ => {}
    }
}

fn ending(message: &Value, said: &mut Completion) {
    let Some(reason) = text(message, "stop_reason") else {
        return;
    };
    let end = match reason {
        // the text stops where the room did, so it is no whole answer: not a conversation that was turned away
        "max_tokens" | "model_context_window_exceeded" => End::Cut,
        "refusal" => {
            let details = message.get("stop_details").unwrap_or(&Value::Null);
            let words = ["explanation", "category"].map(|name| text(details, name));
            if let Some(words) = words.into_iter().flatten().next() {
                said.refuse(words);
            }
            End::Refused
        }
        "pause_turn" => {
            said.problem =
                Some("a turn that waits for tools of the server's, of which none was sent");
            End::Stop
        }
        _ => End::Stop,
    };
    if reason == "tool_use" && said.text.text().is_empty() {
        // a tool without input: in a stream nothing was said of it
        said.text.say("{}");
    }
    said.note_end(reason, end);
}

/// Takes in what is told of tokens: a stream tells some of it at its start, and the sums at its end.
fn usage(told: &Value, said: &mut Completion) {
    let number = |path| told.pointer(path).and_then(Value::as_u64);
    let (input, output) = (number("/input_tokens"), number("/output_tokens"));
    if input.or(output).is_none() {
        return;
    }
    let before = said.usage.unwrap_or_default();
    let cached = number("/cache_read_input_tokens").unwrap_or(before.cached_tokens);
    let written = number("/cache_creation_input_tokens").unwrap_or(before.written_tokens);
    let others = input.unwrap_or_else(|| {
        let known = before.input_tokens.saturating_sub(before.cached_tokens);
        known.saturating_sub(before.written_tokens)
    });
    said.usage = Some(Usage {
        input_tokens: others.saturating_add(cached).saturating_add(written),
        output_tokens: output.unwrap_or(before.output_tokens),
        cached_tokens: cached,
        written_tokens: written,
        reasoning_tokens: number("/output_tokens_details/thinking_tokens")
            .unwrap_or(before.reasoning_tokens),
    });
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
