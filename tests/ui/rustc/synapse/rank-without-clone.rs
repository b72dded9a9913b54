// Items are put in order that cannot be cloned.
// The order is a list of its own, and the items stay where they are: each is cloned.
use zyn::prelude::*;

#[derive(Debug, Serialize, Deserialize, JsonSchema, Extract)]
struct Offer {
    price: u32,
}

fn main() {
    zyn::rank::<Offer>("The cheapest first");
}
