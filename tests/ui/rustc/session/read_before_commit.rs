// A session is read while a transaction on it is open.
// Nothing uses `tx` after the read: only the transaction's `Drop` keeps the session borrowed.
use zyn::{Message, Session};

fn main() {
    let mut session = Session::new();
    let mut tx = session.begin();
    tx.append(Message::user("Where is my parcel?"));
    println!("{}", session.len());
}
