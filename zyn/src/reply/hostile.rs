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
        nulls: true,
        manner: Manner::Lenient,
    };
    super::read(text, asked, &|_| Ok(()))
}

#[test]
fn the_deepest_value_that_is_read_needs_no_large_stack() {
    on_a_small_stack(|| {
        let most = json::MOST_DEPTH;
        let linked = format!("{}{{}}{}", "{\"l\":".repeat(most - 1), "}".repeat(most - 1));
        let listed = format!(
            "{}{{}}{}",
            "{\"kids\":[".repeat(most / 2 - 1),
            "]}".repeat(most / 2 - 1)
        );
        let loose = format!(
            "{}{{'v':'x'}}{}",
            "{l:".repeat(most - 1),
            "}".repeat(most - 1)
        );
        let any = format!("{}{}", "[".repeat(most), "]".repeat(most));
        for text in [&linked, &listed] {
            let decoded = read_as(text, &tree(), false).unwrap();
            assert_eq!(decoded.canonical, *text);
        }
        assert!(read_as(&loose, &tree(), false).is_err());
        assert_eq!(
            read_as(&any, &json!({"type": "array"}), true)
                .unwrap()
                .canonical,
            any
        );
        assert!(read_as(&any, &tree(), false).is_err());
    });
}

#[test]
fn readings_on_top_of_one_another_need_no_large_stack() {
    let nested = json!({
        "$defs": {"Nest": {
            "type": "object",
            "properties": {"kids": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/Nest"}, {"type": "boolean"}]}}},
            "required": ["kids"],
        }},
        "$ref": "#/$defs/Nest",
    });
    let most = json::MOST_DEPTH;
    on_a_small_stack(|| {
        for piece in ["[", "{\"kids\":", "{\"kids\":[", "{'x':", "[{'kids':"] {
            for inner in ["true", "'true'", "1", "{}"] {
                let closing: String = piece
                    .chars()
                    .rev()
                    .filter_map(|c| match c {
                        '{' => Some('}'),
                        '[' => Some(']'),
                        _ => None,
                    })
                    .collect();
                let times = most / closing.len() - 1;
                let text = format!("{}{inner}{}", piece.repeat(times), closing.repeat(times));
                for document in [&nested, &tree()] {
                    if let Ok(decoded) = read_as(&text, document, false) {
                        let schema = crate::schema::Schema::from_value("Test", document.clone());
                        assert!(check(&schema.unwrap(), &decoded.value).is_ok());
                    }
                }
            }
        }
    });
}

#[test]
fn a_million_of_anything_is_an_error_at_once() {
    const MILLION: usize = 1_000_000;
    let labels = json!({"enum": ["a", "b"]});
    for piece in [
        "[", "{\"a\":", "\"", "`", "{", "'", "“", "[\"", "]", "/*", "[{", "{a:", "\\", ",", "```",
        "\"\"\"", "<think>",
    ] {
        let text = piece.repeat(MILLION);
        for (document, wrapped) in [(tree(), false), (labels.clone(), true)] {
            let took = on_a_small_stack(|| {
                let start = clock::start();
                let read = read_as(&text, &document, wrapped);
                assert!(read.is_err(), "{piece}");
                start.elapsed()
            });
            println!("{piece} a million times: {took:?}");
        }
    }
}

#[test]
fn many_pieces_are_read_in_one_go() {
    let point =
        json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]});
    let list = json!({"type": "array", "items": point.clone()});
    for piece in [
        "{\"a\":1},",
        "a: {\"a\":1} ",
        "\"a\" {\"a\":1} ",
        "<a>{\"a\":1}",
        "[1] ",
    ] {
        let times = |bytes: usize| piece.repeat(bytes / piece.len());
        let (short, long) = (times(100_000), times(400_000));
        for (document, wrapped) in [(&point, false), (&list, true)] {
            // the best of three: a machine that is busy is not so all the time
            let time = |text: &str| {
                let runs = (0..3).map(|_| {
                    let start = clock::start();
                    let read = read_as(text, document, wrapped);
                    (start.elapsed(), read.is_ok())
                });
                runs.min().unwrap()
            };
            let (first, _) = time(&short);
            let (second, is_read) = time(&long);
            println!("{piece} {is_read}: {first:?}, four times as much {second:?}");
            // going back over it would take sixteen times as long
            assert!(second < first * 12, "{piece}: {first:?}, {second:?}");
        }
    }
}

/// The real clock: how long a parser takes is no matter of tokio's.
#[allow(clippy::disallowed_methods)]
mod clock {
    pub(super) fn start() -> std::time::Instant {
        std::time::Instant::now()
    }
}
