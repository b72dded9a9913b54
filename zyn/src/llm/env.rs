//! A model by name: `provider/model`, and what the environment says about its provider. Read here only, and never to
//! connect.

use std::env::VarError;
use std::net::Ipv6Addr;
use std::sync::Arc;

use super::Llm;
use crate::error::Error;
use crate::provider::catalogue::{self, Address, CATALOGUE, Entry, Wire};
use crate::provider::{Anthropic, ConfigError, Gemini, Ollama, OpenAi, Provider};

const MODEL: &str = "ZYN_MODEL";
const BASE_URL: &str = "ZYN_BASE_URL";
const API_KEY: &str = "ZYN_API_KEY";
const EXAMPLE: &str = "openai/gpt-6.1-terra";

impl Llm {
    /// Reads provider, model and key from the environment. It does not connect.
    ///
    /// | variable | what it holds |
    /// |---|---|
    /// | `ZYN_MODEL` | `provider/model`, as in `openai/gpt-6.1-terra`; required |
    /// | the provider's own key | required where the table below says so, unless `ZYN_BASE_URL` is set |
    /// | `ZYN_BASE_URL` | another server that speaks as the provider does, as in `http://127.0.0.1:8080/v1` |
    /// | `ZYN_API_KEY` | that server's key, if it needs one |
    ///
    /// A provider's own key is never sent to `ZYN_BASE_URL`, and that of Ollama's cloud to no other `OLLAMA_HOST`: a server
    /// of your own that wants a key is a matter of `ZYN_BASE_URL` and `ZYN_API_KEY`. A variable that is empty counts as not set. What stands behind
    /// the first `/` is the model, which may have further ones: `openrouter/meta-llama/llama-4-maverick`.
    ///
    /// | provider | its key | where it is |
    /// |---|---|---|
    /// | `openai` | `OPENAI_API_KEY` | `https://api.openai.com/v1` |
    /// | `anthropic` | `ANTHROPIC_API_KEY` | `https://api.anthropic.com` |
    /// | `gemini` | `GOOGLE_API_KEY`, else `GEMINI_API_KEY` | `https://generativelanguage.googleapis.com/v1beta` |
    /// | `azure` | `AZURE_OPENAI_API_KEY` | `AZURE_OPENAI_ENDPOINT`, as in `https://mine.openai.azure.com` |
    /// | `groq` | `GROQ_API_KEY` | `https://api.groq.com/openai/v1` |
    /// | `mistral` | `MISTRAL_API_KEY` | `https://api.mistral.ai/v1` |
    /// | `deepseek` | `DEEPSEEK_API_KEY` | `https://api.deepseek.com` |
    /// | `xai` | `XAI_API_KEY` | `https://api.x.ai/v1` |
    /// | `openrouter` | `OPENROUTER_API_KEY` | `https://openrouter.ai/api/v1` |
    /// | `together` | `TOGETHER_API_KEY` | `https://api.together.ai/v1` |
    /// | `fireworks` | `FIREWORKS_API_KEY` | `https://api.fireworks.ai/inference/v1` |
    /// | `ollama` | `OLLAMA_API_KEY`, if any, for `ollama.com` alone | `OLLAMA_HOST`, else `http://127.0.0.1:11434` |
    /// | `llamacpp` | `LLAMA_API_KEY`, if any | `http://127.0.0.1:8080/v1` |
    /// | `vllm` | `VLLM_API_KEY`, if any | `http://127.0.0.1:8000/v1` |
    /// | `lmstudio` | none | `http://127.0.0.1:1234/v1` |
    ///
    /// A provider may also be called `claude`, `google`, `azure-openai`, `mistralai`, `x-ai`, `grok`, `togetherai`,
    /// `llama.cpp`, `llama-cpp` or `lm-studio`.
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
        let choice = Choice::of_environment(|name| std::env::var(name))?;
        Ok(Self::new(choice.provider()?))
    }

    /// The model called `provider/model`, so that a program can be told by a string whom to ask. The providers and the
    /// variables of their keys are those of [`from_env`](Self::from_env); variables of zyn's own (`ZYN_…`) are not read.
    /// It does not connect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if there is no such provider, with the one that may have been meant,
    /// or if its key is not in the environment.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::Llm;
    ///
    /// let llm = Llm::from_name("vllm/Qwen/Qwen3-0.6B")?; // a server on this machine needs no key
    /// assert_eq!(llm.model(), "Qwen/Qwen3-0.6B");
    ///
    /// let typo = Llm::from_name("gorq/openai/gpt-oss-20b").unwrap_err().to_string();
    /// assert!(typo.contains("did you mean `groq/openai/gpt-oss-20b`?"), "{typo}");
    /// # Ok::<(), zyn::Error>(())
    /// ```
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn from_name(name: impl AsRef<str>) -> Result<Self, Error> {
        let choice = Choice::by_name(name.as_ref(), |name| std::env::var(name))?;
        Ok(Self::new(choice.provider()?))
    }
}

/// Whom to ask.
struct Choice {
    entry: &'static Entry,
    model: String,
    url: Found,
    key: Option<Found>,
    /// The variable that a key would be looked for in.
    key_variable: &'static str,
}

/// A value, and the variable that held it, if one did.
struct Found {
    variable: Option<&'static str>,
    value: String,
}

impl Found {
    fn new(variable: &'static str, value: String) -> Self {
        Self {
            variable: Some(variable),
            value,
        }
    }

    fn usual(value: &str) -> Self {
        Self {
            variable: None,
            value: value.to_owned(),
        }
    }
}

impl Choice {
    fn of_environment(
        lookup: impl Fn(&str) -> Result<String, VarError>,
    ) -> Result<Self, ConfigError> {
        let set = |variable| set(&lookup, variable);
        let name = set(MODEL)?.ok_or_else(|| {
            let remedy = format!(
                "set it to provider/model, as in `{EXAMPLE}`, with the provider's key (OPENAI_API_KEY), or with {BASE_URL} (and {API_KEY}) for another server"
            );
            missing(MODEL, remedy)
        })?;
        let (entry, model) = parse(&name.value).map_err(|problem| unusable(MODEL, problem))?;
        if let Some(url) = set(BASE_URL)? {
            return Ok(Self {
                entry,
                model,
                url,
                key: set(API_KEY)?,
                key_variable: API_KEY,
            });
        }
        let otherwise =
            format!(", or set {BASE_URL} (and {API_KEY}, if it needs one) for another server");
        Self::usual(entry, model, set, &otherwise)
    }

    fn by_name(
        name: &str,
        lookup: impl Fn(&str) -> Result<String, VarError>,
    ) -> Result<Self, ConfigError> {
        let (entry, model) = parse(name).map_err(|problem| ConfigError::Name { problem })?;
        Self::usual(entry, model, |variable| set(&lookup, variable), "")
    }

    /// The provider where it usually is, with its own key.
    fn usual(
        entry: &'static Entry,
        model: String,
        set: impl Fn(&'static str) -> Result<Option<Found>, ConfigError>,
        otherwise: &str,
    ) -> Result<Self, ConfigError> {
        let url = match entry.address {
            Address::At(url) => Found::usual(url),
            Address::Host(variable, usual) => match set(variable)? {
                Some(host) => Found::new(variable, address(&host.value)),
                None => Found::usual(usual),
            },
            Address::Resource(variable, path) => {
                let resource = set(variable)?.ok_or_else(|| {
                    let remedy = format!(
                        "set it to the address of your resource, as in `https://mine.openai.azure.com`{otherwise}"
                    );
                    missing(variable, remedy)
                })?;
                let base = resource.value.trim().trim_end_matches('/');
                let is_whole = base.ends_with(path);
                let path = if is_whole { "" } else { path };
                Found::new(variable, format!("{base}{path}"))
            }
        };
        let is_for_its_host_alone = matches!(entry.address, Address::Host(..));
        let mut key = None;
        if !is_for_its_host_alone || entry.is_at(&url.value) {
            for variable in entry.keys {
                key = key.or(set(variable)?);
            }
        }
        let key_variable = entry.keys.first().copied().unwrap_or(API_KEY);
        if key.is_none() && entry.needs_key {
            let others = entry.keys.iter().skip(1);
            let others: String = others.map(|it| format!(", or {it},")).collect();
            let remedy = format!("set it{others} to your key for {}{otherwise}", entry.name);
            return Err(missing(key_variable, remedy));
        }
        Ok(Self {
            entry,
            model,
            url,
            key,
            key_variable,
        })
    }

    /// The provider, its set-up checked.
    fn provider(self) -> Result<Arc<dyn Provider>, ConfigError> {
        let (url, key_variable) = (self.url.variable, self.key_variable);
        let key_variable = self
            .key
            .as_ref()
            .and_then(|it| it.variable)
            .unwrap_or(key_variable);
        let provider = self.build()?;
        match (provider.check(), url) {
            (Ok(()), _) => Ok(provider),
            (Err(ConfigError::BaseUrl { problem }), Some(url)) => Err(unusable(url, problem)),
            (Err(ConfigError::Key { problem }), _) => Err(unusable(key_variable, problem)),
            (Err(error), _) => Err(error),
        }
    }

    fn build(self) -> Result<Arc<dyn Provider>, ConfigError> {
        /// What all types have in common.
        macro_rules! at {
            ($provider:ty) => {{
                let provider = <$provider>::new(self.model).base_url(self.url.value);
                let provider = provider.called(self.entry.name);
                match self.key {
                    Some(key) => Arc::new(provider.key(key.value)) as Arc<dyn Provider>,
                    None => Arc::new(provider),
                }
            }};
        }
        Ok(match self.entry.wire {
            Wire::OpenAi => at!(OpenAi),
            Wire::Anthropic => at!(Anthropic),
            Wire::Gemini => at!(Gemini),
            Wire::Ollama => at!(Ollama),
        })
    }
}

/// What a variable holds; blank is as good as not set.
fn set(
    lookup: impl Fn(&str) -> Result<String, VarError>,
    variable: &'static str,
) -> Result<Option<Found>, ConfigError> {
    match lookup(variable) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(Found::new(variable, value))),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(unusable(variable, "it is not valid Unicode")),
    }
}

/// Provider and model of `provider/model`; or what is wrong with it.
fn parse(name: &str) -> Result<(&'static Entry, String), String> {
    let name = name.trim();
    let Some((provider, model)) = name.split_once('/') else {
        return Err(match catalogue::named(name) {
            Some(entry) => format!("`{name}` names no model; write `{}/model`", entry.name),
            None => {
                let home = catalogue::home(name).map_or("openai", |entry| entry.name);
                format!("`{name}` names no provider; write `{home}/{name}`")
            }
        });
    };
    let (provider, model) = (provider.trim(), model.trim());
    if model.is_empty() {
        return Err(format!(
            "`{name}` names no model; write it as in `{EXAMPLE}`"
        ));
    }
    if let Some(entry) = catalogue::named(provider) {
        return Ok((entry, model.to_owned()));
    }
    let meant = catalogue::nearest(provider)
        .map(|entry| format!("; did you mean `{}/{model}`?", entry.name));
    let known: Vec<_> = CATALOGUE.iter().map(|entry| entry.name).collect();
    Err(format!(
        "there is no provider `{provider}`{} There are {}. Any other server that speaks as OpenAI does is `openai/{name}` with its address in {BASE_URL}, or in code `OpenAi::new(…).base_url(…)`",
        meant.as_deref().unwrap_or("."),
        known.join(", "),
    ))
}

/// An address as Ollama's own programs read it: scheme and port may be missing, and the address of all interfaces, which
/// a server listens at, is this machine.
fn address(host: &str) -> String {
    const PORT: &str = "11434";
    let host = host.trim().trim_matches(['"', '\'']).trim_end_matches('/');
    let bare = match host.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => host.to_owned(),
    };
    let (scheme, rest) = match bare.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None if bare == "ollama.com" => (Some("https"), &*bare),
        None => (None, &*bare),
    };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (authority, None),
    };
    let name = match name {
        "" | "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        name => name,
    };
    // with a scheme its own port is meant
    let port = port.or(scheme.is_none().then_some(PORT));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{name}{port}{path}", scheme.unwrap_or("http"))
}

fn missing(variable: &'static str, remedy: String) -> ConfigError {
    ConfigError::Missing { variable, remedy }
}

fn unusable(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Variable {
        variable,
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests;
