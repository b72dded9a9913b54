//! Another model, for where one fails.

use std::fmt;
use std::sync::Arc;

use super::Llm;
use crate::error::{Error, ErrorKind};
use crate::provider::{Class, Failure};

/// Another model, and for which errors it is asked: for [`Llm::fallback`].
///
/// | made by | asks the other model after |
/// |---|---|
/// | [`Fallback::to`], or `&llm` alone | what another server can mend: [not sent](Class::NotSent), [turned away](Class::Rejected), [failed or broken off](Class::Ambiguous), a used-up quota, an open circuit, a shed call |
/// | [`Fallback::escalate`] | an answer that is not good enough: invalid after all re-asks, less sure than [`confidence`](crate::Synapse::confidence) or not measured, refused, cut, empty |
/// | [`.on`](Self::on) | errors of these classes |
/// | [`.when`](Self::when) | errors for which a function says so |
///
/// It is never asked once the caller has gone or the deadline has passed, nor after a part of a stream was handed out, nor,
/// with [`Llm::at_most_once`], after what may have been done and billed.
///
/// The other model is an `Llm` of its own with its own breaker, rate limit and ledger, and its own fallbacks behind it. The
/// deadline, the retries and the re-asks are those of the call, and what is used up is not given anew.
///
/// # Examples
///
/// A cascade: a cheap model answers, unless it is not sure.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::policy::Fallback;
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session};
///
/// let large = Llm::new(Scripted::new([r#"{"answer":false,"confidence":0.9}"#]));
/// let small = Llm::new(Scripted::new([r#"{"answer":true,"confidence":0.4}"#]));
/// let cascade = small.fallback(&large).fallback(Fallback::escalate(&large));
///
/// let refund = zyn::binary("Is a refund due?").confidence(0.8);
/// assert!(!refund.fire(&cascade, &mut Session::new(), "Hm.").await?);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Fallback {
    llm: Llm,
    takes: Takes,
}

#[derive(Clone)]
enum Takes {
    Mendable,
    Unfit,
    Classes(Arc<[Class]>),
    When(Arc<dyn Fn(&Error) -> bool + Send + Sync>),
}

impl Fallback {
    /// Asks `llm` where another server can mend it.
    pub fn to(llm: &Llm) -> Self {
        Self {
            llm: llm.clone(),
            takes: Takes::Mendable,
        }
    }

    /// Asks `llm` where an answer was not good enough: one that is not sure only counts as such with
    /// [`confidence`](crate::Synapse::confidence). A label that stands for what is not sure (`#[classify(unsure)]`) is the
    /// answer if no model is surer, or none answers.
    pub fn escalate(llm: &Llm) -> Self {
        Self {
            llm: llm.clone(),
            takes: Takes::Unfit,
        }
    }

    /// Asks it after errors of these classes alone.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::policy::Fallback;
    /// use zyn::provider::Class;
    /// use zyn::testing::Scripted;
    /// use zyn::{Failure, Llm, Session};
    ///
    /// let spare = Llm::new(Scripted::new(["Good day, Ada"]));
    /// let not_sent = Fallback::to(&spare).on([Class::NotSent]);
    /// let llm = Llm::new(Scripted::new([Failure::Overloaded])).retry(0).fallback(not_sent);
    /// let greeting = zyn::transform("Greet").fire(&llm, &mut Session::new(), "Ada").await;
    /// assert!(greeting.is_err());
    /// # }
    /// ```
    #[must_use]
    pub fn on(mut self, classes: impl IntoIterator<Item = Class>) -> Self {
        self.takes = Takes::Classes(classes.into_iter().collect());
        self
    }

    /// Asks it after errors for which `takes` says `true`, and no others.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::policy::Fallback;
    /// use zyn::testing::Fake;
    /// use zyn::{ErrorKind, Failure, Llm};
    ///
    /// let longer = Llm::new(Fake::new());
    /// let for_long_texts = Fallback::to(&longer).when(|error| {
    ///     error.provider().is_some_and(|it| it.kind == Failure::ContextWindow)
    /// });
    /// # let _ = for_long_texts;
    /// ```
    #[must_use]
    pub fn when(mut self, takes: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.takes = Takes::When(Arc::new(takes));
        self
    }

    pub(crate) fn llm(&self) -> &Llm {
        &self.llm
    }

    /// Whether it is asked after this error.
    pub(crate) fn takes(&self, error: &Error) -> bool {
        match &self.takes {
            Takes::Mendable => is_mendable(error),
            Takes::Unfit => is_unfit(error),
            Takes::Classes(classes) => classes.contains(&error.class()),
            Takes::When(takes) => takes(error),
        }
    }
}

/// Whether another server can do what this one could not.
pub(crate) fn is_mendable(error: &Error) -> bool {
    let is_spent = error.provider().is_some_and(|it| it.kind == Failure::Quota);
    is_spent
        || matches!(
            error.class(),
            Class::NotSent | Class::Rejected | Class::Ambiguous
        )
}

/// Whether there was an answer, and it was not good enough.
pub(crate) fn is_unfit(error: &Error) -> bool {
    error.class() == Class::InvalidReply || matches!(error.kind(), ErrorKind::NotMeasured { .. })
}

impl Llm {
    /// Whether both are one and the same, options and all: what one could not do, the other cannot either.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ledger, &other.ledger)
            && Arc::ptr_eq(&self.policy, &other.policy)
            && self.limits == other.limits
    }

    /// The one that has answered as `asked`: this, or one of its fallbacks.
    pub(crate) fn called(&self, asked: Option<&str>) -> &Self {
        let is_asked = |llm: &Self| asked.is_none_or(|asked| asked == llm.model());
        let fallbacks = self.fallbacks().iter().map(Fallback::llm);
        match is_asked(self) {
            true => self,
            false => fallbacks
                .map(|it| it.called(asked))
                .find(|it| is_asked(it))
                .unwrap_or(self),
        }
    }
}

impl From<&Llm> for Fallback {
    fn from(llm: &Llm) -> Self {
        Self::to(llm)
    }
}

impl From<Llm> for Fallback {
    fn from(llm: Llm) -> Self {
        Self::to(&llm)
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let takes: &dyn fmt::Debug = match &self.takes {
            Takes::Mendable => &"what another server can mend",
            Takes::Unfit => &"what is not good enough",
            Takes::Classes(classes) => classes,
            Takes::When(_) => &"what a function says",
        };
        f.debug_struct("Fallback")
            .field("to", &self.llm.model())
            .field("after", takes)
            .finish()
    }
}
