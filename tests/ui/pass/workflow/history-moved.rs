// `history()` in what moves the names it takes: the conversation is still the workflow's.
#![deny(warnings, clippy::all)]
use zyn::prelude::*;
use zyn::testing::Scripted;

workflow!(
    pub async fn counted(text: &str) -> usize {
        let before = move || history().len();
        let first = transform("Shout", text);
        let mut seen = before();
        for _round in 0..2 {
            let read = async move { history().len() };
            seen += read.await;
            let again = move || history().len();
            let _next = transform("Shout again", &first);
            seen += again();
        }
        let told = call(async move { history().len() });
        seen + told + before()
    }
);

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let llm = Llm::new(Scripted::new(["A", "AA", "AAA"]));
    let mut session = Session::new();
    let seen = is_send(counted("a").run(&llm, &mut session)).await.unwrap();
    assert_eq!(seen, 2 + (2 + 4) + (4 + 6) + 6 + 6);
}
