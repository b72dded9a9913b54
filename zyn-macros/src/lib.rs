//! The macros of zyn. Use them through the `zyn` crate, which documents them.

mod diag;
mod prompt;
mod similar;
mod workflow;

use proc_macro::TokenStream;

/// Declares a workflow. Documented as `zyn::workflow`.
#[proc_macro]
pub fn workflow(input: TokenStream) -> TokenStream {
    workflow::expand(input.into()).into()
}
