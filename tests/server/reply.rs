use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::json;

/// What a server does with one request. A text is a model's answer that cost 10 tokens to read and 5 to write.
pub enum Reply {
    Bytes(Vec<u8>),
    /// Breaks the connection.
    Reset,
    /// Keeps the connection and says nothing.
    Silence,
}

impl Reply {
    pub fn answer(text: &str) -> Self {
        Self::finished(text, "stop")
    }

    /// An answer that ends for `reason`.
    pub fn finished(text: &str, reason: &str) -> Self {
        Self::message(json!({"role": "assistant", "content": text}), reason)
    }

    pub fn refusal(words: &str) -> Self {
        Self::message(
            json!({"role": "assistant", "content": null, "refusal": words}),
            "stop",
        )
    }

    /// An answer that cost what `usage` says, in the words of OpenAI, or `null`.
    pub fn counted(text: &str, usage: serde_json::Value) -> Self {
        Self::completion(json!({"role": "assistant", "content": text}), "stop", usage)
    }

    /// An answer whose choice has these `logprobs`.
    pub fn with_logprobs(text: &str, logprobs: serde_json::Value) -> Self {
        let body = json!({
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
                "logprobs": logprobs,
            }],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        });
        Self::http(200, &["content-type: application/json"], &body.to_string())
    }

    /// An error in the words of OpenAI for a parameter that the model does not take.
    pub fn unsupported(parameter: &str) -> Self {
        let body = json!({"error": {
            "message": format!("Unsupported parameter: '{parameter}'"),
            "type": "invalid_request_error",
            "param": parameter,
            "code": "unsupported_parameter",
        }});
        Self::http(400, &["content-type: application/json"], &body.to_string())
    }

    fn message(message: serde_json::Value, reason: &str) -> Self {
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15});
        Self::completion(message, reason, usage)
    }

    fn completion(message: serde_json::Value, reason: &str, usage: serde_json::Value) -> Self {
        let body = json!({
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": "m-2026",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": usage,
        });
        Self::http(200, &["content-type: application/json"], &body.to_string())
    }

    /// An error in the words of OpenAI.
    pub fn error(status: u16, message: &str) -> Self {
        let body = json!({"error": {"message": message, "type": "error", "code": null}});
        Self::http(
            status,
            &["content-type: application/json"],
            &body.to_string(),
        )
    }

    pub fn http(status: u16, headers: &[&str], body: &str) -> Self {
        let mut reply = format!(
            "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        for header in headers {
            reply += &format!("{header}\r\n");
        }
        Self::Bytes(format!("{reply}\r\n{body}").into_bytes())
    }

    /// Sends it. A connection that is to stay open is given back.
    pub(super) fn send(self, mut stream: TcpStream) -> Option<TcpStream> {
        match self {
            Self::Bytes(bytes) => {
                // The client may have hung up; that is its outcome to tell.
                let _ = stream.write_all(&bytes);
                None
            }
            Self::Reset => {
                // The head of a reply that never comes: the request was certainly read.
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-le");
                thread::sleep(Duration::from_millis(5));
                let _ = stream.shutdown(Shutdown::Both);
                None
            }
            Self::Silence => Some(stream),
        }
    }
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::answer(text)
    }
}
