//! A provider for each way to break a rule. Compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::provider::{
    ConfigError, Dialect, Failure, Heard, Mode, Profile, ProviderError, Request, Response, Token,
    WireSchema,
};
use crate::session::{Role, Usage};
use crate::testing::Fake;

type Outcome = Result<Response, ProviderError>;

/// A fake in all but one thing.
struct But {
    names: [&'static str; 2],
    models: [&'static str; 2],
    profile: fn(usize) -> Profile,
    check: fn() -> Result<(), ConfigError>,
    /// What becomes of an answer, which is streamed or not, or of a request that has none.
    changed: Box<dyn Fn(&Request, bool, Outcome) -> Outcome + Send + Sync>,
    /// What is heard of a text.
    heard: fn(&Request, &str) -> Vec<String>,
    asked: AtomicUsize,
    waits: Waits,
}

/// What a provider has that mixes up the answers.
#[derive(Default)]
enum Waits {
    #[default]
    Never,
    /// One place for the request that is to be answered.
    Place(Mutex<Option<Request>>),
    /// A line of answers, whichever way they are asked for; that which is dropped leaves its own behind.
    Line {
        streamed: bool,
        answers: Mutex<VecDeque<Outcome>>,
    },
    /// One line of pieces: those that nobody has heard are heard by the next.
    Pieces(Mutex<VecDeque<String>>),
}

impl Default for But {
    fn default() -> Self {
        Self {
            names: ["but"; 2],
            models: ["one"; 2],
            profile: |_| Profile::default(),
            check: || Ok(()),
            changed: Box::new(|_, _, outcome| outcome),
            heard: |_, text| vec![text.to_owned()],
            asked: AtomicUsize::new(0),
            waits: Waits::Never,
        }
    }
}

/// A fake whose answers are changed.
fn but(changed: impl Fn(&Request, bool, Outcome) -> Outcome + Send + Sync + 'static) -> But {
    But {
        changed: Box::new(changed),
        ..But::default()
    }
}

/// A fake that refuses what it should take.
fn refusing(refuses: impl Fn(&Request, bool) -> bool + Send + Sync + 'static) -> But {
    but(
        move |request, streamed, outcome| match refuses(request, streamed) {
            true => Err(ProviderError::new("but", Failure::Rejected)),
            false => outcome,
        },
    )
}

/// A fake that says `text` where the schema is called `name`.
fn saying(name: &'static str, text: &'static str) -> But {
    but(move |request, _, outcome| match called(request) {
        Some(other) if other == name => Ok(Response::new(text, Usage::new(1, 1))),
        _ => outcome,
    })
}

/// A fake that tells another usage of what it is asked to name.
fn counting(streamed: bool, usage: fn(&mut Usage)) -> But {
    but(move |request, it, outcome| {
        let mut response = outcome?;
        if it == streamed && request.prompt.text() == "Name a colour." {
            usage(response.usage.as_mut().unwrap());
        }
        Ok(response)
    })
}

/// A fake that does this with a text at its limit.
fn cut(streamed: bool, outcome: fn(Response) -> Outcome) -> But {
    but(move |request, it, said| {
        let is_text = request.schema.is_none();
        match request.max_tokens.is_some() && is_text && it == streamed {
            true => outcome(said?),
            false => said,
        }
    })
}

fn ends(mut response: Response, finish: &str) -> Outcome {
    response.finish = Some(finish.to_owned());
    Ok(response)
}

/// A fake that tells other tokens.
fn telling(tokens: fn(&str) -> Vec<Token>) -> But {
    but(move |request, _, outcome| {
        let mut response = outcome?;
        if request.logprobs {
            response.tokens = tokens(&response.text);
        }
        Ok(response)
    })
}

/// A fake that takes no conversation in which a run of messages is like this.
fn refusing_run<const N: usize>(run: fn(&[(Role, &str); N]) -> bool) -> But {
    refusing(move |request, _| {
        let messages: Vec<_> = request.history.iter().collect();
        messages.windows(N).any(|window| {
            run(&std::array::from_fn(|at| {
                (window[at].role(), window[at].text())
            }))
        })
    })
}

fn next(line: &Mutex<VecDeque<String>>) -> Option<String> {
    line.lock().unwrap().pop_front()
}

fn called(request: &Request) -> Option<&str> {
    request.schema.as_ref().map(|schema| &*schema.name)
}

impl But {
    fn outcome(&self, request: &Request, streamed: bool) -> Outcome {
        let outcome = Fake::new().answer(request);
        (self.changed)(request, streamed, outcome)
    }

    async fn answer(&self, request: &Request, streamed: bool) -> Outcome {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match &self.waits {
            Waits::Never | Waits::Pieces(_) => self.outcome(request, streamed),
            Waits::Place(place) => {
                *place.lock().unwrap() = Some(request.clone());
                tokio::time::sleep(Duration::from_millis(5)).await;
                let request = place.lock().unwrap().clone().unwrap();
                self.outcome(&request, streamed)
            }
            Waits::Line { streamed: it, .. } if *it != streamed => self.outcome(request, streamed),
            Waits::Line { answers, .. } => {
                let outcome = self.outcome(request, streamed);
                answers.lock().unwrap().push_back(outcome);
                tokio::time::sleep(Duration::from_millis(5)).await;
                answers.lock().unwrap().pop_front().unwrap()
            }
        }
    }

    fn turn(&self) -> usize {
        self.asked.load(Ordering::Relaxed) % 2
    }
}

impl Provider for But {
    fn name(&self) -> &str {
        self.names[self.turn()]
    }

    fn model(&self) -> &str {
        self.models[self.turn()]
    }

    fn profile(&self) -> Profile {
        (self.profile)(self.turn())
    }

    fn check(&self) -> Result<(), ConfigError> {
        (self.check)()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(self.answer(request, false))
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let response = self.answer(request, true).await?;
            let pieces = (self.heard)(request, &response.text);
            if let Waits::Pieces(line) = &self.waits {
                // longer than any attempt that is dropped unheard
                tokio::time::sleep(Duration::from_millis(30)).await;
                line.lock().unwrap().extend(pieces);
                while let Some(piece) = next(line) {
                    heard(&piece);
                    tokio::task::yield_now().await;
                }
                return Ok(response);
            }
            for piece in pieces {
                heard(&piece);
                tokio::task::yield_now().await;
            }
            Ok(response)
        })
    }

    fn takes(&self, _: &WireSchema) -> bool {
        true
    }
}

/// Each rule, and those who break it and no other.
fn broken() -> Vec<(&'static str, Vec<But>)> {
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
            vec![But {
                profile: |turn| Profile {
                    schema_visible: turn == 0,
                    ..Profile::default()
                },
                ..But::default()
            }],
        ),
        (
            "its_profile_does_not_contradict_itself",
            [
                (Mode::Prompted, Dialect::OpenAi),
                (Mode::Native, Dialect::Prompted),
                (Mode::Text, Dialect::OpenAi),
            ]
            .map(|(mode, _)| But {
                profile: match mode {
                    Mode::Prompted => |_| Profile {
                        mode: Mode::Prompted,
                        ..Profile::default()
                    },
                    Mode::Native => |_| Profile {
                        dialect: Dialect::Prompted,
                        ..Profile::default()
                    },
                    _ => |_| Profile {
                        mode: Mode::Text,
                        ..Profile::default()
                    },
                },
                ..But::default()
            })
            .into(),
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
                refusing_run(|[(before, _), (role, _)]| {
                    (before, role) == (&Role::User, &Role::System)
                }),
                refusing_run(|[(before, _), (role, _)]| {
                    (before, role) == (&Role::System, &Role::System)
                }),
            ],
        ),
        (
            "one_role_may_speak_twice_in_a_row",
            vec![
                refusing_run(|[(before, _), (role, _)]| {
                    (before, role) == (&Role::User, &Role::User)
                }),
                refusing_run(|[(before, _), (role, _)]| {
                    (before, role) == (&Role::Assistant, &Role::Assistant)
                }),
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
                waits: Waits::Place(Mutex::default()),
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

#[tokio::test]
async fn each_rule_is_broken_by_those_who_break_nothing_else() {
    let broken = broken();
    let covered: Vec<_> = broken.iter().map(|(rule, _)| *rule).collect();
    let rules: Vec<_> = RULES.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(covered, rules);
    for (rule, providers) in broken {
        for (number, provider) in providers.iter().enumerate() {
            let outcome = provider_contract(provider).await;
            let broken = outcome.expect_err(rule);
            println!("{}", broken.breaches[0].found);
            let rules: Vec<_> = broken.breaches.iter().map(|breach| breach.rule).collect();
            assert_eq!(rules, [rule], "provider {number}: {broken}");
        }
    }
}
