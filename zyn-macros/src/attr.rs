//! The keys of `#[extract(…)]` and `#[classify(…)]`: reading them, and the rules that all keys obey.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, ExprPath, Ident, Lit, LitStr, Meta, Token};

use crate::diag::Errors;
use crate::similar::similar;

/// What stands after a key.
pub(crate) enum Value {
    None,
    Is(Expr),
    List(TokenStream),
}

/// One key of an attribute, not yet judged.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Value::Is(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let list;
            syn::parenthesized!(list in input);
            Value::List(list.parse()?)
        } else {
            Value::None
        };
        Ok(Self { key, value })
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
        match &self.value {
            Value::None => {}
            Value::Is(expr) => expr.to_tokens(tokens),
            Value::List(list) => list.to_tokens(tokens),
        }
    }
}

impl Entry {
    pub(crate) fn is(&self, key: &str) -> bool {
        self.key == key
    }

    pub(crate) fn as_str(&self) -> Option<&LitStr> {
        match &self.value {
            Value::Is(Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            })) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_path(&self) -> Option<&ExprPath> {
        match &self.value {
            Value::Is(Expr::Path(path)) => Some(path),
            _ => None,
        }
    }
}

/// The entries of all attributes called `name`.
pub(crate) fn entries(name: &str, attrs: &[Attribute], errors: &Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        match &attr.meta {
            Meta::List(list) => {
                match list.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated) {
                    Ok(parsed) => entries.extend(parsed),
                    Err(error) => errors.push(error),
                }
            }
            meta => errors.at(
                meta,
                format_args!("the keys of `{name}` stand in parentheses: `#[{name}(…)]`"),
            ),
        }
    }
    entries
}

/// The entry for `key` in a foreign attribute, whose mistakes are reported by its own macro.
pub(crate) fn foreign(name: &str, key: &str, attrs: &[Attribute]) -> Option<Entry> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident(name))
        .filter_map(|attr| {
            attr.parse_args_with(Punctuated::<Foreign, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
        .filter_map(|Foreign(entry)| entry)
        .find(|entry| entry.is(key))
}

/// An entry, or schemars' `!key`, which takes a key of serde's back.
struct Foreign(Option<Entry>);

impl Parse for Foreign {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![!]) {
            input.parse::<Token![!]>()?;
            input.call(Ident::parse_any)?;
            return Ok(Self(None));
        }
        input.parse().map(|entry| Self(Some(entry)))
    }
}

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Type,
    Variant,
    Field,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Type => "the type",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }
}

/// A key, and what may be done with it.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) places: &'static [Place],
    pub(crate) repeats: bool,
}

/// The keys of one attribute.
pub(crate) struct Vocabulary {
    pub(crate) attribute: &'static str,
    pub(crate) keys: &'static [Key],
    /// The remedy for a key that is nearly right in a way of its own.
    pub(crate) remedy: fn(&str) -> Option<String>,
}

impl Vocabulary {
    /// Each key is known, in its place, and there once.
    pub(crate) fn check(&self, place: Place, entries: &[Entry], errors: &Errors) {
        for (at, entry) in entries.iter().enumerate() {
            let name = entry.key.to_string();
            let Some(key) = self.keys.iter().find(|key| key.name == name) else {
                errors.at(&entry.key, self.unknown(&name));
                continue;
            };
            if !key.places.contains(&place) {
                let places: Vec<&str> = key.places.iter().map(|place| place.name()).collect();
                let places = places.join(" or ");
                let here = place.name();
                errors.at(
                    &entry.key,
                    format_args!("`{name}` belongs on {places}, not on {here}"),
                );
            } else if !key.repeats && entries.iter().take(at).any(|before| before.is(&name)) {
                let attribute = self.attribute;
                errors.at(
                    &entry.key,
                    format_args!("duplicate `{attribute}` key `{name}`"),
                );
            }
        }
    }

    fn unknown(&self, name: &str) -> String {
        if let Some(remedy) = (self.remedy)(name) {
            return remedy;
        }
        let attribute = self.attribute;
        let keys = self.keys.iter().map(|key| key.name);
        match similar(name, keys.clone()) {
            Some(near) => {
                format!("unknown `{attribute}` key `{name}`; did you mean `{near}`?")
            }
            None => {
                let keys: Vec<String> = keys.map(|key| format!("`{key}`")).collect();
                let keys = keys.join(", ");
                format!("unknown `{attribute}` key `{name}`; the keys are {keys}")
            }
        }
    }
}

/// Where the expansion finds zyn: `crate = path`, else `::zyn`.
pub(crate) fn zyn(entries: &[Entry]) -> syn::Path {
    entries
        .iter()
        .filter(|entry| entry.is("crate"))
        .find_map(Entry::as_path)
        .map_or_else(|| syn::parse_quote!(::zyn), |path| path.path.clone())
}

/// `crate` has a path.
pub(crate) fn check_crate(entries: &[Entry], errors: &Errors) {
    for entry in entries.iter().filter(|entry| entry.is("crate")) {
        if entry.as_path().is_none() {
            errors.at(entry, "`crate` takes a path: `crate = path::to::zyn`");
        }
    }
}
