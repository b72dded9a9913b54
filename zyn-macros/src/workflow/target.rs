//! What a value is decided for: the place that gives a step its name.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Expr, Pat};

use super::place::Place;
use crate::print::print_type;

/// What a value is decided for.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: Name,
    /// Whether a step for it was refused already: one mistake, one error.
    pub(crate) refused: bool,
    /// Whether a step decides it already: this one stands in another arm.
    pub(crate) decided: bool,
}

#[derive(Clone)]
pub(crate) enum Name {
    /// A `let` or an assignment; with the type, if the `let` says it.
    Binding(Ident, Option<String>),
    /// The workflow's own value.
    Workflow(Ident),
    /// `let _ = …` or `_ = …`
    Wild(TokenStream),
    /// `let (a, b) = …`
    Pattern(TokenStream),
    /// No value with a name: what stands here is ordinary Rust.
    Nothing(Place),
}

impl Target {
    pub(crate) fn new(name: Name) -> Self {
        Self {
            name,
            refused: false,
            decided: false,
        }
    }

    pub(crate) fn nothing(place: Place) -> Self {
        Self::new(Name::Nothing(place))
    }

    /// The left side of a `let`.
    pub(crate) fn of_let(pat: &Pat) -> Self {
        let name = match pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                Name::Binding(name.ident.clone(), None)
            }
            Pat::Type(typed) => match Self::of_let(&typed.pat).name {
                Name::Binding(name, _) => {
                    Name::Binding(name, Some(print_type(typed.ty.to_token_stream())))
                }
                other => other,
            },
            Pat::Wild(wild) => Name::Wild(wild.to_token_stream()),
            pat => Name::Pattern(pat.to_token_stream()),
        };
        Self::new(name)
    }

    /// The left side of an assignment; `None` where no value with a name of its own is assigned to.
    pub(crate) fn of_assignment(left: &Expr) -> Option<Self> {
        match left {
            Expr::Path(path) => {
                let name = path.path.get_ident()?.clone();
                Some(Self::new(Name::Binding(name, None)))
            }
            Expr::Infer(wild) => Some(Self::new(Name::Wild(wild.to_token_stream()))),
            _ => None,
        }
    }
}
