//! Fires without a network, as many as `ZYN_FIRES` says, that show whether a fire leaves anything behind.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Failure, ProviderError, Response, Synapse, Usage};
use zyn_soak::{descriptors, resident, row, slope};

/// How many times the memory is looked at.
const LOOKS: u64 = 100;
/// Fires before the first look: what is made once is made by then.
const WARM_UP: u64 = 25_000;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Customer {
    name: String,
    issue: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}

/// Each sixteenth attempt is turned away, each seventeenth invalid and each nineteenth refused for good.
fn model() -> Scripted {
    let attempts = AtomicU64::new(0);
    Scripted::by(move |request| {
        let attempt = attempts.fetch_add(1, Ordering::Relaxed);
        let failed = |kind| Err(ProviderError::new("scripted", kind));
        let text = match request.schema.as_ref().map(|schema| &*schema.name) {
            _ if attempt % 16 == 15 => return failed(Failure::RateLimit),
            _ if attempt % 19 == 18 => return failed(Failure::Rejected),
            Some(_) if attempt % 17 == 16 => "I would rather not say.",
            Some("Customer") => r#"{"name":"Ada Wong","issue":"The heating is out."}"#,
            Some(_) => r#"{"label":"High"}"#,
            None => "A colleague will call you today.",
        };
        Ok(Response::new(text, Usage::new(100, 10)))
    })
}

/// What came of the fires.
#[derive(Debug, Default)]
struct Ends {
    values: u64,
    errors: u64,
    dropped: u64,
}

/// Fires of each kind, one after the other, each on a session of its own.
struct Fires {
    llm: Llm,
    customer: Synapse<Customer>,
    urgency: Synapse<Urgency>,
    reply: Synapse<String>,
    fired: u64,
    ends: Ends,
}

impl Fires {
    fn new() -> Self {
        Self {
            llm: Llm::new(model()).seed(7),
            customer: zyn::extract("The customer and their problem"),
            urgency: zyn::classify("How urgent is it?"),
            reply: zyn::transform("Write a short, helpful reply"),
            fired: 0,
            ends: Ends::default(),
        }
    }

    async fn fire(&mut self, count: u64) {
        for _ in 0..count {
            self.fired += 1;
            // some callers do not wait for the pause behind a failure
            let patience = Duration::from_millis(if self.fired.is_multiple_of(5) {
                1
            } else {
                100_000
            });
            match tokio::time::timeout(patience, self.one()).await {
                Err(_) => self.ends.dropped += 1,
                Ok(Ok(())) => self.ends.values += 1,
                Ok(Err(_)) => self.ends.errors += 1,
            }
        }
    }

    async fn one(&self) -> Result<(), zyn::Error> {
        const TICKET: &str = "My heating is out. Ada Wong";
        let (llm, session) = (&self.llm, &mut Session::new());
        match self.fired % 3 {
            0 => self.customer.fire(llm, session, TICKET).await.map(drop),
            1 => self.urgency.fire(llm, session, TICKET).await.map(drop),
            _ => self.reply.fire(llm, session, TICKET).await.map(drop),
        }
    }
}

mod numbers {
    use super::*;

    // The pauses between attempts pass at once.
    #[tokio::test(start_paused = true)]
    async fn a_fire_leaves_nothing_behind() {
        let count: u64 = std::env::var("ZYN_FIRES").map_or(50_000, |it| it.parse().unwrap());
        let each = count / LOOKS;
        let mut looks = Vec::with_capacity(LOOKS as usize);
        let mut fires = Fires::new();
        fires.fire(WARM_UP).await;
        let (before, start) = (descriptors(), Instant::now());
        for look in 0..LOOKS {
            looks.extend(resident().map(|it| ((look * each) as f64, it as f64)));
            fires.fire(each).await;
        }
        let (after, time) = (descriptors(), start.elapsed());
        let speed = (LOOKS * each) as f64 / time.as_secs_f64();
        let (spend, ends) = (fires.llm.spend(), &fires.ends);
        let slope = (looks.len() > 1).then(|| slope(&looks));
        let grows = slope.map_or("memory is not measured here".to_owned(), |slope| {
            let [first, .., last] = &*looks else {
                unreachable!("there are several")
            };
            format!("{slope:.4} B a fire, {} B in all", last.1 - first.1)
        });
        let told = |count: Option<usize>| count.map_or("?".to_owned(), |it| it.to_string());
        let fired = LOOKS * each;
        let ran = format!("{fired} fires on a script behind {WARM_UP} to warm up");
        let came = format!(
            "{grows}; {} descriptors before, {} after; {} attempts: {} values, {} errors, {} dropped; {speed:.0} a second",
            told(before),
            told(after),
            spend.attempts,
            ends.values,
            ends.errors,
            ends.dropped,
        );
        row("#22", &ran, &came);
        assert_eq!(ends.values + ends.errors + ends.dropped, fires.fired);
        assert!(
            ends.values > 0 && ends.errors > 0 && ends.dropped > 0,
            "{ends:?}"
        );
        assert!(
            slope.is_none_or(|slope| slope < 1.0),
            "{slope:?} bytes for each fire: {looks:?}"
        );
        assert_eq!(after, before, "open descriptors");
    }
}
