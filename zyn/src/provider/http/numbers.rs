//! What the connections are held to, with a row for each promise.

mod saturated;
mod stale;

fn row(number: &str, run: &str, came: &str) {
    println!("| #{number} | {run} | {came} |");
}
