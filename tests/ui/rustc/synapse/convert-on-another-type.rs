// A conversion of orders, fired on a customer.
// The error names the type that it works on.
use zyn::prelude::*;

#[derive(Serialize)]
struct Order;

#[derive(Serialize)]
struct Customer;

#[derive(Deserialize, JsonSchema, Extract)]
struct Invoice {
    total: u32,
}

fn main() {
    let llm = Llm::new(zyn::testing::Scripted::new([""]));
    let mut session = Session::new();
    let invoice = zyn::convert::<Order, Invoice>("Add up");
    let _ = invoice.fire(&llm, &mut session, &Customer);
}
