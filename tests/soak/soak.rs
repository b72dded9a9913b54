//! Many workflows at once against a server that fails three times in ten, for as long as `ZYN_SOAK_SECONDS` says.

mod table;
mod workflow;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use zyn::{Error, ErrorKind, Llm, Message, OpenAi, Report, Session, Spend};
use zyn_soak::{Book, Closed, Numbered, Server, Way, descriptors, name, resident, slope};

use table::table;
use workflow::{Handled, handle};

const AT_ONCE: usize = 256;
const FAILURES: f64 = 0.3;
const SEED: u64 = 20_260;
/// Far more than an answer takes, even where the machine has other things to do.
const ATTEMPT: Duration = Duration::from_secs(1);
const WHOLE: Duration = Duration::from_secs(20);
/// One run in so many is dropped by its caller before its end.
const DROPPED: u32 = 50;
/// A conversation has so many runs before the next begins.
const RUNS: u32 = 4;
/// How often the process is looked at.
const LOOKS: u32 = 60;
/// What the memory may grow by behind the warm-up. So much is the allocator's and the machine's: a minute of a leak of a
/// kilobyte in each run is more, and finer ones are for the fires to show.
const GROWTH: f64 = 16.0 * 1024.0 * 1024.0;

/// All that is soaked is set up here.
fn llm(server: &Server, book: &Arc<Book>) -> Llm {
    let provider = OpenAi::new("m").base_url(server.url());
    Llm::new(Numbered::new(provider, Arc::clone(book)))
        .attempt_timeout(ATTEMPT)
        .timeout(WHOLE)
        .retry(2)
        .seed(SEED)
}

/// How the runs ended.
#[derive(Default)]
struct Ends {
    values: u64,
    errors: BTreeMap<&'static str, u64>,
    dropped: u64,
    /// Sessions that are neither whole nor untouched, and errors that nothing here can cause.
    wrong: Vec<String>,
}

/// What the process held, second by second.
struct Look {
    at: f64,
    resident: Option<u64>,
    descriptors: Option<usize>,
}

#[test]
fn every_run_ends_once_spend_is_the_servers_count_and_nothing_grows() {
    let seconds = std::env::var("ZYN_SOAK_SECONDS").map_or(5.0, |it| it.parse().unwrap());
    let time = Duration::from_secs_f64(seconds);
    let before = descriptors();
    let book = Arc::<Book>::default();
    let server = Server::start(Arc::clone(&book), SEED, FAILURES, ATTEMPT * 3);
    let runtime = Runtime::new().unwrap();
    let llm = llm(&server, &book);
    let (ends, looks) = runtime.block_on(soak(&llm, time));
    let spend = llm.spend();
    drop(llm);
    // the runtime closes the client's connections, while it runs
    runtime.block_on(until(|| server.connections() == 0));
    drop(runtime);
    drop(server);
    let after = descriptors();
    let closed = book.close();

    table(time, &ends, &closed, spend, &looks, (before, after));
    assert_eq!(ends.wrong, [""; 0], "runs");
    assert_eq!(closed.wrong, [""; 0], "attempts");
    let ended = ends.values + ends.errors.values().sum::<u64>();
    assert!(ended >= AT_ONCE as u64 / 2, "{ended} runs are no soak");
    let ways = closed.ways();
    let unused: Vec<_> = ways.filter(|(_, row)| row.served == 0).collect();
    assert!(unused.is_empty(), "some ways to fail were not tried");
    spend_is_the_servers_count(spend, &closed);
    assert_eq!(after, before, "open descriptors");
    if let Some(growth) = growth(&looks) {
        assert!(growth < GROWTH, "the memory grew by {growth} bytes");
    }
}

/// What the client cannot know is whether an attempt that it gave up, or that was cut off, was answered; that it says so
/// is `unknown`.
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

async fn soak(llm: &Llm, time: Duration) -> (Ends, Vec<Look>) {
    let start = Instant::now();
    let mut places = JoinSet::new();
    for place in 0..AT_ONCE {
        let llm = llm.clone();
        places.spawn(async move { workflows(&llm, place as u64, start + time).await });
    }
    let mut looks = Vec::with_capacity(LOOKS as usize);
    for look in 1..=LOOKS {
        tokio::time::sleep_until((start + time * look / LOOKS).into()).await;
        looks.push(Look {
            at: start.elapsed().as_secs_f64(),
            resident: resident(),
            descriptors: descriptors(),
        });
    }
    let mut all = Ends::default();
    while let Some(ends) = places.join_next().await {
        let ends = ends.expect("no run panics");
        all.values += ends.values;
        all.dropped += ends.dropped;
        for (kind, count) in ends.errors {
            *all.errors.entry(kind).or_default() += count;
        }
        all.wrong.extend(ends.wrong);
    }
    (all, looks)
}

/// One workflow after the other.
async fn workflows(llm: &Llm, place: u64, end: Instant) -> Ends {
    let mut ends = Ends::default();
    let mut rng = Rng::with_seed(SEED ^ place);
    let mut session = Session::new();
    let mut runs = 0;
    while Instant::now() < end {
        if runs % RUNS == 0 {
            session = Session::new();
            session.append(Message::system("You help the tenants of a house."));
        }
        runs += 1;
        let before = session.clone();
        let ticket = format!("Ticket {place}-{runs}: the heating is out. Ada Wong");
        let run = handle(&ticket).run_detailed(llm, &mut session);
        let patience = match rng.u32(..DROPPED) {
            0 => Duration::from_millis(rng.u64(..1_000)),
            _ => WHOLE * 20,
        };
        let Ok((outcome, report)) = tokio::time::timeout(patience, run).await else {
            ends.dropped += 1;
            ends.untouched(&session, &before);
            continue;
        };
        match outcome {
            Ok(handled) => {
                ends.values += 1;
                ends.whole(&session, &before, &report, &handled);
            }
            Err(error) => {
                let kind = kind(&error);
                *ends.errors.entry(kind).or_default() += 1;
                if kind.starts_with("another") {
                    ends.wrong.push(format!("{error:#?}"));
                }
                ends.untouched(&session, &before);
            }
        }
    }
    ends
}

impl Ends {
    fn untouched(&mut self, session: &Session, before: &Session) {
        if session != before {
            self.wrong.push(format!("touched: {session:?}"));
        }
    }

    fn whole(&mut self, session: &Session, before: &Session, report: &Report, run: &Handled) {
        let steps = report.steps.iter().filter(|step| step.error.is_none());
        let now = || session.messages().iter();
        let answers: Vec<_> = now().skip(before.len()).map(Message::text).collect();
        let says = |text: &str| answers.contains(&text);
        let tells = |text: &str| answers.iter().any(|answer| answer.contains(text));
        let is_whole = now().take(before.len()).eq(before.messages())
            && answers.len() == 2 * steps.count()
            && session.usage() == before.usage() + report.usage()
            && tells(&run.customer.name)
            && says(&run.reply)
            && says(&run.title)
            && run.tags.tags.iter().all(|tag| tells(tag))
            && run.note.as_deref().is_none_or(says);
        if !is_whole {
            self.wrong
                .push(format!("not whole: {session:?}, {report:?}"));
        }
    }
}

/// The kind of an error, in a few words.
fn kind(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Provider(error) => name(&error.kind),
        ErrorKind::Malformed { .. } => "malformed",
        ErrorKind::Invalid { .. } => "invalid",
        ErrorKind::Deadline { .. } => "deadline",
        _ => "another error",
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

/// The bytes by which the memory has grown behind the warm-up, as the best straight line has it.
fn growth(looks: &[Look]) -> Option<f64> {
    let warm = looks.get(looks.len() / 4..)?;
    let points = warm
        .iter()
        .map(|look| Some((look.at, look.resident? as f64)));
    let points: Vec<_> = points.collect::<Option<_>>()?;
    let (first, last) = (points.first()?.0, points.last()?.0);
    Some(slope(&points) * (last - first))
}
