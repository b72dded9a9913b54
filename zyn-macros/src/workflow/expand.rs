//! From what was read to the function and the type of the same name.
//!
//! ```text
//! pub fn answer<'wf, 'in0: 'wf>(ticket: &'in0 str) -> ::zyn::Run<'wf, Reply> {
//!     ::zyn::Run::new(&answer::GRAPH, Box::new(move |__cx| Box::pin(async move {
//!         let __value: Reply = { /* the body, its steps rewritten */ };
//!         return Ok::<Reply, ::zyn::Error>(__value);
//!         use ::zyn::verbs::{extract, classify, …};
//!     })))
//! }
//! #[doc(hidden)]
//! pub enum answer {}
//! impl answer {
//!     pub const GRAPH: &'static ::zyn::graph::Graph = &…;
//!     pub const fn graph() -> &'static ::zyn::graph::Graph { Self::GRAPH }
//! }
//! ```
//!
//! A type and not a module: the graphs of workflows that it runs are found where the workflow stands, in a function's
//! body too; and a constant that needs itself is an error, so no workflow can run itself by a detour.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Path, Signature, Stmt, Type, Visibility};

use super::body::Returns;
use super::words::words;
use super::{lifetimes, located, respan};
use crate::prompt;

/// A workflow, ready to be printed.
pub(crate) struct Parts<'a> {
    pub(crate) attrs: &'a [Attribute],
    pub(crate) vis: &'a Visibility,
    pub(crate) sig: Signature,
    /// The type of its value.
    pub(crate) output: &'a Type,
    /// The body with its steps rewritten; `None` where the mistakes leave no body worth compiling.
    pub(crate) stmts: Option<&'a [Stmt]>,
    pub(crate) graph: TokenStream,
    pub(crate) returns: Returns,
    /// The words that the body has as names of its own too.
    pub(crate) taken: &'a BTreeSet<&'static str>,
    pub(crate) krate: &'a Path,
    /// Whether mistakes are reported: lints about what they leave unused would be noise.
    pub(crate) quiet: bool,
}

/// The function that makes a run, and the type that holds its graph.
pub(crate) fn expand(parts: Parts<'_>) -> TokenStream {
    let Parts {
        attrs,
        vis,
        mut sig,
        output,
        stmts,
        graph,
        returns,
        taken,
        krate,
        quiet,
    } = parts;
    sig.inputs = sig
        .inputs
        .into_iter()
        .filter(|input| matches!(input, FnArg::Typed(_)))
        .collect();
    let run = lifetimes::name(&mut sig);
    let name = &sig.ident;
    let function = &sig.fn_token;
    let inputs = &sig.inputs;
    let (generics, _, bounds) = sig.generics.split_for_impl();
    let cfg: Vec<_> = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg"))
        .collect();

    let result = match returns {
        Returns::Value => quote!(#krate::__private::Result<#output, #krate::Error>),
        Returns::Result => output.to_token_stream(),
    };
    let run_type = match returns {
        Returns::Value => quote!(#krate::Run<#run, #output>),
        Returns::Result => quote!(#krate::Run<
            #run,
            <#output as #krate::__private::IsResult>::Value,
            <#output as #krate::__private::IsResult>::Error,
        >),
    };
    let holder = prompt::ident(&name.to_string(), Span::mixed_site());
    let body = match stmts {
        Some(stmts) => running(stmts, output, returns, taken, krate),
        None => quote!(async move { #krate::__private::refused_body::<#result>() }),
    };
    let cx = Ident::new("__cx", Span::mixed_site());
    let distinct = respan(
        quote!(#krate::graph::Graph::__distinct),
        located(name.span()),
    );
    let mut graph = Group::new(Delimiter::Parenthesis, quote!(&#graph));
    graph.set_span(located(name.span()));
    let quiet = quiet.then(|| quote!(#[allow(unused, irrefutable_let_patterns)]));
    quote! {
        #(#attrs)*
        #quiet
        #vis #function #name #generics (#inputs) -> #run_type #bounds {
            #krate::Run::new(
                #holder::GRAPH,
                #krate::__private::Box::new(move |#cx: #krate::__private::Cx| -> #krate::BoxFuture<#run, #result> {
                    #krate::__private::Box::pin(#body)
                }),
            )
        }
        #(#cfg)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, unreachable_pub)]
        #vis enum #holder {}
        #(#cfg)*
        impl #holder {
            pub const GRAPH: &'static #krate::graph::Graph = #distinct #graph;
            pub const fn graph() -> &'static #krate::graph::Graph {
                Self::GRAPH
            }
        }
    }
}

fn running(
    stmts: &[Stmt],
    output: &Type,
    returns: Returns,
    taken: &BTreeSet<&'static str>,
    krate: &Path,
) -> TokenStream {
    let value = Ident::new("__value", Span::mixed_site());
    // located at the type, so that a wrong value is E0308 there and on the value, not on the whole macro
    let binding = quote_spanned!(located(output.span())=> let #value: #output = { #(#stmts)* };);
    let end = match returns {
        Returns::Value => quote!(#krate::__private::Result::Ok::<#output, #krate::Error>(#value)),
        Returns::Result => value.to_token_stream(),
    };
    let cx = Ident::new("__cx", Span::mixed_site());
    let words = words().filter(|word| !taken.contains(word));
    let words = words.map(|word| Ident::new(word, Span::call_site()));
    quote!(async move {
        // a closure or block of the user that moves what it names takes the reference
        let #cx = &#cx;
        // the name that a `let` gives to a last step is not for nothing
        #[allow(clippy::let_and_return)]
        #binding
        // a body may end with `return`
        #[allow(unreachable_code)]
        return #end;
        // for what is misspelt and what is being typed: of what is written as it should be, each word that could
        // mean another thing has its path
        #[allow(unused_imports, clippy::items_after_statements)]
        use #krate::verbs::{#(#words),*};
    })
}
