//! Stops asking an endpoint that fails.

/// Stops asking an endpoint that fails, until a probe has succeeded.
#[derive(Debug, Clone, Default)]
pub struct Breaker(());
