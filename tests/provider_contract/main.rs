//! The contract of all providers, on those that speak to a server over real sockets: a model that writes what fits, behind
//! each API in turn. A server refuses what that API does.

mod anthropic;
mod chat;
mod gemini;
mod model;
mod ollama;
mod responses;

use std::fmt::Write;

use serde_json::Value;
use zyn::Provider;
use zyn::testing::provider_contract;
use zyn_tests::{Received, Reply, Server};

/// A server that replies what `answer` makes of the address and the body of a request, and of its number.
fn served(answer: impl Fn(&str, &Value, usize) -> Reply + Send + 'static) -> Server {
    let mut number = 0;
    Server::by(move |received: &Received| {
        number += 1;
        // whoever hung up hears nothing
        let Ok(body) = serde_json::from_slice(&received.body) else {
            return Reply::Reset;
        };
        let address = received.head.split(' ').nth(1).unwrap();
        answer(address, &body, number)
    })
}

async fn keeps_the_contract(provider: &dyn Provider, server: &Server) {
    let kept = provider_contract(provider).await;
    kept.unwrap_or_else(|broken| panic!("{broken}"));
    println!("{} requests", server.received().len());
}

/// Holds `provider` to the contract where its server refuses one schema, and looks that it is not sent it again.
async fn keeps_the_contract_where_a_schema_is_refused(provider: &dyn Provider, server: &Server) {
    keeps_the_contract(provider, server).await;
    let received = server.received();
    let bodies = received.iter().map(|it| serde_json::from_slice(&it.body));
    let refused = bodies.filter(|body| body.as_ref().is_ok_and(is_sour));
    assert_eq!(refused.count(), 1);
}

fn json(body: &Value) -> Reply {
    Reply::http(200, &["content-type: application/json"], &body.to_string())
}

fn refused(body: &Value) -> Reply {
    Reply::http(400, &["content-type: application/json"], &body.to_string())
}

/// Whether the schema of a lemon's taste is sent.
fn is_sour(body: &Value) -> bool {
    body.to_string().contains(r#""enum":["sweet","sour"]"#)
}

/// A stream of `events`, which name themselves if they have a type, and of what stands behind them.
fn events(events: &[Value], end: &str) -> Reply {
    let mut stream = String::new();
    for event in events {
        if let Some(name) = event["type"].as_str() {
            writeln!(stream, "event: {name}").unwrap();
        }
        write!(stream, "data: {event}\n\n").unwrap();
    }
    stream += end;
    Reply::http(200, &["content-type: text/event-stream"], &stream)
}
