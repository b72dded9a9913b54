//! How well the local models do on ten tickets: the table in the README.
//!
//! ```text
//! cargo run --release -p examples --bin quality -- --model 1.5b
//! ```

fn main() {}
