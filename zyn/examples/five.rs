#![allow(dead_code)]
use zyn::prelude::*;
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Category {
    Spam,
    Billing,
}
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Topic {
    Technology,
    Business,
    Entertainment,
    Sports,
}
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Tech {
    Hardware,
    Software,
}
#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Business {
    Money,
    Law,
}
#[derive(Debug)]
enum Detail {
    Tech(Tech),
    Business(Business),
}
#[derive(Debug)]
pub struct Filed {
    topic: Topic,
    detail: Option<Detail>,
}
#[derive(Debug)]
pub struct Routing {
    queue: String,
    category: Category,
    urgency: Urgency,
}
fn queue(_: Category, _: Urgency) -> String {
    String::new()
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
workflow!(
    pub async fn tail<'a, T: zyn::Extract>(
        a: &'a str,
        v: &mut Vec<&str>,
        t: Option<T>,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let n: u32 = "3".parse()?;
        if v.len() > 2 {
            return Ok(a.to_owned());
        }
        v.push("x");
        let _ = t;
        if n > 2 {
            transform("Shout {n}", a)
        } else {
            transform("Whisper", a)
        }
    }
);
#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("{}", triage::graph().mermaid());
    println!("{}", file::graph().mermaid());
    println!("{:#?}", tail::graph());
    let llm = Llm::new(zyn::testing::Scripted::new([
        r#"{"label":"Technology"}"#,
        r#"{"label":"Software"}"#,
        "HELLO",
    ]));
    let mut s = Session::new();
    println!("{:?}", file("x").run(&llm, &mut s).await);
    let mut v = vec!["a"];
    println!(
        "{:?}",
        tail::<String>("x", &mut v, None).run(&llm, &mut s).await
    );
    for m in s.messages() {
        println!("{:?}: {}", m.role(), m.text());
    }
    let f = async { tail::<String>("x", &mut v, None).run(&llm, &mut s).await };
    fn send<T: Send>(_: T) {}
    send(f);
}
