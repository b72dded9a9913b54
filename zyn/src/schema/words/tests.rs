//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::json;

use crate::schema::tests::{Inner, Tagged, Tree, rewritten};
use crate::schema::{Dialect, Schema};
use schemars::JsonSchema;

#[test]
fn the_words_say_every_field_in_order() {
    /// A customer and
    /// what they need.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct Customer {
        name: String,
        email: Option<String>,
        /// The problem, in one sentence.
        issue: String,
        #[schemars(range(min = 1, max = 5))]
        stars: u8,
        items: Vec<Inner>,
        tags: Vec<String>,
    }
    assert_eq!(
        &**rewritten::<Customer>().words(),
        r#"A customer and what they need.
Answer with one JSON object with these fields:
- "name" (text)
- "email" (text, or null if the text does not say)
- "issue" (text): The problem, in one sentence.
- "stars" (whole number, 1 to 5)
- "items" (list of objects with these fields)
  - "n" (whole number, 0 to 255): field doc
- "tags" (list of texts)"#
    );
}

#[test]
fn the_words_say_labels_and_alternatives() {
    let label = json!({"type": "object", "properties": {
    "label": {"oneOf": [{"const": "Low"}, {"const": "High", "description": "An outage."}]},
    "plain": {"enum": ["a", "b"]},
    "tagged": Schema::of::<Tagged>().unwrap().document(),
}, "required": ["label", "plain", "tagged"]});
    let schema = Schema::from_value("L", label).unwrap();
    let sent = schema.for_dialect(Dialect::OpenAi).unwrap();
    assert_eq!(
        &**sent.words(),
        r#"Answer with one JSON object with these fields:
- "label" (one of these texts)
  - "Low"
  - "High": An outage.
- "plain" (one of "a", "b")
- "tagged" (one of these)
  - object with these fields
    - "type" (always "A")
  - object with these fields
    - "type" (always "B")
    - "n" (whole number, 0 to 255): field doc
  - object with these fields
    - "type" (always "D")
    - "x" (whole number)"#
    );
}

#[test]
fn no_name_in_the_words_ends_its_line() {
    let odd = json!({"type": "object", "properties": {
        "a\n- \"b": {"type": "string"},
        "c": {"enum": ["x\ny", "z"]},
        "d": {"oneOf": [{"const": "x\ny"}, {"const": "z", "description": "One.\nTwo."}]},
    }, "required": ["a\n- \"b", "c", "d"]});
    let schema = Schema::from_value("Odd", odd).unwrap();
    let sent = schema.for_dialect(Dialect::OpenAi).unwrap();
    assert_eq!(
        &**sent.words(),
        r#"Answer with one JSON object with these fields:
- "a\n- \"b" (text)
- "c" (one of "x\ny", "z")
- "d" (one of these texts)
  - "x\ny"
  - "z": One. Two."#
    );
    let wire: serde_json::Value = serde_json::from_str(&sent.wire().json).unwrap();
    assert_eq!(wire["properties"]["d"]["description"], "z: One. Two.");
}

#[test]
fn the_words_of_a_type_that_contains_itself_end() {
    assert_eq!(
        &**rewritten::<Tree>().words(),
        r#"Answer with one JSON object, a "Tree", with these fields:
- "v" (whole number)
- "kids" (list of "Tree" objects as above): Younger ones.
- "parent" (a "Tree" as above, or null if the text does not say)"#
    );
}

#[test]
fn the_words_of_a_wrapped_root_name_the_wrapper() {
    assert_eq!(
        &**rewritten::<Vec<Inner>>().words(),
        r#"Answer with one JSON object with this field:
- "value" (list of objects with these fields)
  - "n" (whole number, 0 to 255): field doc"#
    );
}
