//! The impls of `#[derive(Classify)]`.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Label, Model};

pub(crate) fn expand(model: &Model<'_>) -> TokenStream {
    let zyn = &model.zyn();
    let name = &model.input.ident;
    let labels = model.offered().map(|it| label(it, zyn));
    let unsure = model.offered().find(|it| it.unsure().is_some());
    let unsure = unsure.map(|label| {
        let variant = &label.variant.ident;
        quote! {
            fn unsure() -> #zyn::__private::Option<Self> {
                #zyn::__private::Option::Some(Self::#variant)
            }
        }
    });
    let named = model.labels.iter().map(|it| named(it, zyn));
    let found = model.offered().map(|it| found(it, zyn));
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #zyn::Classify for #name {
                const LABELS: &'static [#zyn::Label] = &[#(#labels),*];
                fn label(&self) -> #zyn::__private::Cow<'static, #zyn::__private::str> {
                    match self { #(#named,)* }
                }
                fn from_label(label: &#zyn::__private::str) -> #zyn::__private::Option<Self> {
                    #(#found)*
                    #zyn::__private::Option::None
                }
                #unsure
            }
            #[automatically_derived]
            impl #zyn::ToPrompt for #name {
                fn to_prompt(&self) -> #zyn::__private::String {
                    #zyn::ToPrompt::to_prompt(&#zyn::Classify::label(self))
                }
            }
        };
    }
}

/// The arm that gives a label's name.
fn named(label: &Label<'_>, zyn: &syn::Path) -> TokenStream {
    let (variant, name) = (&label.variant.ident, &label.wire().value);
    match label.within() {
        None => quote!(Self::#variant => #zyn::__private::Cow::Borrowed(#name)),
        Some(ty) => {
            let name = format!("{name}/");
            quote! {
                Self::#variant(within) => #zyn::__private::Cow::Owned(
                    <#zyn::__private::String as #zyn::__private::From<&#zyn::__private::str>>::from(#name) + &*<#ty as #zyn::Classify>::label(within)
                )
            }
        }
    }
}

/// What leaves with the label that a name is of.
fn found(label: &Label<'_>, zyn: &syn::Path) -> TokenStream {
    let (variant, name) = (&label.variant.ident, &label.wire().value);
    match label.within() {
        None => quote! {
            if label == #name {
                return #zyn::__private::Option::Some(Self::#variant);
            }
        },
        Some(ty) => {
            let name = format!("{name}/");
            quote! {
                if let #zyn::__private::Option::Some(within) = label.strip_prefix(#name) {
                    return <#ty as #zyn::Classify>::from_label(within).map(Self::#variant);
                }
            }
        }
    }
}

fn label(label: &Label<'_>, zyn: &syn::Path) -> TokenStream {
    let name = &label.wire().value;
    let about = match label.about() {
        Some(about) => quote!(#zyn::__private::Option::Some(#about)),
        None => quote!(#zyn::__private::Option::None),
    };
    let examples = label.examples();
    let within = match label.within() {
        Some(ty) => quote!(<#ty as #zyn::Classify>::LABELS),
        None => quote!(&[]),
    };
    quote!(#zyn::Label { name: #name, about: #about, examples: &[#(#examples),*], within: #within })
}
