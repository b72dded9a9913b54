//! Files an article under a topic, and where the topic has shelves, on one of them.
//!
//! ```text
//! cargo run -p examples --bin filing -- "A new chip doubles the speed of …"
//! ```

use std::process::ExitCode;

use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Topic {
    Technology,
    Business,
    Entertainment,
    Sports,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Technology {
    Ai,
    Cloud,
    Security,
    Hardware,
    Software,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Business {
    Finance,
    Startup,
    Management,
    Marketing,
}

workflow!(
    /// File an article under a topic and, where there is one, a finer shelf.
    async fn file(article: &str) -> String {
        let topic = classify::<Topic>("Which topic is this about?", article);
        match topic {
            Topic::Technology => {
                let part = classify::<Technology>("Which technology?");
                format!("{topic:?}/{part:?}")
            }
            Topic::Business => {
                let part = classify::<Business>("Which part of business?");
                format!("{topic:?}/{part:?}")
            }
            Topic::Entertainment | Topic::Sports => format!("{topic:?}"),
        }
    }
);

const ARTICLE: &str = "The new processor does twice the work of the old one for the same energy. Its makers say that \
    laptops with it will be in the shops by spring.";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(file::graph(), ARTICLE, async |llm, article| {
        let shelf = file(article).run(llm, &mut Session::new()).await?;
        println!("{shelf}");
        Ok(())
    })
    .await
}
