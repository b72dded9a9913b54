//! A list of what is wrong with which part of a request (FastAPI's: Mistral, vLLM), as JSON or as Python writes it.
//!
//! Beside each problem stands the value that was sent, which may be the prompt: it is not the server's word.

use serde_json::Value;

/// One thing that is wrong.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Problem {
    pub(super) kind: Option<String>,
    /// Where it is, as parameters are written: `messages[0].role`.
    pub(super) place: Option<String>,
    pub(super) message: Option<String>,
}

/// What stands around a value that a sentence quotes (pydantic).
const QUOTED: (&str, &str) = ("input_value=", ", input_type=");

/// What is wrong by a list; `None` if it is no such list.
pub(super) fn problems(list: &Value) -> Option<Vec<Problem>> {
    match list {
        Value::Array(items) => Some(items.iter().filter_map(problem).collect()),
        Value::String(text) => python(text.trim()),
        _ => None,
    }
}

fn problem(item: &Value) -> Option<Problem> {
    if let Value::String(text) = item {
        return Some(Problem {
            message: Some(text.clone()),
            ..Problem::default()
        });
    }
    let text = |name| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let place = item.get("loc").and_then(Value::as_array);
    let problem = Problem {
        kind: text("type"),
        place: place.map(|place| param(place)),
        message: text("msg"),
    };
    (problem != Problem::default()).then_some(problem)
}

/// `text` without the values that it quotes.
pub(super) fn without_values(text: &str) -> String {
    let (before, after) = QUOTED;
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((words, quoted)) = rest.split_once(before) {
        kept.push_str(words);
        // a value that is a string has its line breaks escaped, and may look like what follows a value
        let line = quoted.find('\n').unwrap_or(quoted.len());
        let (line, others) = quoted.split_at_checked(line).unwrap_or((quoted, ""));
        let value = line.rfind(after).map_or(line.len(), |at| at + after.len());
        kept.push_str(line.get(value..).unwrap_or_default());
        rest = others;
    }
    kept.push_str(rest);
    kept
}

/// A place as parameters are written.
fn param(place: &[Value]) -> String {
    let mut param = String::new();
    for step in place {
        match step {
            Value::String(name) if param.is_empty() && name == "body" => {}
            Value::String(name) if param.is_empty() => param.push_str(name),
            Value::String(name) => param += &format!(".{name}"),
            step => param += &format!("[{step}]"),
        }
    }
    param
}

/// `[{'type': 'extra_forbidden', 'loc': ('body', 'a'), 'msg': 'no', 'input': …}]`.
fn python(text: &str) -> Option<Vec<Problem>> {
    if !text.starts_with("[{'") {
        return None;
    }
    let (mut found, mut depth, mut key) = (Vec::new(), 0_usize, None::<String>);
    let (mut problem, mut place) = (Problem::default(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '\'' | '"' => string(rest)?,
            _ => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
                match rest.split_at_checked(end.max(first.len_utf8())) {
                    Some((word, after)) => (word.to_owned(), after),
                    None => return None,
                }
            }
        };
        let is_string = matches!(first, '\'' | '"');
        match first {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == DEPTH => key = None,
            _ if is_string && depth == DEPTH && key.is_none() => key = Some(word),
            _ => match key.as_deref() {
                Some("type") if is_string && depth == DEPTH => problem.kind = Some(word),
                Some("msg") if is_string && depth == DEPTH => problem.message = Some(word),
                Some("loc") if is_string => place.push(Value::from(word)),
                Some("loc") if first.is_ascii_digit() => {
                    place.extend(word.parse::<u64>().ok().map(Value::from));
                }
                _ => {}
            },
        }
        if first == '}' && depth < DEPTH {
            let steps = std::mem::take(&mut place);
            let mut problem = std::mem::take(&mut problem);
            problem.place = (!steps.is_empty()).then(|| param(&steps));
            found.push(problem);
            key = None;
        }
        rest = after;
    }
    (depth == 0).then_some(found)
}

/// How deep the fields of a problem are in a list of them.
const DEPTH: usize = 2;

/// A string of Python's at the beginning of `text`, and what follows.
fn string(text: &str) -> Option<(String, &str)> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next()?;
    let mut string = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => string.push(chars.next()?.1),
            c if c == quote => return Some((string, text.get(at + c.len_utf8()..)?)),
            c => string.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(kind: &str, place: &str, message: &str) -> Problem {
        Problem {
            kind: Some(kind.to_owned()),
            place: Some(place.to_owned()),
            message: Some(message.to_owned()),
        }
    }

    #[test]
    fn what_was_sent_is_left_out_of_a_list() {
        let lists = [
            json!([
                {"type": "a", "loc": ["body", "messages", 0, "role"], "msg": "it's no", "input": "canary"},
                {"type": "b", "loc": ["body", "b"], "msg": "no", "input": [{"msg": "canary"}], "ctx": {"x": "canary"}},
            ]),
            json!(
                "[{'type': 'a', 'loc': ('body', 'messages', 0, 'role'), 'msg': \"it's no\", 'input': 'canary\\'}, {\"'}, {'type': 'b', 'loc': ('body', 'b'), 'msg': 'no', 'input': [{'msg': 'canary'}], 'ctx': {'x': 'canary'}}]"
            ),
        ];
        for list in lists {
            let found = problems(&list).unwrap();
            let wanted = [one("a", "messages[0].role", "it's no"), one("b", "b", "no")];
            assert_eq!(found, wanted, "{list}");
        }
    }

    #[test]
    fn a_text_that_is_no_list_is_none() {
        for text in ["", "a sentence", "[{'type': 'a', 'msg': 'cut", "[1, 2]"] {
            assert_eq!(problems(&json!(text)), None, "{text}");
        }
        assert_eq!(problems(&json!({"loc": []})), None);
        assert_eq!(problems(&json!([1, {"a": "b"}])), Some(vec![]));
        assert_eq!(
            problems(&json!(["no"])).unwrap()[0].message.as_deref(),
            Some("no")
        );
    }

    #[test]
    fn a_value_in_a_sentence_is_left_out() {
        let text = "2 errors\na\n  no [type=x, input_value='canary, input_type=q', input_type=str]";
        let kept = "2 errors\na\n  no [type=x, str]";
        assert_eq!(without_values(text), kept);
        let two = "a\n  no [type=x, input_value=1, input_type=int]\nb\n  no [type=y, input_value='canary', input_type=str]";
        assert_eq!(
            without_values(two),
            "a\n  no [type=x, int]\nb\n  no [type=y, str]"
        );
        assert_eq!(without_values("no input_value=canary"), "no ");
        assert_eq!(without_values("plain"), "plain");
    }
}
