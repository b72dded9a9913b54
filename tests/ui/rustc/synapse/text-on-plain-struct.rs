// A plain struct where text is asked for.
// The error says how to write it.
use zyn::prelude::*;

struct Plain;

fn main() {
    let llm = Llm::new(zyn::testing::Scripted::new([""]));
    let mut session = Session::new();
    let late = zyn::binary("Is it late?");
    let _ = late.fire(&llm, &mut session, &Plain);
}
