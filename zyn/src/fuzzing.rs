//! The ways in for the fuzz targets, which are compiled under `cfg(fuzzing)` alone.

use serde_json::Value;

use crate::provider::sse::Events;
use crate::schema::{Dialect, Schema};

/// Reads a stream of events in pieces, and again in one.
pub fn sse(pieces: &[&[u8]]) {
    let read = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut reader = Events::default();
        let mut events = Vec::new();
        for piece in pieces {
            reader.push(piece, &mut events).ok()?;
        }
        events.extend(reader.finish());
        Some(events)
    };
    let whole = pieces.concat();
    let in_pieces = read(&mut pieces.iter().copied());
    let at_once = read(&mut [whole.as_slice()].into_iter());
    assert_eq!(in_pieces, at_once);
}

/// Rewrites a schema for every dialect, and what was sent for the same dialect again.
pub fn rewrite(document: &Value) {
    let Ok(schema) = Schema::from_value("Fuzzed", document.clone()) else {
        return;
    };
    for dialect in Dialect::ALL {
        let Ok(sent) = schema.for_dialect(dialect) else {
            continue;
        };
        let sent: Value = serde_json::from_str(&sent.wire().json).unwrap_or_default();
        assert!(sent.is_object(), "{sent}");
        if let Ok(again) = Schema::from_value("Fuzzed", sent) {
            let _ = again.for_dialect(dialect);
        }
    }
}
