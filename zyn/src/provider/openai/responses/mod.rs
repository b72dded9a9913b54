//! Responses, OpenAI's newer operation.

mod decode;
mod encode;

use bytes::Bytes;
use serde_json::Value;

use crate::provider::Request;
use crate::provider::completion::Completion;
use crate::provider::events::Event;
use crate::provider::format::Format;
use crate::provider::profile::Capabilities;

pub(super) struct Responses;

impl Format for Responses {
    fn path(&self, _model: &str, _streamed: bool) -> Vec<String> {
        vec!["responses".to_owned()]
    }

    fn body(
        &self,
        model: &str,
        request: &Request,
        takes: &Capabilities,
        streamed: bool,
    ) -> Vec<Bytes> {
        encode::RESPONSES.body(model, request, takes, streamed)
    }

    fn answer(&self, body: &Value, said: &mut Completion) {
        decode::answer(body, said);
    }

    fn event(&self, event: &Event, said: &mut Completion) {
        decode::event(event, said);
    }
}
