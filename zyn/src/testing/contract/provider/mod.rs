//! What every provider promises.

mod answers;
mod ask;
mod conversations;
mod dropped;
mod itself;
mod limits;
mod schemas;
mod streams;
mod together;

use std::time::Duration;

use super::{BrokenContract, Found, hold, rules};
use crate::provider::{BoxFuture, Provider};

/// Holds `provider` to what [`Provider`] promises.
///
/// For providers of your own, in your tests: with a mock server, or with the model that they are for. The rules are about
/// what is sent and read, not about how clever the model is: an answer in a schema has to fit it, whatever it says. A mock
/// that says one thing to everything does not pass; [`Fake`](crate::testing::Fake) makes up an answer to any request.
///
/// **It sends about seventy requests**, all of them short, which a model that is not free bills. What a server turns away
/// for now is asked again, as an [`Llm`](crate::Llm) would. Each rule may take two minutes by tokio's clock, which must not
/// be paused where there is a server.
///
/// # Errors
///
/// [`BrokenContract`] with every rule that the provider does not keep, and what it did instead.
///
/// # Examples
///
/// ```
/// use zyn::testing::{Fake, Scripted, provider_contract};
/// use zyn::{Response, Usage};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// provider_contract(&Fake::new()).await.unwrap();
///
/// let parrot = Scripted::by(|request| Ok(Response::new(request.prompt.text(), Usage::new(1, 1))));
/// let broken = provider_contract(&parrot).await.unwrap_err();
/// let rules: Vec<_> = broken.breaches.iter().map(|breach| breach.rule).collect();
/// assert!(rules.contains(&"a_label_is_one_of_its_set"));
/// # }
/// ```
pub async fn provider_contract(provider: &dyn Provider) -> Result<(), BrokenContract> {
    let rules = RULES.iter().map(|(rule, holds)| (*rule, holds(provider)));
    hold("provider", rules, LONGEST).await
}

/// How long one rule may take: a model on a small machine is slow, and is asked several times.
const LONGEST: Duration = Duration::from_secs(120);

type Rule = for<'p> fn(&'p dyn Provider) -> BoxFuture<'p, Result<(), Found>>;

const RULES: &[(&str, Rule)] = rules! {
    itself:
        its_name_and_its_model_are_said_and_stay,
        its_profile_stays_while_nothing_is_refused,
        its_profile_does_not_contradict_itself,
        a_check_passes_and_sends_nothing;
    answers:
        an_answer_has_text,
        no_hidden_reasoning_is_in_a_text,
        the_usage_that_is_told_adds_up,
        the_tokens_that_are_told_are_those_of_the_text;
    limits:
        a_temperature_is_taken_or_left_out,
        a_text_that_is_cut_is_no_answer,
        a_document_that_is_cut_is_no_answer;
    schemas:
        a_document_with_fields_fits_its_schema,
        a_document_within_a_document_fits_its_schema,
        a_list_fits_its_schema,
        a_label_is_one_of_its_set,
        a_label_of_any_characters_comes_back_as_it_is,
        a_schema_in_the_prompt_alone_is_answered,
        a_schema_that_was_refused_is_not_taken_again;
    streams:
        a_stream_tells_its_text_and_nothing_else,
        a_stream_of_a_document_tells_all_of_it;
    conversations:
        system_messages_may_stand_anywhere,
        one_role_may_speak_twice_in_a_row,
        the_model_may_have_spoken_first,
        any_text_is_a_message,
        a_message_may_be_empty,
        a_conversation_may_be_long,
        a_note_is_taken,
        feedback_is_taken;
    together:
        calls_at_the_same_time_do_not_mix,
        no_two_answers_have_the_same_request_id,
        a_request_that_comes_again_is_answered_anew;
    dropped:
        a_dropped_call_harms_no_later_one,
        a_dropped_stream_harms_no_later_one;
};

#[cfg(test)]
mod broken;
#[cfg(test)]
mod tests;
