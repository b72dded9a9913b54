//! The ten queries: what is typed, with `$0` for the cursor, and what must come of it.

use crate::document::Document;

/// What came of a query, as it must be or not.
type Answer = Result<String, String>;

/// What is asked, and how.
type Query = (&'static str, fn(&mut Document) -> Answer);

pub(crate) const ALL: [Query; 10] = [
    ("a field, its first letters typed", |document| {
        let typed = [r#"let text = transform("Answer", &issue.na$0);"#];
        offers(document, &typed, FIELDS)
    }),
    ("a field behind a bare dot", |document| {
        let typed = [
            r#"let text = transform("Answer", &issue.$0);"#,
            r#"let (text, mood) = join(transform("Answer", &issue.$0), sentiment("What mood?", ticket));"#,
            r#"let mut text = String::new();
        for _round in 0..2 {
            text = transform("Answer", &issue.$0);
        }"#,
            r#"if issue.$0 {
            return Reply { kind, text: String::new() };
        }
        let text = transform("Answer", ticket);"#,
            r#"if issue.urgent {
            return Reply { kind, text: issue.$0 };
        }
        let text = transform("Answer", ticket);"#,
            r#"let other = run(triage(&issue.$0));
        let text = transform("Answer", ticket);"#,
        ];
        offers(document, &typed, FIELDS)
    }),
    ("a field at the end of a broken line", |document| {
        let typed = [
            r#"let area = issue.$0
        let text = transform("Answer", ticket);"#,
            r#"let text = transform("Answer", ticket) else {
            let text = issue.$0
            return Reply { kind, text };
        };"#,
        ];
        offers(document, &typed, FIELDS)
    }),
    ("an option of a step", |document| {
        let typed = [
            r#"let text = transform("Answer", ticket).$0;"#,
            r#"let text = transform("Answer", ticket).$0
        user("More.");"#,
            r#"let (text, mood) = join(transform("Answer", ticket).retry(2).$0, sentiment("What mood?", ticket));"#,
        ];
        for typed in typed {
            // what is offered is the step's own, and not its answer's
            if document
                .completions(typed)?
                .iter()
                .any(|name| name == "to_uppercase")
            {
                return Err("offers what is its answer's".to_owned());
            }
        }
        offers(document, &typed, &["retry", "timeout", "using", "alone"])
    }),
    ("a variant in an arm", |document| {
        let typed = [
            r#"let text = match kind {
            Kind::$0 => transform("Apologise", ticket),
            _ => transform("Answer", ticket),
        };"#,
            r#"let text = match kind {
            Kind::Bug => transform("Apologise", ticket),
            Kind::$0
        };"#,
            r#"let text = match kind {
            Kind::$0
            Kind::Question => transform("Explain", ticket),
            _ => transform("Answer", ticket),
        };"#,
        ];
        offers(document, &typed, &["Bug", "Question", "Praise"])
    }),
    ("a verb", |document| {
        let typed = [r#"let urgency = clas$0
        let text = transform("Answer", ticket);"#];
        offers(document, &typed, VERBS)
    }),
    ("a keyword", |document| {
        let typed = [r#"let text = transform("Answer", ticket);
        retu$0"#];
        offers(document, &typed, &["return"])
    }),
    ("what a step, a type and a verb are", |document| {
        let verb = r#"let text = trans$0form("Answer", ticket);"#;
        for (typed, words, line) in [
            (
                r#"let text = transform("Answer", &iss$0ue.name);"#,
                "let issue: Issue",
                "let issue = ",
            ),
            (
                r#"let again = extract::<Iss$0ue>("What else?", ticket);
        let text = transform("Answer", &again.name);"#,
                "What a customer reports.",
                "pub struct Issue",
            ),
            (
                r#"let other = ru$0n(triage(ticket));
        let text = transform("Answer", ticket);"#,
                "in the same transaction",
                "pub fn run",
            ),
            (
                r#"let (text, mood) = jo$0in(transform("Answer", ticket), sentiment("Mood?", ticket));"#,
                "on a fork of the conversation",
                "pub fn join",
            ),
            (
                r#"let text = transform("Answer", ticket);
        if hist$0ory().is_empty() {
            return Reply { kind, text };
        }"#,
                "The conversation so far.",
                "pub fn history",
            ),
            (verb, "Rewrites text.", "pub fn transform"),
        ] {
            tells(document, typed, words)?;
            leads(document, typed, &[line])?;
        }
        leads(document, verb, &["pub fn transform"])
    }),
    ("what a name inside a prompt is", |document| {
        // a literal is one token, so each word of it leads to all that it names
        let note = r#"let text = transform("Answer", ticket);
        user("The {kind} is {te$0xt}");"#;
        leads(document, note, &["let kind = ", "let text = "])?;
        let typed = r#"let text = transform("Answer {is$0sue.name}", ticket);"#;
        leads(document, typed, &["let issue = ", "pub name: String"])
    }),
    ("nothing inside the words of a prompt", |document| {
        let offered = document.completions(r#"let text = transform("Answer $0", ticket);"#)?;
        match offered.is_empty() {
            true => Ok("nothing".to_owned()),
            false => Err(format!("offers {}", offered.join(" "))),
        }
    }),
];

const VERBS: &[&str] = &[
    "extract",
    "classify",
    "transform",
    "binary",
    "rank",
    "sentiment",
    "analyze",
    "convert",
    "run",
    "call",
    "compact",
    "join",
    "system",
    "user",
    "assistant",
    "history",
];

const FIELDS: &[&str] = &["name", "area", "urgent"];

/// Whether all of `names` are offered wherever one of them is typed, and at most one thing is said to be wrong.
fn offers(document: &mut Document, places: &[&str], names: &[&str]) -> Answer {
    let mut count = 0;
    for typed in places {
        let offered = document.completions(typed)?;
        count = offered.len();
        if let Some(missing) = names
            .iter()
            .find(|name| !offered.iter().any(|offer| offer == *name))
        {
            return Err(format!(
                "`{missing}` is none of {count} in {typed}: {}",
                offered.join(" ")
            ));
        }
        // one mistake is one error, also while it is being typed
        let mistakes = document.mistakes(typed)?;
        if mistakes.len() > 1 {
            return Err(format!("says {} of {typed}", mistakes.join(" and ")));
        }
    }
    Ok(format!("{} of {count} offered", names.join(" ")))
}

/// Whether what is told about the word has `words` in it.
fn tells(document: &mut Document, typed: &str, words: &str) -> Answer {
    let told = document.hover(typed)?;
    if told.contains(words) {
        Ok(words.to_owned())
    } else {
        Err(format!("tells {told:?} instead of {words:?}"))
    }
}

/// Whether the word leads to the lines that begin with `lines`, and to no others.
fn leads(document: &mut Document, typed: &str, lines: &[&str]) -> Answer {
    let found = document.definitions(typed)?;
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
