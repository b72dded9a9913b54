//! Tokens as a person would write them: for the graph and for messages.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A type: `Vec<Option<Customer>>`.
pub(crate) fn print_type(tokens: TokenStream) -> String {
    let mut text = String::new();
    print(tokens, true, &mut text);
    text
}

/// An expression or a pattern: `hour < 12`, `Urgency::Low | Urgency::Medium`.
pub(crate) fn print_code(tokens: TokenStream) -> String {
    let mut text = String::new();
    print(tokens, false, &mut text);
    text
}

fn print(tokens: TokenStream, is_type: bool, text: &mut String) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut before: Option<&TokenTree> = None;
    // how many `<` of generics are open
    let mut open = if is_type { usize::MAX / 2 } else { 0 };
    let mut generic = vec![false; tokens.len()];
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Punct(punct) = token else {
            continue;
        };
        let is_generic = match punct.as_char() {
            '<' => {
                let turbofish = at.checked_sub(1).and_then(|at| tokens.get(at));
                open > 0 || matches!(turbofish, Some(TokenTree::Punct(p)) if p.as_char() == ':')
            }
            '>' => {
                open > 0
                    && !matches!(at.checked_sub(1).and_then(|at| tokens.get(at)), Some(TokenTree::Punct(p)) if matches!(p.as_char(), '-' | '='))
            }
            _ => false,
        };
        if let (true, Some(slot)) = (is_generic, generic.get_mut(at)) {
            *slot = true;
            open = if punct.as_char() == '<' {
                open + 1
            } else {
                open - 1
            };
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let is_generic = generic.get(at).copied().unwrap_or_default();
        let was_generic = at
            .checked_sub(1)
            .and_then(|at| generic.get(at).copied())
            .unwrap_or_default();
        if spaced(before, token, is_generic, was_generic) {
            text.push(' ');
        }
        match token {
            TokenTree::Group(group) => {
                let (left, right) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(left);
                print(group.stream(), is_type, text);
                text.push_str(right);
            }
            token => text.push_str(&token.to_string()),
        }
        before = Some(token);
    }
}

/// Whether a blank stands between two tokens.
fn spaced(
    before: Option<&TokenTree>,
    token: &TokenTree,
    is_generic: bool,
    was_generic: bool,
) -> bool {
    let Some(before) = before else { return false };
    if is_generic {
        return false;
    }
    match (before, token) {
        (TokenTree::Punct(left), _) if left.spacing() == Spacing::Joint => false,
        (TokenTree::Punct(left), TokenTree::Punct(right)) if was_generic => {
            !matches!(right.as_char(), ',' | ':' | ';' | '.' | '?') && left.as_char() == '>'
        }
        (TokenTree::Punct(left), _) if was_generic => {
            left.as_char() == '>' && !matches!(token, TokenTree::Group(_))
        }
        // the `!` of a macro stands at its name, that of a negation or of `!=` does not
        (TokenTree::Ident(_), TokenTree::Punct(right)) if right.as_char() == '!' => {
            right.spacing() == Spacing::Joint
        }
        (_, TokenTree::Punct(right)) => !matches!(right.as_char(), ',' | ';' | '.' | '?' | ':'),
        (TokenTree::Punct(left), _) => {
            !matches!(left.as_char(), '.' | '&' | '!' | ':' | '\'' | '*' | '-')
        }
        (TokenTree::Ident(_) | TokenTree::Group(_), TokenTree::Group(group)) => {
            group.delimiter() == Delimiter::Brace
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn types_are_tight() {
        assert_eq!(
            print_type(quote!(Vec<Option<Customer>>)),
            "Vec<Option<Customer>>"
        );
        assert_eq!(
            print_type(quote!(std::result::Result<String, MyError>)),
            "std::result::Result<String, MyError>"
        );
        assert_eq!(print_type(quote!((A, [u8; 3]))), "(A, [u8; 3])");
    }

    #[test]
    fn code_is_spaced_as_rustfmt_spaces_it() {
        assert_eq!(print_code(quote!(hour < 12)), "hour < 12");
        assert_eq!(
            print_code(quote!(Urgency::Low | Urgency::Medium)),
            "Urgency::Low | Urgency::Medium"
        );
        assert_eq!(
            print_code(quote!(customer.name.len() > 3 && !done)),
            "customer.name.len() > 3 && !done"
        );
        assert_eq!(
            print_code(quote!(Some(Kind::A { level }))),
            "Some(Kind::A { level })"
        );
        assert_eq!(print_code(quote!(a != b)), "a != b");
        assert_eq!(
            print_code(quote!(let Some(x) = f(&y))),
            "let Some(x) = f(&y)"
        );
    }
}
