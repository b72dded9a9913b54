//! `#[derive(Classify)]`.

mod check;
mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diag::Errors;
use crate::fallback;

/// The impls for `input`; beside mistakes too, so that none of them brings a "not implemented" along.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let (model, mistakes) = Errors::collect(|errors| {
        let model = model::Model::new(&input, errors);
        check::check(&model, errors);
        model
    });
    match mistakes {
        None if input.generics.params.is_empty() => expand::expand(&model),
        // The compiler refuses them.
        None => fallback::classify(&input, &model.zyn()),
        Some(mistakes) => {
            let impls = fallback::classify(&input, &model.zyn());
            quote::quote!(#impls #mistakes)
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn mistakes(item: TokenStream) -> usize {
        derive(item).to_string().matches("compile_error").count()
    }

    #[test]
    fn a_good_set_gives_no_mistake() {
        assert_eq!(
            mistakes(quote!(
                enum Mood {
                    Good,
                    Bad,
                }
            )),
            0
        );
    }

    #[test]
    fn every_mistake_of_a_set_is_counted_once() {
        let item = quote! {
            enum Mood { Good(u8, u8), #[serde(rename = "good")] Fine, Good2 {}, #[classify(unsur)] Bad }
        };
        // Two variants with fields, two labels that differ in case, the key.
        assert_eq!(mistakes(item), 4);
    }

    #[test]
    fn mistakes_come_after_the_impls() {
        let tokens = derive(quote!(
            struct Mood;
        ))
        .to_string();
        let impls = tokens.find("Classify for Mood").expect("the impl");
        let mistake = tokens.find("compile_error").expect("the mistake");
        assert!(impls < mistake);
    }

    #[test]
    fn a_struct_is_told_once_that_it_is_no_enum() {
        let item = quote!(
            struct Mood<T> {
                #[serde(renam = "x")]
                a: T,
            }
        );
        assert_eq!(mistakes(item), 1);
    }
}
