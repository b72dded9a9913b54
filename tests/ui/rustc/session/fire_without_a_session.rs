// A synapse fires on no session.
// A synapse always works on a conversation, if only on an empty one.
use zyn::Llm;

async fn nowhere(llm: &Llm) {
    zyn::transform("Greet").fire(llm, None, "Ada").await;
}

fn main() {
    drop(nowhere);
}
