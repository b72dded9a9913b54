//! The program as an editor has it open, and what can be asked about a place in it.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::program;
use crate::server::{Server, uri};

/// Where the cursor is in what a query types.
const CURSOR: &str = "$0";

pub(crate) struct Document {
    server: Server,
    uri: String,
    text: String,
    version: u64,
}

impl Document {
    pub(crate) fn open(mut server: Server, path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).expect("the program");
        let uri = uri(&path);
        let item = json!({ "uri": uri, "languageId": "rust", "version": 0, "text": text });
        server.notify("textDocument/didOpen", &json!({ "textDocument": item }));
        Self {
            server,
            uri,
            text,
            version: 0,
        }
    }

    /// What is offered at the cursor: names, without what is called on them.
    pub(crate) fn completions(&mut self, typed: &str) -> Result<Vec<String>, String> {
        let offered = self.ask("textDocument/completion", typed)?;
        let items = offered.get("items").unwrap_or(&offered).as_array();
        let labels = items.into_iter().flatten().map(|item| {
            let label = item["label"].as_str().unwrap_or_default();
            let name = label.split(['(', ' ', '…']).next();
            name.unwrap_or_default().to_owned()
        });
        Ok(labels.collect())
    }

    /// What is told about the word under the cursor.
    pub(crate) fn hover(&mut self, typed: &str) -> Result<String, String> {
        let told = self.ask("textDocument/hover", typed)?;
        let text = told["contents"]["value"].as_str();
        Ok(text.unwrap_or_default().to_owned())
    }

    /// The lines that say what the word under the cursor is.
    pub(crate) fn definitions(&mut self, typed: &str) -> Result<Vec<String>, String> {
        let found = self.ask("textDocument/definition", typed)?;
        let places = found.as_array().into_iter().flatten();
        Ok(places.map(|place| self.line(place)).collect())
    }

    /// What is said to be wrong with the program.
    pub(crate) fn mistakes(&mut self, typed: &str) -> Result<Vec<String>, String> {
        let said = self.ask("textDocument/diagnostic", typed)?;
        let said = said["items"].as_array().into_iter().flatten();
        let message = |item: &Value| item["message"].as_str().unwrap_or_default().to_owned();
        Ok(said.map(message).collect())
    }

    /// The line that `place` points at.
    fn line(&self, place: &Value) -> String {
        let file = place["uri"].as_str().unwrap_or_default();
        let read;
        let text = if file == self.uri {
            &self.text
        } else {
            read = fs::read_to_string(file.trim_start_matches("file://")).unwrap_or_default();
            &read
        };
        let line = place["range"]["start"]["line"].as_u64().unwrap_or_default();
        let line = text.lines().nth(usize::try_from(line).unwrap_or_default());
        line.unwrap_or_default().trim().to_owned()
    }

    /// Types `typed` and asks about its cursor.
    fn ask(&mut self, method: &str, typed: &str) -> Result<Value, String> {
        let text = program::with(typed);
        let cursor = text.find(CURSOR).expect("a cursor");
        self.text = text.replace(CURSOR, "");
        self.version += 1;
        self.server.notify(
            "textDocument/didChange",
            &json!({
                "textDocument": { "uri": self.uri, "version": self.version },
                "contentChanges": [{ "text": self.text }],
            }),
        );
        let before = text.get(..cursor).unwrap_or_default();
        let (line, column) = match before.rsplit_once('\n') {
            Some((lines, last)) => (lines.matches('\n').count() + 1, last.len()),
            None => (0, before.len()),
        };
        self.server.request(
            method,
            &json!({
                "textDocument": { "uri": self.uri },
                "position": { "line": line, "character": column },
            }),
        )
    }
}
