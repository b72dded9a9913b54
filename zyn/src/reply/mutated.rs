//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test. Replies with something changed in them.
//!
//! The full run: `ZYN_MUTATIONS=1000000 cargo test --release -p zyn --lib reply::mutated -- --nocapture`. Another
//! seed: `ZYN_SEED=7`.

use fastrand::Rng;
use serde_json::json;

use super::*;

/// A type, whether its answers are wrapped, and replies with an answer of it.
struct Case {
    schema: Schema,
    wrapped: bool,
    /// Strict JSON, and nothing else.
    plain: Vec<&'static str>,
    /// Replies with repairs.
    loose: Vec<&'static str>,
}

fn cases() -> Vec<Case> {
    let case = |document: Value, wrapped, plain: &[&'static str], loose: &[&'static str]| Case {
        schema: Schema::from_value("Case", document).unwrap(),
        wrapped,
        plain: plain.to_vec(),
        loose: loose.to_vec(),
    };
    vec![
        case(
            json!({
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "email": {"type": ["string", "null"]},
                    "visits": {"type": "integer", "minimum": 0},
                    "rate": {"type": "number"},
                    "urgency": {"enum": ["Low", "High"]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "open": {"type": "boolean"},
                },
                "required": ["name", "urgency"],
            }),
            false,
            &[
                r#"{"name":"Ada","email":null,"visits":7,"rate":1.5,"urgency":"Low","tags":["a","b"],"open":true}"#,
                "{\n  \"urgency\": \"High\",\n  \"name\": \"it's \\\"x\\\" \\u00e9\"\n}",
            ],
            &[
                "Here:\n```json\n{\"name\": 'Ada', visits: \"1,234\", urgency: low, tags: \"a\",}\n```\nDone {it}.",
                "<think>{\"name\":1}</think> {\"name\": \"say \"hi\" now\", // note\n \"urgency\": \"High\" \"open\": True}",
                "{'name': `x`, \"rate\"=.5, \"urgency\": [\"High\"], \"tags\": [a, b], \"other\": {\"z\": 1}}}",
            ],
        ),
        case(
            json!({
                "$defs": {"Tree": {
                    "type": "object",
                    "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
                    "required": ["v", "kids"],
                }},
                "$ref": "#/$defs/Tree",
            }),
            false,
            &[r#"{"v":1,"kids":[{"v":2,"kids":[]},{"v":3,"kids":[{"v":4,"kids":[]}]}]}"#],
            &[
                "```\n{v: 1, kids: [{\"v\": \"2\", kids: []},]}\n```",
                "{'v':+1,'kids':{'v':02,'kids':[]}}",
            ],
        ),
        case(
            json!({"oneOf": [
                {"type": "object", "properties": {"t": {"const": "point"}, "at": {"type": "array", "items": {"type": "number"}}}, "required": ["t", "at"]},
                {"type": "object", "properties": {"t": {"const": "circle"}, "r": {"type": ["integer", "null"]}}, "required": ["t"]},
            ]}),
            true,
            &[
                r#"{"value":{"t":"point","at":[1,2.5]}}"#,
                r#"{"value":{"t":"circle","r":3}}"#,
            ],
            &[
                "It is {\"t\": \"Circle\", \"r\": 3.0}",
                "{value: {t: point, at: 1}}",
            ],
        ),
        case(
            json!({"type": "array", "items": {"anyOf": [
                {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"type": "integer"},
                {"type": "null"},
            ]}}),
            true,
            &[
                r#"{"value":[{"a":1},2,null,{"a":3}]}"#,
                "[{\"a\":1}, {\"a\":2}]",
            ],
            &[
                "{\"a\":1}\n{\"a\":2} and {\"a\":\"3\"}",
                "[1,2,,None]",
                "{\"a\":1}, {\"a\":2}",
            ],
        ),
        case(
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            false,
            &[
                r#"{"a":1,"b":2}"#,
                r#"[{"key":"a","value":1},{"key":"b","value":2}]"#,
            ],
            &["{a: 1, 'b': \"2\",}", "[{key: a, value: 1}]"],
        ),
        case(
            json!({"oneOf": [{"const": "very high"}, {"const": "High"}, {"const": "Low", "description": "no hurry"}]}),
            true,
            &[r#"{"value":"High"}"#, r#"{"value":"very high"}"#],
            &[
                "The answer is **high**.",
                "\"very_high\"",
                "```\nLow\n```",
                "[\"LOW\"]",
            ],
        ),
        case(
            json!({"anyOf": [{"type": "number", "maximum": 5000}, {"type": "null"}]}),
            true,
            &[r#"{"value":12.5}"#, r#"{"value":null}"#],
            &[
                "$1,234.56",
                "1/5",
                "{\"value\": \"0x1F\"}",
                "None",
                "{value: 007}",
            ],
        ),
        case(
            json!({"type": "object", "properties": {"inner": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}}, "required": ["inner"]}),
            false,
            &[r#"{"inner":{"text":"x\ny }] \" ``` // {"}}"#],
            &[
                "{\"text\": \"\"\"a \"b\" c\"\"\"}",
                "{\"inner\": \"{\\\"text\\\": \\\"x\\\"}\"}",
                "{inner: {text: 1.10}}",
            ],
        ),
    ]
}

const TOKENS: [&str; 44] = [
    "{", "}", "[", "]", ",", ":", "\"", "'", "`", "```", "\"\"\"", "“", "”", "\\", "\n", " ", "\t",
    "//", "/*", "*/", "#", "=", "=>", "null", "None", "true", "False", "0", "1", "-", "+", ".",
    "e9", "1,234", "0x", "é", "\u{feff}", "\\u", "\\ud83d", "value", "\"key\"", "<think>",
    "</think>", "not ",
];

/// The reply with one to four changes.
fn mutated(rng: &mut Rng, reply: &str, other: &str) -> String {
    let mut text: Vec<char> = reply.chars().collect();
    for _ in 0..rng.usize(1..=4) {
        let at = rng.usize(..=text.len());
        let end = (at + rng.usize(..12)).min(text.len());
        match rng.u8(..7) {
            0 => drop(text.drain(at..end)),
            1 => {
                let part: Vec<char> = text[at..end].to_vec();
                text.splice(at..at, part);
            }
            2 | 3 => drop(text.splice(at..at, rng.choice(TOKENS).unwrap().chars())),
            4 => drop(text.splice(at..end.min(at + 1), rng.choice(TOKENS).unwrap().chars())),
            5 => text.truncate(at),
            _ => {
                let other: Vec<char> = other.chars().collect();
                let from = rng.usize(..=other.len());
                let to = rng.usize(from..=other.len());
                text.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    text.into_iter().collect()
}

fn asked(case: &Case) -> Asked<'_> {
    Asked {
        document: case.schema.document(),
        wrapped: case.wrapped,
        entries: true,
        nulls: true,
        manner: Manner::Lenient,
    }
}

fn number(name: &str, other: u64) -> u64 {
    #[allow(clippy::disallowed_methods)]
    let set = std::env::var(name);
    set.map_or(other, |number| number.parse().unwrap())
}

#[test]
fn whatever_is_changed_in_a_reply_it_is_an_error_or_a_value_of_the_type() {
    let (times, seed) = (number("ZYN_MUTATIONS", 50_000), number("ZYN_SEED", 1));
    println!("{times} replies, ZYN_SEED={seed}");
    let cases = cases();
    let mut rng = Rng::with_seed(seed);
    let (mut accepted, mut malformed, mut invalid) = (0_u64, 0_u64, 0_u64);
    for _ in 0..times {
        let case = rng.choice(&cases).unwrap();
        let replies: Vec<&str> = case.plain.iter().chain(&case.loose).copied().collect();
        let (reply, other) = (rng.choice(&replies).unwrap(), rng.choice(&replies).unwrap());
        let text = mutated(&mut rng, reply, other);
        let decoded = match read(&text, asked(case), &|_| Ok(())) {
            Ok(decoded) => decoded,
            Err(Rejected::Malformed { reason }) => {
                assert!(!reason.is_empty());
                malformed += 1;
                continue;
            }
            Err(Rejected::Invalid(violations)) => {
                assert!(!violations.is_empty(), "{text}");
                invalid += 1;
                continue;
            }
        };
        accepted += 1;
        let again = check(&case.schema, &decoded.value);
        assert_eq!(again.as_ref(), Ok(&decoded.value), "{text}");
        let form = Form {
            entries: true,
            null: false,
        };
        let written = filled(&case.schema, &decoded.value, form);
        let canonical = match case.wrapped {
            true => format!("{{\"value\":{written}}}"),
            false => written.to_string(),
        };
        let again = read(&canonical, asked(case), &|_| Ok(()))
            .unwrap_or_else(|error| panic!("{text}\n{canonical}\n{error:?}"));
        assert_eq!(again.canonical, decoded.canonical, "{text}");
        assert_eq!(again.repairs, [], "{text}\n{canonical}");
    }
    println!("accepted {accepted}, invalid {invalid}, malformed {malformed}");
    assert!(accepted > times / 20 && malformed > times / 20 && invalid > times / 50);
}

#[test]
fn a_reply_that_is_cut_before_its_last_bracket_is_no_value() {
    for case in cases() {
        for reply in case.plain.iter().chain(&case.loose) {
            let Some(last) = reply.rfind(['}', ']']) else {
                continue;
            };
            // A list that is several pieces is cut between them without a trace.
            let whole = ["{\"a\":1}\n", "{\"a\":1},"]
                .iter()
                .any(|it| reply.starts_with(it));
            // What stands behind the answer is no part of it.
            let last = match reply.rfind("```\n") {
                Some(fence) => reply[..fence].rfind(['}', ']']).unwrap_or(0),
                None => last,
            };
            let last = match reply.strip_suffix("}}}") {
                Some(before) => before.len() + 1,
                None => last,
            };
            if whole {
                continue;
            }
            let start = reply.find(['{', '[']).unwrap();
            for cut in (start..last).filter(|cut| reply.is_char_boundary(*cut)) {
                let text = &reply[..cut];
                let read = read(text, asked(&case), &|_| Ok(()));
                assert!(read.is_err(), "{text}: {read:?}");
            }
        }
    }
}

/// A text with all that a parser may take for its own in it.
fn text(rng: &mut Rng) -> String {
    const PARTS: [&str; 22] = [
        "a",
        "it's",
        " ",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "//",
        "#",
        "\\",
        "\n",
        "é",
        "```",
        "\", \"b\": 1",
        "null",
        "5",
        "“x”",
        "</think>",
        "`",
    ];
    (0..rng.usize(..5))
        .map(|_| *rng.choice(&PARTS).unwrap())
        .collect()
}

/// JSON with slips in it that leave no doubt.
fn loosely(rng: &mut Rng, value: &Value, out: &mut String) {
    let space = |rng: &mut Rng, out: &mut String| {
        let spaces = [
            "",
            "",
            "",
            " ",
            "\n",
            "\u{a0}",
            " /* x */ ",
            " // x\n",
            " # x\n",
        ];
        out.push_str(rng.choice(&spaces).unwrap());
    };
    let quoted = |rng: &mut Rng, text: &str, out: &mut String| {
        let plain = Value::String(text.to_owned()).to_string();
        match rng.u8(..4) {
            0 => out.push_str(&format!(
                "'{}'",
                plain[1..plain.len() - 1].replace('\'', "\\'")
            )),
            1 if !text.contains(['\\', '"']) => out.push_str(&format!("\"{text}\"")),
            _ => out.push_str(&plain),
        }
    };
    space(rng, out);
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                loosely(rng, item, out);
                if index + 1 < items.len() || rng.bool() {
                    out.push(',');
                }
            }
            space(rng, out);
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                // In prose, `{x = 3}` may be mathematics.
                if rng.bool() {
                    out.push_str(name);
                    out.push_str(rng.choice([":", " : "]).unwrap());
                } else {
                    quoted(rng, name, out);
                    out.push_str(rng.choice([":", " : ", "=", "=>"]).unwrap());
                }
                loosely(rng, field, out);
                match (index + 1 < fields.len(), rng.u8(..4)) {
                    (true, 0) => out.push_str("\n "),
                    (true, 1) => out.push_str(",,"),
                    (false, 1 | 2) => {}
                    _ => out.push(','),
                }
            }
            space(rng, out);
            out.push('}');
        }
        Value::String(text) => quoted(rng, text, out),
        Value::Null => out.push_str(rng.choice(["null", "None", "NULL"]).unwrap()),
        Value::Bool(value) => out.push_str(if *value { "True" } else { "false" }),
        Value::Number(number) => {
            out.push_str(&format!("{}{number}", rng.choice(["", "+", "0"]).unwrap()))
        }
    }
    space(rng, out);
}

#[test]
fn slips_that_leave_no_doubt_leave_the_value_as_it_is() {
    let document = json!({
        "type": "object",
        "properties": {
            "said": {"type": "string"},
            "all": {"type": "array", "items": {"type": "string"}},
            "n": {"type": ["integer", "null"]},
            "is_so": {"type": "boolean"},
            "inner": {"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]},
        },
        "required": ["said", "all", "n", "is_so", "inner"],
    });
    let schema = Schema::from_value("Case", document).unwrap();
    let case = Case {
        schema,
        wrapped: false,
        plain: Vec::new(),
        loose: Vec::new(),
    };
    let times = number("ZYN_MUTATIONS", 50_000) / 5;
    let mut rng = Rng::with_seed(number("ZYN_SEED", 1));
    for _ in 0..times {
        let all: Vec<String> = (0..rng.usize(..4)).map(|_| text(&mut rng)).collect();
        let n = rng.bool().then(|| rng.u8(..));
        let value = json!({"said": text(&mut rng), "all": all, "n": n, "is_so": rng.bool(), "inner": {"said": text(&mut rng)}});
        let mut reply = String::new();
        loosely(&mut rng, &value, &mut reply);
        let around = [
            ("", ""),
            ("So:\n```json\n", "\n```"),
            ("It is ", " indeed."),
        ];
        let (before, after) = rng.choice(around).unwrap();
        let reply = format!("{before}{reply}{after}");
        match read(&reply, asked(&case), &|_| Ok(())) {
            Ok(decoded) => assert_eq!(decoded.value, value, "{reply}"),
            Err(error) => panic!("{reply}\n{error:?}"),
        }
    }
}

#[test]
fn quotes_that_are_not_escaped_are_read_as_they_were_meant_or_not_at_all() {
    const PARTS: [&str; 16] = [
        "he",
        "said",
        "\"hi\"",
        "\"no way\"",
        ",",
        ".",
        "(\"x\")",
        "it's",
        ": ",
        "5\"",
        "}",
        "]",
        "{\"b\"}",
        "\"y\",",
        "[\"z\"]",
        "\"k\":",
    ];
    let document = json!({
        "type": "object",
        "properties": {"said": {"type": "string"}, "all": {"type": "array", "items": {"type": "string"}}, "n": {"type": "integer"}},
        "required": ["said", "all", "n"],
    });
    let case = Case {
        schema: Schema::from_value("Case", document).unwrap(),
        wrapped: false,
        plain: Vec::new(),
        loose: Vec::new(),
    };
    let times = number("ZYN_MUTATIONS", 50_000) / 5;
    let mut rng = Rng::with_seed(number("ZYN_SEED", 1));
    let (mut right, mut refused, mut wrong) = (0_u64, 0_u64, 0_u64);
    for _ in 0..times {
        let text = |rng: &mut Rng| -> String {
            let parts: Vec<&str> = (0..rng.usize(1..5))
                .map(|_| *rng.choice(&PARTS).unwrap())
                .collect();
            parts.join(" ")
        };
        let (said, first, second) = (text(&mut rng), text(&mut rng), text(&mut rng));
        let reply =
            format!("{{\"said\": \"{said}\", \"all\": [\"{first}\", \"{second}\"], \"n\": 1}}");
        let value = json!({"said": said, "all": [first, second], "n": 1});
        match read(&reply, asked(&case), &|_| Ok(())) {
            Ok(decoded) if decoded.value == value => right += 1,
            Ok(decoded) => {
                wrong += 1;
                println!("{reply}\n  {}", decoded.canonical);
            }
            Err(_) => refused += 1,
        }
    }
    println!("right {right}, refused {refused}, wrong {wrong}");
    assert!(right > times / 10 && wrong == 0, "{wrong}");
}
