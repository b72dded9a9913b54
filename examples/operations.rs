//! Asks one model all eight operations, about a letter and a list of tasks.
//!
//! ```text
//! cargo run -p examples --bin operations
//! ```

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use examples::local::Model;
use zyn::prelude::*;

const LETTER: &str = "The soup was wonderful and I shall dream of it. The waiter, though, was rude, and we waited forty \
    minutes for the bill. Martha Quist";

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Guest {
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Topic {
    Kitchen,
    Service(Service),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Service {
    Staff,
    Waiting,
}

#[derive(Serialize)]
struct Evening {
    guests: u32,
    complaints: u32,
    longest_wait_in_minutes: u32,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Headline {
    /// At most six words.
    title: String,
    /// Whether it was a good evening.
    good: bool,
}

/// Asks one model all eight operations.
///
/// The model is the one that ZYN_MODEL names, as in ZYN_MODEL=openai/gpt-4.1-mini with OPENAI_API_KEY. Without it a
/// small model is prepared once and runs on this machine.
#[derive(Parser)]
struct Options {
    /// Uses this local model, whatever the environment says.
    #[arg(long, value_enum)]
    model: Option<Model>,
}

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run_with(Options::parse().model, ask).await
}

async fn ask(llm: &Llm) -> Result<(), Box<dyn Error>> {
    // each about its own matter, so each in a conversation of its own
    let new = Session::new;

    let guest = zyn::extract::<Guest>("The guest who writes");
    println!(
        "extract:   {:?}",
        guest.fire(llm, &mut new(), LETTER).await?
    );

    let topic = zyn::classify::<Topic>("What is the complaint about?").runner_up();
    let topic = topic.fire_detailed(llm, &mut new(), LETTER).await?;
    println!("classify:  {:?}, else {:?}", topic.value, topic.runner_up);

    let apology = zyn::binary("Is an apology due?").reasoning();
    let apology = apology.fire_detailed(llm, &mut new(), LETTER).await?;
    let why = apology.reasoning.unwrap_or_default();
    println!("binary:    {} ({why})", apology.value);

    let tasks = [
        "Polish the glasses",
        "Put out the fire in the kitchen",
        "Call Mrs Quist",
    ];
    let urgent = zyn::rank("by urgency").fire(llm, &mut new(), tasks).await?;
    println!("rank:      {urgent:?}");

    let tone = zyn::sentiment("the guest's opinion").aspects(["soup", "waiter"]);
    let tone = tone.fire(llm, &mut new(), LETTER).await?;
    let aspects = tone
        .aspects
        .iter()
        .map(|it| format!("{} {}", it.aspect, it.polarity));
    let aspects: Vec<String> = aspects.collect();
    println!("sentiment: {} ({})", tone.overall, aspects.join(", "));

    let reply = zyn::transform("Write a reply to the guest")
        .style("warm")
        .max_chars(500);
    println!("transform: {}", reply.fire(llm, &mut new(), LETTER).await?);

    let evening = Evening {
        guests: 80,
        complaints: 3,
        longest_wait_in_minutes: 40,
    };
    let analysis = zyn::analyze::<Evening>("How was the evening?").focus("what to do better");
    let analysis = analysis.fire(llm, &mut new(), &evening).await?;
    println!("analyze:   {analysis}");
    for finding in &analysis.findings {
        println!("           - {finding}");
    }

    let headline = zyn::convert::<Evening, Headline>("A headline about the evening");
    let headline = headline.fire(llm, &mut new(), &evening).await?;
    println!("convert:   {headline:?}");
    Ok(())
}
