//! A workflow as data: its steps and how they hang together, known when the program is compiled; and as a picture.

pub use crate::workflow::{
    ArmInfo, BlockInfo, BranchInfo, End, FallbackInfo, Fingerprint, Graph, LoopInfo, Node,
    NoteInfo, Sequence, StepInfo,
};
