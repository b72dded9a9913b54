//! Every shape of type in every dialect: what is sent, and how faithful it is.
//!
//! `ZYN_SNAPSHOTS=overwrite cargo test -p zyn-tests --test schemas` writes the snapshots anew.

mod prompted;
mod snapshots;
mod types;
mod worked;
