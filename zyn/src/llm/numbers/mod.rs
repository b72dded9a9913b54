//! The promises of the policy in numbers: each module runs one of them and prints its row.

mod amplification;
mod deadline;
mod jitter;
mod layering;
mod one_allowance;
mod one_deadline;
mod simulation;
