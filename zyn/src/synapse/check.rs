//! What the expansion of `#[derive(Extract)]` calls to check an answer.

use std::fmt::Display;

use super::Extract;
use super::extract::under;
use crate::reply::Violation;

/// The violations found so far.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes what a validator says about the part at `pointer`.
    pub fn judge(&mut self, pointer: &str, verdict: impl Verdict) {
        if let Some(objection) = verdict.objection() {
            self.0.push(Violation::new(pointer, objection));
        }
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}

/// What a validator answers with.
#[diagnostic::on_unimplemented(
    message = "a validator says what is wrong: it answers with `Result<(), impl Display>`, not with `{Self}`",
    label = "answers with `{Self}`"
)]
pub trait Verdict {
    /// What is wrong, if anything.
    fn objection(self) -> Option<String>;
}

#[diagnostic::do_not_recommend]
impl<E: Display> Verdict for Result<(), E> {
    fn objection(self) -> Option<String> {
        self.err().map(|objection| objection.to_string())
    }
}

/// A field, to be checked by its own type's validators if that has any.
///
/// `(&Part(field)).check_at(…)` is [`Checked`]'s if the field's type is [`Extract`]; only then does method
/// lookup stop before it borrows once more and finds [`Unchecked`].
#[derive(Debug)]
pub struct Part<'a, T: ?Sized>(pub &'a T);

/// The part's type has validators.
pub trait Checked {
    /// Notes the violations of this part, which is at `pointer`.
    fn check_at(&self, pointer: &str, violations: &mut Violations);
}

impl<T: Extract> Checked for Part<'_, T> {
    fn check_at(&self, pointer: &str, violations: &mut Violations) {
        violations.0.extend(under(pointer, self.0.violations()));
    }
}

/// The part's type has none.
pub trait Unchecked {
    /// Notes nothing.
    fn check_at(&self, _pointer: &str, _violations: &mut Violations) {}
}

impl<T: ?Sized> Unchecked for &Part<'_, T> {}
