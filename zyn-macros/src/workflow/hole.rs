//! The holes of a step's prompts: what each is made of, and the code that fills it.

use std::collections::BTreeSet;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;

use super::body::Reader;
use super::id::id_part;
use super::model::Step;
use super::scope::Sources;
use super::{located, named, respan};
use crate::prompt::{self, Hole, Piece};
use crate::similar::similar;

/// A prompt literal as tokens: an instruction keeps its holes and takes their values beside it, an input
/// is text with the values written in.
pub(crate) fn fill(
    reader: &Reader<'_>,
    literal: &LitStr,
    is_instruction: bool,
    reads: &mut Sources,
) -> TokenStream {
    let pieces = prompt::scan(literal, reader.errors);
    let span = located(literal.span());
    let krate = respan(reader.krate.to_token_stream(), span);
    let (mut text, mut before) = (String::new(), String::new());
    let (mut befores, mut names, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for piece in &pieces {
        match piece {
            Piece::Text(plain) => {
                text.push_str(plain);
                before.push_str(plain);
            }
            Piece::Hole(hole) => {
                text.push_str(&format!("{{{}}}", hole.written));
                let Some(sources) = known(reader, literal, hole) else {
                    continue;
                };
                reads.extend(sources.iter().cloned());
                befores.push(std::mem::take(&mut before));
                let value = value(hole, literal.span());
                values.push(quote_spanned!(span=> #krate::ToPrompt::try_parts(&#value)));
                names.push(hole.written.clone());
            }
        }
    }
    let literal_of = |text: &str| LitStr::new(text, span);
    match (values.is_empty(), is_instruction) {
        (true, _) => literal_of(&text).into_token_stream(),
        (false, true) => {
            let text = literal_of(&text);
            quote!(#krate::__private::Instruction::holed(#text, [#((#names, #values)),*]))
        }
        (false, false) => {
            let (befores, behind) = (
                befores.iter().map(|text| literal_of(text)),
                literal_of(&before),
            );
            quote!(#krate::input::Text::holed([#((#befores, #names, #values)),*], #behind))
        }
    }
}

/// What the root of a hole is made of; a root that is not there is reported.
fn known<'r>(reader: &'r Reader<'_>, literal: &LitStr, hole: &Hole) -> Option<&'r Sources> {
    let sources = reader.scope.get(&hole.root);
    if sources.is_none() {
        reader.errors.span(literal.span(), unknown(reader, hole));
    }
    sources
}

fn unknown(reader: &Reader<'_>, hole: &Hole) -> String {
    let Hole { written, root, .. } = hole;
    let id = id_part(root);
    let has_run = |step: &Step| step.id.rsplit('/').next() == Some(&id);
    if reader.later.contains(root) && reader.body.steps.iter().any(has_run) {
        return format!(
            "`{{{written}}}` names a step of a block that has ended; let the block give its answer to a `let` outside"
        );
    }
    if reader.later.contains(root) {
        return format!(
            "`{{{written}}}` is used before the step `{root}` has run; move this step below it"
        );
    }
    let hint = match similar(root, reader.scope.names()) {
        Some(name) => {
            let rest = written.get(root.len()..).unwrap_or_default();
            format!("; did you mean `{{{name}{rest}}}`?")
        }
        None => {
            let names = reader.scope.names().map(|name| format!("`{name}`"));
            let names: Vec<_> = names.collect::<BTreeSet<_>>().into_iter().collect();
            match names.is_empty() {
                true => String::new(),
                false => format!("; known here: {}", names.join(", ")),
            }
        }
    };
    format!("no step or input called `{root}` for `{{{written}}}` in this prompt{hint}")
}

/// `root.field.0` as an expression. The root is the user's name; the fields are located at the literal but
/// resolved as the macro's, so that rustc does not offer to rewrite the prompt.
fn value(hole: &Hole, span: Span) -> TokenStream {
    let root = prompt::ident(&hole.root, span);
    let fields = hole.fields.iter().map(|field| match field.parse::<u32>() {
        Ok(index) => {
            let mut index = Literal::u32_unsuffixed(index);
            index.set_span(named(span));
            quote!(.#index)
        }
        Err(_) => {
            let field = prompt::ident(field, named(span));
            quote!(.#field)
        }
    });
    quote!(#root #(#fields)*)
}
