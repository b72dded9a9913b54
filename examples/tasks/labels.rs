//! Ten things to judge.

use zyn::Classify;

use super::Task;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Topic {
    /// Money: invoices, refunds, prices.
    Billing,
    /// Something does not work.
    Defect,
    /// Where a parcel is, and when it comes.
    Delivery,
    /// Thanks and praise.
    Praise,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Language {
    English,
    German,
    French,
    Spanish,
}

fn topic(name: &'static str, text: &'static str, right: fn(&Topic) -> bool) -> Task {
    let topic = zyn::classify::<Topic>("What is it about?").temperature(0.0);
    Task::of(name, None, topic, text, right)
}

fn language(name: &'static str, text: &'static str, right: fn(&Language) -> bool) -> Task {
    let language = zyn::classify::<Language>("Which language is it written in?").temperature(0.0);
    Task::of(name, None, language, text, right)
}

fn spam(name: &'static str, text: &'static str, right: fn(&bool) -> bool) -> Task {
    let spam = zyn::binary("Is it spam?").temperature(0.0);
    Task::of(name, None, spam, text, right)
}

pub(super) fn tasks() -> Vec<Task> {
    vec![
        topic(
            "billing",
            "You charged me twice, please pay one back.",
            |it| *it == Topic::Billing,
        ),
        topic(
            "a defect",
            "The screen stays black when I turn it on.",
            |it| *it == Topic::Defect,
        ),
        topic(
            "a delivery",
            "When will my parcel arrive? It is a week late.",
            |it| *it == Topic::Delivery,
        ),
        topic("praise", "Thank you so much, you were wonderful!", |it| {
            *it == Topic::Praise
        }),
        language("English", "Where is the station?", |it| {
            *it == Language::English
        }),
        language("German", "Wo ist der Bahnhof?", |it| {
            *it == Language::German
        }),
        language("French", "Où est la gare, s'il vous plaît ?", |it| {
            *it == Language::French
        }),
        language("Spanish", "¿Dónde está la estación?", |it| {
            *it == Language::Spanish
        }),
        spam("spam", "YOU HAVE WON $1,000,000!!! Click here now!", |it| {
            *it
        }),
        spam(
            "no spam",
            "Hi Ada, are we still meeting at noon? Tom",
            |it| !*it,
        ),
    ]
}
