//! How many tokens a text is, about.

use crate::session::{History, Media, Message};

/// What a message costs beside its text: its role and the marks around it.
const PER_MESSAGE: u64 = 4;

/// How far the provider's counts may bend an estimate, either way.
const FURTHEST: u64 = 4;

/// About how many tokens `text` is: a quarter of its ASCII characters, and one for each other character.
///
/// An estimate. Tokenizers differ by model, and code, digits and rare words cost more than prose; [`Correction`] bends it
/// to what the provider counts.
pub(crate) fn text(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let others = text.chars().count() - ascii;
    (ascii.div_ceil(4) + others) as u64
}

/// About how many tokens `message` is: its text, and each image and page of a PDF by a fixed number.
pub(crate) fn message(message: &Message) -> u64 {
    let media = message.media().map(Media::tokens);
    let own = text(&message.rendered()).saturating_add(PER_MESSAGE);
    media.fold(own, u64::saturating_add)
}

/// About how many tokens these are together.
pub(crate) fn messages<'m>(messages: impl IntoIterator<Item = &'m Message>) -> u64 {
    messages
        .into_iter()
        .map(message)
        .fold(0, u64::saturating_add)
}

/// Whether the messages have more than so many tokens. It looks at as few of them as will tell.
pub(crate) fn exceeds(history: &History, tokens: u64) -> bool {
    let mut sum: u64 = 0;
    history.iter().rev().any(|it| {
        sum = sum.saturating_add(message(it));
        sum > tokens
    })
}

/// What the provider counted for the last request of a conversation, beside the estimate of that request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Correction {
    counted: u64,
    estimated: u64,
}

impl Correction {
    /// By the newest answer in `history` of which both are known; none if there is no such answer.
    pub(crate) fn by(history: &History) -> Self {
        let known = history.iter().rev().find_map(|message| {
            let (counted, estimated) = (message.usage()?.input_tokens, message.estimate()?);
            (counted > 0 && estimated > 0).then_some((counted, estimated))
        });
        let (counted, estimated) = known.unwrap_or((1, 1));
        let least = (estimated / FURTHEST).max(1);
        Self {
            counted: counted.clamp(least, estimated.saturating_mul(FURTHEST)),
            estimated,
        }
    }

    /// What the provider will count, if it counts as it did.
    pub(crate) fn apply(self, estimate: u64) -> u64 {
        let bent = u128::from(estimate) * u128::from(self.counted) / u128::from(self.estimated);
        u64::try_from(bent).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Block, Usage};
    use crate::verb::Verb;

    fn answered(counted: u64, estimated: u64) -> Message {
        Message::answer("a", &"m".into(), Some(Usage::new(counted, 1))).estimated(estimated)
    }

    #[track_caller]
    fn corrected(history: impl IntoIterator<Item = Message>, to: u64) {
        let history = history.into_iter().collect();
        assert_eq!(Correction::by(&history).apply(1000), to);
    }

    #[test]
    fn four_ascii_characters_are_a_token_and_each_other_character_is_one() {
        for (sample, tokens) in [
            ("", 0),
            ("a", 1),
            ("abcd", 1),
            ("abcde", 2),
            ("Größe", 3),
            ("日本語", 3),
            ("🦀 ok", 2),
        ] {
            assert_eq!(text(sample), tokens, "{sample}");
        }
        let two = [Message::user("abcd"), Message::assistant("abcd")];
        assert_eq!(messages(&two), 2 * (1 + PER_MESSAGE));
    }

    #[test]
    fn an_attachment_counts_by_its_kind_and_not_by_its_bytes() {
        let asked = |bytes: &[u8]| {
            let photo = Media::image(bytes).unwrap();
            message(&Message::prompt(
                Verb::Extract,
                "Read it",
                vec![Block::attached("input", photo)],
            ))
        };
        let large = [b"GIF89a", &[0; 100_000][..]].concat();
        let plain = message(&Message::prompt(Verb::Extract, "Read it", Vec::new()));
        assert!(asked(b"GIF89a") > plain + 1_000);
        assert_eq!(asked(&large), asked(b"GIF89a"));
    }

    #[test]
    fn an_estimate_is_bent_to_what_the_provider_counted_last() {
        corrected([answered(200, 100)], 2000);
        corrected([answered(200, 100), answered(150, 100)], 1500);
        corrected(
            [
                answered(200, 100),
                Message::answer("a", &"m".into(), Some(Usage::new(9, 9))),
            ],
            2000,
        );
        corrected([answered(200, 100), answered(0, 100)], 2000);
        corrected([Message::user("u")], 1000);
    }

    #[test]
    fn an_absurd_count_bends_it_fourfold_at_most() {
        corrected([answered(100_000, 100)], 4000);
        corrected([answered(1, 100)], 250);
        corrected([answered(u64::MAX, u64::MAX)], 1000);
        let least = Correction::by(&[answered(1, 1)].into_iter().collect());
        assert_eq!(least.apply(u64::MAX), u64::MAX);
    }
}
