// An `Llm` is made of something that speaks to no model.
// The trait explains itself at the argument.
use zyn::prelude::*;

pub struct Client;

fn main() {
    let _llm = Llm::new(Client);
}
