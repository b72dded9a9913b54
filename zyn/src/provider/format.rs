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
    Value::from(text).to_string()
}

/// `text` as a JSON string, and behind it a note for this call only.
pub(super) fn with_note(text: &str, note: Option<&str>) -> String {
    let mut string = quoted(text);
    if let Some(note) = note {
        string.pop();
        let note = quoted(note);
        string.push_str(r"\n\n");
        string.push_str(note.strip_prefix('"').unwrap_or(&note));
    }
    string
}
