use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;

use super::super::Found;
use super::ask::{Way, ask_for, document, labels, request, taken};
use super::streams::heard_whole;
use crate::provider::{Provider, Request};
use crate::schema::SchemaError;

/// When an attempt is dropped: as soon as it waits, and later.
const DROPPED: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(1),
    Duration::from_millis(20),
];

pub(super) async fn a_dropped_call_harms_no_later_one(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let question = soon_dropped(provider)?;
    for after in DROPPED {
        // what it comes to in so short a time is not asked
        let _ = timeout(after, provider.call(&question)).await;
    }
    is_answered(provider, Way::Call).await
}

pub(super) async fn a_dropped_stream_harms_no_later_one(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let question = soon_dropped(provider)?;
    for after in DROPPED {
        let mut hear = |_: &str| {};
        let _ = timeout(after, provider.stream(&question, &mut hear)).await;
    }
    until_heard(provider, &question).await;
    is_answered(provider, Way::Stream).await
}

/// Drops a stream at its first piece.
async fn until_heard(provider: &dyn Provider, question: &Request) {
    let heard = AtomicBool::new(false);
    let mut hear = |_: &str| heard.store(true, Ordering::Relaxed);
    let mut stream = provider.stream(question, &mut hear);
    poll_fn(|context| match stream.as_mut().poll(context) {
        Poll::Pending if !heard.load(Ordering::Relaxed) => Poll::Pending,
        _ => Poll::Ready(()),
    })
    .await;
}

/// A request of labels that the next one does not have.
fn soon_dropped(provider: &dyn Provider) -> Result<Request, SchemaError> {
    let dropped = labels("Dropped", &["north", "south"])?;
    let mut question = request("Take one of the labels, whichever you like.");
    ask_for(
        &mut question,
        &dropped,
        &taken(provider, &dropped)?,
        provider,
    );
    Ok(question)
}

async fn is_answered(provider: &dyn Provider, way: Way) -> Result<(), Found> {
    for (name, of) in [("Later", ["east", "west"]), ("Last", ["up", "down"])] {
        let question = request("Take one of the labels, whichever you like.");
        heard_whole(&document(provider, &labels(name, &of)?, question, way).await?)?;
    }
    Ok(())
}
