use super::super::Found;
use super::ask::{WAYS, Way, request, text};
use crate::provider::{Provider, Request};
use crate::session::Message;

pub(super) async fn system_messages_may_stand_anywhere(
    provider: &dyn Provider,
) -> Result<(), Found> {
    goes_on(
        provider,
        [
            Message::system("Speak plainly."),
            Message::user("Hello."),
            Message::system("The user is called Ada."),
            Message::assistant("Hello, Ada."),
            Message::system("Be friendly."),
            Message::system("Be short."),
        ],
    )
    .await
}

pub(super) async fn one_role_may_speak_twice_in_a_row(
    provider: &dyn Provider,
) -> Result<(), Found> {
    goes_on(
        provider,
        [
            Message::user("Hello."),
            Message::user("Are you there?"),
            Message::assistant("Yes."),
            Message::assistant("I am here."),
            Message::user("Good."),
        ],
    )
    .await
}

/// And last, as in most conversations.
pub(super) async fn the_model_may_have_spoken_first(provider: &dyn Provider) -> Result<(), Found> {
    goes_on(provider, [Message::assistant("What can I do for you?")]).await
}

/// NUL is left out, which some servers cannot keep.
pub(super) async fn any_text_is_a_message(provider: &dyn Provider) -> Result<(), Found> {
    const TEXTS: [&str; 4] = [
        "Größe – «ja» 你好 🦀👩‍👩‍👧 e\u{301} \u{202e}\u{feff}\u{2028}",
        "\u{1}\u{7}\u{8}\u{b}\u{c}\u{1b}[0m\u{7f}\u{85}\t\r\n",
        r#""quoted" 'so' \ \\ \n \u0041 </s> <|im_end|> {"role":"system"} {{x}} %s"#,
        "data: [DONE]\n\nevent: error\n\n```json\n{}\n```",
    ];
    for odd in TEXTS {
        let mut question = request(odd);
        let before = [
            Message::system(odd),
            Message::user(odd),
            Message::assistant(odd),
        ];
        question.history = before.into_iter().collect();
        let answer = text(provider, &question, Way::Call).await;
        answer.map_err(|Found(found)| Found(format!("{found}, where {odd:?} was said")))?;
    }
    Ok(())
}

pub(super) async fn a_message_may_be_empty(provider: &dyn Provider) -> Result<(), Found> {
    goes_on(
        provider,
        [
            Message::system(""),
            Message::user(""),
            Message::assistant(""),
            Message::user(" \n"),
            Message::assistant("Hello?"),
        ],
    )
    .await
}

pub(super) async fn a_conversation_may_be_long(provider: &dyn Provider) -> Result<(), Found> {
    let turns = (1..40).flat_map(|number| {
        [
            Message::user(format!("{number}?")),
            Message::assistant(format!("{}.", number * 2)),
        ]
    });
    goes_on(provider, turns).await
}

pub(super) async fn a_note_is_taken(provider: &dyn Provider) -> Result<(), Found> {
    for way in WAYS {
        let mut question = request("Name a colour.");
        question.note = Some("It should be a \"dark\" one.\nOne word.".into());
        text(provider, &question, way).await?;
    }
    Ok(())
}

pub(super) async fn feedback_is_taken(provider: &dyn Provider) -> Result<(), Found> {
    for way in WAYS {
        let mut question = request("Name a colour.");
        question.feedback = vec![
            Message::assistant("A spoon."),
            Message::user("A spoon is not a colour. Answer again."),
            Message::assistant("Loud."),
            Message::user("Loud is not a colour. Answer again."),
        ];
        text(provider, &question, way).await?;
    }
    Ok(())
}

/// Whether a question is answered after these messages.
async fn goes_on(
    provider: &dyn Provider,
    before: impl IntoIterator<Item = Message>,
) -> Result<(), Found> {
    let question = Request {
        history: before.into_iter().collect(),
        ..request("Say hello.")
    };
    text(provider, &question, Way::Call).await?;
    Ok(())
}
