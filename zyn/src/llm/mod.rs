//! STUB
use crate::provider::*;
use crate::session::Usage;
use std::{sync::Arc, time::Duration};
pub(crate) mod clock {
    pub(crate) fn now() -> tokio::time::Instant {
        #[allow(clippy::disallowed_methods)]
        tokio::time::Instant::now()
    }
}
/// stub
#[derive(Clone)]
pub struct Llm(Arc<dyn Provider>);
pub(crate) struct Allowance {
    deadline: tokio::time::Instant,
    attempts: u32,
    usage: Usage,
}
impl Allowance {
    pub(crate) fn deadline(&self) -> tokio::time::Instant {
        self.deadline
    }
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }
    pub(crate) fn usage(&self) -> Usage {
        self.usage
    }
}
/// s
pub struct Spend {
    /// s
    pub attempts: u64,
}
impl Llm {
    /// s
    pub fn new(p: impl Provider) -> Self {
        Llm(Arc::new(p))
    }
    /// s
    pub fn from_env() -> Result<Self, crate::Error> {
        Err(ConfigError::Client {
            problem: "stub".into(),
        }
        .into())
    }
    /// s
    pub fn spend(&self) -> Spend {
        Spend { attempts: 1 }
    }
    pub(crate) fn model(&self) -> &str {
        self.0.model()
    }
    pub(crate) fn profile(&self) -> Profile {
        self.0.profile()
    }
    pub(crate) fn default_timeout(&self) -> Duration {
        Duration::from_secs(600)
    }
    pub(crate) fn input_limit(&self) -> usize {
        4 << 20
    }
    pub(crate) fn allowance(&self, l: Duration, _r: Option<u32>) -> Allowance {
        Allowance {
            deadline: clock::now() + l,
            attempts: 0,
            usage: Usage::default(),
        }
    }
    pub(crate) async fn call(
        &self,
        r: &Request,
        a: &mut Allowance,
    ) -> Result<Response, ProviderError> {
        a.attempts += 1;
        let x = self.0.call(r).await?;
        a.usage += x.usage.unwrap_or_default();
        Ok(x)
    }
}
