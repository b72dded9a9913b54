//! Which alternative of a union a value is, and what is wrong with it if it is none.
//!
//! Alternatives are first told apart by what is cheap to see: the kind of value, its tag, which fields
//! are there. So the violations are those of the alternative that was meant.

use serde_json::Value;

use super::Violation;
use super::expected::one_of;
use super::fit::{Walk, has_type};
use crate::schema::node::Node;

impl<'a> Walk<'a> {
    pub(super) fn union(
        &mut self,
        schema: &'a Value,
        branches: &'a [Value],
        exactly_one: bool,
        value: &Value,
    ) -> Value {
        let typed = self.keep(branches.iter().collect(), |walk, branch| {
            walk.may_be(branch, value)
        });
        if typed.is_empty() {
            self.wrong_type(schema, value);
            return value.clone();
        }
        let tagged = self.keep(typed.clone(), |walk, branch| walk.has_tags(branch, value));
        if tagged.is_empty() {
            return self.wrong_tag(&typed, value);
        }
        // Of alternatives without tags, those whose fields are all there go first; the others say what is wrong.
        let whole = self.keep(tagged.clone(), |walk, branch| {
            walk.has_fields(branch, value)
        });
        let open = if whole.is_empty() { tagged } else { whole };

        let before = self.violations.len();
        let mut fitting: Option<Value> = None;
        let mut nearest: Option<(Value, Vec<Violation>)> = None;
        for branch in open {
            let fitted = self.value(branch, value);
            let wrong = self.violations.split_off(before);
            if !wrong.is_empty() {
                if nearest
                    .as_ref()
                    .is_none_or(|(_, least)| wrong.len() < least.len())
                {
                    nearest = Some((fitted, wrong));
                }
            } else if fitting.is_some() {
                self.violation("a value that fits one alternative only", value);
                return fitted;
            } else {
                fitting = Some(fitted);
                if !exactly_one {
                    break;
                }
            }
        }
        match (fitting, nearest) {
            (Some(fitted), _) => fitted,
            (None, Some((fitted, wrong))) => {
                self.violations.extend(wrong);
                fitted
            }
            (None, None) => value.clone(),
        }
    }

    fn keep(
        &self,
        mut branches: Vec<&'a Value>,
        test: impl Fn(&Self, &'a Value) -> bool,
    ) -> Vec<&'a Value> {
        branches.retain(|branch| test(self, branch));
        branches
    }

    /// Whether a value of this kind may fit.
    pub(super) fn may_be(&self, schema: &'a Value, value: &Value) -> bool {
        self.any_of(schema, &|_, node| has_type(node, value))
    }

    /// Whether the tags that are there are those of the schema.
    fn has_tags(&self, schema: &'a Value, value: &Value) -> bool {
        self.any_of(schema, &|_, node| {
            tags(node).all(|(name, tag)| value.get(name).is_none_or(|found| found == tag))
        })
    }

    fn has_fields(&self, schema: &'a Value, value: &Value) -> bool {
        self.any_of(schema, &|_, node| {
            node.required().all(|name| value.get(name).is_some())
        })
    }

    /// Whether `test` holds for a plain schema or for one of the alternatives.
    fn any_of(&self, schema: &'a Value, test: &dyn Fn(&Self, Node<'a>) -> bool) -> bool {
        let node = Node::of(self.opened(schema));
        match node.branches() {
            Some((branches, _)) => branches.iter().any(|branch| self.any_of(branch, test)),
            None => test(self, node),
        }
    }

    /// Names the tag, if the alternatives have one in common.
    fn wrong_tag(&mut self, branches: &[&'a Value], value: &Value) -> Value {
        let nodes: Vec<Node<'a>> = branches
            .iter()
            .map(|branch| Node::of(self.opened(branch)))
            .collect();
        let of = |node: &Node<'a>, name: &str| {
            let tag = tags(*node).find(|(tag, _)| *tag == name);
            tag.map(|(_, tag)| tag)
        };
        let common = nodes.first().and_then(|first| {
            tags(*first)
                .map(|(name, _)| name)
                .find(|name| nodes.iter().all(|node| of(node, name).is_some()))
        });
        match common.and_then(|name| Some((name, value.get(name)?))) {
            Some((name, found)) => {
                let wanted = nodes.iter().filter_map(|node| of(node, name));
                let wanted = one_of(wanted.map(Value::to_string));
                self.within(name, |walk| walk.violation(wanted, found));
            }
            None => self.violation("an object that is one of the alternatives", value),
        }
        value.clone()
    }
}

/// The required fields that have one value only, as the tag of an enum.
fn tags<'a>(node: Node<'a>) -> impl Iterator<Item = (&'a String, &'a Value)> {
    node.properties().filter_map(
        move |(name, field)| match Node::of(field).allowed()?.as_slice() {
            [only] if node.requires(name) => Some((name, *only)),
            _ => None,
        },
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reply::tests::{accepted, wrong};

    fn shapes() -> Value {
        json!({"oneOf": [
            {"type": "object", "properties": {"t": {"const": "point"}}, "required": ["t"]},
            {"type": "object", "properties": {"t": {"const": "circle"}, "r": {"type": "integer"}}, "required": ["t", "r"]},
        ]})
    }

    #[test]
    fn the_tag_tells_which_alternative_a_value_is_meant_to_be() {
        assert_eq!(
            wrong(shapes(), r#"{"value":{"t":"circle","r":"1"}}"#),
            ["/r: expected a whole number, got \"1\""]
        );
        assert_eq!(
            wrong(shapes(), r#"{"value":{"t":"circle"}}"#),
            ["/r: expected a whole number, got nothing"]
        );
        assert_eq!(
            wrong(shapes(), r#"{"value":{"t":"square"}}"#),
            [r#"/t: expected one of "point", "circle", got "square""#]
        );
        assert_eq!(
            wrong(shapes(), r#"{"value":7}"#),
            ["the answer: expected an object, got 7"]
        );
        assert_eq!(
            accepted(shapes(), r#"{"value":{"r":1,"t":"circle"}}"#).canonical,
            r#"{"t":"circle","r":1}"#
        );
    }

    #[test]
    fn a_field_with_labels_is_no_tag() {
        let mut document = shapes();
        document["oneOf"][1]["properties"]["colour"] = json!({"enum": ["red", "blue"]});
        let text = |colour| format!(r#"{{"value":{{"t":"circle","r":1,"colour":{colour}}}}}"#);
        assert_eq!(
            accepted(document.clone(), &text("null")).canonical,
            r#"{"t":"circle","r":1}"#
        );
        assert_eq!(
            wrong(document, &text("\"green\"")),
            [r#"/colour: expected one of "red", "blue", got "green""#]
        );
    }

    #[test]
    fn exactly_one_alternative_must_fit_where_the_schema_says_so() {
        let ok = json!({"type": "object", "properties": {"Ok": {"type": "integer"}}, "required": ["Ok"]});
        let err = json!({"type": "object", "properties": {"Err": {"type": "string"}}, "required": ["Err"]});
        let both = r#"{"value":{"Ok":1,"Err":"x"}}"#;
        assert_eq!(wrong(json!({"oneOf": [ok, err]}), both).len(), 1);
        assert_eq!(
            accepted(json!({"anyOf": [ok, err]}), both).canonical,
            r#"{"Ok":1,"Err":"x"}"#
        );
    }

    #[test]
    fn an_optional_alternative_may_be_null() {
        let document = json!({"anyOf": [shapes(), {"type": "null"}]});
        assert_eq!(
            accepted(document.clone(), r#"{"value":null}"#).canonical,
            "null"
        );
        assert_eq!(
            wrong(document, r#"{"value":{"t":"circle","r":null}}"#),
            ["/r: expected a whole number, got null"]
        );
    }

    #[test]
    fn alternatives_that_multiply_do_not_hang() {
        let branch = |extra: &str| {
            json!({
                "type": "object",
                "properties": {"l": {"$ref": "#"}, "r": {"$ref": "#"}, extra: {"type": "integer"}},
                "required": ["l"]
            })
        };
        let document = json!({"anyOf": [{"type": "string"}, branch("a"), branch("b"), branch("c"), branch("d")]});
        let deep = (0..60).fold("0".to_owned(), |below, _| format!("{{\"l\":{below}}}"));
        let told = wrong(document, &deep);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("fewer alternatives"), "{told:?}");
    }

    #[test]
    fn without_a_tag_the_fields_tell_which_alternative_was_meant() {
        let document = json!({"anyOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"type": "object", "properties": {"c": {"type": "integer"}, "d": {"type": "integer"}}, "required": ["c", "d"]},
        ]});
        assert_eq!(
            wrong(document, r#"{"value":{"c":1,"d":"x"}}"#),
            ["/d: expected a whole number, got \"x\""]
        );
    }
}
