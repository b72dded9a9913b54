//! The delays that servers ask for, in every form.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::clock;
use crate::llm::{Allowance, Llm};
use crate::provider::canned::Over;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: String,
    status: u16,
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
    retry_after_ms: Option<u64>,
}

impl Form {
    fn reply(&self) -> Canned {
        Canned {
            headers: self.headers.clone().into_iter().collect(),
            ..Canned::json(self.status, &self.body)
        }
    }
}

fn forms() -> Vec<Form> {
    let forms: Vec<Form> = rows(include_str!("delays.jsonl"));
    assert!(forms.len() >= 60, "{}", forms.len());
    forms
}

#[test]
fn a_delay_is_read_in_every_form() {
    let forms = forms();
    let read = forms.iter().filter(|form| form.retry_after_ms.is_some());
    println!("{} forms, {} of them delays", forms.len(), read.count());
    for form in forms {
        let error = failed(&form.reply());
        assert_eq!(
            millis(error.retry_after),
            form.retry_after_ms,
            "{}",
            form.name
        );
    }
}

mod numbers {
    #[tokio::test(start_paused = true)]
    async fn no_delay_is_slept_past_the_deadline() {
        super::no_delay_is_slept_past_the_deadline().await;
    }
}

async fn no_delay_is_slept_past_the_deadline() {
    const DEADLINE: Duration = Duration::from_secs(10);
    let (mut slept, mut given_up) = (0, 0);
    for form in forms() {
        let reply = form.reply();
        let (remote, sent) = remote("openai").answered(move |_| reply.clone());
        let llm = Llm::new(Over(remote)).seed(1);
        let begun = clock::now();
        let call = async {
            let request = Request::new(Message::user("hi"));
            let mut allowance = Allowance::of(DEADLINE, 2);
            llm.asks(&request, &mut allowance, None).await.unwrap_err()
        };
        let error = call.await;
        let took = clock::now() - begun;
        assert!(took < DEADLINE, "{}: {took:?}", form.name);
        let attempts = sent.lock().unwrap().len();
        let wait = error.retry_after.unwrap_or_default();
        let may = error.class() == Class::Rejected && error.should_retry != Some(false);
        if !may || wait >= DEADLINE {
            assert_eq!((attempts, took), (1, Duration::ZERO), "{}", form.name);
            given_up += 1;
        } else {
            let repeats = u32::try_from(attempts - 1).unwrap();
            assert!(
                repeats > 0 && took >= wait * repeats,
                "{}: {took:?}",
                form.name
            );
            slept += 1;
        }
    }
    crate::numbers::row(
        "12",
        &format!("{} forms in which servers ask for a delay", forms().len()),
        &format!(
            "{slept} slept within a deadline of 10 s, {given_up} given up at once, none slept past it"
        ),
    );
    assert!(slept >= 14 && given_up >= 14, "{slept} {given_up}");
}
