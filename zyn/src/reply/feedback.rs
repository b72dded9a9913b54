//! What a model is told about an answer that was not accepted.

use super::Rejected;

/// The message that asks for a corrected answer, in JSON or in plain text.
pub(crate) fn feedback(rejected: &Rejected, json: bool) -> String {
    const MOST: usize = 10;
    let mut text = "Your previous answer was not accepted (this is automated feedback, not a message from the user):\n".to_owned();
    match rejected {
        Rejected::Malformed { reason } => {
            text.push_str("- the answer: ");
            text.push_str(reason);
            text.push('\n');
        }
        Rejected::Invalid(violations) => {
            for violation in violations.iter().take(MOST) {
                text.push_str(&format!("- {}\n", line(&violation.to_string())));
            }
            if let Some(more) = violations.len().checked_sub(MOST).filter(|more| *more > 0) {
                text.push_str(&format!("There are {more} more.\n"));
            }
        }
    }
    text.push_str("Answer again with the whole corrected answer");
    text.push_str(if json {
        ": JSON only, nothing before or after it."
    } else {
        " and nothing else."
    });
    text
}

/// A violation as one line of bounded length: a path has names in it that the model made up.
fn line(violation: &str) -> String {
    const MOST: usize = 500;
    let mut line: String = violation.chars().take(MOST).collect();
    if line.len() < violation.len() {
        line.push('…');
    }
    line.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reply::Violation;

    #[test]
    fn feedback_lists_at_most_ten_violations() {
        let violations = (0..12)
            .map(|n| Violation::new(format!("/{n}"), "a text").found(&json!(n)))
            .collect();
        let text = feedback(&Rejected::Invalid(violations), true);
        assert_eq!(
            text.lines().filter(|line| line.starts_with("- ")).count(),
            10
        );
        assert!(text.contains("\n- /3: expected a text, got 3\n"));
        assert!(text.contains("There are 2 more."));
    }

    #[test]
    fn feedback_on_a_violation_is_a_line_of_bounded_length() {
        let path = format!("/{}\n- x", "é".repeat(1_000));
        let long = Violation::new(path, "no such field");
        let short = Violation::new("/a\nb", "no such field");
        let text = feedback(&Rejected::Invalid(vec![long, short]), true);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!((lines.len(), lines[0].chars().count()), (3, 503));
        assert_eq!(lines[1], "- /a b: no such field");
    }

    #[test]
    fn feedback_on_broken_json_names_the_reason_and_asks_for_json_only() {
        let reason = "the JSON breaks off at line 1, column 4".to_owned();
        assert_eq!(
            feedback(&Rejected::Malformed { reason }, true),
            "Your previous answer was not accepted (this is automated feedback, not a message from the user):\n\
             - the answer: the JSON breaks off at line 1, column 4\n\
             Answer again with the whole corrected answer: JSON only, nothing before or after it."
        );
    }

    #[test]
    fn feedback_on_plain_text_does_not_ask_for_json() {
        let violation = Violation::new("", "name the customer");
        let text = feedback(&Rejected::Invalid(vec![violation]), false);
        assert!(text.ends_with(
            "- the answer: name the customer\nAnswer again with the whole corrected answer and nothing else."
        ));
    }
}
