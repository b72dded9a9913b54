// A trait object, a function, a raw pointer, a reference to a trait object (four mistakes).
// JSON has none of them.
use zyn::prelude::*;

#[derive(Extract)]
struct Job {
    name: String,
    run: Box<dyn Fn() + Send>,
    done: fn(u32) -> bool,
    raw: *const u8,
    log: Option<&'static dyn Fn()>,
}

fn main() {}
