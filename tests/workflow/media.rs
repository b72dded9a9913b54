//! Images and PDFs in workflows.

use std::sync::{Arc, Mutex};

use zyn::prelude::*;
use zyn::testing::{Recording, Scripted};
use zyn::{BoxFuture, Engine, Error, ErrorKind, Media, StepCall, StepFn, StepRecord};

fn photo() -> Media {
    Media::image("GIF89a").unwrap()
}

fn scan() -> Media {
    Media::pdf("%PDF-1.7").unwrap().named("R-7.pdf")
}

fn model<const N: usize>(answers: [&str; N]) -> (Llm, Recording) {
    let recording = Recording::new(Scripted::new(answers));
    (Llm::new(recording.clone()), recording)
}

/// What the first request attaches, and the end of its text.
fn sent(recording: &Recording) -> (Vec<Media>, String) {
    let prompt = &recording.requests()[0].prompt;
    let (_, data) = prompt.text().split_once("\n\n").unwrap();
    (prompt.media().cloned().collect(), data.to_owned())
}

workflow!(
    async fn owned(scan: Media) -> u64 {
        let total = extract::<u64>("The total, in cents", scan);
        total
    }

    async fn borrowed(letter: &str, scan: &Media, photos: &[Media]) -> u64 {
        let total = extract::<u64>("The total, in cents", (letter, scan, photos));
        total
    }

    async fn compared(before: &Media, after: Media) -> bool {
        let same = binary("Is {before} the roof in {after}?", "Two photos of a roof");
        same
    }

    async fn described(name: &str, photo: &Media) -> String {
        let text = transform("Caption it", "This is {name}: {photo} It was taken in May.");
        text
    }

    async fn noted(photo: &Media) -> String {
        user("Look at {photo}");
        let text = transform("Answer", "Hello");
        text
    }
);

#[tokio::test]
async fn a_parameter_that_is_a_scan_is_an_input() {
    let (llm, recording) = model([r#"{"value":1990}"#]);
    let total = owned(scan()).run(&llm, &mut Session::new()).await.unwrap();
    assert_eq!(total, 1990);
    let data = "input: (attachment 1: a PDF)".to_owned();
    assert_eq!(sent(&recording), (vec![scan()], data));
}

#[tokio::test]
async fn several_parts_are_one_input() {
    let (llm, recording) = model([r#"{"value":1990}"#]);
    let (scan, photos) = (scan(), [photo(), photo()]);
    let run = borrowed("Dear Ada", &scan, &photos);
    run.run(&llm, &mut Session::new()).await.unwrap();
    assert_eq!(sent(&recording).0, [scan, photo(), photo()]);
}

#[tokio::test]
async fn a_hole_of_an_instruction_attaches_what_it_names() {
    let (llm, recording) = model([r#"{"answer":true}"#]);
    let run = compared(&photo(), scan())
        .run(&llm, &mut Session::new())
        .await;
    assert!(run.unwrap());
    let data = "input:\n```\nTwo photos of a roof\n```\n\n{before}: (attachment 1: an image)\n\n{after}: (attachment 2: a PDF)";
    assert_eq!(sent(&recording), (vec![photo(), scan()], data.to_owned()));
}

#[tokio::test]
async fn a_hole_of_an_input_divides_its_text() {
    let (llm, recording) = model(["A roof"]);
    let run = described("a roof", &photo())
        .run(&llm, &mut Session::new())
        .await;
    run.unwrap();
    let data = "input part 1:\n```\nThis is a roof: \n```\n\ninput part 2: (attachment 1: an image)\n\ninput part 3:\n```\n It was taken in May.\n```";
    assert_eq!(sent(&recording), (vec![photo()], data.to_owned()));
}

#[tokio::test]
async fn a_note_takes_text_alone() {
    let (llm, recording) = model(["Hi"]);
    let mut session = Session::new();
    let error = noted(&photo()).run(&llm, &mut session).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::MediaInNote { role: "user", .. }),
        "{error}"
    );
    assert!(recording.requests().is_empty() && session.is_empty());
}

#[tokio::test]
async fn a_dry_run_counts_an_image_and_not_its_letters() {
    let large = Media::image([b"GIF89a", &[0; 100_000][..]].concat()).unwrap();
    let tokens = async |media: Media| owned(media).dry_run(&Session::new()).await.tokens();
    let (small, large) = (tokens(photo()).await, tokens(large).await);
    assert!(small > 1_000);
    assert_eq!(small, large);
}

/// Writes down each step as JSON, and runs it.
#[derive(Default)]
struct Journal(Mutex<Vec<(String, String)>>);

impl Engine for Journal {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            let record = exec().await?;
            let written = [serde_json::to_string(&call), serde_json::to_string(&record)];
            let [call, record] = written.map(Result::unwrap);
            self.0.lock().unwrap().push((call, record));
            Ok(record_of(&self.0))
        })
    }
}

fn record_of(journal: &Mutex<Vec<(String, String)>>) -> StepRecord {
    let journal = journal.lock().unwrap();
    serde_json::from_str(&journal.last().unwrap().1).unwrap()
}

#[tokio::test]
async fn a_step_that_was_written_down_still_has_its_scan() {
    let (llm, recording) = model([r#"{"value":1990}"#]);
    let journal = Arc::new(Journal::default());
    let mut session = Session::new();
    let run = owned(scan()).engine(journal.clone());
    run.run(&llm, &mut session).await.unwrap();
    let (call, _) = journal.0.lock().unwrap().remove(0);
    let call: StepCall = serde_json::from_str(&call).unwrap();
    assert_eq!(call.prompt, recording.requests()[0].prompt);
    assert_eq!(call.input(), None);
    // the turn in the session is the record's, read back
    assert!(session.at(0).unwrap().media().eq([&scan()]));
}

#[tokio::test]
async fn the_text_beside_a_scan_is_the_input_of_its_step() {
    let (llm, _) = model([r#"{"value":1990}"#]);
    let journal = Arc::new(Journal::default());
    let (scan, photos) = (scan(), [photo()]);
    let run = borrowed("Dear Ada", &scan, &photos).engine(journal.clone());
    run.run(&llm, &mut Session::new()).await.unwrap();
    let call: StepCall = serde_json::from_str(&journal.0.lock().unwrap()[0].0).unwrap();
    assert_eq!(call.input(), Some("Dear Ada"));
}
