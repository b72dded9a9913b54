//! The impls of `#[derive(Extract)]`.
//!
//! ```text
//! impl Extract for Customer {
//!     const TASK: Option<&'static str> = Some("A customer and what they need.");
//!     type Partial = CustomerPartial;
//!     fn partial(so_far: Progress<'_>) -> CustomerPartial { … }
//!     fn violations(&self) -> Vec<Violation> {
//!         let mut violations = Violations::new();
//!         match self {
//!             Self { name: field_0, email: field_1 } => {
//!                 (&Part(field_0)).check_at("/name", &mut violations);
//!                 violations.judge("/name", not_blank(field_0));
//!                 (&Part(field_1)).check_at("/email", &mut violations);
//!             }
//!         }
//!         violations.judge("", plausible(self));
//!         violations.into_vec()
//!     }
//! }
//! impl ToPrompt for Customer where for<'workaround> AsJson: PromptJson<Customer> { … }
//! ```

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, ExprPath, Generics, Ident, parse_quote};

use super::model::{Model, Shape, validators};
use super::partial;

pub(crate) fn expand(model: &Model<'_>) -> TokenStream {
    let zyn = &model.zyn();
    let name = &model.input.ident;
    let generics = bounded(model, zyn);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let task = task(model, zyn);
    let check = check(model, zyn);
    let (partial_type, partial) = partial::expand(model);
    let to_prompt = to_prompt(model.input, zyn);
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated, unused_imports)]
            impl #impl_generics #zyn::Extract for #name #ty_generics #where_clause {
                #task
                #partial
                #check
            }
            #partial_type
            #to_prompt
        };
    }
}

/// `T: Extract` for each type parameter that a model fills in, with what serde's and schemars' derives ask
/// of it; the others are only carried along.
fn bounded(model: &Model<'_>, zyn: &syn::Path) -> Generics {
    let mut generics = model.input.generics.clone();
    let params: Vec<Ident> = generics.type_params().map(|it| it.ident.clone()).collect();
    for param in params {
        let bound = if model.filled().any(|it| mentions(&it.source.ty, &param)) {
            parse_quote! {
                #param: #zyn::Extract
                    + #zyn::__private::JsonSchema
                    + #zyn::__private::DeserializeOwned
            }
        } else {
            parse_quote!(#param: #zyn::__private::Send + 'static)
        };
        generics.make_where_clause().predicates.push(bound);
    }
    generics
}

pub(super) fn mentions(ty: &syn::Type, param: &Ident) -> bool {
    fn any(tokens: TokenStream, param: &Ident) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == *param,
            proc_macro2::TokenTree::Group(group) => any(group.stream(), param),
            _ => false,
        })
    }
    any(quote!(#ty), param)
}

fn task(model: &Model<'_>, zyn: &syn::Path) -> TokenStream {
    match model.task() {
        Some(task) => quote! {
            const TASK: #zyn::__private::Option<&'static #zyn::__private::str> =
                #zyn::__private::Option::Some(#task);
        },
        None => TokenStream::new(),
    }
}

fn check(model: &Model<'_>, zyn: &syn::Path) -> TokenStream {
    let violations = Ident::new("violations", Span::mixed_site());
    let arms = model
        .shapes
        .iter()
        .map(|shape| arm(model, shape, &violations));
    let this = Ident::new("self", Span::call_site());
    let whole = validators(&model.entries).map(|path| judge(&violations, "", path, this.clone()));
    quote! {
        fn violations(&self) -> #zyn::__private::Vec<#zyn::__private::Violation> {
            use #zyn::__private::{Checked as _, Unchecked as _};
            let mut #violations = #zyn::__private::Violations::new();
            match self { #(#arms)* }
            #(#whole)*
            #violations.into_vec()
        }
    }
}

/// The checks of one shape: for each field those of its type, if it has any, and its own.
fn arm(model: &Model<'_>, shape: &Shape<'_>, violations: &Ident) -> TokenStream {
    let zyn = model.zyn();
    let variant = shape.variant.as_ref().map(|variant| {
        let name = &variant.source.ident;
        quote!(::#name)
    });
    let mut pattern = TokenStream::new();
    let mut checks = TokenStream::new();
    for (index, field) in shape.fields.iter().enumerate() {
        let filled = shape.fills(field);
        if !filled && field.validators().next().is_none() {
            continue;
        }
        let binding = format_ident!("field_{index}", span = Span::mixed_site());
        let member = &field.member;
        let pointer = model.pointer(shape, field);
        pattern.extend(quote!(#member: #binding,));
        if filled {
            checks.extend(quote! {
                (&#zyn::__private::Part(#binding)).check_at(#pointer, &mut #violations);
            });
        }
        for path in field.validators() {
            checks.extend(judge(violations, &pointer, path, binding.clone()));
        }
    }
    quote!(Self #variant { #pattern .. } => { #checks })
}

/// A validator of the wrong type is an error at its path.
fn judge(violations: &Ident, pointer: &str, path: &ExprPath, mut value: Ident) -> TokenStream {
    value.set_span(value.span().located_at(path.span()));
    quote_spanned!(path.span()=> #violations.judge(#pointer, #path(#value));)
}

/// `ToPrompt` as JSON, for a type that has `Serialize`; without, only its use in a prompt is an error.
pub(crate) fn to_prompt(input: &DeriveInput, zyn: &syn::Path) -> TokenStream {
    let name = &input.ident;
    let mut generics = input.generics.clone();
    let (_, ty_generics, _) = input.generics.split_for_impl();
    let json = parse_quote! {
        for<'workaround> #zyn::__private::AsJson: #zyn::__private::PromptJson<#name #ty_generics>
    };
    generics.make_where_clause().predicates.push(json);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics #zyn::ToPrompt for #name #ty_generics #where_clause {
            fn to_prompt(&self) -> #zyn::__private::String {
                #zyn::__private::Result::unwrap_or_default(#zyn::ToPrompt::try_prompt(self))
            }
            fn try_prompt(&self) -> #zyn::__private::Written {
                <#zyn::__private::AsJson as #zyn::__private::PromptJson<Self>>::prompt_json(self)
            }
            fn to_answer(&self) -> #zyn::__private::Shown {
                <#zyn::__private::AsJson as #zyn::__private::PromptJson<Self>>::answer_json(self)
            }
        }
    }
}
