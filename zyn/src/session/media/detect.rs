//! What bytes and addresses tell of themselves.

use super::MediaKind;

/// About how many tokens an image is. Providers count from a few hundred for a small one to some thousand for a large
/// one; this is what most count for a photo of a thousand pixels a side.
const PER_IMAGE: u64 = 1_500;

/// About how many tokens a page of a PDF is: its picture and its text.
const PER_PAGE: u64 = 2_000;

/// The pages of a PDF that tells nothing of them are as many as it has times this, begun ones included.
const BYTES_PER_PAGE: usize = 50 * 1024;

const PDF: &str = "application/pdf";

/// The kind and the media type that the first bytes are those of.
pub(super) fn by_first_bytes(bytes: &[u8]) -> Option<(MediaKind, &'static str)> {
    let image = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        _ => {
            let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let is_pdf = rest.trim_ascii_start().starts_with(b"%PDF-");
            return is_pdf.then_some((MediaKind::Pdf, PDF));
        }
    };
    Some((MediaKind::Image, image))
}

/// The media type that the ending of an address tells of.
pub(super) fn by_ending(kind: MediaKind, url: &str) -> Option<&'static str> {
    if kind == MediaKind::Pdf {
        return Some(PDF);
    }
    let (_, address) = url.split_once("://")?;
    let (_, path) = address.split(['?', '#']).next()?.split_once('/')?;
    let (_, ending) = path.rsplit_once('.')?;
    match &*ending.to_ascii_lowercase() {
        "png" => Some("image/png"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "gif" => Some("image/gif"),
        "webp" => Some("image/webp"),
        _ => None,
    }
}

/// Whether it reads like an address of the web.
pub(super) fn is_url(url: &str) -> bool {
    let begins_with = |scheme: &str| {
        let start = url.get(..scheme.len());
        start.is_some_and(|it| it.eq_ignore_ascii_case(scheme)) && url.len() > scheme.len()
    };
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    (begins_with("https://") || begins_with("http://")) && !url.contains(is_odd)
}

/// About how many tokens it is. The pages of a PDF are those that it names where it is not compressed; else they are
/// guessed by its size, and one whose bytes are not here counts as a page.
pub(super) fn tokens(kind: MediaKind, bytes: &[u8]) -> u64 {
    match kind {
        MediaKind::Image => PER_IMAGE,
        MediaKind::Pdf => {
            let pages = match named_pages(bytes) {
                0 => bytes.len().div_ceil(BYTES_PER_PAGE).max(1),
                named => named,
            };
            PER_PAGE.saturating_mul(pages as u64)
        }
    }
}

/// How often `/Type /Page` stands there, and not `/Type /Pages`.
fn named_pages(bytes: &[u8]) -> usize {
    let is_page = |rest: &[u8]| {
        let name = rest.strip_prefix(b"/Type").map(<[u8]>::trim_ascii_start);
        let behind = name.and_then(|name| name.strip_prefix(b"/Page"));
        behind.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
    };
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let rests = starts.filter_map(|(at, _)| bytes.get(at..));
    rests.filter(|rest| is_page(rest)).count()
}
