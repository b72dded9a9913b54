//! From a request to the pieces of a body.
//!
//! `model`, `system`, `messages`, then everything else; of the prompt, the stored text before the note. So the body of a
//! turn, up to the end of the stored text of its last message, is a prefix of the next turn's body.

use bytes::Bytes;
use serde_json::Value;

use crate::provider::format::{BEGIN, begins_with_the_model, held, quoted};
use crate::provider::profile::{Capabilities, Kept};
use crate::provider::{Mode, Request, WireFormat, WireSchema};
use crate::session::{Media, MediaKind, Message, Role};

/// The body of `request`.
pub(super) fn body(
    model: &str,
    request: &Request,
    takes: &Capabilities,
    streamed: bool,
) -> Vec<Bytes> {
    let kept = takes
        .kept
        .filter(|_| request.conversation.is_some() && !is_alone(request, takes));
    // Two marks say up to where the cache is to be kept. The one behind the prompt finds what the turn before it wrote,
    // for the cache looks back over 20 blocks. The one behind the system messages serves other conversations with the
    // same ones, and one whose last kept prompt is further away, since it was merged from ten branches or more, or has as
    // many images. A third, within the history, could serve that too, but would move with each turn, and so change bytes
    // that are kept.
    let mark = kept.map_or("", mark);
    let mut pieces = head(model, request, mark);
    let begin = match begins_with_the_model(request) {
        true => format!("{},", said("user", &block(BEGIN, ""))),
        false => String::new(),
    };
    let messages = format!(r#""messages":[{begin}"#).into();
    pieces.extend(request.history.wire(messages, WireFormat::Anthropic, wire));
    let mut rest = prompt(&request.prompt, request.note.as_deref(), mark);
    for message in &request.feedback {
        if let Some(blocks) = blocks(message, "") {
            rest += &format!(",{}", said(role(message), &blocks));
        }
    }
    rest += &tail(request, takes, streamed);
    pieces.push(rest.into());
    pieces
}

/// Whether no other request would read what is kept of this one: the cache would be this schema's, and later turns say
/// their schemas in the prompt. So a conversation's first turn, and many have no other, is not sold dearer.
fn is_alone(request: &Request, takes: &Capabilities) -> bool {
    takes.schema_in_cache && held(request).is_some()
}

/// Up to the messages: the library's own system message, and the conversation's.
fn head(model: &str, request: &Request, mark: &str) -> Vec<Bytes> {
    let mut head = format!(r#"{{"model":{},"#, quoted(model));
    let history = &request.history;
    let mut kept = history.wire(Bytes::new(), WireFormat::AnthropicSystem, system);
    kept.retain(|piece| !piece.is_empty());
    let own = !request.system.trim().is_empty();
    if !own && kept.is_empty() {
        return vec![head.into()];
    }
    head.push_str(r#""system":["#);
    match kept.first_mut() {
        _ if own => head += &block(request.system, ""),
        Some(first) => *first = first.slice(COMMA.len()..),
        None => {}
    }
    let mut end = String::from("],");
    // the library's own is shorter than anything that the cache keeps
    if let Some(last) = kept.last_mut().filter(|_| !mark.is_empty()) {
        last.truncate(last.len().saturating_sub(END_OF_BLOCK.len()));
        end = format!("{mark}{END_OF_BLOCK}{end}");
    }
    kept.insert(0, head.into());
    kept.push(end.into());
    kept
}

const COMMA: &str = ",";
const END_OF_BLOCK: &str = "}";

/// A system message of the conversation, behind another block.
fn system(message: &Message, body: &mut Vec<u8>) {
    let text = message.rendered();
    if message.role() == Role::System && !text.trim().is_empty() {
        body.extend_from_slice(format!("{COMMA}{}", block(&text, "")).as_bytes());
    }
}

/// A message of the conversation, before another one. The API refuses text that is blank.
fn wire(message: &Message, body: &mut Vec<u8>) {
    let blocks = blocks(message, "").filter(|_| message.role() != Role::System);
    if let Some(blocks) = blocks {
        let said = said(role(message), &blocks);
        body.extend_from_slice(format!("{said},").as_bytes());
    }
}

/// The prompt's message. The note is a block of its own behind the mark: it is for this call only.
fn prompt(prompt: &Message, note: Option<&str>, mark: &str) -> String {
    let note = note.filter(|note| !note.trim().is_empty());
    let note = note.map(|note| block(note, ""));
    let blocks = match (blocks(prompt, mark), note) {
        (Some(blocks), Some(note)) => format!("{blocks},{note}"),
        (Some(blocks), None) => blocks,
        (None, Some(note)) => note,
        (None, None) => block(&prompt.rendered(), mark),
    };
    said("user", &blocks)
}

/// What is attached to a message, and its text with the mark behind it; `None` if the text is blank.
fn blocks(message: &Message, mark: &str) -> Option<String> {
    let text = message.rendered();
    if text.trim().is_empty() {
        return None;
    }
    let mut blocks: Vec<_> = message.media().map(attached).collect();
    blocks.push(block(&text, mark));
    Some(blocks.join(","))
}

/// An image or a PDF. One that the model takes by no address was refused before.
fn attached(media: &Media) -> String {
    let source = match media.url() {
        Some(url) => format!(r#"{{"type":"url","url":{}}}"#, quoted(url)),
        None => {
            let (mime, data) = (media.mime(), media.base64());
            let (mime, data) = (mime.unwrap_or_default(), data.unwrap_or_default());
            format!(r#"{{"type":"base64","media_type":"{mime}","data":"{data}"}}"#)
        }
    };
    match (media.kind(), media.name()) {
        (MediaKind::Image, _) => format!(r#"{{"type":"image","source":{source}}}"#),
        (MediaKind::Pdf, None) => format!(r#"{{"type":"document","source":{source}}}"#),
        (MediaKind::Pdf, Some(name)) => {
            let title = quoted(name);
            format!(r#"{{"type":"document","source":{source},"title":{title}}}"#)
        }
    }
}

fn role(message: &Message) -> &'static str {
    match message.role() {
        Role::Assistant => "assistant",
        Role::User | Role::System => "user",
    }
}

fn said(role: &str, blocks: &str) -> String {
    format!(r#"{{"role":"{role}","content":[{blocks}]}}"#)
}

fn block(text: &str, mark: &str) -> String {
    let text = quoted(text);
    format!(r#"{{"type":"text","text":{text}{mark}{END_OF_BLOCK}"#)
}

/// The cache is kept up to the block in which this stands.
fn mark(kept: Kept) -> &'static str {
    match kept {
        Kept::Minutes => r#","cache_control":{"type":"ephemeral"}"#,
        Kept::Hour => r#","cache_control":{"type":"ephemeral","ttl":"1h"}"#,
    }
}

/// Everything that belongs to this call only.
fn tail(request: &Request, takes: &Capabilities, streamed: bool) -> String {
    let mut tail = String::from("]");
    if let Some(limit) = request.max_tokens.or(takes.usual_max_tokens) {
        tail += &format!(r#","max_tokens":{limit}"#);
    }
    if let Some(WireSchema { name, json, .. }) = held(request) {
        match takes.mode {
            Mode::Native => {
                tail += &format!(
                    r#","output_config":{{"format":{{"type":"json_schema","schema":{json}}}}}"#
                );
            }
            Mode::Tool => {
                let name = quoted(name);
                tail += &format!(
                    r#","tools":[{{"name":{name},"input_schema":{json}}}],"tool_choice":{{"type":"tool","name":{name}}}"#
                );
            }
            Mode::Text | Mode::Prompted => {}
        }
    }
    if let Some(temperature) = request.temperature.filter(|_| takes.sampling) {
        tail += &format!(r#","temperature":{}"#, Value::from(temperature));
    }
    if streamed {
        tail.push_str(r#","stream":true"#);
    }
    tail.push('}');
    tail
}

#[cfg(test)]
mod tests;
