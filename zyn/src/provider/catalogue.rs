//! The providers that have a name, as data: how each is spoken to, where it is, and what its variables are called.

use super::endpoint::Endpoint;
use super::profile::matches_host;

/// A provider by name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) wire: Wire,
    pub(crate) address: Address,
    /// Its host, by which an address is recognised: with a leading dot any subdomain. Empty for a server on this machine.
    host: &'static str,
    /// The variables that may hold its key, in the order in which its own SDK reads them.
    pub(crate) keys: &'static [&'static str],
    /// Whether it answers nothing without a key.
    pub(crate) needs_key: bool,
    /// Its name in OpenTelemetry's GenAI conventions, or one in their manner where they have none.
    pub(crate) telemetry: &'static str,
    /// How the names of its own models begin.
    families: &'static [&'static str],
}

/// What is spoken to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    OpenAi,
    Anthropic,
    Gemini,
    Ollama,
}

/// Where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    /// Always there.
    At(&'static str),
    /// Where the variable says; it may leave out scheme and port, as Ollama's own programs allow. Else there. The key is
    /// for the provider's own host alone: the variable names any server, which may be somebody else's.
    Host(&'static str, &'static str),
    /// Where the variable says and nowhere else; the path belongs behind it.
    Resource(&'static str, &'static str),
}

/// What most have in common.
const HOSTED: Entry = Entry {
    name: "",
    aliases: &[],
    wire: Wire::OpenAi,
    address: Address::At(""),
    host: "",
    keys: &[],
    needs_key: true,
    telemetry: "",
    families: &[],
};

/// A server on this machine.
const LOCAL: Entry = Entry {
    needs_key: false,
    ..HOSTED
};

/// All of them, in the order in which they are listed to a user.
pub(crate) const CATALOGUE: &[Entry] = &[
    Entry {
        name: "openai",
        address: Address::At("https://api.openai.com/v1"),
        host: "api.openai.com",
        keys: &["OPENAI_API_KEY"],
        telemetry: "openai",
        families: &["gpt-", "chatgpt-", "o1", "o3", "o4"],
        ..HOSTED
    },
    Entry {
        name: "anthropic",
        aliases: &["claude"],
        wire: Wire::Anthropic,
        address: Address::At("https://api.anthropic.com"),
        host: "api.anthropic.com",
        keys: &["ANTHROPIC_API_KEY"],
        telemetry: "anthropic",
        families: &["claude-"],
        ..HOSTED
    },
    Entry {
        name: "gemini",
        aliases: &["google"],
        wire: Wire::Gemini,
        address: Address::At("https://generativelanguage.googleapis.com/v1beta"),
        host: "generativelanguage.googleapis.com",
        keys: &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        telemetry: "gcp.gemini",
        families: &["gemini-", "gemma-"],
        ..HOSTED
    },
    Entry {
        name: "azure",
        aliases: &["azure-openai"],
        address: Address::Resource("AZURE_OPENAI_ENDPOINT", "/openai/v1"),
        host: ".openai.azure.com",
        keys: &["AZURE_OPENAI_API_KEY"],
        telemetry: "azure.ai.openai",
        ..HOSTED
    },
    Entry {
        name: "groq",
        address: Address::At("https://api.groq.com/openai/v1"),
        host: "api.groq.com",
        keys: &["GROQ_API_KEY"],
        telemetry: "groq",
        ..HOSTED
    },
    Entry {
        name: "mistral",
        aliases: &["mistralai"],
        address: Address::At("https://api.mistral.ai/v1"),
        host: "api.mistral.ai",
        keys: &["MISTRAL_API_KEY"],
        telemetry: "mistral_ai",
        families: &["mistral-", "ministral-", "magistral-", "codestral-"],
        ..HOSTED
    },
    Entry {
        name: "deepseek",
        address: Address::At("https://api.deepseek.com"),
        host: "api.deepseek.com",
        keys: &["DEEPSEEK_API_KEY"],
        telemetry: "deepseek",
        families: &["deepseek-"],
        ..HOSTED
    },
    Entry {
        name: "xai",
        aliases: &["x-ai", "grok"],
        address: Address::At("https://api.x.ai/v1"),
        host: "api.x.ai",
        keys: &["XAI_API_KEY"],
        telemetry: "x_ai",
        families: &["grok-"],
        ..HOSTED
    },
    Entry {
        name: "openrouter",
        address: Address::At("https://openrouter.ai/api/v1"),
        host: "openrouter.ai",
        keys: &["OPENROUTER_API_KEY"],
        telemetry: "openrouter",
        ..HOSTED
    },
    // https://docs.together.ai/docs/inference/openai-compatibility
    Entry {
        name: "together",
        aliases: &["togetherai"],
        address: Address::At("https://api.together.ai/v1"),
        host: "api.together.ai",
        keys: &["TOGETHER_API_KEY"],
        telemetry: "together",
        ..HOSTED
    },
    // https://docs.pipecat.ai/api-reference/server/services/llm/fireworks
    Entry {
        name: "fireworks",
        address: Address::At("https://api.fireworks.ai/inference/v1"),
        host: "api.fireworks.ai",
        keys: &["FIREWORKS_API_KEY"],
        telemetry: "fireworks",
        ..HOSTED
    },
    Entry {
        name: "ollama",
        wire: Wire::Ollama,
        address: Address::Host("OLLAMA_HOST", "http://127.0.0.1:11434"),
        host: "ollama.com",
        keys: &["OLLAMA_API_KEY"],
        telemetry: "ollama",
        ..LOCAL
    },
    Entry {
        name: "llamacpp",
        aliases: &["llama.cpp", "llama-cpp"],
        address: Address::At("http://127.0.0.1:8080/v1"),
        keys: &["LLAMA_API_KEY"],
        telemetry: "llama.cpp",
        ..LOCAL
    },
    Entry {
        name: "vllm",
        address: Address::At("http://127.0.0.1:8000/v1"),
        keys: &["VLLM_API_KEY"],
        telemetry: "vllm",
        ..LOCAL
    },
    // https://lmstudio.ai/docs/api/openai-api
    Entry {
        name: "lmstudio",
        aliases: &["lm-studio"],
        address: Address::At("http://127.0.0.1:1234/v1"),
        telemetry: "lmstudio",
        ..LOCAL
    },
];

/// The provider called so, in either case.
pub(crate) fn named(name: &str) -> Option<&'static Entry> {
    CATALOGUE
        .iter()
        .find(|entry| entry.names().any(|it| it.eq_ignore_ascii_case(name)))
}

/// The provider whose host this is.
pub(super) fn at(host: &str) -> Option<&'static Entry> {
    let mut elsewhere = CATALOGUE.iter().filter(|entry| !entry.host.is_empty());
    elsewhere.find(|entry| matches_host(entry.host, host))
}

/// The provider that a model called so is usually asked at.
pub(crate) fn home(model: &str) -> Option<&'static Entry> {
    let is_of = |entry: &&Entry| entry.families.iter().any(|it| model.starts_with(it));
    CATALOGUE.iter().find(is_of)
}

/// The provider that `name` is a slip for.
pub(crate) fn nearest(name: &str) -> Option<&'static Entry> {
    let name = name.to_ascii_lowercase();
    // of a short name little is left once letters differ
    let most = match name.len() {
        ..3 => 0,
        3..5 => 1,
        _ => 2,
    };
    let distance = |entry: &Entry| entry.names().map(|it| slips(&name, it)).min();
    let all = CATALOGUE.iter();
    let near = all.filter_map(|entry| Some((distance(entry)?, entry)));
    let (distance, entry) = near.min_by_key(|(distance, _)| *distance)?;
    (distance <= most).then_some(entry)
}

impl Entry {
    /// Whether `url` is at its own host.
    pub(crate) fn is_at(&self, url: &str) -> bool {
        let host = Endpoint::new(url, true).map(|endpoint| endpoint.name);
        host.is_ok_and(|host| at(&host) == Some(self))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// How many letters are wrong, missing, too many, or in the wrong order beside each other.
fn slips(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let changed = cell(&above, j) + usize::from(a != b);
            let mut fewest = changed.min(cell(&above, j + 1) + 1).min(cell(&row, j) + 1);
            let swapped = i > 0 && j > 0 && from.get(i - 1) == Some(b) && to.get(j - 1) == Some(a);
            if swapped {
                fewest = fewest.min(cell(&before, j - 1) + 1);
            }
            row.push(fewest);
        }
        before = std::mem::replace(&mut above, row);
    }
    cell(&above, to.len())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_is_taken_once_and_every_row_is_whole() {
        let mut names = HashSet::new();
        for entry in CATALOGUE {
            for name in entry.names() {
                assert!(names.insert(name), "{name}");
                assert!(!name.contains('/') && !name.is_empty());
                assert_eq!(named(&name.to_uppercase()), Some(entry));
            }
            assert!(!entry.telemetry.is_empty(), "{}", entry.name);
            assert!(!entry.needs_key || !entry.keys.is_empty(), "{}", entry.name);
            let is_local = entry.host.is_empty() || entry.wire == Wire::Ollama;
            assert_eq!(entry.needs_key, !is_local, "{}", entry.name);
        }
    }

    #[test]
    fn every_address_can_be_used_and_leads_back_to_its_name() {
        for entry in CATALOGUE {
            let address = match entry.address {
                Address::At(url) | Address::Host(_, url) => url.to_owned(),
                Address::Resource(_, path) => format!("https://mine{}{path}", entry.host),
            };
            let endpoint = Endpoint::new(&address, false).unwrap();
            match at(&endpoint.name) {
                Some(found) => assert_eq!(found, entry),
                None => assert!(endpoint.loopback, "{address}"),
            }
        }
        assert_eq!(at("example.com"), None);
        assert_eq!(at(""), None);
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        for (slip, name) in [
            ("opnai", "openai"),
            ("openia", "openai"),
            ("OpenAI2", "openai"),
            ("antropic", "anthropic"),
            ("gorq", "groq"),
            ("mistrall", "mistral"),
            ("olama", "ollama"),
            ("open-router", "openrouter"),
            ("llama_cpp", "llamacpp"),
            ("googel", "gemini"),
            ("xia", "xai"),
        ] {
            assert_eq!(nearest(slip).map(|it| it.name), Some(name), "{slip}");
        }
        for word in ["", "acme", "meta-llama", "cohere", "bedrock", "ai", "é"] {
            assert_eq!(nearest(word).map(|it| it.name), None, "{word}");
        }
    }

    #[test]
    fn slips_are_counted() {
        for (from, to, count) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("abc", "xbc", 1),
            ("abc", "abcd", 1),
            ("kitten", "sitting", 3),
            ("grüße", "grusse", 3),
        ] {
            assert_eq!(slips(from, to), count, "{from} {to}");
        }
    }
}
