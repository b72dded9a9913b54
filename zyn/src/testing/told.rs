use crate::provider::Heard;

/// Tells `text` word by word, and lets whoever listens have each before the next.
pub(super) async fn told(text: &str, heard: &mut Heard<'_>) {
    for word in text.split_inclusive(char::is_whitespace) {
        heard(word);
        tokio::task::yield_now().await;
    }
}
