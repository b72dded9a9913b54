//! Who is told an answer while it is written.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Is told an answer piece by piece, and knows whether it was told anything: that cannot be taken back.
#[derive(Clone)]
pub(crate) struct Ear {
    hear: Arc<dyn Fn(&str) + Send + Sync>,
    told: Arc<AtomicBool>,
}

impl Ear {
    pub(crate) fn new(hear: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            hear: Arc::new(hear),
            told: Arc::default(),
        }
    }

    /// An answer begins; what was told of another does not count.
    pub(crate) fn begin(&self) {
        self.told.store(false, Ordering::Relaxed);
    }

    pub(super) fn tell(&self, text: &str) {
        self.told.store(true, Ordering::Relaxed);
        (self.hear)(text);
    }

    pub(super) fn was_told(&self) -> bool {
        self.told.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ear").finish_non_exhaustive()
    }
}
