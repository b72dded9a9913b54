//! The ten queries: what is typed, with `$0` for the cursor, and what must come of it.

use crate::document::Document;

/// What came of a query, as it must be or not.
type Answer = Result<String, String>;

/// What is asked, and how.
type Query = (&'static str, fn(&mut Document) -> Answer);

pub(crate) const ALL: [Query; 10] = [
    ("a field, its first letters typed", |document| {
        offers(
            document,
            r#"let text = transform("Answer", &issue.na$0);"#,
            FIELDS,
        )
    }),
    ("a field behind a bare dot", |document| {
        offers(
            document,
            r#"let text = transform("Answer", &issue.$0);"#,
            FIELDS,
        )
    }),
    ("a field at the end of a broken line", |document| {
        let typed = r#"let area = issue.$0
        let text = transform("Answer", ticket);"#;
        offers(document, typed, FIELDS)
    }),
    ("an option of a step", |document| {
        let typed = r#"let text = transform("Answer", ticket).$0;"#;
        offers(
            document,
            typed,
            &["retry", "timeout", "temperature", "validate"],
        )?;
        // they are the step's own, and not its answer's
        match document
            .completions(typed)
            .iter()
            .find(|name| *name == "to_uppercase")
        {
            Some(wrong) => Err(format!("offers `{wrong}`, which is its answer's")),
            None => offers(document, typed, &["retry"]),
        }
    }),
    ("a variant in an arm", |document| {
        let typed = r#"let text = match kind {
            Kind::$0 => transform("Apologise", ticket),
            _ => transform("Answer", ticket),
        };"#;
        offers(document, typed, &["Bug", "Question", "Praise"])
    }),
    ("a verb", |document| {
        let typed = r#"let urgency = clas$0
        let text = transform("Answer", ticket);"#;
        offers(document, typed, &["classify"])
    }),
    ("a keyword", |document| {
        let typed = r#"let text = transform("Answer", ticket);
        retu$0"#;
        offers(document, typed, &["return"])
    }),
    ("what a step, a type and a verb are", |document| {
        let step = r#"let text = transform("Answer", &iss$0ue.name);"#;
        tells(document, step, "Issue")?;
        leads(document, step, &["let issue = "])?;
        let of_type = r#"let again = extract::<Iss$0ue>("What else?", ticket);
        let text = transform("Answer", &again.name);"#;
        tells(document, of_type, "What a customer reports.")?;
        leads(document, of_type, &["pub struct Issue"])?;
        let verb = r#"let text = trans$0form("Answer", ticket);"#;
        tells(document, verb, "Rewrites text.")?;
        leads(document, verb, &["pub fn transform"])
    }),
    ("what a name inside a prompt is", |document| {
        // a literal is one token, so each word of it leads to all that it names
        let typed = r#"let text = transform("Answer {is$0sue.name}", ticket);"#;
        leads(document, typed, &["let issue = ", "pub name: String"])
    }),
    ("nothing inside the words of a prompt", |document| {
        let offered = document.completions(r#"let text = transform("Answer $0", ticket);"#);
        if offered.is_empty() {
            Ok("nothing".to_owned())
        } else {
            Err(format!("offers {}", offered.join(" ")))
        }
    }),
];

const FIELDS: &[&str] = &["name", "area", "urgent"];

/// Whether all of `names` are offered.
fn offers(document: &mut Document, typed: &str, names: &[&str]) -> Answer {
    let offered = document.completions(typed);
    let missing = names
        .iter()
        .find(|name| !offered.iter().any(|offer| offer == *name));
    match missing {
        None => Ok(format!("{} of {} offered", names.join(" "), offered.len())),
        Some(missing) => Err(format!(
            "`{missing}` is none of {}: {}",
            offered.len(),
            offered.join(" ")
        )),
    }
}

/// Whether what is told about the word has `words` in it.
fn tells(document: &mut Document, typed: &str, words: &str) -> Answer {
    let told = document.hover(typed);
    if told.contains(words) {
        Ok(words.to_owned())
    } else {
        Err(format!("tells {told:?} instead of {words:?}"))
    }
}

/// Whether the word leads to the lines that begin with `lines`, and to no others.
fn leads(document: &mut Document, typed: &str, lines: &[&str]) -> Answer {
    let found = document.definitions(typed);
    let all = found
        .iter()
        .zip(lines)
        .all(|(found, line)| found.starts_with(line));
    if all && found.len() == lines.len() {
        Ok(found.join(" and "))
    } else {
        Err(format!("leads to {found:?} instead of {lines:?}"))
    }
}
