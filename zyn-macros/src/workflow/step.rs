//! One step: its row in the graph, and the code that runs it.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Path, Token};

use super::argument::{self, Read};
use super::body::Reader;
use super::located;
use super::model::Step;
use super::words::is_option;

/// A step that has its place in the graph.
pub(crate) struct Placed {
    /// Its place among the steps.
    pub(crate) at: usize,
    /// Whether its turn enters the conversation.
    pub(crate) speaks: bool,
    /// Where the user's tokens end.
    pub(crate) close: Span,
    /// The `?` on what it gives.
    question: Option<Token![?]>,
}

/// What becomes of a failed step.
#[derive(Clone, Copy)]
pub(crate) enum Failure {
    /// It ends the workflow.
    Ends,
    /// It is the workflow's value, which is a result.
    Value,
}

impl Reader<'_> {
    /// Reads the step `expr` and gives it its place as `id`; `ty` is the type that its `let` says.
    pub(crate) fn place_step(
        &mut self,
        expr: &mut Expr,
        id: String,
        ty: Option<String>,
    ) -> Option<Placed> {
        let question = take_question(expr);
        let Read {
            verb,
            close,
            output,
            instruction,
            input,
            options,
            reads,
            conversation,
            workflow,
        } = argument::read(self, expr)?;
        let is_alone = options.iter().any(|option| option == "alone()");
        if conversation
            && verb != "compact"
            && reads.is_empty()
            && (is_alone || !self.heard)
            && !self.excused
        {
            self.errors.span(
                verb.span(),
                format!(
                    "the first step has nothing to read: give `{verb}` an input, or put one in its prompt as `{{name}}`"
                ),
            );
        }
        let speaks = !is_alone && verb != "call" && verb != "compact";
        self.said += usize::from(speaks);
        self.body.steps.push(Step {
            id,
            output: output.or(ty).unwrap_or_else(|| answer_of(&verb).to_owned()),
            instruction,
            input,
            options,
            reads,
            conversation,
            workflow,
            line: line(verb.span()),
            verb: verb.to_string(),
        });
        Some(Placed {
            at: self.body.steps.len() - 1,
            speaks,
            close,
            question,
        })
    }
}

/// Makes `expr` run as the step that is placed.
///
/// The user's tokens come first, and the last one is located at the user's: so the whole expression lies where
/// the step does, and what rustc says about an arm or a value points there.
pub(crate) fn run(krate: &Path, expr: &mut Expr, placed: Placed, failure: Failure) {
    let (close, question) = (placed.close, placed.question);
    let running = method(expr, "__run", &placed);
    let wait = quote_spanned!(close=> .await);
    let end = quote_spanned!(close=> ?);
    *expr = Expr::Verbatim(match (failure, question) {
        (Failure::Ends, _) => quote!(#running #wait #end #question),
        (Failure::Value, Some(question)) => {
            quote!(#krate::__private::Result::Ok(#running #wait #end #question))
        }
        (Failure::Value, None) => {
            let mut into = Group::new(
                Delimiter::Parenthesis,
                quote!(#krate::__private::From::from),
            );
            into.set_span(close);
            let map_err = Ident::new("map_err", Span::mixed_site());
            quote!(#running #wait.#map_err #into)
        }
    });
}

/// The code that runs a step and gives its value, or that it failed.
pub(crate) fn attempt(expr: &Expr, placed: Placed) -> TokenStream {
    let running = method(expr, "__try", &placed);
    let wait = quote_spanned!(placed.close=> .await?);
    quote!(#running #wait)
}

/// The code that makes a step ready to run beside others.
pub(crate) fn lane(expr: &Expr, placed: Placed) -> TokenStream {
    method(expr, "__lane", &placed)
}

fn method(expr: &Expr, name: &str, placed: &Placed) -> TokenStream {
    let name = Ident::new(name, located(placed.close));
    let cx = Ident::new("__cx", Span::mixed_site());
    let at = Literal::usize_unsuffixed(placed.at);
    quote!(#expr.#name(#cx, #at))
}

/// Takes the `?` off `call(…)?`.
fn take_question(expr: &mut Expr) -> Option<Token![?]> {
    match expr {
        Expr::Try(tried) => {
            let question = tried.question_token;
            *expr = (*tried.expr).clone();
            Some(question)
        }
        Expr::Paren(paren) => take_question(&mut paren.expr),
        Expr::Group(group) => take_question(&mut group.expr),
        _ => None,
    }
}

/// Makes `expr`, a step where none may stand, a value of the step's type.
pub(crate) fn refuse(reader: &mut Reader<'_>, expr: &mut Expr) {
    if argument::read(reader, expr).is_some() {
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
        Expr::Try(tried) => call_of(&tried.expr),
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
        Expr::Try(tried) => step_of(&mut tried.expr),
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

/// What a verb answers whose types do not say it.
fn answer_of(verb: &Ident) -> &'static str {
    match verb.to_string().as_str() {
        "transform" | "compact" => "String",
        "binary" => "bool",
        "sentiment" => "Sentiment",
        "analyze" => "Analysis",
        _ => "_",
    }
}

/// The line of a token in its file; 0 where there is no compiler to ask.
pub(crate) fn line(span: Span) -> usize {
    if proc_macro::is_available() {
        // cannot panic: this `unwrap` is a conversion to the compiler's own span, which fails only where there is no compiler
        span.unwrap().line()
    } else {
        0
    }
}
