//! The names in a schema that something in brackets may belong to.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::candidates::PartOf;
use super::json::Tree;
use super::{Asked, fit};
use crate::schema::node::Node;

/// The names of a schema, collected when the first is asked for.
#[derive(Default)]
pub(super) struct Names<'a>(OnceCell<Collected<'a>>);

/// In small letters.
#[derive(Default)]
struct Collected<'a> {
    fields: HashMap<String, Vec<&'a Value>>,
    tags: HashSet<String>,
}

impl<'a> Names<'a> {
    /// Whether a piece may be the value of the field, or the content of the variant, whose name stands before it. Then
    /// it is not the answer, though in a type that contains itself it would fit.
    pub(super) fn is_part(&self, whole: PartOf<'_>, piece: &Tree, asked: Asked<'a>) -> bool {
        let (name, is_word) = match whole {
            PartOf::Name(name) => (name, false),
            PartOf::Word(name) => (name, true),
            PartOf::Mark => return true,
        };
        let names = self.0.get_or_init(|| Collected::of(asked.document));
        let name = name.to_lowercase();
        let fields = names.fields.get(&name).map(Vec::as_slice);
        let fits = |field: &&Value| fit::fits(asked.document, field, piece, asked.rules());
        (!is_word && names.tags.contains(&name)) || fields.unwrap_or_default().iter().any(fits)
    }
}

impl<'a> Collected<'a> {
    fn of(document: &'a Value) -> Self {
        let mut names = Self::default();
        let mut open = vec![document];
        while let Some(schema) = open.pop() {
            names.add(Node::of(schema));
            match schema {
                Value::Array(parts) => open.extend(parts),
                Value::Object(parts) => open.extend(parts.values()),
                _ => {}
            }
        }
        names
    }

    fn add(&mut self, node: Node<'a>) {
        for (name, field) in node.properties() {
            if let Some([Value::String(tag)]) = Node::of(field).allowed().as_deref() {
                self.tags.insert(tag.to_lowercase());
            }
            let fields = self.fields.entry(name.to_lowercase()).or_default();
            fields.push(field);
        }
    }
}
