//! Answers a support ticket: who writes, how urgent it is, and a reply.
//!
//! ```text
//! cargo run -p examples --bin support_ticket -- "Hello, I am Ada Wong. My heating is out since Monday."
//! cargo run -p examples --bin support_ticket -- --graph svg > answer.svg
//! ```

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use examples::answering::Answering;
use examples::local::{Model, Progress};
use examples::program::Form;
use examples::support::{Reply, answer};
use zyn::{Event, Report, Session};

const TICKET: &str = "Hello, this is Ada Wong. My heating has been out since Monday and it is freezing in here. \
    I have two small children. Could somebody please come today? You can reach me at ada@wong.example.";

/// Answers a support ticket: reads the customer out of it, judges how urgent it is, writes a reply.
///
/// The model is the one that ZYN_MODEL names, as in ZYN_MODEL=openai/gpt-4.1-mini with OPENAI_API_KEY. Without it a
/// small model is prepared once and runs on this machine.
#[derive(Parser)]
struct Options {
    /// The ticket; `-` reads standard input. Without it, a ticket that comes with the example.
    #[arg(conflicts_with = "file")]
    ticket: Option<String>,
    /// Reads the ticket from a file.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Uses this local model, whatever the environment says.
    #[arg(long, value_enum)]
    model: Option<Model>,
    /// Prints the workflow's graph in this form and asks no model.
    #[arg(long, value_enum, value_name = "FORM")]
    graph: Option<Form>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(form) = options.graph {
        print!("{}", form.draw(answer::graph()));
        return ExitCode::SUCCESS;
    }
    match respond(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn respond(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let ticket = ticket(&options)?;
    let answering = Answering::start(options.model, Progress::Stderr).await?;
    eprintln!("Answers: {}\n", answering.about);
    let mut session = Session::new();
    let run = answer(&ticket)
        .on_event(show)
        .run_detailed(&answering.llm, &mut session);
    let outcome = tokio::select! {
        outcome = run => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
    };
    let spend = answering.llm.spend();
    answering.stop().await;
    let Some((reply, report)) = outcome else {
        return Err("interrupted; nothing was written to the session".into());
    };
    match reply {
        Ok(reply) => print(&reply, &report, &session),
        Err(error) => {
            let (attempts, tokens) = (spend.attempts, spend.usage.total());
            let detail = error
                .provider()
                .and_then(|provider| provider.detail().map(str::to_owned));
            eprintln!(
                "\nThe session is as it was: {} messages. {attempts} calls, {tokens} tokens.",
                session.len()
            );
            if let Some(detail) = detail {
                eprintln!("The server said: {detail}");
            }
            return Err(error.into());
        }
    }
    Ok(())
}

/// The ticket, as text. What is not UTF-8 is refused, not repaired.
fn ticket(options: &Options) -> Result<String, String> {
    let (bytes, place) = match (&options.ticket, &options.file) {
        (Some(ticket), _) if ticket == "-" => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|error| format!("standard input cannot be read: {error}"))?;
            (bytes, "standard input".to_owned())
        }
        (Some(ticket), _) => (ticket.clone().into_bytes(), "the argument".to_owned()),
        (None, Some(file)) => {
            let place = file.display().to_string();
            (
                std::fs::read(file).map_err(|error| format!("{place} cannot be read: {error}"))?,
                place,
            )
        }
        (None, None) => (TICKET.as_bytes().to_vec(), "the example".to_owned()),
    };
    let ticket = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{place} is not UTF-8 text: byte {at} begins no character; convert it first, as with `iconv -t utf-8`")
    })?;
    // before a model is prepared for it
    if ticket.trim().is_empty() {
        return Err(format!(
            "the input is empty: {place} holds no ticket; give it as an argument, with --file, or with `-`"
        ));
    }
    Ok(ticket)
}

/// Shows each step as it happens.
fn show(event: &Event) {
    match event {
        Event::StepStarted { id, verb, .. } => eprintln!("  … {id} ({verb})"),
        Event::StepFinished(step) => {
            let mark = if step.error.is_none() { "✓" } else { "✗" };
            let (read, written) = (step.spent.input_tokens, step.spent.output_tokens);
            let seconds = step.elapsed.as_secs_f64();
            let attempts = if step.attempts == 1 {
                String::new()
            } else {
                format!(", {} attempts", step.attempts)
            };
            eprintln!(
                "  {mark} {id}: {seconds:.1} s, {read} tokens read, {written} written{attempts}",
                id = step.id
            );
        }
        _ => {}
    }
}

fn print(reply: &Reply, report: &Report, session: &Session) {
    let Reply {
        customer,
        urgency,
        text,
    } = reply;
    println!("\nReply");
    println!("  name     {}", customer.name);
    println!("  email    {}", customer.email.as_deref().unwrap_or("-"));
    println!("  issue    {}", customer.issue);
    println!("  urgency  {urgency:?}");
    println!("  text     {}", indented(text, 11));
    println!(
        "\nSession: {} messages, {} tokens in {:.1} s",
        session.len(),
        session.usage().total(),
        report.elapsed.as_secs_f64()
    );
    for (at, message) in session.messages().iter().enumerate() {
        println!(
            "  {} {:<9} {}",
            at + 1,
            message.role().name(),
            indented(message.text(), 14)
        );
    }
}

/// Text whose further lines stand under its first, `width` columns in.
fn indented(text: &str, width: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => line.to_owned(),
            _ => format!("{:width$}{line}", "").trim_end().to_owned(),
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(ticket: Option<&str>, file: Option<&std::path::Path>) -> Options {
        Options {
            ticket: ticket.map(str::to_owned),
            file: file.map(PathBuf::from),
            model: None,
            graph: None,
        }
    }

    #[test]
    fn a_blank_ticket_is_refused_before_a_model_is_prepared() {
        for blank in ["", " \n\t"] {
            let error = ticket(&options(Some(blank), None)).unwrap_err();
            assert!(error.contains("the argument holds no ticket"), "{error}");
        }
    }

    #[test]
    fn what_is_not_utf8_is_refused_with_the_place_of_the_first_bad_byte() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"caf\xe9").unwrap();
        let error = ticket(&options(None, Some(file.path()))).unwrap_err();
        assert!(error.contains("byte 3 begins no character"), "{error}");
        assert!(error.contains("iconv"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = ticket(&options(None, Some("no-such-ticket.txt".as_ref()))).unwrap_err();
        assert!(
            error.starts_with("no-such-ticket.txt cannot be read"),
            "{error}"
        );
    }

    #[test]
    fn without_a_ticket_there_is_one_that_comes_with_the_example() {
        assert_eq!(ticket(&options(None, None)).unwrap(), TICKET);
    }

    #[test]
    fn each_form_of_the_graph_shows_every_step() {
        let begins = [
            (Form::Mermaid, "flowchart TD"),
            (Form::Dot, "digraph"),
            (Form::Svg, "<svg"),
        ];
        for (form, begin) in begins {
            let drawn = form.draw(answer::graph());
            assert!(drawn.starts_with(begin), "{drawn}");
            for step in answer::graph().steps {
                assert!(drawn.contains(step.id), "{form:?} has no {}", step.id);
            }
        }
    }

    #[test]
    fn the_form_of_the_graph_is_an_option_that_help_names() {
        let help = <Options as clap::CommandFactory>::command()
            .render_long_help()
            .to_string();
        for word in ["--graph <FORM>", "mermaid", "dot", "svg"] {
            assert!(help.contains(word), "{help}");
        }
        let options = Options::parse_from(["support_ticket", "--graph", "dot"]);
        assert_eq!(options.graph, Some(Form::Dot));
    }
}
