//! What stands before a piece on its line: it may tell that the piece is a part of something else.

use super::PartOf;

/// The line that a text breaks off in.
pub(super) fn line(before: &str) -> &str {
    end(before).rsplit('\n').next().unwrap_or_default()
}

/// The end of a text: a long line is not read again for each of its pieces.
fn end(before: &str) -> &str {
    const MOST: usize = 300;
    let mut from = before.len().saturating_sub(MOST);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    before.get(from..).unwrap_or_default()
}

/// Whether a line ends with a name in quotes that begins it or follows a comma, and a colon: what follows belongs
/// to an object whose beginning is lost.
pub(super) fn starts_with_name(line: &str) -> bool {
    let name = line.trim_end().strip_suffix(':');
    let name = name.and_then(|name| name.trim_end().strip_suffix('"'));
    let Some((lead, _)) = name.and_then(|name| name.rsplit_once('"')) else {
        return false;
    };
    let lead = lead.trim_end();
    lead.is_empty() || lead.ends_with([',', '{', '}', ']'])
}

/// What a piece behind `before` may be a part of: `kids: `, `**kids** = `, `<kids>`, `Neg(`, `-`.
pub(super) fn part_of(before: &str) -> Option<PartOf<'_>> {
    if before.ends_with(['-', '(']) {
        return Some(PartOf::Mark);
    }
    // An item of a list without brackets has a line of its own.
    let end = end(before);
    let lead = end.trim_end();
    let lead = lead.strip_suffix(['-', '*']).unwrap_or(lead).trim_end();
    let is_above = end.get(lead.len()..).is_some_and(|it| it.contains('\n'));
    let line = lead.rsplit('\n').next().unwrap_or_default();
    if let Some((_, tag)) = line.strip_suffix('>').and_then(|it| it.rsplit_once('<')) {
        return name(tag).map(PartOf::Name);
    }
    let line = line.trim_end_matches(EMPHASIS).trim_end();
    let mut signs = ["=>", "->", "→", ":=", ":", "="].iter();
    match signs.find_map(|sign| line.strip_suffix(sign)) {
        Some(line) if is_above => name(line).map(PartOf::Word),
        Some(line) => name(line).map(PartOf::Name),
        None if is_above => None,
        None => name(line).map(PartOf::Word),
    }
}

/// Marks of Markdown, and quotes.
const EMPHASIS: [char; 10] = ['*', '_', '`', '"', '\'', '“', '”', '‘', '’', '\\'];

/// The word that a line ends with, without the emphasis around it.
fn name(line: &str) -> Option<&str> {
    let line = line.trim_end().trim_end_matches(EMPHASIS);
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let start = line.len()
        - line
            .chars()
            .rev()
            .take_while(|c| is_part(*c))
            .map(char::len_utf8)
            .sum::<usize>();
    let name = line
        .get(start..)
        .unwrap_or_default()
        .trim_start_matches('_');
    (!name.is_empty()).then_some(name)
}

/// Whether what follows `between` is in a comment. `is_after` says that `between` begins behind a piece of JSON.
pub(super) fn is_comment(between: &str, is_after: bool) -> bool {
    let is_open = |begin: &str, end: &str| {
        let opened = between.rfind(begin);
        opened.is_some_and(|at| !between.get(at..).is_some_and(|rest| rest.contains(end)))
    };
    let line = between.rsplit('\n').next().unwrap_or_default();
    let is_url = |at: usize| line.get(..at).is_some_and(|it| it.ends_with(':'));
    let mut slashes = line.match_indices("//");
    slashes.any(|(at, _)| !is_url(at))
        || (is_after && line.len() == between.len() && line.trim_start().starts_with('#'))
        || is_open("/*", "*/")
        || is_open("<!--", "-->")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_directly_before_a_piece_is_found() {
        for line in [
            "kids: ",
            "kids=",
            "v=1 kids = ",
            "**kids**: ",
            "**kids:** ",
            "- _kids_: ",
            "<v>1</v><kids>",
            "'kids': ",
            "“v”: 1, “kids”:",
            "kids => ",
            "- **kids** → ",
            "kids -> ",
            "\\\"kids\\\": ",
        ] {
            assert_eq!(part_of(line), Some(PartOf::Name("kids")), "{line}");
        }
        for line in ["-", "Neg(", "x -"] {
            assert_eq!(part_of(line), Some(PartOf::Mark), "{line}");
        }
        for line in ["and kids ", "name: Ada\nkids:\n", "kids:\n  - "] {
            assert_eq!(part_of(line), Some(PartOf::Word("kids")), "{line}");
        }
        for line in ["", "- ", "So (see) ", ": ", "the kids\n"] {
            assert_eq!(part_of(line), None, "{line}");
        }
    }

    #[test]
    fn a_piece_in_a_comment_is_told_from_others() {
        for (between, is_after) in [
            (" // ", true),
            ("// or ", false),
            (" # was ", true),
            (" /* or\n", true),
            ("<!-- ", false),
        ] {
            assert!(is_comment(between, is_after), "{between}");
        }
        for (between, is_after) in [
            ("# Answer ", false),
            (" # x\n", true),
            ("// x\n", true),
            ("see http://a.b ", true),
            (" /* x */ ", true),
            ("", true),
        ] {
            assert!(!is_comment(between, is_after), "{between}");
        }
    }

    #[test]
    fn of_a_long_line_the_end_is_looked_at() {
        assert_eq!(line("a\nb"), "b");
        let long = "é".repeat(1_000);
        assert!(line(&long).len() <= 300 && line(&long).ends_with('é'));
    }
}
