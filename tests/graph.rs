//! The graphs of two workflows, to the letter.

use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Category {
    Sales,
    Support,
    Spam,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Urgency {
    Low,
    High,
}

#[derive(Debug, PartialEq)]
pub struct Routing {
    pub queue: &'static str,
    pub category: Category,
    pub urgency: Urgency,
}

fn queue(category: Category, urgency: Urgency) -> &'static str {
    match (category, urgency) {
        (_, Urgency::High) => "now",
        (Category::Spam, _) => "bin",
        _ => "later",
    }
}

workflow!(
    /// Route an incoming e-mail to a queue.
    pub async fn triage(subject: &str, body: &str) -> Routing {
        let category = classify::<Category>(
            "Which kind of e-mail is this?",
            "Subject: {subject}\n\n{body}",
        )
        .retry(2);
        let urgency = classify::<Urgency>("How urgent is it?").retry(2);
        Routing {
            queue: queue(category, urgency),
            category,
            urgency,
        }
    }
);

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Topic {
    Technology,
    Business,
    Entertainment,
    Sports,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Tech {
    Hardware,
    Software,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Business {
    Markets,
    Work,
}

#[derive(Debug, PartialEq)]
pub enum Detail {
    Tech(Tech),
    Business(Business),
}

#[derive(Debug, PartialEq)]
pub struct Filed {
    pub topic: Topic,
    pub detail: Option<Detail>,
}

workflow!(
    /// File an article under a topic and, where there is one, a finer shelf.
    pub async fn file(article: &str) -> Filed {
        let topic = classify::<Topic>("Which topic is this about?", article);
        let detail = match topic {
            Topic::Technology => {
                let shelf = classify::<Tech>("Which technology?");
                Some(Detail::Tech(shelf))
            }
            Topic::Business => {
                let shelf = classify::<Business>("Which part of business?");
                Some(Detail::Business(shelf))
            }
            Topic::Entertainment | Topic::Sports => None,
        };
        Filed { topic, detail }
    }
);

#[test]
fn prints() {
    println!("{}", triage::graph().mermaid());
    println!("{:#?}", triage::graph());
    println!("{}", file::graph().mermaid());
    println!("{:#?}", file::graph());
}
