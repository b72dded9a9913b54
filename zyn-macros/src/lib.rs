//! The macros of zyn. Use them through the `zyn` crate, which documents them.

mod diag;
mod similar;
