use std::time::Duration;

use super::super::plain::Plain;
use super::*;

const SECOND: u128 = Duration::from_secs(1).as_nanos();

/// One a second, ten of them at once.
fn ten() -> Bucket {
    Bucket::full(60, 10 * SECOND)
}

#[test]
fn a_level_is_what_a_plain_account_of_all_that_happened_comes_to() {
    let (mut settled, mut in_debt) = (0, 0);
    for seed in 0..2_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let per_minute = 1 << rng.u32(..40);
        let per_minute = rng.u64(1..=per_minute);
        let burst = u128::from(rng.u64(1..=20_000_000_000));
        let mut bucket = Bucket::full(per_minute, burst);
        let mut plain = Plain::new(per_minute, burst);
        let most = plain.capacity + plain.capacity / 2;
        let mut open = Vec::new();
        let mut now = 0;
        for ticket in 0..60 {
            let passed = u128::from(rng.u64(..=3_000_000_000));
            now += passed;
            bucket.pass(passed);
            let amount = rng.i128(0..=most);
            match rng.u8(..8) {
                0..4 => {
                    bucket.take(ticket, amount);
                    plain.take(now, ticket, amount);
                    open.push(ticket);
                }
                4..7 if !open.is_empty() => {
                    let ticket = open.swap_remove(rng.usize(..open.len()));
                    let amount = [None, Some(0), Some(amount)][rng.usize(..3)];
                    bucket.settle(ticket, amount);
                    if let Some(amount) = amount {
                        plain.settle(ticket, amount);
                    }
                    settled += 1;
                }
                _ => {
                    bucket.lower(amount);
                    plain.lower(now, amount);
                }
            }
            assert_eq!(bucket.level(), plain.level(now), "seed {seed}");
            in_debt += u32::from(bucket.level() < 0);
        }
    }
    assert!(settled > 20_000 && in_debt > 20_000, "{settled} {in_debt}");
}

#[test]
fn what_is_missing_is_there_after_the_time_that_is_told_and_not_a_nanosecond_before() {
    let mut rng = fastrand::Rng::with_seed(0);
    for _ in 0..10_000 {
        let per_minute = 1 << rng.u32(..60);
        let mut bucket = Bucket::full(rng.u64(1..=per_minute), 10 * SECOND);
        bucket.take(0, bucket.capacity + rng.i128(0..=bucket.capacity));
        let wanted = bucket.enough(rng.i128(1..=2 * bucket.capacity));
        let until = bucket.until(wanted);
        bucket.pass(until - 1);
        assert!(bucket.level() < wanted);
        bucket.pass(1);
        assert!(bucket.level() >= wanted);
        assert_eq!(bucket.until(wanted), 0);
    }
}

#[test]
fn what_overflowed_since_is_not_given_back() {
    let mut bucket = ten();
    bucket.take(0, 10 * ONE);
    bucket.pass(10 * SECOND); // full again, as it would have been without the call
    bucket.take(1, 10 * ONE);
    bucket.settle(0, Some(0));
    assert_eq!(bucket.level(), 0);
}

#[test]
fn what_is_given_back_of_two_is_what_neither_would_have_taken() {
    let mut bucket = ten();
    bucket.take(0, 8 * ONE);
    bucket.take(1, 2 * ONE);
    bucket.pass(4 * SECOND);
    bucket.settle(0, Some(0)); // without it the bucket was full after two of the four seconds
    assert_eq!(bucket.level(), 10 * ONE);
    bucket.settle(1, Some(0));
    assert_eq!(bucket.level(), 10 * ONE);
}

#[test]
fn what_is_settled_twice_or_was_never_taken_changes_nothing() {
    let mut bucket = ten();
    bucket.take(3, 5 * ONE);
    bucket.settle(3, Some(ONE));
    bucket.settle(3, Some(0));
    bucket.settle(4, Some(0));
    assert_eq!(bucket.level(), 9 * ONE);
}

#[test]
fn what_is_settled_is_not_kept() {
    let mut bucket = ten();
    for ticket in 0..1_000 {
        bucket.take(ticket, ONE);
        bucket.pass(SECOND);
        bucket.settle(ticket, None);
    }
    assert!(bucket.open.is_empty());
}

#[test]
fn absurd_numbers_saturate() {
    let mut bucket = Bucket::full(u64::MAX, u128::MAX);
    bucket.take(0, i128::MAX);
    bucket.take(1, i128::MAX);
    bucket.take(2, i128::MAX);
    bucket.pass(u128::MAX);
    bucket.settle(0, Some(i128::MAX));
    bucket.settle(1, Some(0));
    assert!(bucket.until(i128::MAX) < u128::MAX);
    let nothing = Bucket::full(0, 0);
    assert_eq!(nothing.until(2 * ONE), u128::MAX);
}
