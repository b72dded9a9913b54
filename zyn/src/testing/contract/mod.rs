//! What every session store and every provider promises, as rules that any of them can be held to.

mod provider;
mod store;

use std::fmt;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

pub use provider::provider_contract;
pub use store::store_contract;

use crate::provider::BoxFuture;
use crate::workflow::caught_in;

/// A rule's name, and the future that holds someone to it.
type Rule<'s> = (&'static str, BoxFuture<'s, Result<(), Found>>);

/// The names of functions are the names of rules.
macro_rules! rules {
    ($($file:ident: $($rule:ident),+;)+) => {
        &[$($((stringify!($rule), |subject| Box::pin($file::$rule(subject)))),+),+]
    };
}
use rules;

/// Holds the one that is called `subject` to all of `rules`, each of which may take as long as `longest`: whoever loses what
/// another waits for would keep it for ever.
async fn hold<'s>(
    subject: &'static str,
    rules: impl ExactSizeIterator<Item = Rule<'s>>,
    longest: Duration,
) -> Result<(), BrokenContract> {
    let count = rules.len();
    let mut breaches = Vec::new();
    for (rule, holds) in rules {
        let found = match tokio::time::timeout(longest, caught_in(holds)).await {
            Ok(Ok(Ok(()))) => continue,
            Ok(Ok(Err(Found(found)))) => found,
            Ok(Err(panic)) => format!("it panicked: {panic}"),
            Err(_) => format!("it did not come to an end in {longest:?}"),
        };
        breaches.push(Breach { rule, found });
    }
    if breaches.is_empty() {
        return Ok(());
    }
    Err(BrokenContract {
        breaches,
        subject,
        rules: count,
    })
}

/// The rules of [`store_contract`] that a store does not keep, or those of [`provider_contract`] that a provider does not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokenContract {
    /// One for each rule.
    pub breaches: Vec<Breach>,
    subject: &'static str,
    rules: usize,
}

/// A rule that is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Breach {
    /// The rule, a sentence with underscores for spaces.
    pub rule: &'static str,
    /// What was found where the rule says something else.
    pub found: String,
}

impl fmt::Display for BrokenContract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, subject) = (self.breaches.len(), self.subject);
        write!(f, "the {subject} breaks {count} of {} rules", self.rules)?;
        for Breach { rule, found } in &self.breaches {
            write!(f, "\n- {}: {found}", rule.replace('_', " "))?;
        }
        Ok(())
    }
}

impl std::error::Error for BrokenContract {}

/// What a rule found where it wanted something else.
struct Found(String);

fn same<T: PartialEq<U> + fmt::Debug, U: fmt::Debug>(
    what: &str,
    found: T,
    wanted: U,
) -> Result<(), Found> {
    if found == wanted {
        return Ok(());
    }
    Err(Found(format!("{what}: {found:?} instead of {wanted:?}")))
}

/// Runs all of them at the same time, to their ends.
async fn together<'s, T>(futures: impl IntoIterator<Item = BoxFuture<'s, T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(|f| (f, None)).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (future, done) in futures.iter_mut().filter(|(_, done)| done.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(value) => *done = Some(value),
                Poll::Pending => waiting = true,
            }
        }
        if waiting {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    futures.into_iter().filter_map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests;
