//! An amount of money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// An amount of US dollars, exact to the millionth of a millionth. Sums saturate.
///
/// `Display` writes dollars: all digits that there are and two at least, or as many as asked for, rounded.
///
/// # Examples
///
/// ```
/// use zyn::Usage;
/// use zyn::cost::{Cost, Price, Prices};
///
/// let prices = Prices::new().price("m", Price::new(400_000, 1_600_000));
/// let turns = [Usage::new(1_234, 56), Usage::new(1_300, 7)];
/// let cost: Cost = turns.iter().filter_map(|turn| prices.cost("m", *turn)).sum();
/// assert_eq!(cost.to_string(), "$0.0011144");
/// assert_eq!(format!("{cost:.2}"), "$0.00");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost(pub(super) u128);

/// How many of its units are a dollar, and how many digits that is.
pub(super) const DOLLAR: u128 = 1_000_000_000_000;
const DIGITS: usize = 12;

impl Cost {
    /// So many millionths of a dollar: `50_000` are five cents.
    pub const fn microdollars(amount: u64) -> Self {
        Self(amount as u128 * (DOLLAR / 1_000_000))
    }

    /// So many of its units.
    pub(crate) const fn of(picodollars: u128) -> Self {
        Self(picodollars)
    }

    /// The amount in dollars, as near as an `f64` comes to it.
    pub fn dollars(self) -> f64 {
        self.0 as f64 / DOLLAR as f64
    }

    /// The amount in millionths of a millionth of a dollar.
    pub fn picodollars(self) -> u128 {
        self.0
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, amount) = match f.precision() {
            Some(digits) if digits < DIGITS => {
                let unit = 10_u128.pow((DIGITS - digits) as u32);
                (digits, self.0.saturating_add(unit / 2) / unit * unit)
            }
            Some(digits) => (digits, self.0),
            None => (2, self.0),
        };
        let cents = format!("{:0DIGITS$}", amount % DOLLAR);
        let cents = cents.trim_end_matches('0');
        write!(f, "${}", amount / DOLLAR)?;
        match digits.max(cents.len()) {
            0 => Ok(()),
            digits => write!(f, ".{cents:0<digits$}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_dollars() {
        let shown = |picos| Cost(picos).to_string();
        assert_eq!(shown(0), "$0.00");
        assert_eq!(shown(1), "$0.000000000001");
        assert_eq!(shown(12 * DOLLAR + 345_000_000_000), "$12.345");
        let rounded = |digits| format!("{:.digits$}", Cost(1_995_000_000_000));
        assert_eq!([0, 2, 3].map(rounded), ["$2", "$2.00", "$1.995"]);
        assert_eq!(format!("{:.14}", Cost(DOLLAR)), "$1.00000000000000");
        assert_eq!(Cost(2 * DOLLAR).dollars(), 2.0);
    }
}
