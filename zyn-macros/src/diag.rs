//! Mistakes, collected: a user sees all of them at once.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far in one macro input.
///
/// Each mistake is one error at one token. A second place belongs into the words of the message:
/// `syn::Error::combine` would make a second error of it. A rule that finds a mistake goes on with a
/// harmless default, and stops early only where the next rule would repeat the complaint.
///
/// There is one only while [`collect`](Self::collect) runs, which hands over all of them: none can be forgotten.
#[derive(Debug)]
pub(crate) struct Errors(RefCell<Vec<syn::Error>>);

impl Errors {
    /// What `read` gives, and the mistakes it found as `compile_error!`s, in that order; `None` if there are none.
    pub(crate) fn collect<T>(read: impl FnOnce(&Self) -> T) -> (T, Option<TokenStream>) {
        let errors = Self(RefCell::default());
        let value = read(&errors);
        let errors = errors.0.into_inner();
        let mistakes = errors.iter().map(syn::Error::to_compile_error).collect();
        (value, (!errors.is_empty()).then_some(mistakes))
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
        self.0.borrow_mut().push(error);
    }

    /// Whether there is no mistake yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn no_mistake_gives_no_tokens() {
        let (empty, mistakes) = Errors::collect(Errors::is_empty);
        assert!(empty && mistakes.is_none());
    }

    #[test]
    fn every_mistake_becomes_one_compile_error_in_order() {
        let (empty, mistakes) = Errors::collect(|errors| {
            errors.at(quote!(a b), "first");
            errors.span(Span::call_site(), "second");
            errors.is_empty()
        });
        let text = mistakes.expect("two mistakes").to_string();
        assert!(!empty);
        assert_eq!(text.matches("compile_error").count(), 2);
        assert!(text.find("first") < text.find("second"));
    }
}
