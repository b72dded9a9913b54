//! The ways in for the fuzz targets, which are compiled under `cfg(fuzzing)` alone.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::provider::events::Events;
use crate::reply::{self, Manner};
use crate::schema::{Dialect, Rewritten, Schema};

/// Types that have most of what a type can have.
static TYPES: LazyLock<Vec<(Schema, Rewritten)>> = LazyLock::new(|| {
    let person = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "age": {"type": ["integer", "null"], "minimum": 0},
            "tags": {"type": "array", "items": {"enum": ["red", "blue"]}, "uniqueItems": true},
            "scores": {"type": "object", "additionalProperties": {"type": "number"}},
            "at": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
        },
        "required": ["name", "tags"],
    });
    let tree = json!({"anyOf": [
        {"type": "integer"},
        {"type": "object", "properties": {"t": {"const": "leaf"}, "v": {"type": "boolean"}}, "required": ["t", "v"]},
        {"type": "object", "properties": {"t": {"const": "node"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/T"}}}, "required": ["t", "kids"], "additionalProperties": false},
    ]});
    let tree = json!({"type": "array", "items": {"$ref": "#/$defs/T"}, "$defs": {"T": tree}});
    let label = json!({"oneOf": [{"const": "yes"}, {"const": "no", "description": "not"}]});
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let schemas = [person, tree, label, map].into_iter().flat_map(|document| {
        let schema = Schema::from_value("Fuzzed", document).ok();
        let dialects = [Dialect::OpenAi, Dialect::Prompted].into_iter();
        dialects.filter_map(move |dialect| {
            let schema = schema.clone()?;
            let rewritten = schema.for_dialect(dialect).ok()?;
            Some((schema, rewritten))
        })
    });
    schemas.collect()
});

/// Reads a reply as an answer of each of some types; what is accepted must be valid, and read again as it is.
pub fn decode(reply: &str) {
    assert_eq!(TYPES.len(), 8);
    for (schema, rewritten) in TYPES.iter() {
        for manner in [Manner::Lenient, Manner::Strict] {
            let Ok(decoded) = reply::decode(reply, schema, rewritten, manner, &|_| Ok(())) else {
                continue;
            };
            let checked = reply::check(schema, &decoded.value);
            assert_eq!(checked.ok().as_ref(), Some(&decoded.value), "{reply}");
            if manner == Manner::Strict {
                assert!(decoded.repairs.is_empty(), "{reply}");
            }
        }
    }
}

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
