//! Sorts many reviews at the same time, five at once; a failed one leaves the others alone.
//!
//! ```text
//! cargo run -p examples --bin feedback -- "Great!
//! Broke after a day."
//! ```

use std::process::ExitCode;

use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Feedback {
    #[classify(examples("Absolutely love this product!", "Exceeded all my expectations"))]
    Positive,
    #[classify(examples("Complete waste of money", "Product broke after one day"))]
    Negative,
    #[classify(examples("It works as described", "Average product, nothing special"))]
    Neutral,
    #[classify(examples("Good product but expensive", "Fast shipping but item was damaged"))]
    Mixed,
}

workflow!(
    /// Sort a review.
    async fn sort(review: &str) -> Feedback {
        classify::<Feedback>("What kind of feedback is this?", review)
    }
);

const REVIEWS: &str = "Best purchase this year.\nStopped working on Tuesday.\nDoes what it says.\n\
    Lovely colour, awful smell.\nWould buy it again!\nThe box was empty.";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(sort::graph(), REVIEWS, async |llm, reviews| {
        let reviews: Vec<&str> = reviews.lines().collect();
        let sorted = zyn::batch(&reviews, |review| sort(review)).concurrency(5);
        for (review, item) in reviews.iter().zip(sorted.run(llm).await.items) {
            match item.result {
                Ok(feedback) => println!("{feedback:?}: {review}"),
                Err(error) => println!("? {review} ({error})"),
            }
        }
        Ok(())
    })
    .await
}
