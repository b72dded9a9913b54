//! What was read, as the tokens of a `static`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident, Path, Signature};

use crate::docs;

use super::model::{Arm, Body, Branch, Step, plain};
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
    let branches = body
        .branches
        .iter()
        .map(|branch| self::branch(branch, krate));
    let result = &body.result;
    quote! {
        #krate::graph::Graph {
            name: #name,
            doc: #doc,
            inputs: &[#(#inputs),*],
            output: #output,
            steps: &[#(#steps),*],
            branches: &[#(#branches),*],
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
        follows,
        conversation,
        line,
    } = step;
    let line = u32::try_from(*line).unwrap_or(u32::MAX);
    quote!(#krate::graph::StepInfo {
        id: #id,
        verb: #verb,
        output: #output,
        instruction: #instruction,
        reads: &[#(#reads),*],
        follows: &[#(#follows),*],
        conversation: #conversation,
        line: #line,
    })
}

fn branch(branch: &Branch, krate: &Path) -> TokenStream {
    let Branch {
        within,
        on,
        reads,
        arms,
    } = branch;
    let arms = arms.iter().map(|arm| {
        let Arm {
            label,
            path,
            start,
            end,
            ends,
        } = arm;
        quote!(#krate::graph::ArmInfo { label: #label, path: #path, start: #start, end: #end, ends: #ends })
    });
    quote!(#krate::graph::BranchInfo {
        within: #within,
        on: #on,
        reads: &[#(#reads),*],
        arms: &[#(#arms),*],
    })
}
