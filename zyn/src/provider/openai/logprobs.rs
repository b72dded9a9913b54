//! The tokens of an answer and their log-probabilities, where a server tells them.

use serde_json::Value;

use crate::provider::Token;

/// All tokens of a list. None if one of them is not told in full: a part of them would be no measure of the whole.
pub(super) fn tokens(list: Option<&Value>) -> Vec<Token> {
    let tokens = list.and_then(Value::as_array);
    let tokens: Option<Vec<Token>> = tokens.into_iter().flatten().map(token).collect();
    tokens.unwrap_or_default()
}

fn token(token: &Value) -> Option<Token> {
    let bytes = match token.get("bytes") {
        Some(Value::Array(bytes)) => bytes.iter().map(byte).collect::<Option<Vec<u8>>>()?,
        // servers that tell no bytes have them for text that is whole
        _ => token.get("token")?.as_str()?.as_bytes().to_vec(),
    };
    let logprob = token.get("logprob")?.as_f64()?;
    Some(Token { bytes, logprob })
}

fn byte(byte: &Value) -> Option<u8> {
    byte.as_u64().and_then(|byte| byte.try_into().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::recordings::exchanges;

    #[track_caller]
    fn check(logprobs: Value, wanted: &[(&[u8], f64)]) {
        let found = tokens(Some(&logprobs));
        let found: Vec<_> = found.iter().map(|it| (&*it.bytes, it.logprob)).collect();
        assert_eq!(found, wanted, "{logprobs}");
    }

    #[test]
    fn bytes_are_read_where_they_are_told_and_the_text_else() {
        let content = json!([
            { "token": "H", "bytes": [72], "logprob": -0.5, "top_logprobs": [] },
            { "token": "\u{fffd}", "bytes": [195], "logprob": -1.0 },
            { "token": "\u{fffd}", "bytes": [182], "logprob": 0 },
            { "token": "he", "bytes": null, "logprob": -2.0 },
            { "token": "ö", "logprob": -9999.0 },
        ]);
        let wanted: &[(&[u8], f64)] = &[
            (b"H", -0.5),
            (&[195], -1.0),
            (&[182], 0.0),
            (b"he", -2.0),
            ("ö".as_bytes(), -9999.0),
        ];
        check(content, wanted);
    }

    #[test]
    fn the_tokens_of_a_recorded_reply_are_its_text() {
        let mut exchanges = exchanges("llamacpp").into_iter();
        let name = "llamacpp/response_shape_matrix/logprobs 0";
        let Some(recorded) = exchanges.find(|it| it.name == name) else {
            return;
        };
        let choice = &recorded.response["body"]["choices"][0];
        let tokens = tokens(choice.pointer("/logprobs/content"));
        let text: Vec<u8> = tokens.iter().flat_map(|it| it.bytes.clone()).collect();
        let content = choice["message"]["content"].as_str().unwrap();
        println!(
            "{} tokens, {:?} as {content:?}",
            tokens.len(),
            String::from_utf8_lossy(&text)
        );
        assert!(String::from_utf8(text).unwrap().ends_with(content));
        assert!(tokens.iter().all(|it| it.logprob <= 0.0));
    }

    #[test]
    fn what_is_not_told_is_not_there() {
        for nothing in [json!(null), json!([]), json!({}), json!("a")] {
            check(nothing, &[]);
        }
        assert!(tokens(None).is_empty());
    }

    #[test]
    fn one_token_that_is_not_told_in_full_makes_none_of_the_others() {
        let good = json!({ "token": "a", "logprob": -0.5 });
        for bad in [
            json!({ "token": "a" }),
            json!({ "token": "a", "logprob": null }),
            json!({ "token": "a", "logprob": "-0.5" }),
            json!({ "logprob": -0.5 }),
            json!({ "token": "a", "bytes": [256], "logprob": -0.5 }),
            json!("a"),
        ] {
            check(json!([good, bad]), &[]);
        }
    }
}
