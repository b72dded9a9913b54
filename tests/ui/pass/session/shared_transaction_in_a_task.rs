use std::future::Future;

use zyn::{Error, Llm, Session, SharedSession};

fn spawn(_: impl Future<Output = Result<String, Error>> + Send + 'static) {}

fn handle(shared: SharedSession, llm: Llm, name: String) {
    spawn(async move {
        let greet = zyn::transform("Greet");
        let work = async |session: &mut Session| greet.fire(&llm, session, &name).await;
        shared.transaction(work).await
    });
}

fn main() {
    drop(handle);
}
