//! Media as they are serialised with a session: in base64, or by their address.
//!
//! Not on the type itself, or `analyze` and `convert` would take media as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Media, MediaError, MediaKind};

#[derive(Serialize, Deserialize)]
struct Stored {
    kind: Kind,
    #[serde(flatten)]
    source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Image,
    Pdf,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    Base64(String),
    Url(String),
}

impl Media {
    /// Writes it, or that there is none.
    #[allow(clippy::ref_option, reason = "as serde calls it")]
    pub(in crate::session) fn serialize<S: Serializer>(
        media: &Option<Self>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        media.as_ref().map(Stored::from).serialize(serializer)
    }

    /// Reads it, if there is one; the bytes are looked at once more.
    pub(in crate::session) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Self>, D::Error> {
        let stored = Option::<Stored>::deserialize(deserializer)?;
        stored.map(Stored::read).transpose()
    }
}

impl From<&Media> for Stored {
    fn from(media: &Media) -> Self {
        Self {
            kind: match media.kind {
                MediaKind::Image => Kind::Image,
                MediaKind::Pdf => Kind::Pdf,
            },
            source: match &media.source {
                super::Source::Bytes(bytes) => Source::Base64(STANDARD.encode(bytes)),
                super::Source::Url(url) => Source::Url((**url).to_owned()),
            },
            name: media.name.as_deref().map(str::to_owned),
        }
    }
}

impl Stored {
    fn read<E: Error>(self) -> Result<Media, E> {
        let media = match (self.source, self.kind) {
            (Source::Url(url), Kind::Image) => Media::image_url(url),
            (Source::Url(url), Kind::Pdf) => Media::pdf_url(url),
            (Source::Base64(text), kind) => {
                let bytes = STANDARD.decode(text).map_err(unreadable)?;
                match kind {
                    Kind::Image => Media::image(bytes),
                    Kind::Pdf => Media::pdf(bytes),
                }
            }
        };
        let media = media.map_err(|error: MediaError| unreadable(error))?;
        Ok(match self.name {
            Some(name) => media.named(name),
            None => media,
        })
    }
}

fn unreadable<E: Error>(problem: impl std::fmt::Display) -> E {
    E::custom(format_args!(
        "a stored image or PDF cannot be read: {problem}"
    ))
}
