//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::collections::HashSet;
use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::provider::{Dialect, Failure, Mode, Profile, ProviderError, Request, Response};
use crate::session::Usage;
use crate::testing::{Fake, Recording, Scripted};

#[tokio::test(start_paused = true)]
async fn a_fake_keeps_the_contract_in_about_seventy_requests() {
    let recording = Recording::new(Fake::new());
    provider_contract(&recording.clone()).await.unwrap();
    let sent = recording.requests().len();
    println!("{sent} requests");
    assert!((60..=80).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_fake_that_takes_its_time_keeps_the_contract() {
    let slow = Fake::new().latency(Duration::from_millis(15));
    provider_contract(&slow).await.unwrap();
}

/// A sample for each schema, by its name.
fn sample(request: &Request) -> Result<Response, ProviderError> {
    let name = request.schema.as_ref().map(|schema| &*schema.name);
    let document = match name {
        None => return Ok(Response::new("Hello.", Usage::new(1, 1))),
        Some("Parcel") => json!({"code": "A-1", "grams": 250, "price": 4.9, "fragile": true}),
        Some("Order") => {
            let lines = [json!({"article": "lamp", "count": 2})];
            let customer = json!({"name": "Ada", "email": null});
            json!({"customer": customer, "lines": lines, "remark": null})
        }
        Some("Towns") => json!({"value": ["Kyiv", "Bath"]}),
        Some("Atlas") => json!({"names": [], "rivers": []}),
        Some("Book") => json!({"title": "«Größe»", "tags": ["a", "b"]}),
        Some(_) => {
            let schema = request.original.as_ref().unwrap();
            let labels = &schema.document()["properties"]["label"]["enum"];
            json!({"label": labels.as_array().unwrap().last().unwrap()})
        }
    };
    Ok(Response::new(document.to_string(), Usage::new(9, 9)))
}

#[tokio::test(start_paused = true)]
async fn a_script_of_samples_keeps_the_contract() {
    provider_contract(&Scripted::by(sample)).await.unwrap();
}

/// With a greeting and a fence, as models write that no server holds.
#[tokio::test(start_paused = true)]
async fn a_model_that_is_asked_in_the_prompt_alone_may_write_around_its_document() {
    let prompted = Profile {
        mode: Mode::Prompted,
        dialect: Dialect::Prompted,
        ..Profile::default()
    };
    let chatty = |request: &Request| {
        let mut response = sample(request)?;
        if let Some(schema) = &request.schema {
            let is_said = request.note.is_some();
            assert_eq!(is_said, schema.dialect == Dialect::Prompted);
            response.text = format!("Here it is:\n```json\n{}\n```", response.text);
        }
        Ok(response)
    };
    let kept = provider_contract(&Scripted::by(chatty).can(prompted)).await;
    kept.unwrap();
    let broken = provider_contract(&Scripted::by(chatty)).await.unwrap_err();
    let rules: Vec<_> = broken.breaches.iter().map(|breach| breach.rule).collect();
    assert!(rules.contains(&"a_list_fits_its_schema"), "{broken}");
}

/// Its first answer to every fire is nonsense.
#[tokio::test(start_paused = true)]
async fn a_model_that_no_server_holds_may_need_to_be_told_twice() {
    let prompted = Profile {
        mode: Mode::Prompted,
        dialect: Dialect::Prompted,
        ..Profile::default()
    };
    let slow = |request: &Request| match (&request.schema, request.feedback.len()) {
        (Some(_), ..4) => Ok(Response::new("What do you mean?", Usage::new(1, 1))),
        _ => sample(request),
    };
    let kept = provider_contract(&Scripted::by(slow).can(prompted)).await;
    kept.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_a_server_turns_away_for_now_is_asked_again() {
    let turned_away = Mutex::new(HashSet::new());
    let busy = Scripted::by(move |request| {
        let is_new = turned_away.lock().unwrap().insert(request.id.clone());
        match is_new {
            true => Err(ProviderError::new("busy", Failure::RateLimit)),
            false => sample(request),
        }
    });
    provider_contract(&busy).await.unwrap();
}

/// And the schema is said in the prompt alone from then on.
#[tokio::test(start_paused = true)]
async fn what_a_provider_has_learnt_from_is_asked_again() {
    let learns = Scripted::by(|request| {
        let mut error = ProviderError::new("learns", Failure::Rejected);
        match (&request.schema, request.temperature) {
            (Some(schema), _) if schema.dialect != Dialect::Prompted => {
                error.kind = Failure::SchemaRefused;
                Err(error)
            }
            (_, Some(1.0)) => {
                error.adapted = true;
                Err(error)
            }
            _ => sample(request),
        }
    });
    let broken = provider_contract(&learns).await.unwrap_err();
    let rules: Vec<_> = broken.breaches.iter().map(|breach| breach.rule).collect();
    // this one forgets at once what it has learnt
    assert_eq!(
        rules,
        [
            "a_temperature_is_taken_or_left_out",
            "a_schema_that_was_refused_is_not_taken_again"
        ]
    );
}
