//! Impls that stand beside a mistake, so that it does not bring a "not implemented" along for every use of
//! the type.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Path, parse_quote};

use crate::extract;

/// `Extract` with nothing of its own.
///
/// What it needs is a bound on the type itself. `for<'workaround>` postpones the bound: instead of an error
/// here, the impl does not hold where the type has no schema.
pub(crate) fn extract(input: &DeriveInput, zyn: &Path) -> TokenStream {
    let name = &input.ident;
    let mut generics = input.generics.clone();
    let (_, ty_generics, _) = input.generics.split_for_impl();
    let supertraits = parse_quote! {
        for<'workaround> #name #ty_generics:
            #zyn::__private::HasSchema + #zyn::__private::HasDeserialize
                + #zyn::__private::Send + 'static
    };
    generics.make_where_clause().predicates.push(supertraits);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let to_prompt = extract::to_prompt(input, zyn);
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #impl_generics #zyn::Extract for #name #ty_generics #where_clause {
                type Partial = ();
                fn partial(_: #zyn::__private::Progress<'_>) {}
            }
            #to_prompt
        };
    }
}

/// `Classify` without labels.
pub(crate) fn classify(input: &DeriveInput, zyn: &Path) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let mut bounded = input.generics.clone();
    bounded
        .make_where_clause()
        .predicates
        .push(parse_quote!(for<'workaround> #name #ty_generics: #zyn::__private::Send + 'static));
    let (_, _, bounds) = bounded.split_for_impl();
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #impl_generics #zyn::Classify for #name #ty_generics #bounds {
                const LABELS: &'static [#zyn::Label] = &[];
                fn label(&self) -> #zyn::__private::Cow<'static, #zyn::__private::str> {
                    #zyn::__private::Cow::Borrowed("")
                }
                fn from_label(_: &#zyn::__private::str) -> #zyn::__private::Option<Self> {
                    #zyn::__private::Option::None
                }
            }
            #[automatically_derived]
            #[allow(deprecated)]
            impl #impl_generics #zyn::ToPrompt for #name #ty_generics #where_clause {
                fn to_prompt(&self) -> #zyn::__private::String {
                    #zyn::__private::String::new()
                }
            }
        };
    }
}
