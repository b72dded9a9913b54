//! How many tokens a request is, about.

use crate::provider::Request;
use crate::session::Usage;
use crate::session::window::estimate::{self, Correction};

/// What an attempt of `request` may cost: the estimate of what is sent, and the most that the answer may have, if it is
/// limited.
pub(super) fn usage(request: &Request) -> Usage {
    Usage::new(sent(request), request.max_tokens.unwrap_or_default().into())
}

/// About how many tokens `request` has, bent to what the provider counted last in this conversation.
fn sent(request: &Request) -> u64 {
    let messages = estimate::messages(&request.history)
        .saturating_add(estimate::messages(&request.feedback))
        .saturating_add(beside(request));
    Correction::by(&request.history).apply(messages)
}

/// The estimate of a request without its history: the library's own message, the prompt, and the schema where the model
/// sees it.
pub(crate) fn beside(request: &Request) -> u64 {
    let schema = match (&request.note, &request.schema) {
        (Some(note), _) => note,
        (None, Some(schema)) => &schema.json,
        (None, None) => "",
    };
    let texts = [request.system, schema].map(estimate::text);
    let own = texts.into_iter().fold(0, u64::saturating_add);
    own.saturating_add(estimate::message(&request.prompt))
}
