// `join` of steps, of workflows, of ordinary Rust; with a type, with an `else`; in loops and arms.
#![deny(warnings)]
use zyn::graph::Node;
use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Response, Usage};

mod routes {
    use zyn::prelude::*;

    workflow!(
        /// Two steps.
        pub async fn route(mail: &str) -> String {
            let short = transform("Shorten it", mail);
            let queue = transform("Name the queue", &short);
            queue
        }
    );
}

workflow!(
    /// Three at once.
    pub async fn read(mail: &str) -> String {
        let (tone, queue, length) = join(
            transform("What is the tone?", mail).retry(1),
            run(routes::route(mail)),
            call(async { mail.len() }),
        );
        let (a, mut b): (String, String) = join(transform("A", "{tone}"), transform("B"));
        b.push('!');
        let end = transform("Put together", "{a} {b} {queue} {length}");
        end
    }

    /// What runs if one fails.
    pub async fn careful(mail: &str) -> String {
        let (tone, topic) = join(
            transform("Tone?", mail),
            transform("Topic?", mail).retry(0).max_tokens(9),
        ) else {
            let tone = transform("Tone, in a word?", mail);
            (tone, "unknown".to_owned())
        };
        format!("{tone} {topic}")
    }
);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let llm = Llm::new(Scripted::by(|request| {
        let is_last = request.prompt.text().contains("Put together");
        Ok(Response::new(
            if is_last { "end" } else { "x" },
            Usage::default(),
        ))
    }));
    let mut session = Session::new();
    let (text, report) = read("Hello").run_detailed(&llm, &mut session).await;
    assert_eq!(text.unwrap(), "end");
    assert_eq!(session.len(), 12);
    let mut ids: Vec<_> = report.steps.iter().map(|step| &*step.id).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "a",
            "b",
            "end",
            "length",
            "queue",
            "queue/queue",
            "queue/short",
            "tone"
        ]
    );

    let graph = read::graph();
    assert_eq!(
        graph.body.nodes,
        [Node::Join(&[0, 1, 2]), Node::Join(&[3, 4]), Node::Step(5)]
    );
    assert_eq!(graph.steps[1].workflow.map(|it| it.name), Some("route"));
    assert_eq!(graph.steps[1].input, "routes::route(mail)");
    assert_eq!(graph.steps[5].reads, ["queue", "length", "a", "b"]);

    let ids: Vec<_> = careful::graph().steps.iter().map(|step| step.id).collect();
    assert_eq!(ids, ["tone", "topic", "tone+topic/else/tone"]);
}
