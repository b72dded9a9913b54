//! A second attempt beside one that takes long.

/// A second attempt beside one that takes long.
#[derive(Debug, Clone, Default)]
pub struct Hedging(());
