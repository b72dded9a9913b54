//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use super::*;

fn found(text: &str) -> Vec<(String, Place)> {
    let found = read(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
    let candidates = found.candidates.into_iter();
    candidates
        .map(|candidate| (candidate.tree.to_value().to_string(), candidate.place))
        .collect()
}

fn one(text: &str, json: &str, place: Place) {
    assert_eq!(found(text), [(json.to_owned(), place)], "{text}");
}

fn none(text: &str) -> String {
    match read(text) {
        Err(reason) => reason,
        Ok(found) if found.candidates.is_empty() => found.reason,
        Ok(found) => match found.joined {
            Some(reason) => reason,
            None => panic!("{text}: {:?}", found.candidates[0].tree),
        },
    }
}

#[test]
fn a_reply_that_is_json_is_not_searched() {
    one(
        " {\"a\":\"```json\\n{}\\n```\"}\n",
        r#"{"a":"```json\n{}\n```"}"#,
        Place::Whole,
    );
    one("\u{feff}[1]", "[1]", Place::Whole);
    one("42", "42", Place::Whole);
    one(" {'a':1,} ", r#"{"a":1}"#, Place::Whole);
}

#[test]
fn every_fence_is_a_candidate() {
    for text in [
        "```json\n{\"a\":1}\n```",
        "Here: ```{\"a\":1}``` done",
        "```\n{\"a\":1}",
        "```json5\n{a:1,}\n```\nand more",
    ] {
        one(text, r#"{"a":1}"#, Place::Fenced);
    }
    one(
        "```json\n{\"a\":\"```\"}\n```",
        r#"{"a":"```"}"#,
        Place::Fenced,
    );
    one(
        "So:\n```json\n{\"a\": ```\n{}\n```, \"b\":1}\n```",
        r#"{"a":"{}","b":1}"#,
        Place::Fenced,
    );
    let two = "First\n```json\n1\n```\nthen\n  ```\n[2]\n  ```";
    assert_eq!(
        found(two),
        [
            ("1".to_owned(), Place::Fenced),
            ("[2]".to_owned(), Place::Fenced)
        ]
    );
}

#[test]
fn pieces_of_prose_are_candidates() {
    for (text, json) in [
        ("So: {\"a\":\"}{\\\"\"} it is.", r#"{"a":"}{\""}"#),
        ("For user {name} it is {\"a\":1}", r#"{"a":1}"#),
        ("An open { and a [see {\"a\":1}]", r#"{"a":1}"#),
        ("Résumé 🎉: {\"a\":\"日本\"}", r#"{"a":"日本"}"#),
        (
            "Here is {{playername}\n{\"a\": \"{{hi} there\"}",
            r#"{"a":"{{hi} there"}"#,
        ),
        ("It is {{\"a\":1}}.", r#"{"a":1}"#),
        ("[a, b] is the output.", r#"["a","b"]"#),
        ("Use f[x], g{y} or [z]: {'a':1}", r#"{"a":1}"#),
        ("<p>{\"a\":1}}", r#"{"a":1}"#),
    ] {
        one(text, json, Place::Prose);
    }
    assert_eq!(found("{\"a\":1}\n{\"a\":2}").len(), 2);
    assert_eq!(
        none("It is [a, b], I think."),
        none("It is [a, c], I think.")
    );
}

#[test]
fn reasoning_is_left_out() {
    for thinking in [
        "<think>maybe {\"a\":0}?</think>\n",
        "<thinking>maybe {\"a\":0}?</thinking>",
        "<reasoning>{</reasoning> <think>{</think>",
        "Hm, {\"a\":0}? </think>\n",
    ] {
        one(
            &format!("{thinking}{{\"a\":1}}"),
            r#"{"a":1}"#,
            Place::Whole,
        );
        one(
            &format!("{thinking}So {{\"a\":1}}"),
            r#"{"a":1}"#,
            Place::Prose,
        );
    }
    assert!(none("<think>{\"a\":1}").contains("reasoning does not end"));
    one(r#"{"a":"</think>",}"#, r#"{"a":"</think>"}"#, Place::Whole);
}

#[test]
fn a_part_of_broken_json_is_no_candidate() {
    for broken in [
        r#"{"v":1,"kids":[{"v":2,"kids":[]}"#,
        r#"{"v":1,"kids":[{"v":2,"kids":[]}"#,
        r#"{v:1,kids:[{"v":2,"kids":[]}]"#,
        r#"{"v":1,"kids":[{"v":2,"kids":[]}}, {"v":3,"kids":[]}"#,
        "```json\n{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]}\n```",
        r#"{"v":1} {"v":1,"kids":[{"v":2"#,
        r#""v":1,"kids":[{"v":2,"kids":[]}]}"#,
        r#"[1, {"v":2,"kids":[]}, {"#,
        r#"{"v":{"v":2}}, "kids":[]}"#,
        r#"{"v":{"v":2}} "kids":[]}"#,
        r#"{"v":2}, {"v":3}"#,
        r#"{"v":2}: [1]"#,
        r#"{"v":2}} {"v":3}"#,
    ] {
        assert!(
            none(broken).starts_with("the JSON "),
            "{broken}: {}",
            none(broken)
        );
    }
}

#[test]
fn a_bracket_after_the_end_is_told() {
    let candidate = read("{\"a\":1}}]").unwrap().candidates.remove(0);
    let fixes: Vec<_> = candidate
        .fixes
        .iter()
        .map(|fix| (fix.at, fix.what))
        .collect();
    assert_eq!(
        fixes,
        [(7, Syntax::StrayBracket), (8, Syntax::StrayBracket)]
    );
    let candidate = read("[see {\"a\":1}]").unwrap().candidates.remove(0);
    assert_eq!(candidate.fixes, []);
}

#[test]
fn what_may_be_no_json_is_marked() {
    let casual = |text: &str| -> Vec<bool> {
        let found = read(text).unwrap();
        found.candidates.iter().map(|it| it.casual).collect()
    };
    assert_eq!(casual("As in [1]: {\"a\":1}"), [true, false]);
    assert_eq!(casual("[1, 2]."), [true]);
    assert_eq!(casual("```\n[a, b]\n```"), [false]);
    assert_eq!(casual("[x]"), [false]);
}

#[test]
fn a_reply_full_of_brackets_is_given_up() {
    for bracket in [
        "[a",
        "{ ",
        "{a} [",
        "```a ",
        "[1 ",
        "{a:",
        "['",
        "{\"a\":1}, ",
    ] {
        let text = bracket.repeat(50_000);
        let read = read(&text);
        let is_joined = read.as_ref().is_ok_and(|found| found.joined.is_some());
        let is_empty = read.as_ref().is_ok_and(|found| found.candidates.is_empty());
        assert!(read.is_err() || is_joined || is_empty, "{bracket}");
    }
}
