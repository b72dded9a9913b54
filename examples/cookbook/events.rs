//! Reads an event out of a text in stages: what is said, then when exactly, then where.
//!
//! ```text
//! cargo run -p examples --bin events -- "Join us for …"
//! ```

use std::process::ExitCode;

use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Mentioned {
    #[schemars(length(min = 1))]
    title: String,
    description: String,
    /// The words that say when it is.
    date: String,
    /// The words that say where it is.
    place: String,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct When {
    #[schemars(range(min = 2000, max = 2100))]
    year: u16,
    #[schemars(range(min = 1, max = 12))]
    month: u8,
    #[schemars(range(min = 1, max = 31))]
    day: u8,
    #[schemars(range(max = 23))]
    hour: Option<u8>,
    #[schemars(range(max = 59))]
    minute: Option<u8>,
    time_zone: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Place {
    venue: Option<String>,
    address: Option<String>,
    #[schemars(length(min = 1))]
    city: String,
    state: Option<String>,
}

#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
struct Event {
    title: String,
    description: String,
    when: When,
    place: Place,
}

workflow!(
    /// Read an event out of a text, in stages.
    async fn event(text: &str) -> Event {
        let mentioned = extract::<Mentioned>("The event", text);
        let when = extract::<When>("The date and time of the event", &mentioned.date);
        let place = extract::<Place>("The place of the event", &mentioned.place);
        Event {
            title: mentioned.title,
            description: mentioned.description,
            when,
            place,
        }
    }
);

const TEXT: &str = "Join us for Rust Night on 14 March 2027, half past six in the evening, at the Old Library, 5 Mill \
    Lane, Cambridge. Three talks, and pizza.";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(event::graph(), TEXT, async |llm, text| {
        let event = event(text).run(llm, &mut Session::new()).await?;
        println!("{event:#?}");
        Ok(())
    })
    .await
}
