//! The environment: read here only, and never to connect.

use std::env::VarError;

use super::Llm;
use crate::error::Error;
use crate::provider::{ConfigError, OpenAi, Provider};

const MODEL: &str = "ZYN_MODEL";
const BASE_URL: &str = "ZYN_BASE_URL";
const API_KEY: &str = "ZYN_API_KEY";
const OPENAI_KEY: &str = "OPENAI_API_KEY";

impl Llm {
    /// Reads provider, model and key from the environment. It does not connect.
    ///
    /// | variable | what it holds |
    /// |---|---|
    /// | `ZYN_MODEL` | `provider/model`, as in `openai/gpt-6.1-terra`; required |
    /// | `OPENAI_API_KEY` | OpenAI's key; required unless `ZYN_BASE_URL` is set |
    /// | `ZYN_BASE_URL` | any compatible server, as in `http://127.0.0.1:8080/v1` |
    /// | `ZYN_API_KEY` | that server's key, if it needs one |
    ///
    /// OpenAI's own key is never sent to `ZYN_BASE_URL`. A variable that is empty counts as not set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) says which variable is missing or cannot be used, and why.
    ///
    /// # Examples
    ///
    /// ```
    /// match zyn::Llm::from_env() {
    ///     Ok(llm) => println!("asking {llm:?}"),
    ///     Err(error) => println!("{error}"),
    /// }
    /// ```
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self::new(provider(|name| std::env::var(name))?))
    }
}

fn provider(lookup: impl Fn(&str) -> Result<String, VarError>) -> Result<OpenAi, ConfigError> {
    let set = |variable: &'static str| match lookup(variable) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(unusable(variable, "it is not valid Unicode")),
    };
    let name = set(MODEL)?.ok_or_else(|| missing(
        MODEL,
        "set it to provider/model, as in `openai/gpt-6.1-terra`, with OPENAI_API_KEY, or with ZYN_BASE_URL (and ZYN_API_KEY) for another server",
    ))?;
    let model = match name.trim().split_once('/') {
        Some((_, model)) if model.trim().is_empty() => {
            return Err(unusable(MODEL, "it names no model after the `/`"));
        }
        Some(("openai", model)) => model,
        Some((other, _)) => {
            return Err(unusable(
                MODEL,
                &format!(
                    "there is no provider `{other}`; there is `openai`, which with ZYN_BASE_URL speaks to any compatible server: `openai/{}`",
                    name.trim(),
                ),
            ));
        }
        None => {
            return Err(unusable(
                MODEL,
                &format!("`{}` names no provider; write `openai/{0}`", name.trim(),),
            ));
        }
    };
    let (openai, key) = match set(BASE_URL)? {
        Some(url) => {
            let openai = OpenAi::new(model).base_url(url);
            let openai = match set(API_KEY)? {
                Some(key) => openai.key(key),
                None => openai,
            };
            (openai, API_KEY)
        }
        None => {
            let key = set(OPENAI_KEY)?.ok_or_else(|| missing(
                OPENAI_KEY,
                "set it to your OpenAI key, or set ZYN_BASE_URL (and ZYN_API_KEY, if it needs one) for another server",
            ))?;
            (OpenAi::new(model).key(key), OPENAI_KEY)
        }
    };
    match openai.check() {
        Ok(()) => Ok(openai),
        Err(ConfigError::BaseUrl { problem }) => Err(unusable(BASE_URL, &problem)),
        Err(ConfigError::Key { problem }) => Err(unusable(key, problem)),
        Err(error) => Err(error),
    }
}

fn missing(variable: &'static str, remedy: &str) -> ConfigError {
    ConfigError::Missing {
        variable,
        remedy: remedy.to_owned(),
    }
}

fn unusable(variable: &'static str, problem: &str) -> ConfigError {
    ConfigError::Variable {
        variable,
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<OpenAi, ConfigError> {
        provider(|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found
                .map(|(_, value)| (*value).to_owned())
                .ok_or(VarError::NotPresent)
        })
    }

    #[track_caller]
    fn works(variables: &[(&str, &str)], debug: &str) {
        assert_eq!(format!("{:?}", read(variables).unwrap()), debug);
    }

    #[track_caller]
    fn fails(variables: &[(&str, &str)], start: &str) {
        let error = read(variables).unwrap_err();
        assert!(error.to_string().starts_with(start), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }

    #[test]
    fn model_and_key_are_enough() {
        works(
            &[
                ("ZYN_MODEL", "openai/gpt-6.1-terra"),
                ("OPENAI_API_KEY", "canary"),
            ],
            r#"OpenAi { host: "api.openai.com", model: "gpt-6.1-terra", .. }"#,
        );
    }

    #[test]
    fn another_server_may_need_no_key_and_its_models_may_have_slashes() {
        works(
            &[
                ("ZYN_MODEL", " openai/org/model "),
                ("ZYN_BASE_URL", "http://127.0.0.1:8080/v1"),
            ],
            r#"OpenAi { host: "127.0.0.1:8080", model: "org/model", .. }"#,
        );
    }

    #[test]
    fn the_providers_own_key_is_not_for_another_server() {
        let other = [
            ("ZYN_MODEL", "openai/m"),
            ("ZYN_BASE_URL", "https://example.com"),
        ];
        let with = |name, value| read(&[other[0], other[1], (name, value)]);
        // A key that cannot be used is an error wherever it is used.
        assert!(with("OPENAI_API_KEY", "canary\n").is_ok());
        assert!(with("ZYN_API_KEY", "canary\n").is_err());
    }

    #[test]
    fn the_error_says_what_was_looked_for() {
        fails(&[], "ZYN_MODEL is not set: set it to provider/model");
        fails(&[("ZYN_MODEL", "  ")], "ZYN_MODEL is not set");
        fails(
            &[("ZYN_MODEL", "openai/m")],
            "OPENAI_API_KEY is not set: set it to your OpenAI key, or set ZYN_BASE_URL",
        );
        fails(
            &[("ZYN_MODEL", "openai/m"), ("ZYN_API_KEY", "canary")],
            "OPENAI_API_KEY is not set",
        );
        fails(
            &[("ZYN_MODEL", "gpt-4o")],
            "ZYN_MODEL cannot be used: `gpt-4o` names no provider; write `openai/gpt-4o`",
        );
        fails(
            &[("ZYN_MODEL", "acme/m")],
            "ZYN_MODEL cannot be used: there is no provider `acme`",
        );
        fails(
            &[("ZYN_MODEL", "openai/")],
            "ZYN_MODEL cannot be used: it names no model",
        );
        fails(
            &[("ZYN_MODEL", "openai/m"), ("OPENAI_API_KEY", "canary\r\n")],
            "OPENAI_API_KEY cannot be used: it contains a line break",
        );
        fails(
            &[
                ("ZYN_MODEL", "openai/m"),
                ("ZYN_BASE_URL", "http://canary.example.com"),
            ],
            "ZYN_BASE_URL cannot be used: it is plain `http`",
        );
    }
}
