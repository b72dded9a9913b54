//! What a run does beside asking one step after another: joins, rounds, workflows inside workflows, ways out, budgets.
//!
//! The bodies are written as `workflow!` expands them, so that each hook is looked at by itself.

mod alone;
mod budget;
mod compact;
mod joins;
mod media;
mod nested;
mod rounds;
mod spans;
mod through_the_macro;
mod unsure;
mod ways_out;

use std::future::Future;

use zyn::__private::Cx;
use zyn::graph::{End, Graph, Sequence, StepInfo};
use zyn::testing::Scripted;
use zyn::{Error, Llm, Run, Session, StepReport};

/// A step of a graph by hand.
const fn step(id: &'static str, verb: &'static str) -> StepInfo {
    StepInfo {
        id,
        verb,
        output: "_",
        instruction: "",
        input: "",
        options: &[],
        reads: &[],
        conversation: false,
        workflow: None,
        line: 1,
    }
}

/// A graph of which only the steps count.
const fn graph(name: &'static str, steps: &'static [StepInfo]) -> Graph {
    Graph {
        name,
        version: 1,
        doc: "",
        inputs: &[],
        output: "_",
        steps,
        body: Sequence {
            nodes: &[],
            end: End::Return,
        },
        result: &[],
    }
}

/// A run of `body`.
fn by_hand<'wf, T, F>(
    graph: &'static Graph,
    body: impl FnOnce(Cx<'wf>) -> F + Send + 'wf,
) -> Run<'wf, T>
where
    F: Future<Output = Result<T, Error>> + Send + 'wf,
{
    Run::new(graph, Box::new(move |cx| Box::pin(body(cx))))
}

fn scripted<const N: usize>(answers: [&str; N]) -> Llm {
    Llm::new(Scripted::new(answers))
}

fn texts(session: &Session) -> Vec<String> {
    let messages = session.messages().iter();
    messages
        .map(|message| {
            let input = message.blocks().iter().find(|block| block.name == "input");
            input.map_or_else(|| message.text().to_owned(), |block| block.text.clone())
        })
        .collect()
}

fn ids(steps: &[StepReport]) -> Vec<&str> {
    steps.iter().map(|step| &*step.id).collect()
}
