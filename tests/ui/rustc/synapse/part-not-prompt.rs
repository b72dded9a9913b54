// A plain struct among the parts of an input.
// The error shows the input with the part's type in it.
use zyn::prelude::*;

struct Plain;

fn main() {
    let llm = Llm::new(zyn::testing::Scripted::new([""]));
    let mut session = Session::new();
    let photo = zyn::Media::image("GIF89a").unwrap();
    let _ = zyn::binary("Is it late?").fire(&llm, &mut session, ("A letter", &photo, Plain));
}
