//! Keeps answering while a provider is down: retries, a breaker, another model, a cache, and a value for the worst case.
//!
//! ```text
//! cargo run -p examples --bin resilient
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zyn::policy::{Breaker, Cache};
use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Answer, Failure, ProviderError, Response, Usage};

/// A model that answers `reply`, unless it is down.
fn model(reply: &'static str, is_down: &Arc<AtomicBool>) -> Scripted {
    let is_down = Arc::clone(is_down);
    Scripted::by(move |_| match is_down.load(Ordering::Relaxed) {
        true => Err(ProviderError::new("example", Failure::Connect)),
        false => Ok(Response::new(reply, Usage::new(40, 5))),
    })
}

fn show(what: &str, answer: &Answer<String>) {
    println!("{what}: {}", answer.value);
    if answer.cached {
        println!("  from the cache: nobody was asked");
    }
    for attempt in &answer.log {
        println!(
            "  {:?} after {:.1?}: {:?}",
            attempt.reason, attempt.waited, attempt.outcome
        );
    }
    if let Some(problem) = &answer.instead_of {
        println!("  since {problem}");
    }
}

#[tokio::main]
async fn main() -> Result<(), zyn::Error> {
    let [first_down, second_down] = [false, false].map(|it| Arc::new(AtomicBool::new(it)));
    let breaker = Breaker::new().calls(3);
    let spare = Llm::new(model("Good day from the other model", &second_down));
    let llm = Llm::new(model("Good day", &first_down))
        .breaker(&breaker)
        .cache(Cache::memory(100))
        .fallback(&spare);

    let greet = zyn::transform("Greet").otherwise("(a greeting of our own)".to_owned());
    let ask = async |name: &str| greet.fire_detailed(&llm, &mut Session::new(), name).await;

    show("all is well", &ask("Ada").await?);

    first_down.store(true, Ordering::Relaxed);
    show("the same again", &ask("Ada").await?);
    show("the first model is down", &ask("Grace").await?);
    println!("the breaker: {:?}", breaker.state());
    show("it is spared now", &ask("Edsger").await?);

    second_down.store(true, Ordering::Relaxed);
    show("both are down", &ask("Barbara").await?);

    let attempts = [&llm, &spare].map(|it| it.spend().attempts);
    println!("attempts of each model: {attempts:?}");
    Ok(())
}
