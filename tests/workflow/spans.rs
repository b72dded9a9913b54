//! What a tracer sees of a run.

use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Instrument, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use zyn::Session;
use zyn::graph::Graph;
use zyn::verbs::{run, transform};

use super::{by_hand, graph, scripted, step};

static INNER: Graph = graph("inner", &[step("one", "transform")]);
static OUTER: Graph = graph("outer", &[step("sub", "run"), step("a", "transform")]);

/// Keeps the path of each span.
#[derive(Clone, Default)]
struct Paths(Arc<Mutex<Vec<String>>>);

#[derive(Default)]
struct StepId(String);

impl Visit for StepId {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "zyn.step.id" {
            self.0 = format!(" {value}");
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Paths {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut step = StepId::default();
        attributes.record(&mut step);
        let span = context.span(id).unwrap();
        let above = span.parent().map(|parent| {
            let extensions = parent.extensions();
            format!("{} > ", extensions.get::<String>().unwrap())
        });
        let path = format!("{}{}{}", above.unwrap_or_default(), span.name(), step.0);
        span.extensions_mut().insert(path.clone());
        self.0.lock().unwrap().push(path);
    }
}

#[tokio::test]
async fn each_span_stands_in_that_of_its_step_or_sample_and_steps_in_those_round_them() {
    let paths = Paths::default();
    let subscriber = tracing_subscriber::registry().with(paths.clone());
    // for all tests of this program: one for this thread alone misses places that another thread comes to first
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let outer = by_hand(&OUTER, |cx| async move {
        let inner = by_hand(&INNER, |cx| async move {
            transform("Do", "x").__run(&cx, 0).await
        });
        let round = cx.round(0, 1);
        let sub = run(inner).__lane(&round, 0);
        let step = transform("Do", "y").__lane(&round, 1);
        cx.join((sub, step)).await
    });
    let (llm, mut session) = (scripted(["X", "Y"]), Session::new());
    let outer = outer.run(&llm, &mut session);
    outer.instrument(tracing::info_span!("mine")).await.unwrap();
    let sampled = zyn::transform("Do").agreement(2);
    let (llm, span) = (scripted(["Z", "Z"]), tracing::info_span!("mine"));
    let sampled = sampled.fire(&llm, &mut session, "z").instrument(span);
    sampled.await.unwrap();
    let mut paths = std::mem::take(&mut *paths.0.lock().unwrap());
    paths.retain(|path| path.starts_with("mine > "));
    paths.sort();
    let run = "mine > invoke_workflow";
    let sub = format!("{run} > step sub[1]");
    assert_eq!(
        paths,
        [
            run.to_owned(),
            format!("{run} > step a[1]"),
            format!("{run} > step a[1] > chat"),
            sub.clone(),
            format!("{sub} > step sub[1]/one"),
            format!("{sub} > step sub[1]/one > chat"),
            "mine > sample".to_owned(),
            "mine > sample".to_owned(),
            "mine > sample > chat".to_owned(),
            "mine > sample > chat".to_owned(),
        ]
    );
}
