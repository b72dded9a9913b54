// A session is carried out of the transaction on what shares it.
// The lock is open again behind it, so the session is lent and not given.
use zyn::{Error, Session, SharedSession};

async fn smuggle(shared: &SharedSession) {
    let mut kept: Option<&mut Session> = None;
    let work = async |session: &mut Session| {
        kept = Some(session);
        Ok::<_, Error>(())
    };
    shared.transaction(work).await;
    drop(kept);
}

fn main() {
    drop(smuggle);
}
