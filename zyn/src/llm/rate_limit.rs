//! How much may be asked in a minute.

/// How much may be asked in a minute.
#[derive(Debug, Clone, Default)]
pub struct RateLimit(());
