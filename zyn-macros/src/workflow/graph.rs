//! What was read, as the tokens of a constant.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident, Path, Signature};

use super::id::plain;
use super::model::{Body, Branch, End, Loop, Node, Note, Sequence, Step};
use super::scope::Sources;
use crate::docs;
use crate::print::print_type;

/// The value of `GRAPH`.
pub(crate) fn expand(
    sig: &Signature,
    attrs: &[Attribute],
    version: u32,
    inputs: &[Ident],
    body: &Body,
    krate: &Path,
) -> TokenStream {
    let name = plain(&sig.ident);
    let doc = docs::text(attrs).unwrap_or_default();
    let inputs: Vec<String> = inputs.iter().map(plain).collect();
    let output = match &sig.output {
        syn::ReturnType::Type(_, ty) => print_type(quote!(#ty)),
        syn::ReturnType::Default => "()".to_owned(),
    };
    let printer = Printer {
        krate,
        inputs: &inputs,
        steps: &body.steps,
    };
    let steps = body.steps.iter().map(|step| printer.step(step));
    let sequence = printer.sequence(&body.sequence);
    let result = printer.sources(&body.result);
    quote! {
        #krate::graph::Graph {
            name: #name,
            version: #version,
            doc: #doc,
            inputs: &[#(#inputs),*],
            output: #output,
            steps: &[#(#steps),*],
            body: #sequence,
            result: #result,
        }
    }
}

struct Printer<'a> {
    krate: &'a Path,
    inputs: &'a [String],
    steps: &'a [Step],
}

impl Printer<'_> {
    fn step(&self, step: &Step) -> TokenStream {
        let krate = self.krate;
        let Step {
            id,
            verb,
            output,
            instruction,
            input,
            options,
            reads,
            conversation,
            workflow,
            line,
        } = step;
        let reads = self.sources(reads);
        let line = number(*line);
        let workflow = match workflow {
            Some(graph) => quote!(#krate::__private::Option::Some(#graph)),
            None => quote!(#krate::__private::Option::None),
        };
        quote!(#krate::graph::StepInfo {
            id: #id,
            verb: #verb,
            output: #output,
            instruction: #instruction,
            input: #input,
            options: &[#(#options),*],
            reads: #reads,
            conversation: #conversation,
            workflow: #workflow,
            line: #line,
        })
    }

    fn sequence(&self, sequence: &Sequence) -> TokenStream {
        let krate = self.krate;
        let nodes = sequence.nodes.iter().map(|node| self.node(node));
        let end = match &sequence.end {
            End::Next => quote!(Next),
            End::Return => quote!(Return),
            End::Break(left) => quote!(Break(#left)),
            End::Continue(path) => quote!(Continue(#path)),
        };
        quote!(#krate::graph::Sequence {
            nodes: &[#(#nodes),*],
            end: #krate::graph::End::#end,
        })
    }

    fn node(&self, node: &Node) -> TokenStream {
        let krate = self.krate;
        let node = match node {
            Node::Step(at) => quote!(Step(#at)),
            Node::Join(steps) => quote!(Join(&[#(#steps),*])),
            Node::Branch(branch) => self.branch(branch),
            Node::Loop(each) => self.repeated(each),
            Node::Fallback { tried, otherwise } => {
                let (tried, otherwise) = (self.node(tried), self.sequence(otherwise));
                quote!(Fallback(#krate::graph::FallbackInfo { tried: &#tried, otherwise: #otherwise }))
            }
            Node::Block(label, body) => {
                let body = self.sequence(body);
                quote!(Block(#krate::graph::BlockInfo { label: #label, body: #body }))
            }
            Node::Note(note) => self.note(note),
        };
        quote!(#krate::graph::Node::#node)
    }

    fn branch(&self, Branch { on, reads, arms }: &Branch) -> TokenStream {
        let krate = self.krate;
        let reads = self.sources(reads);
        let arms = arms.iter().map(|arm| {
            let (label, path) = (&arm.label, &arm.path);
            let body = self.sequence(&arm.body);
            quote!(#krate::graph::ArmInfo { label: #label, path: #path, body: #body })
        });
        quote!(Branch(#krate::graph::BranchInfo { on: #on, reads: #reads, arms: &[#(#arms),*] }))
    }

    fn repeated(&self, each: &Loop) -> TokenStream {
        let krate = self.krate;
        let Loop {
            path,
            each,
            over,
            reads,
            body,
        } = each;
        let (reads, body) = (self.sources(reads), self.sequence(body));
        quote!(Loop(#krate::graph::LoopInfo {
            path: #path,
            each: #each,
            over: #over,
            reads: #reads,
            body: #body,
        }))
    }

    fn note(&self, note: &Note) -> TokenStream {
        let krate = self.krate;
        let Note {
            role,
            text,
            reads,
            line,
        } = note;
        let (reads, line) = (self.sources(reads), number(*line));
        quote!(Note(#krate::graph::NoteInfo { role: #role, text: #text, reads: #reads, line: #line }))
    }

    /// Sources as the text has them: inputs, then steps.
    fn sources(&self, sources: &Sources) -> TokenStream {
        let steps = self.steps.iter().map(|step| &step.id);
        let names = self.inputs.iter().chain(steps);
        let names = names.filter(|name| sources.contains(*name));
        quote!(&[#(#names),*])
    }
}

fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
