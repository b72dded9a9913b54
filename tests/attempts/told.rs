//! What a tracer is told of attempts: each event names its model, and each span says why the attempt was made.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use zyn::policy::{Breaker, Hedging, RateLimit};
use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Budget, Failure, Profile, Response, Usage};

use crate::model::{SECOND, answer, answering, failed, failing, fire, model};

/// The names of fields, and what was in them.
#[derive(Debug, Clone, Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn of(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let field = fields.find(|(field, _)| *field == name);
        field.map(|(_, value)| value.as_str())
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

/// An event, or a span as it was at its end.
#[derive(Debug, Clone)]
struct Said {
    /// The span that all of a test stands in.
    root: Id,
    /// What it is called; an event, what it says.
    name: String,
    fields: Fields,
    /// The model of the span that it stands in.
    around: Option<String>,
}

const MODEL: &str = "gen_ai.request.model";

impl Said {
    /// The model that it is about.
    fn model(&self) -> Option<&str> {
        let own = self
            .fields
            .of(MODEL)
            .or(self.fields.of("zyn.fallback.from"));
        own.or(self.around.as_deref())
    }
}

/// Keeps all that is said.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<Said>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Ear {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(span.extensions_mut().get_mut::<Fields>().unwrap());
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else {
            return;
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let around = span
            .extensions()
            .get::<Fields>()
            .unwrap()
            .of(MODEL)
            .map(str::to_owned);
        let said = Said {
            root: span.scope().last().unwrap().id(),
            name: fields.of("message").unwrap_or_default().to_owned(),
            fields,
            around,
        };
        self.0.lock().unwrap().push(said);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        let said = Said {
            root: span.scope().last().unwrap().id(),
            name: span.name().to_owned(),
            fields: span.extensions().get::<Fields>().unwrap().clone(),
            around: None,
        };
        self.0.lock().unwrap().push(said);
    }
}

/// What is said while `act` is carried out.
async fn said(act: impl Future<Output = ()>) -> Vec<Said> {
    static EAR: OnceLock<Ear> = OnceLock::new();
    // for all tests of this program: one for this thread alone misses places that another thread comes to first
    let ear = EAR.get_or_init(|| {
        let ear = Ear::default();
        let subscriber = tracing_subscriber::registry().with(ear.clone());
        tracing::subscriber::set_global_default(subscriber).unwrap();
        ear
    });
    let root = tracing::info_span!("test");
    act.instrument(root.clone()).await;
    let said = ear.0.lock().unwrap().clone();
    let root = root.id().unwrap();
    said.into_iter().filter(|it| it.root == root).collect()
}

/// The models that an event of these words is about.
fn models<'a>(said: &'a [Said], words: &str) -> Vec<Option<&'a str>> {
    let told = said.iter().filter(|it| it.name.contains(words));
    told.map(Said::model).collect()
}

#[tokio::test(start_paused = true)]
async fn retries_fallbacks_and_what_is_not_made_name_their_model() {
    let said = said(async {
        let spare = failing("spare", Failure::Overloaded).retry_reserve(0);
        let first = failing("first", Failure::Overloaded)
            .retry(1)
            .fallback(&spare);
        fire(&first).await.unwrap_err();
        let poor = failing("poor", Failure::Connect).budget(Budget::attempts(1));
        fire(&poor).await.unwrap_err();
        let empty = failing("empty", Failure::Connect).retry_reserve(0);
        fire(&empty).await.unwrap_err();
        fire(&empty).await.unwrap_err();
    })
    .await;
    assert_eq!(
        models(&said, "repeating the call"),
        [Some("first"), Some("poor")]
    );
    assert_eq!(models(&said, "another model is asked"), [Some("first")]);
    assert_eq!(models(&said, "the attempt is not made"), [Some("poor")]);
    let used_up = models(&said, "the reserve of retries is used up");
    assert!(used_up.contains(&Some("empty")), "{used_up:?}");
}

#[tokio::test(start_paused = true)]
async fn second_attempts_breakers_and_limits_name_their_model() {
    let said = said(async {
        let slow = answering("slow", 3 * SECOND, "hi").hedging(Hedging::after(SECOND).part(1.0));
        fire(&slow).await.unwrap();
        let ill = model("ill", |attempt| match attempt {
            0 => (SECOND, failed(Failure::Connect)),
            _ => (SECOND, answer("hi", Usage::new(1, 1))),
        });
        let ill = ill.retry(0).breaker(Breaker::new().calls(1));
        fire(&ill).await.unwrap_err();
        tokio::time::sleep(20 * SECOND).await;
        fire(&ill).await.unwrap();
        let limit = RateLimit::new().requests(60).burst(SECOND);
        let limited = answering("limited", Duration::ZERO, "hi").rate_limit(&limit);
        fire(&limited).await.unwrap();
        fire(&limited).await.unwrap();
        fire(&limited.timeout(SECOND / 2)).await.unwrap_err();
    })
    .await;
    for (model, words) in [
        ("slow", "a second attempt is made beside the first"),
        ("ill", "the endpoint fails"),
        ("ill", "one call finds out"),
        ("ill", "the endpoint is well again: "),
        ("limited", "the rate limit lets the call through"),
        ("limited", "the rate limit turns the call away"),
    ] {
        assert_eq!(models(&said, words), [Some(model)], "{words}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_span_of_an_attempt_says_why_it_was_made_and_how_long_it_waited() {
    let said = said(async {
        let spare = answering("spare", SECOND, "hi");
        let mut error = zyn::ProviderError::new("test", Failure::Overloaded);
        error.retry_after = Some(30 * SECOND);
        let first = model("first", move |_| (SECOND, Err(error.clone())));
        fire(&first.retry(1).fallback(&spare)).await.unwrap();
    })
    .await;
    let spans: Vec<_> = said.iter().filter(|it| it.name == "chat").collect();
    let of = |name: &str| -> Vec<_> { spans.iter().map(|it| it.fields.of(name)).collect() };
    assert_eq!(of(MODEL), [Some("first"), Some("first"), Some("spare")]);
    assert_eq!(
        of("zyn.attempt.reason"),
        [Some("first"), Some("retry"), Some("fallback")]
    );
    let waited: Vec<_> = of("zyn.attempt.waited_ms")
        .into_iter()
        .map(|it| it.unwrap().parse::<u64>().unwrap())
        .collect();
    assert_eq!((waited[0], waited[2]), (0, 0));
    assert!((30_000..=34_000).contains(&waited[1]), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_captured_has_the_system_message_and_the_note_and_nothing_unredacted() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = Arc::clone(&seen);
    let said = said(async {
        let reply = Response::new(r#"{"value":3}"#, Usage::new(1, 1));
        let mut hides_the_schema = Profile::default();
        hides_the_schema.schema_visible = false;
        let scripted = Scripted::new([reply]).can(hides_the_schema);
        let llm = Llm::new(scripted).capture(move |text| {
            let mut seen = heard.lock().unwrap();
            seen.push(text.to_owned());
            format!("part {}", seen.len())
        });
        let count = zyn::extract::<u8>("The number of parcels");
        let mut session = Session::new();
        count
            .fire(&llm, &mut session, "Three parcels")
            .await
            .unwrap();
    })
    .await;
    let seen = seen.lock().unwrap().clone();
    let [system, prompt, note, reply] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert!(system.contains("one task at a time"), "{system}");
    assert!(prompt.contains("Three parcels"), "{prompt}");
    assert!(note.contains("value"), "the schema in words: {note}");
    assert_eq!(reply, r#"{"value":3}"#);
    let span = said.iter().find(|it| it.name == "chat").unwrap();
    let roles = |field: &str| -> Vec<(String, String)> {
        let messages = span.fields.of(field).unwrap();
        let messages: serde_json::Value = serde_json::from_str(messages).unwrap();
        let messages = messages.as_array().unwrap().iter().map(|message| {
            let text = &message["parts"][0]["content"];
            let [role, text] = [&message["role"], text].map(|it| it.as_str().unwrap().to_owned());
            (role, text)
        });
        messages.collect()
    };
    let part = |role: &str, number: u8| (role.to_owned(), format!("part {number}"));
    assert_eq!(
        roles("gen_ai.input.messages"),
        [part("system", 1), part("user", 2), part("user", 3)]
    );
    assert_eq!(roles("gen_ai.output.messages"), [part("assistant", 4)]);
}
