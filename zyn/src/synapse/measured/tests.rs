//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use super::*;

/// The bytes of `text` as tokens of these lengths, all as likely as they are long in percent.
fn tokens(text: &[u8], lengths: &[usize]) -> Vec<Token> {
    let mut rest = text;
    let tokens = lengths.iter().map(|&length| {
        let (bytes, left) = rest.split_at(length);
        rest = left;
        let mut token = Token::new("", 0.01 * length as f64);
        token.bytes = bytes.to_vec();
        token
    });
    let tokens: Vec<_> = tokens.collect();
    assert!(rest.is_empty(), "{} bytes are in no token", rest.len());
    tokens
}

/// The tokens, separated by `|`, of which those between `«` and `»` must be counted, for the `wanted` fields.
#[track_caller]
fn check(marked: &str, text: &str, wanted: impl Fn(&str) -> bool) {
    let parts: Vec<&str> = marked.split('|').collect();
    let counted = |part: &&str| part.starts_with('«');
    let bare = |part: &str| match part.strip_prefix('«').and_then(|it| it.strip_suffix('»')) {
        Some(inner) => inner.to_owned(),
        None => part.to_owned(),
    };
    let tokens: Vec<Token> = parts
        .iter()
        .zip(1..)
        .map(|(part, number)| {
            let mut token = Token::new(bare(part), 1.0);
            token.logprob = -f64::from(number);
            token
        })
        .collect();
    let expected: Vec<f64> = parts
        .iter()
        .zip(1..)
        .filter(|(part, _)| counted(part))
        .map(|(_, number)| -f64::from(number))
        .collect();
    let values = values(text, wanted).unwrap_or_else(|| panic!("{text} has no values"));
    assert_eq!(within(&values, &tokens, text), Some(expected), "{marked}");
}

fn label(field: &str) -> bool {
    field == "label"
}

#[test]
fn the_tokens_of_a_label_are_those_between_its_quotes() {
    let text = r#"{"label":"High"}"#;
    check(r#"{"|label|":"|«High»|"}"#, text, label);
    check(r#"{"|label|":"|«Hi»|«gh»|"}"#, text, label);
    // a token that has a byte of it and a quote is one of it
    check(r#"{"|label|":|«"Hi»|«gh"»|}"#, text, label);
    check(r#"«{"label":"High"}»"#, text, label);
    let spaced = "{ \"label\" :\n \"High\" }\n";
    check("{ \"|label|\" :\n|« \"High»|\" }\n", spaced, label);
    let two = r#"{"reasoning":"High","label":"High","runner_up":"Low"}"#;
    let marked = r#"{"reasoning":"|High|","label":"|«High»|","runner_up":"Low"}"#;
    check(marked, two, label);
}

#[test]
fn yes_and_no_have_no_quotes() {
    let wanted = |field: &str| field == "answer";
    check(r#"{"answer|":|«true»|}"#, r#"{"answer":true}"#, wanted);
    check(r#"{"answer|":|« tr»|«ue}»"#, r#"{"answer": true}"#, wanted);
}

#[test]
fn a_character_that_is_divided_among_tokens_and_one_that_is_escaped_are_counted_whole() {
    let text = r#"{"label":"Größe"}"#;
    // 10 bytes before it, then G r ö1 ö2 ß1 ß2 e
    let tokens = tokens(text.as_bytes(), &[10, 3, 2, 2, 2]);
    let values = values(text, label).unwrap();
    let found = within(&values, &tokens, text).unwrap();
    let wanted = [0.03_f64, 0.02, 0.02].map(f64::ln);
    assert_eq!(found, wanted);
    let escaped = r#"{"label":"Gr\u00f6\"e"}"#;
    check(r#"{"label":"|«Gr»|«\u00»|«f6»|«\"»|«e"»|}"#, escaped, label);
}

#[test]
fn of_a_document_the_values_of_its_fields_are_counted() {
    let all = |_: &str| true;
    let text = r#"{"name":"Ada","tags":["a",{"b":"}"}],"age":7}"#;
    check(
        r#"{"|name|":"|«Ada»|","|tags|":|«["a"»|«,{"b":"}"}»|«],"»|age|":|«7»|}"#,
        text,
        all,
    );
    let beside = r#"{"reasoning":"r","value":{"reasoning":"mine"},"confidence":1}"#;
    check(
        r#"{"reasoning":"|r|","value":|«{"reasoning":»|«"mine"}»|,"confidence":1}"#,
        beside,
        |field| !["reasoning", "confidence"].contains(&field),
    );
    check("«[1»|«,2]»", "[1,2]", all);
}

#[test]
fn what_stands_round_the_answer_is_not_counted() {
    let text = "Here it is:\n```json\n{\"label\":\"Low\"}\n```\nGood luck!";
    let marked = "Here it is|:\n```json\n{|\"label\":\"|«Low»|\"}\n```|\nGood luck!";
    check(marked, text, label);
    let thought = r#"<think>{"label":"High"}</think>{"label":"Low"}"#;
    let marked = r#"<think>|{"label":"High"}|</think>{"label":"|«Low»|"}"#;
    check(marked, thought, label);
}

#[test]
fn a_server_may_tell_the_tokens_of_hidden_reasoning_and_of_the_end() {
    let text = r#"{"label":"Low"}"#;
    check(r#"<think>|Low?|</think>|{"label":"|«Low»|"}"#, text, label);
    check(r#"{"label":"|«Low»|"}|<end of text>"#, text, label);
    check(r#"<think>|</think>|{"label":"|«Low»|"}|"#, text, label);
}

#[test]
fn tokens_that_do_not_add_up_to_the_reply_say_nothing() {
    let text = r#"{"label":"High"}"#;
    let values = values(text, label).unwrap();
    let made = |text: &str| [Token::new(text, 0.5)];
    for other in [r#"{"label":"Low"}"#, "", r#"{"label":"High"}  "#, "High"] {
        let found = within(&values, &made(other), text);
        // a single token that is not the text could only be the mark of its end
        assert_eq!(found, None, "{other}");
    }
}

#[test]
fn a_reply_that_has_more_json_than_the_answer_has_no_place_for_it() {
    for text in [
        r#"{"label":"Low"} or {"label":"High"}"#,
        r#"as in [1]: {"label":"Low"}"#,
        r#"{"label":"Low"} [sic]"#,
        r#"<think>{"label":"Low"}"#,
        "Low",
        r#"{"label""#,
    ] {
        assert_eq!(values(text, label), None, "{text}");
    }
    assert_eq!(values(r#"{"other":1}"#, label), Some(Vec::new()));
}

#[track_caller]
fn combine(probabilities: &[f64], together: f64, on_average: f64) {
    let logprobs: Vec<f64> = probabilities.iter().map(|it| it.ln()).collect();
    for (is_one, wanted) in [(true, together), (false, on_average)] {
        let found = combined(&logprobs, is_one).unwrap();
        assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
    }
}

#[test]
fn tokens_of_one_choice_are_multiplied_and_of_others_averaged() {
    combine(&[0.8], 0.8, 0.8);
    combine(&[0.5, 0.5], 0.25, 0.5);
    combine(&[0.9, 0.4], 0.36, 0.6);
    combine(&[1.0, 0.0], 0.0, 0.0);
    // as it is told of a token that is very unlikely
    assert_eq!(combined(&[-9999.0], true), Some(0.0));
}

#[test]
fn what_is_no_logarithm_of_a_probability_is_not_counted_as_one() {
    assert_eq!(combined(&[], true), None);
    assert_eq!(combined(&[f64::NAN, -0.1], true), None);
    assert_eq!(combined(&[0.9], true), None);
    assert_eq!(combined(&[1e-7], false), Some(1.0));
}

#[test]
fn fields_that_are_left_out_are_not_counted() {
    let left_out = |path: &str| Repair::LeftOut { path: path.into() };
    let text = r#"{"a":1,"remark":"x","b":{"remark":2}}"#;
    let counted = |repairs: &[Repair]| {
        let values = kept(text, repairs, |_| true)?;
        let values = values.into_iter().map(|value| &text[value]);
        Some(values.collect::<Vec<_>>())
    };
    assert_eq!(counted(&[]).unwrap(), ["1", "x", r#"{"remark":2}"#]);
    let kept = counted(&[left_out("/remark")]).unwrap();
    assert_eq!(kept, ["1", r#"{"remark":2}"#]);
    assert_eq!(counted(&[left_out("/b/remark")]), None);
    assert_eq!(counted(&[left_out("/remark"), left_out("/c")]), None);
}

#[test]
fn an_answer_in_a_list_that_was_not_asked_for_has_no_place() {
    let from_list = |path: &str| Repair::Coerced {
        path: path.into(),
        how: Coercion::FromList,
    };
    let text = r#"[{"answer":true}]"#;
    assert_eq!(kept(text, &[from_list("")], |_| true), None);
    assert!(kept("[1,2]", &[], |_| true).is_some());
    let text = r#"{"answer":[true]}"#;
    assert_eq!(kept(text, &[from_list("/answer")], |_| true), None);
}
