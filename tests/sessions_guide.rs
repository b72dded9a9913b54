//! The guide to sessions: it has a program for each thing that it speaks of, and what a program on a page cannot show is
//! shown here: bytes on a wire, and many users at once. The programs run as tests of the documentation.

use std::collections::BTreeMap;

use serde_json::json;
use tokio::task::JoinSet;
use zyn::testing::Scripted;
use zyn::{Llm, Response, Session, Usage};
use zyn_tests::{Reply, Server};

const GUIDE: &str = include_str!("../zyn/src/session/sessions.md");

/// Each section that has an example, and how many.
const EXAMPLES: [(&str, usize); 15] = [
    ("Why sessions", 1),
    ("Basic operations", 1),
    ("Message access", 1),
    ("Message manipulation", 1),
    ("Prune", 1),
    ("Truncate", 1),
    ("Replace all", 1),
    ("Token tracking", 1),
    ("Sliding window", 1),
    ("Summarisation", 1),
    ("Selective pruning", 1),
    ("Multi-synapse workflows", 2),
    ("Transactional updates", 2),
    ("Prompt caching", 1),
    ("Independent sessions", 1),
];

#[test]
fn every_section_of_the_guide_has_its_programs_and_all_of_them_run() {
    let (mut sections, mut heading, mut inside) = (Vec::new(), "", false);
    for line in GUIDE.lines() {
        match (line.strip_prefix("```"), line.trim_start_matches('#')) {
            // A word behind the fence could keep a program from being run.
            (Some(words), _) => {
                assert_eq!(words, "", "{heading}");
                inside = !inside;
                if inside {
                    sections.push(heading);
                }
            }
            (None, text) if !inside && text.len() < line.len() => heading = text.trim(),
            _ => {}
        }
    }
    let expected = EXAMPLES
        .iter()
        .flat_map(|(name, count)| [name].repeat(*count));
    assert_eq!(sections, expected.copied().collect::<Vec<_>>());
}

/// What a turn has read, of that from the cache, and written.
fn counted(text: &str, read: u64, cached: u64) -> Reply {
    let details = json!({ "cached_tokens": cached });
    let tokens =
        json!({ "prompt_tokens": read, "completion_tokens": 5, "prompt_tokens_details": details });
    Reply::counted(text, tokens)
}

#[tokio::test]
async fn prompt_caching() {
    let turns = 6;
    let replies = (0..turns).map(|turn| counted("Bonjour", 1000 + 100 * turn, 900 * turn.min(1)));
    let server = Server::new(replies);
    let llm = server.llm();
    let mut session = Session::new();
    let french = zyn::transform("Into French");
    for _ in 0..turns {
        french
            .fire(&llm, &mut session, "Good \"day\"")
            .await
            .unwrap();
    }

    let received = server.received();
    let bodies: Vec<&str> = received.iter().map(|request| request.text()).collect();
    // Up to the end of the last stored message; behind it are the options of one call.
    let stable = |body: &str| body.rfind("\"}]").unwrap();
    let prefixes: Vec<usize> = bodies.iter().map(|body| stable(body)).collect();
    for (two, end) in bodies.windows(2).zip(&prefixes) {
        assert!(two[1].starts_with(&two[0][..*end]), "{two:?}");
    }
    assert!(
        prefixes.is_sorted_by(|earlier, later| earlier < later),
        "{prefixes:?}"
    );
    println!("bytes that begin the next request: {prefixes:?}");
    assert_eq!(session.usage().cached_tokens, 4500);
    assert_eq!(session.last_usage().unwrap().cached_tokens, 900);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn independent_sessions() {
    // Answers with what the conversation is about, so that a turn of another user would be seen.
    let llm = Llm::new(Scripted::by(|request| {
        let history = request.history.iter().chain([&request.prompt]);
        let users = history.filter_map(|message| message.text().split('@').nth(1));
        let users: Vec<&str> = users.collect();
        Ok(Response::new(users.join(","), Usage::new(1, 1)))
    }));
    let mut tasks = JoinSet::new();
    for user in 0..64 {
        let llm = llm.clone();
        tasks.spawn(async move {
            let mut session = Session::named(user.to_string());
            for _ in 0..5 {
                let input = format!("@{user}@");
                zyn::transform("Echo")
                    .fire(&llm, &mut session, input)
                    .await
                    .unwrap();
                tokio::task::yield_now().await;
            }
            session
        });
    }
    let sessions = tasks.join_all().await;
    let sessions: BTreeMap<_, _> = sessions.iter().map(|it| (it.id(), it)).collect();
    assert_eq!(sessions.len(), 64);
    for (user, session) in sessions {
        assert_eq!((session.len(), session.usage()), (10, Usage::new(5, 5)));
        let messages = session.messages().iter();
        let answers: Vec<_> = messages.skip(1).step_by(2).map(|it| it.text()).collect();
        assert_eq!(answers[0], user);
        assert_eq!(answers[1].split(',').filter(|it| *it == user).count(), 2);
        assert!(
            answers.iter().all(|it| it.split(',').all(|it| it == user)),
            "{answers:?}"
        );
    }
    assert_eq!(
        (llm.spend().attempts, llm.spend().usage),
        (320, Usage::new(320, 320))
    );
}
