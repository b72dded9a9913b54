//! All that a program with zyn writes in most of its files: `use zyn::prelude::*;`.
//!
//! The derives of serde and schemars are here because `#[derive(Extract)]` stands beside them. schemars
//! comes as a module too: its derive writes paths that begin with `schemars`, so that a program needs no
//! dependency of its own. (serde's derive asks for the crate itself: `serde` stays in your `Cargo.toml`.)

pub use schemars::{self, JsonSchema};
pub use serde::{Deserialize, Serialize};

pub use crate::{Classify, Extract, Llm, Session, ToPrompt, workflow};
