//! What a server says when it does not do what it was asked, in the shapes that servers have for that.

mod rules;
mod validation;
mod wait;

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;

pub(super) use self::rules::{kind, without_schema};
use self::validation::Problem;
use super::headers;

/// How deep an error may stand in another one that quotes it.
const DEPTH: usize = 3;
/// A delay in whole seconds and the same in words differ by less than this.
const SECOND: Duration = Duration::from_secs(1);

/// How much is read of words in no shape.
const PLAIN: usize = 64 * 1024;

/// An error in a server's words. Where the server quotes a provider behind it, the words of both.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// A string, or a number: some servers put the status here.
    pub(super) code: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) param: Option<String>,
    pub(super) message: Option<String>,
    /// What the model wrote and the server did not let pass (Groq).
    pub(super) failed_generation: Option<String>,
    /// The server's id of the request, where it is in the body (Anthropic).
    pub(super) request_id: Option<String>,
    /// Every word of a list by which the error is named: codes, types, Google's statuses and reasons.
    names: Vec<String>,
    /// All that is said in sentences, in lower case.
    text: String,
    /// How long to wait, where it has a field of its own.
    delay: Option<Duration>,
}

/// Finds the words in `{"error":{…}}`, `{"error":"…"}`, `{"code":…,"message":…}`, `{"detail":…}`, a list of one, or a
/// failed response of OpenAI's.
pub(super) fn said(body: &Value) -> Said {
    let body = match body {
        Value::Array(list) => list.first().unwrap_or(body),
        body => body,
    };
    if let Value::String(text) = body {
        return said_plainly(text);
    }
    let mut said = Said {
        request_id: text(body, "request_id"),
        ..Said::default()
    };
    said.hear(body, DEPTH);
    said
}

/// Finds the words in a body that is no JSON. A page of HTML is a proxy's, and in broken JSON nothing says whose words are
/// whose: both are for the eyes of a person alone.
pub(super) fn said_plainly(text: &str) -> Said {
    let text = text.trim();
    let mut ends = (0..=PLAIN.min(text.len())).rev();
    let end = ends.find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let text = text.get(..end).unwrap_or_default();
    let mut said = Said::default();
    match text.chars().next() {
        None => {}
        Some('<' | '{' | '[') => said.message = Some(text.to_owned()),
        Some(_) => {
            let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            // names that are ordinary words too may be meant as such
            let names = words.filter(|word| word.contains('_'));
            said.names.extend(names.map(str::to_owned));
            said.add(&validation::without_values(text));
        }
    }
    said
}

/// Where a code stands that is not at the top: Anthropic's, Azure's, OpenRouter's.
const NAMES: &[&str] = &[
    "/details/error_code",
    "/code",
    "/type",
    "/status",
    "/innererror/code",
    "/metadata/error_type",
    "/metadata/reason",
    "/metadata/limit_source",
];

impl Said {
    fn hear(&mut self, body: &Value, depth: usize) {
        let error = ["/error", "/response/error"]
            .into_iter()
            .find_map(|path| body.pointer(path).filter(|error| error.is_object()))
            .unwrap_or(body);
        let names = NAMES.iter().filter_map(|path| error.pointer(path));
        let names: Vec<_> = names.filter_map(as_text).collect();
        if self.code.is_none() {
            let code = error.pointer("/details/error_code").or(error.get("code"));
            self.code = code.and_then(as_text);
        }
        self.names.extend(names);
        self.kind = self.kind.take().or_else(|| text(error, "type"));
        self.param = self.param.take().or_else(|| text(error, "param"));
        let generation = || text(error, "failed_generation");
        self.failed_generation = self.failed_generation.take().or_else(generation);
        self.hear_google(error);
        let message = ["message", "error", "detail"]
            .into_iter()
            .find_map(|name| error.get(name).filter(|it| !it.is_null()));
        // what is quoted may be quoted as text
        let behind = error.pointer("/metadata/raw");
        let quoted = |value: &Value| match value {
            Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_object),
            value => Some(value.clone()).filter(Value::is_object),
        };
        let heard = self.text.len();
        if let Some(problems) = message.and_then(validation::problems) {
            self.hear_problems(problems);
        } else if let (Some(within), Some(depth)) = (message.and_then(quoted), depth.checked_sub(1))
        {
            self.hear(&within, depth);
        }
        if self.text.len() == heard {
            self.hear_plain(message);
        }
        match (behind.and_then(quoted), depth.checked_sub(1)) {
            (Some(behind), Some(depth)) => self.hear(&behind, depth),
            _ => self.hear_plain(behind),
        }
    }

    /// What has no shape that is known. A text is the server's; in anything else nothing says whose words are whose, so
    /// that it is for the eyes of a person alone.
    fn hear_plain(&mut self, words: Option<&Value>) {
        match words {
            Some(Value::String(text)) => self.add(&validation::without_values(text)),
            Some(other) if self.message.is_none() => self.message = as_text(other),
            _ => {}
        }
    }

    fn add(&mut self, message: &str) {
        self.text += &message.to_lowercase();
        self.text.push('\n');
        self.message = Some(match self.message.take() {
            Some(before) => format!("{before}: {message}"),
            None => message.to_owned(),
        });
    }

    /// Google's details: reasons, quotas, a delay.
    fn hear_google(&mut self, error: &Value) {
        let details = error.get("details").and_then(Value::as_array);
        for detail in details.into_iter().flatten() {
            let of = detail.get("@type").and_then(Value::as_str).unwrap_or("");
            if of.ends_with("google.rpc.ErrorInfo") {
                self.names.extend(text(detail, "reason"));
            } else if of.ends_with("google.rpc.RetryInfo") {
                self.delay = detail.get("retryDelay").and_then(delay);
            } else if of.ends_with("google.rpc.QuotaFailure") {
                let violations = detail.get("violations").and_then(Value::as_array);
                for violation in violations.into_iter().flatten() {
                    let id = text(violation, "quotaId").unwrap_or_default();
                    self.text += &id.to_lowercase();
                    self.text.push('\n');
                }
            }
        }
    }

    /// A list of what is wrong with which part of the request.
    fn hear_problems(&mut self, problems: Vec<Problem>) {
        for Problem {
            kind,
            place,
            message,
        } in problems
        {
            self.names.extend(kind);
            let message = match (&place, message) {
                (Some(place), Some(message)) => Some(format!("{place}: {message}")),
                (_, message) => message,
            };
            self.param = self.param.take().or(place);
            if let Some(message) = message {
                self.add(&message);
            }
        }
    }

    /// The status, where the code is one: OpenRouter's is, inside a 200 too.
    pub(super) fn status(&self) -> Option<u16> {
        let status = self.code.as_deref()?.parse().ok()?;
        (400..600).contains(&status).then_some(status)
    }

    /// Whether the error is named by one of `words`.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        let is_named = |name: &String| words.iter().any(|word| name.eq_ignore_ascii_case(word));
        self.names.iter().any(is_named)
    }

    /// Whether one of `phrases`, which are in lower case, is said.
    pub(super) fn contains(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.text.contains(phrase))
    }

    /// All that is said in sentences, in lower case.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How long the words ask to wait. Sentences count where `in_words`, as a bad request may quote the prompt.
    pub(super) fn retry_after(&self, in_words: bool) -> Option<Duration> {
        let told = wait::in_words(&self.text).filter(|_| in_words);
        match (self.delay, told) {
            // Google's field is its sentence without the fraction: who comes then comes too early
            (Some(delay), Some(told)) if told.saturating_sub(delay) < SECOND => {
                Some(delay.max(told))
            }
            (delay, told) => delay.or(told),
        }
    }
}

/// A duration as Google writes it: `1.5s`, or the same as an object.
fn delay(value: &Value) -> Option<Duration> {
    if let Some(text) = value.as_str() {
        return headers::duration(text.strip_suffix('s')?, 1.0);
    }
    let whole = headers::duration(&as_text(value.get("seconds")?)?, 1.0)?;
    let nanos = value.get("nanos").and_then(Value::as_u64).unwrap_or(0);
    Some(whole.saturating_add(Duration::from_nanos(nanos)))
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}
