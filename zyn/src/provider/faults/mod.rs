//! Servers that misbehave, over real sockets and the real client, for every provider.

mod api;
mod behaviours;
mod connections;
mod hostile;
mod http2;
mod leaks;
mod redirects;
mod replies;
mod server;
mod streams;
mod table;
#[cfg(target_os = "linux")]
mod unconnected;

use std::time::Duration;

use crate::llm::{Allowance, Ear, Llm};
use crate::provider::{ProviderError, Request, Response};
use crate::session::Message;
use crate::synapse::Tape;

const CANARY: &str = "sk-canary-0123456789";
const PROMPT: &str = "words that are nobody's business";

async fn call(llm: &Llm, retries: u32) -> Result<Response, ProviderError> {
    attempt(llm, retries, None).await
}

async fn stream(llm: &Llm, retries: u32) -> Result<Response, ProviderError> {
    attempt(llm, retries, Some(&Tape::default())).await
}

async fn attempt(
    llm: &Llm,
    retries: u32,
    ear: Option<&dyn Ear>,
) -> Result<Response, ProviderError> {
    let request = Request::new(Message::user(PROMPT));
    let mut allowance = Allowance::of(Duration::from_secs(60), retries);
    llm.asks(&request, &mut allowance, ear).await
}

/// A client of the user's own, which needs no certificates and uses no proxy.
fn client(set: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> reqwest::Client {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([]);
    set(builder).build().unwrap()
}
