//! What can be wrong with an input, a network and a server: each a typed error that says where and what to do, with the
//! session exactly as before.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;
use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Error, ErrorKind, Failure, OpenAi, Usage};
use zyn_tests::{Reply, Server};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Urgency {
    Low,
    High,
}

workflow!(
    /// The first step can fail.
    pub async fn sort(ticket: &str) -> Urgency {
        let urgency = classify::<Urgency>("How urgent is it?", ticket);
        urgency
    }

    /// The second step can fail: its instruction or its input may be empty.
    pub async fn reply(ticket: &str, instruction: &str, input: &str) -> String {
        let urgency = classify::<Urgency>("How urgent is it?", ticket);
        let _urgency = urgency;
        let text = transform(instruction, input);
        text
    }
);

/// What so many answers of the server cost.
fn usage(answers: u64) -> Usage {
    Usage::new(10 * answers, 5 * answers)
}

async fn begun() -> Session {
    let mut session = Session::named("bad-input");
    let llm = Llm::new(Scripted::new(["Hello"]));
    let greet = zyn::transform("Greet");
    greet.fire(&llm, &mut session, "Ada").await.unwrap();
    session
}

/// Runs `sort`, which must fail, and checks all that every failure has in common.
async fn fails(llm: &Llm, ticket: &str) -> Error {
    let mut session = begun().await;
    let before = session.clone();
    let spent = llm.spend();
    let (outcome, report) = sort(ticket).run_detailed(llm, &mut session).await;
    let error = outcome.unwrap_err();
    assert_eq!(session, before);
    assert_eq!(error.step(), Some("urgency"));
    let shown = error.to_string();
    println!("{shown}");
    assert!(shown.starts_with("step `urgency`: "), "{shown}");
    assert_eq!(
        llm.spend().attempts - spent.attempts,
        u64::from(error.attempts())
    );
    if let [step] = report.steps.as_slice() {
        assert_eq!(
            (step.attempts, step.spent, step.error.as_deref()),
            (
                error.attempts(),
                error.usage(),
                shown.strip_prefix("step `urgency`: ")
            )
        );
    } else {
        assert_eq!(error.attempts(), 0, "{report:?}");
    }
    error
}

#[track_caller]
fn provider_failed(error: &Error, kind: Failure, status: Option<u16>, attempts: u32) {
    let failed = error.provider().expect("the provider failed");
    assert_eq!((&failed.kind, failed.status), (&kind, status));
    assert_eq!(error.attempts(), attempts);
    assert_eq!(error.usage(), Usage::default());
    let host = failed.host.as_deref().unwrap();
    assert!(host.starts_with("127.0.0.1:"), "{host}");
}

#[track_caller]
fn says(error: &Error, remedy: &str) {
    let shown = error.to_string();
    assert!(shown.contains(remedy), "{shown}");
}

#[tokio::test]
async fn empty_and_blank_input_is_refused_before_anything_is_sent() {
    let server = Server::new([] as [Reply; 0]);
    for ticket in ["", " ", "\n\t \u{a0}\u{3000}"] {
        let error = fails(&server.llm(), ticket).await;
        assert!(matches!(error.kind(), ErrorKind::EmptyInput), "{error:?}");
        says(&error, "give the text to work on");
        assert!(!error.is_retryable());
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn an_empty_instruction_or_input_of_a_later_step_names_that_step() {
    for (instruction, input, remedy) in [
        ("", "text", "the instruction is empty; say what to do"),
        (" \n", "text", "the instruction is empty; say what to do"),
        ("Answer", " ", "the input is empty; give the text"),
    ] {
        let server = Server::new([r#"{"label":"Low"}"#]);
        let mut session = begun().await;
        let before = session.clone();
        let run = reply("No heating", instruction, input);
        let error = run.run(&server.llm(), &mut session).await.unwrap_err();
        assert_eq!(session, before);
        assert_eq!((error.step(), error.attempts()), (Some("text"), 0));
        says(&error, remedy);
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_fire_refuses_an_empty_instruction_and_an_empty_conversation() {
    let server = Server::new([] as [Reply; 0]);
    let (llm, mut session) = (server.llm(), Session::new());
    let empty = zyn::transform(" ").fire(&llm, &mut session, "text").await;
    let empty = empty.unwrap_err();
    assert!(matches!(empty.kind(), ErrorKind::EmptyInstruction));
    assert_eq!(empty.step(), None);
    let nothing = zyn::transform("Sum up");
    let nothing = nothing.fire(&llm, &mut session, zyn::Conversation).await;
    let nothing = nothing.unwrap_err();
    assert!(matches!(nothing.kind(), ErrorKind::EmptyConversation));
    says(&nothing, "give it an input");
    assert!(session.is_empty() && server.received().is_empty());
}

#[tokio::test]
async fn an_input_that_the_model_cannot_hold_is_the_servers_word() {
    let body = json!({"error": {
        "code": 400,
        "message": "request (262201 tokens) exceeds the available context size (4096 tokens), try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 262_201,
        "n_ctx": 4096,
    }});
    let server = Server::new([Reply::http(400, &[], &body.to_string())]);
    let ticket = "0123456789abcde\n".repeat(65_536);
    assert_eq!(ticket.len(), 1 << 20);
    let error = fails(&server.llm(), &ticket).await;
    provider_failed(&error, Failure::ContextWindow, Some(400), 1);
    says(&error, "or shorten the input");
    assert!(!error.is_retryable());
    let received = server.received();
    assert_eq!(received.len(), 1, "repeating it cannot help");
    assert!(received[0].body.len() > 1 << 20, "all of it was sent");
}

#[tokio::test]
async fn an_input_over_the_limit_is_refused_before_anything_is_sent() {
    let server = Server::new([r#"{"label":"Low"}"#]);
    let ticket = "x".repeat(5 << 20);
    let error = fails(&server.llm(), &ticket).await;
    let ErrorKind::InputTooLarge { bytes, limit } = *error.kind() else {
        panic!("{error:?}");
    };
    assert_eq!((bytes, limit), (5 << 20, 4 << 20));
    says(&error, "`Llm::max_input`");
    says(&error, "the input with its context, examples and holes");
    assert!(server.received().is_empty());
    let larger = server.llm().max_input(6 << 20);
    let sorted = sort(&ticket).run(&larger, &mut Session::new()).await;
    assert_eq!(sorted.unwrap(), Urgency::Low, "the remedy helps");
}

#[tokio::test]
async fn without_a_server_the_error_asks_for_address_and_server() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", free.local_addr().unwrap());
    drop(free);
    let llm = Llm::new(OpenAi::new("m").base_url(url)).retry(1).seed(7);
    let error = fails(&llm, "No heating").await;
    provider_failed(&error, Failure::Connect, None, 2);
    says(&error, "is the address right and the server running?");
    says(&error, "(after 2 attempts)");
    assert!(error.is_retryable());
    assert_eq!(
        llm.spend().unknown,
        0,
        "nothing was sent, so nothing was paid"
    );
}

#[tokio::test]
async fn what_no_chat_completions_server_answers_names_what_came() {
    let page = "<!doctype html><html><body>secret-page</body></html>";
    for (body, what) in [
        (page, "HTML"),
        (
            r#"{"choices":[{"message":{"content":"{\"lab"#,
            "broken JSON",
        ),
        (r#"{"object":"list","data":[]}"#, "no choices"),
        ("", "an empty body"),
    ] {
        let server = Server::new([Reply::http(200, &["content-type: text/html"], body)]);
        let error = fails(&server.llm(), "No heating").await;
        let failed = error.provider().unwrap();
        assert!(
            matches!(failed.kind, Failure::Protocol { what: found } if found == what),
            "{error:?}"
        );
        says(&error, "is the base URL right?");
        says(&error, what);
        assert_eq!((error.attempts(), error.is_retryable()), (1, false));
        assert!(!format!("{error} {error:?}").contains("secret-page"));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_retried_once_and_may_have_been_paid() {
    let server = Server::new([Reply::Reset, Reply::Reset, Reply::Reset]);
    let llm = server.llm();
    let error = fails(&llm, "No heating").await;
    provider_failed(&error, Failure::Interrupted, None, 2);
    says(&error, "broke before the answer was complete");
    assert_eq!(llm.spend().unknown, 2);
}

#[tokio::test]
async fn a_wrong_key_is_not_tried_again() {
    let server = Server::new([Reply::error(401, "Incorrect API key provided: canary")]);
    let llm = Llm::new(server.openai().key("canary"));
    let error = fails(&llm, "No heating").await;
    provider_failed(&error, Failure::Auth, Some(401), 1);
    says(&error, "check it and what it is allowed to do");
    assert!(!error.is_retryable());
    assert_eq!(server.received().len(), 1);
}

fn slow_down(header: &'static str) -> Reply {
    let body = json!({"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}});
    Reply::http(429, &[header], &body.to_string())
}

#[tokio::test]
async fn a_wait_that_the_server_asks_for_is_honoured_within_the_deadline() {
    let server = Server::new([slow_down("retry-after: 1"), r#"{"label":"Low"}"#.into()]);
    let llm = server.llm();
    let start = Instant::now();
    let mut session = Session::new();
    let (sorted, report) = sort("No heating").run_detailed(&llm, &mut session).await;
    assert_eq!(sorted.unwrap(), Urgency::Low);
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!((report.attempts(), report.usage()), (2, usage(1)));
    assert_eq!((session.usage(), session.len()), (usage(1), 2));
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_reported_at_once() {
    let server = Server::new([slow_down("retry-after: 30")]);
    let llm = server.llm().timeout(Duration::from_secs(5));
    let start = Instant::now();
    let error = fails(&llm, "No heating").await;
    assert!(start.elapsed() < Duration::from_secs(4));
    provider_failed(&error, Failure::RateLimit, Some(429), 1);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert!(error.is_retryable());
    says(&error, "it asks to wait 30s");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_wait_is_reported_when_the_retries_are_used_up() {
    let server = Server::new([
        slow_down("retry-after-ms: 20"),
        slow_down("retry-after-ms: 40"),
    ]);
    let error = fails(&server.llm().retry(1), "No heating").await;
    provider_failed(&error, Failure::RateLimit, Some(429), 2);
    assert_eq!(error.retry_after(), Some(Duration::from_millis(40)));
    assert_eq!(
        error.provider().unwrap().code.as_deref(),
        Some("rate_limit_exceeded")
    );
}

#[tokio::test]
async fn a_server_that_fails_is_tried_once_more() {
    let page = || Reply::http(500, &["content-type: text/html"], "<html>oops</html>");
    let server = Server::new([page(), page(), page()]);
    let error = fails(&server.llm(), "No heating").await;
    provider_failed(&error, Failure::Server, Some(500), 2);
    says(&error, "failed; try again later (HTTP 500)");
    assert!(error.is_retryable());
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_label_outside_the_set_is_asked_for_again_and_then_invalid() {
    let huge = r#"{"label":"Huge"}"#;
    let server = Server::new([huge, huge, r#"{"label":"tiny"}"#]);
    let error = fails(&server.llm(), "No heating").await;
    let ErrorKind::Invalid { violations, reply } = error.kind() else {
        panic!("{error:?}");
    };
    assert_eq!(violations[0].path, "/label");
    assert_eq!(violations[0].expected, r#"one of "Low", "High""#);
    assert_eq!(reply.text(), r#"{"label":"tiny"}"#);
    assert_eq!((error.attempts(), error.usage()), (3, usage(3)));
    says(&error, r#"/label: expected one of "Low", "High""#);
    says(&error, "say more clearly what is wanted");
    // what came may quote the ticket: it is there to be asked for, and not in what is logged
    assert_eq!(violations[0].found, r#""tiny""#);
    assert!(!format!("{error} {error:?} {error:#?}").contains(r#""tiny""#));
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_refusal_and_a_cut_answer_are_paid_and_neither_repeated_nor_repaired() {
    for (reply, kind, remedy) in [
        (
            Reply::refusal("I must not."),
            Failure::Refusal,
            "the model refused",
        ),
        (
            Reply::finished(r#"{"label":"Low"}"#, "length"),
            Failure::Truncated,
            "raise `max_tokens`",
        ),
    ] {
        let server = Server::new([reply]);
        let error = fails(&server.llm(), "No heating").await;
        assert_eq!(error.provider().unwrap().kind, kind);
        assert_eq!((error.attempts(), error.usage()), (1, usage(1)));
        says(&error, remedy);
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_set_up_that_cannot_work_is_an_error_before_anything_is_sent() {
    for (openai, remedy) in [
        (
            OpenAi::new("m").base_url("localhost:8080/v1"),
            "write it as in `https://api.openai.com/v1`",
        ),
        (
            OpenAi::new("m").base_url("http://192.0.2.1/v1"),
            "allow_insecure",
        ),
        (OpenAi::new("m").key("canary\n"), "line break"),
        (OpenAi::new("m"), "give it with `.key(…)`"),
    ] {
        let llm = Llm::new(openai);
        let error = fails(&llm, "No heating").await;
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
        says(&error, remedy);
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Stock {
    #[allow(dead_code)]
    parts: Impossible,
}

/// No value is both.
#[derive(Debug, Deserialize)]
struct Impossible;

impl JsonSchema for Impossible {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Impossible".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "allOf": [{ "type": "string" }, { "type": "integer" }] })
    }
}

workflow!(
    async fn count(text: &str) -> Stock {
        let stock = extract::<Stock>("The parts and how many there are", text);
        stock
    }
);

#[tokio::test]
async fn a_type_that_cannot_be_asked_for_is_the_steps_error_before_anything_is_sent() {
    let llm = Llm::new(zyn::testing::Scripted::new([r#"{"parts":{}}"#]));
    let mut session = Session::new();
    let before = session.clone();
    let (stock, report) = count("two screws").run_detailed(&llm, &mut session).await;
    let error = stock.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Schema(_)), "{error:?}");
    assert_eq!(error.step(), Some("stock"));
    assert!(error.to_string().contains("/parts"), "{error}");
    assert_eq!(report.steps.len(), 1);
    assert!(report.steps[0].error.is_some());
    assert_eq!((llm.spend().attempts, session == before), (0, true));
}
