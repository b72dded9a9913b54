//! Providers for tests: no network, no key, no tokens.
//!
//! - [`Scripted`] answers from a list, or from a closure.
//! - [`Recording`] keeps what was sent to another provider.
//!
//! And for a session store of your own, [`store_contract`] says whether it keeps what stores promise.

mod contract;
mod recording;
mod scripted;

pub use contract::{Breach, BrokenContract, store_contract};
pub use recording::Recording;
pub use scripted::{Reply, Scripted};
