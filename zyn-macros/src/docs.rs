//! Doc comments, as text for a model.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment in `attrs`, a line of text per paragraph; `None` if there is none.
pub(crate) fn text(attrs: &[Attribute]) -> Option<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in attrs.iter().filter_map(literal) {
        for line in line.split('\n').map(str::trim) {
            match paragraphs.last_mut().filter(|_| open) {
                Some(paragraph) if !line.is_empty() => {
                    paragraph.push(' ');
                    paragraph.push_str(line);
                }
                None if !line.is_empty() => paragraphs.push(line.to_owned()),
                _ => {}
            }
            open = !line.is_empty();
        }
    }
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n"))
}

/// The first paragraph of the doc comment in `attrs`, as one line.
pub(crate) fn first_paragraph(attrs: &[Attribute]) -> Option<String> {
    text(attrs).and_then(|text| text.lines().next().map(str::to_owned))
}

fn literal(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(line),
                ..
            }) => Some(line.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docs(item: &str) -> Option<String> {
        let item: syn::DeriveInput = syn::parse_str(item).expect("an item");
        text(&item.attrs)
    }

    #[test]
    fn the_lines_of_a_paragraph_are_joined() {
        assert_eq!(
            docs("/// One\n/// two.\n///\n/// Three.\nstruct A;").as_deref(),
            Some("One two.\nThree.")
        );
    }

    #[test]
    fn a_block_comment_reads_like_lines() {
        assert_eq!(
            docs("/** One\n two. */ struct A;").as_deref(),
            Some("One two.")
        );
    }

    #[test]
    fn no_comment_and_an_empty_one_give_nothing() {
        assert_eq!(docs("struct A;"), None);
        assert_eq!(docs("///\nstruct A;"), None);
    }

    #[test]
    fn the_first_paragraph_is_one_line() {
        let item: syn::DeriveInput =
            syn::parse_str("///\n/// One\n/// two.\n///\n/// Three.\nstruct A;").expect("an item");
        assert_eq!(first_paragraph(&item.attrs).as_deref(), Some("One two."));
    }
}
