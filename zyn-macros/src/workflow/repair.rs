//! Half-typed bodies. An editor repairs what an attribute macro gets, and not what `workflow!` gets: a dangling
//! `.` would cost the whole body. So what is missing is put in for the parse, and the names among it are taken
//! out of the expansion.
//!
//! An editor expands the text twice, as it is and with a name at the cursor, and compares places. So nothing is
//! put in where valid code stands, and nothing in front of a name that is being typed.

use std::sync::LazyLock;

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

/// The name that stands where one is missing.
const HOLE: &str = "__zyn_hole";

/// Whether an editor asks. A compiler is told of the mistake alone: it would find what is missing once more.
pub(crate) fn in_editor() -> bool {
    static IN_EDITOR: LazyLock<bool> = LazyLock::new(|| {
        let program = std::env::current_exe().unwrap_or_default();
        let name = program.file_stem().unwrap_or_default();
        name.to_string_lossy().starts_with("rust-analyzer")
    });
    *IN_EDITOR
}

/// Puts in what is missing: a name behind a dangling `.`, `::`, `=` or `=>`, and what separates two statements,
/// arms or elements of which the first is unfinished.
pub(crate) fn complete(body: TokenStream) -> TokenStream {
    list(body, Between::Statements)
}

/// Takes the names out that [`complete`] put in.
pub(crate) fn strip(tokens: TokenStream) -> TokenStream {
    let stays = |token: &TokenTree| !matches!(token, TokenTree::Ident(name) if name == HOLE);
    tokens
        .into_iter()
        .filter(stays)
        .map(|token| inside(token, strip))
        .collect()
}

/// What a list is made of, which says how its parts are kept apart.
#[derive(Clone, Copy, PartialEq)]
enum Between {
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

fn list(tokens: TokenStream, between: Between) -> TokenStream {
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
        if is_arm || is_punct(Some(&token), ';') || is_punct(Some(&token), ',') {
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
            // the arguments of a macro call are its own
            _ if is_punct(self.out.last(), '!') && ends_name(self.out.iter().rev().nth(1)) => {
                return TokenTree::Group(group);
            }
            Delimiter::Brace if self.head == Some(Head::Match) => Between::Arms,
            Delimiter::Brace if !self.in_literal() => Between::Statements,
            _ => Between::Elements,
        };
        inside(TokenTree::Group(group), |tokens| list(tokens, between))
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

/// Words that begin a statement and no name.
const STATEMENTS: &[&str] = &[
    "let", "return", "break", "continue", "match", "if", "for", "while", "loop",
];

/// Words whose block is no value's fields.
const HEADS: &[&str] = &[
    "if", "else", "for", "while", "loop", "unsafe", "async", "fn", "mod", "impl", "trait",
];

/// Words that are no operand and begin none.
const KEYWORDS: &[&str] = &[
    "as", "async", "const", "crate", "dyn", "else", "enum", "extern", "fn", "impl", "in", "mod",
    "move", "mut", "pub", "ref", "static", "struct", "super", "trait", "type", "unsafe", "use",
    "where", "await",
];

/// Whether a statement, an arm or an element may begin with `token`, and no part of one goes on with it.
fn begins(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(_) => !is_word(Some(token), KEYWORDS),
        TokenTree::Literal(_) => true,
        TokenTree::Group(_) | TokenTree::Punct(_) => false,
    }
}

/// Whether `token` is a name that an operand may end in.
fn ends_name(token: Option<&TokenTree>) -> bool {
    let is_name = matches!(token, Some(token @ TokenTree::Ident(_)) if begins(token));
    is_word(token, &["await"]) || is_name && !is_word(token, STATEMENTS)
}

fn is_word(token: Option<&TokenTree>, words: &[&str]) -> bool {
    matches!(token, Some(TokenTree::Ident(name)) if words.iter().any(|word| name == word))
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

fn is_joint(token: Option<&TokenTree>, char: char) -> bool {
    let joint = |punct: &Punct| punct.as_char() == char && punct.spacing() == Spacing::Joint;
    matches!(token, Some(TokenTree::Punct(punct)) if joint(punct))
}

fn is_group(token: Option<&TokenTree>, delimiter: Delimiter) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}

fn is_end(token: Option<&TokenTree>) -> bool {
    token.is_none() || is_punct(token, ';') || is_punct(token, ',')
}

/// `token` with `change` made to what is between its delimiters, which keep their place.
fn inside(token: TokenTree, change: impl FnOnce(TokenStream) -> TokenStream) -> TokenTree {
    match token {
        TokenTree::Group(group) => {
            let mut changed = Group::new(group.delimiter(), change(group.stream()));
            changed.set_span(group.span());
            TokenTree::Group(changed)
        }
        token => token,
    }
}

#[cfg(test)]
mod tests {
    use syn::Block;
    use syn::parse::Parser;

    use super::*;

    /// Completes `typed`, which does not parse, to `whole`, which does.
    fn completes(typed: TokenStream, whole: TokenStream) {
        let parse = |tokens: &TokenStream| Block::parse_within.parse2(tokens.clone());
        assert!(parse(&typed).is_err(), "`{typed}` parses as it is");
        let completed = complete(typed);
        assert_eq!(completed.to_string(), whole.to_string());
        assert!(parse(&completed).is_ok(), "`{completed}` does not parse");
    }

    #[test]
    fn a_dot_gets_a_name_whatever_follows() {
        completes(
            quote!(let a = transform("a", &issue.);),
            quote!(let a = transform("a", &issue.__zyn_hole);),
        );
        completes(
            quote!(let a = issue.; Reply { a }),
            quote!(let a = issue.__zyn_hole; Reply { a }),
        );
        completes(
            quote!(let a = issue. let b = transform("b", a);),
            quote!(let a = issue.__zyn_hole; let b = transform("b", a);),
        );
        completes(
            quote!(match issue. { Kind::A => 1, }),
            quote!(match issue.__zyn_hole {
                Kind::A => 1,
            }),
        );
        completes(quote!(issue.), quote!(issue.__zyn_hole));
    }

    #[test]
    fn a_step_keeps_the_dot_of_its_next_option() {
        completes(
            quote!(let a = transform("a").retry(2).; let b = classify("b").),
            quote!(let a = transform("a").retry(2).__zyn_hole; let b = classify("b").__zyn_hole;),
        );
    }

    #[test]
    fn a_path_in_an_arm_gets_a_name_and_the_arm_a_value() {
        completes(
            quote!(match kind { Kind:: => 1, _ => 2, }),
            quote!(match kind {
                Kind::__zyn_hole => 1,
                _ => 2,
            }),
        );
        completes(
            quote!(match kind { Kind::A => { 1 } Kind:: }),
            quote!(match kind {
                Kind::A => {
                    1
                }
                Kind::__zyn_hole => {}
            }),
        );
        completes(
            quote!(match kind { Kind::B Kind::A if a => 1, _ =>, }),
            quote!(match kind {
                Kind::B => {}
                Kind::A if a => 1,
                _ => __zyn_hole,
            }),
        );
    }

    #[test]
    fn a_line_that_is_being_typed_ends_before_the_next() {
        completes(
            quote!(let a = clas let b = 1;),
            quote!(let a = clas; let b = 1;),
        );
        completes(
            quote!(let a = issue.na Reply { a: b }),
            quote!(let a = issue.na; Reply { a: b }),
        );
        completes(
            quote!(let a = if b { 1 } else { 2 } let c = extract::<Tags> let d = 1;),
            quote!(let a = if b { 1 } else { 2 }; let c = extract::<Tags>; let d = 1;),
        );
        completes(
            quote!(let a = ; let b = 1;),
            quote!(let a = __zyn_hole; let b = 1;),
        );
        completes(
            quote!(user("a") return run(other(&b).)),
            quote!(user("a"); return run(other(&b).__zyn_hole)),
        );
    }

    #[test]
    fn what_is_inside_a_step_a_loop_or_an_else_is_completed_too() {
        completes(
            quote!(let (a, b) = join(transform("a")., extract::<Tags>("b", issue.));),
            quote!(let (a, b) = join(transform("a").__zyn_hole, extract::<Tags>("b", issue.__zyn_hole));),
        );
        completes(
            quote!(for item in items { let a = item. } reply),
            quote!(for item in items { let a = item.__zyn_hole; } reply),
        );
        completes(
            quote!(let a = classify("a", b) else { let c = issue. return Reply { a: c } };),
            quote!(let a = classify("a", b) else { let c = issue.__zyn_hole; return Reply { a: c } };),
        );
        completes(
            quote!(Reply { a: issue.na b, c: issue. }),
            quote!(Reply {
                a: issue.na,
                b,
                c: issue.__zyn_hole
            }),
        );
    }

    #[test]
    fn what_is_whole_stays_as_it_is() {
        let whole = quote! {
            #[allow(unused)]
            let (mut a, b): (A, Vec<dyn B>) = join(classify::<A>("a", &x.y.0).retry(2), call(f(&x))?);
            let Some(c) = d.await? else { return Reply { a, ..other } };
            let range = ..=b;
            'outer: for (i, item) in items.iter().enumerate() {
                if let Some(e) = item && i > 1 { break 'outer; } else if !(f) { continue }
                let g = match e { A::B { x, .. } | A::C if x as u8 == 1 => 1, _ => if a { 1 } else { 2 } };
                match g { 1 => match h { _ => {} } 2 => {} 3 => { i } _ => return x }
            }
            impl A for B { type C = D; fn e<T: ?Sized>(self, f: &'static str) -> impl F + 'static { g } }
            struct G { pub(crate) a: A, #[serde(default)] b: B }
            println!("{} {}", a b);
            let f = async move |x: u8| -> u8 { x };
            Reply { a, b: [1, 2].map(|x| x + 1) }
        };
        assert_eq!(complete(whole.clone()).to_string(), whole.to_string());
    }

    #[test]
    fn the_names_that_were_put_in_are_taken_out() {
        let typed = quote!(let a = f(&issue.); match a { Kind:: => 1 });
        assert_eq!(
            strip(complete(typed.clone())).to_string(),
            typed.to_string()
        );
    }
}
