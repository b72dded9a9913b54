//! What to do, in the author's words.

use super::to_prompt::Written;
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
    pub fn holed<const N: usize>(text: &str, values: [(&str, Written); N]) -> Self {
        let mut blocks: Vec<Block> = Vec::with_capacity(N);
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
            if blocks.iter().all(|block| block.name != name) {
                blocks.push(Block::new(name, value));
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

    #[test]
    fn a_hole_is_named_as_it_stands_and_cannot_pass_for_the_input() {
        let instruction = Instruction::holed("Compare {input}", [("input", Ok("a".to_owned()))]);
        let (text, values) = instruction.into_parts();
        assert_eq!(text, "Compare {input}");
        assert_eq!(values, [Block::new("{input}", "a")]);
    }

    #[test]
    fn a_hole_that_occurs_twice_is_one_value() {
        let twice = [("a", Ok("1".to_owned())), ("a", Ok("1".to_owned()))];
        assert_eq!(Instruction::holed("{a} {a}", twice).into_parts().1.len(), 1);
    }
}
