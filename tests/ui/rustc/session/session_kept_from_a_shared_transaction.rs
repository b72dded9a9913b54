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
