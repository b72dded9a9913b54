//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::Value;

use super::*;

fn read(text: &str) -> (Value, Vec<Syntax>) {
    let parsed = parse(text, 0).unwrap_or_else(|failure| panic!("{text}: {failure:?}"));
    assert_eq!(parsed.end, text.len(), "{text}");
    let fixes = parsed.fixes.iter().map(|fix| fix.what).collect();
    (parsed.tree.to_value(), fixes)
}

fn fixed(text: &str, json: &str, fix: Syntax) {
    let (value, mut fixes) = read(text);
    // A quote of one kind inside quotes of that kind is two slips.
    fixes.retain(|it| fix == Syntax::Quotes || *it != Syntax::Quotes);
    fixes.dedup();
    assert_eq!(value.to_string(), json, "{text}");
    assert_eq!(fixes, [fix], "{text}");
    assert!(strict(text).is_err(), "{text}");
}

fn refused(text: &str) -> String {
    match parse(text, 0) {
        Ok(parsed) => panic!("{text}: {:?}", parsed.tree),
        Err(failure) => failure.reason(text),
    }
}

/// Strict JSON of every kind, in several layouts.
const STRICT: [&str; 9] = [
    r#"{"a":1,"b":[true,false,null,"x"],"c":{"d":-1.5e3}}"#,
    "[ ]",
    "{ }",
    "\t[\r\n 1 ,\n2 ]",
    r#"{"":"","\"":"\\","\u0041\ud83d\ude00":"\/\b\f\n\r\t"}"#,
    r#"["a, b","}","]","{\"a\":1}","it's","`x`","“y”",": ","// no","a\": \"b"]"#,
    r#"[[[["x"]]],{"a":[{"b":"c"}]}]"#,
    "{\n  \"a\": \"x\",\n  \"b\": \"y\"\n}",
    r#"[0,-0,1E+2,18446744073709551615,-9223372036854775808,0.1]"#,
];

#[test]
fn strict_json_is_read_without_a_fix() {
    let long = format!(r#"{{"a":"b","{}":1}}"#, "k".repeat(1_000));
    for text in STRICT.into_iter().chain([long.as_str()]) {
        let start = text.len() - text.trim_start().len();
        let parsed = parse(text, start).unwrap();
        assert_eq!(parsed.fixes, [], "{text}");
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parsed.tree.to_value(), value, "{text}");
        assert_eq!(strict(text).unwrap().tree, parsed.tree, "{text}");
    }
}

#[test]
fn strictly_it_reads_what_serde_json_reads_and_nothing_else() {
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut read, mut unread) = (0, 0);
    for round in 0..40_000 {
        let text = STRICT[round % STRICT.len()];
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..rng.usize(..3) {
            let at = rng.usize(..bytes.len());
            match rng.u8(..3) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, *rng.choice(b"{}[],:\"\\ 0-.e\n1a").unwrap()),
                _ => bytes[at] = *rng.choice(b"{}[],:\"\\ 0-.e\n1u").unwrap(),
            }
            if bytes.is_empty() {
                bytes.push(b'0');
            }
        }
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        let theirs = serde_json::from_str::<Value>(&text);
        let ours = strict(&text);
        if ours
            .as_ref()
            .is_err_and(|it| it.reason(&text).ends_with("rounded to 0"))
        {
            continue;
        }
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{text:?} {ours:?} {theirs:?}");
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert_eq!(ours.tree.to_value(), theirs, "{text:?}");
            if text.starts_with(['{', '[']) {
                let lenient = parse(&text, 0).unwrap();
                assert_eq!(
                    (lenient.fixes, lenient.tree),
                    (vec![], ours.tree),
                    "{text:?}"
                );
            }
            read += 1;
        } else {
            unread += 1;
        }
    }
    assert!(read > 5_000 && unread > 5_000, "{read} {unread}");
}

#[test]
fn every_slip_is_read_over_and_told() {
    use Syntax::*;
    for (text, json, fix) in [
        ("[1,2,]", "[1,2]", ExtraComma),
        ("[,1,,2]", "[1,2]", ExtraComma),
        (r#"{,"a":1,,"b":2,}"#, r#"{"a":1,"b":2}"#, ExtraComma),
        (r#"{"a":1 "b":2}"#, r#"{"a":1,"b":2}"#, MissingComma),
        (
            "{\"a\":\"x\"\n\"b\":{}}",
            r#"{"a":"x","b":{}}"#,
            MissingComma,
        ),
        (
            "[\"a\"\n\"b\"\n1 {}[]]",
            r#"["a","b",1,{},[]]"#,
            MissingComma,
        ),
        ("{'a':'b'}", r#"{"a":"b"}"#, Quotes),
        ("{'a':'it's'}", r#"{"a":"it's"}"#, InnerQuote),
        ("[`a`, “b”, ‘c’, „d”]", r#"["a","b","c","d"]"#, Quotes),
        ("[\"\"\"x \"y\" z\"\"\"]", r#"["x \"y\" z"]"#, TripleQuotes),
        (
            "[```rust\n  fn a() {}\n    b\n```]",
            r#"["fn a() {}\n  b"]"#,
            TripleQuotes,
        ),
        (r#"["say "hi" now"]"#, r#"["say \"hi\" now"]"#, InnerQuote),
        (r#"{"a":"x = {"b"}"}"#, r#"{"a":"x = {\"b\"}"}"#, InnerQuote),
        (
            "{a:1,b_c-d:2,é:3}",
            r#"{"a":1,"b_c-d":2,"é":3}"#,
            UnquotedName,
        ),
        (
            r#"{"a": hello there, "b": x}"#,
            r#"{"a":"hello there","b":"x"}"#,
            UnquotedText,
        ),
        (
            r#"{"a": http://x.y/z?q=1}"#,
            r#"{"a":"http://x.y/z?q=1"}"#,
            UnquotedText,
        ),
        (
            r#"{"a": 5 apples, "b": -1,234.50}"#,
            r#"{"a":"5 apples","b":"-1,234.50"}"#,
            UnquotedText,
        ),
        ("[1, // one\n/* two */ 2 # three\n]", "[1,2]", Comment),
        ("[\"x\ny\tz\"]", r#"["x\ny\tz"]"#, RawCharacter),
        (r#"["C:\Users\me"]"#, r#"["C:\\Users\\me"]"#, Escape),
        (r#"["\u12G4 \'x\'"]"#, r#"["\\u12G4 'x'"]"#, Escape),
        ("[True,FALSE,None,NULL]", "[true,false,null,null]", Word),
        ("[+1, 007,.5,5.,1_000,0x1F]", "[1,7,0.5,5,1000,31]", Number),
        (r#"{"a"=1,"b"=>2}"#, r#"{"a":1,"b":2}"#, EqualsSign),
        ("{\u{a0}\"a\":\u{200b}1\u{feff}}", r#"{"a":1}"#, Space),
        (r#"{"a":[1,2}"#, r#"{"a":[1,2]}"#, MismatchedBracket),
        (r#"[{"a":{"b":1]"#, r#"[{"a":{"b":1}}]"#, MismatchedBracket),
    ] {
        fixed(text, json, fix);
    }
}

#[test]
fn what_leaves_more_than_one_reading_is_refused() {
    for text in [
        r#"["he said "hi"]"#,
        r#"{"a":"5" wide","b":1}"#,
        r#"{"a": hello, world, "b": 2}"#,
        r#"{"a": hello b: 2}"#,
        r#"{"a": hello "b": 2}"#,
        r#"{"a": hello", "b": 2}"#,
        "[1,000]",
        r#"{"a":1]"#,
        "[1}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":,"b":1}"#,
        r#"{:1}"#,
        "{a}",
        "[a: b]",
        r#"["\ud83d"]"#,
        r#"["\ude00\ud83d"]"#,
        "[1e999]",
        "[x {y}]",
    ] {
        let reason = refused(text);
        assert!(
            reason.starts_with("the JSON cannot be read at line 1, column "),
            "{text}: {reason}"
        );
    }
}

#[test]
fn nan_and_infinity_are_no_numbers() {
    assert_eq!(read("[-Infinity]").0.to_string(), r#"["-Infinity"]"#);
    for text in ["[NaN]", "{a: undefined}", "[nil]", "{a: N/A, b: 1}"] {
        let failure = parse(text, 0).unwrap_err();
        let why = Why::Unreadable("a word that stands for no value");
        assert_eq!(failure.why, why, "{text}");
    }
}

#[test]
fn text_that_ends_inside_a_value_breaks_off() {
    for text in [
        "{",
        "[",
        "{\"",
        "{\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "[\"",
        "[\"a",
        "[\"a\"",
        "[\"\\",
        "[\"\\u00",
        "[1",
        "[1,",
        "['a",
        "[`a",
        "[```a\n",
        "[\"\"\"a\"\"",
        "[“a",
        "[a",
        "{a",
        "{a:",
        "{a:b",
        "[1 /* x",
        "[1 // x",
        "[{}",
        "[[]",
        "{\"a\":{}",
        "[tru",
    ] {
        let reason = refused(text);
        assert!(reason.starts_with("the JSON "), "{text}: {reason}");
    }
    assert_eq!(refused("{\"a\""), "the JSON breaks off at line 1, column 4");
    assert_eq!(
        refused("[\n \"a\",\n \n"),
        "the JSON breaks off at line 2, column 5"
    );
}

#[test]
fn a_reason_names_line_and_column_in_the_whole_reply() {
    let text = "Sure:\n  {\"a\":\n é: 1";
    let failure = parse(text, text.find('{').unwrap()).unwrap_err();
    assert_eq!(
        failure.reason(text),
        "the JSON cannot be read at line 3, column 3: a colon in a text without quotes"
    );
}

#[test]
fn a_fix_is_where_the_slip_is() {
    let parsed = parse("{\"a\": 1,\n \"b\": 'x',\n}", 0).unwrap();
    let lines: Vec<_> = parsed
        .fixes
        .iter()
        .map(|fix| (place("{\"a\": 1,\n \"b\": 'x',\n}", fix.at), fix.what))
        .collect();
    assert_eq!(
        lines,
        [((2, 7), Syntax::Quotes), ((3, 1), Syntax::ExtraComma)]
    );
}

#[test]
fn fields_keep_their_order_and_numbers_their_digits() {
    let parsed = parse(r#"{"b":1.10,"a":007,"b":2}"#, 0).unwrap();
    let Tree::Object(fields) = parsed.tree else {
        panic!("no object");
    };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["b", "a", "b"]);
    let Tree::Number(_, written) = &fields[0].1 else {
        panic!("no number");
    };
    assert_eq!(&**written, "1.10");
}

#[test]
fn brackets_are_nested_no_deeper_than_the_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(strict(&nested(MOST_DEPTH)).is_ok());
    let reason = refused(&nested(MOST_DEPTH + 1));
    assert!(reason.contains("nested more than"), "{reason}");
}

#[test]
fn no_digit_of_a_number_is_lost() {
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..20_000 {
        let number = f64::from_bits(rng.u64(..));
        if number.is_finite() {
            let text = format!("{number:?}");
            let parsed = strict(&text).unwrap().tree.to_value();
            assert_eq!(parsed.as_f64(), Some(number), "{text}");
        }
    }
}

#[test]
fn an_excerpt_is_the_beginning_of_the_json() {
    let tree = strict(r#"{"a":[1,"x\ny"]}"#).unwrap().tree;
    assert_eq!(tree.excerpt(60), r#"{"a":[1,"x\ny"]}"#);
    assert_eq!(tree.excerpt(16), r#"{"a":[1,"x\ny"]}"#);
    assert_eq!(tree.excerpt(15), r#"{"a":[1,"x\ny"…"#);
}

fn unread(text: &str) {
    if let Ok(parsed) = parse(text, 0) {
        panic!("{text}: {:?}", parsed.tree);
    }
}

#[test]
fn a_quote_that_may_end_a_text_is_no_part_of_it() {
    for text in [
        "{name: 'Ada' city: 'Bern'}",
        "{'name': 'Ada', city 'Bern'}",
        "['a', b, 'c']",
        "[`a` and `b`]",
        "[“a” and “b”]",
        "['a'/'b']",
        "{'a': 'x' or 'y'}",
        "['(', b, ')']",
        "['f(', x, ')y']",
    ] {
        unread(text);
    }
    for (text, value) in [
        ("{'a': 'it's'}", r#"{"a":"it's"}"#),
        ("{a: 'print('Hi')', b: 1}", r#"{"a":"print('Hi')","b":1}"#),
        ("[`f(`x`)`]", r#"["f(`x`)"]"#),
        ("[‘don’t’]", r#"["don’t"]"#),
    ] {
        assert_eq!(read(text).0.to_string(), value);
    }
}

#[test]
fn a_hash_begins_a_comment_only_before_a_space() {
    for (text, value) in [
        ("[\n  #rust,\n  #llm\n]", r##"["#rust","#llm"]"##),
        ("{a: issue #1\n}", r##"{"a":"issue #1"}"##),
        ("{a: C#, b: 1}", r##"{"a":"C#","b":1}"##),
        ("[1, # one\n2 #\n]", "[1,2]"),
    ] {
        assert_eq!(read(text).0.to_string(), value);
    }
    unread("{a: Ada # the first\n}");
}

#[test]
fn items_that_are_left_out_are_not_read_over() {
    for text in [
        r#"["a", "b", ...]"#,
        r#"["a", … "z"]"#,
        "[1, ...]",
        "[1 ... 5]",
        r#"{"a": ...}"#,
        r#"{"a": "x", ...}"#,
        "{a: b and …}",
    ] {
        unread(text);
    }
    assert_eq!(read(r#"["..."]"#).0.to_string(), r#"["..."]"#);
}
