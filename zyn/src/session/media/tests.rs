//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";

#[test]
fn each_kind_of_file_is_known_by_its_first_bytes() {
    for (bytes, mime) in [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe1....", "image/jpeg"),
        (b"GIF87a..", "image/gif"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.4", "application/pdf"),
        (b"\xef\xbb\xbf\r\n %PDF-2.0", "application/pdf"),
    ] {
        let media = Media::file(bytes).unwrap();
        assert_eq!(media.mime(), Some(mime));
        assert_eq!(media.is_pdf(), mime == "application/pdf");
        assert_eq!(media.is_image(), mime != "application/pdf");
        assert_eq!(media.bytes(), Some(bytes));
    }
}

#[test]
fn other_bytes_are_refused_and_so_are_none() {
    for bytes in [
        &b"Dear Ada, %PDF-1.7"[..],
        b"\x89PNG\n",
        b"\xff\xd8",
        b"GIF88a",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypheic",
    ] {
        assert_eq!(Media::file(bytes), Err(MediaError::Unknown), "{bytes:?}");
    }
    assert_eq!(Media::file(""), Err(MediaError::Empty));
    assert_eq!(Media::image(""), Err(MediaError::Empty));
}

#[test]
fn one_kind_is_not_taken_for_the_other() {
    let error = Media::image("%PDF-1.7").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the bytes are a PDF and not an image; call the constructor of that kind"
    );
    assert!(matches!(
        Media::pdf(PNG),
        Err(MediaError::OtherKind {
            wanted: MediaKind::Pdf,
            found: MediaKind::Image
        })
    ));
}

#[test]
fn an_address_is_one_of_the_web() {
    for url in ["https://a.b/c", "HTTP://a.b", "https://a.b/c.png?x=%20"] {
        assert_eq!(Media::image_url(url).unwrap().url(), Some(url));
    }
    for url in [
        "",
        "https://",
        "file:///etc/passwd",
        "data:image/png;base64,AA",
        "https://a b",
        "a.png",
    ] {
        assert_eq!(Media::pdf_url(url), Err(MediaError::Url), "{url}");
    }
}

#[test]
fn the_ending_of_an_address_tells_the_media_type() {
    let mime = |url: &str| Media::image_url(url).unwrap().mime();
    assert_eq!(mime("https://a.b/c.JPG#top"), Some("image/jpeg"));
    assert_eq!(mime("https://a.b/c?d=e.png"), None);
    assert_eq!(mime("https://a.png"), None);
    assert_eq!(mime("https://a.b/c.svg"), None);
    let pdf = Media::pdf_url("https://a.b/c").unwrap();
    assert_eq!(pdf.mime(), Some("application/pdf"));
}

#[test]
fn a_clone_copies_no_bytes() {
    let media = Media::file(PNG).unwrap();
    assert!(std::ptr::eq(
        media.bytes().unwrap(),
        media.clone().bytes().unwrap()
    ));
}

#[test]
fn media_are_equal_if_source_kind_and_name_are() {
    let media = Media::file(PNG).unwrap();
    assert_eq!(media, Media::image(PNG).unwrap());
    assert_ne!(media, Media::file(&PNG[..9]).unwrap());
    assert_ne!(media, media.clone().named("a.png"));
    let url = "https://a.b";
    assert_ne!(Media::image_url(url).unwrap(), Media::pdf_url(url).unwrap());
}

#[test]
fn debug_shows_neither_bytes_nor_address_nor_name() {
    let media = [
        Media::image("GIF89acanary").unwrap().named("canary"),
        Media::pdf_url("https://a.b/?key=canary").unwrap(),
    ];
    let shown = format!("{media:?}");
    assert_eq!(
        shown,
        "[Media { kind: Image, bytes: 12 }, Media { kind: Pdf, .. }]"
    );
}

#[test]
fn a_pdf_counts_by_the_pages_that_it_names_or_by_its_size() {
    let tokens = |bytes: &[u8]| Media::pdf(bytes).unwrap().tokens();
    let page = tokens(b"%PDF-1.7");
    assert_eq!(
        tokens(b"%PDF-1.7 /Type /Pages /Type /Page /Type/Page>> /Type/PageLabel"),
        2 * page
    );
    let mut long = b"%PDF-1.7".to_vec();
    long.resize(120 * 1024, b' ');
    assert_eq!(tokens(&long), 3 * page);
    assert_eq!(Media::pdf_url("https://a.b").unwrap().tokens(), page);
    let image = Media::file(PNG).unwrap().tokens();
    assert!(image > 0 && image < page);
}
