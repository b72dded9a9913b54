//! What [`Run::dry_run`](crate::Run::dry_run) finds.

pub use crate::workflow::{DryEnd, DryRun, DryStep, Unreached};
