//! A dry run renders every prompt on its way and asks nobody.

use std::sync::atomic::{AtomicUsize, Ordering};

use zyn::dry_run::{DryEnd, DryRun};
use zyn::prelude::*;
use zyn::testing::{Fake, Recording, Scripted};
use zyn::{Message, Window};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Customer {
    name: String,
}

workflow!(
    async fn answer(ticket: &str) -> String {
        let customer = extract::<Customer>("The customer", ticket).max_tokens(50);
        let urgency = classify::<Urgency>("How urgent is it?").max_tokens(10);
        let text = match urgency {
            Urgency::High => transform("Apologise to {customer.name}", ticket).max_tokens(100),
            Urgency::Low => transform("Thank {customer.name}", ticket).max_tokens(100),
        };
        text
    }
);

const TICKET: &str = "The heating is off. Ada";

fn ids(dry: &DryRun) -> Vec<&str> {
    dry.steps.iter().map(|step| &*step.id).collect()
}

#[tokio::test]
async fn each_step_on_the_way_is_rendered_and_the_others_are_listed() {
    let mut session = Session::new();
    session.append(Message::system("You work for a landlord."));
    let before = session.clone();
    let dry = answer(TICKET).dry_run(&session).await;
    assert_eq!(session, before);
    assert_eq!(dry.end, DryEnd::Value);

    let (reached, left) = match ids(&dry).as_slice() {
        ["customer", "urgency", "High/text"] => {
            ("Apologise", ("Low/text", "Thank {customer.name}"))
        }
        ["customer", "urgency", "Low/text"] => {
            ("Thank", ("High/text", "Apologise to {customer.name}"))
        }
        other => panic!("{other:?}"),
    };
    let [unreached] = dry.unreached.as_slice() else {
        panic!("{:?}", dry.unreached);
    };
    assert_eq!((&*unreached.id, unreached.instruction), left);
    assert_eq!(unreached.verb, "transform");
    assert!(dry.steps[0].prompt.contains(TICKET));
    assert!(dry.steps[2].prompt.contains(reached));
    assert!(
        dry.steps
            .iter()
            .all(|step| step.system.contains("one task"))
    );

    let counts: Vec<_> = dry
        .steps
        .iter()
        .map(|it| (it.history, it.made_up))
        .collect();
    assert_eq!(counts, [(1, 0), (3, 1), (5, 2)]);
    let verbs: Vec<_> = dry.steps.iter().map(|it| it.verb).collect();
    assert_eq!(verbs, ["extract", "classify", "transform"]);
}

#[tokio::test]
async fn what_it_renders_is_what_a_run_with_the_same_answers_sends() {
    let dry = answer(TICKET).dry_run(&Session::new()).await;
    let recording = Recording::new(Fake::new());
    let llm = Llm::new(recording.clone());
    answer(TICKET).run(&llm, &mut Session::new()).await.unwrap();
    let sent = recording.requests();
    assert_eq!(sent.len(), dry.steps.len());
    for (step, request) in dry.steps.iter().zip(&sent) {
        assert_eq!(step.prompt, request.prompt.text());
        assert_eq!(step.history, request.history.len());
    }
}

#[tokio::test]
async fn tokens_are_estimated_and_summed() {
    let dry = answer(TICKET).dry_run(&Session::new()).await;
    for step in &dry.steps {
        let text = (step.prompt.len() + step.system.len()) as u64 / 4;
        assert!((text..text + 200).contains(&step.tokens), "{step:?}");
    }
    let sum: u64 = dry.steps.iter().map(|step| step.tokens).sum();
    assert_eq!((dry.tokens(), dry.max_tokens()), (sum, Some(160)));

    let longer = format!("{TICKET} {}", "and so on ".repeat(100));
    let longer = answer(&longer).dry_run(&Session::new()).await;
    assert!(longer.tokens() > dry.tokens() + 250);
}

#[tokio::test]
async fn a_step_that_cannot_be_asked_for_says_so() {
    let dry = answer(" ").dry_run(&Session::new()).await;
    assert_eq!(dry.end, DryEnd::Error);
    let error = dry.steps[0].error.as_deref().unwrap();
    assert!(error.contains("the input is empty"), "{error}");
    assert_eq!((dry.steps.len(), dry.unreached.len()), (1, 3));
    assert_eq!((dry.steps[0].tokens, &*dry.steps[0].prompt), (0, ""));
}

#[tokio::test]
async fn the_same_workflow_takes_the_same_way_again() {
    let dry = answer(TICKET).dry_run(&Session::new()).await;
    assert_eq!(answer(TICKET).dry_run(&Session::new()).await, dry);
}

#[tokio::test]
async fn its_table_has_a_line_for_each_step_and_the_prompts_on_demand() {
    let dry = answer(TICKET).dry_run(&Session::new()).await;
    let table = dry.to_string();
    println!("{table}\n\n{dry:#}");
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 3 + 1 + 1);
    assert!(lines[1].starts_with("customer"));
    assert!(lines[4].contains("not reached"));
    assert!(lines[5].contains(&format!("about {} tokens", dry.tokens())));
    assert!(!table.contains(TICKET));
    assert!(format!("{dry:#}").contains(TICKET));
}

#[tokio::test]
async fn a_window_sums_nothing_up() {
    let asked = Recording::new(Scripted::new(["A summary."]));
    let mut session = Session::new();
    for turn in 0..6 {
        session.append(Message::user(format!("question {turn}")));
        session.append(Message::assistant(format!("answer {turn}")));
    }
    session.set_window(Window::last_turns(2).summarise(&Llm::new(asked.clone())));
    let dry = answer(TICKET).dry_run(&session).await;
    assert_eq!(dry.end, DryEnd::Value);
    assert!(asked.requests().is_empty());
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

async fn look_up(name: &str) -> String {
    CALLS.fetch_add(1, Ordering::SeqCst);
    name.to_owned()
}

workflow!(
    async fn routed(ticket: &str) -> String {
        let reply = run(answer(ticket));
        let known = call(look_up(&reply));
        let letter = transform("Write to {known}", ticket);
        letter
    }
);

#[tokio::test]
async fn a_call_is_not_made_and_what_is_inside_another_workflow_has_its_place() {
    let dry = routed(TICKET).dry_run(&Session::new()).await;
    assert_eq!(dry.end, DryEnd::Call("known".into()));
    assert_eq!(CALLS.load(Ordering::SeqCst), 0);
    assert_eq!(ids(&dry)[..2], ["reply/customer", "reply/urgency"]);
    let unreached: Vec<_> = dry.unreached.iter().map(|step| &*step.id).collect();
    assert_eq!(unreached.len(), 2);
    assert!(unreached[0].starts_with("reply/"), "{unreached:?}");
    assert_eq!(unreached[1], "letter");
    assert!(dry.to_string().ends_with("goes on with the call `known`"));
}

workflow!(
    async fn refined(text: &str, rounds: usize) -> String {
        let mut best = text.to_owned();
        for _round in 0..rounds {
            let draft = transform("Make it better", &best);
            best = draft;
        }
        best
    }
);

#[tokio::test]
async fn rounds_are_steps_of_their_own_and_reach_one_step_of_the_graph() {
    let dry = refined("a", 3).dry_run(&Session::new()).await;
    assert_eq!(
        ids(&dry),
        ["round[0]/draft", "round[1]/draft", "round[2]/draft"]
    );
    assert!(dry.unreached.is_empty());
    assert_ne!(dry.steps[1].prompt, dry.steps[2].prompt);
    let none = refined("a", 0).dry_run(&Session::new()).await;
    assert_eq!(none.unreached[0].id, "round/draft");
}

workflow!(
    async fn both(text: &str) -> bool {
        let (one, other) = join(
            binary("Is it late?", text).max_tokens(5),
            binary("Is it late?", text).max_tokens(7),
        );
        one == other
    }
);

#[tokio::test]
async fn steps_of_a_join_read_the_same_conversation_and_keep_their_own_limits() {
    let dry = both("a").dry_run(&Session::new()).await;
    let steps: Vec<_> = dry
        .steps
        .iter()
        .map(|it| (&*it.id, it.history, it.max_tokens))
        .collect();
    assert_eq!(steps, [("one", 0, Some(5)), ("other", 0, Some(7))]);
    assert_eq!(dry.steps[0].prompt, dry.steps[1].prompt);
}

workflow!(
    async fn summed_up(text: &str, cheap: &Llm) -> String {
        let one = transform("Shorten it", text);
        let two = transform("Lengthen it", &one);
        let summary = compact("Sum up so far", Window::last_turns(1)).using(cheap);
        let letter = transform("Write to {two} of {summary}", text);
        letter
    }
);

#[tokio::test]
async fn a_compact_is_a_step_on_the_way_whose_summary_is_made_up() {
    let cheap = Llm::new(Fake::new());
    let dry = summed_up("a", &cheap).dry_run(&Session::new()).await;
    assert_eq!(dry.end, DryEnd::Value);
    assert_eq!(ids(&dry), ["one", "two", "summary", "letter"]);
    assert!(dry.steps[2].prompt.contains("Sum up so far"));
    // it reads the turn that falls out, and the next step the summary in its place
    let counts: Vec<_> = dry
        .steps
        .iter()
        .map(|it| (it.history, it.made_up))
        .collect();
    assert_eq!(counts, [(0, 0), (2, 1), (2, 1), (4, 2)]);
    assert_eq!(cheap.spend().attempts, 0);
}

workflow!(
    async fn sure(text: &str, other: &str) -> Urgency {
        let urgency = classify::<Urgency>("How urgent is it?", text).confidence(1.0) else {
            let second = classify::<Urgency>("How urgent is this?", other);
            second
        };
        urgency
    }
);

#[tokio::test]
async fn made_up_answers_are_sure_so_an_else_is_not_on_the_way() {
    let dry = sure("a", "b").dry_run(&Session::new()).await;
    assert_eq!(
        (dry.end.clone(), ids(&dry)),
        (DryEnd::Value, vec!["urgency"])
    );
    assert_eq!(dry.unreached[0].id, "urgency/else/second");
}

#[tokio::test]
async fn behind_a_step_that_cannot_be_asked_for_its_else_is_on_the_way() {
    let dry = sure(" ", "b").dry_run(&Session::new()).await;
    assert_eq!(dry.end, DryEnd::Value);
    assert_eq!(ids(&dry), ["urgency", "urgency/else/second"]);
    assert!(dry.steps[0].error.is_some());
    assert!(dry.steps[1].prompt.contains('b'));
    assert!(dry.unreached.is_empty());
}

workflow!(
    async fn routed_or_not(ticket: &str) -> String {
        let letter = run(routed(ticket)) else {
            "nothing".to_owned()
        };
        letter
    }
);

#[tokio::test]
async fn no_else_goes_on_behind_a_call_that_is_not_made() {
    let dry = routed_or_not(TICKET).dry_run(&Session::new()).await;
    assert_eq!(dry.end, DryEnd::Call("letter/known".into()));
}
