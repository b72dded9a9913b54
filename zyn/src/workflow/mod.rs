//! What the expansion of `workflow!` calls: a run, its steps, the graph.

mod cx;
mod engine;
mod graph;
mod mermaid;
mod refused;
mod report;
mod run;
mod step;
pub mod verbs;

pub use cx::Cx;
pub use engine::{Engine, StepFn};
pub use graph::{
    ArmInfo, BranchInfo, End, FallbackInfo, Graph, LoopInfo, Node, NoteInfo, Sequence, StepInfo,
};
pub use refused::{refused, refused_body};
pub use report::{Event, Report, StepReport};
pub use run::{IsResult, Run};
pub use step::Step;
