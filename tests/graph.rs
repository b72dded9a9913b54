//! The graphs of two workflows, to the letter.

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
    assert!(graph.branches.is_empty());
    assert_eq!(graph.result, ["category", "urgency"]);
    assert_eq!(
        graph.mermaid(),
        r#"flowchart TD
  in_subject(["subject"])
  in_body(["body"])
  s0["<b>category</b><br>classify → Category<br><i>Which kind of e-mail is this?</i>"]
  s1["<b>urgency</b><br>classify → Urgency<br><i>How urgent is it?</i>"]
  out(["Routing"])
  in_subject --> s0
  in_body --> s0
  s0 -.-> s1
  s0 --> out
  s1 --> out
"#
    );
}

#[test]
fn file_branches_and_no_arm_reads_the_conversation_of_another() {
    let graph = file::graph();
    steps_of(
        graph,
        &[
            ("topic", "Topic", &["article"], false),
            ("Technology/shelf", "Tech", &[], true),
            ("Business/shelf", "Business", &[], true),
        ],
    );
    let [branch] = graph.branches else {
        panic!("{:?}", graph.branches)
    };
    assert_eq!((branch.on, branch.reads), ("topic", ["topic"].as_slice()));
    let arms: Vec<_> = branch.arms.iter().map(|arm| arm.path).collect();
    assert_eq!(arms, ["Technology", "Business", "Entertainment+Sports"]);
    assert_eq!(
        graph.mermaid(),
        r#"flowchart TD
  in_article(["article"])
  s0["<b>topic</b><br>classify → Topic<br><i>Which topic is this about?</i>"]
  s1["<b>Technology/shelf</b><br>classify → Tech<br><i>Which technology?</i>"]
  s2["<b>Business/shelf</b><br>classify → Business<br><i>Which part of business?</i>"]
  b0{"topic"}
  out(["Filed"])
  in_article --> s0
  s0 -.-> s1
  s0 -.-> s2
  s0 --> b0
  b0 -->|"Topic::Technology"| s1
  b0 -->|"Topic::Business"| s2
  b0 -->|"Topic::Entertainment #124; Topic::Sports"| out
  s0 --> out
  s1 --> out
  s2 --> out
"#
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
    assert_eq!(graph.branches[0].reads, ["hour"]);
    assert_eq!(graph.result, ["closing"]);
}

#[test]
fn a_step_behind_a_branch_reads_the_conversation_of_either_arm() {
    let text = greet::graph().mermaid();
    let dotted: Vec<_> = text.lines().filter(|line| line.contains("-.->")).collect();
    assert_eq!(dotted, ["  s1 -.-> s3", "  s2 -.-> s3"]);
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
