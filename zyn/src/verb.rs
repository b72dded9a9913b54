use serde::{Deserialize, Serialize};

/// What a synapse does with its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verb {
    /// Reads a typed value out of text.
    Extract,
    /// Picks one of a set of labels.
    Classify,
    /// Rewrites text.
    Transform,
    /// Answers a question with yes or no.
    Binary,
    /// Puts items in order.
    Rank,
    /// Judges the feeling in a text.
    Sentiment,
    /// Writes an analysis of data.
    Analyze,
    /// Turns data of one type into data of another.
    Convert,
}

impl Verb {
    /// The verb as it is written in a program: `extract`, `classify`, `transform`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Classify => "classify",
            Self::Transform => "transform",
            Self::Binary => "binary",
            Self::Rank => "rank",
            Self::Sentiment => "sentiment",
            Self::Analyze => "analyze",
            Self::Convert => "convert",
        }
    }

    /// The full sentence that asks a model for `instruction`.
    ///
    /// Small models copy a bare noun into their answer, so an instruction is never sent alone. It stands behind a colon,
    /// where a question, an order and a noun all read well.
    pub(crate) fn sentence(self, instruction: &str) -> String {
        let task = match self {
            Self::Extract => "Extract the following from the text",
            Self::Classify => "Answer this question about the text",
            Self::Transform => "Do this with the text",
            Self::Binary => "Answer this question about the text with yes or no",
            Self::Rank => {
                "Put the numbered items in order, the first one first. This decides the order"
            }
            Self::Sentiment => "Judge the sentiment of the text. This is what to judge",
            Self::Analyze => "Analyze the data and say what you find. This is what to look for",
            Self::Convert => {
                "Convert the data into the form of the answer. This is how to convert it"
            }
        };
        [task, ": ", instruction.trim()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Verb; 8] = [
        Verb::Extract,
        Verb::Classify,
        Verb::Transform,
        Verb::Binary,
        Verb::Rank,
        Verb::Sentiment,
        Verb::Analyze,
        Verb::Convert,
    ];

    #[test]
    fn a_verb_is_stored_by_its_name() {
        for verb in ALL {
            assert_eq!(serde_json::to_value(verb).unwrap(), verb.name());
        }
    }

    #[test]
    fn each_verb_asks_in_a_sentence_of_its_own_that_ends_with_the_instruction() {
        let mut sentences: Vec<String> = ALL.map(|verb| verb.sentence(" by urgency \n")).to_vec();
        for sentence in &sentences {
            assert!(sentence.ends_with(": by urgency"), "{sentence}");
            assert!(sentence.split_whitespace().count() > 5, "{sentence}");
        }
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), ALL.len());
    }
}
