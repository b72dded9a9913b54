//! What a provider's cache can serve: a turn's body begins with the body of the turn before.

use zyn::Conversation;
use zyn::prelude::*;
use zyn::schema::{Dialect, Schema};
use zyn_tests::Server;

/// A customer-canary and what they need.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Customer {
    /// The name-canary, as signed.
    name: String,
    /// The mood-canary of the letter.
    mood: Mood,
    email: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
enum Mood {
    /// A calm-canary letter.
    Calm,
    /// An angry-canary letter.
    Angry,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    /// It can wait-canary.
    Low,
    /// An outage-canary.
    #[classify(examples("Fire-canary!"))]
    High,
}

const TICKET: &str = "Größe \"M\" </s>\\ \u{7} ist weg 🦀\n```\nSincerely, Ada";

/// The length of `body` up to the end of the stored text of its last message.
fn stable(body: &str, stored: &str) -> usize {
    let escaped = serde_json::to_string(stored).unwrap();
    let escaped = &escaped[..escaped.len() - 1];
    let at = body.rfind(escaped).expect("the stored text is in the body");
    at + escaped.len()
}

/// Three turns: the second is asked twice.
async fn three_turns() -> (Session, Vec<String>) {
    let server = Server::new([
        r#"{"name":"Ada","mood":"Angry","email":null}"#,
        r#"{"label":"Huge"}"#,
        r#"{"label":"High"}"#,
        "Dear Ada",
    ]);
    let llm = server.llm();
    let mut session = Session::new();
    let customer = zyn::extract::<Customer>("The customer");
    customer.fire(&llm, &mut session, TICKET).await.unwrap();
    let urgency = zyn::classify::<Urgency>("How urgent is it?").temperature(0.0);
    urgency.fire(&llm, &mut session, TICKET).await.unwrap();
    let reply = zyn::transform("Write a reply").max_tokens(100);
    reply.fire(&llm, &mut session, Conversation).await.unwrap();
    let bodies = server.received();
    let bodies = bodies.iter().map(|request| request.text().to_owned());
    (session, bodies.collect())
}

#[tokio::test]
async fn a_turns_body_up_to_its_last_stored_text_begins_the_next_turns_body() {
    let (session, bodies) = three_turns().await;
    let [first, second, again, third] = bodies.as_slice() else {
        panic!("{} requests", bodies.len());
    };
    let asked = |turn: usize| session.at(2 * turn).unwrap().text();
    let turns = [
        ("turn 1, turn 2", first, asked(0), second),
        ("turn 1, turn 2 asked again", first, asked(0), again),
        ("turn 2, turn 2 asked again", second, asked(1), again),
        ("turn 2, turn 3", second, asked(1), third),
        ("turn 2 asked again, turn 3", again, asked(1), third),
    ];
    for (name, earlier, stored, later) in turns {
        let end = stable(earlier, stored);
        println!(
            "{name}: {end} of {} bytes begin the {} bytes of the later body",
            earlier.len(),
            later.len()
        );
        assert!(
            later.as_bytes().starts_with(&earlier.as_bytes()[..end]),
            "{name}\n{earlier}\n{later}"
        );
        let rest = &earlier[end..];
        let schema = rest.find("response_format").expect("behind the messages");
        if earlier != again {
            assert!(
                rest.starts_with(r"\n\n") && rest[..schema].contains("canary"),
                "the note with the descriptions stands behind the stored text: {rest}"
            );
        }
    }
}

#[tokio::test]
async fn model_comes_first_then_messages_then_everything_else() {
    let (_, bodies) = three_turns().await;
    for body in &bodies {
        assert!(body.starts_with(r#"{"model":"m","messages":[{"role":"system","#));
    }
    let keys = |body: &str| {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&bodies[0]), ["model", "messages", "response_format"]);
    assert_eq!(
        keys(&bodies[1]),
        ["model", "messages", "response_format", "temperature"]
    );
    assert_eq!(keys(&bodies[3]), ["model", "messages", "max_tokens"]);
}

#[tokio::test]
async fn no_two_user_messages_stand_in_a_row() {
    let (_, bodies) = three_turns().await;
    for body in &bodies {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let messages = body["messages"].as_array().unwrap();
        let roles: Vec<_> = messages.iter().map(|it| it["role"].clone()).collect();
        assert!(roles.windows(2).all(|two| two[0] != two[1]), "{roles:?}");
    }
}

#[tokio::test]
async fn nothing_of_a_schema_is_in_the_session() {
    let (session, bodies) = three_turns().await;
    let stored = serde_json::to_string(&session).unwrap();
    let rendered: String = session.messages().iter().map(|it| it.text()).collect();
    // What was sent had it, or its absence would prove nothing.
    for canary in ["name-canary", "mood-canary", "angry-canary"] {
        assert_eq!(bodies[0].matches(canary).count(), 2, "{canary}");
    }
    for canary in ["wait-canary", "outage-canary", "Fire-canary"] {
        assert_eq!(bodies[1].matches(canary).count(), 2, "{canary}");
    }
    let words = Schema::of::<Customer>()
        .and_then(|schema| schema.for_dialect(Dialect::OpenAi))
        .unwrap();
    let sent: serde_json::Value = serde_json::from_str(&bodies[0]).unwrap();
    let prompt = sent["messages"][1]["content"].as_str().unwrap();
    assert!(prompt.ends_with(&**words.words()), "{prompt}");
    let lines = words.words().lines().map(str::trim);
    let keywords = [
        "canary",
        "\"properties\"",
        "\\\"properties\\\"",
        "additionalProperties",
        "\"required\"",
        "json_schema",
        "Huge",
        "not accepted",
    ];
    for text in keywords.into_iter().chain(lines) {
        assert!(!stored.contains(text), "{text}: {stored}");
        assert!(!rendered.contains(text), "{text}: {rendered}");
    }
    let name = "Customer";
    assert!(!stored.contains(name), "{name}: {stored}");
}
