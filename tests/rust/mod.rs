//! As much of Rust's lexical grammar as finding an invocation asks for: comments, texts, characters and lifetimes.

/// An invocation of `workflow!`.
#[derive(Debug)]
pub struct Invocation {
    /// Where its name stands.
    pub start: usize,
    /// Behind its closing delimiter.
    pub end: usize,
    /// Its opening delimiter.
    pub open: char,
    /// Whether a text in it has several lines.
    pub has_long_text: bool,
}

/// The invocations in `source`, but those in comments and texts.
pub fn invocations(source: &str) -> Vec<Invocation> {
    let pieces = pieces(source);
    let code = |at: usize| pieces.get(at).filter(|it| it.kind == Kind::Code);
    let is = |at: usize, text: &str| code(at).is_some_and(|it| it.text == text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let open = code(at + 2).filter(|it| ["(", "[", "{"].contains(&it.text));
        let Some(open) = open.filter(|_| is(at, "workflow") && is(at + 1, "!")) else {
            at += 1;
            continue;
        };
        let (mut depth, mut has_long_text, mut last) = (0_usize, false, at + 2);
        while last < pieces.len() {
            let piece = &pieces[last];
            match (piece.kind, piece.text) {
                (Kind::Code, "(" | "[" | "{") => depth += 1,
                (Kind::Code, ")" | "]" | "}") => depth -= 1,
                (Kind::Text, text) => has_long_text |= text.contains('\n'),
                _ => {}
            }
            if depth == 0 {
                break;
            }
            last += 1;
        }
        let end = pieces.get(last).map_or(source.len(), Piece::end);
        found.push(Invocation {
            start: pieces[at].start,
            end,
            open: open.text.chars().next().unwrap(),
            has_long_text,
        });
        at = last + 1;
    }
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    Text,
}

struct Piece<'s> {
    kind: Kind,
    start: usize,
    text: &'s str,
}

impl Piece<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Names, signs, comments and texts, in order; blanks are left out.
fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(first) = source[start..].chars().next() {
        if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        }
        let (kind, length) = piece(&source[start..], first);
        let text = &source[start..start + length];
        // A comment between a name and its delimiter is no one's style; leaving comments out keeps the search simple.
        if kind != Kind::Comment {
            pieces.push(Piece { kind, start, text });
        }
        start += length;
    }
    pieces
}

fn piece(rest: &str, first: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if let Some(length) = text(rest) {
        return (Kind::Text, length);
    }
    if first == '\'' {
        return (Kind::Text, character_or_lifetime(rest));
    }
    let length = match first {
        c if in_name(c) => rest.find(|c| !in_name(c)).unwrap_or(rest.len()),
        c => c.len_utf8(),
    };
    (Kind::Code, length)
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a comment that may hold others.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of a text with or without prefix, raw or not.
fn text(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix);
        after.is_some_and(|after| after.trim_start_matches('#').starts_with('"'))
    })?;
    let after = &rest[prefix.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let open = prefix.len() + hashes + 1;
    if prefix.ends_with('r') {
        let close = format!("\"{}", "#".repeat(hashes));
        let inner = rest[open..].find(&close).unwrap_or(rest.len() - open);
        return Some((open + inner + close.len()).min(rest.len()));
    }
    if hashes > 0 {
        return None;
    }
    Some(open + quoted(&rest[open..], '"'))
}

/// The length up to and with the closing quote.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn character_or_lifetime(rest: &str) -> usize {
    let mut inner = rest[1..].chars();
    match (inner.next(), inner.next()) {
        (Some('\\'), _) => 1 + quoted(&rest[1..], '\''),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => {
            let name = rest[1..].find(|c| !in_name(c)).unwrap_or(rest.len() - 1);
            1 + name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(source: &str) -> String {
        invocations(source).iter().map(|it| it.open).collect()
    }

    #[test]
    fn every_delimiter_is_found_and_the_whole_of_what_it_holds() {
        let source = "a; zyn::workflow!(x(')', \"(\", '\\'', r#\"\")\"#, b\")\" /* ( */) 'a); workflow! [{}] workflow!{}";
        assert_eq!(opens(source), "([{");
        let first = &invocations(source)[0];
        assert!(source[first.start..first.end].ends_with("'a)"));
    }

    #[test]
    fn comments_texts_and_other_names_hold_none() {
        for source in [
            "// workflow!(",
            "/* /* */ workflow!( */",
            "\"workflow!(\"",
            "r#\"\" workflow!(\"#",
            "my_workflow!()",
            "workflow!",
            "macro_rules! workflow { () => {} }",
        ] {
            assert_eq!(opens(source), "", "{source}");
        }
    }
}
