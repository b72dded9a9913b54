//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

mod details;
mod keys;
mod streams;
mod together;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::prelude::*;
use crate::provider::{
    BoxFuture, Dialect, Failure, Heard, Profile, Provider, ProviderError, Request, Response,
};
use crate::session::Window;
use crate::synapse::{Confidence, Input, Talk, ask};
use crate::testing::Scripted;

/// A model that takes its time, and counts.
struct Model {
    name: &'static str,
    server: String,
    model: String,
    dialect: Dialect,
    takes: Duration,
    asked: Arc<AtomicUsize>,
    reply: Box<dyn Fn(usize) -> Result<Response, ProviderError> + Send + Sync>,
}

impl Model {
    /// Answers the n-th call with this.
    fn by(
        reply: impl Fn(usize) -> Result<Response, ProviderError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: "test",
            server: String::new(),
            model: "m".to_owned(),
            dialect: Dialect::OpenAi,
            takes: Duration::from_secs(1),
            asked: Arc::default(),
            reply: Box::new(reply),
        }
    }

    /// Always answers so.
    fn saying(text: &str) -> Self {
        let text = text.to_owned();
        Self::by(move |_| Ok(answer(&text)))
    }
}

fn answer(text: &str) -> Response {
    Response::new(text, Usage::new(100, 10))
}

impl Provider for Model {
    fn name(&self) -> &str {
        self.name
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn server(&self) -> &str {
        &self.server
    }

    fn profile(&self) -> Profile {
        Profile {
            dialect: self.dialect,
            ..Profile::default()
        }
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async {
            let number = self.asked.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(self.takes).await;
            (self.reply)(number)
        })
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let response = self.call(request).await?;
            for piece in response.text.split_inclusive(' ') {
                heard(piece);
                tokio::task::yield_now().await;
            }
            Ok(response)
        })
    }
}

fn scripted<const N: usize>(answers: [&str; N], cache: &Cache) -> Llm {
    Llm::new(Scripted::new(answers)).cache(cache)
}

#[tokio::test]
async fn a_call_that_was_made_is_not_made_again_and_costs_nothing() {
    let llm = scripted(["Bonjour"], &Cache::memory(10));
    let french = crate::transform("Into French");
    let (mut first, mut second) = (Session::new(), Session::new());
    let asked = french.fire_detailed(&llm, &mut first, "Hello").await;
    let found = french.fire_detailed(&llm, &mut second, "Hello").await;
    let (asked, found) = (asked.unwrap(), found.unwrap());
    assert_eq!(llm.spend().attempts, 1);
    assert_eq!((asked.cached, asked.attempts), (false, 1));
    assert_eq!((found.cached, found.attempts), (true, 0));
    assert_eq!(found.value, asked.value);
    assert_eq!(found.usage, Some(Usage::default()));
    assert_eq!(found.spent, Usage::default());
    assert_eq!((found.mode, &found.model), (asked.mode, &asked.model));
    assert_eq!(found.finish.as_deref(), Some("stop"));
    assert_eq!(found.asked, asked.asked);
    // the turn is the same, and free
    assert!(first.messages().eq(second.messages()));
    let message = second.at(1).unwrap();
    assert_eq!(message.asked(), Some("scripted"));
    assert_eq!(message.usage(), Some(Usage::default()));
    assert_ne!(first.usage(), Usage::default());
    assert_eq!(second.usage(), Usage::default());
}

#[tokio::test]
async fn a_conversation_repeats_from_its_beginning() {
    let llm = scripted(["one", "two", "three"], &Cache::memory(10));
    let go = crate::transform("Go on");
    let mut first = Session::new();
    go.fire(&llm, &mut first, "a").await.unwrap();
    go.fire(&llm, &mut first, "a").await.unwrap();
    assert_eq!(llm.spend().attempts, 2);
    let mut second = Session::new();
    go.fire(&llm, &mut second, "a").await.unwrap();
    assert_eq!(go.fire(&llm, &mut second, "a").await.unwrap(), "two");
    assert_eq!(llm.spend().attempts, 2);
    // outside of the conversation it is the first call again
    let alone = go.clone().alone();
    assert_eq!(alone.fire(&llm, &mut second, "a").await.unwrap(), "one");
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test]
async fn what_a_window_leaves_is_what_counts() {
    let llm = scripted(["one", "two", "three"], &Cache::memory(10));
    let go = crate::transform("Go on");
    let mut sessions = [Session::new(), Session::new()];
    sessions[0].append(Message::user("only in the first"));
    for session in &mut sessions {
        session.append_turns();
        session.set_window(Window::last_turns(1));
        let answer = go.fire_detailed(&llm, session, "a").await.unwrap();
        assert_eq!(answer.value, "one");
        assert!(answer.window.is_some());
        // what the next window goes by is the request, and what was counted last
        let message = session.at(session.len() - 1).unwrap();
        assert!(message.estimate().is_some());
    }
    assert_eq!(llm.spend().attempts, 1);
}

impl Session {
    fn append_turns(&mut self) {
        for _ in 0..2 {
            self.append(Message::user("u"));
            self.append(Message::assistant("a"));
        }
    }
}

#[tokio::test]
async fn a_validator_that_is_added_refuses_what_is_kept_and_its_answer_takes_the_place() {
    let llm = scripted(["short", "a longer answer"], &Cache::memory(10));
    let write = crate::transform("Write");
    let fire = async |write: &crate::Synapse<String>| {
        let answer = write.fire_detailed(&llm, &mut Session::new(), "a").await;
        let answer = answer.unwrap();
        (answer.value, answer.cached)
    };
    assert_eq!(fire(&write).await, ("short".to_owned(), false));
    let long = write.clone().validate(|text: &String| match text.len() {
        0..10 => Err("too short"),
        _ => Ok(()),
    });
    assert_eq!(fire(&long).await, ("a longer answer".to_owned(), false));
    assert_eq!(fire(&long).await, ("a longer answer".to_owned(), true));
    assert_eq!(fire(&write).await, ("a longer answer".to_owned(), true));
}

#[tokio::test]
async fn what_failed_is_not_kept() {
    let scripted = Scripted::new([Failure::Auth]).then("Bonjour");
    let llm = Llm::new(scripted).cache(Cache::memory(10));
    let french = crate::transform("Into French");
    for wanted in [None, Some("Bonjour"), Some("Bonjour")] {
        let answer = french.fire(&llm, &mut Session::new(), "Hello").await;
        assert_eq!(answer.ok().as_deref(), wanted);
    }
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test]
async fn several_samples_are_kept_as_one_answer() {
    let (yes, no) = (r#"{"answer":true}"#, r#"{"answer":false}"#);
    let llm = scripted([yes, no, yes], &Cache::memory(10));
    let spam = crate::binary("Is it spam?").agreement(3);
    for cached in [false, true] {
        let answer = spam.fire_detailed(&llm, &mut Session::new(), "a").await;
        let answer = answer.unwrap();
        let (agreed, samples) = (2, 3);
        let confidence = Confidence::Agreement { agreed, samples };
        assert_eq!((answer.value, answer.confidence), (true, confidence));
        assert_eq!(answer.cached, cached);
    }
    assert_eq!(llm.spend().attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_memory_is_asked_for_anew_when_it_is_old() {
    const AGE: Duration = Duration::from_secs(60);
    let llm = scripted(["one", "two"], &Cache::memory(10).max_age(AGE));
    let go = crate::transform("Go on");
    let mut answers = Vec::new();
    for wait in [Duration::ZERO, AGE / 2, AGE / 2] {
        tokio::time::advance(wait).await;
        let answer = go.fire(&llm, &mut Session::new(), "a").await.unwrap();
        answers.push(answer);
    }
    assert_eq!(answers, ["one", "one", "two"]);
}

#[tokio::test]
async fn clones_share_a_cache_and_a_cleared_one_is_empty() {
    let cache = Cache::memory(10);
    let (one, other) = (scripted(["1"], &cache), scripted(["2"], &cache.clone()));
    let go = crate::transform("Go on");
    let fire = async |llm: &Llm| go.fire(llm, &mut Session::new(), "a").await.unwrap();
    assert_eq!(
        (fire(&one).await, fire(&other).await),
        ("1".into(), "1".into())
    );
    cache.clear().await.unwrap();
    assert_eq!(fire(&other).await, "2");
    // without it, nobody looks
    assert_eq!(fire(&Llm::new(Scripted::new(["3"]))).await, "3");
}

#[tokio::test]
async fn on_disk_there_is_the_answer_and_nothing_of_the_prompt() {
    let dir = std::env::temp_dir().join(Session::new().id());
    let go = crate::transform("canary one").context("canary two");
    let fire = async |answers: &[&str]| {
        let scripted = Scripted::new(answers.iter().copied());
        let llm = Llm::new(scripted).cache(Cache::disk(&dir).unwrap());
        let mut session = Session::new();
        session.append(Message::system("canary three"));
        let answer = go.fire_detailed(&llm, &mut session, "canary four").await;
        (answer.unwrap(), session)
    };
    let (asked, first) = fire(&["the answer"]).await;
    let (found, second) = fire(&[]).await;
    assert_eq!((asked.cached, found.cached), (false, true));
    assert_eq!(asked.value, found.value);
    assert!(first.messages().eq(second.messages()));
    let file = std::fs::read_dir(&dir).unwrap().next().unwrap().unwrap();
    let text = std::fs::read_to_string(file.path()).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    assert!(text.contains("the answer"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_file_that_holds_another_kind_of_record_is_a_miss() {
    let dir = std::env::temp_dir().join(Session::new().id());
    let cache = Cache::disk(&dir).unwrap();
    let llm = scripted(["one", "two", "three"], &cache);
    let fired = crate::transform("Go on")
        .asked("step", "a".into_input())
        .unwrap();
    let key = key(&fired.call, &History::default(), &llm);
    let fire = async || {
        let asked = ask(&fired.call, &*fired.typed, Talk::default(), &llm);
        asked.await.unwrap()
    };
    assert_eq!(fire().await.answer, "one");
    cache
        .keep(key, "{\"from\":\"another version\"}".into())
        .await;
    assert_eq!(fire().await.answer, "two");
    // a record that nobody could have got
    let broken = StepRecord {
        answer: " ".to_owned(),
        ..fire().await
    };
    assert!(broken.cached);
    let text = serde_json::to_string(&broken).unwrap();
    cache.keep(key, text.into()).await;
    assert_eq!(fire().await.answer, "three");
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test]
async fn what_is_kept_cannot_claim_to_have_cost_something() {
    let cache = Cache::memory(10);
    let llm = scripted(["one"], &cache);
    let fired = crate::transform("Go on")
        .asked("step", "a".into_input())
        .unwrap();
    let fire = async || {
        let asked = ask(&fired.call, &*fired.typed, Talk::default(), &llm);
        asked.await.unwrap()
    };
    let dear = StepRecord {
        window: Some(Default::default()),
        ..fire().await
    };
    assert!(dear.attempts == 1 && dear.usage.is_some());
    let text = serde_json::to_string(&dear).unwrap();
    cache
        .keep(key(&fired.call, &History::default(), &llm), text.into())
        .await;
    let found = fire().await;
    assert_eq!(found, free(dear, Some(&fired.call.prompt), &llm));
    assert_eq!((found.attempts, found.spent), (0, Usage::default()));
    assert_eq!((found.usage, found.window), (Some(Usage::default()), None));
    assert_eq!(found.turn[0], fired.call.prompt);
}
