//! Who is told an answer while it is written.

/// Is told an answer, piece by piece.
pub(crate) trait Ear: Send + Sync {
    /// An attempt begins; what was told of another does not count.
    fn begin(&self);

    /// The next piece.
    fn tell(&self, text: &str);

    /// Whether something was handed on that cannot be taken back, so that there must be no other attempt.
    fn is_read(&self) -> bool;
}
