//! From a request to the pieces of a body, in either operation.
//!
//! `model`, then the messages, then everything else; of the last message, the stored text before the note. So the body
//! of a turn, up to the end of the stored text of its last message, is a prefix of the next turn's body, and the
//! provider's cache can serve it.

use bytes::Bytes;
use serde_json::Value;

use super::{message, turns};
use crate::provider::format::{held, quote, quoted};
use crate::provider::profile::{Capabilities, MaxTokens};
use crate::provider::{Mode, Request, WireFormat, WireSchema};
use crate::session::Media;

/// What an operation calls things.
pub(super) struct Operation {
    /// The list of messages.
    pub(super) messages: &'static str,
    /// The type of a text that is a part of a message.
    pub(super) text: &'static str,
    /// An image or a PDF.
    pub(super) media: fn(&Media) -> String,
    /// What stands around the name of a schema and the schema.
    pub(super) schema: [&'static str; 2],
    /// That the answer is to be JSON.
    pub(super) json_object: &'static str,
    pub(super) max_tokens: fn(MaxTokens) -> &'static str,
    pub(super) logprobs: &'static str,
    /// What every request says behind the rest.
    pub(super) always: &'static str,
    /// That a stream is to end with its usage.
    pub(super) stream_usage: &'static str,
    /// What the bytes of messages are kept as: as they are, and by turns.
    pub(super) wire: [WireFormat; 2],
}

impl Operation {
    /// The body of `request`.
    pub(super) fn body(
        &self,
        model: &str,
        request: &Request,
        takes: &Capabilities,
        streamed: bool,
    ) -> Vec<Bytes> {
        let head = self.head(model, takes, request.system);
        let [as_they_are, by_turns] = self.wire;
        let mut rest = Vec::with_capacity(1024);
        let mut pieces = match takes.by_turns {
            false => {
                let write = |it: &_, body: &mut Vec<u8>| message::before(self, it, body);
                let pieces = request.history.wire(head.into(), as_they_are, write);
                message::write(self, &request.prompt, request.note.as_deref(), &mut rest);
                for it in &request.feedback {
                    rest.push(b',');
                    message::write(self, it, None, &mut rest);
                }
                pieces
            }
            true => turns::pieces(self, head, by_turns, request, &mut rest),
        };
        rest.extend_from_slice(self.tail(request, takes, streamed).as_bytes());
        if request.history.is_empty() {
            // a new conversation is one piece
            pieces.push(rest.into());
            return vec![pieces.concat().into()];
        }
        pieces.push(rest.into());
        pieces
    }

    /// Up to the first message, the library's own, included. It is a message in both operations, since not every server
    /// takes `instructions`. One that says nothing is none.
    fn head(&self, model: &str, takes: &Capabilities, system: &str) -> Vec<u8> {
        let mut head = Vec::with_capacity(128 + model.len() + 2 * system.len());
        head.extend_from_slice(br#"{"model":"#);
        quote(model, &mut head);
        head.extend_from_slice(format!(r#","{}":["#, self.messages).as_bytes());
        if !system.trim().is_empty() {
            let role = takes.system.name();
            head.extend_from_slice(format!(r#"{{"role":"{role}","content":"#).as_bytes());
            quote(system, &mut head);
            head.extend_from_slice(b"},");
        }
        head
    }

    /// Everything that belongs to this call only.
    fn tail(&self, request: &Request, takes: &Capabilities, streamed: bool) -> String {
        let mut tail = String::with_capacity(256);
        tail.push(']');
        let held = held(request).filter(|_| takes.mode == Mode::Native);
        if let Some(WireSchema { name, json, .. }) = held {
            let ([before, after], name) = (self.schema, quoted(name));
            tail += &format!(r#",{before}"name":{name},"strict":true,"schema":{json}{after}"#);
        } else if request.schema.is_some() && takes.json_object {
            tail += self.json_object;
        }
        if let Some(temperature) = request.temperature.filter(|_| takes.sampling) {
            tail += &format!(r#","temperature":{}"#, Value::from(temperature));
        }
        if let Some(limit) = request.max_tokens {
            tail += &format!(r#","{}":{limit}"#, (self.max_tokens)(takes.max_tokens));
        }
        if request.logprobs && takes.logprobs {
            tail += self.logprobs;
        }
        if let Some(conversation) = request.conversation.as_deref().filter(|_| takes.cache_key) {
            tail += &format!(r#","prompt_cache_key":{}"#, quoted(conversation));
        }
        // of a schema in the prompt, servers need not know anything
        if takes.routes && held.is_some() {
            tail.push_str(r#","provider":{"require_parameters":true}"#);
        }
        tail += self.always;
        if streamed {
            tail.push_str(r#","stream":true"#);
            if takes.stream_usage {
                tail += self.stream_usage;
            }
        }
        tail.push('}');
        tail
    }
}
