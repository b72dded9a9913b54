//! Tests a workflow without a model: with answers that are scripted, and with answers that are made up.
//!
//! ```text
//! cargo run -p examples --bin test_without_tokens
//! ```

use examples::support::answer;
use zyn::testing::{Fake, Recording, Scripted};
use zyn::{Llm, Session};

#[tokio::main]
async fn main() -> Result<(), zyn::Error> {
    // a script: these answers, to see what comes of them
    let provider = Recording::new(Scripted::new([
        r#"{"name":"Ada Wong","email":null,"issue":"The heating is out."}"#,
        r#"{"label":"High"}"#,
        "We are sorry, Ada. A colleague calls you today.",
    ]));
    let llm = Llm::new(provider.clone());
    let mut session = Session::new();
    let reply = answer("My heating is out. Ada Wong")
        .run(&llm, &mut session)
        .await?;

    assert_eq!(reply.customer.name, "Ada Wong");
    assert_eq!(session.len(), 6);
    let asked: Vec<_> = provider
        .requests()
        .iter()
        .map(|request| request.prompt.text().to_owned())
        .collect();
    assert_eq!(asked.len(), 3);
    assert!(
        asked.last().is_some_and(|text| text.contains("sorry")),
        "the urgent are apologised to"
    );
    println!("three requests were sent, and the reply is: {}", reply.text);

    // a fake: any valid answers, to see that it holds whatever they are
    for seed in 0..50 {
        let llm = Llm::new(Fake::seeded(seed));
        let reply = answer("My heating is out")
            .run(&llm, &mut Session::new())
            .await?;
        let greeting = format!("Dear {},", reply.customer.name);
        assert!(reply.text.starts_with(&greeting), "seed {seed}");
    }
    println!("fifty tickets were answered with answers that were made up");
    Ok(())
}
