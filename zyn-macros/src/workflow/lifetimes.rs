//! What a run may borrow: each elided lifetime becomes its own, and every lifetime outlives `'wf`.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericParam, Lifetime, LifetimeParam, ParenthesizedGenericArguments, Signature, TypeFnPtr,
    TypeImplTrait, TypeReference, parse_quote, parse_quote_spanned,
};

/// Names every lifetime in the inputs and bounds all generics by the returned `'wf`.
pub(crate) fn name(sig: &mut Signature) -> Lifetime {
    let run = Lifetime::new("'__zyn_wf", Span::mixed_site());
    let mut elided = Elided {
        run: run.clone(),
        names: Vec::new(),
    };
    for input in &mut sig.inputs {
        elided.visit_fn_arg_mut(input);
    }
    for param in &mut sig.generics.params {
        match param {
            GenericParam::Lifetime(param) => param.bounds.push(run.clone()),
            GenericParam::Type(param) => param.bounds.push(parse_quote!(#run)),
            GenericParam::Const(_) => {}
        }
    }
    for (at, lifetime) in elided.names.into_iter().enumerate() {
        let mut param = LifetimeParam::new(lifetime);
        param.bounds.push(run.clone());
        sig.generics
            .params
            .insert(at, GenericParam::Lifetime(param));
    }
    sig.generics
        .params
        .insert(0, GenericParam::Lifetime(LifetimeParam::new(run.clone())));
    run
}

struct Elided {
    run: Lifetime,
    names: Vec<Lifetime>,
}

impl Elided {
    fn fresh(&mut self) -> Lifetime {
        let name = format!("'__zyn_in{}", self.names.len());
        let lifetime = Lifetime::new(&name, Span::mixed_site());
        self.names.push(lifetime.clone());
        lifetime
    }
}

impl VisitMut for Elided {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.fresh());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.fresh();
        }
    }

    fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
        visit_mut::visit_type_impl_trait_mut(self, ty);
        let run = &self.run;
        ty.bounds.push(parse_quote!(#run));
        ty.bounds
            .push(parse_quote_spanned!(Span::mixed_site()=> ::core::marker::Send));
    }

    // `Fn(&str)` and `fn(&str)` are for any lifetime, not for one of the run's
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {
    }
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
}
