//! From a reply to an outcome: error inside a 200, refusal, filter, cut, empty, text.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::{logprobs, rejection};
use crate::provider::http::Reply;
use crate::provider::key::{Key, without_keys};
use crate::provider::{Failure, ProviderError, Response, headers};
use crate::session::Usage;

/// The outcome of a reply. `key` is needed to take it out of what the server says.
pub(super) fn reply(reply: &Reply, key: Option<&Key>) -> Result<Response, ProviderError> {
    let reading = Reading {
        headers: &reply.headers,
        key,
    };
    let body = reply
        .body
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(&reply.body);
    if !(200..300).contains(&reply.status) {
        return Err(reading.rejected(reply.status, body));
    }
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Err(reading.failure(
            reply.status,
            Failure::Protocol {
                what: kind_of(body),
            },
        ));
    };
    reading.completion(reply.status, &body)
}

/// What a body is that is not JSON, in a few words.
fn kind_of(body: &[u8]) -> &'static str {
    match body.trim_ascii_start() {
        [] => "an empty body",
        [b'<', ..] => "HTML",
        [b'{' | b'[', ..] => "broken JSON",
        _ if body.starts_with(b"data:") => "a stream",
        _ => "text that is not JSON",
    }
}

/// What every outcome of one reply has in common.
struct Reading<'r> {
    headers: &'r HeaderMap,
    key: Option<&'r Key>,
}

impl Reading<'_> {
    fn completion(&self, status: u16, body: &Value) -> Result<Response, ProviderError> {
        let usage = body.get("usage").and_then(usage);
        let costing = |mut error: ProviderError| {
            error.usage = usage;
            error
        };
        let failure = |kind| costing(self.failure(status, kind));
        let Some(choice) = body.pointer("/choices/0") else {
            return Err(if body.get("error").is_some_and(|error| !error.is_null()) {
                costing(self.said(status, body))
            } else {
                failure(Failure::Protocol { what: "no choices" })
            });
        };
        for place in [body, choice] {
            if place.get("error").is_some_and(|error| !error.is_null()) {
                return Err(costing(self.said(status, place)));
            }
        }
        let Some(message) = choice.get("message") else {
            return Err(failure(Failure::Protocol { what: "no message" }));
        };
        let content = message.get("content").unwrap_or(&Value::Null);
        let finish = choice.get("finish_reason").and_then(Value::as_str);
        if let Some(refusal) = refusal(message, content) {
            return Err(failure(Failure::Refusal).with_detail(self.clean(refusal)));
        }
        match finish {
            Some("content_filter") => return Err(failure(Failure::Filtered)),
            Some("length" | "model_length" | "max_tokens") => {
                return Err(failure(Failure::Truncated));
            }
            _ => {}
        }
        let Some(text) = text(content) else {
            return Err(failure(Failure::Protocol {
                what: "a content that is no text",
            }));
        };
        if text.trim().is_empty() {
            return Err(failure(Failure::Empty));
        }
        Ok(Response {
            text,
            usage,
            model: body
                .get("model")
                .and_then(Value::as_str)
                .map(|model| self.clean(model)),
            finish: finish.map(|finish| self.clean(finish)),
            request_id: self.request_id(),
            tokens: logprobs::tokens(choice),
        })
    }

    /// An error reply. Redirects and statuses that say nothing about errors are here too.
    fn rejected(&self, status: u16, body: &[u8]) -> ProviderError {
        match serde_json::from_slice::<Value>(body) {
            Ok(body) => self.said(status, &body),
            Err(_) => {
                let text = String::from_utf8_lossy(body);
                let error =
                    self.failure(status, rejection::kind(status, &rejection::Said::default()));
                match text.trim() {
                    "" => error,
                    text => error.with_detail(self.clean(text)),
                }
            }
        }
    }

    /// An error that the server put into words, wherever in `body` they are.
    fn said(&self, status: u16, body: &Value) -> ProviderError {
        let said = rejection::said(body);
        let status = said.status().unwrap_or(status);
        let mut error = self.failure(status, rejection::kind(status, &said));
        error.code = said
            .code
            .as_deref()
            .or(said.kind)
            .map(|code| short(&self.clean(code)));
        match said.message {
            Some(message) => error.with_detail(self.clean(&message)),
            None => error,
        }
    }

    fn failure(&self, status: u16, kind: Failure) -> ProviderError {
        let mut error = ProviderError::new(super::NAME, kind);
        error.status = Some(status);
        error.request_id = self.request_id();
        if status >= 400 {
            error.retry_after = headers::retry_after(self.headers);
            error.should_retry = headers::should_retry(self.headers);
        }
        error
    }

    fn request_id(&self) -> Option<String> {
        headers::request_id(self.headers).map(|id| short(&self.clean(id)))
    }

    fn clean(&self, text: &str) -> String {
        without_keys(text, self.key)
    }
}

/// An id or a code as `Display` can show it.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn refusal<'v>(message: &'v Value, content: &'v Value) -> Option<&'v str> {
    let whole = message.get("refusal").and_then(Value::as_str);
    let part = || {
        content
            .as_array()?
            .iter()
            .find_map(|part| part.get("refusal").and_then(Value::as_str))
    };
    whole
        .or_else(part)
        .filter(|refusal| !refusal.trim().is_empty())
}

/// The text of a content: absent, a string, or parts, of which hidden reasoning is left out.
fn text(content: &Value) -> Option<String> {
    match content {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(spoken(text).to_owned()),
        Value::Array(parts) => Some(
            parts
                .iter()
                .filter_map(|part| match part {
                    Value::String(text) => Some(text.as_str()),
                    part => match part.get("type").and_then(Value::as_str) {
                        None | Some("text" | "output_text") => {
                            part.get("text").and_then(Value::as_str)
                        }
                        Some(_) => None,
                    },
                })
                .collect(),
        ),
        _ => None,
    }
}

/// `text` without a leading `<think>…</think>`, which some servers leave in it.
fn spoken(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>") {
        None => text,
        // reasoning that never ended has no answer behind it
        Some(thought) => thought
            .split_once("</think>")
            .map_or("", |(_, spoken)| spoken.trim_start()),
    }
}

fn usage(usage: &Value) -> Option<Usage> {
    let number = |path| usage.pointer(path).and_then(Value::as_u64);
    let input = number("/prompt_tokens");
    let output = number("/completion_tokens");
    (input.is_some() || output.is_some()).then(|| Usage {
        input_tokens: input.unwrap_or(0),
        output_tokens: output.unwrap_or(0),
        cached_tokens: number("/prompt_tokens_details/cached_tokens")
            .or_else(|| number("/prompt_cache_hit_tokens"))
            .unwrap_or(0),
        reasoning_tokens: number("/completion_tokens_details/reasoning_tokens").unwrap_or(0),
    })
}

#[cfg(test)]
mod tests;
