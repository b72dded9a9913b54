//! Watches a model write: a text word by word, a list item by item, and a workflow step by step.
//!
//! ```text
//! cargo run -p examples --bin streaming
//! ```

use std::error::Error;
use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::Parser;
use examples::local::Model;
use zyn::Event;
use zyn::prelude::*;

const NOTE: &str = "Monday I flew to Oslo and stayed two nights. Then three nights in Bodø, because of the northern lights, \
    and one in Tromsø on the way home.";

/// A town of a journey.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Stop {
    town: String,
    /// How many nights were spent there.
    nights: u32,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Journey {
    /// A title of three words.
    title: String,
    stops: Vec<Stop>,
}

workflow!(
    /// Tell a journey.
    async fn tell(note: &str) -> String {
        let journey = extract::<Journey>("The journey", note);
        let story = transform(
            "Tell the journey in two sentences",
            "{journey.title}: {note}",
        );
        story
    }
);

/// Watches a model write.
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
    examples::program::run_with(Options::parse().model, watch).await
}

async fn watch(llm: &Llm) -> Result<(), Box<dyn Error>> {
    println!("A text, word by word:");
    let mut session = Session::new();
    let postcard = zyn::transform("Write a postcard of two sentences about it");
    let mut stream = postcard.stream(llm, &mut session, NOTE)?;
    while let Some(piece) = stream.text().await {
        print!("{piece}");
        stdout().flush()?;
    }
    let answer = stream.finish_detailed().await?;
    println!(
        "\n(the first word after {:.0?})",
        answer.time_to_first_token.unwrap_or_default()
    );

    println!("\nA list, item by item:");
    let mut session = Session::new();
    let stops = zyn::extract::<Vec<Stop>>("The stops of the journey");
    let mut stream = stops.stream(llm, &mut session, NOTE)?;
    while let Some(stop) = stream.item().await {
        println!("{}, nights: {}", stop.town, stop.nights);
    }
    let stops = stream.finish().await?;
    println!(
        "({} stops, and the turn is in the session: {} messages)",
        stops.len(),
        session.len()
    );

    println!("\nA value, as far as it is written:");
    let mut session = Session::new();
    let journey = zyn::extract::<Journey>("The journey");
    let mut stream = journey.stream(llm, &mut session, NOTE)?;
    while let Some(so_far) = stream.partial().await {
        println!("{:?} with {} stops", so_far.title, so_far.stops.len());
    }
    stream.finish().await?;

    println!("\nA workflow, step by step:");
    let run = tell(NOTE).streamed().on_event(|event| match event {
        Event::StepStarted { id, .. } => print!("[{id}] "),
        Event::StepText { text, .. } => print!("{text}"),
        Event::StepAgain { id, .. } => print!("\n[{id}, asked again] "),
        Event::StepFinished(_) => println!(),
        _ => {}
    });
    run.run(llm, &mut Session::new()).await?;
    Ok(())
}
