//! A panic in any code that zyn calls, and what it leaves behind: nothing.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use crate::numbers::row;
use crate::policy::{Breaker, BreakerState, Cache, Fallback, RateLimit};
use crate::prelude::*;
use crate::testing::Scripted;
use crate::{Budget, Error, Event, Failure, Message, ProviderError, Response, Synapse, Usage};

/// Whose code panics.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Validator,
    Deserialize,
    /// What listens to a run; or what says whether a fallback is asked.
    Hook,
    Drop,
    /// There are no timers.
    Clock,
    Provider,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Fire,
    Stream,
    Run,
}

const PLACES: [Place; 6] = [
    Place::Validator,
    Place::Deserialize,
    Place::Hook,
    Place::Drop,
    Place::Clock,
    Place::Provider,
];
const MODES: [Mode; 3] = [Mode::Fire, Mode::Stream, Mode::Run];

/// Panics, without words on the terminal.
fn fall() -> ! {
    resume_unwind(Box::new("it falls"))
}

/// A value whose reading, checking or end may panic: by what it says.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Bomb {
    #[serde(deserialize_with = "read")]
    #[schemars(with = "String")]
    says: String,
}

fn read<'de, D: serde::Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    let says = String::deserialize(text)?;
    if says == "deserialize" {
        fall();
    }
    Ok(says)
}

fn checked(bomb: &Bomb) -> Result<(), String> {
    if bomb.says == "validator" {
        fall();
    }
    Ok(())
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.says == "drop" && !std::thread::panicking() {
            fall();
        }
    }
}

workflow!(
    /// A turn that goes well, and one that may not.
    async fn load(text: &str, plain: &Llm) -> String {
        let greeting = transform("Greet", text).using(plain);
        let bomb = extract::<Bomb>("What it says after {greeting}", text).validate(checked);
        bomb.says.clone()
    }
);

/// What a provider does.
mod does {
    pub(super) const FAIL: u8 = 0;
    pub(super) const FALL: u8 = 1;
    pub(super) const REFUSE: u8 = 2;
    pub(super) const BE_WELL: u8 = 3;
    pub(super) const ARM: u8 = 4;
}

/// An `Llm` with all of its policy, whose next call is the probe of its breaker.
struct Armed {
    llm: Llm,
    /// Which of the above its provider does.
    does: Arc<AtomicU8>,
    /// Whether its hooks panic.
    hooks: Arc<AtomicBool>,
    breaker: Breaker,
    budget: Budget,
    limit: RateLimit,
    /// Answers all else.
    plain: Llm,
}

const ATTEMPTS: u64 = 1_000;

impl Armed {
    fn new(place: Place) -> Self {
        let does = Arc::new(AtomicU8::new(does::FAIL));
        let hooks = Arc::new(AtomicBool::new(false));
        let breaker = Breaker::new().calls(1).open_for(Duration::from_millis(1));
        let budget = Budget::attempts(ATTEMPTS);
        let limit = RateLimit::new().requests(60_000).queue(1);
        let says = match place {
            Place::Validator => "validator",
            Place::Deserialize => "deserialize",
            Place::Drop => "drop",
            Place::Hook | Place::Clock | Place::Provider => "tick",
        };
        let failed = |kind| Err(ProviderError::new("bomb", kind));
        let answer = |says: &str| {
            let text = format!(r#"{{"says":"{says}"}}"#);
            Ok(Response::new(text, Usage::new(3, 1)))
        };
        let now = Arc::clone(&does);
        let provider = Scripted::by(move |_| match now.load(Ordering::SeqCst) {
            does::FAIL => failed(Failure::Connect),
            does::FALL => fall(),
            does::REFUSE => failed(Failure::Auth),
            does::BE_WELL => answer("tick"),
            _ => answer(says),
        });
        let when = Arc::clone(&hooks);
        let plain = Llm::new(Scripted::by(|_| Ok(Response::new("Hi", Usage::new(2, 1)))));
        let spare = Fallback::to(&plain).when(move |_| when.load(Ordering::SeqCst) && fall());
        let llm = Llm::new(provider)
            .retry(0)
            .breaker(&breaker)
            .budget(&budget)
            .rate_limit(&limit)
            .cache(Cache::memory(8))
            .fallback(spare);
        Self {
            llm,
            does,
            hooks,
            breaker,
            budget,
            limit,
            plain,
        }
    }

    fn will(&self, does: u8, hooks: bool) {
        self.does.store(does, Ordering::SeqCst);
        self.hooks.store(hooks, Ordering::SeqCst);
    }

    /// Asks in this mode.
    async fn ask(&self, mode: Mode, session: &mut Session) -> Result<String, Error> {
        let bomb: Synapse<Bomb> = crate::extract("What it says").validate(checked);
        let bomb = match mode {
            Mode::Fire => bomb.fire(&self.llm, session, "a box").await?,
            Mode::Stream => bomb.stream(&self.llm, session, "a box")?.finish().await?,
            Mode::Run => {
                let hears = |event: &Event| {
                    let is_end = matches!(event, Event::StepFinished(it) if &*it.id == "bomb");
                    if is_end && self.hooks.load(Ordering::SeqCst) {
                        fall();
                    }
                };
                let run = load("a box", &self.plain).on_event(hears);
                return run.run(&self.llm, session).await;
            }
        };
        Ok(bomb.says.clone())
    }
}

/// A runtime, with timers or without.
fn runtime(timers: bool) -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    if timers {
        runtime.enable_time();
    }
    runtime.build().unwrap()
}

fn check(place: Place, mode: Mode) {
    let case = format!("{place:?} {mode:?}");
    let armed = Armed::new(place);
    let mut session = Session::named("panics");
    session.append(Message::user("before"));
    let before = session.clone();
    let timed = runtime(true);

    // the breaker opens, and lets one call through then
    let first = timed.block_on(armed.ask(mode, &mut session));
    assert!(first.is_err(), "{case}");
    while let BreakerState::Open { retry_in } = armed.breaker.state() {
        std::thread::sleep(retry_in);
    }
    assert_eq!(armed.breaker.state(), BreakerState::HalfOpen, "{case}");

    // a run's listener hears of an answer, and a fallback is thought of after a failure
    match (place, mode) {
        (Place::Provider, _) => armed.will(does::FALL, false),
        (Place::Hook, Mode::Run) => armed.will(does::BE_WELL, true),
        (Place::Hook, _) => armed.will(does::REFUSE, true),
        _ => armed.will(does::ARM, false),
    }
    let made = armed.llm.spend().attempts;
    let panics = runtime(place != Place::Clock);
    let fell = AssertUnwindSafe(|| panics.block_on(armed.ask(mode, &mut session)));
    assert!(catch_unwind(fell).is_err(), "{case}: nothing panicked");
    let is_sent = armed.llm.spend().attempts - made;
    assert_eq!(is_sent, u64::from(place != Place::Clock), "{case}");

    assert_eq!(session, before, "{case}");
    assert_eq!(session.last_usage(), before.last_usage(), "{case}");
    assert_eq!(armed.limit.waiting(), 0, "{case}");
    holds_what_was_made(&armed, &case);

    // an equal call, of the same session and with all the same limits, is answered and does not wait for the dead one
    armed.will(does::BE_WELL, false);
    let next = armed.ask(mode, &mut session);
    let next = timed.block_on(async { tokio::time::timeout(Duration::from_secs(60), next).await });
    assert_eq!(next.expect("it hangs").expect(&case), "tick");
    let turns = if mode == Mode::Run { 2 } else { 1 };
    assert_eq!(session.len(), before.len() + 2 * turns, "{case}");
    assert_eq!(armed.breaker.state(), BreakerState::Closed, "{case}");
    holds_what_was_made(&armed, &case);
}

/// The budget has each attempt, once.
#[track_caller]
fn holds_what_was_made(armed: &Armed, case: &str) {
    let made = armed.llm.spend().attempts;
    let left = armed.budget.left() * ATTEMPTS as f64;
    assert!(
        (left - (ATTEMPTS - made) as f64).abs() < 0.5,
        "{case}: {left} left after {made}"
    );
}

#[test]
fn a_panic_anywhere_leaves_everything_as_it_was_and_the_next_call_works() {
    for place in PLACES {
        for mode in MODES {
            check(place, mode);
        }
    }
    let cases = PLACES.len() * MODES.len();
    row(
        "6",
        "a panic in a validator, `Deserialize`, a hook, `Drop`, the clock, the provider × fire, stream, run, each as the probe of a half-open breaker",
        &format!(
            "in {cases} of {cases} the session is unchanged, budget, breaker, rate limit and single flight are free, and the next call works"
        ),
    );
}
