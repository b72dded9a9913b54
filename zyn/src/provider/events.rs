//! Server-sent events, as <https://html.spec.whatwg.org/multipage/server-sent-events.html> says they are read.
//!
//! Bytes come in pieces that may end anywhere: between the two bytes of a line's end, inside a character.

use serde::de::IgnoredAny;

/// How long an event may be, in bytes.
pub(crate) const LONGEST: usize = 16 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// What it says it is; empty for a plain message.
    pub(crate) name: String,
    /// Its lines, joined.
    pub(crate) data: String,
}

/// An event is longer than any that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// How a stream is cut into events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Framing {
    /// As server-sent events.
    #[default]
    Sse,
    /// Each line is one: newline-delimited JSON.
    Lines,
}

/// Makes events of bytes.
#[derive(Debug, Default)]
pub(crate) struct Events {
    framing: Framing,
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// Whether the last byte was a `\r`, so that a `\n` behind it ends nothing more.
    after_return: bool,
    /// Whether a line was read: what may stand before the first is a byte order mark.
    begun: bool,
    event: Event,
    has_data: bool,
    /// The lines of a JSON text that stands in no field: so Gemini tells an error in the middle of a stream.
    bare: String,
}

impl Events {
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            framing,
            ..Self::default()
        }
    }

    /// Reads on; what is complete by then is added to `events`.
    pub(crate) fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, from_end) = rest.split_at(end);
            let is_return = from_end.first() == Some(&b'\r');
            let belongs_to_return = line.is_empty() && self.after_return && !is_return;
            self.after_return = is_return;
            rest = from_end.get(1..).unwrap_or_default();
            if !belongs_to_return {
                self.add(line)?;
                self.end_line(events);
            }
        }
        if !rest.is_empty() {
            self.after_return = false;
        }
        self.add(rest)
    }

    /// What the end of the stream found open: the last event, where a server leaves out the line that closes it; and a
    /// JSON text that stood in no field, if it is whole.
    pub(crate) fn finish(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut events);
        }
        self.dispatch(&mut events);
        if serde_json::from_str::<IgnoredAny>(&self.bare).is_ok() {
            let name = String::new();
            let data = self.bare;
            events.push(Event { name, data });
        }
        events
    }

    fn add(&mut self, part: &[u8]) -> Result<(), TooLong> {
        let length = self.line.len() + self.event.data.len() + self.bare.len() + part.len();
        if length > LONGEST {
            return Err(TooLong);
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = match self.begun {
            true => &line,
            false => line.strip_prefix('\u{feff}').unwrap_or(&line),
        };
        self.begun = true;
        if self.framing == Framing::Lines {
            if !line.trim().is_empty() {
                let name = String::new();
                let data = line.to_owned();
                events.push(Event { name, data });
            }
            return;
        }
        if line.is_empty() {
            self.dispatch(events);
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            // a comment is a field without a name
            "" | "id" | "retry" => {}
            // no field begins so; what follows belongs to it as long as it is none
            _ if !self.bare.is_empty() || line.starts_with(['{', '[']) => {
                self.bare.push_str(line);
                self.bare.push('\n');
            }
            _ => {}
        }
    }

    fn dispatch(&mut self, events: &mut Vec<Event>) {
        let event = std::mem::take(&mut self.event);
        if std::mem::take(&mut self.has_data) {
            events.push(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<Event> {
        let mut reader = Events::new(Framing::Sse);
        let mut events = Vec::new();
        for piece in pieces {
            reader.push(piece, &mut events).unwrap();
        }
        events.extend(reader.finish());
        events
    }

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn fields_comments_and_every_end_of_line_are_read() {
        let text = "\u{feff}: hello\n\nevent: a\ndata: 1\r\ndata:2\rdata\nid: 7\nretry: x\n\nevent: none\n\ndata:  ü \n\n";
        let events = [event("a", "1\n2\n"), event("", " ü ")];
        assert_eq!(read(&[text.as_bytes()]), events);
    }

    #[test]
    fn an_event_that_the_stream_does_not_close_is_read_at_its_end() {
        assert_eq!(
            read(&[b"data: 1\n\ndata: 2"]),
            [event("", "1"), event("", "2")]
        );
        assert_eq!(read(&[b"data: 1\n\nevent: x\n"]), [event("", "1")]);
    }

    #[test]
    fn a_whole_json_text_outside_of_every_field_is_the_last_event() {
        let error = "{\n  \"error\": {\n    \"code\": 503,\n    \"data\": []\n  }\n}\n";
        let list = format!("[{error}]\n");
        for text in [error, &list] {
            let stream = format!("data: 1\n\nid: 1\n{text}");
            let told = [event("", "1"), event("", text)];
            assert_eq!(read(&[stream.as_bytes()]), told);
            let open = format!("data: 1\n{}", text.trim_end()).replace('\n', "\r\n");
            assert_eq!(read(&[open.as_bytes()]), told);
        }
    }

    #[test]
    fn what_is_in_no_field_and_is_no_whole_json_is_no_event() {
        for text in [
            "nonsense\n",
            "{\"error\": {\n  \"code\"",
            "{}\n{}\n",
            "x: {}\n",
        ] {
            let stream = format!("data: 1\n\n{text}");
            assert_eq!(read(&[stream.as_bytes()]), [event("", "1")], "{text}");
        }
        let between = b"{\"a\":\ndata: 1\n\n: a comment\n7}";
        let told = [event("", "1"), event("", "{\"a\":\n7}\n")];
        assert_eq!(read(&[between]), told);
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let mut reader = Events::default();
        let piece = vec![b'x'; LONGEST / 4];
        let read: Vec<_> = (0..5)
            .map(|_| reader.push(&piece, &mut Vec::new()))
            .collect();
        assert_eq!(read.last(), Some(&Err(TooLong)));
        let mut reader = Events::default();
        let line = format!("{{{}\n", " ".repeat(LONGEST / 4));
        let read: Vec<_> = (0..5)
            .map(|_| reader.push(line.as_bytes(), &mut Vec::new()))
            .collect();
        assert_eq!(read.last(), Some(&Err(TooLong)));
    }

    /// How many random ways a stream is cut in, and whether it is cut in two at every place: with `ZYN_SPLITS=10000`.
    #[allow(
        clippy::disallowed_methods,
        reason = "how long a test runs is the caller's"
    )]
    fn splits() -> Option<usize> {
        std::env::var("ZYN_SPLITS").ok()?.parse().ok()
    }

    fn is_read_alike_wherever_it_is_split(text: &str) -> usize {
        let (text, splits) = (text.as_bytes(), splits());
        let whole = read(&[text]);
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(read(&bytes), whole);
        let step = splits.map_or(text.len() / 50 + 1, |_| 1);
        for at in (0..text.len()).step_by(step) {
            let (first, second) = text.split_at(at);
            assert_eq!(read(&[first, second]), whole, "split at {at}");
        }
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..splits.unwrap_or(20) {
            let mut ends: Vec<usize> = (0..rng.usize(1..9))
                .map(|_| rng.usize(..=text.len()))
                .collect();
            ends.sort_unstable();
            let mut start = 0;
            let mut pieces: Vec<&[u8]> = Vec::new();
            for end in ends.iter().chain([&text.len()]) {
                pieces.push(&text[start..*end]);
                start = *end;
            }
            assert_eq!(read(&pieces), whole, "ends {ends:?}");
        }
        whole.len()
    }

    #[test]
    fn a_stream_is_read_alike_wherever_it_is_split() {
        let text = "event: a\r\ndata: grüße\r\n\r\ndata: 1\rdata: 2\r\rdata: 3\n\n";
        assert_eq!(is_read_alike_wherever_it_is_split(text), 3);
    }

    #[cfg(feature = "http")]
    #[test]
    fn a_recorded_stream_is_read_alike_wherever_it_is_split() {
        let exchanges = crate::provider::recordings::exchanges("");
        let (mut streams, mut events) = (0, 0);
        for exchange in &exchanges {
            if let Some(body) = exchange.stream() {
                let read = is_read_alike_wherever_it_is_split(body);
                assert!(read > 0, "{}", exchange.name);
                streams += 1;
                events += read;
            }
        }
        let ways = match splits() {
            Some(random) => format!("at every place and in {random} random ways"),
            None => "at 50 places and in 20 random ways".to_owned(),
        };
        println!("{streams} streams, {events} events, cut {ways}");
        assert!(exchanges.is_empty() || streams > 50, "{streams}");
    }
}
