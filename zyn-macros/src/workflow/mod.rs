//! `workflow!`: parse, read, check, expand. Mistakes are collected; the item always comes with them.

mod ahead;
mod body;
mod branch;
mod check;
mod expand;
mod graph;
mod hole;
mod lifetimes;
mod macro_call;
mod model;
mod ordinary;
mod parse;
mod place;
mod scope;
mod step;
mod target;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, FnArg, Pat, Path, ReturnType, Signature, Type};

use self::body::Returns;
use self::parse::{Invocation, Source};
use crate::diag::Errors;

/// Expands the items of one invocation.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    match syn::parse2::<Invocation>(tokens) {
        Ok(Invocation { workflows, error }) => {
            let error = error.map(syn::Error::into_compile_error);
            workflows.into_iter().map(workflow).chain(error).collect()
        }
        Err(error) => error.into_compile_error(),
    }
}

fn workflow(source: Source) -> TokenStream {
    let (item, mistakes) = Errors::collect(|errors| item(source, errors));
    // behind the item: an error in front would shift what an editor completes
    quote!(#item #mistakes)
}

/// The function and the module of one workflow, whatever is wrong with it.
fn item(source: Source, errors: &Errors) -> TokenStream {
    let Source {
        mut attrs,
        vis,
        mut sig,
        body,
    } = source;
    let krate = crate_path(&mut attrs, errors);
    let inputs = inputs(&sig);
    let returns = returns(&sig);
    check::signature(&mut sig, errors);
    let signature_holds = errors.is_empty();

    let mut stmts = body.unwrap_or_else(|error| {
        errors.push(error);
        Vec::new()
    });
    let has_body = !stmts.is_empty();
    let output: Type = match &sig.output {
        ReturnType::Type(_, ty) => (**ty).clone(),
        ReturnType::Default => syn::parse_quote!(()),
    };
    let read = body::read(
        &mut stmts, &sig.ident, &inputs, &output, returns, &krate, errors,
    );
    if read.steps.is_empty() && errors.is_empty() {
        errors.at(
            &sig.ident,
            format!(
                "workflow `{}` has no steps; call `extract`, `classify` or `transform`",
                sig.ident
            ),
        );
    }
    let graph = graph::expand(&sig, &attrs, &inputs, &read, &krate);
    expand::expand(expand::Parts {
        attrs: &attrs,
        vis: &vis,
        sig,
        output: &output,
        stmts: (signature_holds && has_body).then_some(&stmts),
        graph,
        returns,
        krate: &krate,
        quiet: !errors.is_empty(),
    })
}

/// The names of the inputs.
fn inputs(sig: &Signature) -> Vec<Ident> {
    let name = |input: &FnArg| match input {
        FnArg::Typed(input) => match &*input.pat {
            Pat::Ident(name) => Some(name.ident.clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    };
    sig.inputs.iter().filter_map(name).collect()
}

/// A return type whose last segment is `Result` is a result.
fn returns(sig: &Signature) -> Returns {
    match &sig.output {
        ReturnType::Type(_, ty) => match &**ty {
            Type::Path(path)
                if path
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "Result") =>
            {
                Returns::Result
            }
            _ => Returns::Value,
        },
        ReturnType::Default => Returns::Value,
    }
}

/// Takes `#[zyn(crate = path)]` out of the attributes; `::zyn` without it.
fn crate_path(attrs: &mut Vec<Attribute>, errors: &Errors) -> Path {
    let mut krate: Path = syn::parse_quote!(::zyn);
    attrs.retain(|attr| {
        if !attr.path().is_ident("zyn") {
            return true;
        }
        let parsed = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                krate = meta.value()?.parse()?;
                Ok(())
            } else {
                Err(meta.error("unknown key; `#[zyn(crate = path)]` is the only one"))
            }
        });
        if let Err(error) = parsed {
            errors.push(error);
        }
        false
    });
    krate
}

/// The place of machinery that belongs to what stands at `span`: its location, the macro's names.
fn located(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}
