//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::collections::BTreeMap;

use super::*;
use crate::session::Media;

fn text<T>(input: impl Input<Json<T>>) -> Result<String, ErrorKind> {
    let mut blocks = input.into_input().blocks("input")?;
    Ok(blocks.pop().expect("a block").text)
}

#[test]
fn json_is_written_in_the_order_of_the_fields_and_without_escapes_of_its_own() {
    #[derive(Serialize)]
    struct Order {
        z: &'static str,
        a: Option<u8>,
    }
    let order = Order {
        z: "<b> & \"é\"",
        a: None,
    };
    assert_eq!(text(&order).unwrap(), r#"{"z":"<b> & \"é\"","a":null}"#);
}

#[test]
fn what_cannot_be_written_as_json_is_an_error_and_not_an_empty_text() {
    let map = BTreeMap::from([((1, 2), "a tuple is no key")]);
    let error = text(&map).unwrap_err();
    assert!(matches!(error, ErrorKind::InputNotJson { .. }), "{error}");
}

#[test]
fn every_kind_of_list_is_the_same_list() {
    fn items(input: impl Input<List<u8>>) -> Vec<u8> {
        input.into_input().0
    }
    let list = vec![1, 2];
    assert_eq!(items(&list), list);
    assert_eq!(items(list.as_slice()), list);
    let array = &[1, 2];
    assert_eq!(items(array), list);
    assert_eq!(items(*array), list);
    assert_eq!(items(list.clone()), list);
}

fn shown(input: impl Input) -> Result<Vec<String>, ErrorKind> {
    let blocks = input.into_input().blocks("input")?.into_iter();
    let text = |block: Block| match block.media {
        Some(media) => media.to_prompt(),
        None => block.text,
    };
    Ok(blocks.map(text).collect())
}

#[test]
fn what_stands_beside_each_other_is_one_input_in_its_order() {
    let photo = Media::image("GIF89a").unwrap();
    let scan = Media::pdf("%PDF-1.7").unwrap();
    let input = ("a", &photo, vec![scan.clone(), photo.clone()], Some("b"), 7);
    let all = ["a", "(an image)", "(a PDF)", "(an image)", "b", "7"];
    assert_eq!(shown(input).unwrap(), all);
    assert_eq!(shown((Conversation, photo)).unwrap(), ["(an image)"]);
    assert!(shown((Conversation, Conversation)).unwrap().is_empty());
}

#[test]
fn no_attachment_at_all_is_blank_and_not_the_conversation() {
    let none: [Media; 0] = [];
    let inputs = [
        none.clone().into_input(),
        None::<Media>.into_input(),
        (none, None::<&str>).into_input(),
    ];
    for input in inputs {
        let blocks = input.blocks("input").unwrap();
        assert!(!blocks.is_empty() && blocks.iter().all(Block::is_blank));
    }
}

#[test]
fn an_attachment_in_a_hole_divides_the_text_round_it() {
    let photo = Media::image("GIF89a").unwrap();
    let input = Text::holed(
        [
            ("Before ", "a", "x".try_parts()),
            (": ", "photo", photo.try_parts()),
            (" and ", "none", None::<Media>.try_parts()),
        ],
        "after",
    );
    assert_eq!(
        shown(input).unwrap(),
        ["Before x: ", "(an image)", " and after"]
    );
}

#[test]
fn debug_of_an_input_shows_no_text() {
    let shown = [
        format!(
            "{:?}",
            ("canary", Media::image("GIF89acanary").unwrap()).into_input()
        ),
        format!("{:?}", Json::made_of(&"canary".to_owned())),
        format!("{:?}", List::made_of(["canary"])),
    ];
    assert!(shown.iter().all(|it| !it.contains("canary")), "{shown:?}");
}
