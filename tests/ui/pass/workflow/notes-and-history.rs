// Notes with texts, holes and expressions; `history()` anywhere; `compact`; a first step that reads a note.
#![deny(warnings)]
use zyn::Window;
use zyn::graph::Node;
use zyn::prelude::*;
use zyn::testing::Scripted;

workflow!(
    /// Interview about a topic.
    pub async fn interview(topic: &str, questions: usize) -> usize {
        system("You interview about {topic}. Write {{}} for nothing.");
        for _round in 0..questions {
            let question = transform("Ask the next question");
            let answer = call(answer_to(&question));
            user(&answer);
            assistant(format!("{} messages", history().len()));
        }
        if history().len() > 4 {
            let _summary = compact("Sum up so far", Window::last_turns(1));
        }
        let count = || history().len();
        count()
    }
);

async fn answer_to(question: &str) -> String {
    format!("an answer to {question}")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut session = Session::new();
    let llm = Llm::new(Scripted::new(["Why?", "How?", "They talked."]));
    interview("trees", 2).run(&llm, &mut session).await.unwrap();
    let texts: Vec<_> = session.messages().iter().map(zyn::Message::text).collect();
    assert_eq!(texts[0], "You interview about trees. Write {} for nothing.");
    assert!(texts.iter().any(|text| *text == "an answer to How?"));

    let graph = interview::graph();
    let [Node::Note(note), Node::Loop(rounds), Node::Branch(branch)] = graph.body.nodes else {
        panic!("{:?}", graph.body)
    };
    assert_eq!((note.role, note.reads), ("system", ["topic"].as_slice()));
    assert_eq!(
        (rounds.each, rounds.over, rounds.reads),
        ("_round", "0..questions", ["questions"].as_slice())
    );
    let [
        Node::Step(0),
        Node::Step(1),
        Node::Note(user),
        Node::Note(said),
    ] = rounds.body.nodes
    else {
        panic!("{:?}", rounds.body)
    };
    assert_eq!(
        (user.role, user.text, user.reads),
        ("user", "&answer", ["round/answer"].as_slice())
    );
    assert_eq!(said.role, "assistant");
    assert_eq!(branch.on, "history().len() > 4");
    assert_eq!(graph.steps[2].verb, "compact");
}
