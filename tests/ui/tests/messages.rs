//! Every message that the macros can produce has a case, or this fails.
//!
//! A message is a sentence, so it is found as one: a string literal of words in the source of `zyn-macros` that is
//! neither in a test, nor documentation, nor code that is generated. What `format!` fills in may be anything in the case.
//! `cargo test -p zyn-ui --test messages -- --nocapture` lists them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::LitStr;

const MACROS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../zyn-macros/src");
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/macro");

/// Text that becomes a message or a part of one: what is fixed of it, in order.
#[derive(Debug, PartialEq)]
struct Message(Vec<String>);

#[test]
fn every_message_has_a_case() -> io::Result<()> {
    let said = said(CASES)?;
    let (mut count, mut without) = (0, Vec::new());
    let is_tests = |file: &PathBuf| file.ends_with("tests.rs");
    let files = zyn_ui::files(MACROS, "rs")?;
    for file in files.into_iter().filter(|file| !is_tests(file)) {
        let source: TokenStream = fs::read_to_string(&file)?.parse().expect("Rust");
        let mut found = Vec::new();
        messages(source, false, &mut found);
        if found.is_empty() {
            continue;
        }
        println!("{}", name(&file));
        for message in found {
            println!("    {}", message.text());
            count += 1;
            if !said.iter().any(|line| message.is_in(line)) {
                without.push(format!("{}: {}", name(&file), message.text()));
            }
        }
    }
    println!("{count} messages");
    assert!(count > 0, "no message was found in {MACROS}");
    assert!(
        without.is_empty(),
        "{} messages have no case in `macro/`:\n{}",
        without.len(),
        without.join("\n")
    );
    Ok(())
}

/// The first line of each error in the cases.
fn said(cases: &str) -> io::Result<Vec<String>> {
    let mut said = Vec::new();
    for file in zyn_ui::files(cases, "stderr")? {
        let text = fs::read_to_string(file)?;
        let errors = text.lines().filter_map(|line| line.strip_prefix("error: "));
        said.extend(errors.map(str::to_owned));
    }
    Ok(said)
}

fn name(file: &Path) -> String {
    let name = file.strip_prefix(MACROS).unwrap_or(file);
    name.display().to_string()
}

/// Collects the messages among `tokens`, which are the arguments of a `format!` or not.
fn messages(tokens: TokenStream, is_format: bool, found: &mut Vec<Message>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                // an attribute, of an item or of the file
                at += usize::from(is_mark(tokens.get(at), '!'));
                let is_test = tokens.get(at).is_some_and(is_cfg_test);
                at += 1;
                if is_test {
                    at += end_of_item(tokens.get(at..).unwrap_or_default());
                }
            }
            TokenTree::Ident(name) if is_mark(tokens.get(at), '!') => {
                if let Some(TokenTree::Group(arguments)) = tokens.get(at + 1) {
                    at += 2;
                    let name = name.to_string();
                    if !name.contains("quote") {
                        messages(arguments.stream(), name.contains("format"), found);
                    }
                }
            }
            TokenTree::Group(group) => messages(group.stream(), false, found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) {
                    found.extend(Message::read(&text.value(), is_format));
                }
            }
            _ => {}
        }
    }
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

fn is_cfg_test(attribute: &TokenTree) -> bool {
    attribute.to_string().replace(' ', "") == "[cfg(test)]"
}

/// How many tokens there are up to the body or the semicolon that ends the item.
fn end_of_item(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_mark(Some(token), ';'),
    };
    tokens
        .iter()
        .position(ends)
        .map_or(tokens.len(), |at| at + 1)
}

impl Message {
    /// `None` if `text` is a name or a mark and not words.
    fn read(text: &str, is_format: bool) -> Option<Self> {
        let parts = if is_format {
            fixed(text)
        } else {
            vec![text.to_owned()]
        };
        let has = |what: fn(char) -> bool| parts.iter().any(|part| part.contains(what));
        (has(char::is_whitespace) && has(char::is_alphabetic)).then_some(Self(parts))
    }

    fn text(&self) -> String {
        self.0.join("…")
    }

    fn is_in(&self, line: &str) -> bool {
        let mut rest = line;
        self.0
            .iter()
            .all(|part| match rest.split_once(part.as_str()) {
                Some((_, behind)) => {
                    rest = behind;
                    true
                }
                None => false,
            })
    }
}

/// What stands between the holes of a format string.
fn fixed(format: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = format.chars().peekable();
    while let Some(next) = rest.next() {
        if matches!(next, '{' | '}') && rest.next_if_eq(&next).is_none() {
            // a hole: what is in it is a name
            rest.by_ref().find(|&c| c == '}');
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(next);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let mut found = Vec::new();
        messages(source.parse().expect("Rust"), false, &mut found);
        found.iter().map(Message::text).collect()
    }

    #[test]
    fn words_are_found_wherever_they_stand() {
        let source = r#"
            const UNION: &str = "a union cannot be extracted";
            fn check() { errors.at(name, format_args!("duplicate `{key}`; drop it")); }
        "#;
        assert_eq!(
            found(source),
            ["a union cannot be extracted", "duplicate `…`; drop it"]
        );
    }

    #[test]
    fn names_tests_documentation_and_generated_code_are_no_messages() {
        let source = r##"
            //! About this file.
            /// About this item.
            #[expect(missing_docs, reason = "said elsewhere")]
            fn expand() { quote!(#zyn::say("some words")); one("task") }
            #[cfg(test)]
            mod tests { fn a() { say("some words"); } }
            #[cfg(test)]
            const WORDS: &str = "some words";
            const AFTER: &str = "after the tests";
        "##;
        assert_eq!(found(source), ["after the tests"]);
    }

    #[test]
    fn a_hole_takes_anything_and_the_rest_of_a_message_is_exact() {
        let message = Message::read("`{{{name}}}` is no {kind} here", true).expect("words");
        assert!(message.is_in("`{a.b}` is no step here"));
        assert!(!message.is_in("`{a.b}` is not here"));
        assert!(!message.is_in("`{a.b}` is no step"));
        let plain = Message::read("empty `{}` in this prompt", false).expect("words");
        assert!(plain.is_in("empty `{}` in this prompt: name a step"));
        assert!(!plain.is_in("empty `{x}` in this prompt"));
    }
}
