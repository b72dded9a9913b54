// The words of a workflow are words where they are called. Inputs, steps, constants and locals may have the same names.
#![allow(non_upper_case_globals)]
use zyn::prelude::*;
use zyn::testing::Scripted;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Customer {
    name: String,
}

static rank: usize = 3;
const assistant: &str = "Call";

workflow!(
    /// Inputs have the names of words, and the words are called beside them.
    pub async fn inputs(user: &str, mut history: Vec<String>, system: &str) -> Vec<String> {
        system("{system}");
        let rounds = history.len() + rank + assistant.len();
        user("{user}");
        let greeting = transform("Greet {user} in {rounds} words", user);
        history.push(format!("{greeting} {system}"));
        history.push(history().len().to_string());
        history
    }
);

workflow!(
    /// Steps have the names of words, and the words are called after them.
    pub async fn steps(text: &str) -> String {
        let user: Customer = extract("The user", text);
        user("I am {user.name}");
        let transform = transform("Answer {user.name}", text);
        let again = transform("Once more", &transform);
        let (call, sentiment) = join(call(async { 7 }), sentiment("Which tone?", &again));
        let length = user.name.len();
        for run in 0..1 {
            let round = transform("Round {run}", &again);
            let nested = run(inputs(&round, vec![], &again));
            let nested_lines = nested.join(" ");
            assistant("{nested_lines}");
        }
        format!("{call} {length} {sentiment:?}")
    }
);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let llm = Llm::new(Scripted::new(["hello"]));
    let mut session = Session::new();
    let lines = inputs("Ada", vec!["x".to_owned()], "be kind")
        .run(&llm, &mut session)
        .await;
    assert_eq!(lines.unwrap(), ["x", "hello be kind", "4"]);
    let said: Vec<_> = session
        .messages()
        .iter()
        .map(|message| message.text())
        .collect();
    assert_eq!(said[..2], ["be kind", "Ada"]);
    assert_eq!(steps::graph().steps.len(), 7);
}
