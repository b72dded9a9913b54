//! An image or a PDF.

mod detect;
mod stored;

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// An image or a PDF, as bytes or by its address: an input of a synapse, alone or beside text.
///
/// Where text can stand in a prompt, it can too: as the input, in a list or a tuple with other parts, in a hole. The
/// prompt's text names it (`input: (attachment 1: an image)`), and the provider is sent it with the message. It is kept
/// with the conversation, so a later step can read it again, and pays for it again. A model that takes none is an error
/// before anything is sent ([`ErrorKind::MediaNotTaken`](crate::ErrorKind::MediaNotTaken)).
///
/// What is sent in one turn counts against [`Llm::max_input`](crate::Llm::max_input), which is 4 MiB: raise it for large
/// scans. A clone copies no bytes. `Debug` shows kind and size alone. It is not `Serialize`, or it could be written into a
/// prompt as the letters of its bytes; a session that holds it is.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::Media;
/// use zyn::testing::Scripted;
///
/// #[derive(Debug, Deserialize, JsonSchema, Extract)]
/// struct Invoice {
///     number: String,
///     /// In cents.
///     total: u64,
/// }
///
/// # let llm = Llm::new(Scripted::new([r#"{"number":"R-7","total":1990}"#, "Yes."]));
/// # let (invoice, photo) = ("%PDF-1.7 …", "GIF89a…");
/// let invoice = Media::pdf(invoice)?; // std::fs::read("invoice.pdf")?
/// let photo = Media::image(photo)?;
///
/// let mut session = Session::new();
/// let read = zyn::extract::<Invoice>("The invoice").fire(&llm, &mut session, &invoice).await?;
/// assert_eq!(read.total, 1990);
///
/// let input = ("Bought in May:", &photo);
/// zyn::transform("Is this what was bought?").fire(&llm, &mut session, input).await?;
/// assert_eq!(session.at(2)?.media().next(), Some(&photo));
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0277
/// let photo = zyn::Media::image("GIF89a…").unwrap();
/// fn as_json(value: &impl zyn::prelude::Serialize) {}
/// as_json(&photo); // not `Serialize`
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    source: Source,
    kind: MediaKind,
    mime: Option<&'static str>,
    name: Option<Arc<str>>,
    tokens: u64,
}

#[derive(Clone, PartialEq, Eq)]
enum Source {
    Bytes(Bytes),
    Url(Arc<str>),
}

/// What a [`Media`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// PNG, JPEG, GIF or WebP.
    Image,
    /// A PDF.
    Pdf,
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Image => "an image",
            Self::Pdf => "a PDF",
        })
    }
}

/// Why something is no [`Media`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// There are no bytes.
    #[error("the file is empty; give the bytes of a PNG, JPEG, GIF, WebP or PDF")]
    Empty,
    /// The first bytes are those of no kind that models take.
    #[error(
        "the bytes are no PNG, JPEG, GIF, WebP or PDF; convert the file to one, or give its text"
    )]
    Unknown,
    /// It is one, and not of the kind that was said.
    #[error("the bytes are {found} and not {wanted}; call the constructor of that kind")]
    OtherKind {
        /// What it was to be.
        wanted: MediaKind,
        /// What it is.
        found: MediaKind,
    },
    /// The address is none that a provider could read.
    #[error(
        "the address does not begin with `https://` or `http://`, or has a blank in it; give one that the provider can read, or the bytes"
    )]
    Url,
}

impl Media {
    /// An image or a PDF, whichever the bytes are.
    ///
    /// # Errors
    ///
    /// [`MediaError`] if they are neither.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::Media;
    /// use zyn::input::{MediaError, MediaKind};
    ///
    /// assert_eq!(Media::file("%PDF-1.7 …")?.kind(), MediaKind::Pdf);
    /// assert_eq!(Media::file("Dear Ada"), Err(MediaError::Unknown));
    /// # Ok::<(), MediaError>(())
    /// ```
    pub fn file(bytes: impl Into<Vec<u8>>) -> Result<Self, MediaError> {
        let bytes = Bytes::from(bytes.into());
        if bytes.is_empty() {
            return Err(MediaError::Empty);
        }
        let (kind, mime) = detect::by_first_bytes(&bytes).ok_or(MediaError::Unknown)?;
        Ok(Self {
            tokens: detect::tokens(kind, &bytes),
            source: Source::Bytes(bytes),
            kind,
            mime: Some(mime),
            name: None,
        })
    }

    /// An image: PNG, JPEG, GIF or WebP.
    ///
    /// # Errors
    ///
    /// [`MediaError`] if the bytes are none.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::Media;
    ///
    /// let photo = Media::image(*b"\xff\xd8\xff\xe0")?;
    /// assert_eq!(photo.mime(), Some("image/jpeg"));
    /// assert_eq!(format!("{photo:?}"), "Media { kind: Image, bytes: 4 }");
    /// # Ok::<(), zyn::input::MediaError>(())
    /// ```
    pub fn image(bytes: impl Into<Vec<u8>>) -> Result<Self, MediaError> {
        Self::file(bytes)?.only(MediaKind::Image)
    }

    /// A PDF.
    ///
    /// # Errors
    ///
    /// [`MediaError`] if the bytes are none.
    pub fn pdf(bytes: impl Into<Vec<u8>>) -> Result<Self, MediaError> {
        Self::file(bytes)?.only(MediaKind::Pdf)
    }

    /// An image that the provider reads from `url`. Not all do; one that does not says so in its answer.
    ///
    /// # Errors
    ///
    /// [`MediaError::Url`] if it is not an address of the web.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::Media;
    ///
    /// let photo = Media::image_url("https://example.com/roof.webp?size=2")?;
    /// assert_eq!((photo.mime(), photo.bytes()), (Some("image/webp"), None));
    /// # Ok::<(), zyn::input::MediaError>(())
    /// ```
    pub fn image_url(url: impl Into<String>) -> Result<Self, MediaError> {
        Self::by_url(url.into(), MediaKind::Image)
    }

    /// A PDF that the provider reads from `url`. Not all do; one that does not says so in its answer.
    ///
    /// # Errors
    ///
    /// [`MediaError::Url`] if it is not an address of the web.
    pub fn pdf_url(url: impl Into<String>) -> Result<Self, MediaError> {
        Self::by_url(url.into(), MediaKind::Pdf)
    }

    fn by_url(url: String, kind: MediaKind) -> Result<Self, MediaError> {
        if !detect::is_url(&url) {
            return Err(MediaError::Url);
        }
        Ok(Self {
            tokens: detect::tokens(kind, &[]),
            mime: detect::by_ending(kind, &url),
            source: Source::Url(url.into()),
            kind,
            name: None,
        })
    }

    fn only(self, wanted: MediaKind) -> Result<Self, MediaError> {
        match self.kind {
            found if found == wanted => Ok(self),
            found => Err(MediaError::OtherKind { wanted, found }),
        }
    }

    /// The same under the name of its file, for the providers that take one.
    ///
    /// # Examples
    ///
    /// ```
    /// let invoice = zyn::Media::pdf("%PDF-1.7 …")?.named("R-7.pdf");
    /// assert_eq!(invoice.name(), Some("R-7.pdf"));
    /// # Ok::<(), zyn::input::MediaError>(())
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into().into());
        self
    }

    /// The name of its file, if it was given one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it is.
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// Whether it is an image.
    pub fn is_image(&self) -> bool {
        self.kind == MediaKind::Image
    }

    /// Whether it is a PDF.
    pub fn is_pdf(&self) -> bool {
        self.kind == MediaKind::Pdf
    }

    /// Its media type, as in `image/png`; `None` for the address of an image whose ending does not tell.
    pub fn mime(&self) -> Option<&'static str> {
        self.mime
    }

    /// Its bytes; `None` if it is given by its address.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes),
            Source::Url(_) => None,
        }
    }

    /// Its address; `None` if it is given as bytes.
    pub fn url(&self) -> Option<&str> {
        match &self.source {
            Source::Bytes(_) => None,
            Source::Url(url) => Some(url),
        }
    }

    /// Its bytes as providers are sent them; `None` if it is given by its address.
    ///
    /// # Examples
    ///
    /// ```
    /// let photo = zyn::Media::image("GIF89a")?;
    /// assert_eq!(photo.base64().as_deref(), Some("R0lGODlh"));
    /// # Ok::<(), zyn::input::MediaError>(())
    /// ```
    pub fn base64(&self) -> Option<String> {
        self.bytes().map(|bytes| STANDARD.encode(bytes))
    }

    /// How many bytes it has that are sent: those of an address, if it is given by that.
    pub(crate) fn size(&self) -> usize {
        match &self.source {
            Source::Bytes(bytes) => bytes.len(),
            Source::Url(url) => url.len(),
        }
    }

    /// About how many tokens it is to a model.
    pub(crate) fn tokens(&self) -> u64 {
        self.tokens
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Media");
        shown.field("kind", &self.kind);
        match &self.source {
            Source::Bytes(bytes) => shown.field("bytes", &bytes.len()).finish(),
            // an address may hold a signature that opens it
            Source::Url(_) => shown.finish_non_exhaustive(),
        }
    }
}

#[cfg(test)]
mod tests;
