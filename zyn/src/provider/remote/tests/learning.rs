//! What is learnt from refusals.

use super::*;

#[tokio::test]
async fn what_was_not_sent_is_not_left_out_whatever_the_server_says() {
    for words in [
        "structured outputs are not supported",
        "Unknown parameter: 'prompt_cache_key'.",
        "stream_options: Extra inputs are not permitted",
        "tools are not supported",
        "`temperature` is not supported",
        "Unsupported parameter: 'max_tokens'",
        "cache_control: Extra inputs are not permitted",
    ] {
        let (remote, sent) = served(openai::KIND, move |_| message(400, words));
        let error = failed(&remote, &request()).await;
        assert_eq!(
            (error.kind, error.adapted),
            (Failure::Rejected, false),
            "{words}"
        );
        assert_eq!(remote.profile().mode, Mode::Native, "{words}");
        let all = Request {
            temperature: Some(0.5),
            max_tokens: Some(9),
            ..with_schema()
        };
        failed(&remote, &all).await;
        let body = sent.lock().unwrap()[1].2.clone();
        let are_sent =
            ["response_format", "temperature", "max_tokens"].map(|name| body.get(name).is_some());
        assert_eq!(are_sent, [true; 3], "{words}");
    }
}

#[tokio::test]
async fn a_refused_schema_is_not_seen_in_a_prompt_that_the_server_quotes() {
    let quoted = json!([{"type": "string_type", "loc": ["body", "messages"], "msg": "No text",
        "input": "My credit balance is too low; structured outputs are not supported"}]);
    let (remote, _) = served(openai::KIND, move |_| {
        Canned::json(422, &json!({ "detail": quoted }))
    });
    for request in [request(), with_schema()] {
        let error = failed(&remote, &request).await;
        assert_eq!((error.kind, error.adapted), (Failure::Rejected, false));
        assert_eq!(remote.profile().mode, Mode::Native);
    }
}

const NO_ENDPOINTS: &str = "No endpoints found that can handle the requested parameters.";

#[tokio::test]
async fn where_no_server_takes_all_parameters_sampling_is_left_out_before_the_schema() {
    let (remote, sent) = served(openai::KIND, |body| match body.get("temperature") {
        Some(_) => message(404, NO_ENDPOINTS),
        None => ok(),
    });
    let request = Request {
        temperature: Some(0.5),
        logprobs: true,
        ..with_schema()
    };
    let error = failed(&remote, &request).await;
    assert_eq!((&error.kind, error.adapted), (&Failure::NotFound, true));
    remote.attempt(&request, None).await.unwrap();
    let body = sent.lock().unwrap()[1].2.clone();
    assert_eq!(body.get("logprobs"), None);
    assert!(body.get("response_format").is_some());
    assert!(remote.takes(request.schema.as_ref().unwrap()));
}

#[tokio::test]
async fn where_it_was_the_schema_sampling_comes_back() {
    let (remote, sent) = served(openai::KIND, |body| {
        match body["response_format"]["type"] == "json_schema" {
            true => message(404, NO_ENDPOINTS),
            false => ok(),
        }
    });
    let mut request = Request {
        temperature: Some(0.5),
        ..with_schema()
    };
    assert!(failed(&remote, &request).await.adapted);
    let error = failed(&remote, &request).await;
    assert_eq!(
        (&error.kind, error.adapted),
        (&Failure::SchemaRefused, false)
    );
    assert!(!remote.takes(request.schema.as_ref().unwrap()));
    request.schema.as_mut().unwrap().dialect = Dialect::Prompted;
    remote.attempt(&request, None).await.unwrap();
    assert_eq!(sent.lock().unwrap()[2].2["temperature"], 0.5);
}

#[tokio::test]
async fn marks_for_a_cache_are_left_out_where_they_are_refused() {
    for words in [
        "messages.0.content.0.cache_control: Extra inputs are not permitted",
        "messages.0.content.0.text.cache_control.ephemeral.ttl: Input should be '5m'",
    ] {
        let (remote, sent) = served(anthropic::KIND, move |_| message(400, words));
        let request = Request {
            conversation: Some("c".into()),
            ..request()
        };
        assert!(failed(&remote, &request).await.adapted, "{words}");
        assert!(!failed(&remote, &request).await.adapted, "{words}");
        let sent = sent.lock().unwrap();
        let has_marks = |at: usize| sent[at].2.to_string().contains("cache_control");
        assert_eq!((has_marks(0), has_marks(1)), (true, false), "{words}");
    }
}

#[tokio::test]
async fn no_more_tokens_are_asked_for_than_the_server_says() {
    let words =
        "max_tokens: 16000 > 8192, which is the maximum allowed number of output tokens for m";
    let (remote, sent) = served(anthropic::KIND, move |_| message(400, words));
    assert!(failed(&remote, &request()).await.adapted);
    assert!(!failed(&remote, &request()).await.adapted);
    // a limit of the user's own is the user's to change
    let own = Request {
        max_tokens: Some(16_000),
        ..request()
    };
    assert!(!failed(&remote, &own).await.adapted);
    let sent = sent.lock().unwrap();
    let limits: Vec<_> = sent.iter().map(|(.., body)| &body["max_tokens"]).collect();
    assert_eq!(limits, [16_000, 8_192, 16_000]);
}

#[tokio::test]
async fn schemas_that_an_older_server_does_not_know_are_said_in_the_prompt() {
    for (kind, words) in [
        (
            anthropic::KIND,
            "output_config.format: Extra inputs are not permitted",
        ),
        (
            gemini::KIND,
            "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
        ),
    ] {
        let (remote, _) = served(kind, move |_| message(400, words));
        let error = failed(&remote, &with_schema()).await;
        assert_eq!(error.kind, Failure::SchemaRefused, "{words}");
        assert_eq!(remote.profile().mode, Mode::Prompted, "{words}");
    }
}

#[test]
fn an_error_inside_a_success_is_learnt_from_too() {
    let error = json!({"error": {"code": 400, "message": "`temperature` is not supported by m"}});
    let request = Request {
        temperature: Some(0.5),
        ..request()
    };
    for (reply, streamed, adapted) in [
        (Canned::json(200, &error), false, true),
        (events([&error]), true, true),
        (
            events([&json!({"error": {"message": "`temperature` is not supported"}})]),
            true,
            true,
        ),
        // who speaks has taken the request
        (
            events([&json!({"choices": [{"delta": {"content": "o"}}]}), &error]),
            true,
            false,
        ),
    ] {
        let (outcome, _) = remote(openai::KIND).outcome_of(&request, &reply, streamed);
        assert_eq!(outcome.unwrap_err().adapted, adapted);
    }
}

fn responses() -> Remote {
    remote(openai::KIND).with(|it| it.knows(|takes| takes.api = Api::Responses))
}

async fn asked(answer: impl Fn(&Value) -> Canned + Send + Sync + 'static, times: u32) -> Vec<bool> {
    let (remote, sent) = responses().answered(answer);
    for _ in 0..times {
        let _ = remote.attempt(&with_schema(), None).await;
    }
    let sent = sent.lock().unwrap();
    let newer = |(url, ..): &(String, _, _)| url.ends_with("/responses");
    sent.iter().map(newer).collect()
}

#[tokio::test]
async fn the_newer_operation_is_given_up_once_the_older_one_has_answered() {
    let status = |status: u16| {
        move |body: &Value| match body.get("input") {
            Some(_) => Canned::new(status, "not here"),
            None => ok(),
        }
    };
    for unknown in [404, 405] {
        assert_eq!(asked(status(unknown), 3).await, [true, false, false]);
    }
    // neither is there: a model may be
    let nothing = |_: &Value| Canned::new(404, "not here");
    assert_eq!(asked(nothing, 4).await, [true, false, true, false]);
    // busy is not unknown
    let busy = |body: &Value| match body.get("input") {
        Some(_) => Canned::new(404, "not here"),
        None => Canned::new(429, "slow down"),
    };
    assert_eq!(asked(busy, 3).await, [true, false, false]);
}

#[tokio::test]
async fn the_newer_operation_is_not_given_up_over_a_schema_or_money() {
    let schema = |_: &Value| message(404, "Schema is too complex");
    assert_eq!(asked(schema, 2).await, [true, true]);
    let money = |_: &Value| message(404, "You have run out of credits");
    assert_eq!(asked(money, 2).await, [true, true]);
}
