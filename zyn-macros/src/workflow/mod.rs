//! `workflow!`: parse, read, check, expand. Mistakes are collected; the item always comes with them.

mod ahead;
mod argument;
mod body;
mod branch;
mod check;
mod effect;
mod expand;
mod graph;
mod hiding;
mod hole;
mod id;
mod join;
mod lifetimes;
mod macro_call;
mod model;
mod note;
mod ordinary;
mod otherwise;
mod parse;
mod place;
mod repair;
mod repeat;
mod scope;
mod step;
mod target;
mod words;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, FnArg, LitInt, Pat, Path, ReturnType, Signature, Type};

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

fn workflow(mut source: Source) -> TokenStream {
    let unfinished = source.unfinished.take();
    let (mut item, mut mistakes) = Errors::collect(|errors| item(source, errors));
    if let Some(error) = unfinished {
        item = repair::strip(item);
        mistakes = Some(error.into_compile_error());
    }
    // behind the item: an error in front would shift what an editor completes
    quote!(#item #mistakes)
}

/// The function and the graph of one workflow, whatever is wrong with it.
fn item(source: Source, errors: &Errors) -> TokenStream {
    let Source {
        mut attrs,
        vis,
        mut sig,
        body,
        ..
    } = source;
    let Settings { krate, version } = settings(&mut attrs, errors);
    let inputs = inputs(&sig);
    let returns = returns(&sig);
    check::signature(&mut sig, errors);
    let signature_holds = errors.is_empty();

    let mut stmts = body.unwrap_or_else(|error| {
        errors.push(error);
        Vec::new()
    });
    if hiding::refuse(&stmts, errors) {
        // nobody knows what its calls mean
        stmts.clear();
    }
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
    let graph = graph::expand(&sig, &attrs, version, &inputs, &read, &krate);
    expand::expand(expand::Parts {
        attrs: &attrs,
        vis: &vis,
        sig,
        output: &output,
        stmts: (signature_holds && has_body).then_some(&stmts),
        graph,
        returns,
        taken: &read.taken,
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

/// What `#[zyn(…)]` says.
struct Settings {
    /// Where the expansion finds zyn.
    krate: Path,
    version: u32,
}

/// Takes `#[zyn(crate = path, version = 2)]` out of the attributes.
fn settings(attrs: &mut Vec<Attribute>, errors: &Errors) -> Settings {
    let mut settings = Settings {
        krate: syn::parse_quote!(::zyn),
        version: 1,
    };
    attrs.retain(|attr| {
        if !attr.path().is_ident("zyn") {
            return true;
        }
        let parsed = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                settings.krate = meta.value()?.parse()?;
                Ok(())
            } else if meta.path.is_ident("version") {
                settings.version = number(&meta.value()?.parse()?)?;
                Ok(())
            } else {
                Err(meta.error("unknown key; the keys are `crate = path` and `version = 2`"))
            }
        });
        if let Err(error) = parsed {
            errors.push(error);
        }
        false
    });
    settings
}

/// A version, which counts from 1.
fn number(literal: &LitInt) -> syn::Result<u32> {
    match literal.base10_parse() {
        Ok(version) if version > 0 => Ok(version),
        _ => Err(syn::Error::new(
            literal.span(),
            "a version is a whole number from 1 on",
        )),
    }
}

/// The place of machinery that belongs to what stands at `span`: its location, the macro's names. For an editor it
/// has no location: a user who asks about the word there would be told of the machinery too.
fn located(span: Span) -> Span {
    if repair::in_editor() {
        Span::mixed_site()
    } else {
        named(span)
    }
}

/// The place of a user's name that the macro resolves.
fn named(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// `tokens` with all of them at `span`.
fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}
