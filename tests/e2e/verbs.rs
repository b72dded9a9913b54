//! All verbs, with a schema that the server holds answers to and with one in the prompt alone, in one piece and streamed.

use std::fmt::Debug;
use std::time::Instant;

use zyn::prelude::*;
use zyn::{Analysis, Error, ErrorKind, Failure, Input, Mode, Sentiment, Synapse};

const LETTER: &str = "The soup was wonderful. The waiter, though, was rude, and we waited forty minutes for the bill. \
    Martha Quist";

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Guest {
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Topic {
    Kitchen,
    Staff,
    Waiting,
}

#[derive(Clone, Serialize)]
struct Evening {
    guests: u32,
    complaints: u32,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Headline {
    /// At most six words.
    title: String,
}

/// How often there was an answer.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) asked: u32,
    pub(crate) answered: u32,
}

/// Asks everything of `llm`, whose answers have this mode where they are JSON.
pub(crate) async fn all(llm: &Llm, mode: Mode) -> Counts {
    let mut counts = Counts::default();
    let evening = Evening {
        guests: 80,
        complaints: 3,
    };
    let c = &mut counts;
    let extract = zyn::extract::<Guest>("The guest who writes");
    both(c, llm, mode, "extract", &extract, LETTER).await;
    let classify = zyn::classify::<Topic>("What is the complaint about?");
    both(c, llm, mode, "classify", &classify, LETTER).await;
    let binary = zyn::binary("Is the guest angry about the waiter?");
    both(c, llm, mode, "binary", &binary, LETTER).await;
    let tasks = ["Polish the glasses", "Put out the fire", "Call Mrs Quist"];
    both(c, llm, mode, "rank", &zyn::rank("by urgency"), tasks).await;
    let sentiment: Synapse<Sentiment> = zyn::sentiment("the guest's opinion");
    both(
        c,
        llm,
        mode,
        "sentiment",
        &sentiment,
        "I love it. All of it.",
    )
    .await;
    let transform = zyn::transform("Say it in one short sentence");
    both(c, llm, Mode::Text, "transform", &transform, LETTER).await;
    let analyze: Synapse<Analysis, _> =
        zyn::analyze::<Evening>("How was the evening, in one sentence?");
    both(c, llm, mode, "analyze", &analyze, &evening).await;
    let convert = zyn::convert::<Evening, Headline>("A headline about the evening");
    both(c, llm, mode, "convert", &convert, &evening).await;
    counts
}

/// In one piece and streamed. Where the server does not hold the model to the schema, an answer may be invalid: that is
/// an error then, and the session is as it was.
async fn both<T: Debug + Send + 'static, I: Clone + Send + 'static>(
    counts: &mut Counts,
    llm: &Llm,
    mode: Mode,
    verb: &str,
    synapse: &Synapse<T, I>,
    input: impl Input<I> + Clone,
) {
    let mut session = Session::new();
    let fired = synapse
        .fire_detailed(llm, &mut session, input.clone())
        .await;
    let fired = fired.map(|answer| (answer.value, answer.mode, answer.attempts));
    judge(counts, mode, verb, fired, &session);

    let mut session = Session::new();
    let start = Instant::now();
    let mut stream = synapse
        .stream(llm, &mut session, input)
        .expect("it can be asked");
    let mut pieces = Vec::new();
    // one piece is read, so that what is told early is seen, and the rest is left so that it may be asked again
    if mode == Mode::Text {
        while let Some(piece) = stream.text().await {
            pieces.push((piece, start.elapsed()));
        }
    }
    let finished = stream.finish_detailed().await;
    let whole = start.elapsed();
    if let Ok(answer) = &finished {
        let first = answer
            .time_to_first_token
            .expect("a stream tells when it began");
        assert!(first < whole, "{verb}");
        if mode == Mode::Text {
            let text: String = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
            assert_eq!(format!("{:?}", text.trim()), format!("{:?}", answer.value));
            assert!(pieces.len() > 3, "{pieces:?}");
            println!(
                "    {} pieces, the first after {first:.0?} of {whole:.0?}",
                pieces.len()
            );
        }
    }
    let finished = finished.map(|answer| (answer.value, answer.mode, answer.attempts));
    judge(counts, mode, verb, finished, &session);
}

fn judge<T: Debug>(
    counts: &mut Counts,
    mode: Mode,
    verb: &str,
    outcome: Result<(T, Mode, u32), Error>,
    session: &Session,
) {
    counts.asked += 1;
    match outcome {
        Ok((value, found, attempts)) => {
            assert_eq!(found, mode, "{verb}");
            assert_eq!(session.len(), 2, "{verb}");
            counts.answered += 1;
            let value = format!("{value:?}");
            let value: String = value.chars().take(90).collect();
            println!("    {verb} ({attempts}): {value}");
        }
        Err(error) => {
            // a model that nothing holds may not find an end either
            let is_invalid = match error.kind() {
                ErrorKind::Malformed { .. } | ErrorKind::Invalid { .. } => true,
                ErrorKind::Provider(error) => error.kind == Failure::Truncated,
                _ => false,
            };
            // no schema can say that scores are 1 together, or that a list comes to an end
            let may_be = mode == Mode::Prompted || matches!(verb, "sentiment" | "analyze");
            assert!(is_invalid && may_be, "{verb}: {error}");
            assert!(session.is_empty(), "{verb}");
            println!("    {verb}: {error}");
        }
    }
}
