//! Texts that a regular expression matches: the plain ones, without looking around and referring back.

use std::iter::Peekable;
use std::str::Chars;

use fastrand::Rng;

/// How often something is repeated that may be repeated without end, beside the least.
const FURTHER: u32 = 4;

/// A regular expression that is understood.
pub(super) struct Pattern(Vec<Vec<Repeated>>);

struct Repeated {
    piece: Piece,
    least: u32,
    most: u32,
}

enum Piece {
    /// One of these characters.
    Set(Vec<(char, char)>),
    Group(Pattern),
}

impl Pattern {
    /// Reads `text`; `None` if there is something in it that is not understood.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut rest = text.chars().peekable();
        let pattern = alternatives(&mut rest, true)?;
        rest.next().is_none().then_some(pattern)
    }

    /// A text that it matches.
    pub(super) fn text(&self, rng: &mut Rng) -> String {
        let mut out = String::new();
        self.write(rng, &mut out);
        out
    }

    fn write(&self, rng: &mut Rng, out: &mut String) {
        for Repeated { piece, least, most } in rng.choice(&self.0).into_iter().flatten() {
            for _ in 0..rng.u32(*least..=*most) {
                match piece {
                    Piece::Group(group) => group.write(rng, out),
                    Piece::Set(ranges) => {
                        out.extend(rng.choice(ranges).map(|&(from, to)| rng.char(from..=to)));
                    }
                }
            }
        }
    }
}

type Rest<'a> = Peekable<Chars<'a>>;

fn alternatives(rest: &mut Rest<'_>, outermost: bool) -> Option<Pattern> {
    let mut all = vec![sequence(rest, outermost)?];
    while rest.next_if_eq(&'|').is_some() {
        all.push(sequence(rest, outermost)?);
    }
    Some(Pattern(all))
}

fn sequence(rest: &mut Rest<'_>, outermost: bool) -> Option<Vec<Repeated>> {
    let mut pieces = Vec::new();
    if outermost {
        rest.next_if_eq(&'^');
    }
    while let Some(next) = rest.next_if(|next| !"|)".contains(*next)) {
        let piece = match next {
            '$' if outermost && rest.peek().is_none_or(|next| *next == '|') => continue,
            '^' | '$' | '*' | '+' | '?' | '{' => return None,
            '(' => {
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':')?;
                }
                let group = alternatives(rest, false)?;
                rest.next_if_eq(&')')?;
                Piece::Group(group)
            }
            '[' => Piece::Set(set(rest)?),
            '.' => Piece::Set(vec![('a', 'z')]),
            '\\' => Piece::Set(escaped(rest.next()?)?),
            one => Piece::Set(vec![(one, one)]),
        };
        let (least, most) = times(rest)?;
        pieces.push(Repeated { piece, least, most });
    }
    Some(pieces)
}

fn times(rest: &mut Rest<'_>) -> Option<(u32, u32)> {
    let mark = rest.next_if(|next| "*+?{".contains(*next));
    let times = match mark {
        None => return Some((1, 1)),
        Some('*') => (0, FURTHER),
        Some('+') => (1, 1 + FURTHER),
        Some('?') => (0, 1),
        Some(_) => {
            let least = count(rest)?;
            let most = match rest.next()? {
                '}' => return Some((least, least)),
                ',' if rest.next_if_eq(&'}').is_some() => return Some((least, least + FURTHER)),
                ',' => count(rest)?,
                _ => return None,
            };
            rest.next_if_eq(&'}')?;
            (least, most)
        }
    };
    // as few as possible is as good
    rest.next_if_eq(&'?');
    (times.0 <= times.1).then_some(times)
}

fn count(rest: &mut Rest<'_>) -> Option<u32> {
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    // more is a mistake or an attack
    digits.parse().ok().filter(|count| *count <= 10_000)
}

/// What stands in brackets.
fn set(rest: &mut Rest<'_>) -> Option<Vec<(char, char)>> {
    let others = rest.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    loop {
        let from = match rest.next()? {
            ']' if ranges.is_empty() => return None,
            ']' => break,
            '[' | '&' => return None,
            '\\' => match escaped(rest.next()?)?.as_slice() {
                [(from, to)] if from == to => *from,
                many => {
                    ranges.extend(many);
                    continue;
                }
            },
            one => one,
        };
        let to = match rest.next_if_eq(&'-') {
            Some(_) if rest.peek() == Some(&']') => {
                ranges.push(('-', '-'));
                from
            }
            Some(_) => match rest.next()? {
                '\\' => match escaped(rest.next()?)?.as_slice() {
                    [(to, end)] if to == end => *to,
                    _ => return None,
                },
                to => to,
            },
            None => from,
        };
        (from <= to).then(|| ranges.push((from, to)))?;
    }
    if !others {
        return Some(ranges);
    }
    let is_free = |one: &char| !ranges.iter().any(|(from, to)| (from..=to).contains(&one));
    let free: Vec<_> = ('!'..='~').filter(is_free).map(|one| (one, one)).collect();
    (!free.is_empty()).then_some(free)
}

fn escaped(mark: char) -> Option<Vec<(char, char)>> {
    Some(match mark {
        'd' => vec![('0', '9')],
        'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        's' => vec![(' ', ' ')],
        'D' | 'S' => vec![('a', 'z')],
        'W' => vec![(' ', ' '), ('-', '-')],
        'n' => vec![('\n', '\n')],
        't' => vec![('\t', '\t')],
        mark if mark.is_ascii_alphanumeric() => return None,
        mark => vec![(mark, mark)],
    })
}
