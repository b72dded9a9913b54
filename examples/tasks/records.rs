//! Twenty things to read out of a text: what is nested, absent, mapped, tagged, or contains itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use zyn::Extract;
use zyn::schemars::{self, JsonSchema};

use super::Task;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Person {
    /// The full name.
    name: String,
    email: Option<String>,
    age: Option<u8>,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Invoice {
    /// The invoice number.
    number: String,
    lines: Vec<Line>,
    /// The total amount.
    total: f64,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Line {
    article: String,
    #[schemars(range(min = 1))]
    quantity: u32,
    /// The price of one piece.
    price: f64,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Stock {
    /// How many pieces there are of each article.
    pieces: BTreeMap<String, u32>,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Place {
    town: String,
    /// Latitude and longitude, in degrees.
    at: (f64, f64),
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
#[serde(tag = "by", rename_all = "lowercase")]
enum Contact {
    Phone {
        number: String,
    },
    Mail {
        street: String,
        town: String,
    },
    /// Nothing is said of how to reach them.
    Nothing,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Team {
    name: String,
    /// The teams inside it.
    teams: Vec<Team>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Appointment {
    day: Weekday,
    /// The hour, from 0 to 23.
    #[schemars(range(max = 23))]
    hour: u8,
    /// With whom.
    #[schemars(length(min = 1))]
    with: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Review {
    #[schemars(range(min = 1, max = 5))]
    stars: u8,
    liked: Vec<String>,
    disliked: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Recipe {
    title: String,
    /// Minutes in all.
    minutes: u16,
    ingredients: Vec<Ingredient>,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Ingredient {
    name: String,
    /// As it is written, with its unit.
    amount: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Flight {
    /// The airline's two letters and the number.
    #[schemars(regex(pattern = r"^[A-Z]{2}\d{2,4}$"))]
    number: String,
    from: String,
    to: String,
    delayed: bool,
}

fn has(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(part)
}

pub(super) fn tasks() -> Vec<Task> {
    vec![
        Task::extract::<Person>(
            "a person",
            "The person who writes",
            "Hi, this is Grace Mbeki, 34 years old. You can write to grace@example.org.",
            |it| {
                it.name == "Grace Mbeki"
                    && it.email.as_deref() == Some("grace@example.org")
                    && it.age == Some(34)
            },
        ),
        Task::extract::<Person>(
            "a person of whom little is said",
            "The person who writes",
            "Kenji Watanabe here. My parcel has not arrived.",
            |it| it.name == "Kenji Watanabe" && it.email.is_none() && it.age.is_none(),
        ),
        Task::extract::<Vec<Person>>(
            "several people",
            "All people who are named",
            "Ada Wong (41) and Leon Kennedy (27) met in Raccoon City.",
            |it| it.len() == 2 && it.iter().map(|it| it.age).eq([Some(41), Some(27)]),
        ),
        Task::extract::<Invoice>(
            "an invoice",
            "The invoice",
            "Invoice RE-2041. 2 chairs at 49.50 each, 1 table at 120.00. Total: 219.00 EUR.",
            |it| it.number == "RE-2041" && it.lines.len() == 2 && it.total == 219.0,
        ),
        Task::extract::<Invoice>(
            "an invoice with a comma in its total",
            "The invoice",
            "Bill no. 77/A: 1 engine, 12,400.00 dollars. Total 12,400.00 dollars.",
            |it| it.total == 12_400.0 && it.lines.len() == 1,
        ),
        Task::extract::<Stock>(
            "a map",
            "What is in stock",
            "We still have 12 hammers, 7 saws and 130 nails.",
            |it| it.pieces.values().copied().sum::<u32>() == 149 && it.pieces.len() == 3,
        ),
        Task::extract::<BTreeMap<String, String>>(
            "capitals",
            "Each country with its capital",
            "The capital of France is Paris, that of Spain is Madrid.",
            |it| it.get("France").map(String::as_str) == Some("Paris") && it.len() == 2,
        ),
        Task::extract::<Place>(
            "a pair of numbers",
            "The place",
            "Bern lies at 46.948 degrees north and 7.447 degrees east.",
            |it| it.town == "Bern" && it.at == (46.948, 7.447),
        ),
        Task::extract::<Contact>(
            "one of three: a phone",
            "How to reach the customer",
            "Please call me back at 555-0199.",
            |it| matches!(it, Contact::Phone { number } if number == "555-0199"),
        ),
        Task::extract::<Contact>(
            "one of three: an address",
            "How to reach the customer",
            "Send it to Elm Street 12 in Springfield.",
            |it| matches!(it, Contact::Mail { street, town } if has(street, "elm street 12") && town == "Springfield"),
        ),
        Task::extract::<Contact>(
            "one of three: nothing",
            "How to reach the customer",
            "Thank you for the quick delivery!",
            |it| matches!(it, Contact::Nothing),
        ),
        Task::extract::<Team>(
            "a tree",
            "The teams",
            "The team Platform has two teams inside it: Storage and Network.",
            |it| {
                it.name == "Platform"
                    && it
                        .teams
                        .iter()
                        .map(|it| &*it.name)
                        .eq(["Storage", "Network"])
            },
        ),
        Task::extract::<Appointment>(
            "an appointment",
            "The appointment",
            "Let us meet on Thursday at 3 pm with Maria and Tom.",
            |it| it.day == Weekday::Thursday && it.hour == 15 && it.with.len() == 2,
        ),
        Task::extract::<Review>(
            "a review",
            "The review",
            "Four stars. Lovely room and a great breakfast, but the lift was broken.",
            |it| it.stars == 4 && !it.liked.is_empty() && !it.disliked.is_empty(),
        ),
        Task::extract::<Recipe>(
            "a recipe",
            "The recipe",
            "Pancakes (25 minutes): 200 g flour, 2 eggs, milk.",
            |it| has(&it.title, "pancakes") && it.minutes == 25 && it.ingredients.len() == 3,
        ),
        Task::extract::<Flight>(
            "a flight",
            "The flight",
            "LX1086 from Zurich to Berlin is an hour late.",
            |it| it.number == "LX1086" && it.from == "Zurich" && it.to == "Berlin" && it.delayed,
        ),
        Task::extract::<u32>(
            "a number",
            "How many parcels are missing",
            "Of the 8 parcels only 5 came; the other 3 are missing.",
            |it| *it == 3,
        ),
        Task::extract::<Vec<String>>(
            "words",
            "The colours",
            "It comes in red, dark green and white.",
            |it| it.len() == 3,
        ),
        Task::extract::<Vec<f64>>(
            "numbers",
            "The temperatures",
            "It was -3.5 degrees in the morning, 2 at noon and 0.25 at night.",
            |it| *it == [-3.5, 2.0, 0.25],
        ),
        Task::extract::<Option<Person>>(
            "nobody",
            "The person who is named, if there is one",
            "The heating has been out since Monday.",
            Option::is_none,
        ),
    ]
}
