//! `#[derive(Extract)]`.

mod check;
mod expand;
mod model;
mod partial;
mod types;

use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) use expand::to_prompt;

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
        None => expand::expand(&model),
        Some(mistakes) => {
            let impls = fallback::extract(&input, &model.zyn());
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
    fn a_good_item_gives_no_mistake() {
        assert_eq!(
            mistakes(quote!(
                struct Customer {
                    name: String,
                }
            )),
            0
        );
    }

    #[test]
    fn every_mistake_of_an_item_is_counted_once() {
        let item = quote! {
            #[extract(task = "", taks = "x")]
            struct Pair<'a>(&'a str, #[extract(range(min = 1))] u8);
        };
        // The instruction, the key, the missing names, the reference (with its lifetime), the limit.
        assert_eq!(mistakes(item), 5);
    }

    #[test]
    fn mistakes_come_after_the_impls() {
        // An editor compares what stands before the cursor; a mistake in front would shift it.
        let tokens = derive(quote!(
            struct Ping;
        ))
        .to_string();
        let impls = tokens.find("Extract for Ping").expect("the impl");
        let mistake = tokens.find("compile_error").expect("the mistake");
        assert!(impls < mistake);
    }

    #[test]
    fn an_item_that_is_no_item_is_a_mistake() {
        assert_eq!(
            mistakes(quote!(
                fn customer() {}
            )),
            1
        );
    }

    #[test]
    fn a_skipped_field_may_have_any_type() {
        let item = quote! {
            struct Customer { name: String, #[serde(skip)] callback: Option<fn(&str)> }
        };
        assert_eq!(mistakes(item), 0);
    }

    #[test]
    fn an_owned_slice_is_owned() {
        let item = quote!(
            struct Customer {
                names: Box<[Box<str>]>,
                of: PhantomData<fn()>,
            }
        );
        assert_eq!(mistakes(item), 0);
    }

    #[test]
    fn serdes_own_mistakes_are_left_to_serde() {
        let item = quote!(
            struct Customer {
                #[serde(renam = "x")]
                name: String,
            }
        );
        assert_eq!(mistakes(item), 0);
    }

    #[test]
    fn a_schema_of_its_own_is_found_beside_any_key_of_schemars() {
        let item = quote! {
            struct Wait {
                #[serde(default, deserialize_with = "seconds")]
                #[schemars(!default, extend("x-unit" = "s"), with = "String")]
                time: u64,
            }
        };
        assert_eq!(mistakes(item), 0);
    }

    #[test]
    fn a_remote_definition_is_what_the_schema_shows() {
        let item = quote!(
            struct Wait {
                #[serde(with = "remote::DurationDef")]
                time: Duration,
            }
        );
        assert_eq!(mistakes(item), 0);
    }
}
