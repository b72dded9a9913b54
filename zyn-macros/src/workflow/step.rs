//! One step: its arguments, its row in the graph, and the code that runs it.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprCall, ExprLit, GenericArgument, Lit, LitStr, Path, PathArguments};

use super::body::Reader;
use super::hole;
use super::model::{Step, is_option};
use super::scope::Sources;
use crate::print::print_type;

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
    if read.conversation && read.reads.is_empty() && reader.last.is_empty() && !reader.excused {
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
        reads: reader.ordered(&read.reads),
        follows: reader.ordered(&reader.last),
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
        let step = step_of(expr);
        *step = Expr::Verbatim(quote!(#krate::__private::refused(#step)));
    }
}

/// Makes `expr` a result that is well.
pub(crate) fn in_ok(krate: &Path, expr: &mut Expr) {
    *expr = Expr::Verbatim(quote!(#krate::__private::Result::Ok(#expr)));
}

/// The call of a step without what is called on it: what an error about its place points at.
pub(crate) fn call_of(expr: &Expr) -> &Expr {
    match expr {
        Expr::MethodCall(call) => call_of(&call.receiver),
        Expr::Field(field) => call_of(&field.base),
        Expr::Paren(paren) => call_of(&paren.expr),
        Expr::Group(group) => call_of(&group.expr),
        expr => expr,
    }
}

/// The step that `expr` begins with: its call and options. What else is called on it, its author takes for
/// its answer's.
fn step_of(expr: &mut Expr) -> &mut Expr {
    if ends_in_option(expr) {
        return expr;
    }
    match expr {
        Expr::MethodCall(call) => step_of(&mut call.receiver),
        Expr::Field(field) => step_of(&mut field.base),
        Expr::Paren(paren) => step_of(&mut paren.expr),
        Expr::Group(group) => step_of(&mut group.expr),
        expr => expr,
    }
}

fn ends_in_option(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(call) => {
            is_option(&call.method)
                && (matches!(*call.receiver, Expr::Call(_)) || ends_in_option(&call.receiver))
        }
        Expr::Paren(paren) => ends_in_option(&paren.expr),
        Expr::Group(group) => ends_in_option(&group.expr),
        _ => false,
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
        Expr::Call(call) => arguments(reader, call),
        _ => None,
    }
}

fn arguments(reader: &mut Reader<'_>, call: &mut ExprCall) -> Option<Read> {
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
        reader.excused = true;
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
        if let Some(literal) = literal(argument) {
            let is_instruction = at == 0;
            if is_instruction {
                read.instruction = literal.value();
            }
            if literal.value().trim().is_empty() {
                reader.errors.at(&literal, blank(is_instruction));
            }
            let tokens = hole::fill(reader, &literal, is_instruction, &mut read.reads);
            *argument = Expr::Verbatim(tokens);
        } else {
            refuse_holes_in_concat(reader, argument);
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

/// The string literal that `expr` is; a `macro_rules!` may have put it into a group.
fn literal(expr: &Expr) -> Option<LitStr> {
    match expr {
        Expr::Lit(ExprLit {
            lit: Lit::Str(literal),
            ..
        }) => Some(literal.clone()),
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

/// `concat!` looks like a prompt literal and is none: its holes would reach the model as they are.
fn refuse_holes_in_concat(reader: &Reader<'_>, expr: &Expr) {
    if let Expr::Macro(call) = expr
        && call.mac.path.is_ident("concat")
        && call.mac.tokens.to_string().contains('{')
    {
        reader.errors.at(
            expr,
            "the holes of a `concat!` stay as they are; write the prompt as one literal",
        );
    }
}

fn blank(is_instruction: bool) -> &'static str {
    if is_instruction {
        "the instruction is empty"
    } else {
        "the input is empty; a step without an input reads the conversation"
    }
}

/// The line of a token in its file; 0 where there is no compiler to ask.
fn line(span: Span) -> usize {
    if proc_macro::is_available() {
        // the compiler's own span: `unwrap` is a conversion, which fails only where there is no compiler
        span.unwrap().line()
    } else {
        0
    }
}
