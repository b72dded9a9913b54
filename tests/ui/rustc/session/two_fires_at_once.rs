// Two synapses fire on one session at once.
// Each borrows the session for itself; forks run beside each other.
use zyn::{Llm, Session};

async fn both(llm: &Llm, session: &mut Session) {
    let greet = zyn::transform("Greet");
    let one = greet.fire(llm, session, "Ada");
    let other = greet.fire(llm, session, "Grace");
    (one.await, other.await);
}

fn main() {
    drop(both);
}
