//! A panic in one item, kept from the others.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::error::Error;

/// Why an item of a batch has no value.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use zyn::batch::ItemError;
/// use zyn::prelude::*;
/// use zyn::testing::Fake;
///
/// workflow!(
///     async fn first(mails: &[&str]) -> String {
///         let polite = transform("Make it polite", mails[0]);
///         polite
///     }
/// );
///
/// let accounts: [&[&str]; 3] = [&["WHERE IS IT"], &[], &[" "]];
/// let report = zyn::batch(accounts, first).run(&Llm::new(Fake::new())).await;
/// assert!(report.items[0].result.is_ok());
/// assert!(matches!(&report.items[1].result, Err(ItemError::Panicked(_))));
/// assert!(matches!(&report.items[2].result, Err(ItemError::Failed(_))));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError<E = Error> {
    /// The workflow returned this.
    #[error(transparent)]
    Failed(E),
    /// The workflow panicked, or the closure that makes it, with this message.
    #[error("the item panicked: {0}")]
    Panicked(String),
}

/// What `work` comes to, or what its panic says. What it had begun is dropped by the panic: a run keeps nothing of it.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message(&*panic))
}

/// The same of a future, which is not polled again after a panic.
pub(crate) async fn caught_in<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    poll_fn(|context| match caught(|| work.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it does not say why").to_owned()
}
