//! Who is told an answer while it is written.

/// Is told an answer, piece by piece.
pub(crate) trait Ear: Send + Sync {
    /// The next piece.
    fn tell(&self, text: &str);

    /// Forgets what was told, for an answer that came to nothing. If something was handed on that cannot be taken back, it
    /// says `false`: there must be no other attempt.
    fn forget(&self) -> bool;
}
