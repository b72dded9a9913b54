//! The shapes that schemars gives, and what is sent for each.
#![allow(dead_code, reason = "the types are only described")]

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;

/// What is sent for `T`.
fn sent<T: JsonSchema + 'static>() -> String {
    rewritten::<T>().wire().json.to_string()
}

pub(super) fn rewritten<T: JsonSchema + 'static>() -> Rewritten {
    let schema = Schema::of::<T>().unwrap();
    schema.for_dialect(Dialect::OpenAi).unwrap()
}

/// What is sent for the field `f` of `T`.
fn sent_field<T: JsonSchema + 'static>() -> String {
    let whole: Value = serde_json::from_str(&sent::<T>()).unwrap();
    whole["properties"]["f"].to_string()
}

fn refused<T: JsonSchema + 'static>() -> SchemaError {
    let schema = Schema::of::<T>().unwrap();
    schema.for_dialect(Dialect::OpenAi).unwrap_err()
}

#[derive(JsonSchema)]
struct Field<T> {
    f: T,
}

#[derive(JsonSchema, Deserialize)]
pub(super) struct Inner {
    /** field doc */
    n: u8,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Tagged {
    A,
    B(Inner),
    D { x: i32 },
}

const TAGGED: &str = concat!(
    r#"{"anyOf":[{"type":"object","properties":{"type":{"type":"string","enum":["A"]}},"required":["type"],"additionalProperties":false},"#,
    r#"{"type":"object","properties":{"type":{"type":"string","enum":["B"]},"n":{"type":"integer","minimum":0,"maximum":255,"description":"field doc"}},"required":["type","n"],"additionalProperties":false},"#,
    r#"{"type":"object","properties":{"type":{"type":"string","enum":["D"]},"x":{"type":"integer"}},"required":["type","x"],"additionalProperties":false}]}"#
);

#[test]
fn a_newtype_variant_keeps_its_tag() {
    assert_eq!(sent_field::<Field<Tagged>>(), TAGGED);
}

#[test]
fn an_optional_union_has_null_among_its_alternatives() {
    let expected = TAGGED.strip_suffix("]}").unwrap().to_owned();
    assert_eq!(
        sent_field::<Field<Option<Tagged>>>(),
        expected + r#",{"type":"null"}]}"#
    );
}

#[test]
fn names_that_differ_only_in_what_the_wire_forbids_stay_apart() {
    let own = |name: &str, field: &str| serde_json::json!({"type": "object", "properties": {field: {"$ref": format!("#/$defs/{name}")}}});
    let document = serde_json::json!({
        "type": "object",
        "properties": {"x": {"$ref": "#/$defs/L%3C1%3E"}, "y": {"$ref": "#/$defs/L(1)"}},
        "$defs": {"L<1>": own("L%3C1%3E", "less"), "L(1)": own("L(1)", "round")},
    });
    let schema = Schema::from_value("Both", document).unwrap();
    let sent = schema.for_dialect(Dialect::OpenAi).unwrap();
    let sent: Value = serde_json::from_str(&sent.wire().json).unwrap();
    for (field, own) in [("x", "less"), ("y", "round")] {
        let reference = sent["properties"][field]["anyOf"][0]["$ref"]
            .as_str()
            .unwrap();
        let definition = sent.pointer(reference.trim_start_matches('#')).unwrap();
        assert_eq!(definition["required"][0], own, "{sent}");
    }
}

#[test]
fn a_flattened_enum_gives_its_outer_fields_to_every_alternative() {
    #[derive(JsonSchema, Deserialize)]
    struct Outer {
        a: u8,
        #[serde(flatten)]
        e: Tagged,
    }
    let a = r#""properties":{"a":{"type":"integer","minimum":0,"maximum":255},"#;
    let expected = TAGGED
        .replace(r#""properties":{"#, a)
        .replace(r#""required":["#, r#""required":["a","#);
    assert_eq!(sent_field::<Field<Outer>>(), expected);
}

#[test]
fn an_externally_tagged_enum_flattened_is_closed_as_a_whole() {
    #[derive(JsonSchema, Deserialize)]
    enum External {
        B(String),
        D { x: i32 },
    }
    #[derive(JsonSchema, Deserialize)]
    struct Outer {
        a: bool,
        #[serde(flatten)]
        e: External,
    }
    assert_eq!(
        sent_field::<Field<Outer>>(),
        concat!(
            r#"{"anyOf":[{"type":"object","properties":{"a":{"type":"boolean"},"B":{"type":"string"}},"required":["a","B"],"additionalProperties":false},"#,
            r#"{"type":"object","properties":{"a":{"type":"boolean"},"D":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"],"additionalProperties":false}},"#,
            r#""required":["a","D"],"additionalProperties":false}]}"#
        )
    );
}

#[test]
fn described_labels_are_one_enum_with_their_meanings() {
    /// doc for enum
    #[derive(JsonSchema)]
    enum Labels {
        /// variant doc one
        One,
        /// variant doc two
        Two,
        Three,
    }
    assert_eq!(
        sent_field::<Field<Labels>>(),
        r#"{"type":"string","enum":["Three","One","Two"],"description":"doc for enum\nOne: variant doc one\nTwo: variant doc two"}"#
    );
}

#[test]
fn an_option_is_required_and_nullable() {
    assert_eq!(
        sent::<Field<Option<u8>>>(),
        r#"{"type":"object","properties":{"f":{"type":["integer","null"],"minimum":0,"maximum":255}},"required":["f"],"additionalProperties":false}"#
    );
}

fn seven() -> u8 {
    7
}

#[test]
fn a_default_is_told_and_its_absence_is_null() {
    #[derive(JsonSchema, Deserialize)]
    struct Defaulted {
        #[serde(default = "seven")]
        f: u8,
        #[serde(default)]
        inner: Option<Inner>,
    }
    assert_eq!(
        sent_field::<Defaulted>(),
        r#"{"type":["integer","null"],"minimum":0,"maximum":255,"description":"default 7"}"#
    );
    let printed: Vec<String> = rewritten::<Defaulted>()
        .verdicts()
        .iter()
        .map(Rewrite::to_string)
        .collect();
    assert_eq!(
        printed,
        [
            "the whole: exact, closed to unknown fields",
            "/f: described, `default` as “default 7”",
            "/f: encoded, required and nullable; `null` is undone",
            "/inner: exact, closed to unknown fields",
            "/inner: encoded, required, `null` where it is absent",
        ]
    );
}

#[test]
fn an_optional_object_or_list_is_an_alternative_to_null() {
    #[derive(JsonSchema, Deserialize)]
    struct Optional {
        /// The names.
        #[serde(default)]
        f: Vec<String>,
    }
    assert_eq!(
        sent_field::<Optional>(),
        r#"{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}],"description":"The names. (default [])"}"#
    );
}

#[derive(JsonSchema, Deserialize)]
pub(super) struct Tree {
    v: i32,
    /// Younger ones.
    kids: Vec<Tree>,
    parent: Option<Box<Tree>>,
}

#[test]
fn a_type_that_contains_itself_is_kept_under_defs() {
    let tree = r##"{"type":"object","properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#/$defs/Tree"},"description":"Younger ones."},"parent":{"anyOf":[{"$ref":"#/$defs/Tree"},{"type":"null"}]}},"required":["v","kids","parent"],"additionalProperties":false"##;
    let root = format!(r#"{tree},"$defs":{{"Tree":{tree}}}}}}}"#);
    assert_eq!(sent::<Tree>(), root);
    let list = format!(
        r##"{{"type":"object","properties":{{"value":{{"type":"array","items":{{"$ref":"#/$defs/Tree"}}}}}},"required":["value"],"additionalProperties":false,"$defs":{{"Tree":{tree}}}}}}}"##
    );
    assert_eq!(sent::<Vec<Tree>>(), list);
}

#[test]
fn a_recursive_type_with_a_description_has_no_siblings() {
    #[derive(JsonSchema)]
    struct Node {
        /// The next one.
        f: Option<Box<Node>>,
        /// The last one.
        last: Box<Node>,
    }
    let whole: Value = serde_json::from_str(&sent::<Node>()).unwrap();
    assert_eq!(
        whole["properties"]["last"].to_string(),
        r##"{"anyOf":[{"$ref":"#/$defs/Node"}],"description":"The last one."}"##
    );
}

#[test]
fn two_types_that_contain_each_other_keep_their_tags() {
    #[derive(JsonSchema, Deserialize)]
    struct Operand {
        of: Box<Term>,
    }
    #[derive(JsonSchema, Deserialize)]
    #[serde(tag = "op")]
    enum Term {
        Minus(Operand),
        Zero,
    }
    assert_eq!(sent_field::<Field<Term>>(), r##"{"$ref":"#/$defs/Term"}"##);
    let whole: Value = serde_json::from_str(&sent::<Field<Term>>()).unwrap();
    assert_eq!(
        whole["$defs"]["Term"]["anyOf"][0].to_string(),
        r##"{"type":"object","properties":{"op":{"type":"string","enum":["Minus"]},"of":{"$ref":"#/$defs/Term"}},"required":["op","of"],"additionalProperties":false}"##
    );
}

#[test]
fn a_root_that_is_no_object_is_wrapped() {
    assert_eq!(
        sent::<Vec<Inner>>(),
        r##"{"type":"object","properties":{"value":{"type":"array","items":{"$ref":"#/$defs/Inner"}}},"required":["value"],"additionalProperties":false,"$defs":{"Inner":{"type":"object","properties":{"n":{"type":"integer","minimum":0,"maximum":255,"description":"field doc"}},"required":["n"],"additionalProperties":false}}}"##
    );
    assert_eq!(
        rewritten::<Option<Inner>>()
            .verdicts()
            .last()
            .unwrap()
            .to_string(),
        r#"the whole: encoded, wrapped as {"value": …}"#
    );
}

#[test]
fn nested_fields_are_sent_as_they_are_declared() {
    #[derive(JsonSchema)]
    struct Leaf {
        zeta: u8,
        alpha: u8,
    }
    #[derive(JsonSchema)]
    struct Order {
        yes: Leaf,
        no: Vec<Leaf>,
        between: Option<Leaf>,
    }
    let json = sent::<Order>();
    let positions: Vec<usize> = ["\"yes\"", "\"no\"", "\"between\"", "\"zeta\"", "\"alpha\""]
        .iter()
        .map(|key| json.find(key).unwrap())
        .collect();
    assert!(positions.is_sorted(), "{json}");
    assert_eq!(json.matches(r##""$ref":"#/$defs/Leaf""##).count(), 3);
    assert_eq!(json.matches(r#""required":["zeta","alpha"]"#).count(), 1);
}

#[test]
fn limits_that_the_dialect_lacks_are_told() {
    #[derive(JsonSchema)]
    struct Limited {
        /// The name.
        #[schemars(length(min = 1, max = 30), example = &"Ada")]
        f: String,
        #[schemars(url)]
        url: String,
        #[schemars(email)]
        mail: String,
        #[schemars(regex(pattern = "^a+$"))]
        anchored: String,
        #[schemars(regex(pattern = "a+$"))]
        open: String,
        #[schemars(regex(pattern = "^a+"))]
        endless: String,
        #[schemars(regex(pattern = "^a(?=b)b$"))]
        ahead: String,
        #[schemars(range(min = 1, max = 5), title = "T")]
        stars: u8,
    }
    let whole: Value = serde_json::from_str(&sent::<Limited>()).unwrap();
    let fields: Vec<String> = whole["properties"]
        .as_object()
        .unwrap()
        .values()
        .map(Value::to_string)
        .collect();
    assert_eq!(
        fields,
        [
            r#"{"type":"string","description":"The name. (for example \"Ada\"; at least 1 character; at most 30 characters)"}"#,
            r#"{"type":"string","description":"format: uri"}"#,
            r#"{"type":"string","format":"email"}"#,
            r#"{"type":"string","pattern":"^a+$"}"#,
            r#"{"type":"string","pattern":"a+$"}"#,
            r#"{"type":"string","pattern":"^a+"}"#,
            r#"{"type":"string","description":"matches the pattern ^a(?=b)b$"}"#,
            r#"{"type":"integer","minimum":1,"maximum":5}"#,
        ]
    );
}

#[test]
fn what_cannot_be_carried_is_refused_with_place_and_remedy() {
    #[derive(JsonSchema, Deserialize)]
    struct Rest {
        a: u8,
        #[serde(flatten)]
        rest: HashMap<String, Value>,
    }
    let any = refused::<Field<Vec<HashMap<String, Value>>>>();
    assert_eq!(
        any.to_string(),
        "`Field` cannot be asked for: at `/f/*/*`, any value fits, and a model must be told what to write; give it a type of its own"
    );
    assert_eq!(refused::<Field<Option<Value>>>().path, "/f");
    assert_eq!(refused::<Field<Vec<Value>>>().path, "/f/*");
    let rest = refused::<Rest>();
    assert_eq!(
        (&*rest.path, &*rest.remedy),
        ("", "put them into a map in a field of its own")
    );
}

#[test]
fn what_a_dialect_refuses_is_said_in_the_prompt() {
    let schema = Schema::of::<Field<Option<Value>>>().unwrap();
    let sent = schema.for_dialect(Dialect::Prompted).unwrap();
    assert_eq!(sent.wire().dialect, Dialect::Prompted);
    assert_eq!(
        &**sent.words(),
        "Answer with one JSON object with these fields:\n- \"f\" (anything, or left out if the text does not say)"
    );
}

#[test]
fn a_map_is_a_list_of_entries_where_its_keys_must_be_known() {
    assert_eq!(
        sent_field::<Field<HashMap<String, u32>>>(),
        concat!(
            r#"{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"integer","minimum":0}},"#,
            r#""required":["key","value"],"additionalProperties":false},"description":"map as list of entries; keys must be unique"}"#
        )
    );
    let keys: Value = serde_json::from_str(&sent_field::<Field<HashMap<u8, bool>>>()).unwrap();
    assert_eq!(keys["items"]["properties"]["key"]["pattern"], r"^\d+$");
    let root: Value = serde_json::from_str(&sent::<HashMap<String, u8>>()).unwrap();
    assert_eq!(root["properties"]["value"]["type"], "array");
    let optional: Value =
        serde_json::from_str(&sent_field::<Field<Option<HashMap<String, u8>>>>()).unwrap();
    assert_eq!(optional["type"], serde_json::json!(["array", "null"]));
}

#[test]
fn a_tuple_is_a_list_whose_order_is_told() {
    assert_eq!(
        sent_field::<Field<(String, u8)>>(),
        concat!(
            r#"{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"integer","minimum":0,"maximum":255}]},"#,
            r#""minItems":2,"maxItems":2,"description":"the items in this order: string, integer"}"#
        )
    );
    assert_eq!(
        sent_field::<Field<(bool, bool)>>(),
        r#"{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":2}"#
    );
}

#[test]
fn a_field_tells_its_own_description_before_that_of_its_type() {
    /// An amount in cents.
    #[derive(JsonSchema)]
    struct Cents {
        n: u8,
    }
    #[derive(JsonSchema)]
    struct Bill {
        /// What is to be paid.
        f: Cents,
    }
    let whole: Value = serde_json::from_str(&sent_field::<Bill>()).unwrap();
    assert_eq!(whole["description"], "What is to be paid.");
    let whole: Value = serde_json::from_str(&sent::<Bill>()).unwrap();
    assert_eq!(
        whole["$defs"]["Cents"]["description"],
        "An amount in cents."
    );
    let written_out = Schema::of::<Bill>().unwrap();
    let written_out = written_out.for_dialect(Dialect::LlamaCpp).unwrap();
    let whole: Value = serde_json::from_str(&written_out.wire().json).unwrap();
    assert_eq!(
        whole["properties"]["f"]["description"],
        "What is to be paid.\nAn amount in cents."
    );
}

#[test]
fn a_second_use_of_a_type_does_no_work() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    struct Counted;
    impl JsonSchema for Counted {
        fn schema_name() -> Cow<'static, str> {
            "Counted<1>".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
            ASKED.fetch_add(1, Ordering::Relaxed);
            schemars::json_schema!({"type": "object", "properties": {}})
        }
    }
    let first = rewritten::<Counted>();
    let asked = ASKED.load(Ordering::Relaxed);
    let second = rewritten::<Counted>();
    assert_eq!(asked, 1);
    assert_eq!(ASKED.load(Ordering::Relaxed), asked);
    assert!(Arc::ptr_eq(&first.wire().json, &second.wire().json));
    assert!(Arc::ptr_eq(first.words(), second.words()));
    assert_eq!(&*first.wire().name, "Counted_1_");
}
