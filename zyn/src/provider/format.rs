//! What a wire format is: pure functions from a request to bytes, and from bytes to what they say.

use bytes::Bytes;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::Request;
use super::completion::Completion;
use super::events::{Event, Framing};
use super::profile::Capabilities;

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
    let Some(note) = note else {
        return;
    };
    body.pop();
    body.extend_from_slice(br"\n\n");
    let start = body.len();
    quote(note, body);
    // the string has begun already
    body.remove(start);
}
