//! Rules about a workflow's signature. What the body must keep to is checked while it is read.

use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, Lifetime, ParenthesizedGenericArguments, Pat, ReturnType, Safety, Signature, Type,
    TypeFnPtr, TypeReference, parse_quote,
};

use crate::diag::Errors;

/// Refuses what a workflow's signature cannot be, and takes out what no code beside the error could be made of.
pub(crate) fn signature(sig: &mut Signature, errors: &Errors) {
    asynchronous(sig, errors);
    plain(sig, errors);
    free_function(sig, errors);
    named_inputs(sig, errors);
    says_what_it_returns(sig, errors);
    returns_what_it_owns(sig, errors);
    returns_a_named_type(sig, errors);
}

fn asynchronous(sig: &Signature, errors: &Errors) {
    if sig.asyncness.is_none() {
        errors.at(
            sig.fn_token,
            "a workflow waits for a model: write `async fn`",
        );
    }
}

fn plain(sig: &Signature, errors: &Errors) {
    if let Some(token) = &sig.constness {
        errors.at(token, "a workflow cannot be `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.at(token, "a workflow cannot be `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, "a workflow cannot be `extern`");
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(variadic, "a workflow has a fixed number of inputs");
    }
}

fn free_function(sig: &Signature, errors: &Errors) {
    if let Some(receiver) = sig.receiver() {
        errors.at(
            receiver,
            "a workflow is a free function: it cannot take `self`; pass what it needs as an input",
        );
    }
}

fn named_inputs(sig: &Signature, errors: &Errors) {
    for input in &sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        match &*input.pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {}
            pat => errors.at(
                pat,
                "a workflow's input must be a plain name; take it apart in the body",
            ),
        }
    }
}

fn says_what_it_returns(sig: &Signature, errors: &Errors) {
    if matches!(sig.output, ReturnType::Default) {
        errors.at(
            &sig.ident,
            format!(
                "workflow `{}` must say what it returns: add `-> Type`",
                sig.ident
            ),
        );
    }
}

fn returns_what_it_owns(sig: &Signature, errors: &Errors) {
    struct Borrowed<'e>(&'e Errors);

    impl VisitMut for Borrowed<'_> {
        fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
            let is_static = reference
                .lifetime
                .as_ref()
                .is_some_and(|life| life.ident == "static");
            if is_static {
                visit_mut::visit_type_reference_mut(self, reference);
            } else {
                self.0.at(&reference, OWNED);
            }
        }

        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident == "_" {
                self.0.at(&lifetime, OWNED);
            }
        }

        // `Fn(&str)` and `fn(&str)` borrow when they are called
        fn visit_parenthesized_generic_arguments_mut(
            &mut self,
            _: &mut ParenthesizedGenericArguments,
        ) {
        }
        fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
    }

    const OWNED: &str = "a workflow's value is owned: return `String` instead of `&str`, a `Vec` instead of a slice";
    Borrowed(errors).visit_return_type_mut(&mut sig.output.clone());
}

fn returns_a_named_type(sig: &mut Signature, errors: &Errors) {
    struct Unnamed<'e>(&'e Errors);

    impl VisitMut for Unnamed<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(_) = ty {
                self.0.at(
                    &ty,
                    "a workflow's value has a type with a name: return that instead of `impl`, or a `Box<dyn …>`",
                );
                *ty = parse_quote!(());
            } else {
                visit_mut::visit_type_mut(self, ty);
            }
        }
    }

    Unnamed(errors).visit_return_type_mut(&mut sig.output);
}
