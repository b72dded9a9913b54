//! Code of a user's that panics, wherever zyn calls it, in each mode of sharing.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{BoxFuture, Error, Profile, Provider, ProviderError, Request, Response};

use super::held::{Held, Mode, is_same};
use super::{LOW, PLAN, TICKET, anything, conversation, handle};

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Parcel {
    trap: Trap,
}

/// A text that panics where it says.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(with = "String")]
struct Trap(String);

impl From<String> for Trap {
    fn from(text: String) -> Self {
        assert_ne!(text, "deserialize", "deserialising panics");
        Self(text)
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        assert_ne!(self.0, "drop", "dropping panics");
    }
}

/// A validator's problem, which panics when it is written down.
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("writing panics")
    }
}

/// An input, and a provider, that panic.
struct Broken;

impl ToPrompt for Broken {
    fn to_prompt(&self) -> String {
        panic!("the input panics")
    }
}

impl Provider for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn model(&self) -> &str {
        "broken"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async { panic!("the transport panics") })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Input,
    Transport,
    Deserialize,
    Validator,
    Problem,
    Drop,
    Listener,
}

const PLACES: [Place; 7] = [
    Place::Input,
    Place::Transport,
    Place::Deserialize,
    Place::Validator,
    Place::Problem,
    Place::Drop,
    Place::Listener,
];

async fn panic_at(place: Place, held: &mut Held) -> Result<(), Error> {
    let parcel = zyn::extract::<Parcel>("The parcel");
    let answer = |trap: &str| Llm::new(Scripted::new([format!(r#"{{"trap":"{trap}"}}"#)]));
    let (llm, parcel) = match place {
        Place::Input | Place::Validator => {
            let panics = |_: &Parcel| -> Result<(), &str> { panic!("the validator panics") };
            (answer("none"), parcel.validate(panics))
        }
        Place::Transport => (Llm::new(Broken), parcel),
        Place::Deserialize => (answer("deserialize"), parcel),
        Place::Problem => (answer("none"), parcel.validate(|_| Err(Unspeakable))),
        Place::Drop => (answer("drop"), parcel),
        Place::Listener => (Llm::new(Scripted::new([LOW])), parcel),
    };
    let work = async |session: &mut Session| match place {
        Place::Input => parcel.fire(&llm, session, Broken).await.map(drop),
        Place::Listener => {
            let listener = |_: &zyn::Event| panic!("the listener panics");
            let run = handle(TICKET, anything).on_event(listener);
            run.run(&llm, session).await.map(drop)
        }
        _ => parcel.fire(&llm, session, TICKET).await.map(drop),
    };
    held.change(work).await
}

#[test]
fn a_panic_at_any_place_leaves_the_conversation_as_it_was_and_the_next_fire_works() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let before = runtime.block_on(conversation());
    for place in PLACES {
        for mode in [Mode::Exclusive, Mode::Transaction, Mode::Branch] {
            let mut held = Held::new(mode, &before);
            let panicking = panic_at(place, &mut held);
            let panicked = catch_unwind(AssertUnwindSafe(|| runtime.block_on(panicking)));
            assert!(panicked.is_err(), "{place:?}, {mode:?}: {panicked:?}");
            assert!(is_same(&held.now(), &before), "{place:?}, {mode:?}");
            let llm = Llm::new(Scripted::new([PLAN]));
            let next = async |session: &mut Session| {
                zyn::transform("Answer").fire(&llm, session, TICKET).await
            };
            runtime.block_on(held.change(next)).unwrap();
            assert_eq!(held.now().len(), before.len() + 2, "{place:?}, {mode:?}");
        }
    }
}
