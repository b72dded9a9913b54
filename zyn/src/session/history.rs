use std::fmt;
use std::iter::Flatten;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec;

use bytes::Bytes;

use super::message::Message;
use crate::provider::WireFormat;

/// The messages of a conversation, in order. A clone is a reference: it costs the same however many there are.
///
/// # Examples
///
/// ```
/// use zyn::{History, Message};
///
/// let history: History = [Message::user("Hello")].into_iter().collect();
/// assert_eq!(history, [Message::user("Hello")]);
/// assert_eq!(history.iter().map(Message::text).collect::<Vec<_>>(), ["Hello"]);
/// ```
// A chain of stretches, newest first. Short ones are joined as they gather, like the digits of a binary counter, up to a
// length: so there are few of them, and to append a turn to a long conversation, which others may hold too, copies few
// messages. What a fire costs with 2 turns and with 2,000 is in `benches/history.rs`.
#[derive(Clone, Default)]
pub struct History(Option<Arc<Stretch>>);

/// Some messages, and those before them.
struct Stretch {
    /// How many messages stand before it.
    start: usize,
    before: History,
    messages: Box<[Message]>,
    /// Whether something is attached to a message up to its last.
    has_media: bool,
    encoded: Mutex<Vec<Encoded>>,
}

/// Stretches are not joined beyond so many messages: more, and now and then one turn would pay for copying thousands.
const LONGEST: usize = 512;

/// The bytes of a stretch's first messages in one wire format.
#[derive(Clone)]
struct Encoded {
    format: WireFormat,
    messages: usize,
    bytes: Bytes,
}

impl History {
    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.0.as_deref().map_or(0, Stretch::end)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The message at `index`, if there is one.
    pub fn get(&self, index: usize) -> Option<&Message> {
        let holder = self.stretches().find(|it| it.start <= index)?;
        holder.messages.get(index - holder.start)
    }

    /// The messages, oldest first.
    pub fn iter(&self) -> Messages<'_> {
        let mut stretches: Vec<&[Message]> = self.stretches().map(|it| &*it.messages).collect();
        stretches.reverse();
        Messages {
            left: self.len(),
            messages: stretches.into_iter().flatten(),
        }
    }

    /// Adds messages at the end.
    pub(crate) fn append(&mut self, messages: impl IntoIterator<Item = Message>) {
        let new: Vec<Message> = messages.into_iter().collect();
        let mut count = new.len();
        if count == 0 {
            return;
        }
        let mut before = std::mem::take(self);
        let mut joined = Vec::new();
        let joins = |last: &Stretch, count: usize| {
            let own = last.messages.len();
            own <= count && own + count <= LONGEST
        };
        while let Some(last) = before.0.take_if(|last| joins(last, count)) {
            count += last.messages.len();
            before = last.before.clone();
            joined.push(last);
        }
        joined.reverse();
        let has_media = before.has_media()
            || joined.iter().any(|it| it.has_media)
            || new.iter().any(|it| it.media().next().is_some());
        let mut messages = Vec::with_capacity(count);
        for stretch in &joined {
            messages.extend_from_slice(&stretch.messages);
        }
        messages.extend(new);
        *self = Self(Some(Arc::new(Stretch {
            start: before.len(),
            before,
            messages: messages.into(),
            has_media,
            encoded: Mutex::new(joined_bytes(&joined)),
        })));
    }

    /// Whether something is attached to a message. It costs the same however many there are.
    pub(crate) fn has_media(&self) -> bool {
        self.0.as_deref().is_some_and(|last| last.has_media)
    }

    /// Keeps the first `at` messages, drops `removed`, puts `inserted` in their place, and keeps the rest.
    pub(super) fn splice(
        &mut self,
        at: usize,
        removed: usize,
        inserted: impl IntoIterator<Item = Message>,
    ) {
        let rest: Vec<_> = self.iter().skip(at.saturating_add(removed)).collect();
        let rest = rest.into_iter().cloned();
        let mut spliced = self.first(at);
        spliced.append(inserted.into_iter().chain(rest));
        *self = spliced;
    }

    /// The first `count` messages, or all if there are fewer.
    pub(super) fn first(&self, count: usize) -> Self {
        let Some(last) = &self.0 else {
            return Self::default();
        };
        if last.end() <= count {
            return self.clone();
        }
        let mut first = last.before.first(count);
        let own = count.saturating_sub(last.start);
        first.append(last.messages.iter().take(own).cloned());
        first
    }

    /// Whether both are one, not only equal.
    #[cfg(test)]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        }
    }

    /// How many of the first messages are also the first of `other`, by what makes messages the same.
    pub(super) fn shared_start(
        &self,
        other: &Self,
        is_same: impl Fn(&Message, &Message) -> bool,
    ) -> usize {
        let same = self.stretches().find_map(|own| {
            let mut others = other.stretches();
            others.any(|it| std::ptr::eq(it, own)).then(|| own.end())
        });
        let same = same.unwrap_or(0);
        let further = self.iter().skip(same).zip(other.iter().skip(same));
        same + further
            .take_while(|(own, other)| is_same(own, other))
            .count()
    }

    /// The bytes of all messages in `format` after `head`, in as few pieces as there are stretches, with room for one more.
    /// What is encoded once is kept, for clones and for longer histories too.
    #[cfg_attr(
        not(feature = "http"),
        allow(dead_code, reason = "no provider, no wire format")
    )]
    pub(crate) fn wire(
        &self,
        head: Bytes,
        format: WireFormat,
        encode: impl Fn(&Message, &mut Vec<u8>),
    ) -> Vec<Bytes> {
        let encode = |(): &mut (), message: &Message, bytes: &mut Vec<u8>| encode(message, bytes);
        self.wire_on(head, format, |_| (), encode)
    }

    /// The same, where the bytes of a message depend on the messages before it: `begin` is given them, newest first, and
    /// says what `encode` has to know, which keeps that as it goes on.
    #[cfg_attr(
        not(feature = "http"),
        allow(dead_code, reason = "no provider, no wire format")
    )]
    pub(crate) fn wire_on<S>(
        &self,
        head: Bytes,
        format: WireFormat,
        begin: impl Fn(&mut dyn Iterator<Item = &Message>) -> S,
        encode: impl Fn(&mut S, &Message, &mut Vec<u8>),
    ) -> Vec<Bytes> {
        let mut pieces = Vec::with_capacity(self.stretches().count() + 2);
        pieces.extend(self.stretches().map(|it| it.wire(format, &begin, &encode)));
        pieces.push(head);
        pieces.reverse();
        pieces
    }

    /// The stretches, newest first.
    fn stretches(&self) -> impl Iterator<Item = &Stretch> {
        std::iter::successors(self.0.as_deref(), |it| it.before.0.as_deref())
    }
}

impl Stretch {
    /// How many messages there are up to its last.
    fn end(&self) -> usize {
        self.start + self.messages.len()
    }

    fn wire<S>(
        &self,
        format: WireFormat,
        begin: impl Fn(&mut dyn Iterator<Item = &Message>) -> S,
        encode: impl Fn(&mut S, &Message, &mut Vec<u8>),
    ) -> Bytes {
        let mut encoded = self.encoded.lock().unwrap_or_else(PoisonError::into_inner);
        let known = encoded.iter_mut().find(|it| it.format == format);
        let (done, start) = match &known {
            Some(known) if known.messages == self.messages.len() => return known.bytes.clone(),
            Some(known) => (known.messages, &*known.bytes),
            None => (0, &[][..]),
        };
        let mut bytes = start.to_vec();
        let earlier = self
            .before
            .stretches()
            .flat_map(|it| it.messages.iter().rev());
        let mut before = self.messages.iter().take(done).rev().chain(earlier);
        let mut state = begin(&mut before);
        for message in self.messages.iter().skip(done) {
            encode(&mut state, message, &mut bytes);
        }
        let whole = Encoded {
            format,
            messages: self.messages.len(),
            bytes: bytes.into_boxed_slice().into(),
        };
        let bytes = whole.bytes.clone();
        match known {
            Some(known) => *known = whole,
            None => encoded.push(whole),
        }
        bytes
    }

    fn encoded(&self) -> Vec<Encoded> {
        let encoded = self.encoded.lock().unwrap_or_else(PoisonError::into_inner);
        encoded.clone()
    }
}

/// What is known of the bytes of stretches that become one, oldest first: of each format, up to the first gap.
fn joined_bytes(stretches: &[Arc<Stretch>]) -> Vec<Encoded> {
    let Some((oldest, newer)) = stretches.split_first() else {
        return Vec::new();
    };
    let mut joined = oldest.encoded();
    for known in &mut joined {
        let mut covered = oldest.messages.len();
        let mut bytes = vec![known.bytes.clone()];
        for stretch in newer {
            let next = stretch.encoded();
            let Some(next) = next.into_iter().find(|it| it.format == known.format) else {
                break;
            };
            if known.messages < covered {
                break;
            }
            known.messages += next.messages;
            covered += stretch.messages.len();
            bytes.push(next.bytes);
        }
        if bytes.len() > 1 {
            known.bytes = bytes.concat().into();
        }
    }
    joined
}

/// The messages of a [`History`], oldest first.
#[derive(Clone)]
pub struct Messages<'a> {
    left: usize,
    messages: Flatten<vec::IntoIter<&'a [Message]>>,
}

impl<'a> Iterator for Messages<'a> {
    type Item = &'a Message;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.messages.next()?;
        self.left -= 1;
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for Messages<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let next = self.messages.next_back()?;
        self.left -= 1;
        Some(next)
    }
}

impl ExactSizeIterator for Messages<'_> {}

impl fmt::Debug for Messages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> IntoIterator for &'a History {
    type Item = &'a Message;
    type IntoIter = Messages<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Message> for History {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        let mut history = Self::default();
        history.append(messages);
        history
    }
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.shared_start(other, Message::eq) == self.len()
    }
}

impl Eq for History {}

impl PartialEq<[Message]> for History {
    fn eq(&self, other: &[Message]) -> bool {
        self.iter().eq(other)
    }
}

impl<const N: usize> PartialEq<[Message; N]> for History {
    fn eq(&self, other: &[Message; N]) -> bool {
        self == other.as_slice()
    }
}

impl<const N: usize> PartialEq<[Message; N]> for &History {
    fn eq(&self, other: &[Message; N]) -> bool {
        *self == other.as_slice()
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

#[cfg(test)]
mod tests;
