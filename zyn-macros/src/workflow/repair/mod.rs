//! Half-typed bodies. An editor repairs what an attribute macro gets, and not what `workflow!` gets: a dangling
//! `.` would cost the whole body. So what is missing is put in for the parse, and the names among it are taken
//! out of the expansion.
//!
//! An editor expands the text twice, as it is and with a name at the cursor, and compares places. So nothing is
//! put in where valid code stands, and nothing in front of a name that is being typed.

mod list;
mod token;

use std::sync::LazyLock;

use proc_macro2::{Group, TokenStream, TokenTree};

use self::list::Between;

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
    list::complete(body, Between::Statements)
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
    use std::fs;
    use std::path::Path;

    use quote::quote;
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

    #[test]
    fn every_program_of_this_workspace_stays_as_it_is() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut directories = ["examples", "zyn/src", "zyn-macros/src"]
            .map(|name| root.join(name))
            .to_vec();
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    directories.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).expect("a program");
                    let whole: TokenStream = text.parse().expect("tokens");
                    let completed = complete(whole.clone()).to_string();
                    assert!(completed == whole.to_string(), "{} changes", path.display());
                }
            }
        }
    }
}
