//! Tokens as a person would write them: for the graph and for messages.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

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

/// How a token stands among its neighbours.
struct Fit {
    /// No blank before it.
    before: bool,
    /// No blank behind it.
    behind: bool,
    /// Whether an operand ends with it, so that an operator behind it has two sides.
    operand: bool,
}

const INFIX: Fit = fit(false, false, false);
const PREFIX: Fit = fit(false, true, false);
const WITHIN: Fit = fit(true, true, false);

const fn fit(before: bool, behind: bool, operand: bool) -> Fit {
    Fit {
        before,
        behind,
        operand,
    }
}

fn print(tokens: TokenStream, is_type: bool, text: &mut String) {
    let mut last = fit(true, true, false);
    // the mark before, and whether the next one belongs to it: `&&`, `->`
    let (mut mark, mut joined) = (' ', false);
    // how many `<` of generics are open
    let mut open = 0_usize;
    for token in tokens {
        let next = match &token {
            TokenTree::Ident(ident) => {
                let keywords = ["if", "in", "let", "match", "mut", "ref", "return"];
                fit(false, false, !keywords.iter().any(|word| ident == word))
            }
            TokenTree::Literal(_) => fit(false, false, true),
            TokenTree::Group(group) => {
                let is_call = last.operand && group.delimiter() != Delimiter::Brace;
                fit(is_call, false, true)
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' if is_type || open > 0 || mark == ':' => {
                    open += 1;
                    WITHIN
                }
                '>' if open > 0 && !(joined && matches!(mark, '-' | '=')) => {
                    open -= 1;
                    fit(true, false, true)
                }
                _ if joined => fit(true, last.behind, false),
                '.' => WITHIN,
                ':' if punct.spacing() == Spacing::Joint => WITHIN,
                ',' | ';' | ':' => fit(true, false, false),
                '?' => fit(true, false, true),
                '!' if last.operand && punct.spacing() == Spacing::Alone => WITHIN,
                '!' | '&' | '*' | '-' | '\'' if !last.operand => PREFIX,
                _ => INFIX,
            },
        };
        if !(last.behind || next.before || joined) {
            text.push(' ');
        }
        (mark, joined) = match &token {
            TokenTree::Punct(punct) => (punct.as_char(), punct.spacing() == Spacing::Joint),
            _ => (' ', false),
        };
        match token {
            TokenTree::Group(group) => print_group(&group, is_type, text),
            token => text.push_str(&token.to_string()),
        }
        last = next;
    }
}

fn print_group(group: &Group, is_type: bool, text: &mut String) {
    let (left, right) = match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Brace if group.stream().is_empty() => ("{", "}"),
        Delimiter::Brace => ("{ ", " }"),
        Delimiter::None => ("", ""),
    };
    text.push_str(left);
    print(group.stream(), is_type, text);
    text.push_str(right);
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};

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
        assert_eq!(
            print_type(quote!(Box<dyn Fn(&'a str) -> Option<T> + Send>)),
            "Box<dyn Fn(&'a str) -> Option<T> + Send>"
        );
        assert_eq!(print_type(quote!(<T as A<B>>::C)), "<T as A<B>>::C");
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
        assert_eq!(print_code(quote!(a && -b - *c)), "a && -b - *c");
        assert_eq!(
            print_code(quote!(matches!(x?, 1..=5))),
            "matches!(x?, 1..=5)"
        );
        assert_eq!(
            print_code(quote!(text.parse::<Vec<u8>>().is_ok())),
            "text.parse::<Vec<u8>>().is_ok()"
        );
        assert_eq!(
            print_code(quote!(let Some(x) = f(&y))),
            "let Some(x) = f(&y)"
        );
    }

    #[test]
    fn a_type_is_printed_as_one_would_write_it() {
        let types = [
            "Vec<String>",
            "&[u8]",
            "&str",
            "std::collections::HashMap<String, Option<[u8; 4]>>",
        ];
        for written in types {
            let ty: syn::Type = syn::parse_str(written).expect("a type");
            assert_eq!(print_type(ty.into_token_stream()), written);
        }
    }
}
