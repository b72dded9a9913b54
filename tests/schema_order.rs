//! Models fill in fields in the order in which they are asked for, so that order is the author's.

use serde_json::Value;
use zyn::prelude::*;
use zyn_tests::Server;

/// Names stand against the alphabet everywhere.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Voyage {
    zeal: String,
    ship: Ship,
    legs: Vec<Leg>,
    cargo: Cargo,
    alias: Option<String>,
    about: Vec<Port>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "read by serde alone")]
struct Ship {
    yard: String,
    owner: Option<Owner>,
    age: u8,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "read by serde alone")]
struct Owner {
    seat: Port,
    name: String,
    fleet: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "read by serde alone")]
struct Leg {
    to: Port,
    from: Port,
    days: u16,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "read by serde alone")]
struct Port {
    town: String,
    berth: Option<u8>,
    area: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "read by serde alone")]
enum Cargo {
    Liquid {
        volume: f64,
        name: String,
        density: f64,
    },
    Bulk {
        weight: f64,
        grain: String,
        angle: f64,
    },
}

const VOYAGE: &str = r#"{"about":[],"zeal":"z","ship":{"yard":"y","owner":null,"age":3},"legs":[],
    "cargo":{"kind":"bulk","weight":1,"grain":"rye","angle":2},"alias":null}"#;

/// The names of the properties of every object in `schema`, by the path that leads there.
fn orders(schema: &Value, root: &Value, path: &str, found: &mut Vec<(String, Vec<String>)>) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let pointer = name.strip_prefix('#').unwrap();
        return orders(root.pointer(pointer).unwrap(), root, path, found);
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        found.push((path.to_owned(), properties.keys().cloned().collect()));
        let required = schema["required"].as_array().unwrap();
        assert!(
            required.iter().eq(properties.keys()),
            "{path}: {required:?}"
        );
        for (name, inner) in properties {
            orders(inner, root, &format!("{path}/{name}"), found);
        }
    }
    if let Some(items) = schema.get("items") {
        orders(items, root, &format!("{path}/*"), found);
    }
    for branch in schema
        .get("anyOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        orders(branch, root, path, found);
    }
}

#[tokio::test]
async fn properties_stand_in_declaration_order_on_every_call_at_every_depth() {
    let with = |wrong: &str| VOYAGE.replace(r#""zeal":"z""#, wrong);
    let server = Server::new([
        with(r#""zeal":{}"#).as_str(),
        with(r#""zest":"z""#).as_str(),
        VOYAGE,
    ]);
    let voyage = zyn::extract::<Voyage>("The voyage");
    let mut session = Session::new();
    voyage
        .fire(&server.llm(), &mut session, "We sailed.")
        .await
        .unwrap();
    let received = server.received();
    assert_eq!(received.len(), 3, "asked once and again twice");
    for (call, request) in received.iter().enumerate() {
        let body = request.json();
        let schema = &body["response_format"]["json_schema"]["schema"];
        let mut found = Vec::new();
        orders(schema, schema, "", &mut found);
        let port = ["town", "berth", "area"].as_slice();
        let expected: &[(&str, &[&str])] = &[
            ("", &["zeal", "ship", "legs", "cargo", "alias", "about"]),
            ("/ship", &["yard", "owner", "age"]),
            ("/ship/owner", &["seat", "name", "fleet"]),
            ("/ship/owner/seat", port),
            ("/legs/*", &["to", "from", "days"]),
            ("/legs/*/to", port),
            ("/legs/*/from", port),
            ("/cargo", &["kind", "volume", "name", "density"]),
            ("/cargo", &["kind", "weight", "grain", "angle"]),
            ("/about/*", port),
        ];
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(path, names)| (&**path, names.iter().map(|name| &**name).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> = expected
            .iter()
            .map(|(path, names)| (*path, names.to_vec()))
            .collect();
        assert_eq!(found, expected, "call {call}");
        println!("call {call}: {} objects in declaration order", found.len());
        assert_eq!(
            schema.to_string(),
            received[0].json()["response_format"]["json_schema"]["schema"].to_string()
        );
    }
}

#[tokio::test]
async fn the_session_holds_the_answer_in_declaration_order_however_the_model_wrote_it() {
    let server = Server::new([VOYAGE]);
    let mut session = Session::new();
    let voyage = zyn::extract::<Voyage>("The voyage");
    voyage
        .fire(&server.llm(), &mut session, "We sailed.")
        .await
        .unwrap();
    assert!(
        session
            .at(1)
            .unwrap()
            .text()
            .starts_with(r#"{"zeal":"z","ship":"#),
        "{}",
        session.at(1).unwrap().text()
    );
}
