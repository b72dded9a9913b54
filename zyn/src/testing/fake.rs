use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use super::scripted::estimated;
use super::told::told;
use crate::provider::{
    BoxFuture, ConfigError, Failure, Heard, Profile, Provider, ProviderError, Request, Response,
    Token,
};
use crate::reply;
use crate::schema::Schema;
use crate::schema::sample::sample;
use crate::synapse::longest;

const NAME: &str = "fake";

/// A provider that makes up its answers: whatever is asked for, it answers with a valid value of the type.
///
/// The same seed and the same request give the same answer, in whatever order and however many at once they come;
/// another prompt or another conversation gives another. Limits, formats, plain patterns, labels and what a verb demands
/// beside its schema (a ranking is a permutation, scores add up) are kept; a fake is entirely sure of its answers. What
/// only code knows, as a validator, it does not: its next answer to a re-ask is another one.
///
/// What cannot be made up, such as a pattern that looks around, is a [`ConfigError::Unmade`]. Usage is reported as
/// [`Scripted`](super::Scripted) reports it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Fake;
///
/// #[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
/// struct Parcel {
///     #[schemars(length(equal = 8))]
///     code: String,
///     #[schemars(range(min = 1, max = 30))]
///     kilograms: u8,
/// }
///
/// let parcel = zyn::extract::<Parcel>("The parcel");
/// let llm = Llm::new(Fake::new());
/// let made_up = parcel.fire(&llm, &mut Session::new(), "Where is it?").await?;
/// assert_eq!(made_up.code.len(), 8);
/// assert!((1..=30).contains(&made_up.kilograms));
/// assert_eq!(llm.spend().attempts, 1);
///
/// let again = Llm::new(Fake::new());
/// assert_eq!(parcel.fire(&again, &mut Session::new(), "Where is it?").await?, made_up);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Fake {
    seed: u64,
    latency: Duration,
}

impl Fake {
    /// Makes up the answers of seed 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes up the answers of another seed.
    ///
    /// # Examples
    ///
    /// A loop over seeds finds what one answer does not show:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Fake;
    /// use zyn::{Llm, Session};
    ///
    /// let angry = zyn::binary("Is the customer angry?");
    /// let mut answers = Vec::new();
    /// for seed in 0..20 {
    ///     let llm = Llm::new(Fake::seeded(seed));
    ///     answers.push(angry.fire(&llm, &mut Session::new(), "WHERE IS MY PARCEL").await?);
    /// }
    /// assert!(answers.contains(&true) && answers.contains(&false));
    /// # Ok(()) }
    /// ```
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Waits before each answer; not at all if not set.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    pub(crate) fn answer(&self, request: &Request) -> Result<Response, ProviderError> {
        let text = self
            .text(request)
            .map_err(|error| ProviderError::new(NAME, Failure::Config(error)))?;
        let usage = estimated(request, &text);
        let sure = request.logprobs.then(|| Token::new(text.clone(), 1.0));
        Ok(Response {
            tokens: sure.into_iter().collect(),
            model: Some(NAME.to_owned()),
            finish: Some("stop".to_owned()),
            ..Response::new(text, usage)
        })
    }

    fn text(&self, request: &Request) -> Result<String, ConfigError> {
        let seed = seed(self.seed, request);
        let Some(wire) = &request.schema else {
            return Ok(sentence(request, seed));
        };
        let unmade = |path: String, problem: String| ConfigError::Unmade {
            name: Arc::clone(&wire.name),
            path: (!path.is_empty()).then(|| path.into()),
            problem,
        };
        let refused = |error: crate::schema::SchemaError| unmade(error.path, error.problem);
        let made_up = |schema: &Schema| {
            sample(schema, seed).map_err(|error| unmade(error.path, error.problem))
        };
        let Some(original) = &request.original else {
            let document: Value = serde_json::from_str(&wire.json)
                .map_err(|error| unmade(String::new(), error.to_string()))?;
            let schema = Schema::from_value(&wire.name, document).map_err(refused)?;
            return Ok(made_up(&schema)?.to_string());
        };
        let form = original.for_dialect(wire.dialect).map_err(refused)?.form();
        let value = reply::filled(original, &made_up(original)?, form);
        Ok(match original.is_wrapped() {
            true => json!({ "value": value }).to_string(),
            false => value.to_string(),
        })
    }
}

/// A few words, no longer than the instruction allows.
fn sentence(request: &Request, seed: u64) -> String {
    const BEGINNINGS: [&str; 4] = ["All is well", "It rains in", "Nobody knows", "We will send"];
    const ENDS: [&str; 4] = ["by tomorrow.", "as agreed.", "in the harbor.", "once more."];
    let mut rng = Rng::with_seed(seed);
    let number = rng.u16(..);
    let mut words = [&BEGINNINGS, &ENDS]
        .into_iter()
        .filter_map(|all| rng.choice(all));
    let (first, last) = (words.next(), words.next());
    let parts = [
        first.copied().unwrap_or_default(),
        &number.to_string(),
        last.copied().unwrap_or_default(),
    ];
    let most = request.prompt.instruction().and_then(longest);
    let text = parts.join(" ");
    text.chars().take(most.unwrap_or(usize::MAX)).collect()
}

/// `seed` with all that the request says: FNV-1a, which is the same on every machine.
fn seed(seed: u64, request: &Request) -> u64 {
    let schema = request.schema.as_ref().map(|schema| &*schema.json);
    let messages = request.history.iter().chain([&request.prompt]);
    let messages = messages.chain(&request.feedback);
    let mut hash = seed ^ 0xcbf2_9ce4_8422_2325;
    let mut add = |text: &str| {
        // the end of a text counts too
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for message in messages {
        add(&message.rendered());
        for media in message.media() {
            add(&media.base64().unwrap_or_default());
            add(media.url().unwrap_or_default());
        }
    }
    add(schema.unwrap_or_default());
    hash
}

impl Provider for Fake {
    fn name(&self) -> &str {
        NAME
    }

    fn model(&self) -> &str {
        NAME
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            if !self.latency.is_zero() {
                tokio::time::sleep(self.latency).await;
            }
            self.answer(request)
        })
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let response = self.call(request).await?;
            told(&response.text, heard).await;
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::properties;
    use crate::schema::Dialect;
    use crate::session::Message;

    /// Maps as entries, tuples, types that contain themselves: written as each dialect asks for them.
    #[test]
    fn an_answer_to_every_shape_of_type_fits_what_was_sent() {
        let document = serde_json::json!({
            "type": "object",
            "properties": {
                "plain": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 3}},
                "numbered": {"type": "object", "patternProperties": {"^\\d+$": {"type": "boolean"}}, "additionalProperties": false, "minProperties": 2},
                "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "maxItems": 2},
                "tree": {"$ref": "#/$defs/Tree"},
                "note": {"type": ["string", "null"]},
            },
            "required": ["plain", "numbered", "pair", "tree"],
            "$defs": {"Tree": {
                "type": "object",
                "properties": {"kids": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Tree"}}, "up": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]}},
                "required": ["kids"],
            }},
        });
        let schema = Schema::from_value("Case", document.clone()).unwrap();
        for dialect in [Dialect::OpenAi, Dialect::LlamaCpp, Dialect::Prompted] {
            let rewritten = schema.for_dialect(dialect).unwrap();
            let sent: Value = serde_json::from_str(&rewritten.wire().json).unwrap();
            for seed in 0..50 {
                let mut request = Request::new(Message::user("Make one up"));
                request.schema = Some(rewritten.wire().clone());
                request.original = Some(schema.clone());
                let text = Fake::seeded(seed).text(&request).unwrap();
                let answer: Value = serde_json::from_str(&text).unwrap();
                let is_held = dialect != Dialect::Prompted;
                assert!(
                    !is_held || jsonschema::is_valid(&sent, &answer),
                    "{sent}\n{text}"
                );
                let decoded =
                    reply::decode(&text, &schema, &rewritten, reply::Manner::Strict, &|_| {
                        Ok(())
                    });
                let decoded = decoded.unwrap_or_else(|error| panic!("{text}\n{error:?}"));
                assert!(jsonschema::is_valid(&document, &decoded.value), "{text}");
            }
        }
    }

    #[test]
    fn an_answer_to_any_schema_fits_what_was_sent_and_is_read_as_it_is() {
        let mut made = 0;
        for seed in 0..500 {
            let document = properties::document(&mut Rng::with_seed(seed));
            let schema = Schema::from_value("Case", document.clone()).unwrap();
            let rewritten = schema.for_dialect(Dialect::OpenAi).unwrap();
            let mut request = Request::new(Message::user("Make one up"));
            request.schema = Some(rewritten.wire().clone());
            request.original = Some(schema.clone());
            let Ok(text) = Fake::seeded(seed).text(&request) else {
                continue;
            };
            made += 1;
            let sent: Value = serde_json::from_str(&rewritten.wire().json).unwrap();
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert!(jsonschema::is_valid(&sent, &answer), "{sent}\n{text}");
            let decoded =
                reply::decode(&text, &schema, &rewritten, reply::Manner::Lenient, &|_| {
                    Ok(())
                });
            let decoded = decoded.unwrap_or_else(|error| panic!("{document}\n{text}\n{error:?}"));
            assert!(decoded.repairs.is_empty());
            assert!(jsonschema::is_valid(&document, &decoded.value), "{text}");
        }
        assert!(made > 490, "{made}");
    }
}
