//! Changes a conversation all at once or not at all.
//!
//! ```text
//! cargo run -p examples --bin transaction
//! ```

use zyn::{Message, Session, SessionError};

fn main() -> Result<(), SessionError> {
    let mut session = Session::named("ticket-7");
    session.append(Message::user("Where is my parcel?"));

    let mut tx = session.begin();
    tx.append(Message::assistant("It left Hamburg on Monday."));
    let mut note = tx.savepoint();
    note.append(Message::user("(a thought that is not kept)"));
    drop(note); // rolls back alone
    tx.commit();
    println!("committed: {} messages", session.len());

    let mut tx = session.begin();
    tx.clear();
    if let Err(error) = tx.remove(7) {
        println!("refused: {error}");
    }
    drop(tx); // rolls back
    println!("there are still {} messages", session.len());
    println!("the last one: {}", session.at(1)?.text());
    Ok(())
}
