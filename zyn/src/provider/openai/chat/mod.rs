//! Chat completions.

mod decode;
mod encode;
mod usual;

use bytes::Bytes;
use serde_json::Value;

use crate::provider::Request;
use crate::provider::completion::Completion;
use crate::provider::events::Event;
use crate::provider::format::Format;
use crate::provider::profile::Capabilities;

pub(super) struct Chat;

impl Format for Chat {
    fn path(&self, _model: &str, _streamed: bool) -> Vec<String> {
        vec!["chat".to_owned(), "completions".to_owned()]
    }

    fn body(
        &self,
        model: &str,
        request: &Request,
        takes: &Capabilities,
        streamed: bool,
    ) -> Vec<Bytes> {
        encode::CHAT.body(model, request, takes, streamed)
    }

    fn usual(&self, body: &str, said: &mut Completion) -> bool {
        usual::read(body, said)
    }

    fn answer(&self, body: &Value, said: &mut Completion) {
        decode::answer(body, said);
    }

    fn event(&self, event: &Event, said: &mut Completion) {
        decode::event(event, said);
    }
}
