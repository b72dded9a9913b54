//! A provider that takes its time.

use std::future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use zyn::testing::Scripted;
use zyn::{BoxFuture, Failure, Profile, Provider, ProviderError, Request, Response};

/// Answers after it has made the caller wait for so many polls, or never.
pub(crate) struct Slow {
    script: Scripted,
    polls: usize,
    /// The call from which on there is no answer.
    hangs_at: u64,
    calls: AtomicU64,
    /// Calls that have begun and not ended.
    pub(crate) open: Arc<AtomicU64>,
    /// Calls that may have been paid for and did not say how much.
    pub(crate) unreported: Arc<AtomicU64>,
}

impl Slow {
    pub(crate) fn new(script: Scripted, polls: usize) -> Self {
        Self {
            script,
            polls,
            hangs_at: u64::MAX,
            calls: AtomicU64::new(0),
            open: Arc::default(),
            unreported: Arc::default(),
        }
    }

    pub(crate) fn hanging_at(mut self, call: u64) -> Self {
        self.hangs_at = call;
        self
    }
}

impl Provider for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn model(&self) -> &str {
        "slow"
    }

    fn profile(&self) -> Profile {
        self.script.profile()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            self.open.fetch_add(1, Ordering::SeqCst);
            if self.calls.fetch_add(1, Ordering::SeqCst) >= self.hangs_at {
                future::pending::<()>().await;
            }
            for _ in 0..self.polls {
                once_pending().await;
            }
            let outcome = self.script.call(request).await;
            let known = match &outcome {
                Ok(response) => response.usage.is_some(),
                Err(error) => {
                    let turned_away = matches!(
                        error.kind,
                        Failure::Connect | Failure::RateLimit | Failure::Auth
                    );
                    error.usage.is_some() || turned_away
                }
            };
            if !known {
                self.unreported.fetch_add(1, Ordering::SeqCst);
            }
            self.open.fetch_sub(1, Ordering::SeqCst);
            outcome
        })
    }
}

pub(crate) async fn once_pending() {
    let mut waited = false;
    future::poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
