use zyn::{Message, Session};

fn main() {
    let mut session = Session::new();
    let mut tx = session.begin();
    tx.append(Message::user("Where is my parcel?"));

    let mut attempt = tx.savepoint();
    attempt.append(Message::assistant("I do not know."));
    drop(attempt);

    let mut attempt = tx.savepoint();
    attempt.append(Message::assistant("On its way."));
    let mut inner = attempt.savepoint();
    inner.clear();
    drop(inner);
    attempt.commit();

    assert_eq!(tx.len(), 2);
    tx.commit();
    assert_eq!(session.len(), 2);
}
