//! The policy of a world, drawn at random. What an [`Llm`] can be given more is drawn here too.

use std::time::Duration;

use fastrand::Rng;

use super::book::Book;
use super::line::Line;
use super::purse::Unit;
use super::server::{Mood, Server};
use super::shelf::Shelf;
use crate::cost::{Cost, Price, Prices};
use crate::llm::{Budget, Llm};
use crate::policy::{Breaker, Fallback, Hedging};
use crate::provider::Class;

/// What is known of the policy.
#[derive(Default)]
pub(super) struct Facts {
    models: Vec<Fact>,
    pub(super) hedged: bool,
    /// How many mails there are to ask of: a new one each time if that is not said, so that nothing is asked twice.
    pub(super) mails: Option<u8>,
    /// The kinds of operations that there are.
    pub(super) kinds: Vec<u8>,
}

/// What is known of a model.
pub(super) struct Fact {
    pub(super) model: &'static str,
    pub(super) llm: Llm,
    /// Its breaker, and how long that is open at first.
    pub(super) breaker: Option<(Breaker, Duration)>,
    pub(super) purse: Option<usize>,
    /// Its rate limit, by its number.
    pub(super) line: Option<usize>,
    /// Its cache, by its number.
    pub(super) shelf: Option<usize>,
    /// How often other models may be asked for one call.
    pub(super) fallbacks: u32,
}

impl Facts {
    pub(super) fn of(&self, model: &str) -> &Fact {
        self.models.iter().find(|it| it.model == model).unwrap()
    }

    pub(super) fn models(&self) -> impl Iterator<Item = &Fact> {
        self.models.iter()
    }

    /// Whom a caller asks first: mostly the one that has all the others for where it fails.
    pub(super) fn asked(&self, rng: &mut Rng) -> &'static str {
        match rng.u8(..4) {
            0 => rng.choice(&self.models).unwrap().model,
            _ => self.models.last().unwrap().model,
        }
    }
}

/// The models of a world: the last is asked first, and those before it are for where it fails.
pub(super) fn draw(rng: &mut Rng, book: &Book) -> Facts {
    let mut facts = Facts::default();
    let names = ["gamma", "beta", "alpha"];
    let first = rng.usize(..3);
    facts.hedged = rng.u8(..3) == 0;
    facts.mails = (rng.u8(..3) == 0).then(|| rng.u8(1..4));
    facts.kinds = match facts.mails {
        None => (0..9).collect(),
        // few, so that many ask the same
        Some(_) => (0..rng.u8(1..4)).map(|_| rng.u8(..9)).collect(),
    };
    for model in &names[first..] {
        let server = Server {
            book: book.clone(),
            model,
            mood: mood(rng),
        };
        let (llm, breaker, purse) = options(rng, book, Llm::new(server), facts.hedged);
        let (llm, fallbacks) = fallbacks(rng, &facts, llm);
        let line = (rng.u8(..3) == 0).then(|| {
            let lines = &mut book.open().lines;
            one_of(rng, lines, Line::draw)
        });
        let llm = match line {
            Some(line) => llm.rate_limit(&book.open().lines[line].limit),
            None => llm,
        };
        let shelf = (facts.mails.is_some() && rng.u8(..4) > 0).then(|| {
            let shelves = &mut book.open().shelves;
            one_of(rng, shelves, Shelf::draw)
        });
        let llm = match shelf {
            Some(shelf) => llm.cache(&book.open().shelves[shelf].cache),
            None => llm,
        };
        facts.models.push(Fact {
            model,
            llm,
            breaker,
            purse,
            line,
            shelf,
            fallbacks,
        });
    }
    facts
}

/// One that is known, or a new one, by its number.
fn one_of<T>(rng: &mut Rng, known: &mut Vec<T>, draw: impl Fn(&mut Rng) -> T) -> usize {
    if !known.is_empty() && rng.bool() {
        return rng.usize(..known.len());
    }
    known.push(draw(rng));
    known.len() - 1
}

fn mood(rng: &mut Rng) -> Mood {
    Mood {
        failing: [0.0, 0.1, 0.4, 0.8, 1.0][rng.usize(..5)],
        silent: [0.0, 0.0, 0.05, 0.3][rng.usize(..4)],
        confused: [0.0, 0.1, 0.5][rng.usize(..3)],
    }
}

pub(super) fn seconds(rng: &mut Rng, from: u64, to: u64) -> Duration {
    Duration::from_millis(rng.u64(from * 1_000..to * 1_000))
}

fn options(
    rng: &mut Rng,
    book: &Book,
    llm: Llm,
    hedged: bool,
) -> (Llm, Option<(Breaker, Duration)>, Option<usize>) {
    let mut llm = llm.seed(rng.u64(..)).retry(rng.u32(..5));
    if rng.bool() {
        llm = llm.timeout(seconds(rng, 1, 90));
    }
    if rng.bool() {
        llm = llm.attempt_timeout(seconds(rng, 1, 20));
    }
    if rng.bool() {
        llm = llm.retry_reserve([0, 1, 5][rng.usize(..3)]);
    }
    if rng.u8(..4) == 0 {
        llm = llm.at_most_once();
    }
    let breaker = rng.bool().then(|| {
        let breaker = Breaker::new().calls(rng.u32(1..4)).failures(0.4);
        let time = seconds(rng, 1, 10);
        (breaker.open_for(time), time)
    });
    if let Some((breaker, _)) = &breaker {
        llm = llm.breaker(breaker);
    }
    if hedged {
        let hedging = match rng.bool() {
            true => Hedging::after(seconds(rng, 0, 3) + Duration::from_millis(1)),
            false => Hedging::p95(),
        };
        llm = llm.hedging(hedging.part(1.0));
    }
    let purse = (rng.u8(..3) == 0).then(|| purse(rng, book));
    if let Some(purse) = purse {
        llm = llm.budget(&book.open().purses[purse].budget);
    }
    (llm, breaker, purse)
}

/// A budget of some kind, by its number: a new one, or one that another has too.
pub(super) fn purse(rng: &mut Rng, book: &Book) -> usize {
    let known = book.open().purses.len();
    if known > 0 && rng.u8(..4) == 0 {
        return rng.usize(..known);
    }
    match rng.u8(..3) {
        0 => {
            let most = rng.u64(..6_000);
            book.watch(Budget::tokens(most), Unit::Tokens, most.into())
        }
        1 => {
            let most = rng.u64(..20);
            book.watch(Budget::attempts(most), Unit::Attempts, most.into())
        }
        _ => {
            let prices = ["alpha", "beta", "gamma"].into_iter().zip(1..);
            let prices = prices.fold(Prices::new(), |prices, (model, dollars)| {
                let dollars = dollars * 1_000_000;
                prices.price(model, Price::new(dollars, 4 * dollars))
            });
            let most = Cost::microdollars(rng.u64(..20_000));
            let unit = Unit::Money(prices.clone());
            book.watch(Budget::cost(most, prices), unit, most.picodollars())
        }
    }
}

/// Gives `llm` some of the models so far for where it fails, and says how often others may be asked then.
fn fallbacks(rng: &mut Rng, facts: &Facts, llm: Llm) -> (Llm, u32) {
    let Some(next) = facts.models.last() else {
        return (llm, 0);
    };
    let behind = next.fallbacks;
    let fallback = Fallback::to(&next.llm);
    match rng.u8(..5) {
        0 => (llm, 0),
        1 => (llm.fallback(&next.llm), 1 + behind),
        2 => {
            let llm = llm.fallback(fallback);
            let llm = llm.fallback(Fallback::escalate(&next.llm));
            (llm, 2 * (1 + behind))
        }
        3 => {
            let classes = [Class::Rejected, Class::InvalidReply, Class::Terminal];
            (llm.fallback(fallback.on(classes)), 1 + behind)
        }
        _ => (llm.fallback(fallback.when(|_| true)), 1 + behind),
    }
}
