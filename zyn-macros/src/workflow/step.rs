//! One step: its arguments, its row in the graph, and the code that runs it.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprCall, ExprLit, GenericArgument, Lit, LitStr, Path, PathArguments};

use super::body::{Reader, located};
use super::model::Step;
use super::print::print_type;
use super::scope::Sources;
use crate::prompt::{self, Hole, Piece};
use crate::similar::similar;

/// Makes `expr` run as the step `id`; `ty` is the type that its `let` says.
pub(crate) fn run(
    reader: &mut Reader<'_>,
    expr: &mut Expr,
    id: String,
    ty: Option<String>,
    end: End,
) {
    let at = reader.body.steps.len();
    let Some(read) = read(reader, expr) else {
        return;
    };
    if read.conversation && read.reads.is_empty() && !reader.may_have_run {
        reader.errors.span(
            read.verb.span(),
            format!(
                "the first step has nothing to read: give `{}` an input, or put one in its prompt as `{{name}}`",
                read.verb
            ),
        );
    }
    reader.body.steps.push(Step {
        id,
        verb: read.verb.to_string(),
        output: read
            .output
            .or(ty)
            .unwrap_or_else(|| answer_of(&read.verb).to_owned()),
        instruction: read.instruction,
        reads: reader.ordered(read.reads),
        conversation: read.conversation,
        line: line(read.verb.span()),
    });
    // The user's tokens come first, and the last one is located at the user's: so the whole expression lies where
    // the step does, and what rustc says about an arm or a value points there.
    let cx = Ident::new("__cx", Span::mixed_site());
    let at = Literal::usize_unsuffixed(at);
    let run = Ident::new("__run", Span::mixed_site());
    let close = read.close;
    let end = match end {
        End::Unwrap => quote_spanned!(close=> ?),
        End::Return => {
            let krate = reader.krate;
            let mut into = Group::new(
                Delimiter::Parenthesis,
                quote!(#krate::__private::From::from),
            );
            into.set_span(close);
            let map_err = Ident::new("map_err", Span::mixed_site());
            quote!(.#map_err #into)
        }
    };
    let wait = quote_spanned!(close=> .await);
    *expr = Expr::Verbatim(quote!(#expr.#run(&#cx, #at) #wait #end));
}

/// What becomes of a failed step.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// It ends the workflow.
    Unwrap,
    /// It is the workflow's value, which is a result.
    Return,
}

/// Makes `expr`, a step where none may stand, a value of the step's type.
pub(crate) fn refuse(reader: &mut Reader<'_>, expr: &mut Expr) {
    if read(reader, expr).is_some() {
        let krate = reader.krate;
        *expr = Expr::Verbatim(quote!(#krate::__private::refused(#expr)));
    }
}

struct Read {
    verb: Ident,
    close: Span,
    output: Option<String>,
    instruction: String,
    reads: Sources,
    conversation: bool,
}

/// Reads a step's call and options, and rewrites its prompts.
fn read(reader: &mut Reader<'_>, expr: &mut Expr) -> Option<Read> {
    match expr {
        Expr::MethodCall(call) => {
            let mut read = read(reader, &mut call.receiver)?;
            for argument in &mut call.args {
                read.reads
                    .extend(reader.scope.reads(argument.to_token_stream()));
                reader.argument(argument);
            }
            read.close = call.paren_token.span.close();
            Some(read)
        }
        Expr::Field(field) => read(reader, &mut field.base),
        Expr::Paren(paren) => read(reader, &mut paren.expr),
        Expr::Group(group) => read(reader, &mut group.expr),
        Expr::Call(call) => call_of(reader, call),
        _ => None,
    }
}

fn call_of(reader: &mut Reader<'_>, call: &mut ExprCall) -> Option<Read> {
    let Expr::Path(path) = &mut *call.func else {
        return None;
    };
    let segment = path.path.segments.first()?.clone();
    let verb = segment.ident.clone();
    let krate = reader.krate;
    if call.args.is_empty() {
        reader.errors.at(
            &verb,
            format!("`{verb}` needs a question or an instruction as its first argument"),
        );
        call.args.push(Expr::Verbatim(quote!("")));
        // one mistake, one error: what it reads is not the point
        reader.may_have_run = true;
    }
    if let Some(third) = call.args.iter().nth(2) {
        reader.errors.at(
            third,
            format!("`{verb}` takes an instruction and at most one input; write several inputs in one prompt: \"{{a}} … {{b}}\""),
        );
        while call.args.len() > 2 {
            call.args.pop();
        }
    }
    let conversation = call.args.len() == 1;
    let mut read = Read {
        close: call.paren_token.span.close(),
        output: output(&segment.arguments),
        verb,
        instruction: String::new(),
        reads: Sources::new(),
        conversation,
    };
    for (at, argument) in call.args.iter_mut().enumerate() {
        if let Expr::Lit(ExprLit {
            lit: Lit::Str(literal),
            ..
        }) = argument
        {
            let literal = literal.clone();
            if at == 0 {
                read.instruction = literal.value();
                if read.instruction.trim().is_empty() {
                    reader.errors.at(&literal, "the instruction is empty");
                }
            }
            let tokens = prompt(reader, &literal, at == 0, &mut read.reads);
            *argument = Expr::Verbatim(tokens);
        } else {
            read.reads
                .extend(reader.scope.reads(argument.to_token_stream()));
            reader.argument(argument);
        }
    }
    if conversation {
        call.args.push(Expr::Verbatim(quote!(#krate::Conversation)));
    }
    Some(read)
}

/// The type between `::<` and `>`.
fn output(arguments: &PathArguments) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(print_type(ty.to_token_stream())),
        _ => None,
    });
    types.last()
}

/// What a verb without a type parameter answers.
fn answer_of(verb: &Ident) -> &'static str {
    if verb == "transform" { "String" } else { "_" }
}

/// A prompt literal as tokens: an instruction keeps its holes and takes their values beside it, an input
/// is text with the values written in.
fn prompt(
    reader: &Reader<'_>,
    literal: &LitStr,
    is_instruction: bool,
    reads: &mut Sources,
) -> TokenStream {
    let pieces = prompt::scan(literal, reader.errors);
    let span = located(literal.span());
    let krate = respan(reader.krate, span);
    let (mut text, mut format) = (String::new(), String::new());
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for piece in &pieces {
        match piece {
            Piece::Text(plain) => {
                text.push_str(plain);
                format.push_str(&plain.replace('{', "{{").replace('}', "}}"));
            }
            Piece::Hole(hole) => {
                text.push_str(&format!("{{{}}}", hole.written));
                let Some(sources) = known(reader, literal, hole) else {
                    continue;
                };
                reads.extend(sources.iter().cloned());
                format.push_str("{}");
                let value = value(hole, literal.span());
                values.push(quote_spanned!(span=> #krate::ToPrompt::to_prompt(&#value)));
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
            let format = literal_of(&format);
            quote!(#krate::__private::format!(#format, #(#values),*))
        }
    }
}

/// What the root of a hole is made of; a root that is not there is reported.
fn known<'r>(reader: &'r Reader<'_>, literal: &LitStr, hole: &Hole) -> Option<&'r Sources> {
    let sources = reader.scope.get(&hole.root);
    if sources.is_none() {
        let Hole { written, root, .. } = hole;
        let message = if reader.later.contains(root) {
            format!(
                "`{{{written}}}` is used before the step `{root}` has run; move this step below it"
            )
        } else {
            let hint = match similar(root, reader.scope.names()) {
                Some(name) => {
                    let rest = written.get(root.len()..).unwrap_or_default();
                    format!("; did you mean `{{{name}{rest}}}`?")
                }
                None => {
                    let names: BTreeSet<_> = reader
                        .scope
                        .names()
                        .map(|name| format!("`{name}`"))
                        .collect();
                    let names = names.into_iter().collect::<Vec<_>>().join(", ");
                    if names.is_empty() {
                        String::new()
                    } else {
                        format!("; known here: {names}")
                    }
                }
            };
            format!("no step or input called `{root}` for `{{{written}}}` in this prompt{hint}")
        };
        reader.errors.span(literal.span(), message);
    }
    sources
}

/// `root.field.0` as an expression. The root is the user's name; the fields are located at the literal but
/// resolved as the macro's, so that rustc does not offer to rewrite the prompt.
fn value(hole: &Hole, span: Span) -> TokenStream {
    let root = prompt::ident(&hole.root, span);
    let fields = hole.fields.iter().map(|field| match field.parse::<u32>() {
        Ok(index) => {
            let mut index = Literal::u32_unsuffixed(index);
            index.set_span(located(span));
            quote!(.#index)
        }
        Err(_) => {
            let field = prompt::ident(field, located(span));
            quote!(.#field)
        }
    });
    quote!(#root #(#fields)*)
}

/// The crate's path, located at `span`.
fn respan(krate: &Path, span: Span) -> TokenStream {
    let tokens = krate.to_token_stream().into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}

/// The line of a token in its file; 0 where there is no compiler to ask.
fn line(span: Span) -> usize {
    if proc_macro::is_available() {
        span.unwrap().line()
    } else {
        0
    }
}
