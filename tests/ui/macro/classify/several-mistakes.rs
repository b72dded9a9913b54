// Five mistakes in one set: a key, an example, data, two labels that look alike, a second `unsure`.
// Five errors, one each: a mistake does not hide the next one, and none is repeated where the type is used.
use zyn::prelude::*;

#[derive(Classify)]
#[classify(example("x"))]
enum Folder {
    #[classify(examples())]
    Spam,
    #[serde(rename = "spam")]
    #[classify(unsure)]
    Junk,
    Inbox(u8, u8),
    #[classify(unsure)]
    Other,
}

fn labels<T: Classify>() -> Option<T> {
    T::unsure()
}

fn main() {
    println!("{:?}", labels::<Folder>().map(|it| it.to_prompt()));
}
