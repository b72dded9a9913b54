//! A workflow as data: its steps and branches, known when the program is compiled.

pub use crate::workflow::{
    ArmInfo, BranchInfo, End, FallbackInfo, Fingerprint, Graph, LoopInfo, Node, NoteInfo, Sequence,
    StepInfo,
};
