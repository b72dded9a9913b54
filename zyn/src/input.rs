//! What synapses work on, as their types say it: `Synapse<Invoice, Json<Order>>`.

pub use crate::provider::Accepts;
pub use crate::session::{MediaError, MediaKind};
pub use crate::synapse::input::{Json, List, Text};
