//! The graphs of workflows, to the letter.

use zyn::graph::{End, Node};
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Category {
    Sales,
    Support,
    Spam,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Urgency {
    Low,
    High,
}

#[derive(Debug, PartialEq)]
pub struct Routing {
    pub queue: &'static str,
    pub category: Category,
    pub urgency: Urgency,
}

fn queue(category: Category, urgency: Urgency) -> &'static str {
    match (category, urgency) {
        (_, Urgency::High) => "now",
        (Category::Spam, _) => "bin",
        _ => "later",
    }
}

workflow!(
    /// Route an incoming e-mail to a queue.
    pub async fn triage(subject: &str, body: &str) -> Routing {
        let category = classify::<Category>(
            "Which kind of e-mail is this?",
            "Subject: {subject}\n\n{body}",
        )
        .retry(2);
        let urgency = classify::<Urgency>("How urgent is it?").retry(2);
        Routing {
            queue: queue(category, urgency),
            category,
            urgency,
        }
    }
);

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Topic {
    Technology,
    Business,
    Entertainment,
    Sports,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Tech {
    Hardware,
    Software,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Business {
    Markets,
    Work,
}

#[derive(Debug, PartialEq)]
pub enum Detail {
    Tech(Tech),
    Business(Business),
}

#[derive(Debug, PartialEq)]
pub struct Filed {
    pub topic: Topic,
    pub detail: Option<Detail>,
}

workflow!(
    /// File an article under a topic and, where there is one, a finer shelf.
    pub async fn file(article: &str) -> Filed {
        let topic = classify::<Topic>("Which topic is this about?", article);
        let detail = match topic {
            Topic::Technology => {
                let shelf = classify::<Tech>("Which technology?");
                Some(Detail::Tech(shelf))
            }
            Topic::Business => {
                let shelf = classify::<Business>("Which part of business?");
                Some(Detail::Business(shelf))
            }
            Topic::Entertainment | Topic::Sports => None,
        };
        Filed { topic, detail }
    }
);

workflow!(
    /// Greet as the hour asks for, then sum up what was said.
    pub async fn greet(name: &str, hour: u8) -> String {
        let polite = name.trim();
        let early = hour < 12;
        let opening = if early {
            let morning = transform("Wish a good morning", polite);
            transform("Add a word about breakfast", &morning)
        } else {
            transform("Wish a good evening", polite)
        };
        let length = opening.len();
        let line = format!("{opening} ({length})");
        let bare = transform("Sum up");
        let closing = transform("Say goodbye", "{line} {bare}");
        closing
    }
);

workflow!(
    /// Write until it is good.
    #[zyn(version = 2)]
    pub async fn write(brief: &str, rounds: usize) -> String {
        system("You write about {brief}.");
        let filed = run(file(brief));
        let mut draft = transform("Write a first draft", brief);
        for _round in 0..rounds {
            let good = binary("Is it ready?", &draft).retry(1);
            if good {
                break;
            }
            let copy = draft.clone();
            let critique = transform("Criticise it", &copy) else {
                let shorter = transform("Shorten it", &draft);
                draft = shorter;
                continue;
            };
            draft = transform("Rewrite it", &critique);
        }
        let (title, length) = join(transform("Find a title", &draft), call(count(&draft))) else {
            return draft;
        };
        let Some(detail) = filed.detail else {
            return title;
        };
        format!("{title} ({length}): {detail:?}")
    }
);

async fn count(text: &str) -> usize {
    text.len()
}

#[track_caller]
fn steps_of(graph: &zyn::graph::Graph, expected: &[(&str, &str, &[&str], bool)]) {
    let found: Vec<_> = graph
        .steps
        .iter()
        .map(|step| (step.id, step.output, step.reads, step.conversation))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn triage_is_a_sequence_whose_second_step_reads_the_conversation() {
    let graph = triage::graph();
    assert_eq!(
        (graph.name, graph.doc, graph.inputs, graph.output),
        (
            "triage",
            "Route an incoming e-mail to a queue.",
            ["subject", "body"].as_slice(),
            "Routing"
        )
    );
    steps_of(
        graph,
        &[
            ("category", "Category", &["subject", "body"], false),
            ("urgency", "Urgency", &[], true),
        ],
    );
    let body = graph.body;
    assert_eq!(body.nodes, [Node::Step(0), Node::Step(1)]);
    assert_eq!(body.end, End::Next);
    assert_eq!(graph.result, ["category", "urgency"]);
    assert_eq!(graph.version, 1);
    let [category, urgency] = graph.steps else {
        panic!("{:?}", graph.steps)
    };
    assert_eq!(category.instruction, "Which kind of e-mail is this?");
    assert_eq!(category.input, "Subject: {subject}\n\n{body}");
    assert_eq!(
        (urgency.input, urgency.options),
        ("", ["retry(2)"].as_slice())
    );
}

#[test]
fn file_branches_into_three_arms_of_which_two_have_a_step() {
    let graph = file::graph();
    steps_of(
        graph,
        &[
            ("topic", "Topic", &["article"], false),
            ("Technology/shelf", "Tech", &[], true),
            ("Business/shelf", "Business", &[], true),
        ],
    );
    let [Node::Step(0), Node::Branch(branch)] = graph.body.nodes else {
        panic!("{:?}", graph.body)
    };
    assert_eq!((branch.on, branch.reads), ("topic", ["topic"].as_slice()));
    let arms: Vec<_> = branch
        .arms
        .iter()
        .map(|arm| (arm.label, arm.path, arm.body.nodes))
        .collect();
    assert_eq!(
        arms,
        [
            (
                "Topic::Technology",
                "Technology",
                [Node::Step(1)].as_slice()
            ),
            ("Topic::Business", "Business", &[Node::Step(2)]),
            (
                "Topic::Entertainment | Topic::Sports",
                "Entertainment+Sports",
                &[]
            ),
        ]
    );
}

#[test]
fn reads_follow_ordinary_lets_back_to_steps_and_inputs() {
    let graph = greet::graph();
    steps_of(
        graph,
        &[
            ("then/morning", "String", &["name"], false),
            ("then/opening", "String", &["then/morning"], false),
            ("else/opening", "String", &["name"], false),
            ("bare", "String", &[], true),
            (
                "closing",
                "String",
                &["hour", "then/opening", "else/opening", "bare"],
                false,
            ),
        ],
    );
    let [Node::Branch(branch), rest @ ..] = graph.body.nodes else {
        panic!("{:?}", graph.body)
    };
    assert_eq!((branch.on, branch.reads), ("early", ["hour"].as_slice()));
    assert_eq!(rest, [Node::Step(3), Node::Step(4)]);
    assert_eq!(graph.result, ["closing"]);
}

#[test]
fn rounds_joins_fallbacks_notes_and_workflows_are_nodes_of_the_tree() {
    let graph = write::graph();
    assert_eq!((graph.version, graph.body.end), (2, End::Next));
    let ids: Vec<_> = graph.steps.iter().map(|step| step.id).collect();
    assert_eq!(
        ids,
        [
            "filed",
            "draft",
            "round/good",
            "round/critique",
            "round/critique/else/shorter",
            "round/draft",
            "title",
            "length",
        ]
    );
    assert_eq!(graph.steps[0].workflow, Some(file::graph()));
    let [
        Node::Note(note),
        Node::Step(0),
        Node::Step(1),
        Node::Loop(round),
        Node::Fallback(joined),
        Node::Branch(found),
    ] = graph.body.nodes
    else {
        panic!("{:?}", graph.body)
    };
    assert_eq!(
        (note.role, note.text),
        ("system", "You write about {brief}.")
    );
    assert_eq!((round.path, round.each), ("round", "_round"));
    assert_eq!(
        (round.over, round.reads),
        ("0..rounds", ["rounds"].as_slice())
    );
    let [
        Node::Step(2),
        Node::Branch(good),
        Node::Fallback(tried),
        Node::Step(5),
    ] = round.body.nodes
    else {
        panic!("{:?}", round.body)
    };
    let ends: Vec<_> = good.arms.iter().map(|arm| arm.body.end).collect();
    assert_eq!(ends, [End::Break("round"), End::Next]);
    assert_eq!(*tried.tried, Node::Step(3));
    assert_eq!(tried.otherwise.nodes, [Node::Step(4)]);
    assert_eq!(tried.otherwise.end, End::Continue("round"));
    assert_eq!(*joined.tried, Node::Join(&[6, 7]));
    assert_eq!(joined.otherwise.end, End::Return);
    assert_eq!(found.on, "let Some(detail) = filed.detail");
    let ends: Vec<_> = found.arms.iter().map(|arm| arm.body.end).collect();
    assert_eq!(ends, [End::Next, End::Return]);
}

#[test]
fn a_step_of_a_round_reads_what_earlier_rounds_assigned() {
    let graph = write::graph();
    let drafts = ["draft", "round/critique/else/shorter", "round/draft"];
    assert_eq!(graph.steps[2].reads, drafts);
    assert_eq!(graph.steps[3].reads, drafts);
    assert_eq!(graph.steps[5].reads, ["round/critique"]);
    assert_eq!(graph.steps[6].reads, drafts);
    assert_eq!(
        graph.result,
        [
            "filed",
            "draft",
            "round/critique/else/shorter",
            "round/draft",
            "title",
            "length"
        ]
    );
}

#[tokio::test]
async fn both_workflows_run_as_their_graphs_say() -> Result<(), zyn::Error> {
    use zyn::testing::Scripted;

    let label = |name: &str| format!(r#"{{"label":"{name}"}}"#);
    let mut session = Session::new();
    let llm = Llm::new(Scripted::new([label("Spam"), label("Low")]));
    let routing = triage("Win!", "A prize").run(&llm, &mut session).await?;
    assert_eq!(routing.queue, "bin");
    let llm = Llm::new(Scripted::new([label("Business"), label("Work")]));
    let filed = file("On offices").run(&llm, &mut session).await?;
    assert_eq!(filed.detail, Some(Detail::Business(Business::Work)));
    let answers: Vec<_> = session.messages().iter().skip(1).step_by(2).collect();
    let answers: Vec<_> = answers.into_iter().map(zyn::Message::text).collect();
    assert_eq!(answers, ["Spam", "Low", "Business", "Work"]);
    Ok(())
}
