//! The names of spans, events and their fields: nowhere else.
//!
//! They are those of OpenTelemetry's GenAI conventions where these have one. Values are counts, lengths and names,
//! never content.

use std::time::Duration;

use tracing::field::{Empty, display};
use tracing::{Span, debug, debug_span, info, info_span, warn};

use crate::error::Error;
use crate::llm::{Counted, Reason};
#[cfg(feature = "http")]
use crate::provider::catalogue;
use crate::provider::{Dialect, Failure, ProviderError, Request, Response};
use crate::refusal::Shed;
use crate::schema::SchemaError;

/// The span of one attempt.
pub(crate) fn attempt(
    (provider, model): (&str, &str),
    (before, reason, waited): (usize, Reason, Duration),
    request: &Request,
) -> Span {
    info_span!(
        "chat",
        otel.name = %format_args!("chat {model}"),
        otel.kind = "client",
        otel.status_code = Empty,
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = conventional(provider),
        gen_ai.request.model = model,
        gen_ai.request.temperature = request.temperature,
        gen_ai.request.max_tokens = request.max_tokens,
        gen_ai.output.type = if request.schema.is_some() { "json" } else { "text" },
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.usage.cache_read.input_tokens = Empty,
        gen_ai.usage.cache_write.input_tokens = Empty,
        gen_ai.usage.reasoning.output_tokens = Empty,
        server.address = Empty,
        server.port = Empty,
        gen_ai.input.messages = Empty,
        gen_ai.output.messages = Empty,
        error.type = Empty,
        zyn.attempt = before + 1,
        zyn.attempt.reason = reason.name(),
        zyn.attempt.waited_ms = millis(waited),
    )
}

/// A provider's name as the conventions have it.
#[cfg(feature = "http")]
fn conventional(provider: &str) -> &str {
    catalogue::named(provider).map_or(provider, |entry| entry.telemetry)
}

/// Without a provider of zyn's own every name is a user's.
#[cfg(not(feature = "http"))]
fn conventional(provider: &str) -> &str {
    provider
}

/// The span of a run.
pub(crate) fn run(workflow: &str) -> Span {
    info_span!(
        "invoke_workflow",
        otel.name = %format_args!("invoke_workflow {workflow}"),
        otel.kind = "internal",
        gen_ai.operation.name = "invoke_workflow",
        gen_ai.workflow.name = workflow,
    )
}

/// The span of a step.
pub(crate) fn step(id: &str, verb: &str) -> Span {
    info_span!("step", zyn.step.id = id, zyn.step.verb = verb)
}

/// An answer was not accepted; so many may still be asked for.
pub(crate) fn rejected(reasks: u32) {
    info!(zyn.reasks.left = reasks, "the answer is not valid");
}

/// The server takes no schema like this one, so the prompt says it.
pub(crate) fn prompted(dialect: Dialect, refused: &SchemaError) {
    info!(
        zyn.schema.name = refused.name,
        zyn.schema.path = refused.path,
        zyn.schema.dialect = %dialect,
        zyn.schema.problem = refused.problem,
        "the schema is said in the prompt alone"
    );
}

/// Another schema would lose the conversation's cache, so the prompt says it.
pub(crate) fn kept_in_cache() {
    debug!("the schema is said in the prompt alone, so that the conversation stays in the cache");
}

/// The server has refused the schema, so the prompt says it from here on.
pub(crate) fn refused(error: &ProviderError) {
    info!(
        server.address = error.host,
        zyn.schema.problem = error.code,
        "the server does not take the schema: it is said in the prompt alone"
    );
}

/// An answer was kept, and nobody is asked.
pub(crate) fn cache_hit() {
    info!("the answer was kept: nobody is asked");
}

/// An equal request was being asked at the same moment, and what came of it holds for this one too.
pub(crate) fn cache_shared() {
    info!("an equal call was being made: nobody else is asked");
}

/// What is kept is no answer.
pub(crate) fn cache_broken(problem: &dyn std::error::Error) {
    warn!(
        zyn.cache.problem = %problem,
        "an answer that is kept cannot be used; the model is asked"
    );
}

/// What is kept is an answer that is not accepted any more.
pub(crate) fn cache_refused() {
    info!("an answer that is kept is not accepted; the model is asked");
}

/// An answer cannot be kept.
pub(crate) fn cache_unwritten(problem: std::io::ErrorKind) {
    warn!(zyn.cache.problem = %problem, "an answer cannot be kept");
}

/// Adds the server to the attempt that is being made.
#[cfg(feature = "http")]
pub(crate) fn server(host: &str, port: Option<u16>) {
    let span = Span::current();
    span.record("server.address", host);
    if let Some(port) = port {
        span.record("server.port", port);
    }
}

/// An attempt that is under way. Dropped before it ends, it was cut off, and its span says so.
pub(crate) struct UnderWay {
    span: Span,
    ended: bool,
}

impl UnderWay {
    pub(crate) fn new(span: &Span) -> Self {
        Self {
            span: span.clone(),
            ended: false,
        }
    }

    /// Adds the outcome to the span.
    pub(crate) fn end(mut self, result: Result<&Response, &ProviderError>) {
        self.ended = true;
        outcome(&self.span, result);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if !self.ended {
            self.span.record("error.type", "cut_off");
        }
    }
}

/// Adds the outcome to the span of an attempt.
fn outcome(span: &Span, outcome: Result<&Response, &ProviderError>) {
    if span.is_disabled() {
        return;
    }
    let usage = match outcome {
        Ok(response) => {
            if let Some(model) = &response.model {
                span.record("gen_ai.response.model", model.as_str());
            }
            if let Some(finish) = &response.finish {
                span.record("gen_ai.response.finish_reasons", finish.as_str());
            }
            response.usage
        }
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            match error.status {
                Some(status) if status >= 300 => span.record("error.type", display(status)),
                _ => span.record("error.type", failure(&error.kind)),
            };
            error.usage
        }
    };
    if let Some(usage) = usage {
        span.record("gen_ai.usage.input_tokens", usage.input_tokens);
        span.record("gen_ai.usage.output_tokens", usage.output_tokens);
        span.record("gen_ai.usage.cache_read.input_tokens", usage.cached_tokens);
        span.record(
            "gen_ai.usage.cache_write.input_tokens",
            usage.written_tokens,
        );
        span.record(
            "gen_ai.usage.reasoning.output_tokens",
            usage.reasoning_tokens,
        );
    }
}

/// An attempt failed and will be repeated.
pub(crate) fn repeating(model: &str, error: &ProviderError, after: Duration) {
    info!(
        gen_ai.request.model = model,
        error.type = failure(&error.kind),
        http.response.status_code = error.status,
        zyn.retry.delay_ms = millis(after),
        "repeating the call"
    );
}

/// An attempt may be sent, and had to wait for it.
pub(crate) fn waited(wait: Duration) {
    debug!(
        zyn.rate_limit.waited_ms = millis(wait),
        "the rate limit lets the call through"
    );
}

/// An attempt may not be sent, nor wait until it may.
pub(crate) fn shed(shed: &Shed) {
    match *shed {
        Shed::Queue { waiting, most } => info!(
            zyn.rate_limit.waiting = waiting,
            zyn.rate_limit.queue = most,
            "the rate limit turns the call away: too many wait"
        ),
        Shed::Deadline { wait, left } => info!(
            zyn.rate_limit.wait_ms = millis(wait),
            zyn.rate_limit.left_ms = millis(left),
            "the rate limit turns the call away: it would wait past its deadline"
        ),
    }
}

/// What failed is not asked for again, since too many calls of the model come to nothing.
pub(crate) fn reserve_used_up(model: &str) {
    warn!(
        gen_ai.request.model = model,
        "the reserve of retries is used up: the call is not repeated"
    );
}

/// An attempt is not made, since the set-up, a budget, the breaker or the rate limit does not let it.
pub(crate) fn not_made(model: &str, error: &Error) {
    info!(
        gen_ai.request.model = model,
        zyn.problem = %error,
        "the attempt is not made"
    );
}

/// The span of what lets an attempt of a model through: its breaker and its rate limit.
pub(crate) fn gate(model: &str) -> Span {
    debug_span!("gate", gen_ai.request.model = model)
}

/// A second attempt is made beside one that takes long.
pub(crate) fn hedging(model: &str, after: Duration) {
    info!(
        gen_ai.request.model = model,
        zyn.hedge.delay_ms = millis(after),
        "a second attempt is made beside the first"
    );
}

/// Another model is asked.
pub(crate) fn falling_back(error: &Error, from: &str, to: &str) {
    warn!(
        error.type = error.provider().map(|it| failure(&it.kind)),
        zyn.problem = %error,
        zyn.fallback.from = from,
        zyn.fallback.to = to,
        "another model is asked"
    );
}

/// Writes what is sent into the span of an attempt, as the user has redacted it.
pub(crate) fn captured_input(span: &Span, messages: &str) {
    span.record("gen_ai.input.messages", messages);
}

/// Writes what was answered into the span of an attempt, as the user has redacted it.
pub(crate) fn captured_output(span: &Span, messages: &str) {
    span.record("gen_ai.output.messages", messages);
}

/// Calls are turned away for `retry_in`, for what was `counted`, or because a probe has failed.
pub(crate) fn breaker_opened(counted: Option<Counted>, retry_in: Duration) {
    warn!(
        zyn.breaker.state = "open",
        zyn.breaker.calls = counted.map(|it| it.calls),
        zyn.breaker.failures = counted.map(|it| it.failures),
        zyn.breaker.retry_in_ms = millis(retry_in),
        "the endpoint fails: calls are turned away"
    );
}

/// One call is let through.
pub(crate) fn breaker_half_open() {
    info!(
        zyn.breaker.state = "half_open",
        "one call finds out whether the endpoint is well again"
    );
}

/// Calls are let through again.
pub(crate) fn breaker_closed() {
    info!(
        zyn.breaker.state = "closed",
        "the endpoint is well again: calls are let through"
    );
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A temperature was set that the model does not take.
#[cfg(feature = "http")]
pub(crate) fn temperature_dropped(model: &str) {
    warn!(
        gen_ai.request.model = model,
        "the model takes no temperature; it is not sent"
    );
}

/// Log-probabilities were asked for that the model does not tell.
#[cfg(feature = "http")]
pub(crate) fn logprobs_dropped(model: &str) {
    warn!(
        gen_ai.request.model = model,
        "the model tells no log-probabilities; they are not asked for"
    );
}

/// The span of one sample of several.
pub(crate) fn sample(number: u32) -> Span {
    info_span!("sample", zyn.sample = number)
}

/// What a failure is called.
pub(crate) fn failure(kind: &Failure) -> &'static str {
    match kind {
        Failure::Config(_) => "config",
        Failure::Connect => "connect",
        Failure::Interrupted => "interrupted",
        Failure::Timeout { .. } => "timeout",
        Failure::RateLimit => "rate_limit",
        Failure::Quota => "quota",
        Failure::Overloaded => "overloaded",
        Failure::Unavailable => "unavailable",
        Failure::Server => "server",
        Failure::Auth => "auth",
        Failure::NotFound => "not_found",
        Failure::ContextWindow => "context_window",
        Failure::Rejected => "rejected",
        Failure::SchemaRefused => "schema_refused",
        Failure::Redirect => "redirect",
        Failure::ReplyTooLarge { .. } => "reply_too_large",
        Failure::Protocol { .. } => "protocol",
        Failure::Refusal => "refusal",
        Failure::Filtered => "filtered",
        Failure::Truncated => "truncated",
        Failure::Empty => "empty",
    }
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use std::process::Command;

    use tracing_subscriber::fmt::format::FmtSpan;

    use super::*;
    use crate::session::Message;

    #[test]
    fn a_span_names_the_provider_as_the_conventions_do() {
        // In one process, tests that run beside this one decide whether a span is recorded.
        let mut child = Command::new(std::env::current_exe().unwrap());
        let test = "telemetry::tests::spans_of_this_process";
        let output = child.args(["--ignored", "--exact", "--nocapture", test]);
        let said = output.output().unwrap().stdout;
        let said = String::from_utf8_lossy(&said);
        for name in ["mistral_ai", "gcp.gemini", "parrot"] {
            let field = format!("gen_ai.provider.name=\"{name}\"");
            assert!(said.contains(&field), "{field}\n{said}");
        }
    }

    #[test]
    #[ignore = "wants the log for itself: `cargo test -p zyn --lib telemetry` runs it in a process of its own, by the test above"]
    fn spans_of_this_process() {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_span_events(FmtSpan::NEW)
            .init();
        let request = Request::new(Message::user("hi"));
        for provider in ["mistral", "gemini", "parrot"] {
            let nth = (0, Reason::First, Duration::ZERO);
            drop(attempt((provider, "m"), nth, &request));
        }
    }
}
