//! Images and PDFs as inputs.

use zyn::input::{Accepts, MediaError, MediaKind};
use zyn::prelude::*;
use zyn::testing::{Fake, Recording, Scripted};
use zyn::{Conversation, ErrorKind, Media, Message, Profile, Window};

use crate::ask::{Mood, Person, ada, blocks, model, sent};

const ADA: &str = r#"{"name":"Ada","email":null}"#;

fn photo() -> Media {
    Media::image("GIF89a canary").unwrap()
}

fn scan() -> Media {
    Media::pdf("%PDF-1.7 canary").unwrap()
}

fn read() -> zyn::Synapse<Person> {
    zyn::extract("The person")
}

/// A model with these answers that takes no images, or no PDFs, and what it is sent.
fn without<const N: usize>(kind: MediaKind, answers: [&str; N]) -> (Llm, Recording) {
    let mut profile = Profile::default();
    match kind {
        MediaKind::Image => profile.images = Accepts::Nothing,
        _ => profile.pdfs = Accepts::Nothing,
    }
    let recording = Recording::new(Scripted::new(answers).can(profile));
    (Llm::new(recording.clone()), recording)
}

#[tokio::test]
async fn a_scan_is_an_input_however_it_is_held() {
    let scan = scan();
    for request in [
        sent(&read(), &scan, ADA).await,
        sent(&read(), scan.clone(), ADA).await,
        sent(&read(), Box::new(scan.clone()), ADA).await,
        sent(&read(), Some(&scan), ADA).await,
        sent(&read(), [&scan], ADA).await,
    ] {
        assert!(request.prompt.media().eq([&scan]));
        let end = "\n\ninput: (attachment 1: a PDF)";
        assert!(
            request.prompt.text().ends_with(end),
            "{:?}",
            request.prompt.text()
        );
    }
}

#[tokio::test]
async fn every_verb_that_works_on_text_works_on_an_image() {
    let photo = photo();
    let requests = [
        sent(
            &zyn::classify::<Mood>("Mood?"),
            &photo,
            r#"{"label":"Calm"}"#,
        )
        .await,
        sent(&zyn::binary("Is it a cat?"), &photo, r#"{"answer":true}"#).await,
        sent(&zyn::transform("Describe it"), &photo, "A cat.").await,
        sent(
            &zyn::sentiment("How does it feel?"),
            &photo,
            crate::ask::JUDGED,
        )
        .await,
    ];
    for request in requests {
        assert!(request.prompt.media().eq([&photo]));
    }
}

#[tokio::test]
async fn text_and_attachments_stand_beside_each_other_in_their_order() {
    let (photo, scan) = (photo(), scan());
    let request = sent(
        &read(),
        ("The sender:", &photo, vec![scan.clone()], " "),
        ADA,
    )
    .await;
    let parts = |block: (&str, &str)| (block.0.to_owned(), block.1.to_owned());
    assert_eq!(
        blocks(&request),
        [
            ("input part 1", "The sender:"),
            ("input part 2", ""),
            ("input part 3", "")
        ]
        .map(parts)
    );
    assert!(request.prompt.media().eq([&photo, &scan]));
    let text = "input part 1:\n```\nThe sender:\n```\n\ninput part 2: (attachment 1: an image)\n\ninput part 3: (attachment 2: a PDF)";
    assert!(request.prompt.text().ends_with(text));
}

#[tokio::test]
async fn the_content_of_an_attachment_is_in_no_text_and_no_debug() {
    let (llm, recording) = model([ADA]);
    let mut session = Session::new();
    read().fire(&llm, &mut session, &photo()).await.unwrap();
    let request = &recording.requests()[0];
    let encoded = photo().base64().unwrap();
    for shown in [
        request.prompt.text().to_owned(),
        format!("{request:?} {session:?}"),
    ] {
        assert!(
            !shown.contains("canary") && !shown.contains(&encoded),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_later_turn_is_sent_the_attachment_again_also_from_a_stored_session() {
    let (llm, recording) = model([ADA, "Ada."]);
    let mut session = Session::new();
    read().fire(&llm, &mut session, &scan()).await.unwrap();
    let stored = serde_json::to_string(&session).unwrap();
    let mut session: Session = serde_json::from_str(&stored).unwrap();
    zyn::transform("Who is it?")
        .fire(&llm, &mut session, Conversation)
        .await
        .unwrap();
    let requests = recording.requests();
    assert_eq!(requests[1].history.get(0), Some(&requests[0].prompt));
    let attached = requests[1].history.iter().flat_map(Message::media);
    assert!(attached.eq([&scan()]));
}

#[tokio::test]
async fn a_model_that_takes_none_is_not_sent_one() {
    for (kind, media) in [(MediaKind::Image, photo()), (MediaKind::Pdf, scan())] {
        let (llm, recording) = without(kind, [ADA]);
        let mut session = Session::new();
        let error = read()
            .fire(&llm, &mut session, ("a", &media))
            .await
            .unwrap_err();
        let ErrorKind::MediaNotTaken {
            kind: refused,
            place: None,
            by_address: false,
            model,
        } = error.kind()
        else {
            panic!("{error}");
        };
        assert_eq!((*refused, model.as_str()), (kind, "scripted"));
        assert!(recording.requests().is_empty() && session.is_empty());
        assert!(!error.is_retryable());

        let other = match kind {
            MediaKind::Image => scan(),
            _ => photo(),
        };
        assert_eq!(read().fire(&llm, &mut session, other).await.unwrap(), ada());
    }
}

#[tokio::test]
async fn a_conversation_with_an_image_is_not_sent_to_a_model_that_takes_none() {
    let (sees, _) = model([ADA]);
    let (blind, recording) = without(MediaKind::Image, ["Ada.", "Bob."]);
    let mut session = Session::new();
    session.append(Message::system("Be brief."));
    read().fire(&sees, &mut session, photo()).await.unwrap();
    let before = session.clone();
    let who = zyn::transform("Who is it?");

    let error = who
        .fire(&blind, &mut session, Conversation)
        .await
        .unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::MediaNotTaken { place: Some(1), .. }
    ));
    let text = error.to_string();
    assert!(
        text.contains("does not take an image") && text.contains("message 1"),
        "{text}"
    );
    assert!(recording.requests().is_empty());
    assert_eq!(session, before);

    // what stands alone, or falls out of a window, is not sent
    who.clone()
        .alone()
        .fire(&blind, &mut session, "Ada")
        .await
        .unwrap();
    session.append(Message::user("It is Bob."));
    session.append(Message::assistant("Yes."));
    session.set_window(Window::last_turns(1));
    who.fire(&blind, &mut session, Conversation).await.unwrap();
    assert_eq!(recording.requests().len(), 2);
}

#[tokio::test]
async fn the_bytes_of_attachments_count_as_input() {
    let (llm, recording) = model([ADA]);
    let llm = llm.max_input(1_000);
    let large = Media::image([b"GIF89a", &[0; 600][..]].concat()).unwrap();
    let input = (&large, &large);
    let error = read()
        .fire(&llm, &mut Session::new(), input)
        .await
        .unwrap_err();
    let (bytes, limit) = (2 * 606, 1_000);
    assert!(
        matches!(error.kind(), ErrorKind::InputTooLarge { bytes: b, limit: l } if (*b, *l) == (bytes, limit)),
        "{error}"
    );
    assert!(recording.requests().is_empty());
    assert!(read().fire(&llm, &mut Session::new(), &large).await.is_ok());
}

#[tokio::test]
async fn no_attachment_at_all_is_an_empty_input() {
    let (llm, recording) = model([ADA]);
    let mut session = Session::new();
    session.append(Message::user("I am Ada."));
    let none: Vec<Media> = Vec::new();
    for error in [
        read().fire(&llm, &mut session, &none).await.unwrap_err(),
        read()
            .fire(&llm, &mut session, None::<Media>)
            .await
            .unwrap_err(),
        read()
            .fire(&llm, &mut session, (" ", none))
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::EmptyInput), "{error}");
    }
    assert!(recording.requests().is_empty());
}

#[test]
fn bytes_that_are_no_attachment_are_an_error_of_zyn_too() {
    let open = |bytes: &str| -> Result<Media, zyn::Error> { Ok(Media::image(bytes)?) };
    let error = open("").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Media(MediaError::Empty)));
    assert_eq!(error.to_string(), MediaError::Empty.to_string());
}

#[tokio::test]
async fn images_are_ranked_and_shown_as_examples() {
    let [cat, dog] = ["cat", "dog"].map(|it| Media::image(format!("GIF89a{it}")).unwrap());
    let best = zyn::rank("by quality")
        .examples([([cat.clone(), dog.clone()], vec![dog.clone(), cat.clone()])]);
    let (llm, recording) = model([r#"{"ranked":[2,1]}"#]);
    let ranked = best
        .fire(&llm, &mut Session::new(), [dog.clone(), cat.clone()])
        .await
        .unwrap();
    assert_eq!(ranked, [cat.clone(), dog.clone()]);
    let prompt = &recording.requests()[0].prompt;
    assert!(prompt.media().eq([&cat, &dog, &dog, &cat]));
    assert!(prompt.text().contains("item 2: (attachment 4: an image)"));
    let answer = prompt
        .blocks()
        .iter()
        .find(|block| block.name == "example 1 answer");
    assert_eq!(answer.unwrap().text, r#"{"ranked":[2,1]}"#);
}

#[tokio::test]
async fn a_window_counts_an_image_and_not_its_letters() {
    let large = Media::image([b"GIF89a", &[0; 100_000][..]].concat()).unwrap();
    let (llm, _) = model([ADA, ADA]);
    let mut session = Session::new();
    session.set_window(Window::tokens(8_000));
    read().fire(&llm, &mut session, &large).await.unwrap();
    let answer = read()
        .fire_detailed(&llm, &mut session, &large)
        .await
        .unwrap();
    let window = answer.window.unwrap();
    assert!(window.fell_out.is_empty(), "{window:?}");
    assert!((2_000..8_000).contains(&window.tokens), "{window:?}");
}

#[tokio::test]
async fn a_fake_makes_up_another_answer_for_another_image() {
    let number = zyn::extract::<u64>("The number");
    let mut made_up = Vec::new();
    for bytes in ["GIF89a", "GIF87a", "GIF89a"] {
        let llm = Llm::new(Fake::new());
        let image = Media::image(bytes).unwrap();
        made_up.push(number.fire(&llm, &mut Session::new(), image).await.unwrap());
    }
    assert_eq!(made_up[0], made_up[2]);
    assert_ne!(made_up[0], made_up[1]);
}

#[tokio::test]
async fn a_model_that_takes_bytes_alone_is_not_sent_an_address() {
    let mut profile = Profile::default();
    profile.images = Accepts::Bytes;
    let recording = Recording::new(Scripted::new([ADA]).can(profile));
    let llm = Llm::new(recording.clone());
    let mut session = Session::new();
    read().fire(&llm, &mut session, photo()).await.unwrap();
    let address = Media::image_url("https://example.com/ada.png").unwrap();
    let error = read().fire(&llm, &mut session, address).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the model `scripted` does not take an image by its address, and the message to send has one; ask a model \
         that does, with `.using(…)`, or give its bytes"
    );
    assert_eq!((recording.requests().len(), session.len()), (1, 2));
}

#[tokio::test]
async fn a_model_without_eyes_can_sum_up_a_conversation_with_images() {
    let (small, summed_up) = without(MediaKind::Image, ["They spoke of a photo."]);
    let mut session = Session::new();
    session.set_window(Window::last_turns(1).summarise(&small));
    let llm = Llm::new(Scripted::new(["A cat.", "Grey.", "Yes."]));
    let answer = zyn::transform("Answer");
    answer
        .fire(&llm, &mut session, (&photo(), "What is it?"))
        .await
        .unwrap();
    answer
        .fire(&llm, &mut session, "Its colour?")
        .await
        .unwrap();
    answer.fire(&llm, &mut session, "Sure?").await.unwrap();
    let asked = summed_up.requests();
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0]
            .history
            .iter()
            .all(|it| it.media().next().is_none())
    );
    assert!(
        asked[0]
            .history
            .iter()
            .any(|it| it.text().contains("an image"))
    );
}
