//! The servers of a world: one for each model, with one book for all.

use std::time::Duration;

use tokio::time::sleep;

use super::book::Book;
use super::exchange::Exchange;
use super::fates::{self, End, Fate};
use crate::provider::{
    BoxFuture, Failure, Heard, Profile, Provider, ProviderError, Request, Response,
};
use crate::session::Usage;

/// Answers for one model.
pub(super) struct Server {
    pub(super) book: Book,
    pub(super) model: &'static str,
    pub(super) mood: Mood,
}

/// How often a server does what nobody wants, from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mood {
    pub(super) failing: f64,
    pub(super) silent: f64,
    pub(super) confused: f64,
}

/// What a failure means for who pays: said here once more, and by nothing of what is tested.
pub(super) struct Failed {
    pub(super) name: &'static str,
    /// Nothing was done, so nothing is paid.
    pub(super) is_free: bool,
    /// It may have been done.
    pub(super) is_doubtful: bool,
    /// It is turned away for now.
    pub(super) is_passing: bool,
    /// It has never come to the server.
    pub(super) is_unsent: bool,
    /// How long all are to wait who share a limit.
    pub(super) pause: Option<Duration>,
    /// What the server says that it cost.
    pub(super) usage: Option<Usage>,
}

impl Failed {
    pub(super) fn of(error: &ProviderError) -> Self {
        use Failure as F;
        let is_of_the_request = matches!(error.status, Some(408 | 409));
        let (is_free, is_doubtful, is_passing) = match error.kind {
            F::Connect | F::RateLimit | F::Overloaded | F::Unavailable => (true, false, true),
            F::Server if is_of_the_request => (false, false, true),
            F::Server | F::Interrupted | F::Timeout { .. } => (false, true, false),
            F::Config(_) | F::Quota | F::Auth | F::NotFound | F::ContextWindow => {
                (true, false, false)
            }
            F::Rejected | F::SchemaRefused | F::Redirect => (true, false, false),
            F::ReplyTooLarge { .. } | F::Protocol { .. } | F::Refusal => (false, false, false),
            F::Filtered | F::Truncated | F::Empty => (false, false, false),
        };
        Self {
            name: "failed",
            is_free,
            is_doubtful,
            is_passing,
            is_unsent: error.kind == F::Connect,
            pause: error.retry_after.filter(|_| error.kind == F::RateLimit),
            usage: error.usage,
        }
    }
}

impl Server {
    fn take(&self, request: &Request) -> (Exchange, Fate) {
        let exchange = self.book.begin(self.model, request);
        let mut pages = self.book.open();
        let fate = fates::draw(&mut pages.rng, self.mood, exchange.number, request);
        (exchange, fate)
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

fn response(
    exchange: Exchange,
    text: String,
    valid: Option<String>,
    usage: Option<Usage>,
) -> Response {
    exchange.answered(usage, valid.as_deref());
    let mut response = Response::new(text, Usage::default());
    response.usage = usage;
    response
}

impl Provider for Server {
    fn name(&self) -> &str {
        "simulated"
    }

    fn model(&self) -> &str {
        self.model
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        let (exchange, fate) = self.take(request);
        Box::pin(async move {
            pause(fate.latency).await;
            match fate.end {
                End::Answer { text, valid, usage } => Ok(response(exchange, text, valid, usage)),
                End::Failure { error, failed, .. } => {
                    exchange.failed(&failed);
                    Err(*error)
                }
                End::Silence => std::future::pending().await,
            }
        })
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        let (mut exchange, fate) = self.take(request);
        Box::pin(async move {
            pause(fate.latency).await;
            match fate.end {
                End::Answer { text, valid, usage } => {
                    for word in text.split_inclusive(' ') {
                        exchange.told = true;
                        heard(word);
                        pause(fate.pace).await;
                    }
                    Ok(response(exchange, text, valid, usage))
                }
                End::Failure {
                    error,
                    failed,
                    words,
                } => {
                    for word in ["{\"stops\"", ": [\"a\"", ", \"b\""]
                        .into_iter()
                        .take(words)
                    {
                        exchange.told = true;
                        heard(word);
                        pause(fate.pace).await;
                    }
                    exchange.failed(&failed);
                    Err(*error)
                }
                End::Silence => std::future::pending().await,
            }
        })
    }
}
