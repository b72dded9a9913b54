// `Classify` writes neither `Display` nor anything else that is the user's to write.
use std::fmt;
use std::str::FromStr;

use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Classify)]
enum Mood {
    #[default]
    Good,
    Bad,
}

impl fmt::Display for Mood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

impl FromStr for Mood {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::from_label(text).ok_or(())
    }
}

fn main() {
    assert_eq!(Mood::Bad.to_string().parse(), Ok(Mood::Bad));
}
