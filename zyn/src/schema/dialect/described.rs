//! Which keywords are sent as they are, and which are said in the description.

use serde_json::{Map, Value};

use super::rules::LimitsInWords;
use super::{Rewriter, joined};
use crate::schema::Verdict;
use crate::schema::node::Node;
use crate::schema::phrase::{braced, phrase};

impl Rewriter<'_> {
    /// The keywords that are sent as they are.
    pub(super) fn keep(&mut self, node: Node<'_>, out: &mut Map<String, Value>, path: &str) {
        for (keyword, value) in node.keywords() {
            if let Some(sent) = self.sent(node, keyword, value) {
                if sent != *value {
                    self.note(path, Verdict::Exact, format!("`{keyword}` as `{sent}`"));
                }
                out.insert(keyword.clone(), sent);
            }
        }
    }

    pub(super) fn sent(&self, node: Node<'_>, keyword: &str, value: &Value) -> Option<Value> {
        let told = self.most_items_told && keyword == "maxItems";
        let sent = || self.rules.column.sent(node, keyword, value);
        if told { None } else { sent() }
    }

    fn describes(&self, node: Node<'_>, keyword: &str, value: &Value) -> bool {
        if self.is_sent_as_entries(node) {
            // The limits of a map are those of its list, and of the keys in it.
            match keyword {
                "minProperties" => return self.describes_items(node, "minItems", value),
                "maxProperties" => return self.describes_items(node, "maxItems", value),
                "propertyNames" => return false,
                _ => {}
            }
        }
        self.describes_items(node, keyword, value)
    }

    fn describes_items(&self, node: Node<'_>, keyword: &str, value: &Value) -> bool {
        let told = self.most_items_told && keyword == "maxItems";
        told || self.rules.column.describes(node, keyword, value)
    }

    /// The description, behind it how the value is written if that is another way, and the limits that can only be
    /// said in words.
    pub(super) fn description(
        &mut self,
        node: Node<'_>,
        path: &str,
        told: Option<String>,
    ) -> Option<String> {
        let in_braces = self.rules.limits_in_words == LimitsInWords::Braces;
        let mut limits = Vec::new();
        for (keyword, value) in node.keywords() {
            if self.describes(node, keyword, value)
                && let Some(words) = phrase(keyword, value)
            {
                let limit = if in_braces {
                    braced(keyword, value)
                } else {
                    words
                };
                self.note(
                    path,
                    Verdict::Described,
                    format!("`{keyword}` as “{limit}”"),
                );
                limits.push(limit);
            }
        }
        let text = joined(node.description(), told.map(Value::String).as_ref());
        Some(match (text, limits.is_empty(), in_braces) {
            (None, true, _) => return None,
            (Some(text), true, _) => text,
            (None, false, false) => limits.join("; "),
            (None, false, true) => format!("{{{}}}", limits.join(", ")),
            (Some(text), false, false) => format!("{text} ({})", limits.join("; ")),
            (Some(text), false, true) => format!("{text}\n\n{{{}}}", limits.join(", ")),
        })
    }
}
