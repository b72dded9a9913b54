//! What a soak needs: a server that fails, a book of what became of each attempt, and a look at this process.

mod book;
mod numbered;
mod numbers;
mod process;
mod server;
mod trend;
mod way;

pub use book::{Book, Closed, Row};
pub use numbered::{Numbered, name};
pub use numbers::row;
pub use process::{descriptors, resident};
pub use server::Server;
pub use trend::slope;
pub use way::Way;
