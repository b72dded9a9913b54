//! What a recorded reply says, read by hand: the measure for what is read of it.

use serde_json::Value;

#[derive(Default)]
pub(super) struct Told {
    pub(super) text: String,
    refusal: String,
    is_cut: bool,
    has_end: bool,
}

impl Told {
    pub(super) fn by(response: &Value) -> Self {
        let mut told = Self::default();
        match &response["body"] {
            Value::String(stream) => {
                let lines = stream.lines().filter_map(|line| line.strip_prefix("data:"));
                for line in lines.filter(|line| line.trim() != "[DONE]") {
                    told.piece(&serde_json::from_str(line).unwrap());
                }
            }
            body => {
                told.choices(&body["choices"], "message");
                told.output(&body["output"]);
                told.status(body);
            }
        }
        told
    }

    /// By the rule: what the model did not finish or did not say is none; a call of a tool is nothing said.
    pub(super) fn outcome(&self) -> &'static str {
        if !self.has_end {
            "no end"
        } else if !self.refusal.is_empty() {
            "Refusal"
        } else if self.is_cut {
            "Truncated"
        } else if self.text.trim().is_empty() {
            "Empty"
        } else {
            "text"
        }
    }

    fn piece(&mut self, piece: &Value) {
        self.choices(&piece["choices"], "delta");
        let delta = piece["delta"].as_str().unwrap_or_default();
        match piece["type"].as_str() {
            Some("response.output_text.delta") => self.text += delta,
            Some("response.refusal.delta") => self.refusal += delta,
            Some("response.completed" | "response.incomplete") => self.status(&piece["response"]),
            _ => {}
        }
    }

    fn choices(&mut self, choices: &Value, message: &str) {
        let choices = choices.as_array().into_iter().flatten();
        for choice in choices.filter(|choice| choice["index"] == 0) {
            let message = &choice[message];
            self.text += message["content"].as_str().unwrap_or_default();
            self.refusal += message["refusal"].as_str().unwrap_or_default();
            self.has_end |= choice["finish_reason"].is_string();
            self.is_cut |= choice["finish_reason"] == "length";
        }
    }

    fn output(&mut self, output: &Value) {
        let items = output.as_array().into_iter().flatten();
        for item in items.filter(|item| item["type"] == "message") {
            for part in item["content"].as_array().unwrap() {
                self.text += part["text"].as_str().unwrap_or_default();
                self.refusal += part["refusal"].as_str().unwrap_or_default();
            }
        }
    }

    fn status(&mut self, response: &Value) {
        self.has_end |= response["status"].is_string();
        self.is_cut |= response["status"] == "incomplete";
    }
}
