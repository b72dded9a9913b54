//! The parts of a step's id.

use proc_macro2::Ident;
use syn::Pat;

use super::scope::bound;

/// A name without the mark of a raw identifier.
pub(crate) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// A loop's part of a step's id: the names that a round binds, without the `_` of what is not used.
pub(crate) fn round(pat: &Pat) -> String {
    let names = bound(pat);
    let names = names.iter().map(plain);
    let names: Vec<String> = names
        .map(|name| id_part(name.trim_start_matches('_')))
        .collect();
    match names.is_empty() {
        true => "_".to_owned(),
        false => names.join("_"),
    }
}

/// An arm's part of a step's id: the last path segment of each alternative joined by `+`, the parts of a tuple
/// by `_`, `_` for a catch-all or a binding, a literal as written. Fields and guards add nothing.
pub(crate) fn segment(pat: &Pat) -> String {
    match pat {
        Pat::Or(or) => or.cases.iter().map(segment).collect::<Vec<_>>().join("+"),
        Pat::Guard(guard) => segment(&guard.pat),
        Pat::Paren(paren) => segment(&paren.pat),
        Pat::Reference(reference) => segment(&reference.pat),
        Pat::Tuple(tuple) => joined(&tuple.elems),
        Pat::Slice(slice) => joined(&slice.elems),
        Pat::Ident(ident) => match &ident.subpat {
            Some((_, pat)) => segment(pat),
            // `None`, `Low` in scope: a path of one segment looks like a binding; types begin upper case
            None if ident.by_ref.is_none()
                && ident.ident.to_string().starts_with(char::is_uppercase) =>
            {
                id_part(&plain(&ident.ident))
            }
            None => "_".to_owned(),
        },
        Pat::Path(path) => last(&path.path),
        Pat::Struct(pat) => last(&pat.path),
        Pat::TupleStruct(pat) => last(&pat.path),
        Pat::Lit(lit) => id_part(&quote::quote!(#lit).to_string()),
        Pat::Range(range) => id_part(&quote::quote!(#range).to_string()),
        _ => "_".to_owned(),
    }
}

fn joined<'a>(pats: impl IntoIterator<Item = &'a Pat>) -> String {
    let parts: Vec<String> = pats.into_iter().map(segment).collect();
    if parts.iter().all(|part| part == "_") {
        "_".to_owned()
    } else {
        parts.join("_")
    }
}

fn last(path: &syn::Path) -> String {
    path.segments
        .last()
        .map_or_else(|| "_".to_owned(), |last| id_part(&plain(&last.ident)))
}

/// A name or a literal as a part of an id, which has the characters `[A-Za-z0-9_+/\[\]]`: others become `_`.
pub(crate) fn id_part(text: &str) -> String {
    let part: String = text
        .trim_matches('"')
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if part.is_empty() {
        "_".to_owned()
    } else {
        part
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse::Parser;

    use super::*;

    fn segment_of(pat: proc_macro2::TokenStream) -> String {
        segment(
            &Pat::parse_multi_with_leading_vert
                .parse2(pat)
                .expect("a pattern"),
        )
    }

    #[test]
    fn an_arm_is_called_like_its_alternatives() {
        assert_eq!(segment_of(quote!(Kind::Low)), "Low");
        assert_eq!(segment_of(quote!(Kind::Low | Kind::Medium)), "Low+Medium");
        assert_eq!(
            segment_of(quote!(x @ (Kind::Low | Kind::Medium))),
            "Low+Medium"
        );
        assert_eq!(segment_of(quote!(&Some(x))), "Some");
        assert_eq!(segment_of(quote!(Kind::Other { level, .. })), "Other");
        assert_eq!(segment_of(quote!(None)), "None");
    }

    #[test]
    fn a_catch_all_and_a_binding_are_a_dash() {
        assert_eq!(segment_of(quote!(_)), "_");
        assert_eq!(segment_of(quote!(other)), "_");
        assert_eq!(segment_of(quote!((a, _))), "_");
    }

    #[test]
    fn the_parts_of_a_tuple_tell_arms_apart() {
        assert_eq!(segment_of(quote!((Kind::A, Kind::B))), "A_B");
        assert_eq!(segment_of(quote!((Kind::A, _))), "A__");
        assert_eq!(segment_of(quote!([1, 2])), "1_2");
    }

    #[test]
    fn a_loop_is_called_like_what_a_round_binds() {
        let round_of = |pat| round(&Pat::parse_single.parse2(pat).expect("a pattern"));
        assert_eq!(round_of(quote!(_round)), "round");
        assert_eq!(round_of(quote!((i, item))), "i_item");
        assert_eq!(round_of(quote!(_)), "_");
    }

    #[test]
    fn an_id_keeps_to_its_characters() {
        assert_eq!(segment_of(quote!("hello-world")), "hello_world");
        assert_eq!(segment_of(quote!("")), "_");
        assert_eq!(segment_of(quote!(1..=5)), "1___5");
        assert_eq!(segment_of(quote!(r#Type::r#Self_)), "Self_");
        assert_eq!(id_part("größe"), "gr__e");
    }
}
