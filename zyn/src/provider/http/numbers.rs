//! What the connections are held to, with a row for each promise.

mod saturated;
mod stale;
