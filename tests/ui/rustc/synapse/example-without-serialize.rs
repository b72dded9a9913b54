// An example of a type that cannot be written.
// The error names the derive that is missing; without examples the type is fine.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Invoice {
    total: u32,
}

fn main() {
    let invoice = zyn::extract::<Invoice>("The invoice");
    let _ = invoice.examples([("Three euros", Invoice { total: 3 })]);
}
