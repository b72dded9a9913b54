use zyn::Llm;

async fn nowhere(llm: &Llm) {
    zyn::transform("Greet").fire(llm, None, "Ada").await;
}

fn main() {
    drop(nowhere);
}
