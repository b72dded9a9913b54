//! "Did you mean": the nearest of the words that would have been right.

/// The known word that `word` most likely stands for, if one is near enough.
///
/// Near is at most one edit (insert, delete, replace, swap neighbours) in three characters.
pub(crate) fn similar<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The edit distance with neighbours swapped (optimal string alignment), ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (get(&above, j) + usize::from(x != y))
                .min(get(&above, j + 1) + 1)
                .min(get(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(get(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    get(&above, b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 3] = ["crate", "task", "validate"];

    #[test]
    fn a_slip_finds_the_word() {
        assert_eq!(similar("validat", KEYS), Some("validate"));
        assert_eq!(similar("taks", KEYS), Some("task"));
        assert_eq!(similar("Task", KEYS), Some("task"));
    }

    #[test]
    fn another_word_finds_nothing() {
        assert_eq!(similar("describe", KEYS), None);
        assert_eq!(similar("x", KEYS), None);
    }

    #[test]
    fn the_nearest_word_wins() {
        assert_eq!(similar("issu", ["issued", "issue"]), Some("issue"));
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ab", "ba"), 1);
    }
}
