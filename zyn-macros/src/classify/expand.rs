//! The impls of `#[derive(Classify)]`.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Label, Model};

pub(crate) fn expand(model: &Model<'_>) -> TokenStream {
    let zyn = &model.zyn();
    let name = &model.input.ident;
    let labels = model.offered().map(|it| label(it, zyn));
    let unsure = model.offered().position(|it| it.unsure().is_some());
    let unsure = unsure.map(|at| {
        quote! {
            const UNSURE: #zyn::__private::Option<#zyn::__private::usize> =
                #zyn::__private::Option::Some(#at);
        }
    });
    let variants = model.labels.iter().map(|it| &it.variant.ident);
    let names = model.labels.iter().map(|it| &it.wire().value);
    let offered = model.offered().map(|it| &it.variant.ident);
    let offered_names = model.offered().map(|it| &it.wire().value);
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #zyn::Classify for #name {
                const LABELS: &'static [#zyn::Label] = &[#(#labels),*];
                #unsure
                fn label(&self) -> &'static #zyn::__private::str {
                    match self { #(Self::#variants => #names,)* }
                }
                fn from_label(label: &#zyn::__private::str) -> #zyn::__private::Option<Self> {
                    match label {
                        #(#offered_names => #zyn::__private::Option::Some(Self::#offered),)*
                        _ => #zyn::__private::Option::None,
                    }
                }
            }
            #[automatically_derived]
            impl #zyn::ToPrompt for #name {
                fn to_prompt(&self) -> #zyn::__private::String {
                    #zyn::ToPrompt::to_prompt(#zyn::Classify::label(self))
                }
            }
        };
    }
}

fn label(label: &Label<'_>, zyn: &syn::Path) -> TokenStream {
    let name = &label.wire().value;
    let about = match label.about() {
        Some(about) => quote!(#zyn::__private::Option::Some(#about)),
        None => quote!(#zyn::__private::Option::None),
    };
    let examples = label.examples();
    quote!(#zyn::Label { name: #name, about: #about, examples: &[#(#examples),*] })
}
