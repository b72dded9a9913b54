//! What stands before an answer.

use crate::reply::candidates::THINKING;

/// Looks for the bracket that an answer begins with: the first outside of reasoning.
#[derive(Debug, Default)]
pub(super) struct Lead {
    /// The beginning of what may become a tag.
    tag: String,
    /// The tag that ends the reasoning, inside of it.
    until: Option<&'static str>,
}

impl Lead {
    /// Whether the answer begins with this character, which follows those before it.
    pub(super) fn is_answer(&mut self, c: char) -> bool {
        if c == '<' {
            self.tag.clear();
        }
        // Between tags it stays empty, for a tag begins with `<` and has no other.
        if c == '<' || !self.tag.is_empty() {
            self.tag.push(c);
            self.tag();
        }
        self.until.is_none() && matches!(c, '{' | '[')
    }

    fn tag(&mut self) {
        let until = self.until;
        let mut tags = THINKING.iter().map(|(begin, end)| match until {
            None => (*begin, Some(*end)),
            Some(_) => (*end, None),
        });
        let own = |tag: &str| until.is_none_or(|until| until == tag);
        let Some((tag, next)) = tags.find(|(tag, _)| own(tag) && tag.starts_with(&self.tag)) else {
            self.tag.clear();
            return;
        };
        if tag == self.tag {
            self.tag.clear();
            self.until = next;
        }
    }
}
