//! In which fields of spans and events something was seen.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::{CANARY, REDACTED};

/// A field, whether a canary was in it, and whether what stands for one was.
type Told = (&'static str, bool, bool);

/// The fields of spans and events that were told, and whether a canary, or what stands for one, was in them.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Mutex<BTreeSet<Told>>>);

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        let key = (field.name(), text.contains(CANARY), text.contains(REDACTED));
        self.0.lock().unwrap().insert(key);
    }
}

impl<S: Subscriber> Layer<S> for Seen {
    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        span.record(&mut self.clone());
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut self.clone());
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Seen {
    pub(super) fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    /// The fields in which there was a canary, or what stands for one.
    pub(super) fn fields(&self, of: impl Fn(bool, bool) -> bool) -> Vec<&'static str> {
        let seen = self.0.lock().unwrap();
        let hits = seen
            .iter()
            .filter(|(_, plain, redacted)| of(*plain, *redacted));
        hits.map(|(field, ..)| *field).collect()
    }
}
