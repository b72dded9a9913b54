//! What a wire format is: pure functions from a request to bytes, and from bytes to what they say.

use bytes::Bytes;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::completion::Completion;
use super::events::{Event, Framing};
use super::profile::Capabilities;
use super::{Dialect, Request, WireSchema};
use crate::session::{Message, Role};

/// The JSON shape of requests and replies of one API.
pub(super) trait Format: Send + Sync {
    /// The operation: path segments below the base URL.
    fn path(&self, model: &str, streamed: bool) -> Vec<String>;

    /// What stands behind the `?`.
    fn query(&self, _streamed: bool) -> Option<&'static str> {
        None
    }

    /// Headers of every request, but for the key.
    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        Vec::new()
    }

    /// The body, in pieces. What is shared by all requests of a conversation comes first, byte for byte the same.
    fn body(
        &self,
        model: &str,
        request: &Request,
        takes: &Capabilities,
        streamed: bool,
    ) -> Vec<Bytes>;

    /// Reads a whole answer faster than [`answer`](Self::answer) can, to the same effect. If it says `false`, it has read
    /// nothing.
    fn usual(&self, _body: &str, _said: &mut Completion) -> bool {
        false
    }

    /// Reads a whole answer.
    fn answer(&self, body: &Value, said: &mut Completion);

    /// How a stream is cut into events.
    fn framing(&self) -> Framing {
        Framing::Sse
    }

    /// Reads one event of a stream.
    fn event(&self, event: &Event, said: &mut Completion);
}

/// What the user says where a conversation would begin with the model, since a window has cut off what was before: most
/// servers want the user to begin.
pub(super) const BEGIN: &str = "Begin.";

/// Whether the conversation begins with the model, where system messages stand elsewhere and blank ones nowhere.
pub(super) fn begins_with_the_model(request: &Request) -> bool {
    let mut said = request.history.iter();
    let first = said.find(|it| it.role() != Role::System && !it.rendered().trim().is_empty());
    first.map(Message::role) == Some(Role::Assistant)
}

/// The schema, if it is not in the prompt alone.
pub(super) fn held(request: &Request) -> Option<&WireSchema> {
    let schema = request.schema.as_ref();
    schema.filter(|schema| schema.dialect != Dialect::Prompted)
}

/// The JSON of an event, if it is some; the reply has a problem otherwise.
pub(super) fn parsed(event: &Event, said: &mut Completion) -> Option<Value> {
    let parsed = serde_json::from_str(&event.data);
    if parsed.is_err() {
        said.problem = Some("a piece of a stream that is not JSON");
    }
    parsed.ok()
}

/// `text` as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    // a string can always be written
    serde_json::to_string(text).unwrap_or_default()
}

/// Writes `text` as a JSON string.
pub(super) fn quote(text: &str, body: &mut Vec<u8>) {
    // a string can always be written, and so can memory
    let _ = serde_json::to_writer(body, text);
}

/// Writes `text` as a JSON string, and a note for this call only into the same string, behind it: many chat templates
/// refuse two messages of one role in a row, and what stands before the note is the same in every later turn.
pub(super) fn quote_noted(text: &str, note: Option<&str>, body: &mut Vec<u8>) {
    quote(text, body);
    if let Some(note) = note {
        body.pop();
        go_on(note, body);
        body.push(b'"');
    }
}

/// What stands between two texts in one JSON string.
pub(super) const PARAGRAPH: &[u8] = br"\n\n";

/// Writes more text into a JSON string that has no end yet, as a paragraph of its own.
pub(super) fn go_on(text: &str, body: &mut Vec<u8>) {
    body.extend_from_slice(PARAGRAPH);
    let start = body.len();
    quote(text, body);
    body.pop();
    // the string has begun already
    body.remove(start);
}
