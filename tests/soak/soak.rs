//! Many workflows at once, with a whole policy, against a server that fails three times in ten and has bad times, for as
//! long as `ZYN_SOAK_SECONDS` says.

mod ends;
mod logs;
mod models;
mod purse;
mod table;
mod watch;
mod workflow;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use zyn::policy::{RateLimit, Reason};
use zyn::{Budget, Event, Llm, Message, Session, Spend};
use zyn_soak::{Book, Closed, Server, Way, descriptors, row};

use ends::Ends;
use logs::Logs;
use models::{ALL, ATTEMPT, Models, QUEUE, WHOLE};
use purse::{has_counted, spent};
use watch::{Look, Seen, Watch, growth, looks};
use workflow::handle;

const AT_ONCE: usize = 256;
const FAILURES: f64 = 0.3;
const SEED: u64 = 20_260;
/// How long a run may take. Some may take less than any needs.
const RUN: Duration = Duration::from_secs(30);
/// One run in so many is dropped by its caller before its end, and as many have hardly any time, hardly any attempts, or
/// few tokens.
const SOME: u32 = 25;
/// A conversation has so many runs before the next begins.
const RUNS: u32 = 4;
/// So many tickets come again and again.
const COMMON: u32 = 8;
/// What a run may spend, in attempts, and a conversation, in tokens, mostly and sometimes. Powers of two, so that parts of
/// them are exact.
const ATTEMPTS: [u64; 2] = [128, 2];
const TOKENS: [u64; 2] = [1 << 30, 1 << 13];
/// What the memory may grow by behind the warm-up. So much is the allocator's and the machine's: a minute of a leak of a
/// kilobyte in each run is more, and finer ones are for the fires to show.
const GROWTH: f64 = 16.0 * 1024.0 * 1024.0;

mod numbers {
    use super::*;

    #[test]
    fn every_run_ends_once_spend_is_the_servers_count_and_nothing_grows() {
        let seconds = std::env::var("ZYN_SOAK_SECONDS").map_or(5.0, |it| it.parse().unwrap());
        let time = Duration::from_secs_f64(seconds);
        // what runtimes share is opened with the first one and stays: tokio's pipe for signals, where it has that feature
        drop(Runtime::new().unwrap());
        let before = descriptors();
        let book = Arc::<Book>::default();
        let server = Server::start(Arc::clone(&book), SEED, FAILURES, ATTEMPT * 3);
        let runtime = Runtime::new().unwrap();
        let models = Models::new(&server, &book);
        let soaked = runtime.block_on(soak(&models, time));
        let spend = models.spend();
        let spends = models.llms.each_ref().map(Llm::spend);
        let budget = spent(&models.budget, ALL);
        let waiting = models.limits.each_ref().map(RateLimit::waiting);
        assert_eq!(waiting, [0; 2], "nobody is left in a line");
        drop(models);
        // the runtime closes the client's connections, while it runs
        runtime.block_on(until(|| server.connections() == 0));
        drop(runtime);
        drop(server);
        let descriptors = (before, descriptors());
        let closed = book.close();

        let result = Result {
            time,
            soaked,
            closed,
            spend,
            budget,
            descriptors,
        };
        row("soak", &table::ran(&result), &table::came(&result));
        table::table(&result);
        result.check(spends);
    }
}

/// What the runs came to, and what was seen meanwhile.
struct Soaked {
    ends: Ends,
    looks: Vec<Look>,
    seen: Seen,
}

/// All that is known in the end.
struct Result {
    time: Duration,
    soaked: Soaked,
    closed: Closed,
    /// What all models have spent.
    spend: Spend,
    /// What their budget says of that.
    budget: u64,
    /// How many were open before, and after.
    descriptors: (Option<usize>, Option<usize>),
}

impl Result {
    fn check(self, spends: [Spend; 2]) {
        let Soaked { ends, looks, seen } = self.soaked;
        assert_eq!(ends.wrong, [""; 0], "runs");
        assert_eq!(ends.logs.wrong, [""; 0], "logs");
        assert_eq!(self.closed.wrong, [""; 0], "attempts");
        assert!(ends.all() >= AT_ONCE as u64 / 2, "{} runs", ends.all());
        let mut ways = self.closed.ways();
        assert!(
            ways.all(|(_, row)| row.served > 0),
            "some ways to fail were not tried"
        );
        spend_is_the_servers_count(self.spend, &self.closed);
        spend_is_what_the_logs_say(spends, &ends.logs);
        let logged = ends.logs.sum();
        assert!(has_counted(self.budget, &logged), "budget: {logged:?}");
        the_policy_was_at_work(&ends, &seen);
        let (before, after) = self.descriptors;
        assert_eq!(after, before, "open descriptors");
        if let Some(growth) = growth(&looks) {
            assert!(growth < GROWTH, "the memory grew by {growth} bytes");
        }
    }
}

/// What the client cannot know is whether an attempt that it gave up, or that was cut off, was answered; that it says so
/// is `unknown`. A hedge that another attempt was faster than is one of these.
fn spend_is_the_servers_count(spend: Spend, closed: &Closed) {
    let cut = closed
        .ways()
        .find(|(way, _)| *way == Some(Way::ResetUnread));
    let unread = cut.map_or(0, |(_, row)| row.served);
    let arrived = closed.read() + unread;
    assert_eq!(arrived, closed.served());
    assert_eq!(spend.attempts, arrived + closed.never_arrived(), "attempts");
    assert_eq!(spend.attempts, closed.begun, "attempts");
    assert_eq!(spend.usage + closed.to_nobody(), closed.written(), "usage");
    let (invalid, to_nobody) = closed.invalid();
    assert_eq!(spend.failed + to_nobody, invalid, "failed");
    assert_eq!(spend.unknown, closed.unknown(), "unknown");
}

/// Each model's ledger is the sum of what the runs were told.
fn spend_is_what_the_logs_say(spends: [Spend; 2], logs: &Logs) {
    for (model, spend) in ["first", "second"].into_iter().zip(spends) {
        let logged = logs.models.get(model).copied().unwrap_or_default();
        assert_eq!(spend.attempts, logged.attempts, "{model}: attempts");
        assert_eq!(spend.usage, logged.usage, "{model}: usage");
        assert_eq!(spend.unknown, logged.unknown, "{model}: unknown");
        assert_eq!(spend.repeated, logged.repeated, "{model}: repeated");
    }
}

/// What was never used was not soaked.
fn the_policy_was_at_work(ends: &Ends, seen: &Seen) {
    let logs = &ends.logs;
    for reason in [
        Reason::First,
        Reason::Retry,
        Reason::Reask,
        Reason::Fallback,
        Reason::Hedge,
    ] {
        assert!(logs.count(reason) > 0, "{reason:?}: {:?}", logs.reasons);
    }
    for kind in ["budget", "deadline"] {
        assert!(ends.errors.contains_key(kind), "{kind}: {:?}", ends.errors);
    }
    let waited = logs.waited;
    assert!(waited > 0, "nothing waited for the rate limit");
    assert!(waited < logs.count(Reason::First), "all had to wait");
    assert!(seen.waiting <= QUEUE, "{} waited", seen.waiting);
    assert!(logs.spared > 0, "no model was spared");
    assert!(logs.cached > 0, "no answer was cached");
    assert!(logs.handled > 0, "no step had another value");
    let [first, _] = &seen.breakers;
    // it is half open behind a time of being open, which may have been too short to be seen
    let opened = first.open + first.half_open;
    assert!(opened > 0, "the breaker never opened");
    assert!(first.closed > 1, "the breaker never closed again");
}

async fn soak(models: &Models, time: Duration) -> Soaked {
    let start = Instant::now();
    let watch = Watch::start(models.clone());
    let mut places = JoinSet::new();
    for place in 0..AT_ONCE {
        let [llm, _] = models.llms.clone();
        places.spawn(async move { workflows(&llm, place as u64, start + time).await });
    }
    let looks = looks(start, time).await;
    let mut ends = Ends::default();
    while let Some(of_place) = places.join_next().await {
        ends.add(of_place.expect("no run panics"));
    }
    Soaked {
        ends,
        looks,
        seen: watch.stop(),
    }
}

/// One workflow after the other.
async fn workflows(llm: &Llm, place: u64, end: Instant) -> Ends {
    let mut ends = Ends::default();
    let mut rng = Rng::with_seed(SEED ^ place);
    let mut session = Session::new();
    let (mut runs, mut tokens) = (0, 0);
    while Instant::now() < end {
        let is_new = runs % RUNS == 0;
        if is_new {
            session = Session::new();
            session.append(Message::system("You help the tenants of a house."));
            tokens = TOKENS[usize::from(rng.u32(..SOME) == 0)];
            session.set_budget(Budget::tokens(tokens));
        }
        runs += 1;
        let number = match is_new && rng.bool() {
            true => format!("{}", rng.u32(..COMMON)),
            false => format!("{place}-{runs}"),
        };
        let ticket = format!("Ticket {number}: the heating is out. Ada Wong");
        one(llm, &ticket, &mut session, tokens, &mut rng, &mut ends).await;
    }
    ends
}

/// One run, and a pause if it fails.
async fn one(
    llm: &Llm,
    ticket: &str,
    session: &mut Session,
    tokens: u64,
    rng: &mut Rng,
    ends: &mut Ends,
) {
    let mut hardly = || match rng.u32(..SOME) {
        0 => Some(Duration::from_millis(rng.u64(..1_000))),
        _ => None,
    };
    let (patience, limit) = (hardly(), hardly());
    let attempts = ATTEMPTS[usize::from(rng.u32(..SOME) == 0)];
    let before = session.clone();
    let conversation = before.budget().expect("it has one").clone();
    let paid = spent(&conversation, tokens);
    let budget = Budget::attempts(attempts);
    let heard = Mutex::new(Vec::new());
    let run = handle(ticket)
        .budget(&budget)
        .timeout(limit.unwrap_or(RUN))
        .on_event(|event| {
            if let Event::StepFinished(step) = event {
                heard.lock().unwrap().push(step.clone());
            }
        });
    let run = match rng.u32(..8) {
        0 => run.streamed(),
        _ => run,
    };
    let run = run.run_detailed(llm, session);
    let outcome = tokio::time::timeout(patience.unwrap_or(WHOLE * 20), run).await;
    let heard = heard.into_inner().unwrap();
    let logs = Logs::of(&heard);
    let logged = logs.sum();
    ends.logs.add(logs);
    ends.expect(spent(&budget, attempts) == logged.attempts, || {
        format!("{budget:?} of a run with {logged:?}")
    });
    let is_used_up = conversation.left() == 0.0;
    let paid = spent(&conversation, tokens) - paid;
    ends.expect(is_used_up || has_counted(paid, &logged), || {
        format!("{paid} tokens of a conversation with {logged:?}")
    });
    let pause = match outcome {
        Err(_) => {
            ends.dropped += 1;
            ends.untouched(session, &before);
            None
        }
        Ok((outcome, report)) => {
            ends.expect(report.steps == heard, || format!("{report:?}, {heard:?}"));
            match outcome {
                Ok(handled) => {
                    ends.values += 1;
                    ends.whole(session, &before, &report, &handled);
                    None
                }
                Err(error) => {
                    ends.error(&error);
                    ends.untouched(session, &before);
                    Some(error.retry_after().unwrap_or(Duration::from_millis(100)))
                }
            }
        }
    };
    // as whoever asks for a user does
    if let Some(pause) = pause {
        tokio::time::sleep(pause.min(Duration::from_secs(1))).await;
    }
}

/// Waits for what is bound to come.
async fn until(done: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the client keeps connections that nobody can use");
}
