//! Answers that are read while they are written.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use zyn::prelude::*;
use zyn::provider::Heard;
use zyn::schema::Dialect;
use zyn::testing::{Recording, Reply, Scripted};
use zyn::{
    BoxFuture, Engine, Error, ErrorKind, Event, Failure, Message, Profile, Provider, ProviderError,
    Request, Response, StepCall, StepFn, StepRecord, Streaming,
};

async fn read<T>(stream: &mut Streaming<'_, T>) -> Vec<String> {
    let mut pieces = Vec::new();
    while let Some(piece) = stream.text().await {
        pieces.push(piece);
    }
    pieces
}

fn model<R: Into<Reply>>(answers: impl IntoIterator<Item = R>) -> (Llm, Recording) {
    let recording = Recording::new(Scripted::new(answers));
    (Llm::new(recording.clone()).retry(2), recording)
}

#[tokio::test]
async fn the_pieces_are_the_answer_and_the_session_has_it_in_the_end() {
    let (llm, _) = model(["Where is my parcel?"]);
    let mut session = Session::new();
    let polite = zyn::transform("Make it polite");
    let mut stream = polite.stream(&llm, &mut session, "WHERE").unwrap();
    assert_eq!(read(&mut stream).await, ["Where ", "is ", "my ", "parcel?"]);
    assert_eq!(stream.text().await, None);
    let answer = stream.finish_detailed().await.unwrap();
    assert_eq!(answer.value, "Where is my parcel?");
    assert!(answer.time_to_first_token.is_some());
    assert_eq!(session.at(1).unwrap().text(), "Where is my parcel?");
    assert_eq!(session.usage(), llm.spend().usage);
}

#[tokio::test]
async fn it_may_be_finished_without_being_read_and_is_the_same_as_fired() {
    let count = zyn::extract::<u8>("The number of parcels");
    let (llm, _) = model([r#"{"value":3}"#, r#"{"value":3}"#]);
    let (mut streamed, mut fired) = (Session::named("a"), Session::named("a"));
    let stream = count.stream(&llm, &mut streamed, "Three parcels").unwrap();
    assert_eq!(stream.finish().await.unwrap(), 3);
    count.fire(&llm, &mut fired, "Three parcels").await.unwrap();
    assert_eq!(streamed, fired);
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_read() {
    let (llm, recording) = model(["a b"]);
    let mut session = Session::new();
    let echo = zyn::transform("Echo");
    let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
    assert!(recording.requests().is_empty());
    assert_eq!(stream.text().await.unwrap(), "a ");
    assert_eq!(recording.requests().len(), 1);
}

#[tokio::test]
async fn a_stream_that_is_dropped_leaves_the_session_as_it_was_however_far_it_was_read() {
    for pieces in 0..=4 {
        let (llm, _) = model(["a b c"]);
        let mut session = Session::new();
        session.append(Message::user("before"));
        let before = session.clone();
        let echo = zyn::transform("Echo");
        let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
        for _ in 0..pieces {
            stream.text().await;
        }
        drop(stream);
        assert_eq!(session, before, "after {pieces} pieces");
        let unknown = u64::from((1..=3).contains(&pieces));
        assert_eq!(llm.spend().unknown, unknown, "after {pieces} pieces");
    }
}

#[tokio::test]
async fn a_read_that_is_dropped_loses_nothing() {
    let (llm, _) = model(["a b c"]);
    let mut session = Session::new();
    let echo = zyn::transform("Echo");
    let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
    let mut pieces = String::new();
    loop {
        {
            // polled once and dropped, whatever came of it
            let mut text = pin!(stream.text());
            let polled = poll_fn(|task| Poll::Ready(text.as_mut().poll(task))).await;
            match polled {
                Poll::Ready(Some(piece)) => pieces.push_str(&piece),
                Poll::Ready(None) => break,
                Poll::Pending => {}
            }
        }
    }
    assert_eq!(pieces, "a b c");
    assert_eq!(stream.finish().await.unwrap(), "a b c");
}

#[tokio::test(start_paused = true)]
async fn what_fails_before_a_text_is_repeated_and_what_fails_behind_one_is_not() {
    let echo = zyn::transform("Echo");
    let before = Reply::from(Failure::Unavailable);
    let (llm, _) = model([before, "ok".into()]);
    let mut session = Session::new();
    let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
    assert_eq!(read(&mut stream).await, ["ok"]);
    assert_eq!(stream.finish_detailed().await.unwrap().attempts, 2);

    let (llm, recording) = model([Reply::broken("o"), "ok".into()]);
    let mut session = Session::new();
    let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
    assert_eq!(read(&mut stream).await, ["o"]);
    let error = stream.finish().await.unwrap_err();
    assert_eq!(error.provider().unwrap().kind, Failure::Interrupted);
    assert_eq!((recording.requests().len(), error.attempts()), (1, 1));
    assert!(session.is_empty());
}

#[tokio::test]
async fn an_invalid_answer_is_asked_for_again_only_if_nobody_has_read_it() {
    let count = zyn::extract::<u8>("The number of parcels");
    let (llm, recording) = model(["three", r#"{"value":3}"#]);
    let mut session = Session::new();
    let stream = count.stream(&llm, &mut session, "Three").unwrap();
    assert_eq!(stream.finish().await.unwrap(), 3);
    assert_eq!(recording.requests().len(), 2);

    let (llm, recording) = model(["three", r#"{"value":3}"#]);
    let mut session = Session::new();
    let mut stream = count.stream(&llm, &mut session, "Three").unwrap();
    assert_eq!(read(&mut stream).await, ["three"]);
    let error = stream.finish().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error}");
    assert_eq!(recording.requests().len(), 1);
    assert_eq!(llm.spend().failed, llm.spend().usage);
    assert!(session.is_empty());
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_before_anything_is_sent() {
    let (llm, recording) = model(["x"]);
    let mut session = Session::new();
    let blank = zyn::transform(" ");
    let refused = blank.stream(&llm, &mut session, "x").unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::EmptyInstruction));
    let vague = zyn::transform("Echo").confidence(7.0);
    let refused = vague.stream(&llm, &mut session, "x").unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::BadOption { .. }));
    assert!(recording.requests().is_empty());
}

#[tokio::test]
async fn of_several_samples_none_is_told() {
    let (llm, _) = model(["a b", "a b"]);
    let mut session = Session::new();
    let echo = zyn::transform("Echo").agreement(2);
    let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
    assert!(read(&mut stream).await.is_empty());
    assert_eq!(stream.finish().await.unwrap(), "a b");
}

/// Speaks once and then never again.
struct Mute(Arc<AtomicUsize>);

impl Provider for Mute {
    fn name(&self) -> &str {
        "mute"
    }
    fn model(&self) -> &str {
        "mute"
    }
    fn profile(&self) -> Profile {
        Profile::default()
    }
    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(std::future::pending())
    }
    fn stream<'a>(
        &'a self,
        _: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        /// Counts how often it was dropped.
        struct Dropped(Arc<AtomicUsize>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        Box::pin(async move {
            let _dropped = Dropped(Arc::clone(&self.0));
            heard("once ");
            std::future::pending().await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_stream_and_dropping_it_ends_the_call() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let limit = Duration::from_secs(5);
    let llm = Llm::new(Mute(Arc::clone(&dropped))).timeout(limit);
    let mut session = Session::new();
    let echo = zyn::transform("Echo");
    let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
    assert_eq!(read(&mut stream).await, ["once "]);
    let error = stream.finish().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { limit: it } if *it == limit));
    assert_eq!(dropped.load(Ordering::SeqCst), 1);

    let mut stream = echo.stream(&llm, &mut session, "x").unwrap();
    stream.text().await.unwrap();
    drop(stream);
    assert_eq!(dropped.load(Ordering::SeqCst), 2);
    assert!(session.is_empty());
}

#[tokio::test]
async fn a_stream_can_be_sent_to_another_task() {
    fn is_send<T: Send>(it: T) -> T {
        it
    }
    let (llm, _) = model(["a b"]);
    let mut session = Session::new();
    let echo = zyn::transform("Echo");
    let stream = is_send(echo.stream(&llm, &mut session, "x").unwrap());
    assert_eq!(stream.finish().await.unwrap(), "a b");
}

workflow!(
    async fn two(text: &str) -> (u8, String) {
        let (count, loud) = join(
            extract::<u8>("The number of parcels", text),
            transform("Write it in capitals", text),
        );
        (count, loud)
    }
);

fn told(event: &Event) -> Option<(String, String)> {
    match event {
        Event::StepText { id, text, .. } => Some((id.to_string(), text.clone())),
        Event::StepAgain { id, .. } => Some((id.to_string(), "AGAIN".to_owned())),
        _ => None,
    }
}

#[tokio::test]
async fn a_streamed_run_tells_what_each_step_writes_and_what_does_not_count() {
    let answers = Scripted::by(|request| {
        let text = match (&request.schema, request.feedback.is_empty()) {
            (Some(_), true) => "three",
            (Some(_), false) => r#"{"value": 3}"#,
            (None, _) => "THREE PARCELS",
        };
        Ok(Response::new(text, zyn::Usage::new(1, 1)))
    });
    let llm = Llm::new(answers);
    let heard = Mutex::new(Vec::new());
    let run = two("Three parcels").streamed().on_event(|event| {
        heard.lock().unwrap().extend(told(event));
    });
    let mut session = Session::new();
    let value = run.run(&llm, &mut session).await.unwrap();
    assert_eq!(value, (3, "THREE PARCELS".to_owned()));
    let heard = heard.into_inner().unwrap();
    let of = |wanted: &str| {
        let of = heard.iter().filter(|(id, _)| id == wanted);
        of.map(|(_, text)| text.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("count"), ["three", "AGAIN", r#"{"value": "#, "3}"]);
    assert_eq!(of("loud"), ["THREE ", "PARCELS"]);
    assert_eq!(session.len(), 4);
}

#[tokio::test]
async fn a_run_that_is_not_streamed_tells_no_text() {
    let (llm, _) = model(["3", "LOUD"]);
    let heard = Mutex::new(Vec::new());
    let run = two("3").on_event(|event| heard.lock().unwrap().extend(told(event)));
    run.run(&llm, &mut Session::new()).await.unwrap();
    assert!(heard.into_inner().unwrap().is_empty());
}

#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema, Extract)]
struct Stop {
    town: String,
    nights: u32,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
struct Trip {
    title: String,
    stops: Vec<Stop>,
    price: Option<u32>,
}

const TRIP: &str = r#"{ "title": "North", "stops": [ { "town": "Oslo", "nights": 2 }, { "town": "Bodø", "nights": 12 } ], "price": null }"#;

#[tokio::test]
async fn a_partial_only_grows_and_is_never_a_guess() {
    let (llm, _) = model([TRIP]);
    let mut session = Session::new();
    let trip = zyn::extract::<Trip>("The trip");
    let mut stream = trip.stream(&llm, &mut session, "North").unwrap();
    let mut titles = Vec::new();
    let mut stops: Vec<Vec<Stop>> = Vec::new();
    while let Some(partial) = stream.partial().await {
        titles.push(partial.title);
        stops.push(partial.stops);
    }
    let whole = stream.finish().await.unwrap();
    assert_eq!(titles.iter().flatten().count(), titles.len());
    assert!(stops.windows(2).all(|pair| pair[1].starts_with(&pair[0])));
    assert!(stops.iter().all(|stops| whole.stops.starts_with(stops)));
    assert!(stops.contains(&whole.stops[..1].to_vec()), "{stops:?}");
    assert_eq!(stops.last(), Some(&whole.stops));
    assert_eq!(session.len(), 2);
}

#[tokio::test]
async fn an_invalid_answer_is_asked_for_again_behind_partials_which_begin_anew() {
    let bad = r#"{ "title": "South", "stops": [], "price": "much" }"#;
    let (llm, recording) = model([bad, TRIP]);
    let mut session = Session::new();
    let trip = zyn::extract::<Trip>("The trip");
    let mut stream = trip.stream(&llm, &mut session, "North").unwrap();
    let mut titles = Vec::new();
    while let Some(partial) = stream.partial().await {
        titles.extend(partial.title);
    }
    titles.dedup();
    assert_eq!(titles, ["South", "North"]);
    assert_eq!(stream.finish().await.unwrap().title, "North");
    assert_eq!(recording.requests().len(), 2);
}

#[tokio::test]
async fn items_come_as_they_are_complete_and_cannot_be_taken_back() {
    let list =
        r#"{ "value": [ { "town": "Oslo", "nights": 2 }, { "town": "Bodø", "nights": 12 } ] }"#;
    let (llm, _) = model([list]);
    let mut session = Session::new();
    let stops = zyn::extract::<Vec<Stop>>("The stops");
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    let first = stream.item().await.unwrap();
    assert_eq!((first.town.as_str(), first.nights), ("Oslo", 2));
    assert_eq!(stream.item().await.unwrap().nights, 12);
    assert_eq!(stream.item().await, None);
    assert_eq!(stream.finish().await.unwrap().len(), 2);

    let bad = list.replace("12", "-1");
    let (llm, recording) = model([bad.as_str(), list]);
    let mut session = Session::new();
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(stream.item().await.unwrap(), first);
    assert_eq!(stream.item().await, None);
    let error = stream.finish().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error}");
    assert_eq!(recording.requests().len(), 1);
    assert!(session.is_empty());
}

#[tokio::test]
async fn what_stands_beside_the_answer_is_no_part_of_a_partial() {
    let (llm, _) = model([format!(
        r#"{{ "reasoning": "It says so.", "value": {TRIP} }}"#
    )]);
    let mut session = Session::new();
    let trip = zyn::extract::<Trip>("The trip").reasoning();
    let mut stream = trip.stream(&llm, &mut session, "North").unwrap();
    let mut titles = Vec::new();
    while let Some(partial) = stream.partial().await {
        titles.extend(partial.title);
    }
    titles.dedup();
    assert_eq!(titles, ["North"]);
    let answer = stream.finish_detailed().await.unwrap();
    assert_eq!(answer.reasoning.as_deref(), Some("It says so."));
}

/// Tells half a word and fails in the same breath; the next time it tells the whole.
struct Stutters(AtomicUsize);

impl Provider for Stutters {
    fn name(&self) -> &str {
        "stutters"
    }
    fn model(&self) -> &str {
        "stutters"
    }
    fn profile(&self) -> Profile {
        Profile::default()
    }
    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(std::future::pending())
    }
    fn stream<'a>(
        &'a self,
        _: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            if self.0.fetch_add(1, Ordering::SeqCst) == 0 {
                heard("Lon");
                return Err(ProviderError::new("stutters", Failure::Unavailable));
            }
            heard("London");
            Ok(Response::new("London", zyn::Usage::new(1, 1)))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_hears_the_text_of_an_attempt_that_is_repeated() {
    let llm = Llm::new(Stutters(AtomicUsize::new(0)));
    let mut session = Session::new();
    let echo = zyn::transform("Echo");
    let mut stream = echo.stream(&llm, &mut session, "London").unwrap();
    assert_eq!(read(&mut stream).await, ["London"]);
    assert_eq!(stream.finish().await.unwrap(), "London");
}

const STOPS: &str =
    r#"{ "value": [ { "town": "Oslo", "nights": 2 }, { "town": "Bodø", "nights": 12 } ] }"#;

async fn towns(stream: &mut Streaming<'_, Vec<Stop>>) -> Vec<String> {
    let mut towns = Vec::new();
    while let Some(stop) = stream.item().await {
        towns.push(stop.town);
    }
    towns
}

#[tokio::test]
async fn what_was_read_one_way_can_be_read_another_way_too() {
    let stops = zyn::extract::<Vec<Stop>>("The stops");
    let (llm, _) = model([STOPS]);
    let mut session = Session::new();
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(towns(&mut stream).await, ["Oslo", "Bodø"]);
    let whole = stream.partial().await.unwrap();
    assert_eq!(whole.len(), 2);
    assert!(stream.partial().await.is_none());
    assert_eq!(read(&mut stream).await.concat(), STOPS);
    assert_eq!(stream.finish().await.unwrap(), whole);

    let (llm, _) = model([STOPS]);
    let mut session = Session::new();
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    let mut last = None;
    while let Some(partial) = stream.partial().await {
        last = Some(partial.len());
    }
    assert_eq!(last, Some(2));
    assert_eq!(read(&mut stream).await.concat(), STOPS);
    assert_eq!(towns(&mut stream).await, ["Oslo", "Bodø"]);
}

#[tokio::test]
async fn what_a_verb_writes_in_its_own_shape_has_no_parts_and_is_not_waited_for() {
    let (llm, recording) = model([""]);
    let mut session = Session::new();
    let best = zyn::rank::<u32>("The greatest first");
    let numbers = [3, 1, 2];
    let mut stream = best.stream(&llm, &mut session, &numbers[..]).unwrap();
    assert!(stream.partial().await.is_none());
    assert_eq!(stream.item().await, None);
    drop(stream);
    let is_loud = zyn::binary("Is it loud?").reasoning();
    let mut stream = is_loud.stream(&llm, &mut session, "LOUD").unwrap();
    assert_eq!(stream.partial().await, None);
    drop(stream);
    let polite = zyn::transform("Make it polite").reasoning();
    let mut stream = polite.stream(&llm, &mut session, "LOUD").unwrap();
    assert_eq!(stream.partial().await, None);
    assert!(recording.requests().is_empty());
}

#[tokio::test]
async fn an_object_in_the_prose_before_the_answer_is_no_part_of_it() {
    let stops = zyn::extract::<Vec<Stop>>("The stops");
    let mut profile = Profile::default();
    profile.dialect = Dialect::Prompted;
    let before = r#"From {"language": {"value": ["en"]}} I read:"#;
    let text = format!("{before}\n```json\n{STOPS}\n```");
    let llm = Llm::new(Scripted::new([text.as_str()]).can(profile));
    let mut session = Session::new();
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(towns(&mut stream).await, ["Oslo", "Bodø"]);
    assert_eq!(stream.finish().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_item_that_was_handed_out_and_is_not_in_the_answer_is_an_error() {
    let stops = zyn::extract::<Vec<Stop>>("The stops").reasoning();
    let first = STOPS.replacen('{', r#"{ "reasoning": "So it says.", "#, 1);
    let both = format!("{first}\nNo:\n{}", first.replace("Bodø", "Narvik"));
    let (llm, recording) = model([both.as_str()]);
    let mut session = Session::new();
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(towns(&mut stream).await, ["Oslo", "Bodø"]);
    let error = stream.finish().await.unwrap_err();
    let ErrorKind::Invalid { violations, .. } = error.kind() else {
        panic!("{error}");
    };
    let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["/1: the item that was handed out"]);
    assert_eq!((recording.requests().len(), error.attempts()), (1, 1));
    assert!(session.is_empty());
    assert_eq!(llm.spend().failed, llm.spend().usage);

    // what nobody has read may be any of them
    let (llm, _) = model([both.as_str()]);
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(stream.item().await.unwrap().town, "Oslo");
    assert_eq!(stream.finish().await.unwrap()[1].town, "Narvik");
}

#[tokio::test]
async fn a_list_may_be_finished_after_half_of_its_items() {
    let stops = zyn::extract::<Vec<Stop>>("The stops");
    let (llm, _) = model([STOPS]);
    let mut session = Session::new();
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(stream.item().await.unwrap().town, "Oslo");
    assert_eq!(stream.finish().await.unwrap().len(), 2);
    assert_eq!(session.len(), 2);
}

#[tokio::test]
async fn the_items_of_a_list_with_something_beside_it_come_alone() {
    let whole = STOPS.replacen('{', r#"{ "reasoning": "So it says: [1].", "#, 1);
    let (llm, _) = model([whole]);
    let mut session = Session::new();
    let stops = zyn::extract::<Vec<Stop>>("The stops").reasoning();
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(towns(&mut stream).await, ["Oslo", "Bodø"]);
    assert_eq!(stream.partial().await.unwrap().len(), 2);
    let answer = stream.finish_detailed().await.unwrap();
    assert_eq!(answer.reasoning.as_deref(), Some("So it says: [1]."));
    assert_eq!(answer.value.len(), 2);
}

#[tokio::test]
async fn a_partial_comes_when_it_shows_more_and_not_for_what_is_inside_of_an_item() {
    let (llm, _) = model([TRIP]);
    let mut session = Session::new();
    let trip = zyn::extract::<Trip>("The trip");
    let mut stream = trip.stream(&llm, &mut session, "North").unwrap();
    let mut shown = Vec::new();
    while let Some(partial) = stream.partial().await {
        shown.push((partial.stops.len(), partial.price.is_some()));
    }
    // the title, each stop, the end of the list, the price, and the end of the whole
    let wanted = [(0, false), (1, false), (2, false), (2, false), (2, true)];
    assert!(shown.starts_with(&wanted), "{shown:?}");
    assert!(shown.len() <= wanted.len() + 1, "{shown:?}");
}

#[tokio::test]
async fn the_pieces_of_a_text_begin_where_the_answer_does() {
    let (llm, _) = model(["\n\n  Where is it? "]);
    let mut session = Session::new();
    let polite = zyn::transform("Make it polite");
    let mut stream = polite.stream(&llm, &mut session, "WHERE").unwrap();
    let pieces = read(&mut stream).await.concat();
    let answer = stream.finish().await.unwrap();
    assert_eq!(
        (pieces.as_str(), answer.as_str()),
        ("Where is it? ", "Where is it?")
    );
}

#[tokio::test]
async fn a_schema_that_is_refused_is_said_in_the_prompt_and_the_items_come() {
    let refuses = Scripted::by(|request| match &request.schema {
        Some(schema) if schema.dialect != Dialect::Prompted => {
            Err(ProviderError::new("refuses", Failure::SchemaRefused))
        }
        _ => {
            let text = format!("Here it is: {STOPS}");
            Ok(Response::new(text, zyn::Usage::new(1, 1)))
        }
    });
    let llm = Llm::new(refuses);
    let mut session = Session::new();
    let stops = zyn::extract::<Vec<Stop>>("The stops");
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert_eq!(towns(&mut stream).await, ["Oslo", "Bodø"]);
    let answer = stream.finish_detailed().await.unwrap();
    assert_eq!((answer.mode, answer.value.len()), (zyn::Mode::Prompted, 2));
}

#[tokio::test]
async fn what_waits_for_a_part_can_be_sent_to_another_task() {
    fn is_send<T: Send>(it: T) -> T {
        it
    }
    let (llm, _) = model([STOPS]);
    let mut session = Session::new();
    let stops = zyn::extract::<Vec<Stop>>("The stops");
    let mut stream = stops.stream(&llm, &mut session, "North").unwrap();
    assert!(is_send(stream.partial()).await.is_some());
    assert!(is_send(stream.item()).await.is_some());
    assert!(is_send(stream.text()).await.is_some());
    assert!(is_send(stream.finish()).await.is_ok());
}

/// Knows the record of the first step.
struct Knows(Mutex<Option<StepRecord>>);

impl Engine for Knows {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            if call.id != "count" {
                return exec().await;
            }
            let known = self.0.lock().unwrap().clone();
            let record = match known {
                Some(record) => record,
                None => exec().await?,
            };
            *self.0.lock().unwrap() = Some(record.clone());
            Ok(record)
        })
    }
}

#[tokio::test]
async fn a_step_of_a_streamed_run_tells_its_text_if_it_is_live_and_none_if_it_is_replayed() {
    let answers = Scripted::by(|request| {
        let text = request
            .schema
            .as_ref()
            .map_or("THREE", |_| r#"{"value":3}"#);
        Ok(Response::new(text, zyn::Usage::new(1, 1)))
    });
    let llm = Llm::new(answers);
    let engine = Arc::new(Knows(Mutex::new(None)));
    for wanted in [vec!["count", "loud"], vec!["loud"]] {
        let heard = Mutex::new(Vec::new());
        let run = two("Three parcels").streamed().engine(engine.clone());
        let run = run.on_event(|event| heard.lock().unwrap().extend(told(event)));
        let (value, report) = run.run_detailed(&llm, &mut Session::named("a")).await;
        assert_eq!(value.unwrap(), (3, "THREE".to_owned()));
        assert!(
            report
                .steps
                .iter()
                .all(|step| step.time_to_first_token.is_some())
        );
        let mut ids: Vec<_> = heard
            .into_inner()
            .unwrap()
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids, wanted);
    }
    let (_, report) = two("3").run_detailed(&llm, &mut Session::new()).await;
    assert!(
        report
            .steps
            .iter()
            .all(|step| step.time_to_first_token.is_none())
    );
}

static DEFAULTS: AtomicUsize = AtomicUsize::new(0);

fn grade() -> u32 {
    DEFAULTS.fetch_add(1, Ordering::SeqCst);
    5
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Paper {
    title: String,
    #[serde(default = "grade")]
    grade: u32,
}

#[tokio::test]
async fn a_default_is_made_for_a_partial_once_the_object_has_ended_without_the_field() {
    // the schema says the default too
    let paper = zyn::extract::<Paper>("The paper");
    let (llm, _) = model([r#"{"title": "On streams" }"#]);
    let mut session = Session::new();
    let mut stream = paper.stream(&llm, &mut session, "Paper").unwrap();
    let before = DEFAULTS.load(Ordering::SeqCst);
    let made = || DEFAULTS.load(Ordering::SeqCst) - before;
    let open = stream.partial().await.unwrap();
    assert_eq!(
        (open.title.as_deref(), open.grade, made()),
        (Some("On streams"), None, 0)
    );
    assert_eq!(stream.partial().await.unwrap().grade, Some(5));
    assert!(stream.partial().await.is_none());
    assert_eq!(stream.finish().await.unwrap().grade, 5);
}
