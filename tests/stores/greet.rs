use std::time::Duration;

use zyn::prelude::*;
use zyn::store::{SessionStore, StoreError};

/// Greets a customer, and remembers it.
pub async fn greet(
    llm: &Llm,
    store: &dyn SessionStore,
    customer: &str,
) -> Result<String, zyn::Error> {
    let mut branch = store.load(customer, None).await?;
    let greet = zyn::transform("Greet");
    let reply = greet.fire(llm, &mut branch.session, customer).await?;
    let mut pauses = [10, 100, 1000].map(Duration::from_millis).into_iter();
    while let Err(error) = branch.commit_to(store).await {
        if let StoreError::Conflict(_) = error {
            // another writer came first; a greeting may stand behind what it said
            branch.rebase(&store.load(customer, None).await?)?;
            continue;
        }
        // the answer is paid for: the branch keeps it, and the commit is repeated
        let pause = pauses.next().filter(|_| error.is_retryable());
        tokio::time::sleep(pause.ok_or(error)?).await;
    }
    Ok(reply)
}
