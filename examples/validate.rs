//! Accepts only answers that hold what the type cannot say, and asks again otherwise.
//!
//! ```text
//! cargo run -p examples --bin validate
//! ```

use zyn::prelude::*;
use zyn::testing::Scripted;

/// A booking.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
#[extract(validate = ends_after_it_begins)]
struct Booking {
    /// The first night, as a day of the month.
    #[schemars(range(min = 1, max = 31))]
    from: u8,
    /// The day of departure.
    #[schemars(range(min = 1, max = 31))]
    to: u8,
}

fn ends_after_it_begins(booking: &Booking) -> Result<(), String> {
    if booking.from < booking.to {
        Ok(())
    } else {
        Err(format!("the stay must end after day {}", booking.from))
    }
}

#[tokio::main]
async fn main() -> Result<(), zyn::Error> {
    // a stand-in for a model: wrong first, right when it is told what is wrong
    let llm = Llm::new(Scripted::new([
        r#"{"from":12,"to":3}"#,
        r#"{"from":12,"to":14}"#,
    ]));
    let booking = zyn::extract::<Booking>("The booking").validate(|booking: &Booking| {
        if booking.to - booking.from <= 14 {
            Ok(())
        } else {
            Err("two weeks at most")
        }
    });
    let mut session = Session::new();
    let answer = booking
        .fire_detailed(&llm, &mut session, "Two nights from the 12th, please")
        .await?;
    println!("{:?} after {} attempts", answer.value, answer.attempts);
    println!(
        "the session has the accepted pair only: {} messages",
        session.len()
    );
    Ok(())
}
