//! From a reply of responses to what it says.

use serde_json::Value;

use crate::provider::completion::{Completion, End};
use crate::provider::events::Event;
use crate::provider::format::parsed;
use crate::provider::openai::logprobs;
use crate::session::Usage;

/// Reads a whole answer.
pub(super) fn answer(body: &Value, said: &mut Completion) {
    head(body, said);
    ending(body, said);
    let Some(items) = body.get("output").and_then(Value::as_array) else {
        said.problem = Some("no output");
        return;
    };
    // reasoning and calls of tools are items too
    let messages = items.iter().filter(|item| kind(item) == Some("message"));
    let contents = messages.filter_map(|item| item.get("content")?.as_array());
    for part in contents.flatten() {
        match kind(part) {
            Some("output_text") => {
                if let Some(text) = part.get("text").and_then(Value::as_str) {
                    said.text.push(text);
                }
                said.tokens.extend(logprobs::tokens(part.get("logprobs")));
            }
            Some("refusal") => {
                let words = part.get("refusal").and_then(Value::as_str);
                said.refuse(words.unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// Reads one event of a stream.
pub(super) fn event(event: &Event, said: &mut Completion) {
    // there is no such end in this operation, but some servers write it anyway
    if event.data.trim() == "[DONE]" {
        said.done = true;
        return;
    }
    let Some(data) = parsed(event, said) else {
        return;
    };
    let piece = data.get("delta").and_then(Value::as_str);
    match kind(&data).unwrap_or(&event.name) {
        "response.output_text.delta" => said.text.push(piece.unwrap_or_default()),
        "response.refusal.delta" => said.refuse(piece.unwrap_or_default()),
        "response.completed" | "response.incomplete" | "response.failed" => {
            terminal(data.get("response").unwrap_or(&data), said);
        }
        "error" => said.error = Some(data),
        _ => said.note_error(&data),
    }
}

/// The event that ends a stream has the whole answer in it, of which the pieces were heard.
fn terminal(response: &Value, said: &mut Completion) {
    let mut whole = Completion::default();
    answer(response, &mut whole);
    if !said.text.text().is_empty() {
        whole.text = std::mem::take(&mut said.text);
        whole.problem = None;
    }
    *said = Completion {
        refusal: said.refusal.take().or(whole.refusal.take()),
        problem: said.problem.or(whole.problem),
        done: true,
        ..whole
    };
}

/// What does not belong to an item.
fn head(body: &Value, said: &mut Completion) {
    said.note_error(body);
    let text = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
    said.model = text("model");
    said.id = text("id");
    said.usage = body.get("usage").and_then(usage);
}

/// Why the model ended.
fn ending(body: &Value, said: &mut Completion) {
    let Some(status) = body.get("status").and_then(Value::as_str) else {
        return;
    };
    let reason = body
        .pointer("/incomplete_details/reason")
        .and_then(Value::as_str);
    match (status, reason) {
        ("completed", _) => said.note_end(status, End::Stop),
        ("incomplete", Some(reason @ "content_filter")) => said.note_end(reason, End::Filtered),
        ("incomplete", reason) => said.note_end(reason.unwrap_or(status), End::Cut),
        ("failed" | "cancelled", _) => {
            said.error.get_or_insert_with(|| body.clone());
        }
        _ => said.problem = Some("an answer that is still being written"),
    }
}

fn kind(value: &Value) -> Option<&str> {
    value.get("type").and_then(Value::as_str)
}

fn usage(usage: &Value) -> Option<Usage> {
    let number = |path| usage.pointer(path).and_then(Value::as_u64);
    let input = number("/input_tokens");
    let output = number("/output_tokens");
    (input.is_some() || output.is_some()).then(|| Usage {
        input_tokens: input.unwrap_or(0),
        output_tokens: output.unwrap_or(0),
        cached_tokens: number("/input_tokens_details/cached_tokens").unwrap_or(0),
        written_tokens: number("/input_tokens_details/cache_write_tokens").unwrap_or(0),
        reasoning_tokens: number("/output_tokens_details/reasoning_tokens").unwrap_or(0),
    })
}

#[cfg(test)]
mod tests;
