use std::time::Duration;

use super::super::{Found, same};
use super::ask::{Way, request, text};
use crate::clock;
use crate::provider::{Dialect, Mode, Provider};

pub(super) async fn its_name_and_its_model_are_said_and_stay(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let (name, model) = (provider.name().to_owned(), provider.model().to_owned());
    for (what, said) in [("the name", &name), ("the model", &model)] {
        if said.trim().is_empty() {
            return Err(Found(format!("{what} is blank")));
        }
    }
    text(provider, &request("Say hello."), Way::Call).await?;
    same("the name after a call", provider.name(), name)?;
    same("the model after a call", provider.model(), model)
}

/// What a server refuses is learnt, and the profile says so from then on; an answer changes nothing.
pub(super) async fn its_profile_stays_while_nothing_is_refused(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let request = request("Say hello.");
    text(provider, &request, Way::Call).await?;
    let profile = provider.profile();
    same("the profile, asked again", provider.profile(), profile)?;
    text(provider, &request, Way::Call).await?;
    same("the profile after a call", provider.profile(), profile)
}

pub(super) async fn its_profile_does_not_contradict_itself(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let profile = provider.profile();
    let (mode, dialect) = (profile.mode, profile.dialect);
    if mode == Mode::Text {
        let found = "its mode is plain text, in which no document can be asked for";
        return Err(Found(found.to_owned()));
    }
    let is_prompted = (mode == Mode::Prompted, dialect == Dialect::Prompted);
    match is_prompted {
        (true, false) => Err(Found(format!(
            "schemas are in the prompt alone, and yet in a dialect: {dialect}"
        ))),
        (false, true) => Err(Found(format!(
            "schemas are in the prompt alone, and yet the server is to hold answers to them: {mode:?}"
        ))),
        _ => Ok(()),
    }
}

/// Nobody sees what is sent, but a hundred checks that send something take long.
pub(super) async fn a_check_passes_and_sends_nothing(provider: &dyn Provider) -> Result<(), Found> {
    const CHECKS: u32 = 100;
    const LONGEST: Duration = Duration::from_secs(1);
    let check = || provider.check().map_err(|error| Found(error.to_string()));
    // the first one may set up a client
    check()?;
    let begun = clock::now();
    for _ in 0..CHECKS {
        check()?;
    }
    let took = begun.elapsed();
    if took > LONGEST {
        let found = format!("{CHECKS} checks took {took:?}, as if each sent something");
        return Err(Found(found));
    }
    Ok(())
}
