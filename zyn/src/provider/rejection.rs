//! What a server says when it does not do what it was asked, in the shapes that servers have for that.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use super::{Failure, headers};

/// An error in a server's words.
#[derive(Debug, Default)]
pub(super) struct Said<'v> {
    /// A string, or a number: some servers put the status here.
    pub(super) code: Option<Cow<'v, str>>,
    pub(super) kind: Option<&'v str>,
    pub(super) param: Option<&'v str>,
    pub(super) message: Option<Cow<'v, str>>,
    /// What the model wrote and the server did not let pass (Groq).
    pub(super) failed_generation: Option<&'v str>,
    /// The server's id of the request, where it is in the body (Anthropic).
    pub(super) request_id: Option<&'v str>,
    /// Google's status by name, as in `RESOURCE_EXHAUSTED`.
    name: Option<&'v str>,
    details: Option<&'v Value>,
}

/// Finds the words in `{"error":{…}}`, `{"error":"…"}`, `{"code":…,"message":…}`, `{"detail":…}` or a list of one.
pub(super) fn said(body: &Value) -> Said<'_> {
    let body = match body {
        Value::Array(list) => list.first().unwrap_or(body),
        body => body,
    };
    let inner = match body.get("error") {
        Some(error @ Value::Object(_)) => error,
        _ => body,
    };
    let text = |name| inner.get(name).and_then(Value::as_str);
    let details = inner.get("details");
    Said {
        // a code of Anthropic's is among the details
        code: details
            .and_then(|details| details.get("error_code"))
            .or(inner.get("code"))
            .and_then(as_text),
        kind: text("type"),
        param: text("param"),
        message: ["message", "error", "detail"]
            .into_iter()
            .find_map(|name| inner.get(name).and_then(as_text)),
        failed_generation: text("failed_generation"),
        request_id: body.get("request_id").and_then(Value::as_str),
        name: text("status"),
        details,
    }
}

fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        value => Some(Cow::Owned(value.to_string())),
    }
}

impl Said<'_> {
    /// The status, where the code is one: OpenRouter's is, inside a 200 too.
    pub(super) fn status(&self) -> Option<u16> {
        let status = self.code.as_deref()?.parse().ok()?;
        (400..600).contains(&status).then_some(status)
    }

    /// Whether code, type or Google's status is one of `words`.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        [self.code.as_deref(), self.kind, self.name]
            .into_iter()
            .flatten()
            .any(|said| words.contains(&said))
    }

    /// Google's details of this type, as in `google.rpc.RetryInfo`.
    fn details(&self, of: &str) -> impl Iterator<Item = &Value> {
        let details = self.details.and_then(Value::as_array).into_iter().flatten();
        details.filter(move |detail| {
            let found = detail.get("@type").and_then(Value::as_str);
            found.is_some_and(|found| found.ends_with(of))
        })
    }

    /// How long the words ask to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let delay = self.details("google.rpc.RetryInfo").next()?;
        headers::seconds(delay.get("retryDelay")?.as_str()?.strip_suffix('s')?)
    }

    /// Whether a reason of Google's is this one.
    fn has_reason(&self, reason: &str) -> bool {
        let mut reasons = self
            .details("google.rpc.ErrorInfo")
            .filter_map(|it| it.get("reason"));
        reasons.any(|found| found == reason)
    }

    /// Whether a quota of a whole day is used up: it will not be back in a while.
    fn is_out_for_the_day(&self) -> bool {
        let quotas = self.details("google.rpc.QuotaFailure");
        let violations = quotas.filter_map(|it| it.get("violations")?.as_array());
        let ids = violations
            .flatten()
            .filter_map(|it| it.get("quotaId")?.as_str());
        ids.into_iter().any(|id| id.contains("PerDay"))
    }

    pub(super) fn contains(&self, phrases: &[&str]) -> bool {
        self.message.as_deref().is_some_and(|message| {
            let message = message.to_lowercase();
            phrases.iter().any(|phrase| message.contains(phrase))
        })
    }
}

/// What kind of failure this is: by the words where they are known, else by the status.
pub(super) fn kind(status: u16, said: &Said<'_>) -> Failure {
    if said.is(QUOTA) || said.contains(QUOTA_PHRASES) || said.is_out_for_the_day() {
        return Failure::Quota;
    }
    if said.is(CONTEXT) || said.contains(CONTEXT_PHRASES) {
        return Failure::ContextWindow;
    }
    if said.is(&["content_filter"]) {
        return Failure::Refusal;
    }
    if (400..500).contains(&status) && said.contains(SCHEMA_PHRASES) {
        return Failure::SchemaRefused;
    }
    match status {
        401 | 403 => Failure::Auth,
        402 => Failure::Quota,
        404 => Failure::NotFound,
        408 | 409 => Failure::Server,
        429 => Failure::RateLimit,
        503 if said.contains(&["overloaded", "over capacity"]) => Failure::Overloaded,
        503 => Failure::Unavailable,
        529 => Failure::Overloaded,
        300..400 => Failure::Redirect,
        400..500 if is_about_the_key(said) => Failure::Auth,
        400..500 if said.is(&["model_not_found", "invalid_model"]) => Failure::NotFound,
        400..500 => Failure::Rejected,
        500.. => Failure::Server,
        _ => inside_a_success(said),
    }
}

fn is_about_the_key(said: &Said<'_>) -> bool {
    said.is(&["invalid_api_key"])
        || said.contains(&["incorrect api key"])
        || said.has_reason("API_KEY_INVALID")
}

/// The status says that all is well, so only the words can tell.
fn inside_a_success(said: &Said<'_>) -> Failure {
    if said.is(&["rate_limit_exceeded", "rate_limit_error"]) {
        Failure::RateLimit
    } else if said.is(&["overloaded_error", "server_overloaded"]) {
        Failure::Overloaded
    } else if said.is(&["invalid_api_key", "authentication_error"]) {
        Failure::Auth
    } else if said.is(&["model_not_found", "not_found_error"]) {
        Failure::NotFound
    } else if said.is(&["invalid_request_error"]) {
        Failure::Rejected
    } else {
        Failure::Server
    }
}

/// Too many requests (429) in name, no money in fact.
const QUOTA: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_error",
    "credit_balance_exhausted",
    "enforced_spend_limit_reached",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
];

const QUOTA_PHRASES: &[&str] = &["credit balance is too low"];

const CONTEXT: &[&str] = &["context_length_exceeded", "exceed_context_size_error"];

const CONTEXT_PHRASES: &[&str] = &[
    "maximum context length",
    "reduce the length of the messages",
    "exceeds the available context size",
    "prompt is too long",
    "input token count",
    "number of tokens allowed",
];

/// What servers say of a schema that they do not take, or of all schemas.
const SCHEMA_PHRASES: &[&str] = &[
    "schema is too complex",
    "compiled grammar is too large",
    "too many optional parameters",
    "parameters with union types",
    "circular reference detected in schema",
    "too many states for serving",
    "exceeds the maximum allowed nesting depth",
    "invalid schema for response_format",
    "response_format type is unavailable",
    "does not support response format",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(status: u16, body: Value, wanted: Failure) {
        let said = said(&body);
        assert_eq!(
            kind(said.status().unwrap_or(status), &said),
            wanted,
            "{status} {body}"
        );
    }

    #[test]
    fn words_are_found_in_every_shape() {
        for body in [
            json!({"error": {"message": "m", "type": "t", "param": "p", "code": "c"}}),
            json!([{"error": {"message": "m", "type": "t", "param": "p", "code": "c"}}]),
            json!({"object": "error", "message": "m", "type": "t", "param": "p", "code": "c"}),
        ] {
            let said = said(&body);
            let found = (
                said.message.as_deref(),
                said.kind,
                said.param,
                said.code.as_deref(),
            );
            assert_eq!(
                found,
                (Some("m"), Some("t"), Some("p"), Some("c")),
                "{body}"
            );
        }
        for body in [
            json!({"error": "m"}),
            json!({"code": "c", "error": "m"}),
            json!({"detail": "m"}),
        ] {
            assert_eq!(said(&body).message.as_deref(), Some("m"), "{body}");
        }
        assert_eq!(
            said(&json!({"detail": [{"msg": "m"}]})).message.as_deref(),
            Some(r#"[{"msg":"m"}]"#)
        );
        assert_eq!(
            said(&json!({"error": {"code": 429}})).code.as_deref(),
            Some("429")
        );
        for nothing in [
            json!(null),
            json!([]),
            json!(7),
            json!("x"),
            json!({"error": null}),
            json!({"error": []}),
        ] {
            let said = said(&nothing);
            assert!(said.code.is_none() && said.kind.is_none(), "{nothing}");
        }
    }

    #[test]
    fn the_status_decides_where_words_are_unknown() {
        let nothing = || json!({});
        for (status, wanted) in [
            (301, Failure::Redirect),
            (307, Failure::Redirect),
            (400, Failure::Rejected),
            (401, Failure::Auth),
            (402, Failure::Quota),
            (403, Failure::Auth),
            (404, Failure::NotFound),
            (408, Failure::Server),
            (409, Failure::Server),
            (413, Failure::Rejected),
            (422, Failure::Rejected),
            (429, Failure::RateLimit),
            (500, Failure::Server),
            (502, Failure::Server),
            (503, Failure::Unavailable),
            (504, Failure::Server),
            (529, Failure::Overloaded),
        ] {
            check(status, nothing(), wanted);
        }
    }

    #[test]
    fn words_refine_the_status() {
        check(
            429,
            json!({"error": {"code": "insufficient_quota"}}),
            Failure::Quota,
        );
        check(
            400,
            json!({"error": {"code": "context_length_exceeded"}}),
            Failure::ContextWindow,
        );
        check(
            400,
            json!({"error": {"code": 400, "type": "exceed_context_size_error"}}),
            Failure::ContextWindow,
        );
        check(
            400,
            json!({"error": {"message": "This model's Maximum context length is 8"}}),
            Failure::ContextWindow,
        );
        check(
            503,
            json!({"error": "The server is overloaded"}),
            Failure::Overloaded,
        );
        check(
            400,
            json!({"code": "invalid-argument", "error": "Incorrect API key provided."}),
            Failure::Auth,
        );
        check(
            400,
            json!({"error": {"code": "model_not_found"}}),
            Failure::NotFound,
        );
        check(
            400,
            json!({"error": {"code": "content_filter", "innererror": {}}}),
            Failure::Refusal,
        );
        check(
            400,
            json!({"error": {"code": "json_validate_failed", "failed_generation": "{"}}),
            Failure::Rejected,
        );
    }

    #[test]
    fn inside_a_success_the_code_may_be_the_status() {
        check(
            200,
            json!({"error": {"code": 429, "message": "slow down"}}),
            Failure::RateLimit,
        );
        check(200, json!({"error": {"code": "503"}}), Failure::Unavailable);
        check(
            200,
            json!({"error": {"type": "overloaded_error"}}),
            Failure::Overloaded,
        );
        check(
            200,
            json!({"error": {"type": "invalid_request_error"}}),
            Failure::Rejected,
        );
        check(200, json!({"error": "it broke"}), Failure::Server);
    }
}
