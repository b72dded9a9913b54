//! What is derived from: the variants, and what serde calls them.

use proc_macro2::Span;
use serde_derive_internals::ast::{self, Data};
use serde_derive_internals::name::Name;
use serde_derive_internals::{Ctxt, Derive, attr as serde_attr};
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Ident, LitStr, Token};

use crate::attr::{self, Entry, Value};
use crate::diag::Errors;
use crate::docs;

pub(crate) struct Model<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) entries: Vec<Entry>,
    pub(crate) labels: Vec<Label<'a>>,
}

pub(crate) struct Label<'a> {
    pub(crate) variant: &'a syn::Variant,
    pub(crate) serde: serde_attr::Variant,
    pub(crate) entries: Vec<Entry>,
}

impl<'a> Model<'a> {
    pub(crate) fn new(input: &'a DeriveInput, errors: &Errors) -> Self {
        let cx = Ctxt::new();
        let private = Ident::new("__private", Span::call_site());
        let container = ast::Container::from_ast(&cx, input, Derive::Deserialize, &private);
        let wrong = cx.check();
        let labels = match container.map(|container| container.data) {
            Some(Data::Enum(variants)) => {
                // Nothing else reports them: a set of labels need not derive `Deserialize`.
                if let Err(wrong) = wrong {
                    wrong.into_iter().for_each(|error| errors.push(error));
                }
                variants
                    .into_iter()
                    .map(|variant| Label {
                        entries: attr::entries("classify", &variant.original.attrs, errors),
                        variant: variant.original,
                        serde: variant.attrs,
                    })
                    .collect()
            }
            _ => Vec::new(),
        };
        Self {
            input,
            entries: attr::entries("classify", &input.attrs, errors),
            labels,
        }
    }

    pub(crate) fn zyn(&self) -> syn::Path {
        attr::zyn(&self.entries)
    }

    /// The labels that a model may choose.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &Label<'a>> {
        self.labels.iter().filter(|label| label.is_offered())
    }
}

impl Label<'_> {
    /// Whether serde does not skip it.
    pub(crate) fn is_offered(&self) -> bool {
        !self.serde.skip_deserializing()
    }

    pub(crate) fn wire(&self) -> &Name {
        self.serde.name().deserialize_name()
    }

    pub(crate) fn about(&self) -> Option<String> {
        docs::text(&self.variant.attrs)
    }

    /// The set of labels that this one is divided into: the type of its one field without a name.
    pub(crate) fn within(&self) -> Option<&syn::Type> {
        match &self.variant.fields {
            syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                fields.unnamed.first().map(|field| &field.ty)
            }
            _ => None,
        }
    }

    pub(crate) fn unsure(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is("unsure"))
    }

    pub(crate) fn examples(&self) -> Vec<LitStr> {
        self.entries
            .iter()
            .filter(|entry| entry.is("examples"))
            .filter_map(|entry| examples(entry).ok())
            .flatten()
            .collect()
    }
}

/// The texts of `examples("…", "…")`.
pub(crate) fn examples(entry: &Entry) -> syn::Result<Punctuated<LitStr, Token![,]>> {
    const HOW: &str = "`examples` takes texts: `examples(\"…\", \"…\")`";
    let Value::List(list) = &entry.value else {
        return Err(syn::Error::new_spanned(entry, HOW));
    };
    syn::parse::Parser::parse2(Punctuated::parse_terminated, list.clone())
        .map_err(|error| syn::Error::new(error.span(), HOW))
}
