// A second transaction on a session that has one open.
// A transaction borrows its session for itself; a savepoint nests.
use zyn::{Message, Session};

fn main() {
    let mut session = Session::new();
    let mut first = session.begin();
    let mut second = session.begin();
    first.append(Message::user("one"));
    second.append(Message::user("two"));
    first.commit();
    second.commit();
}
