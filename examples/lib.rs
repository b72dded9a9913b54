//! What the examples of zyn share: a model that answers also where none is configured, and tickets to try it on.

pub mod answering;
pub mod local;
pub mod tickets;
