//! What a step's call and options say: its prompts, and what it works on.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprCall, ExprLit, GenericArgument, Lit, LitStr, PathArguments, UnOp};

use super::body::Reader;
use super::hole;
use super::id::plain;
use super::scope::Sources;
use crate::print::{print_code, print_type};

/// A step, as its call and options say it.
pub(crate) struct Read {
    pub(crate) verb: Ident,
    /// Where the last of its tokens ends.
    pub(crate) close: Span,
    pub(crate) output: Option<String>,
    pub(crate) instruction: String,
    pub(crate) input: String,
    pub(crate) options: Vec<String>,
    pub(crate) reads: Sources,
    pub(crate) conversation: bool,
    pub(crate) workflow: Option<TokenStream>,
}

/// Reads a step's call and options, and rewrites its prompts.
pub(crate) fn read(reader: &mut Reader<'_>, expr: &mut Expr) -> Option<Read> {
    match expr {
        Expr::MethodCall(call) => {
            let mut read = read(reader, &mut call.receiver)?;
            let arguments = print_code(call.args.to_token_stream());
            read.options.push(format!("{}({arguments})", call.method));
            if call.method == "confidence" {
                call.args.iter().for_each(|it| threshold(reader, it));
            }
            if call.method == "agreement" {
                call.args.iter().for_each(|it| samples(reader, it));
            }
            for argument in &mut call.args {
                read.reads
                    .extend(reader.scope.reads(argument.to_token_stream()));
                reader.argument(argument);
            }
            read.close = call.paren_token.span.close();
            Some(read)
        }
        Expr::Field(field) => read(reader, &mut field.base),
        Expr::Try(tried) => read(reader, &mut tried.expr),
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
    let mut read = Read {
        close: call.paren_token.span.close(),
        output: output(&segment.ident, &segment.arguments),
        verb: segment.ident,
        instruction: String::new(),
        input: String::new(),
        options: Vec::new(),
        reads: Sources::new(),
        conversation: false,
        workflow: None,
    };
    reader.as_word(call);
    match read.verb.to_string().as_str() {
        "run" => workflow(reader, call, &mut read),
        "call" => future(reader, call, &mut read),
        "compact" => kept(reader, call, &mut read),
        _ => prompts(reader, call, &mut read),
    }
    Some(read)
}

/// `run(path::of(a, b))`
fn workflow(reader: &mut Reader<'_>, call: &mut ExprCall, read: &mut Read) {
    let path = match (call.args.len(), call.args.first()) {
        (1, Some(Expr::Call(inner))) => match &*inner.func {
            Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
            _ => None,
        },
        _ => None,
    };
    match path {
        None => {
            let message = "`run` takes a call of a workflow: `run(triage(subject, body))`";
            match call.args.is_empty() {
                true => reader.errors.at(&read.verb, message),
                false => reader.errors.at(&call.args, message),
            }
        }
        Some(path) if path.get_ident().map(plain) == Some(plain(reader.workflow)) => {
            reader.errors.at(
                path,
                "a workflow cannot run itself: nothing would bound it; use a `for` loop",
            );
        }
        Some(mut path) => {
            if let Some(last) = path.segments.last_mut() {
                last.arguments = PathArguments::None;
            }
            read.workflow = Some(quote!(#path::GRAPH));
        }
    }
    ordinary(reader, call, read);
}

/// `call(future)`
fn future(reader: &mut Reader<'_>, call: &mut ExprCall, read: &mut Read) {
    if call.args.len() != 1 {
        let message = "`call` takes one future: `call(ask_user(&question))`";
        match call.args.iter().nth(1) {
            Some(second) => reader.errors.at(second, message),
            None => reader.errors.at(&read.verb, message),
        }
        while call.args.len() > 1 {
            call.args.pop();
        }
        if call.args.is_empty() {
            call.args.push(Expr::Verbatim(quote!(async {})));
        }
    }
    ordinary(reader, call, read);
}

/// The arguments of a step that is made of ordinary Rust.
fn ordinary(reader: &mut Reader<'_>, call: &mut ExprCall, read: &mut Read) {
    read.input = print_code(call.args.to_token_stream());
    read.reads = reader.scope.reads(call.args.to_token_stream());
    call.args.iter_mut().for_each(|it| reader.argument(it));
}

/// `compact("instruction", window)`
fn kept(reader: &mut Reader<'_>, call: &mut ExprCall, read: &mut Read) {
    let krate = reader.krate;
    if call.args.len() != 2 {
        let message = "`compact` takes an instruction and what stays: `compact(\"Sum up so far\", Window::last_turns(4))`";
        match call.args.iter().nth(2) {
            Some(third) => reader.errors.at(third, message),
            None => reader.errors.at(&read.verb, message),
        }
        while call.args.len() > 2 {
            call.args.pop();
        }
        if call.args.is_empty() {
            call.args.push(Expr::Verbatim(quote!("")));
        }
        if call.args.len() == 1 {
            call.args
                .push(Expr::Verbatim(quote!(#krate::__private::refused_body())));
        }
    }
    read.conversation = true;
    for (at, argument) in call.args.iter_mut().enumerate() {
        match at {
            0 => read.instruction = prompt(reader, argument, true, &mut read.reads),
            _ => {
                read.input = print_code(argument.to_token_stream());
                read.reads
                    .extend(reader.scope.reads(argument.to_token_stream()));
                reader.argument(argument);
            }
        }
    }
}

/// The instruction and the input of a synapse.
fn prompts(reader: &mut Reader<'_>, call: &mut ExprCall, read: &mut Read) {
    let (krate, verb) = (reader.krate, &read.verb);
    if call.args.is_empty() {
        reader.errors.at(
            verb,
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
    read.conversation = call.args.len() == 1;
    for (at, argument) in call.args.iter_mut().enumerate() {
        let written = prompt(reader, argument, at == 0, &mut read.reads);
        match at {
            0 => read.instruction = written,
            _ => read.input = written,
        }
    }
    if !read.conversation {
        return;
    }
    let needs = match verb.to_string().as_str() {
        "rank" => Some(("items to put in order", quote!(#krate::__private::Vec<_>))),
        "analyze" | "convert" => Some(("a value to work on", quote!(&_))),
        _ => None,
    };
    let input = match needs {
        Some((what, ty)) if !reader.excused => {
            reader.errors.at(
                verb,
                format!("`{verb}` needs {what} as its second argument"),
            );
            read.conversation = false;
            quote!(#krate::__private::refused_body::<#ty>())
        }
        _ => quote!(#krate::Conversation),
    };
    call.args.push(Expr::Verbatim(input));
}

/// Reads an instruction or an input, rewrites it if it is a literal, and says how it is written.
fn prompt(
    reader: &mut Reader<'_>,
    argument: &mut Expr,
    is_instruction: bool,
    reads: &mut Sources,
) -> String {
    let written = written(argument);
    match literal(argument) {
        Some(literal) => {
            if literal.value().trim().is_empty() {
                reader.errors.at(&literal, blank(is_instruction));
            }
            let tokens = hole::fill(reader, &literal, is_instruction, reads);
            *argument = Expr::Verbatim(tokens);
        }
        None => {
            refuse_holes_in_concat(reader, argument);
            reads.extend(reader.scope.reads(argument.to_token_stream()));
            reader.argument(argument);
        }
    }
    written
}

/// The text of a literal, else the expression; nothing for what stands beside a mistake.
pub(crate) fn written(expr: &Expr) -> String {
    match (literal(expr), expr) {
        (Some(literal), _) => literal.value(),
        (None, Expr::Verbatim(_)) => String::new(),
        (None, expr) => print_code(expr.to_token_stream()),
    }
}

/// The type between `::<` and `>`, as far as it says what the verb answers.
fn output(verb: &Ident, arguments: &PathArguments) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(print_type(ty.to_token_stream())),
        _ => None,
    });
    match verb.to_string().as_str() {
        "extract" | "classify" | "convert" => types.last(),
        "rank" => types.last().map(|item| format!("Vec<{item}>")),
        _ => None,
    }
}

/// A confidence that is a literal lies between 0 and 1.
fn threshold(reader: &Reader<'_>, argument: &Expr) {
    let (number, sign) = match argument {
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => (&*unary.expr, -1.0),
        expr => (expr, 1.0),
    };
    if let Expr::Lit(ExprLit {
        lit: Lit::Float(float),
        ..
    }) = number
        && let Ok(value) = float.base10_parse::<f64>()
        && !(0.0..=1.0).contains(&(sign * value))
    {
        reader
            .errors
            .at(argument, "`confidence` is between 0 and 1");
    }
}

/// A number of samples that is a literal is one that can agree.
fn samples(reader: &Reader<'_>, argument: &Expr) {
    if let Expr::Lit(ExprLit {
        lit: Lit::Int(number),
        ..
    }) = argument
        && number.base10_parse::<u32>().is_ok_and(|it| it < 2)
    {
        reader
            .errors
            .at(argument, "`agreement` takes at least 2 samples");
    }
}

/// The string literal that `expr` is; a `macro_rules!` may have put it into a group.
pub(crate) fn literal(expr: &Expr) -> Option<LitStr> {
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
pub(crate) fn refuse_holes_in_concat(reader: &Reader<'_>, expr: &Expr) {
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
