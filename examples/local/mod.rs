//! A real model without an API key: a pinned llama.cpp server on this machine.
//!
//! [`Server::start`] needs Python 3.10 or later and nothing else. The first time it makes a private
//! virtual environment in the cache folder, installs a pinned llama.cpp into it and downloads the
//! weights; afterwards it starts in about a second. What is downloaded is checked against pinned
//! sha256 sums.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `ZYN_CACHE` | the cache folder, instead of `zyn` in the user's own |
//! | `ZYN_PYTHON` | the Python to use, instead of `python3` or `python` |
//! | `ZYN_TEST_MODEL` | a GGUF file to use instead of the downloaded weights |

mod error;
mod hub;
mod model;
mod pip;
mod progress;
mod python;
mod runtime;
mod server;
mod settings;
mod staging;
mod weights;

#[cfg(test)]
#[cfg(unix)]
mod fake;

pub use error::LocalError;
pub use model::Model;
pub use progress::Progress;
pub use python::Version;
pub use server::Server;
