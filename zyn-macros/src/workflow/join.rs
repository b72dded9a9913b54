//! Reads a `join`: steps that run at the same time.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprCall, LocalInit, Pat};

use super::body::{NAMELESS, Reader, Returns};
use super::id::{id_part, plain};
use super::model::Node;
use super::otherwise::block_of;
use super::scope::{Sources, bound};
use super::step;
use super::target::{Name, Target};
use super::words::{join, verb};
use super::{located, named};

/// How many steps one `join` can run.
const MOST: usize = 12;

impl Reader<'_> {
    /// Reads `let (a, b) = join(…)`, with or without an `else`.
    pub(crate) fn join(&mut self, pat: &Pat, init: &mut LocalInit) {
        let Some(mut call) = join(&init.expr).cloned() else {
            return;
        };
        let otherwise = init.diverge.take();
        let names = self.checked(pat, &mut call);
        let Some(names) = names.filter(|_| !self.barred(&init.expr)) else {
            // the `else` went with the `join`: what it would give has no place
            let values = match pat_of(pat) {
                Pat::Tuple(tuple) => tuple.elems.len(),
                _ => call.args.len(),
            };
            *init.expr = self.refused_join(&mut call, values);
            init.diverge = otherwise.and_then(|(token, _)| self.leaving(pat, token));
            for name in bound(pat) {
                self.scope.bind(name.to_string(), Sources::new());
            }
            return;
        };

        let (mut steps, mut lanes, mut speak) = (Vec::new(), Vec::new(), false);
        let mut made_of = Vec::new();
        for (name, operand) in names.iter().zip(&mut call.args) {
            let id = self.id(name, operand, false);
            made_of.push(Sources::from([id.clone()]));
            if let Some(placed) = self.place_step(operand, id, None) {
                steps.push(placed.at);
                speak |= placed.speaks;
                lanes.push(step::lane(operand, placed));
            }
        }
        let joined = Node::Join(steps);
        match otherwise {
            None => {
                self.nodes.push(joined);
                *init.expr = Expr::Verbatim(self.joining("join", &call, &lanes));
            }
            Some((_, otherwise)) => {
                let close = call.paren_token.span.close();
                let tried = self.joining("try_join", &call, &lanes);
                let mut block = block_of(*otherwise);
                let names: Vec<String> = names.iter().map(|name| id_part(&plain(name))).collect();
                let mut target = Target::new(Name::Pattern(pat.to_token_stream()));
                let (otherwise, also) = self.otherwise(&names.join("+"), &mut block, &mut target);
                for sources in &mut made_of {
                    sources.extend(also.iter().cloned());
                }
                self.nodes.push(Node::Fallback {
                    tried: Box::new(joined),
                    otherwise,
                });
                *init.expr = self.or_else(&tried, close, &block);
            }
        }
        self.heard |= speak;
        for (name, sources) in names.iter().zip(made_of) {
            self.scope.bind(name.to_string(), sources);
        }
    }

    /// The names of the steps; `None` if the `join` cannot run as it is written.
    fn checked(&mut self, pat: &Pat, call: &mut ExprCall) -> Option<Vec<Ident>> {
        let mut sound = true;
        for operand in &mut call.args {
            if let Some(question) = question(operand) {
                sound = false;
                self.errors.at(
                    question,
                    "a `join` takes its steps as they are; drop the `?`, which belongs to the next line",
                );
            } else if self.bare(operand) {
                sound = false;
            } else if let Some(verb) = verb(operand) {
                if verb == "compact" {
                    sound = false;
                    self.errors.at(
                        verb,
                        "`compact` rewrites what the steps beside it read; write it before or after the `join`",
                    );
                }
            } else {
                sound = false;
                self.errors
                    .at(&*operand, "every branch of `join` must be a step");
            }
        }
        let steps = call.args.len();
        if steps < 2 {
            self.errors
                .at(&call.func, "`join` needs at least two steps");
            return None;
        }
        if steps > MOST {
            self.errors.at(
                &call.func,
                format!("`join` runs at most {MOST} steps at once; write two `join`s"),
            );
            return None;
        }
        let names = self.names(pat)?;
        if names.len() != steps {
            self.errors.at(
                pat,
                format!(
                    "`join` runs {steps} steps but {} names are bound",
                    names.len()
                ),
            );
            return None;
        }
        sound.then_some(names)
    }

    /// The names of a tuple of plain names.
    fn names(&mut self, pat: &Pat) -> Option<Vec<Ident>> {
        let tuple = match pat_of(pat) {
            Pat::Tuple(tuple) => tuple,
            pat => {
                self.errors.at(
                    pat,
                    "bind each step of a `join` to a name of its own: `let (a, b) = join(…)`",
                );
                return None;
            }
        };
        let mut names = Vec::new();
        for pat in &tuple.elems {
            match Target::of_let(pat).name {
                Name::Binding(name, _) => names.push(name),
                Name::Wild(tokens) => {
                    self.errors.at(tokens, NAMELESS);
                    return None;
                }
                _ => {
                    self.errors.at(
                        pat,
                        "bind a step to a plain name, then take it apart on the next line",
                    );
                    return None;
                }
            }
        }
        Some(names)
    }

    /// Reports a `join` that is not the right side of a `let`.
    pub(crate) fn misplaced_join(&mut self, expr: &mut Expr) {
        let Some(mut call) = join(expr).cloned() else {
            return;
        };
        if !self.barred(expr) {
            self.errors.at(
                &call.func,
                "`join` stands alone on the right side of a `let` with a name for each step: `let (a, b) = join(…)`",
            );
        }
        let values = call.args.len();
        *expr = self.refused_join(&mut call, values);
    }

    /// As many of the values that a `join` would give, if it could run.
    pub(crate) fn refused_join(&mut self, call: &mut ExprCall, count: usize) -> Expr {
        for operand in &mut call.args {
            match operand {
                Expr::Try(tried) => *operand = (*tried.expr).clone(),
                Expr::Await(awaited) => *operand = (*awaited.base).clone(),
                _ => {}
            }
            if verb(operand).is_some() {
                self.refuse(operand);
            } else {
                self.argument(operand);
            }
        }
        self.excused = true;
        let values = call.args.iter().map(ToTokens::to_token_stream);
        let values = values.chain(std::iter::repeat(quote!(()))).take(count);
        Expr::Verbatim(quote!((#(#values,)*)))
    }

    /// The code that runs `lanes` at the same time.
    fn joining(&self, method: &str, call: &ExprCall, lanes: &[TokenStream]) -> TokenStream {
        let word = call.func.to_token_stream().into_iter().next();
        let at = word.map_or_else(Span::call_site, |word| word.span());
        let close = call.paren_token.span.close();
        let cx = Ident::new("__cx", located(at));
        let join = Ident::new(method, named(at));
        let wait = quote_spanned!(close=> .await?);
        // each step may have an error of its own, and all become the workflow's
        let (krate, output) = (self.krate, self.output);
        let error = match self.returns {
            Some(Returns::Result) => quote!(<#output as #krate::__private::IsResult>::Error),
            _ => quote!(#krate::Error),
        };
        quote!(#cx.#join::<_, #error>((#(#lanes,)*)) #wait)
    }
}

/// A pattern without the type that its `let` says.
fn pat_of(pat: &Pat) -> &Pat {
    match pat {
        Pat::Type(typed) => pat_of(&typed.pat),
        Pat::Paren(paren) => pat_of(&paren.pat),
        pat => pat,
    }
}

/// The `?` behind an operand.
fn question(operand: &Expr) -> Option<syn::Token![?]> {
    match operand {
        Expr::Try(tried) => Some(tried.question_token),
        _ => None,
    }
}
