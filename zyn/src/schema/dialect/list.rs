//! Lists and tuples.

use serde_json::{Map, Value, json};

use super::Rewriter;
use super::rules::Tuples;
use super::union::alternatives;
use crate::schema::node::Node;
use crate::schema::{SchemaError, Verdict, pointer};

impl Rewriter<'_> {
    /// The items of a list; and for a tuple that is sent as one, what stands where.
    pub(super) fn items(
        &mut self,
        node: Node<'_>,
        out: &mut Map<String, Value>,
        path: &str,
    ) -> Result<Option<String>, SchemaError> {
        let every = pointer::join(path, "*");
        if let Some(places) = node.get("prefixItems").and_then(Value::as_array) {
            return self.tuple(node, places, out, path);
        }
        match node.get("items") {
            Some(items) => {
                let items = self.schema(Node::of(items), &every)?;
                out.insert("items".to_owned(), items);
            }
            None if self.rules.anything => {}
            None => {
                let problem = "the items of the list may be anything";
                return Err(self.refused(path, problem, "use a `Vec` of a type"));
            }
        }
        Ok(None)
    }

    fn tuple(
        &mut self,
        node: Node<'_>,
        places: &[Value],
        out: &mut Map<String, Value>,
        path: &str,
    ) -> Result<Option<String>, SchemaError> {
        let rest = node.get("items").filter(|rest| **rest != json!(false));
        let mut rewritten = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let path = pointer::join(path, &index.to_string());
            rewritten.push(self.schema(Node::of(place), &path)?);
        }
        let rest = match rest {
            Some(rest) => Some(self.schema(Node::of(rest), &pointer::join(path, "*"))?),
            None => None,
        };
        if self.rules.tuples == Tuples::Kept {
            out.insert("prefixItems".to_owned(), Value::Array(rewritten));
            let rest = rest.or_else(|| node.get("items").cloned());
            out.extend(rest.map(|rest| ("items".to_owned(), rest)));
            return Ok(None);
        }
        let most = node.get("maxItems").and_then(Value::as_u64);
        let is_closed = node.get("items").is_some();
        let ends = most.is_some_and(|most| most <= places.len() as u64);
        if rest.is_none() && !is_closed && !ends {
            let problem = "what follows the first items of the list may be anything";
            return Err(self.refused(path, problem, "say how many items there are"));
        }
        if rest.is_none() && !ends {
            let most = json!(places.len());
            if self.sent(node, "maxItems", &most).is_some() {
                out.insert("maxItems".to_owned(), most);
            }
        }
        let told: Vec<String> = places.iter().map(told).collect();
        let mut kinds = alternatives(rewritten.into_iter().chain(rest).collect());
        let alike = kinds.len() == 1;
        let items = match kinds.pop() {
            Some(only) if alike => only,
            last => {
                kinds.extend(last);
                json!({ "anyOf": kinds })
            }
        };
        out.insert("items".to_owned(), items);
        if alike {
            self.note(path, Verdict::Exact, "a tuple as a list");
            return Ok(None);
        }
        let order = format!("the items in this order: {}", told.join(", "));
        self.note(
            path,
            Verdict::Described,
            format!("a tuple as a list, “{order}”"),
        );
        Ok(Some(order))
    }
}

/// What stands at a place of a tuple, in a word or two.
fn told(place: &Value) -> String {
    let node = Node::of(place);
    match (node.reference(), node.branches()) {
        (Some(name), _) => name.to_owned(),
        (None, Some((branches, _))) => {
            let told: Vec<String> = branches.iter().map(told).collect();
            told.join(" or ")
        }
        (None, None) => node.types().join(" or "),
    }
}

/// How many items all lists of a schema have together, at most, as far as they say so.
pub(super) fn items_in_all(document: &Value) -> u64 {
    let mut sum = 0_u64;
    let mut open = vec![document];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(map) => {
                let most = map.get("maxItems").and_then(Value::as_u64);
                sum = sum.saturating_add(most.unwrap_or_default());
                open.extend(map.values());
            }
            _ => {}
        }
    }
    sum
}
