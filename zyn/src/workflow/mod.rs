//! What the expansion of `workflow!` calls: a run, its steps, the graph.

mod batch;
mod call;
mod carry;
mod compact;
mod cx;
mod distinct;
mod draw;
mod dry_run;
mod engine;
mod fingerprint;
mod graph;
mod lane;
mod nested;
mod note;
mod particular;
mod place;
mod refused;
mod report;
mod run;
mod running;
mod step;
pub mod verbs;

pub(crate) use batch::caught_in;
pub use batch::{Batch, BatchEvent, BatchItem, BatchReport, ItemError, batch};
pub use call::Call;
pub use compact::Compact;
pub use cx::Cx;
pub use dry_run::{DryEnd, DryRun, DryStep, Unreached};
pub use engine::{Engine, StepFn};
pub use fingerprint::Fingerprint;
pub use graph::{
    ArmInfo, BlockInfo, BranchInfo, End, FallbackInfo, Graph, LoopInfo, Node, NoteInfo, Sequence,
    StepInfo,
};
pub use lane::{Lane, Lanes};
pub use nested::Nested;
pub use note::Note;
pub use refused::{Valued, refused, refused_body};
pub use report::{Event, Report, StepReport};
pub use run::{IsResult, Run};
pub use step::Step;
