//! What to do, in the author's words.

use std::collections::BTreeSet;

use super::to_prompt::{self, WrittenParts};
use crate::error::{ErrorKind, Excerpt};
use crate::session::Block;

/// What a model is asked to do: the author's words, with the values of the holes in them beside it.
///
/// Made from text; inside `workflow!` also from a literal with holes, as in `"Reply to {customer.name}"`. The
/// values are data: they are fenced and never mixed into the words.
///
/// # Examples
///
/// ```
/// use zyn::Instruction;
///
/// let instruction = Instruction::from("Write a short, helpful reply");
/// assert_eq!(instruction.text(), "Write a short, helpful reply");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    text: String,
    values: Vec<Block>,
    /// The first hole whose value cannot be written, and why.
    unwritten: Option<(String, Excerpt)>,
}

impl Instruction {
    /// The words, with holes visible.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the macro makes of a literal with holes: each with its name as written.
    #[doc(hidden)]
    pub fn holed<const N: usize>(text: &str, values: [(&str, WrittenParts); N]) -> Self {
        let mut blocks: Vec<Block> = Vec::with_capacity(N);
        let mut seen = BTreeSet::new();
        let mut unwritten = None;
        for (name, value) in values {
            // named as it stands in the text: a model finds it there, and no hole can pass for the input
            let name = format!("{{{name}}}");
            let value = match value {
                Ok(value) => value,
                Err(problem) => {
                    let problem = Excerpt::new(&problem.to_string());
                    unwritten.get_or_insert((name, problem));
                    continue;
                }
            };
            // a hole that occurs twice is one value
            if seen.insert(name.clone()) {
                blocks.extend(to_prompt::blocks(&name, value));
            }
        }
        Self {
            text: text.to_owned(),
            values: blocks,
            unwritten,
        }
    }

    /// Refuses one that says nothing, or whose values cannot be written.
    pub(crate) fn check(&self) -> Result<(), ErrorKind> {
        if self.text.trim().is_empty() {
            return Err(ErrorKind::EmptyInstruction);
        }
        match self.unwritten.clone() {
            Some((hole, problem)) => Err(ErrorKind::HoleNotJson { hole, problem }),
            None => Ok(()),
        }
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Block>) {
        (self.text, self.values)
    }
}

impl From<&str> for Instruction {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
            unwritten: None,
        }
    }
}

impl From<String> for Instruction {
    fn from(text: String) -> Self {
        Self {
            text,
            values: Vec::new(),
            unwritten: None,
        }
    }
}

impl From<&String> for Instruction {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Media;
    use crate::synapse::ToPrompt;

    #[test]
    fn a_hole_is_named_as_it_stands_and_cannot_pass_for_the_input() {
        let instruction = Instruction::holed("Compare {input}", [("input", "a".try_parts())]);
        let (text, values) = instruction.into_parts();
        assert_eq!(text, "Compare {input}");
        assert_eq!(values, [Block::new("{input}", "a")]);
    }

    #[test]
    fn media_in_a_hole_are_attached_under_its_name() {
        let photos = ["GIF87a", "GIF89a"].map(|bytes| Media::image(bytes).unwrap());
        let [one, _] = &photos;
        let holes = [("one", one.try_parts()), ("photos", photos.try_parts())];
        let (_, values) = Instruction::holed("Find {one} in {photos}", holes).into_parts();
        let names: Vec<_> = values.iter().map(|block| &*block.name).collect();
        assert_eq!(names, ["{one}", "{photos} part 1", "{photos} part 2"]);
        assert_eq!(values[0].media.as_ref(), Some(one));
    }

    #[test]
    fn an_absent_value_of_a_hole_is_an_empty_text() {
        let (_, values) =
            Instruction::holed("Greet {a}", [("a", None::<&str>.try_parts())]).into_parts();
        assert_eq!(values, [Block::new("{a}", "")]);
    }

    #[test]
    fn a_hole_that_occurs_twice_is_one_value() {
        let twice = [("a", "1".try_parts()), ("a", "1".try_parts())];
        assert_eq!(Instruction::holed("{a} {a}", twice).into_parts().1.len(), 1);
    }
}
