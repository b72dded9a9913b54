//! Mistakes, collected: a user sees all of them at once.

use std::cell::RefCell;
use std::fmt::Display;
use std::thread;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far in one macro input.
///
/// Each mistake is one error at one token. A second place belongs into the words of the message:
/// `syn::Error::combine` would make a second error of it. A rule that finds a mistake goes on with a
/// harmless default, and stops early only where the next rule would repeat the complaint.
///
/// An `Errors` that is dropped before [`finish`](Self::finish) panics, so no mistake gets lost.
#[derive(Debug)]
pub(crate) struct Errors(RefCell<Option<Vec<syn::Error>>>);

impl Errors {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Some(Vec::new())))
    }

    /// A mistake that spans `tokens`, first to last.
    pub(crate) fn at(&self, tokens: impl ToTokens, message: impl Display) {
        // One copy of `new_spanned` for all kinds of tokens.
        self.push(syn::Error::new_spanned(
            tokens.into_token_stream(),
            message.to_string(),
        ));
    }

    /// A mistake at `span`.
    pub(crate) fn span(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message.to_string()));
    }

    /// A mistake that syn or a parser found.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.0.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// Whether there is no mistake yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().as_ref().is_none_or(Vec::is_empty)
    }

    /// The mistakes as `compile_error!`s, in the order they were found; `None` if there are none.
    pub(crate) fn finish(self) -> Option<TokenStream> {
        self.0
            .borrow_mut()
            .take()
            .filter(|errors| !errors.is_empty())
            .map(|errors| {
                errors
                    .iter()
                    .map(syn::Error::to_compile_error)
                    .collect::<TokenStream>()
            })
    }
}

impl Drop for Errors {
    #[allow(clippy::panic, reason = "a forgotten mistake is a bug of this crate")]
    fn drop(&mut self) {
        if !thread::panicking() && self.0.borrow().is_some() {
            panic!("the mistakes of a macro input were dropped unreported");
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn no_mistake_gives_no_tokens() {
        let errors = Errors::new();
        assert!(errors.finish().is_none());
    }

    #[test]
    fn every_mistake_becomes_one_compile_error_in_order() {
        let errors = Errors::new();
        errors.at(quote!(a b), "first");
        errors.span(Span::call_site(), "second");
        let text = errors.finish().expect("two mistakes").to_string();
        assert_eq!(text.matches("compile_error").count(), 2);
        assert!(text.find("first") < text.find("second"));
    }

    #[test]
    #[should_panic(expected = "dropped unreported")]
    fn dropping_unfinished_errors_panics() {
        drop(Errors::new());
    }
}
