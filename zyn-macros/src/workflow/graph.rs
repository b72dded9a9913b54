//! What was read, as the tokens of a `static`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident, Path, Signature};

use crate::docs;

use super::model::{Body, Step, plain};
use crate::print::print_type;

/// The value of `GRAPH`.
pub(crate) fn expand(
    sig: &Signature,
    attrs: &[Attribute],
    inputs: &[Ident],
    body: &Body,
    krate: &Path,
) -> TokenStream {
    let name = plain(&sig.ident);
    let doc = docs::text(attrs).unwrap_or_default();
    let inputs = inputs.iter().map(plain);
    let output = match &sig.output {
        syn::ReturnType::Type(_, ty) => print_type(quote!(#ty)),
        syn::ReturnType::Default => "()".to_owned(),
    };
    let steps = body.steps.iter().map(|step| self::step(step, krate));
    let places = 0..body.steps.len();
    let result = &body.result;
    quote! {
        #krate::graph::Graph {
            name: #name,
            version: 1,
            doc: #doc,
            inputs: &[#(#inputs),*],
            output: #output,
            steps: &[#(#steps),*],
            body: #krate::graph::Sequence {
                nodes: &[#(#krate::graph::Node::Step(#places)),*],
                end: #krate::graph::End::Next,
            },
            result: &[#(#result),*],
        }
    }
}

fn step(step: &Step, krate: &Path) -> TokenStream {
    let Step {
        id,
        verb,
        output,
        instruction,
        reads,
        follows: _,
        conversation,
        line,
    } = step;
    let line = u32::try_from(*line).unwrap_or(u32::MAX);
    quote!(#krate::graph::StepInfo {
        id: #id,
        verb: #verb,
        output: #output,
        instruction: #instruction,
        input: "",
        options: &[],
        reads: &[#(#reads),*],
        conversation: #conversation,
        workflow: #krate::__private::Option::None,
        line: #line,
    })
}
