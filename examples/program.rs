//! What the programs share that ask a model: their options, and a model that answers.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};
use zyn::Llm;
use zyn::graph::Graph;
use zyn::testing::Fake;

use crate::answering::Answering;
use crate::local::{Model, Progress};

/// What `--help` says below the options.
const MODEL: &str = "The model is the one that ZYN_MODEL names, as in ZYN_MODEL=openai/gpt-4.1-mini with \
    OPENAI_API_KEY. Without it a small model is prepared once and runs on this machine.";

#[derive(Parser)]
struct Options {
    /// What to work on. Without it, a text that comes with the example.
    input: Option<String>,
    /// Uses this local model, whatever the environment says.
    #[arg(long, value_enum)]
    model: Option<Model>,
    /// Asks no model: answers are made up, valid and the same for the same seed.
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, default_missing_value = "0")]
    fake: Option<u64>,
    /// Prints the workflow's graph in this form and asks no model.
    #[arg(long, value_enum)]
    graph: Option<Form>,
}

/// A form that a graph is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Text that GitHub and many editors draw.
    Mermaid,
    /// Text for Graphviz.
    Dot,
    /// A picture for any browser.
    Svg,
}

impl Form {
    /// `graph` in this form.
    pub fn draw(self, graph: &Graph) -> String {
        match self {
            Self::Mermaid => graph.mermaid(),
            Self::Dot => graph.dot(),
            Self::Svg => graph.svg(),
        }
    }
}

/// Runs `program` with a model that answers and the text to work on: the argument, else `example`.
pub async fn run(
    graph: &Graph,
    example: &str,
    program: impl AsyncFnOnce(&Llm, &str) -> Result<(), Box<dyn Error>>,
) -> ExitCode {
    let command = Options::command()
        .about(graph.doc.to_owned())
        .after_help(MODEL);
    let options = match Options::from_arg_matches(&command.get_matches()) {
        Ok(options) => options,
        Err(error) => error.exit(),
    };
    if let Some(form) = options.graph {
        print!("{}", form.draw(graph));
        return ExitCode::SUCCESS;
    }
    ended(answered(options, example, program).await)
}

/// Runs `program` with the local `model`, if there is one, else with the one that the environment names.
pub async fn run_with(
    model: Option<Model>,
    program: impl AsyncFnOnce(&Llm) -> Result<(), Box<dyn Error>>,
) -> ExitCode {
    ended(with_model(model, program).await)
}

fn ended(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn answered(
    options: Options,
    example: &str,
    program: impl AsyncFnOnce(&Llm, &str) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let input = options.input.as_deref().unwrap_or(example);
    if let Some(seed) = options.fake {
        return program(&Llm::new(Fake::seeded(seed)), input).await;
    }
    with_model(options.model, async |llm: &Llm| program(llm, input).await).await
}

async fn with_model(
    model: Option<Model>,
    program: impl AsyncFnOnce(&Llm) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let answering = Answering::start(model, Progress::Stderr).await?;
    eprintln!("Answers: {}\n", answering.about);
    let outcome = tokio::select! {
        outcome = program(&answering.llm) => outcome,
        _ = tokio::signal::ctrl_c() => Err("interrupted; nothing was written to the session".into()),
    };
    let spend = answering.llm.spend();
    answering.stop().await;
    eprintln!("\n{} calls, {} tokens", spend.attempts, spend.usage.total());
    outcome
}

/// Asks the person at the terminal. Who says nothing has said so.
pub async fn ask(question: &str) -> String {
    println!("\n{question}");
    let line = tokio::task::spawn_blocking(|| io::stdin().lines().next());
    let line = line.await.ok().flatten().and_then(Result::ok);
    let said = line.map(|line| line.trim().to_owned());
    said.filter(|said| !said.is_empty())
        .unwrap_or_else(|| "(no answer)".to_owned())
}
