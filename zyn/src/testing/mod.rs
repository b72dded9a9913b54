//! STUB
use crate::provider::*;
use crate::session::Usage;
use std::sync::Mutex;
/// s
pub struct Scripted(Mutex<Vec<String>>);
impl Scripted {
    /// s
    pub fn new<const N: usize>(a: [&str; N]) -> Self {
        Self(Mutex::new(a.iter().rev().map(|s| s.to_string()).collect()))
    }
}
impl Provider for Scripted {
    fn name(&self) -> &str {
        "s"
    }
    fn model(&self) -> &str {
        "s"
    }
    fn profile(&self) -> Profile {
        Profile::default()
    }
    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let t = self.0.lock().unwrap_or_else(|e| e.into_inner()).pop();
            t.map(|t| Response::new(t, Usage::new(1, 1)))
                .ok_or(ProviderError::new("s", Failure::Empty))
        })
    }
}
