//! Session stores, each started for real.
//!
//! On memory and SQLite: `cargo test -p zyn-stores`. On PostgreSQL too, started and stopped by the tests:
//! `cargo test -p zyn-stores --features postgres`.

mod contract;
mod greet;
mod killed;
mod many_writers;
mod model;
mod opened_at_once;
mod place;
#[cfg(feature = "postgres")]
mod postgres;
mod readme;
mod shell;
mod sqlite;
