//! One list of statements, arms or elements: what has been read of it, and what is missing.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::token::{
    HEADS, STATEMENTS, begins, ends_name, is_end, is_group, is_joint, is_punct, is_word,
};
use super::{HOLE, inside};

/// What a list is made of, which says how its parts are kept apart.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Between {
    Statements,
    Arms,
    Elements,
}

/// What has been read of one list.
struct List {
    between: Between,
    out: Vec<TokenTree>,
    /// Whether the statement is a `let`, which no block ends.
    in_let: bool,
    /// The last word before a block that says what the block is.
    head: Option<Head>,
    /// How much of an arm has been read.
    arm: Arm,
}

#[derive(Clone, Copy, PartialEq)]
enum Head {
    Match,
    Other,
}

#[derive(Clone, Copy, PartialEq)]
enum Arm {
    None,
    Pattern,
    Value,
}

/// Puts in what is missing in one list and in those inside it.
pub(super) fn complete(tokens: TokenStream, between: Between) -> TokenStream {
    let mut list = List {
        between,
        out: Vec::new(),
        in_let: false,
        head: None,
        arm: Arm::None,
    };
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        list.separate(&token);
        list.read(token);
        if list.dangles(tokens.peek()) {
            list.hole();
        }
    }
    match between {
        Between::Statements if list.in_let => list.out.extend(quote!(;)),
        Between::Arms if list.arm == Arm::Pattern => list.out.extend(quote!(=> {})),
        _ => {}
    }
    list.out.into_iter().collect()
}

impl List {
    /// Two operands never stand side by side: puts between them what has not been typed yet.
    fn separate(&mut self, next: &TokenTree) {
        // between `if`, `impl` and the like and their block, names follow each other
        if self.head.is_some() || !begins(next) || !self.ends_operand(next) {
            return;
        }
        let separator = match (self.between, self.arm) {
            // what follows a pattern without an arrow is its guard
            (Between::Arms, Arm::Pattern) if is_word(Some(next), &["if"]) => return,
            (Between::Arms, Arm::Pattern) => quote!(=> {}),
            (Between::Statements, _) => quote!(;),
            (Between::Arms | Between::Elements, _) if is_word(Some(next), STATEMENTS) => return,
            (Between::Arms | Between::Elements, _) => quote!(,),
        };
        self.out.extend(separator);
        self.part();
    }

    fn read(&mut self, token: TokenTree) {
        let token = match token {
            TokenTree::Group(group) => self.group(group),
            token => token,
        };
        let is_block = is_group(Some(&token), Delimiter::Brace);
        let is_arm = is_block && self.ends_arrow();
        // between statements, a comma belongs to generics
        let is_comma = is_punct(Some(&token), ',') && self.between != Between::Statements;
        if is_arm || is_comma || is_punct(Some(&token), ';') {
            self.part();
        } else if is_punct(Some(&token), '>') && is_joint(self.out.last(), '=') {
            self.head = None;
            self.arm = Arm::Value;
        } else if self.arm == Arm::None {
            self.arm = Arm::Pattern;
        }
        if is_word(Some(&token), &["let"]) && self.head.is_none() {
            self.in_let = true;
        }
        if is_word(Some(&token), &["match"]) {
            self.head = Some(Head::Match);
        } else if is_word(Some(&token), HEADS) {
            self.head = Some(Head::Other);
        } else if is_block {
            self.head = None;
        }
        self.out.push(token);
    }

    /// A new statement, arm or element begins.
    fn part(&mut self) {
        self.in_let = false;
        self.head = None;
        self.arm = Arm::None;
    }

    fn group(&self, group: Group) -> TokenTree {
        let between = match group.delimiter() {
            _ if self.ends_macro() => return TokenTree::Group(group),
            Delimiter::Brace if self.head == Some(Head::Match) => Between::Arms,
            Delimiter::Brace if !self.in_literal() => Between::Statements,
            _ => Between::Elements,
        };
        inside(TokenTree::Group(group), |tokens| complete(tokens, between))
    }

    /// Whether the next group is what a macro is called with, or made of: its tokens are its own.
    fn ends_macro(&self) -> bool {
        let mut before = self.out.iter().rev().skip(1);
        let (second, third) = (before.next(), before.next());
        is_punct(self.out.last(), '!') && ends_name(second)
            || is_punct(second, '!') && is_word(third, &["macro_rules"])
    }

    /// Whether the next block is a value's fields: a type stands before it, and nothing says otherwise.
    fn in_literal(&self) -> bool {
        let is_type = matches!(self.out.last(), Some(TokenTree::Ident(name))
            if name.to_string().starts_with(char::is_uppercase));
        self.head.is_none() && is_type
    }

    /// Whether the last two tokens are `=>`.
    fn ends_arrow(&self) -> bool {
        is_punct(self.out.last(), '>') && is_joint(self.out.iter().rev().nth(1), '=')
    }

    /// Whether a whole operand has been read, as far as the last token tells and `next` leaves open.
    fn ends_operand(&self, next: &TokenTree) -> bool {
        let mut before = self.out.iter().rev().skip(1);
        match self.out.last() {
            Some(TokenTree::Literal(_)) => true,
            // a label is followed by a value
            Some(TokenTree::Ident(_)) => {
                ends_name(self.out.last()) && !is_punct(before.next(), '\'')
            }
            Some(TokenTree::Group(group)) => match group.delimiter() {
                Delimiter::Brace => self.in_let && self.between == Between::Statements,
                Delimiter::Bracket => {
                    let bang = before.next();
                    !(is_punct(bang, '#') || is_punct(bang, '!') && is_punct(before.next(), '#'))
                }
                Delimiter::Parenthesis => !is_word(before.next(), &["pub"]),
                Delimiter::None => true,
            },
            // of a bound (`?Sized`) it is not the end
            Some(TokenTree::Punct(punct)) if punct.as_char() == '?' => {
                !is_punct(before.next(), ':')
            }
            // of `::<Type>`
            Some(TokenTree::Punct(punct)) if punct.as_char() == '>' => {
                let arrow = before.next();
                is_word(Some(next), &["let"]) && !is_joint(arrow, '=') && !is_joint(arrow, '-')
            }
            _ => false,
        }
    }

    /// Whether the last token waits for a name that `next` is not.
    fn dangles(&self, next: Option<&TokenTree>) -> bool {
        let Some(TokenTree::Punct(last)) = self.out.last() else {
            return false;
        };
        let before = self.out.iter().rev().nth(1);
        let begins_next = next.is_some_and(|next| begins(next) && !is_word(Some(next), STATEMENTS));
        match last.as_char() {
            '.' if is_punct(before, '.') || is_punct(next, '.') => false,
            '.' => !begins_next && !is_word(next, &["await"]),
            ':' if is_joint(before, ':') => {
                !(begins_next
                    || is_punct(next, '<')
                    || is_punct(next, '*')
                    || is_group(next, Delimiter::Brace)
                    || is_word(next, &["super"]))
            }
            '=' => is_end(next),
            '>' => self.ends_arrow() && is_end(next),
            _ => false,
        }
    }

    fn hole(&mut self) {
        let name = Ident::new(HOLE, Span::mixed_site());
        self.out.push(TokenTree::Ident(name));
    }
}
