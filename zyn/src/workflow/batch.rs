//! One workflow for many items.

mod caught;
mod report;

use std::fmt;
use std::future::poll_fn;
use std::task::Poll;

pub use caught::ItemError;
pub use report::{BatchEvent, BatchItem, BatchReport};

use self::caught::caught;
pub(crate) use self::caught::caught_in;
use super::report::Report;
use super::run::Run;
use crate::clock;
use crate::error::Error;
use crate::llm::Llm;
use crate::provider::BoxFuture;
use crate::session::Session;

/// How many runs are in flight at once, if it is not said.
const CONCURRENCY: usize = 8;

/// Runs `workflow` for each of `items`: 8 at once, each on a session of its own.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use zyn::prelude::*;
/// use zyn::testing::Fake;
///
/// workflow!(
///     async fn polite(mail: &str) -> String {
///         let polite = transform("Make it polite", mail);
///         polite
///     }
/// );
///
/// let mails = vec!["WHERE IS MY PARCEL".to_owned(), "".to_owned(), "ANSWER ME".to_owned()];
/// let llm = Llm::new(Fake::new());
/// let report = zyn::batch(&mails, |mail| polite(mail)).concurrency(2).run(&llm).await;
///
/// assert_eq!((report.ok(), report.failed()), (2, 1));
/// for (mail, item) in mails.iter().zip(&report.items) {
///     match &item.result {
///         Ok(polite) => println!("{mail}: {polite}"),
///         Err(error) => println!("{mail}: {error}"), // there is nothing to make polite
///     }
/// }
/// # }
/// ```
pub fn batch<'wf, X, T, E>(
    items: impl IntoIterator<Item = X>,
    mut workflow: impl FnMut(X) -> Run<'wf, T, E> + Send + 'wf,
) -> Batch<'wf, T, E>
where
    X: Send + 'wf,
    T: 'wf,
    E: 'wf,
{
    let items: Vec<X> = items.into_iter().collect();
    Batch {
        total: items.len(),
        runs: Box::new(items.into_iter().map(move |item| caught(|| workflow(item)))),
        concurrency: CONCURRENCY,
        session: Box::new(|_| Session::new()),
        listener: None,
    }
}

/// A workflow for many items, before it runs: what [`batch`] makes.
///
/// The runs share one task: they wait for their models at the same time, and the Rust between their steps takes turns.
/// A run that fails leaves the others alone, and so does one that panics, where panics unwind: it is an
/// [`ItemError`](crate::batch::ItemError) of its item. A panic in a listener is the caller's. Dropping the future abandons
/// all that is in flight.
#[must_use = "a batch does nothing until it is run"]
pub struct Batch<'wf, T, E = Error> {
    /// Each is made when its turn comes.
    runs: Box<dyn Iterator<Item = Result<Run<'wf, T, E>, String>> + Send + 'wf>,
    total: usize,
    concurrency: usize,
    session: Box<dyn FnMut(usize) -> Session + Send + 'wf>,
    listener: Option<Listener<'wf>>,
}

type Listener<'wf> = Box<dyn FnMut(BatchEvent) + Send + 'wf>;

/// A run in flight, with its place among the items.
type InFlight<'f, T, E> = (usize, BoxFuture<'f, BatchItem<T, E>>);

impl<'wf, T: Send, E: Send> Batch<'wf, T, E> {
    /// How many runs are in flight at most; 8 if not set, and at least 1.
    pub fn concurrency(mut self, most: usize) -> Self {
        self.concurrency = most.max(1);
        self
    }

    /// Makes the session that the item at each place begins with; an empty one if not set.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::prelude::*;
    /// use zyn::testing::Fake;
    ///
    /// workflow!(
    ///     async fn polite(mail: &str) -> String {
    ///         let polite = transform("Make it polite", mail);
    ///         polite
    ///     }
    /// );
    ///
    /// let batch = zyn::batch(["WHERE IS IT", "ANSWER ME"], polite)
    ///     .sessions(|index| Session::named(format!("mail-{index}")));
    /// let report = batch.run(&Llm::new(Fake::new())).await;
    /// assert_eq!(report.items[1].session.id(), "mail-1");
    /// # }
    /// ```
    pub fn sessions(mut self, make: impl FnMut(usize) -> Session + Send + 'wf) -> Self {
        self.session = Box::new(make);
        self
    }

    /// Tells `listener` which items start and end. It is called between the awaits of the batch, so it should be quick.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::batch::BatchEvent;
    /// use zyn::prelude::*;
    /// use zyn::testing::Fake;
    ///
    /// workflow!(
    ///     async fn polite(mail: &str) -> String {
    ///         let polite = transform("Make it polite", mail);
    ///         polite
    ///     }
    /// );
    ///
    /// let mut lines = Vec::new();
    /// let batch = zyn::batch(["WHERE IS IT", "ANSWER ME"], polite).on_event(|event| {
    ///     if let BatchEvent::Finished { done, total, .. } = event {
    ///         lines.push(format!("{done} of {total}"));
    ///     }
    /// });
    /// batch.run(&Llm::new(Fake::new())).await;
    /// assert_eq!(lines, ["1 of 2", "2 of 2"]);
    /// # }
    /// ```
    pub fn on_event(mut self, listener: impl FnMut(BatchEvent) + Send + 'wf) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Runs all items and gives their results in the order of the items, whatever the order in which they ended.
    pub async fn run(mut self, llm: &Llm) -> BatchReport<T, E> {
        let start = clock::now();
        let mut waiting = self.runs.enumerate();
        let mut in_flight: Vec<InFlight<'_, T, E>> = Vec::new();
        let mut ended: Vec<(usize, BatchItem<T, E>)> = Vec::with_capacity(self.total);
        let mut tell = |event| {
            if let Some(listener) = &mut self.listener {
                listener(event);
            }
        };
        loop {
            while in_flight.len() < self.concurrency
                && let Some((index, run)) = waiting.next()
            {
                tell(BatchEvent::Started { index });
                in_flight.push((index, Box::pin(one(run, llm, (self.session)(index)))));
            }
            if in_flight.is_empty() {
                break;
            }
            let (index, item) = next(&mut in_flight).await;
            let ok = item.result.is_ok();
            ended.push((index, item));
            let (done, total) = (ended.len(), self.total);
            tell(BatchEvent::Finished {
                index,
                ok,
                done,
                total,
            });
        }
        ended.sort_by_key(|(index, _)| *index);
        BatchReport {
            items: ended.into_iter().map(|(_, item)| item).collect(),
            elapsed: clock::now() - start,
        }
    }
}

async fn one<T, E>(
    run: Result<Run<'_, T, E>, String>,
    llm: &Llm,
    mut session: Session,
) -> BatchItem<T, E> {
    let ended = match run {
        Ok(run) => caught_in(run.run_detailed(llm, &mut session)).await,
        Err(panic) => Err(panic),
    };
    let (result, report) = match ended {
        Ok((result, report)) => (result.map_err(ItemError::Failed), report),
        Err(panic) => (Err(ItemError::Panicked(panic)), Report::default()),
    };
    BatchItem {
        result,
        session,
        report,
    }
}

/// The first that ends. All in flight are looked at whenever one has news: they borrow, so no task can be theirs.
async fn next<T, E>(in_flight: &mut Vec<InFlight<'_, T, E>>) -> (usize, BatchItem<T, E>) {
    poll_fn(|context| {
        let mut ended = in_flight
            .iter_mut()
            .enumerate()
            .filter_map(|(place, (_, run))| match run.as_mut().poll(context) {
                Poll::Ready(item) => Some((place, item)),
                Poll::Pending => None,
            });
        match ended.next() {
            Some((place, item)) => {
                let (index, _) = in_flight.swap_remove(place);
                Poll::Ready((index, item))
            }
            None => Poll::Pending,
        }
    })
    .await
}

impl<T, E> fmt::Debug for Batch<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("items", &self.total)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
