//! Another model, for where one fails or is not sure.

use std::time::Duration;

use tokio::time::Instant;
use zyn::policy::{Fallback, Outcome, Reason};
use zyn::prelude::*;
use zyn::schema::{Dialect, Schema};
use zyn::testing::{Recording, Reply, Scripted};
use zyn::{ErrorKind, Failure, Profile, Usage};

use crate::model::{Model, answer, failed, greet, seconds};

fn spare() -> Model {
    Model::by(|_| (Duration::ZERO, Ok(answer("Hi")))).named("spare")
}

#[tokio::test(start_paused = true)]
async fn what_no_other_server_can_mend_does_not_fall_back() {
    use Failure::*;
    let mended = [
        Connect,
        RateLimit,
        Overloaded,
        Unavailable,
        Server,
        Interrupted,
        Quota,
    ];
    let stays = [
        Auth,
        NotFound,
        Rejected,
        ContextWindow,
        Redirect,
        Refusal,
        Truncated,
        Empty,
        Protocol { what: "HTML" },
    ];
    for (kinds, calls) in [(mended.as_slice(), 1), (stays.as_slice(), 0)] {
        for kind in kinds {
            let spare = spare();
            let model = Model::failing(kind.clone());
            let llm = model.llm().retry(0).fallback(spare.llm());
            let fired = greet(&llm).await;
            assert_eq!(
                (spare.calls(), fired.is_ok()),
                (calls, calls == 1),
                "{kind:?}"
            );
            if let Err(error) = fired {
                assert_eq!(error.provider().unwrap().kind, *kind);
            }
        }
    }
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
struct Parcel {
    /// Without the country.
    code: String,
    weight: Option<u32>,
}

#[tokio::test(start_paused = true)]
async fn the_schema_and_the_prompt_are_made_anew_for_the_other_model() {
    let mut others = 0;
    for dialect in Dialect::ALL {
        let mut profile = Profile::default();
        profile.dialect = dialect;
        profile.schema_visible = dialect != Dialect::LlamaCpp;
        let code = r#"{"code":"7"}"#;
        let weighed = r#"{"code":"7","weight":null}"#;
        let spare = Model::giving([Ok(if dialect == Dialect::OpenAi {
            weighed
        } else {
            code
        })]);
        let spare = spare.named("spare").can(profile);
        // two answers that are not valid, and then none
        let first = Model::giving([Ok("seven"), Ok("what?"), Err(Failure::Server)]);
        let llm = first.llm().retry(0).fallback(spare.llm());
        let mut session = Session::new();
        session.append(zyn::Message::user("My parcel is late."));
        let parcel = zyn::extract::<Parcel>("The parcel");
        let parcel = parcel.fire(&llm, &mut session, "It is 7").await.unwrap();
        assert_eq!(parcel.code, "7");

        let asked = first.requests();
        let spares = spare.requests();
        let schema = |request: &zyn::Request| request.schema.clone().unwrap();
        assert_eq!(schema(&asked[0]).dialect, Dialect::OpenAi);
        assert_eq!(schema(&spares[0]).dialect, dialect);
        let own = Schema::of::<Parcel>()
            .unwrap()
            .for_dialect(dialect)
            .unwrap();
        assert_eq!(*schema(&spares[0]).json, *own.wire().json, "{dialect}");
        others += usize::from(schema(&asked[0]).json != schema(&spares[0]).json);
        // the words about the schema are for a model that does not see it
        let says = |request: &zyn::Request| request.note.clone().unwrap_or_default();
        assert!(!says(&asked[0]).contains("weight"), "{}", says(&asked[0]));
        let must_say = matches!(dialect, Dialect::LlamaCpp | Dialect::Prompted);
        assert_eq!(says(&spares[0]).contains("weight"), must_say, "{dialect}");
        assert_eq!(
            asked[2].feedback.len(),
            4,
            "the first was told what was wrong"
        );
        assert!(spares[0].feedback.is_empty(), "the spare has not said it");
        assert_eq!(spares[0].prompt, asked[0].prompt);
        assert_eq!(session.len(), 3, "one turn, of the model that answered");
    }
    assert!(others >= 2, "what is sent differs where the dialects do");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_has_gone_has_no_fallback() {
    let (slow, spare) = (Model::after(seconds(60), "late"), spare());
    let llm = slow.llm().retry(0).fallback(spare.llm());
    let gone = tokio::time::timeout(seconds(1), greet(&llm)).await;
    assert!(gone.is_err());
    tokio::time::sleep(seconds(600)).await;
    assert_eq!((slow.open(), slow.calls(), spare.calls()), (0, 1, 0));

    // nor has one that has waited for all of its time
    let error = greet(&llm.timeout(seconds(1))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    tokio::time::sleep(seconds(600)).await;
    assert_eq!((slow.open(), spare.calls()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_while_the_spare_is_asked_stops_that_too() {
    let late = Model::after(seconds(60), "late").named("spare");
    let down = Model::failing(Failure::Overloaded);
    let llm = down.llm().retry(0).fallback(late.llm());
    let gone = tokio::time::timeout(seconds(1), greet(&llm)).await;
    assert!(gone.is_err());
    tokio::time::sleep(seconds(600)).await;
    assert_eq!((down.calls(), late.calls(), late.open()), (1, 1, 0));
    assert_eq!(late.llm().spend().attempts, 0, "a ledger of its own");
}

#[tokio::test]
async fn what_was_handed_out_of_a_stream_is_not_taken_back_for_a_fallback() {
    for (is_read, calls) in [(true, 0), (false, 1)] {
        let spare = Recording::new(Scripted::new(["Where is it?"]));
        let llm = Llm::new(Scripted::new([Reply::broken("Where is")]));
        let llm = llm.retry(0).fallback(Llm::new(spare.clone()));
        let mut session = Session::new();
        let polite = zyn::transform("Make it polite");
        let mut stream = polite.stream(&llm, &mut session, "WHERE").unwrap();
        if is_read {
            assert_eq!(stream.text().await.as_deref(), Some("Where "));
        }
        let ended = stream.finish().await;
        assert_eq!((ended.is_ok(), spare.requests().len()), (calls == 1, calls));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Team {
    Billing,
    Delivery,
    /// Nobody can tell.
    #[classify(unsure)]
    Unclear,
}

const DELIVERY: &str = r#"{"label":"Delivery","confidence":0.4}"#;

/// What the cascade of a small and a large model makes of it.
async fn cascade(large: &'static str) -> (zyn::Answer<Team>, Session, usize) {
    let small = Model::giving([Ok(DELIVERY)]).named("small");
    let large = Model::giving([Ok(large)]).named("large");
    let llm = small.llm().fallback(Fallback::escalate(&large.llm()));
    let mut session = Session::new();
    let team = zyn::classify::<Team>("Whose is it?").confidence(0.8);
    let answer = team.fire_detailed(&llm, &mut session, "Hm.").await.unwrap();
    (answer, session, large.calls())
}

#[tokio::test(start_paused = true)]
async fn a_label_for_what_is_not_sure_waits_for_the_larger_model() {
    let (answer, session, calls) = cascade(r#"{"label":"Billing","confidence":0.9}"#).await;
    assert_eq!((answer.value, calls), (Team::Billing, 1));
    assert_eq!((&*answer.asked, answer.attempts), ("large", 2));
    assert_eq!(session.at(1).unwrap().text(), "Billing");
    assert_eq!(answer.log[0].outcome, Outcome::NotAccepted);

    let (answer, session, calls) = cascade(r#"{"label":"Billing","confidence":0.7}"#).await;
    assert_eq!((answer.value, calls), (Team::Unclear, 1));
    assert_eq!(session.at(1).unwrap().text(), "Unclear");
}

#[tokio::test(start_paused = true)]
async fn without_a_larger_model_the_label_stands_and_a_sure_answer_asks_nobody() {
    let small = Model::giving([Ok(DELIVERY)]);
    let team = zyn::classify::<Team>("Whose is it?").confidence(0.8);
    let label = team.fire(&small.llm(), &mut Session::new(), "Hm.").await;
    assert_eq!(label.unwrap(), Team::Unclear);
    let (small, large) = (Model::giving([Ok(DELIVERY)]), spare());
    let llm = small.llm().fallback(Fallback::escalate(&large.llm()));
    let team = zyn::classify::<Team>("Whose is it?").confidence(0.3);
    let label = team.fire(&llm, &mut Session::new(), "Hm.").await;
    assert_eq!((label.unwrap(), large.calls()), (Team::Delivery, 0));
    // what only helps where a server is down does not escalate, so the label stands
    let small = Model::giving([Ok(DELIVERY)]);
    let llm = small.llm().fallback(Fallback::to(&large.llm()));
    let team = team_of(0.8).fire(&llm, &mut Session::new(), "Hm.").await;
    assert_eq!((team.unwrap(), large.calls()), (Team::Unclear, 0));
}

fn team_of(confidence: f64) -> zyn::Synapse<Team> {
    zyn::classify::<Team>("Whose is it?").confidence(confidence)
}

workflow!(
    async fn two(text: &str) -> String {
        let first = transform("Greet", text);
        let second = transform("Take leave of {first}", text);
        second
    }
);

#[tokio::test(start_paused = true)]
async fn who_answered_is_in_the_answer_the_session_the_report_and_the_bill() {
    let paid = |kind| {
        let mut error = failed(kind);
        error.usage = Some(Usage::new(3, 0));
        error
    };
    let first = Model::by(move |call| match call {
        0 => (Duration::ZERO, Err(paid(Failure::Overloaded))),
        _ => (Duration::ZERO, Ok(answer("Bye"))),
    });
    let (first, spare) = (first.named("first"), spare());
    let other = spare.llm();
    let llm = first.llm().retry(0).fallback(&other);
    let mut session = Session::new();
    let (outcome, report) = two("Ada").run_detailed(&llm, &mut session).await;
    assert_eq!(outcome.unwrap(), "Bye");
    let asked = report.steps.iter().map(|step| &*step.asked);
    assert!(asked.eq(["spare", "first"]));
    let steps = report.steps[0].log.iter();
    let log: Vec<_> = steps.map(|it| (&*it.model, it.reason)).collect();
    assert_eq!(log, [("first", Reason::First), ("spare", Reason::Fallback)]);
    let answered = [1, 3].map(|place| session.at(place).unwrap().asked());
    assert_eq!(answered, [Some("spare"), Some("first")]);

    let bill = report.bill();
    let paid: Vec<_> = bill.models().collect();
    assert_eq!(
        paid,
        [("first", Usage::new(13, 5)), ("spare", Usage::new(10, 5))]
    );
    assert_eq!(llm.spend().usage, Usage::new(13, 5));
    assert_eq!(other.spend().usage, Usage::new(10, 5));
    let kept: Vec<_> = session.bill().models().collect();
    assert_eq!(
        kept.iter().map(|it| it.1).sum::<Usage>(),
        Usage::new(20, 10)
    );

    let first = Model::failing(Failure::Connect).named("first");
    let llm = first.llm().retry(0).fallback(&other);
    let greet = zyn::transform("Greet");
    let answer = greet
        .fire_detailed(&llm, &mut session, "Ada")
        .await
        .unwrap();
    assert_eq!((&*answer.asked, answer.attempts), ("spare", 2));
}

#[tokio::test(start_paused = true)]
async fn of_a_wrong_answer_and_a_server_that_is_down_each_fallback_takes_its_own() {
    let start = Instant::now();
    let (mends, judges) = (spare(), spare());
    let llm = |model: &Model| {
        let llm = model.llm().retry(0).fallback(mends.llm());
        llm.fallback(Fallback::escalate(&judges.llm()))
    };
    greet(&llm(&Model::failing(Failure::Server))).await.unwrap();
    assert_eq!((mends.calls(), judges.calls()), (1, 0));
    greet(&llm(&Model::failing(Failure::Refusal)))
        .await
        .unwrap();
    assert_eq!((mends.calls(), judges.calls()), (1, 1));
    assert_eq!(
        start.elapsed(),
        Duration::ZERO,
        "no pause before another model"
    );
}
