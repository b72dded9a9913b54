//! What is sent and answered, in traces: only where the user says so.

use std::sync::Arc;

use serde_json::json;
use tracing::Span;

use crate::provider::{Request, Response};
use crate::session::Message;
use crate::telemetry;

/// Says what may be seen of a text.
type Redact = dyn Fn(&str) -> String + Send + Sync;

/// Writes contents into spans, as redacted.
#[derive(Clone)]
pub(super) struct Capture(Arc<Redact>);

impl Capture {
    pub(super) fn new(redact: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(redact))
    }

    /// All messages of a request, as the conventions write them.
    pub(super) fn sent(&self, span: &Span, request: &Request) {
        if span.is_disabled() {
            return;
        }
        let system = written("system", &(self.0)(request.system));
        let mut messages = vec![system];
        messages.extend(request.history.iter().map(|it| self.message(it)));
        messages.push(self.message(&request.prompt));
        if let Some(note) = &request.note {
            messages.push(written("user", &(self.0)(note)));
        }
        messages.extend(request.feedback.iter().map(|it| self.message(it)));
        telemetry::captured_input(span, &json!(messages).to_string());
    }

    /// The answer.
    pub(super) fn answered(&self, span: &Span, response: &Response) {
        if span.is_disabled() {
            return;
        }
        let message = written("assistant", &(self.0)(&response.text));
        telemetry::captured_output(span, &json!([message]).to_string());
    }

    fn message(&self, message: &Message) -> serde_json::Value {
        written(message.role().name(), &(self.0)(message.text()))
    }
}

fn written(role: &str, text: &str) -> serde_json::Value {
    json!({ "role": role, "parts": [{ "type": "text", "content": text }] })
}
