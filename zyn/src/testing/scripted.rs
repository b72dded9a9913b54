use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::told::told;
use crate::provider::{
    BoxFuture, ConfigError, Failure, Heard, Profile, Provider, ProviderError, Request, Response,
    Token,
};
use crate::session::{Media, Message, Usage};

const NAME: &str = "scripted";

/// A provider that answers from a list, or from a closure.
///
/// A stream tells an answer word by word. An answer that is a text reports usage: a token for every four bytes, begun
/// ones included, of what was sent and of the answer; images and PDFs count as a window counts them. When the list has
/// ended, a call is a [`ConfigError::ScriptEnded`].
///
/// # Examples
///
/// ```
/// use zyn::testing::Scripted;
/// use zyn::{Failure, Message, Provider, Request};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let model = Scripted::new(["Paris"]).then(Failure::RateLimit).then("Rome");
/// let request = Request::new(Message::user("The capital of France?"));
///
/// let answer = model.call(&request).await.unwrap();
/// assert_eq!(answer.text, "Paris");
/// assert_eq!(answer.usage.unwrap().total(), 6 + 2);
///
/// let refused = model.call(&request).await.unwrap_err();
/// assert_eq!(refused.kind, Failure::RateLimit);
/// # }
/// ```
pub struct Scripted {
    script: Script,
    profile: Profile,
}

enum Script {
    List {
        left: Mutex<VecDeque<Reply>>,
        answers: usize,
    },
    Closure(Box<Closure>),
}

type Closure = dyn Fn(&Request) -> Result<Response, ProviderError> + Send + Sync;

/// One entry of a script: made of a text, a [`Response`], a [`Failure`] or a [`ProviderError`].
#[derive(Debug, Clone)]
pub struct Reply(Entry);

#[derive(Debug, Clone)]
enum Entry {
    Text(String, Vec<Token>),
    Broken(String),
    Response(Response),
    Error(ProviderError),
}

impl Reply {
    /// An answer whose tokens were as likely as this, from 0 to 1, for what is [`measured`](crate::Synapse::measured). The
    /// answer is the text of all of them, and may be one token.
    ///
    /// # Examples
    ///
    /// A test of a threshold, without a model:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::testing::{Reply, Scripted};
    /// use zyn::{ErrorKind, Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::new([Reply::measured([(r#"{"answer":true}"#, 0.5)])]));
    /// let refund = zyn::binary("Is a refund due?").measured().confidence(0.9);
    /// let error = refund.fire(&llm, &mut Session::new(), "Three weeks late!").await.unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::LowConfidence { reported: 0.5, .. }));
    /// # }
    /// ```
    pub fn measured<'t>(tokens: impl IntoIterator<Item = (&'t str, f64)>) -> Self {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let text = tokens.iter().map(|(text, _)| *text).collect();
        let tokens = tokens.into_iter();
        let tokens = tokens.map(|(text, probability)| Token::new(text, probability));
        Self(Entry::Text(text, tokens.collect()))
    }

    /// An answer whose connection breaks behind this text. Who asked for a stream has heard the text by then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::{Reply, Scripted};
    /// use zyn::{Failure, Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::new([Reply::broken("Where is")]));
    /// let mut session = Session::new();
    /// let polite = zyn::transform("Make it polite");
    /// let mut stream = polite.stream(&llm, &mut session, "WHERE IS MY PARCEL")?;
    /// assert_eq!(stream.text().await.as_deref(), Some("Where "));
    /// let error = stream.finish().await.unwrap_err();
    /// assert_eq!(error.provider().unwrap().kind, Failure::Interrupted);
    /// assert!(session.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn broken(text: impl Into<String>) -> Self {
        Self(Entry::Broken(text.into()))
    }
}

impl Scripted {
    /// Answers in this order, then no more.
    pub fn new<R: Into<Reply>>(answers: impl IntoIterator<Item = R>) -> Self {
        let left: VecDeque<_> = answers.into_iter().map(Into::into).collect();
        Self::of(Script::List {
            answers: left.len(),
            left: Mutex::new(left),
        })
    }

    /// Answers what `answer` makes of each request.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::testing::Scripted;
    /// use zyn::{Message, Provider, Request, Response, Usage};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let echo = Scripted::by(|request| Ok(Response::new(request.prompt.text(), Usage::new(1, 1))));
    /// let answer = echo.call(&Request::new(Message::user("hi"))).await.unwrap();
    /// assert_eq!(answer.text, "hi");
    /// # }
    /// ```
    pub fn by(
        answer: impl Fn(&Request) -> Result<Response, ProviderError> + Send + Sync + 'static,
    ) -> Self {
        Self::of(Script::Closure(Box::new(answer)))
    }

    fn of(script: Script) -> Self {
        Self {
            script,
            profile: Profile::default(),
        }
    }

    /// Adds one answer to the list. A closure, which never ends, is left as it is.
    #[must_use]
    pub fn then(mut self, reply: impl Into<Reply>) -> Self {
        if let Script::List { left, answers } = &mut self.script {
            left.get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .push_back(reply.into());
            *answers = answers.saturating_add(1);
        }
        self
    }

    /// What the model can do; the default profile if not set.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::testing::Scripted;
    /// use zyn::{Profile, Provider};
    ///
    /// let mut profile = Profile::default();
    /// profile.schema_visible = false;
    /// let hides_the_schema = Scripted::new(["{}"]).can(profile);
    /// assert!(!hides_the_schema.profile().schema_visible);
    /// ```
    #[must_use]
    pub fn can(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The answer, and what is heard of it while it is written.
    fn answer(&self, request: &Request) -> (Result<Response, ProviderError>, String) {
        match self.entry(request) {
            Entry::Text(text, tokens) => {
                let usage = estimated(request, &text);
                let response = Response {
                    model: Some(NAME.to_owned()),
                    finish: Some("stop".to_owned()),
                    tokens,
                    ..Response::new(text.clone(), usage)
                };
                (Ok(response), text)
            }
            Entry::Response(response) => {
                let text = response.text.clone();
                (Ok(response), text)
            }
            Entry::Broken(text) => {
                let error = ProviderError::new(NAME, Failure::Interrupted);
                (Err(error), text)
            }
            Entry::Error(error) => (Err(error), String::new()),
        }
    }

    fn entry(&self, request: &Request) -> Entry {
        let (left, answers) = match &self.script {
            Script::Closure(answer) => {
                return answer(request).map_or_else(Entry::Error, Entry::Response);
            }
            Script::List { left, answers } => (left, *answers),
        };
        let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
        left.pop_front().map_or_else(
            || {
                let ended = ConfigError::ScriptEnded { answers };
                Entry::Error(ProviderError::new(NAME, Failure::Config(ended)))
            },
            |Reply(entry)| entry,
        )
    }
}

/// A token for every four bytes of what was sent and of the answer, and what was attached beside it.
pub(super) fn estimated(request: &Request, answer: &str) -> Usage {
    let messages = request.history.iter().chain([&request.prompt]);
    let attached = messages.flat_map(Message::media).map(Media::tokens);
    let sent = attached.fold(tokens(sent(request)), u64::saturating_add);
    Usage::new(sent, tokens(answer.len()))
}

/// The bytes of text in a request.
fn sent(request: &Request) -> usize {
    let messages = request.history.iter();
    let messages = messages.chain([&request.prompt]).chain(&request.feedback);
    let note = request.note.as_deref().map_or(0, str::len);
    let schema = request
        .schema
        .as_ref()
        .map_or(0, |schema| schema.json.len());
    messages.map(Message::text).map(str::len).sum::<usize>() + request.system.len() + note + schema
}

fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

impl Provider for Scripted {
    fn name(&self) -> &str {
        NAME
    }

    fn model(&self) -> &str {
        NAME
    }

    fn profile(&self) -> Profile {
        self.profile
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move { self.answer(request).0 })
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let (outcome, text) = self.answer(request);
            told(&text, heard).await;
            outcome
        })
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self(Entry::Text(text.to_owned(), Vec::new()))
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Self(Entry::Text(text, Vec::new()))
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self(Entry::Response(response))
    }
}

impl From<Failure> for Reply {
    fn from(kind: Failure) -> Self {
        ProviderError::new(NAME, kind).into()
    }
}

impl From<ProviderError> for Reply {
    fn from(error: ProviderError) -> Self {
        Self(Entry::Error(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn call(scripted: &Scripted) -> Result<Response, ProviderError> {
        scripted
            .call(&Request::new(Message::user("12345678")))
            .await
    }

    #[tokio::test]
    async fn answers_come_in_order_and_then_no_more() {
        let scripted = Scripted::new(["one"])
            .then(Failure::Server)
            .then("two".to_owned());
        assert_eq!(call(&scripted).await.unwrap().text, "one");
        assert_eq!(call(&scripted).await.unwrap_err().kind, Failure::Server);
        assert_eq!(call(&scripted).await.unwrap().text, "two");
        let ended = Failure::Config(ConfigError::ScriptEnded { answers: 3 });
        assert_eq!(call(&scripted).await.unwrap_err().kind, ended);
    }

    #[tokio::test]
    async fn usage_is_estimated_from_all_that_was_sent() {
        let request = Request {
            system: "1234",
            history: [Message::user("1234")].into_iter().collect(),
            note: Some("1234".into()),
            feedback: vec![Message::user("1234")],
            ..Request::new(Message::user("12345"))
        };
        let answer = Scripted::new(["12345"]).call(&request).await.unwrap();
        assert_eq!(answer.usage, Some(Usage::new(6, 2)));
    }
}
