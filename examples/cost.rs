//! Tells what a run has cost: by step, session and model, failed attempts included.
//!
//! ```text
//! cargo run -p examples --bin cost
//! ```

use examples::support::answer;
use zyn::cost::{Price, Prices};
use zyn::testing::Scripted;
use zyn::{Llm, Response, Session, Usage};

/// The model's answers, with what a provider would count for them. The second is invalid, so that it is asked again.
const SCRIPT: [(&str, u64, u64); 4] = [
    (
        r#"{"name":"Ada Wong","email":null,"issue":"No heating."}"#,
        310,
        24,
    ),
    ("rather urgent", 420, 4),
    (r#"{"label":"High"}"#, 470, 6),
    ("We are sorry, Ada. A colleague calls you today.", 380, 14),
];

#[tokio::main]
async fn main() -> Result<(), zyn::Error> {
    let script = SCRIPT.map(|(text, read, written)| Response::new(text, Usage::new(read, written)));
    let llm = Llm::new(Scripted::new(script));
    // OpenAI's list prices and one of our own: $0.40 to read a million tokens, $1.60 to write as many
    let prices = Prices::openai().price("scripted", Price::new(400_000, 1_600_000));
    let shown = |cost: Option<_>| cost.map_or("no price".to_owned(), |it| format!("{it:.7}"));

    let mut session = Session::new();
    let run = answer("My heating is out. Ada Wong");
    let (reply, report) = run.run_detailed(&llm, &mut session).await;
    reply?;

    for step in &report.steps {
        let cost = prices.cost(&step.asked, step.spent);
        println!(
            "{:<10} {} attempts, {}",
            step.id,
            step.attempts,
            shown(cost)
        );
    }
    let spend = llm.spend();
    println!("the run    {}", shown(prices.total(&report.bill())));
    println!(
        "of that, in the session {}",
        shown(prices.total(session.bill()))
    );
    println!(
        "of that, for nothing    {}",
        shown(prices.cost(llm.model(), spend.failed))
    );
    println!(
        "on an unknown model     {}",
        shown(prices.cost("gpt-99", spend.usage))
    );
    Ok(())
}
