// Each kind of input in each way to give it, and synapses kept in fields of their types.
use zyn::input::{Json, List};
use zyn::prelude::*;
use zyn::{Analysis, Conversation, Synapse};

#[derive(Clone, Serialize, Deserialize, JsonSchema, Extract)]
struct Order {
    total: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}

struct Kept {
    urgent: Synapse<bool>,
    urgency: Synapse<Urgency>,
    order: Synapse<Vec<Order>, List<Order>>,
    copy: Synapse<Order, Json<Order>>,
    about: Synapse<Analysis, Json<Vec<Order>>>,
}

fn is_send<T: Send>(_: T) {}

fn main() {
    let kept = Kept {
        urgent: zyn::binary("Is it urgent?").examples([("Fire!", true)]),
        urgency: zyn::classify("How urgent?").runner_up(),
        order: zyn::rank("by total").top(1),
        copy: zyn::convert("Copy").rules(["Round up"]),
        about: zyn::analyze("What is odd?").focus("totals"),
    };
    let llm = Llm::new(zyn::testing::Scripted::new([""]));
    let session = &mut Session::new();
    let orders = vec![Order { total: 1 }];
    is_send(kept.urgent.fire(&llm, session, "text"));
    is_send(kept.urgent.fire(&llm, session, String::from("text")));
    is_send(kept.urgent.fire(&llm, session, Conversation));
    is_send(kept.urgency.fire(&llm, session, Urgency::Low));
    is_send(kept.order.fire(&llm, session, &orders));
    is_send(kept.order.fire(&llm, session, orders.as_slice()));
    is_send(kept.order.fire(&llm, session, [Order { total: 1 }]));
    is_send(kept.copy.fire(&llm, session, &orders[0]));
    is_send(kept.about.fire(&llm, session, &orders));
    // the items say what is ranked
    is_send(zyn::rank("by length").fire(&llm, session, ["a", "b"]));
}
