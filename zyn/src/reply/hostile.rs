//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test. Replies that are made to break a parser.

use serde_json::json;

use super::*;

/// A thread's stack where memory is short.
const STACK: usize = 256 * 1024;

fn on_a_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

fn tree() -> Value {
    json!({
        "$defs": {"Tree": {
            "type": "object",
            "properties": {
                "v": {"type": ["integer", "null"]},
                "l": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
                "kids": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
            },
            "required": [],
        }},
        "$ref": "#/$defs/Tree",
    })
}

fn read_as(text: &str, document: &Value, wrapped: bool) -> Result<Decoded, Rejected> {
    let schema = crate::schema::Schema::from_value("Test", document.clone()).unwrap();
    let asked = Asked {
        document: schema.document(),
        wrapped,
        entries: true,
        manner: Manner::Lenient,
    };
    super::read(text, asked, &|_| Ok(()))
}

#[test]
fn the_deepest_value_that_is_read_needs_no_large_stack() {
    on_a_small_stack(|| {
        let most = json::MOST_DEPTH;
        let linked = format!("{}{{}}{}", "{\"l\":".repeat(most - 1), "}".repeat(most - 1));
        let listed = format!("{}{{}}{}", "{\"kids\":[".repeat(most / 2 - 1), "]}".repeat(most / 2 - 1));
        let loose = format!("{}{{'v':'x'}}{}", "{l:".repeat(most - 1), "}".repeat(most - 1));
        let any = format!("{}{}", "[".repeat(most), "]".repeat(most));
        for text in [&linked, &listed] {
            let decoded = read_as(text, &tree(), false).unwrap();
            assert_eq!(decoded.canonical, *text);
        }
        assert!(read_as(&loose, &tree(), false).is_err());
        assert_eq!(read_as(&any, &json!({"type": "array"}), true).unwrap().canonical, any);
        assert!(read_as(&any, &tree(), false).is_err());
    });
}
