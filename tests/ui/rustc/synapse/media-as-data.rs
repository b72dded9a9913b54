// An image where data that is written as JSON is asked for.
// It is none: its bytes would be sent as letters.
use zyn::prelude::*;

fn main() {
    let llm = Llm::new(zyn::testing::Scripted::new([""]));
    let mut session = Session::new();
    let photo = zyn::Media::image("GIF89a").unwrap();
    let _ = zyn::analyze::<zyn::Media>("What is it?").fire(&llm, &mut session, &photo);
}
