//! Chats for as long as you like: when the conversation grows long, its older part is summed up.
//!
//! ```text
//! cargo run -p examples --bin chat -- "Hello! What can I cook with leeks?"
//! ```

use std::process::ExitCode;

use zyn::Window;
use zyn::prelude::*;

workflow!(
    /// Reply to a message, in a conversation that is kept short.
    async fn chat(message: &str, longest: usize) -> String {
        if history().len() > longest {
            let _summary = compact("Sum up the conversation so far", Window::last_turns(2));
        }
        transform("Reply to this message", message)
    }
);

const MESSAGES: &str = "Hello! What can I cook with leeks?\nI have potatoes too.\nHow long does that take?\n\
    And for six people?\nWhat do I drink with it?\nThank you. What was my first question?";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(chat::graph(), MESSAGES, async |llm, messages| {
        let mut session = Session::new();
        for message in messages.lines() {
            let reply = chat(message, 6).run(llm, &mut session).await?;
            println!("> {message}\n{reply}\n");
        }
        println!("The conversation has {} messages.", session.len());
        Ok(())
    })
    .await
}
