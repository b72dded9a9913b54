// Validators on fields and on the type: all run, also several at one place, and those of nested types.
use std::collections::HashMap;
use std::fmt;

use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract(validate = Booking::in_order, task = "The booking")]
struct Booking {
    from: u32,
    #[extract(validate = rules::below_400)]
    #[extract(validate = rules::even)]
    to: u32,
    #[serde(rename = "who")]
    guests: HashMap<String, Guest>,
    // Set by the program, and checked all the same.
    #[serde(skip)]
    #[extract(validate = rules::even)]
    revision: u32,
    // No type of zyn's: it is not looked into.
    id: std::num::NonZeroU8,
}

#[derive(Deserialize, JsonSchema, Extract)]
struct Guest {
    #[extract(validate = Check::check)]
    name: String,
}

// As validation crates have it.
trait Check {
    fn check(&self) -> Result<(), Blank>;
}

impl Check for String {
    fn check(&self) -> Result<(), Blank> {
        if self.is_empty() { Err(Blank) } else { Ok(()) }
    }
}

struct Blank;

impl fmt::Display for Blank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is blank")
    }
}

impl Booking {
    fn in_order(&self) -> Result<(), String> {
        if self.from <= self.to {
            return Ok(());
        }
        Err(format!("{} is after {}", self.from, self.to))
    }
}

mod rules {
    pub fn below_400(day: &u32) -> Result<(), &'static str> {
        if *day < 400 { Ok(()) } else { Err("too late") }
    }

    pub fn even(day: &u32) -> Result<(), &'static str> {
        if day % 2 == 0 { Ok(()) } else { Err("odd") }
    }
}

fn main() {
    assert_eq!(Booking::TASK, Some("The booking"));
    let guest = Guest {
        name: String::new(),
    };
    let booking = Booking {
        from: 500,
        to: 401,
        guests: HashMap::from([("a/b".to_owned(), guest)]),
        revision: 1,
        id: std::num::NonZeroU8::MIN,
    };
    let violations: Vec<String> = booking
        .violations()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        violations,
        [
            "/to: too late",
            "/to: odd",
            "/who/a~1b/name: is blank",
            "/revision: odd",
            "the answer: 500 is after 401",
        ]
    );
}
