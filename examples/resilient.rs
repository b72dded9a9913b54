//! Keeps answering while a provider is down: retries, a breaker, another model, a cache, and a value for the worst case.
//!
//! ```text
//! cargo run -p examples --bin resilient
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zyn::policy::{Breaker, BreakerState, Cache};
use zyn::prelude::*;
use zyn::{Answer, BoxFuture, Failure, Profile, Provider, ProviderError, Request, Response, Usage};

/// A model of this name, which answers unless it is down.
struct Model {
    name: &'static str,
    is_down: Arc<AtomicBool>,
}

impl Provider for Model {
    fn name(&self) -> &str {
        "example"
    }

    fn model(&self) -> &str {
        self.name
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            match self.is_down.load(Ordering::Relaxed) {
                true => Err(ProviderError::new("example", Failure::Connect)),
                false => Ok(Response::new("Good day", Usage::new(40, 5))),
            }
        })
    }
}

fn show(what: &str, answer: &Answer<String>) {
    println!("\n{what}: {}", answer.value);
    if answer.cached {
        println!("  from the cache: nobody was asked");
    }
    for attempt in &answer.log {
        let pause = match attempt.waited.as_millis() {
            0 => String::new(),
            millis => format!(" after {millis} ms"),
        };
        println!(
            "  {}: {:?}{pause}: {:?}",
            attempt.model, attempt.reason, attempt.outcome
        );
    }
    if let Some(problem) = &answer.instead_of {
        println!("  since {problem}");
    }
}

#[tokio::main]
async fn main() -> Result<(), zyn::Error> {
    let [first_down, second_down] = [false, false].map(|it| Arc::new(AtomicBool::new(it)));
    let model = |name, is_down: &Arc<AtomicBool>| {
        let is_down = Arc::clone(is_down);
        Llm::new(Model { name, is_down })
    };
    // opens when half of the last calls, three at least, have failed
    let breaker = Breaker::new().calls(3);
    let second = model("second", &second_down);
    let first = model("first", &first_down)
        .breaker(&breaker)
        .cache(Cache::memory(100))
        .fallback(&second);

    let greet = zyn::transform("Greet").otherwise("(a greeting of our own)".to_owned());
    let ask = async |name: &str| greet.fire_detailed(&first, &mut Session::new(), name).await;

    show("All is well", &ask("Ada").await?);

    first_down.store(true, Ordering::Relaxed);
    show(
        "The first is down, and the same is asked",
        &ask("Ada").await?,
    );
    show("Another question", &ask("Grace").await?);
    if let BreakerState::Open { retry_in } = breaker.state() {
        println!(
            "\nThe first has failed too often, and is spared for {} s.",
            retry_in.as_secs()
        );
    }
    show("So the second is asked at once", &ask("Edsger").await?);

    second_down.store(true, Ordering::Relaxed);
    show("Both are down", &ask("Barbara").await?);

    let attempts = [&first, &second].map(|it| it.spend().attempts);
    println!("\nAttempts of each: {attempts:?}");
    Ok(())
}
