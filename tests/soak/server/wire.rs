//! HTTP/1.1, as far as one client of one kind speaks it.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use zyn::Usage;

/// A request that was read to its end.
pub(super) struct Asked {
    pub(super) number: u64,
    /// The schema that the answer is to have, if any.
    pub(super) schema: Option<Value>,
}

/// The most bytes of a head.
const HEAD: usize = 8 * 1024;

/// Reads a request to its end; `None` if the client hangs up before.
pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Option<Asked>> {
    let mut bytes = Vec::with_capacity(HEAD);
    loop {
        if let Some((head, body)) = split(&bytes)
            && header(head, "content-length").is_some_and(|length| length == body.len() as u64)
        {
            let body: Value = serde_json::from_slice(body).expect("the client sends JSON");
            let schema = body.pointer("/response_format/json_schema/schema");
            return Ok(Some(Asked {
                number: number(head),
                schema: schema.cloned(),
            }));
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// The number of a request of which nothing is read; `None` if its head does not come.
pub(super) async fn peek(stream: &TcpStream) -> io::Result<Option<u64>> {
    let mut bytes = [0; HEAD];
    for _ in 0..1_000 {
        let seen = stream.peek(&mut bytes).await?;
        if let Some((head, _)) = split(&bytes[..seen]) {
            return Ok(Some(number(head)));
        }
        // what was seen once is seen at once
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(None)
}

fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).expect("a head is text");
    Some((head, &bytes[end + 4..]))
}

fn number(head: &str) -> u64 {
    header(head, "x-client-request-id").expect("each attempt has its number")
}

fn header(head: &str, name: &str) -> Option<u64> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let (_, value) = lines.find(|(it, _)| it.eq_ignore_ascii_case(name))?;
    value.parse().ok()
}

/// A reply with its framing.
pub(super) fn reply(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

/// A reply that is JSON.
pub(super) fn said(status: &str, headers: &str, body: &Value) -> String {
    let headers = format!("content-type: application/json\r\n{headers}");
    reply(status, &headers, &body.to_string())
}

/// An error in the words of OpenAI.
pub(super) fn error(status: &str, headers: &str, message: &str) -> String {
    let body = json!({"error": {"message": message, "type": "error", "code": null}});
    said(status, headers, &body)
}

/// A completion that says `text` and has cost `usage`.
pub(super) fn completion(text: &str, usage: Usage) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "m-2026",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "stop",
        }],
        "usage": {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.total(),
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        },
    })
}
