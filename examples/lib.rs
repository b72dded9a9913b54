//! What the examples of zyn share: a workflow, a model that answers also where none is configured, and tickets to try
//! both on.

pub mod answering;
pub mod local;
pub mod program;
pub mod support;
pub mod tasks;
pub mod tickets;
