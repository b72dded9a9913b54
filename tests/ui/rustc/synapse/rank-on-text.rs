// A text where items are asked for.
// The error says that a list is missing.
use zyn::prelude::*;

fn main() {
    let llm = Llm::new(zyn::testing::Scripted::new([""]));
    let mut session = Session::new();
    let rank = zyn::rank::<String>("by urgency");
    let _ = rank.fire(&llm, &mut session, "one text");
}
