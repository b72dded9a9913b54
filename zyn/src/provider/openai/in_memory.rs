//! The way to the socket without the socket, for the benches.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::HeaderMap;

use super::OpenAi;
use crate::provider::BoxFuture;
use crate::provider::http::{Post, Reply, Transport, TransportError};

/// Is given a request's body, in the pieces in which it would be sent.
type Answer = fn(Vec<Bytes>) -> Bytes;

struct InMemory(Answer);

impl Transport for InMemory {
    fn post<'a>(&'a self, post: Post) -> BoxFuture<'a, Result<Reply, TransportError>> {
        let reply = Reply {
            status: 200,
            headers: HeaderMap::new(),
            body: self.0(post.body),
        };
        Box::pin(async move { Ok(reply) })
    }
}

impl OpenAi {
    /// Sends nothing: `answer` is the server. Everything else is as it always is.
    #[doc(hidden)]
    #[must_use]
    pub fn in_memory(self, answer: Answer) -> Self {
        let this = self.anew();
        let ready = this
            .endpoint()
            .and_then(|endpoint| this.prepare(endpoint, Arc::new(InMemory(answer))));
        this.state.ready.get_or_init(|| ready);
        this
    }
}
