//! Chat completions.

use serde_json::{Value, json};
use zyn::Provider;
use zyn::schema::Dialect;
use zyn::testing::provider_contract;
use zyn_tests::{Reply, Server};

use crate::{events, keeps_the_contract, model, served};

fn answered(body: &Value, number: usize) -> Reply {
    let schema = &body["response_format"]["json_schema"]["schema"];
    let schema = schema.is_object().then_some((Dialect::OpenAi, schema));
    let said = model::said(&body["messages"], schema, &body["max_tokens"]);
    let finish = if said.is_cut { "length" } else { "stop" };
    let logprobs = match body["logprobs"] == true {
        true => json!({"content": said.logprobs()}),
        false => Value::Null,
    };
    let usage = json!({"prompt_tokens": 10, "completion_tokens": said.tokens()});
    let id = format!("chatcmpl-{number}");
    if body["stream"] != true {
        let message = json!({"role": "assistant", "content": said.text()});
        let choice =
            json!({"index": 0, "message": message, "finish_reason": finish, "logprobs": logprobs});
        return crate::json(
            &json!({"id": id, "model": "m-2026", "choices": [choice], "usage": usage}),
        );
    }
    let mut logprobs = Some(logprobs);
    let mut chunks: Vec<_> = said
        .pieces()
        .map(|piece| {
            let delta = json!({"content": piece});
            let choice = json!({"index": 0, "delta": delta, "logprobs": logprobs.take()});
            json!({"id": id, "choices": [choice]})
        })
        .collect();
    let end = json!({"index": 0, "delta": {}, "finish_reason": finish});
    chunks.push(json!({"id": id, "choices": [end]}));
    chunks.push(json!({"id": id, "choices": [], "usage": usage}));
    events(&chunks, "data: [DONE]\n\n")
}

#[tokio::test]
async fn chat_completions_keep_the_contract() {
    let server = served(|_, body, number| answered(body, number));
    keeps_the_contract(&server.openai(), &server).await;
}

/// Parameters in one server, and one schema.
#[tokio::test]
async fn chat_completions_keep_the_contract_with_a_server_that_refuses_much() {
    let server = served(|_, body, number| {
        for parameter in ["temperature", "logprobs", "stream_options"] {
            if body.get(parameter).is_some() {
                return Reply::unsupported(parameter);
            }
        }
        if body["response_format"]["json_schema"]["name"] == "Taste" {
            return Reply::error(400, "Invalid schema for response_format 'Taste'");
        }
        answered(body, number)
    });
    let openai = server.openai();
    keeps_the_contract(&openai, &server).await;
    assert!(!openai.profile().logprobs);
    let received = server.received();
    let refused = received.iter().filter(|it| it.text().contains("\"Taste\""));
    assert_eq!(refused.count(), 1);
}

#[tokio::test]
async fn a_server_that_says_one_thing_to_everything_breaks_the_rules_of_schemas() {
    let server = Server::by(|_| Reply::answer("Hello."));
    let broken = provider_contract(&server.openai()).await.unwrap_err();
    let of = |rule: &str| broken.breaches.iter().any(|breach| breach.rule == rule);
    assert!(of("a_list_fits_its_schema"));
    assert!(of("calls_at_the_same_time_do_not_mix"));
    assert!(!of("any_text_is_a_message"));
    assert!(!of("a_stream_tells_its_text_and_nothing_else"));
}
