// A closure, a function and an import in a body are called like words of the macro.
// Nobody could tell which of the two a call means.
use zyn::prelude::*;

mod own {
    pub fn transform(text: &str) -> String {
        text.to_uppercase()
    }
}

workflow!(
    pub async fn closure(text: &str) -> String {
        let call = |n: usize| n + 1;
        let length = call(text.len());
        let answer = transform("Answer in {length} words", text);
        println!("{}", call(2));
        answer
    }

    pub async fn function(text: &str) -> String {
        fn user(name: &str) -> String {
            name.to_uppercase()
        }
        let name = user(text);
        let answer = transform("Answer {name}", text);
        answer
    }

    pub async fn import(text: &str) -> String {
        use own::transform;
        let upper = transform(text);
        let tone = sentiment("Which tone?", &upper);
        format!("{tone:?}")
    }
);

fn main() {
    let _runs = (closure("a"), function("a"), import("a"));
}
