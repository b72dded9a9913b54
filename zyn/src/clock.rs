//! The one place that reads clocks: tokio's for waiting, so that a paused clock is the only clock, and the calendar's for
//! what is stored.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The instant `limit` from now, or one that no program lives to see.
pub(crate) fn after(limit: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);
    let now = now();
    now.checked_add(limit).unwrap_or_else(|| now + FAR)
}

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}
