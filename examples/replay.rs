//! Keeps what each step gave, so that a run that failed pays no step twice.
//!
//! ```text
//! cargo run -p examples --bin replay
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{BoxFuture, Engine, Error, Failure, StepCall, StepFn, StepRecord};

workflow!(
    /// Translate there and back again.
    async fn back(text: &str) -> String {
        let french = transform("Translate into French", text);
        let english = transform("Translate into English", &french);
        english
    }
);

/// Records by step id, as JSON: what a file or a table would hold.
#[derive(Default)]
struct Journal(Mutex<HashMap<String, String>>);

impl Journal {
    fn known(&self, id: &str) -> Option<StepRecord> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::from_str(records.get(id)?).ok()
    }

    fn keep(&self, id: String, record: &StepRecord) {
        if let Ok(json) = serde_json::to_string(record) {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(id, json);
        }
    }
}

impl Engine for Journal {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            if let Some(record) = self.known(&call.id) {
                println!("  {}: known", call.id);
                return Ok(record);
            }
            let record = exec().await?;
            println!("  {}: paid", call.id);
            self.keep(call.id, &record);
            Ok(record)
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let journal = Arc::new(Journal::default());
    let mut session = Session::new();

    println!("the first run fails in its second step:");
    let failing = Llm::new(Scripted::new(["Bonjour"]).then(Failure::Auth));
    let failed = back("Hello")
        .engine(journal.clone())
        .run(&failing, &mut session)
        .await;
    if let Err(error) = failed {
        println!("  {error}\n  the session has {} messages", session.len());
    }

    println!("the second run begins where it failed:");
    let llm = Llm::new(Scripted::new(["Good day"]));
    let text = back("Hello")
        .engine(journal)
        .run(&llm, &mut session)
        .await?;
    println!("  {text:?}, and the session has {} messages", session.len());
    Ok(())
}
