//! Fakes that break something, by what they break.

use super::but::{But, Outcome};
use crate::provider::{Failure, Profile, ProviderError, Request, Response, Token};
use crate::session::{Message, Role, Usage};

/// A fake whose answers are changed.
pub(super) fn but(
    changed: impl Fn(&Request, bool, Outcome) -> Outcome + Send + Sync + 'static,
) -> But {
    But {
        changed: Box::new(changed),
        ..But::default()
    }
}

/// A fake of another profile.
pub(super) fn speaking(profile: fn(usize) -> Profile) -> But {
    But {
        profile,
        ..But::default()
    }
}

/// A fake that refuses what it should take.
pub(super) fn refusing(refuses: impl Fn(&Request, bool) -> bool + Send + Sync + 'static) -> But {
    but(
        move |request, streamed, outcome| match refuses(request, streamed) {
            true => Err(ProviderError::new("but", Failure::Rejected)),
            false => outcome,
        },
    )
}

/// A fake that says `text` where the schema is called `name`.
pub(super) fn saying(name: &'static str, text: &'static str) -> But {
    but(move |request, _, outcome| match called(request) {
        Some(other) if other == name => Ok(Response::new(text, Usage::new(1, 1))),
        _ => outcome,
    })
}

/// A fake that tells another usage of what it is asked to name.
pub(super) fn counting(streamed: bool, usage: fn(&mut Usage)) -> But {
    but(move |request, it, outcome| {
        let mut response = outcome?;
        if it == streamed && request.prompt.text() == "Name a colour." {
            usage(response.usage.as_mut().unwrap());
        }
        Ok(response)
    })
}

/// A fake that does this with a text at its limit.
pub(super) fn cut(streamed: bool, outcome: fn(Response) -> Outcome) -> But {
    but(move |request, it, said| {
        let is_text = request.schema.is_none();
        match request.max_tokens.is_some() && is_text && it == streamed {
            true => outcome(said?),
            false => said,
        }
    })
}

pub(super) fn ends(mut response: Response, finish: &str) -> Outcome {
    response.finish = Some(finish.to_owned());
    Ok(response)
}

/// A fake that tells other tokens.
pub(super) fn telling(tokens: fn(&str) -> Vec<Token>) -> But {
    but(move |request, _, outcome| {
        let mut response = outcome?;
        if request.logprobs {
            response.tokens = tokens(&response.text);
        }
        Ok(response)
    })
}

/// A fake that takes no message of `role` behind one of `before`.
pub(super) fn refusing_behind(before: Role, role: Role) -> But {
    refusing(move |request, _| {
        let roles: Vec<_> = request.history.iter().map(Message::role).collect();
        roles.windows(2).any(|pair| pair == [before, role])
    })
}

pub(super) fn called(request: &Request) -> Option<&str> {
    request.schema.as_ref().map(|schema| &*schema.name)
}
