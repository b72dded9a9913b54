//! A provider whose attempts have numbers.

use std::sync::Arc;

use zyn::provider::{Wait, WireSchema};
use zyn::{BoxFuture, ConfigError, Failure, Profile, Provider, ProviderError, Request, Response};

use crate::book::{Book, Heard};

/// A provider that sends the number of each attempt as the request's id, and tells the book what came of it.
pub struct Numbered<P> {
    provider: P,
    book: Arc<Book>,
}

impl<P: Provider> Numbered<P> {
    pub fn new(provider: P, book: Arc<Book>) -> Self {
        Self { provider, book }
    }
}

/// An attempt that is being made. One that is dropped before it has ended was given up.
struct Attempt {
    book: Arc<Book>,
    number: u64,
    heard: Heard,
}

impl Attempt {
    fn end(mut self, heard: Heard) {
        self.heard = heard;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.book.heard(self.number, self.heard);
    }
}

impl<P: Provider> Provider for Numbered<P> {
    fn name(&self) -> &str {
        self.provider.name()
    }

    fn model(&self) -> &str {
        self.provider.model()
    }

    fn server(&self) -> &str {
        self.provider.server()
    }

    fn profile(&self) -> Profile {
        self.provider.profile()
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.provider.check()
    }

    fn takes(&self, schema: &WireSchema) -> bool {
        self.provider.takes(schema)
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        // here and not in the future, which may be dropped before it is polled
        let attempt = Attempt {
            book: Arc::clone(&self.book),
            number: self.book.begin(),
            heard: Heard::GivenUp,
        };
        let mut request = request.clone();
        request.id = attempt.number.to_string();
        Box::pin(async move {
            let outcome = self.provider.call(&request).await;
            attempt.end(match &outcome {
                Ok(response) => Heard::Outcome("answer", response.usage),
                Err(error) => Heard::Outcome(name(&error.kind), error.usage),
            });
            outcome
        })
    }
}

/// The name of a failure in the tables.
pub fn name(failure: &Failure) -> &'static str {
    match failure {
        Failure::Connect => "no connection",
        Failure::Interrupted => "interrupted",
        Failure::Timeout { wait, .. } => match wait {
            Wait::Attempt => "timeout of an attempt",
            Wait::FirstByte => "timeout of the first byte",
            Wait::Idle => "timeout of a silence",
            _ => "another timeout",
        },
        Failure::RateLimit => "rate limit",
        Failure::Overloaded => "overloaded",
        Failure::Unavailable => "unavailable",
        Failure::Server => "server",
        Failure::Protocol { .. } => "protocol",
        Failure::Empty => "empty",
        _ => "another failure",
    }
}
