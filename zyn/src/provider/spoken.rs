//! The text that a model speaks, without a `<think>…</think>` in front of it, which some servers leave there.

/// Text that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    text: String,
    state: State,
    /// What cannot be told yet.
    pending: String,
}

#[derive(Debug, Default)]
enum State {
    /// It may still begin with a thought.
    #[default]
    Start,
    Thought,
    /// Behind a thought: blanks are not text.
    Between,
    Text,
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

impl Spoken {
    /// Adds a piece of text that may begin with a thought.
    pub(super) fn push(&mut self, piece: &str) {
        let begun = piece.trim_start();
        match self.state {
            // nearly every answer has no thought, and need not be copied to see that
            State::Start
                if self.pending.is_empty() && !begun.is_empty() && !begun.starts_with('<') =>
            {
                self.say(piece);
            }
            State::Start => {
                self.pending.push_str(piece);
                let begun = self.pending.trim_start();
                if let Some(thought) = begun.strip_prefix(OPEN) {
                    self.pending = thought.to_owned();
                    self.state = State::Thought;
                    self.push("");
                } else if !OPEN.starts_with(begun) {
                    self.say_pending();
                }
            }
            State::Thought => {
                self.pending.push_str(piece);
                if let Some((_, text)) = self.pending.split_once(CLOSE) {
                    let text = text.to_owned();
                    self.pending.clear();
                    self.state = State::Between;
                    self.push(&text);
                } else {
                    // only what begins at the last `<` can be what closes it
                    let kept = self.pending.rfind('<').unwrap_or(self.pending.len());
                    self.pending.drain(..kept);
                }
            }
            State::Between => {
                if !begun.is_empty() {
                    self.say(begun);
                }
            }
            State::Text => self.text.push_str(piece),
        }
    }

    /// Adds a piece that is text, whatever it looks like.
    pub(super) fn say(&mut self, piece: &str) {
        self.state = State::Text;
        self.text.push_str(piece);
    }

    /// What was spoken so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What was spoken: no more will come. A thought that never ended has no text behind it.
    pub(super) fn finish(mut self) -> String {
        if matches!(self.state, State::Start) {
            self.say_pending();
        }
        self.text
    }

    fn say_pending(&mut self) {
        let text = std::mem::take(&mut self.pending);
        self.say(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, spoken: &str) {
        let whole = |pieces: &mut dyn Iterator<Item = &str>| {
            let mut read = Spoken::default();
            let mut seen = String::new();
            for piece in pieces {
                read.push(piece);
                assert!(read.text().starts_with(&seen), "{text:?}");
                read.text().clone_into(&mut seen);
            }
            let end = read.finish();
            assert!(end.starts_with(&seen), "{text:?}");
            end
        };
        assert_eq!(whole(&mut [text].into_iter()), spoken, "{text:?}");
        let mut single = text.split("").filter(|piece| !piece.is_empty());
        assert_eq!(whole(&mut single), spoken, "{text:?} in single characters");
        for (at, _) in text.char_indices() {
            let (first, second) = text.split_at(at);
            assert_eq!(whole(&mut [first, second].into_iter()), spoken, "{first:?}");
        }
    }

    #[test]
    fn a_thought_in_front_is_left_out_wherever_the_text_is_split() {
        check("<think>hm</think>\n\n Yes ", "Yes ");
        check(" \n<think>a < b </thi </think>ö<think>", "ö<think>");
        check("<think></think>x", "x");
        check("<think>über</think> \n", "");
        check("<think>never ends", "");
    }

    #[test]
    fn text_without_a_thought_is_left_as_it_is() {
        for text in [
            "",
            " ",
            " plain\n",
            "<thin",
            "<thinking>",
            "a <think>b</think>",
            "<",
            "{\"a\":1}",
        ] {
            check(text, text);
        }
    }
}
