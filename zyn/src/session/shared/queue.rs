//! The line in which the transactions of a shared conversation wait.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::clock;

tokio::task_local! {
    static INSIDE: Inside;
}

/// First come, first served.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<Mutex<()>>);

/// The transactions that the code that runs now is in.
#[derive(Default)]
struct Inside {
    queues: Vec<Queue>,
    /// How long the innermost stood in the line; the first request in it takes it.
    waited: Cell<Duration>,
}

/// The code in a transaction asked for another on the same conversation.
pub(super) struct Reentrant;

/// The place at the head of the line. The next in line follows when it is dropped.
pub(super) struct Place<'q> {
    _first: MutexGuard<'q, ()>,
    inside: Inside,
}

impl Queue {
    /// Waits until it is first in line.
    pub(super) async fn place(&self) -> Result<Place<'_>, Reentrant> {
        let asked = clock::now();
        let queues = INSIDE.try_with(|it| it.queues.clone());
        let mut queues = queues.unwrap_or_default();
        if queues.iter().any(|it| Arc::ptr_eq(&it.0, &self.0)) {
            return Err(Reentrant);
        }
        queues.push(self.clone());
        let first = self.0.lock().await;
        let waited = Cell::new(clock::now() - asked);
        Ok(Place {
            _first: first,
            inside: Inside { queues, waited },
        })
    }
}

impl Place<'_> {
    /// Runs `work`, which can be told that it is in here.
    pub(super) async fn hold<T>(&mut self, work: impl Future<Output = T>) -> T {
        INSIDE.scope(std::mem::take(&mut self.inside), work).await
    }
}

/// How long the transaction that this code is in stood in the line, if nobody has counted that yet; else nothing.
pub(crate) fn take_wait() -> Duration {
    INSIDE.try_with(|it| it.waited.take()).unwrap_or_default()
}
