//! What a conversation costs with one way or another to ask for answers in a schema. Compiled under `cfg(test)` alone.
//!
//! The bodies are those that the provider sends, the sessions those that it serves; the cache is a model of Anthropic's.

use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Value, json};

use super::Anthropic;
use super::cache::{Cache, Tokens};
use crate::llm::Llm;
use crate::prelude::*;
use crate::provider::canned::Canned;
use crate::provider::{Dialect, Mode};
use crate::schema::Schema;
use crate::session::window::estimate;
use crate::session::{Message, Session};

/// Who wrote, and what about.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
#[allow(dead_code, reason = "read from JSON, and not looked at")]
struct Customer {
    /// The full name, as it is written.
    name: String,
    /// The problem, in one sentence.
    issue: String,
    /// The product, if one is named.
    product: Option<String>,
    urgency: Urgency,
}

#[derive(Debug, Deserialize, JsonSchema)]
enum Urgency {
    Low,
    High,
}

/// What is to be done.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
#[allow(dead_code, reason = "read from JSON, and not looked at")]
struct Plan {
    tasks: Vec<Task>,
    /// The day by which all is done, if there is one.
    deadline: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code, reason = "read from JSON, and not looked at")]
struct Task {
    /// What to do, as an order.
    order: String,
    /// The department that does it.
    department: String,
}

/// The answer to the customer.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
#[allow(dead_code, reason = "read from JSON, and not looked at")]
struct Letter {
    /// At most eight words.
    subject: String,
    body: String,
    /// Whether a human should read it before it is sent.
    check: bool,
}

const ANSWERS: [&str; 3] = [
    r#"{"name":"Ada Wong of the harbour office","issue":"The heating of the second floor has been out since Tuesday, and the repair that was promised for Friday did not happen.","product":"Heat pump 4711 with the extended warranty of five years","urgency":"High"}"#,
    r#"{"tasks":[{"order":"Send an engineer with a spare valve for the heat pump","department":"service"},{"order":"Refund the express delivery that was paid twice","department":"accounts"}],"deadline":"2026-12-01, before the office opens"}"#,
    r#"{"subject":"Your heating: an engineer comes tomorrow","body":"Dear Ada Wong, we are sorry. An engineer will be with you tomorrow between eight and ten, and brings the valve that was missing on Friday.","check":false}"#,
];
const INPUT: &str = "Whoever answers has not read my last letter, so here it is again from the beginning. I ordered it two \
    weeks ago, paid for express delivery, and nobody at the counter could tell me where it is. Please find it, or send \
    me another one by Friday, because the office is cold and six people sit in it with their coats on. ";

#[derive(Clone, Copy)]
enum Way {
    Ours,
    /// The API's structured output at every step.
    Held,
    /// A tool for the schema of the step.
    Tool,
    /// The tools of all steps at every step, and a choice among them.
    Tools,
    Prompted,
    /// Held, up to so many tokens of conversation; then prompted.
    Until(u64),
}

/// A conversation of 20 turns.
#[derive(Clone, Copy)]
struct Talk {
    /// The fewest tokens that the cache keeps.
    minimum: u64,
    /// How many schemas take turns.
    schemas: usize,
    /// Of so many prompted answers, one is invalid; none if it is 0.
    spoiled: usize,
}

const TURNS: usize = 20;

/// A server that answers the step that it is told to, and counts.
struct Server {
    cache: Cache,
    sum: Tokens,
    output: u64,
    turn: usize,
    prompted: usize,
    talk: Talk,
    /// Whether nothing is kept of what is held to a schema.
    unmarked: bool,
}

impl Server {
    fn new(talk: Talk, unmarked: bool) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self {
            cache: Cache::new(talk.minimum),
            sum: Tokens::default(),
            output: 0,
            turn: 0,
            prompted: 0,
            talk,
            unmarked,
        }))
    }

    fn answer(&mut self, body: &Value, tools: Option<&Value>) -> Canned {
        let mut body = body.clone();
        if let Some(tools) = tools {
            body["tools"] = tools.clone();
        }
        if self.unmarked && !body["output_config"].is_null() {
            let unmarked = body
                .to_string()
                .replace(r#","cache_control":{"type":"ephemeral"}"#, "");
            body = serde_json::from_str(&unmarked).unwrap();
        }
        let tokens = self.cache.take(&body);
        self.sum += tokens;
        let is_prompted = body["output_config"].is_null() && body["tools"].is_null();
        self.prompted += usize::from(is_prompted);
        let every = self.talk.spoiled;
        let text = match is_prompted && every > 0 && self.prompted.is_multiple_of(every) {
            true => "{\"unlike\": \"what was asked for\"}",
            false => ANSWERS[self.turn % self.talk.schemas],
        };
        self.output += estimate::text(text);
        let content = json!([{"type": "text", "text": text}]);
        let answer =
            json!({"content": content, "stop_reason": "end_turn", "usage": tokens.usage()});
        Canned::json(200, &answer)
    }
}

fn tool<T: JsonSchema + 'static>() -> Value {
    let schema = Schema::of::<T>().unwrap();
    let rewritten = schema.for_dialect(Dialect::Anthropic).unwrap();
    let wire = rewritten.wire();
    let schema: Value = serde_json::from_str(&wire.json).unwrap();
    json!({"name": &*wire.name, "input_schema": schema})
}

fn asked(way: Way, server: &Arc<Mutex<Server>>) -> Llm {
    let model = match way {
        Way::Tool | Way::Tools => "claude-3-7-sonnet",
        _ => "claude-sonnet-5-5",
    };
    let claude = Anthropic::new(model).key("k");
    let claude = match way {
        Way::Ours => claude,
        Way::Prompted => claude.with(|remote| {
            remote.knows(|takes| {
                takes.mode = Mode::Prompted;
                takes.dialect = Dialect::Prompted;
            });
        }),
        _ => claude.hold_to_schema(),
    };
    let tools = json!([tool::<Customer>(), tool::<Plan>(), tool::<Letter>()]);
    let tools = matches!(way, Way::Tools).then_some(tools);
    let server = Arc::clone(server);
    let answer = move |body: &Value| server.lock().unwrap().answer(body, tools.as_ref());
    Llm::new(Anthropic(claude.0.answered(answer).0))
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap()
}

/// What the conversation costs: its input, and its input and output, in tokens of input.
fn cost(talk: Talk, way: Way) -> (f64, f64) {
    let server = Server::new(talk, matches!(way, Way::Until(_)));
    let [first, then] = match way {
        Way::Until(_) => [Way::Held, Way::Prompted].map(|way| asked(way, &server)),
        way => {
            let llm = asked(way, &server);
            [llm.clone(), llm]
        }
    };
    let customer = crate::extract::<Customer>("The customer and their problem");
    let plan = crate::extract::<Plan>("What has to be done, and by whom");
    let letter = crate::extract::<Letter>("A short answer to the customer");
    let mut session = Session::named("s");
    session.append(Message::system(
        "You work for the customer service of a maker of heat pumps.",
    ));
    let fires = async {
        for turn in 0..TURNS {
            server.lock().unwrap().turn = turn;
            let input = format!("Letter {turn}. {}", INPUT.repeat(2));
            let llm = match way {
                Way::Until(limit) if estimate::exceeds(session.messages(), limit) => &then,
                _ => &first,
            };
            let session = &mut session;
            match turn % talk.schemas {
                0 => drop(customer.fire(llm, session, &*input).await.unwrap()),
                1 => drop(plan.fire(llm, session, &*input).await.unwrap()),
                _ => drop(letter.fire(llm, session, &*input).await.unwrap()),
            }
        }
    };
    runtime().block_on(fires);
    let server = server.lock().unwrap();
    let told = match way {
        Way::Until(_) => first.spend().usage + then.spend().usage,
        _ => first.spend().usage,
    };
    let sums = (server.sum.read, server.sum.written);
    assert_eq!((told.cached_tokens, told.written_tokens), sums);
    // as Anthropic's prices are: a token of output costs as much as five of input
    let input = server.sum.cost();
    (input, input + 5.0 * server.output as f64)
}

/// The fewest tokens that models of Anthropic's keep.
const MINIMA: [u64; 3] = [512, 1_024, 4_096];

/// What a conversation costs at each of the minima. It is printed as a row of a table: for each, the input, and the input
/// with the output.
fn row(name: &str, schemas: usize, spoiled: usize, way: Way) -> [f64; 3] {
    let costs = MINIMA.map(|minimum| {
        let talk = Talk {
            minimum,
            schemas,
            spoiled,
        };
        cost(talk, way)
    });
    let shown: Vec<_> = costs
        .iter()
        .map(|(input, all)| format!("{input:>8.0} {all:>8.0}"))
        .collect();
    println!("{name:<32} {}", shown.join("   "));
    costs.map(|(_, all)| all)
}

/// Whether one is at most so many times the other, at each of the minima.
#[track_caller]
fn at_most(one: [f64; 3], times: f64, other: [f64; 3]) {
    let mut pairs = one.iter().zip(other);
    assert!(
        pairs.all(|(one, other)| *one <= times * other),
        "{one:?} is more than {times} of {other:?}"
    );
}

#[test]
fn in_a_conversation_of_three_schemas_no_other_way_is_cheaper_by_more_than_two_in_a_hundred() {
    let ours = row("ours", 3, 0, Way::Ours);
    at_most(ours, 0.85, row("held at every step", 3, 0, Way::Held));
    for (name, way) in [
        ("prompted always", Way::Prompted),
        ("a tool for each step", Way::Tool),
        ("the tools of all steps", Way::Tools),
    ] {
        at_most(ours, 1.02, row(name, 3, 0, way));
    }
}

#[test]
fn no_other_limit_of_what_is_held_is_cheaper_by_more_than_one_in_a_hundred() {
    let ours = row("ours", 3, 0, Way::Ours);
    for limit in [256, 512, 768, 1_024, 2_048, 4_096] {
        let name = format!("held up to {limit} tokens");
        at_most(ours, 1.01, row(&name, 3, 0, Way::Until(limit)));
    }
}

#[test]
fn in_a_conversation_of_one_schema_it_costs_no_more_to_hold_to_it() {
    let ours = row("ours", 1, 0, Way::Ours);
    at_most(row("held at every step", 1, 0, Way::Held), 1.02, ours);
}

#[test]
fn asking_again_for_every_fifth_answer_costs_less_than_holding_to_schemas() {
    let held = row("held at every step", 3, 0, Way::Held);
    for spoiled in [20, 10, 5] {
        let name = format!("ours, one in {spoiled} invalid");
        at_most(row(&name, 3, spoiled, Way::Ours), 1.0, held);
    }
    row("ours, one in 3 invalid", 3, 3, Way::Ours);
}

/// What the turn after a merge of so many branches reads, in a conversation with a long system message.
fn read_after_a_merge(branches: usize) -> Tokens {
    let talk = Talk {
        minimum: 512,
        schemas: 1,
        spoiled: 0,
    };
    let server = Server::new(talk, false);
    let llm = asked(Way::Ours, &server);
    let write = crate::transform("Answer");
    let mut session = Session::named("s");
    session.append(Message::system("word".repeat(600)));
    let fires = async {
        for turn in 0..4 {
            let input = format!("{turn} {INPUT}");
            write.fire(&llm, &mut session, &*input).await.unwrap();
        }
        let mut forks: Vec<_> = (0..branches).map(|_| session.fork()).collect();
        for fork in &mut forks {
            write.fire(&llm, fork, INPUT).await.unwrap();
        }
        session.merge(forks).unwrap();
        server.lock().unwrap().sum = Tokens::default();
        write.fire(&llm, &mut session, INPUT).await.unwrap();
    };
    runtime().block_on(fires);
    server.lock().unwrap().sum
}

#[test]
fn after_a_merge_of_many_branches_the_system_messages_are_still_read_from_the_cache() {
    let (few, many) = (read_after_a_merge(8), read_after_a_merge(12));
    println!("8 branches: {few:?}, 12 branches: {many:?}");
    assert!(few.read > 1_000, "{few:?}");
    assert!((600..700).contains(&many.read), "{many:?}");
}
