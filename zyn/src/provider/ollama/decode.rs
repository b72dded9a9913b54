//! From a reply of Ollama's chat to what it says.

use serde_json::Value;

use crate::provider::completion::{Completion, End};
use crate::provider::events::Event;
use crate::provider::format::parsed;
use crate::session::Usage;

/// Reads a whole answer.
pub(super) fn answer(body: &Value, said: &mut Completion) {
    piece(body, said);
    if body.get("message").is_none() {
        said.problem = Some("no message");
    }
}

/// Reads a line of a stream.
pub(super) fn event(event: &Event, said: &mut Completion) {
    if let Some(it) = parsed(event, said) {
        piece(&it, said);
    }
}

/// The whole, or a piece of a stream: they have the same shape.
fn piece(body: &Value, said: &mut Completion) {
    said.note_error(body);
    if let Some(model) = body.get("model").and_then(Value::as_str) {
        said.model = Some(model.to_owned());
    }
    // what the model thinks stands beside it; older servers leave it in front
    match body.pointer("/message/content") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => said.text.push(text),
        Some(_) => said.problem = Some("a content that is no text"),
    }
    said.usage = usage(body).or(said.usage);
    if body.get("done").and_then(Value::as_bool) == Some(true) {
        said.done = true;
        said.end = Some(End::Stop);
        match body.get("done_reason").and_then(Value::as_str) {
            Some("length") => said.note_end("length", End::Cut),
            // `load` and `unload` too: there is no text then
            Some(reason) => said.note_end(reason, End::Stop),
            None => {}
        }
    }
}

fn usage(body: &Value) -> Option<Usage> {
    let number = |name| body.get(name).and_then(Value::as_u64);
    let input = number("prompt_eval_count");
    let output = number("eval_count");
    // a prompt that was in the server's memory is not counted
    input
        .or(output)
        .map(|_| Usage::new(input.unwrap_or(0), output.unwrap_or(0)))
}

#[cfg(test)]
mod tests;
