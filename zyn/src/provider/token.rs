use std::fmt;

/// A piece of an answer as the model wrote it, and how likely that piece was. `Debug` hides the text.
///
/// # Examples
///
/// ```
/// use zyn::provider::Token;
/// use zyn::{Response, Usage};
///
/// let mut response = Response::new(r#"{"label":"High"}"#, Usage::new(9, 3));
/// response.tokens = vec![
///     Token::new(r#"{"label":""#, 1.0),
///     Token::new("High", 0.8),
///     Token::new(r#""}"#, 1.0),
/// ];
/// assert_eq!(format!("{:?}", response.tokens[1]), "Token { bytes: 4, logprob: -0.2231435513142097 }");
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Token {
    /// Its text. A character may be divided among several tokens, so these are bytes.
    pub bytes: Vec<u8>,
    /// The natural logarithm of its probability: 0 is certain, and the less, the less likely.
    pub logprob: f64,
}

impl Token {
    /// A token that had this probability, from 0 to 1.
    pub fn new(text: impl Into<String>, probability: f64) -> Self {
        Self {
            bytes: text.into().into_bytes(),
            logprob: probability.ln(),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("bytes", &self.bytes.len())
            .field("logprob", &self.logprob)
            .finish()
    }
}
