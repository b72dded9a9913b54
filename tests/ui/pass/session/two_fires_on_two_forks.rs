use zyn::{Error, Llm, Session};

async fn both(llm: &Llm, session: &mut Session) -> Result<(), Error> {
    let (mut one, mut other) = (session.fork(), session.fork());
    let greet = zyn::transform("Greet");
    let first = greet.fire(llm, &mut one, "Ada");
    let second = greet.fire(llm, &mut other, "Grace");
    (first.await?, second.await?);
    session.merge([one, other])?;
    Ok(())
}

fn main() {
    drop(both);
}
