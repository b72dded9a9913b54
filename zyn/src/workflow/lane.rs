//! Steps that run at the same time.

use std::future::poll_fn;
use std::task::{Context, Poll};

use super::cx::Cx;
use crate::error::Error;
use crate::provider::BoxFuture;
use crate::session::Draft;

/// A step on a fork of the conversation, beside others in a `join`.
///
/// All forks begin with the conversation as it is when the `join` starts, so no lane sees what another adds.
pub struct Lane<'wf, T, E = Error> {
    fork: Cx<'wf>,
    base: Draft,
    state: State<'wf, T, E>,
}

enum State<'wf, T, E> {
    Waiting(Start<'wf, T, E>),
    Running(BoxFuture<'wf, Result<T, E>>),
    Done(T),
    Over,
}

/// Starts a lane on its fork; the second says whether an `else` stands behind the `join`.
type Start<'wf, T, E> = Box<dyn FnOnce(Cx<'wf>, bool) -> BoxFuture<'wf, Result<T, E>> + Send + 'wf>;

impl<'wf, T, E> Lane<'wf, T, E> {
    pub(super) fn new(
        cx: &Cx<'wf>,
        start: impl FnOnce(Cx<'wf>, bool) -> BoxFuture<'wf, Result<T, E>> + Send + 'wf,
    ) -> Self {
        let fork = cx.fork(true);
        let base = fork.line().draft().clone();
        Self {
            fork,
            base,
            state: State::Waiting(Box::new(start)),
        }
    }

    fn start(&mut self, otherwise: bool) {
        self.state = match std::mem::replace(&mut self.state, State::Over) {
            State::Waiting(start) => State::Running(start(self.fork.share(), otherwise)),
            other => other,
        };
    }

    /// Whether it has its value.
    fn poll(&mut self, task: &mut Context<'_>) -> Result<bool, E> {
        if let State::Running(future) = &mut self.state {
            match future.as_mut().poll(task) {
                Poll::Pending => return Ok(false),
                Poll::Ready(outcome) => {
                    self.state = State::Over;
                    self.state = State::Done(outcome?);
                }
            }
        }
        Ok(true)
    }

    fn value(self) -> Option<T> {
        match self.state {
            State::Done(value) => Some(value),
            _ => None,
        }
    }

    /// What it began with and what it has come to.
    fn added(&self) -> (Draft, Draft) {
        (self.base.clone(), self.fork.line().draft().clone())
    }
}

/// The lanes of a `join`: a tuple of 2 to 12, whose errors become an `E`.
pub trait Lanes<'wf, E>: Sized + Send {
    /// Their values.
    type Values: Send + 'wf;

    /// Runs them at the same time until all have their values, or one has failed.
    #[doc(hidden)]
    fn all(self, cx: Cx<'wf>, otherwise: bool) -> BoxFuture<'wf, Result<Self::Values, E>>;
}

impl<'wf> Cx<'wf> {
    /// Runs `lanes` at the same time, each on a fork of the conversation, and adds their turns in the order in which
    /// they are written.
    ///
    /// # Errors
    ///
    /// The first that happens. The others are dropped, and no message of any is kept.
    // no `async fn`: the caller's future then holds no lanes, whose lifetimes the compiler could not prove `Send` for
    pub fn join<L, E>(&self, lanes: L) -> BoxFuture<'wf, Result<L::Values, E>>
    where
        L: Lanes<'wf, E>,
    {
        lanes.all(self.share(), false)
    }

    /// Runs `lanes` like [`join`](Self::join); `None` if one failed and an `else` may go on.
    ///
    /// # Errors
    ///
    /// What no `else` goes on behind.
    pub fn try_join<L, E>(&self, lanes: L) -> BoxFuture<'wf, Result<Option<L::Values>, E>>
    where
        L: Lanes<'wf, E>,
        E: Send + 'wf,
    {
        let (cx, all) = (self.share(), lanes.all(self.share(), true));
        Box::pin(async move { cx.otherwise(all.await) })
    }

    fn merge(&self, forks: Vec<(Draft, Draft)>) -> Result<(), Error> {
        Ok(self.line().draft().merge(forks)?)
    }
}

macro_rules! lanes {
    ($($lane:ident $value:ident $error:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<'wf, E, $($value, $error),*> Lanes<'wf, E> for ($(Lane<'wf, $value, $error>,)*)
        where
            E: From<Error> $(+ From<$error>)* + Send + 'wf,
            $($value: Send + 'wf, $error: 'wf,)*
        {
            type Values = ($($value,)*);

            fn all(self, cx: Cx<'wf>, otherwise: bool) -> BoxFuture<'wf, Result<Self::Values, E>> {
                let ($(mut $lane,)*) = self;
                Box::pin(async move {
                    $($lane.start(otherwise);)*
                    poll_fn(|task| {
                        let mut done = true;
                        $(match $lane.poll(task) {
                            Ok(ready) => done &= ready,
                            Err(error) => return Poll::Ready(Err(E::from(error))),
                        })*
                        if done { Poll::Ready(Ok(())) } else { Poll::Pending }
                    })
                    .await?;
                    cx.merge(vec![$($lane.added()),*])?;
                    match ($($lane.value(),)*) {
                        ($(Some($lane),)*) => Ok(($($lane,)*)),
                        // every lane has its value when none is polled any more
                        _ => std::future::pending().await,
                    }
                })
            }
        }
    };
}

lanes!(a A AE, b B BE);
lanes!(a A AE, b B BE, c C CE);
lanes!(a A AE, b B BE, c C CE, d D DE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE, g G GE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE, g G GE, h H HE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE, g G GE, h H HE, i I IE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE, g G GE, h H HE, i I IE, j J JE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE, g G GE, h H HE, i I IE, j J JE, k K KE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE, g G GE, h H HE, i I IE, j J JE, k K KE, l L LE);
lanes!(a A AE, b B BE, c C CE, d D DE, f F FE, g G GE, h H HE, i I IE, j J JE, k K KE, l L LE, m M ME);
