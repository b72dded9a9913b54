//! Which alternative of a union a value is, and what is wrong with it if it is none.
//!
//! Alternatives are first told apart by what is cheap to see: the kind of value, its tag, which fields
//! are there. So the violations are those of the alternative that was meant.

use std::cell::RefCell;

use serde_json::Value;

use super::expected::one_of;
use super::fit::{Walk, has_type};
use super::json::Tree;
use super::{Repair, Violation, spelled};
use crate::schema::node::Node;

/// What one alternative makes of a value.
struct Reading {
    value: Value,
    violations: Vec<Violation>,
    repairs: Vec<Repair>,
}

/// The best readings there are.
#[derive(Default)]
struct Best {
    /// The one that fits with the fewest repairs, and how many need as few.
    fitting: Option<(Reading, usize)>,
    /// The one with the fewest violations.
    nearest: Option<Reading>,
}

/// Which alternatives a value may be.
struct Alternatives<'a> {
    /// Those that it seems to be.
    open: Vec<&'a Value>,
    /// Those of another kind.
    other: Vec<&'a Value>,
}

// The walk is recursive here, so what does not recurse is a function of its own: its variables take no stack while an
// alternative is read.
impl<'a> Walk<'a> {
    pub(super) fn union(
        &mut self,
        schema: &'a Value,
        branches: &'a [Value],
        exactly_one: bool,
        tree: &Tree,
    ) -> Value {
        let alternatives = match self.alternatives(branches, tree) {
            Ok(alternatives) => alternatives,
            Err(wrong) => return wrong,
        };
        let mut best = Box::<Best>::default();
        self.each(&alternatives.open, !exactly_one, tree, &mut best);
        if best.fitting.is_none() && self.rules.coerce {
            let nearest = best.nearest.take();
            self.each(&alternatives.other, false, tree, &mut best);
            best.nearest = nearest;
        }
        self.settle(schema, &mut best, exactly_one, tree)
    }

    /// Reads the value as each of some alternatives, or up to the first that it is.
    fn each(&mut self, branches: &[&'a Value], up_to_first: bool, tree: &Tree, best: &mut Best) {
        for branch in branches {
            self.alternative(branch, tree, best);
            if up_to_first && best.is_exact() {
                break;
            }
        }
    }

    /// Reads the value as one of the alternatives.
    fn alternative(&mut self, branch: &'a Value, tree: &Tree, best: &mut Best) {
        let (violations, repairs) = (self.violations.len(), self.repairs.len());
        let value = self.value(branch, tree);
        self.add(value, violations, repairs, best);
    }

    fn add(&mut self, value: Value, violations: usize, repairs: usize, best: &mut Best) {
        best.add(Reading {
            value,
            violations: self.violations.split_off(violations),
            repairs: self.repairs.split_off(repairs),
        });
    }

    /// Takes the best there is.
    fn settle(
        &mut self,
        schema: &'a Value,
        best: &mut Best,
        exactly_one: bool,
        tree: &Tree,
    ) -> Value {
        if let Some((reading, alike)) = best.fitting.take() {
            self.repairs.extend(reading.repairs);
            if exactly_one && alike > 1 {
                self.violation("a value that fits one alternative only", tree);
            }
            return reading.value;
        }
        match best.nearest.take() {
            Some(reading) => {
                self.violations.extend(reading.violations);
                reading.value
            }
            None => {
                self.wrong_type(schema, tree);
                tree.to_value()
            }
        }
    }

    /// Which alternatives the value may be; if its tag is that of none, what that gives.
    fn alternatives(
        &mut self,
        branches: &'a [Value],
        tree: &Tree,
    ) -> Result<Box<Alternatives<'a>>, Value> {
        let (typed, other): (Vec<&Value>, Vec<&Value>) = branches
            .iter()
            .partition(|branch| self.may_be(branch, tree));
        let mut tagged = self.keep(typed.clone(), |walk, branch| {
            walk.has_tags(branch, tree, &[])
        });
        if tagged.is_empty() && self.rules.coerce {
            let meant = self.tags_meant(&typed, tree);
            tagged = self.keep(typed.clone(), |walk, branch| {
                walk.has_tags(branch, tree, &meant)
            });
        }
        if tagged.is_empty() && !typed.is_empty() {
            return Err(self.wrong_tag(&typed, tree));
        }
        // Of alternatives without tags, those whose fields are all there go first; the others say what is wrong.
        let whole = self.keep(tagged.clone(), |walk, branch| walk.has_fields(branch, tree));
        let open = if whole.is_empty() { tagged } else { whole };
        Ok(Box::new(Alternatives { open, other }))
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
    pub(super) fn may_be(&self, schema: &'a Value, tree: &Tree) -> bool {
        self.any_of(schema, &|_, node| has_type(node, tree))
    }

    /// Whether the tags that are there are those of the schema, or are `meant` to be.
    fn has_tags(&self, schema: &'a Value, tree: &Tree, meant: &[(&str, &str)]) -> bool {
        let is_meant = |name: &str, tag: &Value| {
            let tag = tag.as_str();
            tag.is_some_and(|tag| meant.contains(&(name, tag)))
        };
        self.any_of(schema, &|_, node| {
            tags(node).all(|(name, tag)| {
                let found = tree.field(name);
                found.is_none_or(|found| found.is(tag) || is_meant(name, tag))
            })
        })
    }

    /// What the tags that are there mean, by their names: of all tags of the alternatives one alone.
    fn tags_meant(&self, branches: &[&'a Value], tree: &Tree) -> Vec<(&'a str, &'a str)> {
        let all: RefCell<Vec<(&'a str, Vec<&'a str>)>> = RefCell::default();
        let collect = |_: &Self, node: Node<'a>| {
            let mut all = all.borrow_mut();
            for (name, tag) in tags(node) {
                let Some(tag) = tag.as_str() else {
                    continue;
                };
                match all.iter_mut().find(|(other, _)| other == name) {
                    Some((_, tags)) if tags.contains(&tag) => {}
                    Some((_, tags)) => tags.push(tag),
                    None => all.push((name, vec![tag])),
                }
            }
            false
        };
        for branch in branches {
            self.any_of(branch, &collect);
        }
        let meant = all.into_inner().into_iter().filter_map(|(name, tags)| {
            let Tree::Text(text) = tree.field(name)? else {
                return None;
            };
            Some((name, spelled::label(text, &tags)?))
        });
        meant.collect()
    }

    fn has_fields(&self, schema: &'a Value, tree: &Tree) -> bool {
        self.any_of(schema, &|_, node| {
            node.required().all(|name| tree.field(name).is_some())
        })
    }

    /// Whether `test` holds for a plain schema or for one of the alternatives.
    pub(super) fn any_of(&self, schema: &'a Value, test: &dyn Fn(&Self, Node<'a>) -> bool) -> bool {
        let node = Node::of(self.opened(schema));
        match node.branches() {
            Some((branches, _)) => branches.iter().any(|branch| self.any_of(branch, test)),
            None => test(self, node),
        }
    }

    /// Names the tag, if the alternatives have one in common.
    fn wrong_tag(&mut self, branches: &[&'a Value], tree: &Tree) -> Value {
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
        match common.and_then(|name| Some((name, tree.field(name)?))) {
            Some((name, found)) => {
                let wanted = nodes.iter().filter_map(|node| of(node, name));
                let wanted = one_of(wanted.map(Value::to_string));
                let length = self.enter(name);
                self.violation(wanted, found);
                self.path.truncate(length);
            }
            None => self.violation("an object that is one of the alternatives", tree),
        }
        tree.to_value()
    }
}

impl Best {
    fn is_exact(&self) -> bool {
        let exact = |(reading, _): &(Reading, usize)| reading.repairs.is_empty();
        self.fitting.as_ref().is_some_and(exact)
    }

    fn add(&mut self, reading: Reading) {
        if !reading.violations.is_empty() {
            let wrong = reading.violations.len();
            let is_nearer = |nearest: &Reading| wrong < nearest.violations.len();
            if self.nearest.as_ref().is_none_or(is_nearer) {
                self.nearest = Some(reading);
            }
            return;
        }
        match &mut self.fitting {
            Some((least, alike)) if least.cost() == reading.cost() => *alike += 1,
            Some((least, _)) if least.cost() < reading.cost() => {}
            fitting => *fitting = Some((reading, 1)),
        }
    }
}

impl Reading {
    /// What is left out is lost; what is read as another kind is not.
    fn cost(&self) -> (usize, usize) {
        let is_loss = |repair: &&Repair| matches!(repair, Repair::LeftOut { .. });
        let losses = self.repairs.iter().filter(is_loss).count();
        (losses, self.repairs.len())
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
            wrong(shapes(), r#"{"value":{"t":"circle","r":"x"}}"#),
            ["/r: expected a whole number, got \"x\""]
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
            r#"{"Ok":1}"#
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

    #[test]
    fn a_tag_means_one_of_all_tags() {
        let of = |tag: &str| json!({"type": "object", "properties": {"t": {"const": tag}}, "required": ["t"]});
        let document = json!({"oneOf": [of("C"), of("Java"), of("OK"), of("Ok")]});
        let reply = |tag: &str| format!(r#"{{"value":{{"t":"{tag}"}}}}"#);
        assert_eq!(
            accepted(document.clone(), &reply("java")).canonical,
            r#"{"t":"Java"}"#
        );
        for tag in ["C++", "ok"] {
            assert_eq!(wrong(document.clone(), &reply(tag)).len(), 1, "{tag}");
        }
    }

    #[test]
    fn an_alternative_that_keeps_all_fields_is_taken() {
        let document = json!({"anyOf": [
            {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
            {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}, "required": ["id", "name"]},
        ]});
        assert_eq!(
            accepted(document, r#"{"value":{"id":5,"name":"Ada"}}"#).canonical,
            r#"{"id":"5","name":"Ada"}"#
        );
    }
}
