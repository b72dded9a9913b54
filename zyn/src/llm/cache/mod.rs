//! Answers that are kept, so that they are not paid twice.

/// Answers that are kept, so that they are not paid twice.
#[derive(Debug, Clone, Default)]
pub struct Cache(());
