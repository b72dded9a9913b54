//! Steps in the arguments of a macro call, where none can run: its tokens are its own.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, Macro, Token};

use super::body::Reader;
use super::place::Place;
use super::words::{is_note, is_verb, verb};

/// The `join` that the user of `tokio::join!(…)` or one like it means, if there are steps in it.
pub(crate) fn join(mac: &Macro) -> Option<ExprCall> {
    let name = &mac.path.segments.last()?.ident;
    if name != "join" && name != "try_join" {
        return None;
    }
    let all = Punctuated::<Expr, Token![,]>::parse_terminated;
    let args = mac.parse_body_with(all).ok()?;
    args.iter()
        .any(|arg| verb(arg).is_some())
        .then(|| syn::parse_quote!(#name(#args)))
}

/// Reports each step among the tokens of `mac` and makes it a plain value.
pub(crate) fn refuse_steps(reader: &mut Reader<'_>, mac: &mut Macro) {
    let name = mac.path.to_token_stream().to_string().replace(' ', "");
    let message = format!("a step cannot run inside `{name}!`; bind it with `let` first");
    mac.tokens = refuse(reader, mac.tokens.clone(), &message);
}

fn refuse(reader: &mut Reader<'_>, tokens: TokenStream, message: &str) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut refused = TokenStream::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        match token {
            TokenTree::Ident(verb) if is_verb(verb) && !is(before, '.') && !is(before, ':') => {
                if let Some((step, end)) = chain(&tokens, at) {
                    reader.errors.span(verb.span(), message);
                    let mut step = step;
                    reader.refuse(&mut step);
                    step.to_tokens(&mut refused);
                    at = end;
                    continue;
                }
                verb.to_tokens(&mut refused);
            }
            TokenTree::Ident(word) if !is(before, '.') && !is(before, ':') => {
                match tokens.get(at + 1) {
                    Some(TokenTree::Group(arguments))
                        if word == "history" && is_call(arguments) =>
                    {
                        history(reader, word, arguments).to_tokens(&mut refused);
                        at += 2;
                        continue;
                    }
                    Some(TokenTree::Group(arguments)) if is_note(word) && is_call(arguments) => {
                        reader.errors.span(
                            word.span(),
                            format!("a note has no value; write it as a statement of its own: `{word}(…);`"),
                        );
                        quote!(()).to_tokens(&mut refused);
                        at += 2;
                        continue;
                    }
                    _ => word.to_tokens(&mut refused),
                }
            }
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), refuse(reader, group.stream(), message));
                inner.set_span(group.span());
                inner.to_tokens(&mut refused);
            }
            token => token.to_tokens(&mut refused),
        }
        at += 1;
    }
    refused
}

/// `history()`, which may stand anywhere.
fn history(reader: &mut Reader<'_>, word: &Ident, arguments: &Group) -> Expr {
    let mut history = syn::parse_quote!(#word #arguments);
    reader.at(Place::Argument, &mut history);
    history
}

/// The call that begins with the verb at `start`, its options with it, and where it ends.
fn chain(tokens: &[TokenTree], start: usize) -> Option<(Expr, usize)> {
    let mut end = call(tokens, start + 1)?;
    while is(tokens.get(end), '.') && matches!(tokens.get(end + 1), Some(TokenTree::Ident(_))) {
        // a field, or what is no call, is of the answer
        let Some(option) = call(tokens, end + 2) else {
            break;
        };
        end = option;
    }
    let step = tokens.get(start..end)?.iter().cloned().collect();
    Some((syn::parse2(step).ok()?, end))
}

/// Where the arguments end that begin at `at`, with or without `::<…>` before them.
fn call(tokens: &[TokenTree], mut at: usize) -> Option<usize> {
    if is(tokens.get(at), ':') {
        let close = tokens
            .iter()
            .skip(at)
            .position(|token| matches!(token, TokenTree::Group(_)))?;
        at += close;
    }
    matches!(tokens.get(at), Some(TokenTree::Group(_))).then_some(at + 1)
}

fn is_call(arguments: &Group) -> bool {
    arguments.delimiter() == Delimiter::Parenthesis
}

fn is(token: Option<&TokenTree>, punct: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == punct)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use quote::quote;

    use super::*;

    fn ends(tokens: TokenStream) -> Option<usize> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        chain(&tokens, 0).map(|(_, end)| end)
    }

    #[test]
    fn a_chain_ends_behind_its_last_option() {
        assert_eq!(ends(quote!(transform("a", b), c)), Some(2));
        assert_eq!(ends(quote!(transform("a", b).retry(2), c)), Some(5));
        assert_eq!(ends(quote!(extract::<Vec<T>>("a"))), Some(10));
        assert_eq!(ends(quote!(transform("a", b).name.len(), c)), Some(2));
        assert_eq!(ends(quote!(transform = 3)), None);
        assert!(is_verb(&Ident::new("extract", Span::call_site())));
    }
}
