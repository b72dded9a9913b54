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
    let errors = Errors::new();
    let model = model::Model::new(&input, &errors);
    check::check(&model, &errors);
    match errors.finish() {
        None if input.generics.params.is_empty() => expand::expand(&model),
        // The compiler refuses them.
        None => fallback::classify(&input, &model.zyn()),
        Some(mistakes) => {
            let impls = fallback::classify(&input, &model.zyn());
            quote::quote!(#impls #mistakes)
        }
    }
}
