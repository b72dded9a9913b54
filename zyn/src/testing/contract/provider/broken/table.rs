//! Each rule, and those who break it and no other.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use super::but::{But, Waits};
use super::makers::*;
use crate::provider::{
    ConfigError, Dialect, Failure, Mode, Profile, ProviderError, Request, Response, Token,
    WireSchema,
};
use crate::session::{Role, Usage};

/// Each rule, and those who break it and no other.
pub(super) fn broken() -> Vec<(&'static str, Vec<But>)> {
    vec![
        (
            "its_name_and_its_model_are_said_and_stay",
            vec![
                But {
                    names: [" "; 2],
                    ..But::default()
                },
                But {
                    models: [""; 2],
                    ..But::default()
                },
                But {
                    names: ["one", "another"],
                    ..But::default()
                },
                But {
                    models: ["one", "another"],
                    ..But::default()
                },
            ],
        ),
        (
            "its_profile_stays_while_nothing_is_refused",
            vec![speaking(|turn| Profile {
                schema_visible: turn == 0,
                ..Profile::default()
            })],
        ),
        (
            "its_profile_does_not_contradict_itself",
            vec![
                speaking(|_| Profile {
                    mode: Mode::Prompted,
                    ..Profile::default()
                }),
                speaking(|_| Profile {
                    dialect: Dialect::Prompted,
                    ..Profile::default()
                }),
                speaking(|_| Profile {
                    mode: Mode::Text,
                    ..Profile::default()
                }),
            ],
        ),
        (
            "a_check_passes_and_sends_nothing",
            vec![
                But {
                    check: || Err(ConfigError::Model),
                    ..But::default()
                },
                But {
                    check: || {
                        std::thread::sleep(Duration::from_millis(15));
                        Ok(())
                    },
                    ..But::default()
                },
            ],
        ),
        (
            "an_answer_has_text",
            [false, true]
                .map(|streamed| {
                    but(move |request, it, outcome| {
                        match request.system.is_empty() && it == streamed {
                            true => Ok(Response::new(" \n", Usage::new(1, 1))),
                            false => outcome,
                        }
                    })
                })
                .into(),
        ),
        (
            "no_hidden_reasoning_is_in_a_text",
            [false, true]
                .map(|streamed| {
                    but(move |request, it, outcome| {
                        let mut response = outcome?;
                        if request.prompt.text().contains("train") && it == streamed {
                            response.text = format!("\n<think>hm</think>{}", response.text);
                        }
                        Ok(response)
                    })
                })
                .into(),
        ),
        (
            "the_usage_that_is_told_adds_up",
            vec![
                counting(false, |usage| usage.output_tokens = 0),
                counting(true, |usage| usage.output_tokens = 0),
                counting(false, |usage| usage.cached_tokens = 10_000),
                counting(false, |usage| usage.written_tokens = 10_000),
                counting(true, |usage| usage.reasoning_tokens = 10_000),
            ],
        ),
        (
            "the_tokens_that_are_told_are_those_of_the_text",
            vec![
                telling(|text| vec![Token::new(text, 1.5)]),
                telling(|text| vec![Token::new(text, f64::NAN)]),
                telling(|_| vec![Token::new("something else", 0.5)]),
            ],
        ),
        (
            "a_temperature_is_taken_or_left_out",
            vec![
                refusing(|request, _| request.temperature == Some(0.0)),
                refusing(|request, _| request.temperature == Some(1.0)),
            ],
        ),
        (
            "a_text_that_is_cut_is_no_answer",
            vec![
                cut(false, |response| ends(response, "length")),
                cut(true, |response| ends(response, "MAX_TOKENS")),
                cut(false, |_| Err(ProviderError::new("but", Failure::Server))),
            ],
        ),
        (
            "a_document_that_is_cut_is_no_answer",
            [false, true]
                .map(|streamed| {
                    but(move |request, it, outcome| {
                        let mut response = outcome?;
                        if request.schema.is_some()
                            && request.max_tokens.is_some()
                            && it == streamed
                        {
                            response.text.truncate(10);
                        }
                        Ok(response)
                    })
                })
                .into(),
        ),
        (
            "a_document_with_fields_fits_its_schema",
            vec![
                saying("Parcel", "A-1, 250 grams"),
                saying(
                    "Parcel",
                    "```json\n{\"code\":\"A-1\",\"grams\":250,\"price\":1,\"fragile\":true}\n```",
                ),
                saying(
                    "Parcel",
                    r#"{"code":"A-1","grams":"250","price":1,"fragile":true}"#,
                ),
            ],
        ),
        (
            "a_document_within_a_document_fits_its_schema",
            vec![saying(
                "Order",
                r#"{"customer":"Ada","lines":[],"remark":null}"#,
            )],
        ),
        (
            "a_list_fits_its_schema",
            vec![saying("Towns", r#"["Kyiv","Bath"]"#)],
        ),
        (
            "a_label_is_one_of_its_set",
            vec![saying("Urgency", r#"{"label":"Middling"}"#)],
        ),
        (
            "a_label_of_any_characters_comes_back_as_it_is",
            vec![
                saying("Mark", r#"{"label":"C:\temp"}"#),
                but(|request, _, outcome| {
                    let mut response = outcome?;
                    if called(request) == Some("Mark") {
                        response.text = r#"{"label":"gr??er – «ja» 🦀"}"#.to_owned();
                    }
                    Ok(response)
                }),
            ],
        ),
        (
            "a_schema_in_the_prompt_alone_is_answered",
            [false, true]
                .map(|streamed| {
                    refusing(move |request, it| {
                        let prompted = |it: &WireSchema| it.dialect == Dialect::Prompted;
                        request.schema.as_ref().is_some_and(prompted) && it == streamed
                    })
                })
                .into(),
        ),
        (
            "a_schema_that_was_refused_is_not_taken_again",
            vec![but(|request, _, outcome| {
                let native = |it: &WireSchema| it.dialect != Dialect::Prompted;
                match request.schema.as_ref().is_some_and(native) {
                    true => Err(ProviderError::new("but", Failure::SchemaRefused)),
                    false => outcome,
                }
            })],
        ),
        (
            "a_stream_tells_its_text_and_nothing_else",
            [
                (|request: &Request, text: &str| match request.schema {
                    None => vec![text.to_owned(), "\n".to_owned()],
                    Some(_) => vec![text.to_owned()],
                }) as fn(&Request, &str) -> Vec<String>,
                |request, text| match request.schema {
                    None => Vec::new(),
                    Some(_) => vec![text.to_owned()],
                },
                |request, text| match request.schema {
                    None => text.split_inclusive(' ').rev().map(Into::into).collect(),
                    Some(_) => vec![text.to_owned()],
                },
            ]
            .map(|heard| But {
                heard,
                ..But::default()
            })
            .into(),
        ),
        (
            "a_stream_of_a_document_tells_all_of_it",
            vec![But {
                heard: |request, text| match called(request) {
                    Some("Book") => vec![text[..text.len() - 1].to_owned()],
                    _ => vec![text.to_owned()],
                },
                ..But::default()
            }],
        ),
        (
            "system_messages_may_stand_anywhere",
            vec![
                refusing_behind(Role::User, Role::System),
                refusing_behind(Role::System, Role::System),
            ],
        ),
        (
            "one_role_may_speak_twice_in_a_row",
            vec![
                refusing_behind(Role::User, Role::User),
                refusing_behind(Role::Assistant, Role::Assistant),
                refusing(|request, _| {
                    let last = request.history.iter().next_back();
                    last.is_some_and(|last| last.role() == Role::User)
                }),
            ],
        ),
        (
            "the_model_may_have_spoken_first",
            vec![refusing(|request, _| {
                let first = request.history.get(0);
                first.is_some_and(|first| first.role() == Role::Assistant)
            })],
        ),
        (
            "any_text_is_a_message",
            [
                |text: &str| text.contains('🦀'),
                |text: &str| text.contains('\u{1}'),
                |text: &str| text.contains('"'),
                |text: &str| text.contains("[DONE]"),
            ]
            .map(|odd| refusing(move |request, _| request.history.iter().any(|it| odd(it.text()))))
            .into(),
        ),
        (
            "a_message_may_be_empty",
            [Role::System, Role::User, Role::Assistant]
                .map(|role| {
                    refusing(move |request, _| {
                        let mut messages = request.history.iter();
                        messages.any(|it| it.role() == role && it.text().trim().is_empty())
                    })
                })
                .into(),
        ),
        (
            "a_conversation_may_be_long",
            vec![refusing(|request, _| request.history.len() > 70)],
        ),
        (
            "a_note_is_taken",
            [false, true]
                .map(|streamed| {
                    refusing(move |request, it| {
                        request.note.is_some() && request.schema.is_none() && it == streamed
                    })
                })
                .into(),
        ),
        (
            "feedback_is_taken",
            [false, true]
                .map(|streamed| {
                    refusing(move |request, it| !request.feedback.is_empty() && it == streamed)
                })
                .into(),
        ),
        (
            "calls_at_the_same_time_do_not_mix",
            vec![But {
                waits: Waits::Place(Box::default()),
                ..But::default()
            }],
        ),
        (
            "no_two_answers_have_the_same_request_id",
            vec![but(|_, _, outcome| {
                let mut response = outcome?;
                response.request_id = Some("1".to_owned());
                Ok(response)
            })],
        ),
        (
            "a_request_that_comes_again_is_answered_anew",
            vec![{
                let kept: Mutex<HashMap<String, Response>> = Mutex::default();
                but(move |request, _, outcome| {
                    let mut kept = kept.lock().unwrap();
                    match kept.get(&request.id) {
                        Some(response) if request.schema.is_some() => Ok(response.clone()),
                        _ => {
                            let response = outcome?;
                            kept.insert(request.id.clone(), response.clone());
                            Ok(response)
                        }
                    }
                })
            }],
        ),
        (
            "a_dropped_call_harms_no_later_one",
            vec![But {
                waits: Waits::Line {
                    streamed: false,
                    answers: Mutex::default(),
                },
                ..But::default()
            }],
        ),
        (
            "a_dropped_stream_harms_no_later_one",
            vec![
                But {
                    waits: Waits::Line {
                        streamed: true,
                        answers: Mutex::default(),
                    },
                    ..But::default()
                },
                But {
                    heard: |request, text| match called(request) {
                        Some("Dropped" | "Later") => text.chars().map(String::from).collect(),
                        _ => vec![text.to_owned()],
                    },
                    waits: Waits::Pieces(Mutex::default()),
                    ..But::default()
                },
            ],
        ),
    ]
}
