//! Runs the local model of the examples for other programs, until Ctrl-C.
//!
//! ```text
//! cargo run -p examples --bin local_server -- --model 1.5b
//! ```

use std::process::ExitCode;

use clap::Parser;
use examples::local::{LocalError, Model, Progress, Server};

/// Runs a small language model on this machine as an OpenAI-compatible server, until Ctrl-C.
///
/// The first time it downloads what it needs into the cache folder; the address is printed on standard output.
#[derive(Parser)]
struct Options {
    /// The model: the smaller one is faster, the larger one better.
    #[arg(long, value_enum, default_value_t)]
    model: Model,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), LocalError> {
    let server = Server::start(options.model, Progress::Stderr).await?;
    eprintln!("{}", server.about());
    eprintln!(
        "Use it with ZYN_MODEL=openai/{} and ZYN_BASE_URL set to:",
        server.model_name()
    );
    println!("{}", server.base_url());
    // Without a handler for Ctrl-C the process ends at it, and the server with the process.
    if tokio::signal::ctrl_c().await.is_ok() {
        server.stop().await;
    }
    Ok(())
}
