use std::sync::{Arc, Mutex, PoisonError};

use crate::provider::{
    BoxFuture, ConfigError, Heard, Profile, Provider, ProviderError, Request, Response, WireSchema,
};

/// Keeps every request that goes to another provider.
///
/// A clone is a handle on the same record: give one to the [`Llm`](crate::Llm) and keep the other.
///
/// # Examples
///
/// ```
/// use zyn::testing::{Recording, Scripted};
/// use zyn::{Message, Provider, Request};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let recording = Recording::new(Scripted::new(["Paris"]));
/// let provider = recording.clone();
/// let request = Request::new(Message::user("The capital of France?"));
/// provider.call(&request).await.unwrap();
///
/// let sent = recording.requests();
/// assert_eq!(sent.len(), 1);
/// assert_eq!(sent[0].prompt.text(), "The capital of France?");
/// # }
/// ```
#[derive(Clone)]
pub struct Recording {
    provider: Arc<dyn Provider>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Recording {
    /// Records what is sent to `provider`.
    pub fn new(provider: impl Provider) -> Self {
        Self {
            provider: Arc::new(provider),
            requests: Arc::default(),
        }
    }

    /// What was sent so far, in order; a request that failed was sent too.
    pub fn requests(&self) -> Vec<Request> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, request: &Request) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request.clone());
    }
}

impl Provider for Recording {
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

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        self.keep(request);
        self.provider.call(request)
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        self.keep(request);
        self.provider.stream(request, heard)
    }

    fn takes(&self, schema: &WireSchema) -> bool {
        self.provider.takes(schema)
    }
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording")
            .field("model", &self.provider.model())
            .field("requests", &self.requests().len())
            .finish()
    }
}
