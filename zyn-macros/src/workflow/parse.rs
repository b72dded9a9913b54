//! The items of an invocation. A body that does not parse costs the body, not the item.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{AttrStyle, Attribute, Block, Error, Result, Signature, Stmt, Visibility};

use super::repair;

/// What stands inside `workflow!( … );`.
pub(crate) struct Invocation {
    pub(crate) workflows: Vec<Source>,
    /// Why there are no more of them.
    pub(crate) error: Option<Error>,
}

/// One workflow as written.
pub(crate) struct Source {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Result<Vec<Stmt>>,
    /// What was wrong with the body before it was completed.
    pub(crate) unfinished: Option<Error>,
}

impl Parse for Invocation {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let (mut workflows, mut error) = (Vec::new(), None);
        if input.is_empty() {
            error = Some(Error::new(
                Span::call_site(),
                "no workflow is declared here; write `async fn name(…) -> Type { … }`",
            ));
        }
        while !input.is_empty() && error.is_none() {
            match input.parse() {
                Ok(workflow) => workflows.push(workflow),
                Err(found) => {
                    // what follows is lost with it
                    input.parse::<TokenStream>()?;
                    error = Some(found);
                }
            }
        }
        Ok(Self { workflows, error })
    }
}

impl Parse for Source {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        let content;
        syn::braced!(content in input);
        for mut attr in content.call(Attribute::parse_inner)? {
            attr.style = AttrStyle::Outer;
            attrs.push(attr);
        }
        let tokens: TokenStream = content.parse()?;
        let (body, unfinished) = body(tokens);
        Ok(Self {
            attrs,
            vis,
            sig,
            body,
            unfinished,
        })
    }
}

/// The statements of a body; where an editor asks for one that is being typed, of the completed body.
fn body(tokens: TokenStream) -> (Result<Vec<Stmt>>, Option<Error>) {
    match Block::parse_within.parse2(tokens.clone()) {
        Err(error) if repair::in_editor() => {
            match Block::parse_within.parse2(repair::complete(tokens)) {
                Ok(stmts) => (Ok(stmts), Some(error)),
                Err(_) => (Err(error), None),
            }
        }
        body => (body, None),
    }
}
