//! The macros of zyn. Use them through the `zyn` crate, which documents them.

mod attr;
mod classify;
mod diag;
mod docs;
mod extract;
mod fallback;
mod print;
mod prompt;
mod similar;
mod workflow;

use proc_macro::TokenStream;

#[proc_macro]
#[expect(missing_docs, reason = "`zyn` documents it where it re-exports it")]
pub fn workflow(input: TokenStream) -> TokenStream {
    workflow::expand(input.into()).into()
}

/// Derives the trait `zyn::Extract`, which says what the attributes mean.
#[proc_macro_derive(Extract, attributes(extract, serde, schemars))]
pub fn derive_extract(input: TokenStream) -> TokenStream {
    extract::derive(input.into()).into()
}

/// Derives the trait `zyn::Classify`, which says what the attributes mean.
#[proc_macro_derive(Classify, attributes(classify, serde))]
pub fn derive_classify(input: TokenStream) -> TokenStream {
    classify::derive(input.into()).into()
}
