//! A shared conversation under the schedules that shuttle makes up: between any two uses of the cell, and at every
//! await, another task may run.
//!
//! The oracle needs no model of the schedule: each answer says which history it was made from, so a history shows by
//! itself whether each reply stands behind exactly what it answers.

use std::future::{Future, poll_fn};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use shuttle::future::{block_on, spawn, yield_now};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner, current, thread};

use super::SharedSession;
use crate::error::{Error, ErrorKind};
use crate::session::{History, Message, Role, Session, Usage};

/// Lets shuttle go on with any task. Outside of its executions it does nothing.
pub(super) fn switch() {
    if current::try_get_current_task().is_some() {
        // not `yield_now`, which asks for another task
        thread::sleep(Duration::ZERO);
    }
}

/// What a task does with the conversation.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Task {
    Transaction,
    /// A transaction that is dropped after two polls, in the line or at work.
    Impatient,
    Branch,
    ClearInTransaction,
    ClearByBranch,
    /// The bug of committing in two steps: a user's message under one lock, the answer under the next.
    TwoAppends,
    /// The bug of committing a turn in one step, whatever was committed since it was asked.
    NoVersion,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    commits: u64,
    fires: u64,
    conflicts: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Violation {
    /// Half a turn, two turns in one another, or a turn without its cost.
    Torn,
    /// A reply that was made from another history than the one it stands behind.
    Stale,
    /// A commit that was reported and is not there, or one that is there twice.
    Lost,
}

/// A digest of a history, as far as `messages` goes.
fn digest<'a>(messages: impl IntoIterator<Item = &'a Message>) -> String {
    let mut hasher = DefaultHasher::new();
    for message in messages {
        (message.role(), message.text()).hash(&mut hasher);
    }
    hasher.finish().to_string()
}

/// A fire whose answer is a digest of the history that it was made from.
async fn fire(session: &mut Session, who: &str) {
    let mut draft = session.draft();
    let answer = digest(draft.history());
    yield_now().await;
    draft.append_turn(
        [Message::user(who), Message::assistant(answer)],
        Usage::new(1, 0),
    );
    session.commit(draft);
}

impl Task {
    async fn run(self, shared: &SharedSession, who: &str) -> Tally {
        let mut tally = Tally::default();
        while !self.attempt(shared, who).await {
            if self == Self::Impatient {
                return tally;
            }
            tally.conflicts += 1;
        }
        tally.commits = 1;
        let fires = !matches!(self, Self::ClearInTransaction | Self::ClearByBranch);
        tally.fires = u64::from(fires);
        tally
    }

    /// Whether it committed; if not, another commit came first, or it was dropped.
    async fn attempt(self, shared: &SharedSession, who: &str) -> bool {
        let transaction = async || {
            let work = async |session: &mut Session| {
                fire(session, who).await;
                Ok::<_, Error>(())
            };
            won(shared.transaction(work).await)
        };
        match self {
            Self::Transaction => transaction().await,
            Self::Impatient => within_polls(2, transaction()).await == Some(true),
            Self::Branch => {
                let mut branch = shared.branch();
                fire(&mut branch.session, who).await;
                shared.commit(&mut branch).is_ok()
            }
            Self::ClearInTransaction => {
                let work = async |session: &mut Session| {
                    session.clear();
                    Ok(())
                };
                won(shared.transaction(work).await)
            }
            Self::ClearByBranch => {
                let mut branch = shared.branch();
                branch.session.clear();
                shared.commit(&mut branch).is_ok()
            }
            Self::TwoAppends => {
                let (question, answer) = asked_aside(shared, who).await;
                shared.cell.locked(|it| it.session.append(question));
                shared.cell.locked(|it| it.session.append(answer));
                shared.cell.locked(|it| {
                    it.session.committed.append_turn([], Usage::new(1, 0));
                    it.version += 1;
                });
                true
            }
            Self::NoVersion => {
                let (question, answer) = asked_aside(shared, who).await;
                shared.cell.locked(|it| {
                    let turn = [question, answer];
                    it.session.committed.append_turn(turn, Usage::new(1, 0));
                    it.version += 1;
                });
                true
            }
        }
    }
}

fn won(outcome: Result<(), Error>) -> bool {
    if let Err(error) = &outcome {
        assert!(
            matches!(error.kind(), ErrorKind::Overtaken { .. }),
            "{error}"
        );
    }
    outcome.is_ok()
}

async fn asked_aside(shared: &SharedSession, who: &str) -> (Message, Message) {
    let mut aside = shared.snapshot();
    fire(&mut aside, who).await;
    let at = |from_end| aside.at(aside.len() - from_end).unwrap().clone();
    (at(2), at(1))
}

async fn within_polls<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

/// What the committed state shows by itself.
fn check(session: &Session, cleared: bool) -> Result<(), Violation> {
    let history: &History = session.messages();
    let mut turns = 0;
    for (place, message) in history.iter().enumerate() {
        match (place % 2, message.role()) {
            (0, Role::User) => {}
            (1, Role::Assistant) => {
                let before = history.iter().take(place - 1);
                if message.text() != digest(before) {
                    return Err(Violation::Stale);
                }
                turns += 1;
            }
            _ => return Err(Violation::Torn),
        }
    }
    let paid = session.usage().total();
    let whole = history.len().is_multiple_of(2) && (paid == turns || cleared && paid > turns);
    if whole { Ok(()) } else { Err(Violation::Torn) }
}

/// One execution: one commit by each task, beside one who reads.
fn play(tasks: &'static [Task]) -> Result<Tally, Violation> {
    let cleared = tasks
        .iter()
        .any(|task| matches!(task, Task::ClearInTransaction | Task::ClearByBranch));
    let shared = SharedSession::new(Session::named("shared"));
    let writers = tasks.iter().enumerate().map(|(who, task)| {
        let shared = shared.clone();
        spawn(async move { task.run(&shared, &who.to_string()).await })
    });
    let writers: Vec<_> = writers.collect();
    let reader = shared.clone();
    let reader = spawn(async move {
        for _ in 0..2 {
            check(&reader.snapshot(), cleared)?;
            switch();
        }
        Ok(())
    });
    let mut tally = Tally::default();
    for writer in writers {
        let one = block_on(writer).unwrap();
        tally.commits += one.commits;
        tally.fires += one.fires;
        tally.conflicts += one.conflicts;
    }
    block_on(reader).unwrap()?;
    let end = shared.snapshot();
    check(&end, cleared)?;
    if (shared.version(), end.usage().total()) == (tally.commits, tally.fires) {
        Ok(tally)
    } else {
        Err(Violation::Lost)
    }
}

#[derive(Debug, Default)]
struct Found {
    schedules: usize,
    conflicts: u64,
    violations: Vec<Violation>,
}

fn explore(scheduler: impl Scheduler + 'static, tasks: &'static [Task]) -> Found {
    let found = Arc::new(Mutex::new(Found::default()));
    let noted = Arc::clone(&found);
    let schedules = Runner::new(scheduler, Config::new()).run(move || {
        let outcome = play(tasks);
        let mut noted = noted.lock().unwrap();
        match outcome {
            Ok(tally) => noted.conflicts += tally.conflicts,
            Err(violation) => noted.violations.push(violation),
        }
    });
    let mut found = std::mem::take(&mut *found.lock().unwrap());
    found.schedules = schedules;
    found
}

const CASTS: [&[Task]; 5] = [
    &[Task::Transaction; 3],
    &[Task::Branch; 3],
    &[Task::Transaction, Task::Branch, Task::Transaction],
    &[Task::Transaction, Task::Impatient, Task::Transaction],
    &[
        Task::Transaction,
        Task::Branch,
        Task::ClearInTransaction,
        Task::ClearByBranch,
    ],
];
const EACH: usize = 20_000;

fn explore_all<S: Scheduler + 'static>(name: &str, scheduler: impl Fn() -> S) {
    let mut schedules = 0;
    for tasks in CASTS {
        let found = explore(scheduler(), tasks);
        println!(
            "{name}, {tasks:?}: {} schedules, {} conflicts, {} violations",
            found.schedules,
            found.conflicts,
            found.violations.len()
        );
        assert_eq!(found.violations, []);
        let races = tasks.contains(&Task::Branch);
        assert_eq!(found.conflicts > 0, races, "who races, and only who races");
        schedules += found.schedules;
    }
    assert_eq!(schedules, 100_000);
}

#[test]
fn no_random_schedule_of_100_000_tears_loses_or_misplaces_a_turn() {
    explore_all("random", || RandomScheduler::new_from_seed(3, EACH));
}

#[test]
fn no_prioritised_schedule_of_100_000_tears_loses_or_misplaces_a_turn() {
    explore_all("by priority", || PctScheduler::new_from_seed(3, 3, EACH));
}

#[test]
fn a_commit_in_two_appends_is_caught_within_100_schedules() {
    let bug: &[Task] = &[Task::TwoAppends; 2];
    let random = explore(RandomScheduler::new_from_seed(3, 100), bug).violations;
    let by_priority = explore(PctScheduler::new_from_seed(3, 3, 100), bug).violations;
    println!(
        "of 100 schedules caught: {} random, {} by priority",
        random.len(),
        by_priority.len()
    );
    assert!(random.contains(&Violation::Torn) && by_priority.contains(&Violation::Torn));
}

#[test]
fn a_whole_turn_without_a_version_check_is_caught_as_a_stale_reply() {
    let bug: &[Task] = &[Task::NoVersion; 2];
    let random = explore(RandomScheduler::new_from_seed(3, 100), bug).violations;
    println!("of 100 schedules caught: {} random", random.len());
    assert!(!random.is_empty());
    assert!(random.iter().all(|it| *it == Violation::Stale));
}
