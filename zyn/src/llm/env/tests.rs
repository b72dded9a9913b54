//! Environments by hand. Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use super::*;

type Variables<'v> = &'v [(&'v str, &'v str)];

fn lookup(variables: Variables<'_>) -> impl Fn(&str) -> Result<String, VarError> {
    move |wanted| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found
            .map(|(_, value)| (*value).to_owned())
            .ok_or(VarError::NotPresent)
    }
}

/// Provider, model, address and key.
fn read(variables: Variables<'_>) -> Result<[String; 4], ConfigError> {
    Choice::of_environment(lookup(variables)).map(shown)
}

fn named(name: &str, variables: Variables<'_>) -> Result<[String; 4], ConfigError> {
    Choice::by_name(name, lookup(variables)).map(shown)
}

fn shown(choice: Choice) -> [String; 4] {
    let key = choice.key.map(|key| key.value).unwrap_or_default();
    let name = choice.entry.name.to_owned();
    [name, choice.model, choice.url.value, key]
}

#[track_caller]
fn works(variables: Variables<'_>, wanted: [&str; 4]) {
    assert_eq!(read(variables).unwrap(), wanted);
}

fn provider(variables: Variables<'_>) -> Result<Arc<dyn Provider>, ConfigError> {
    Choice::of_environment(lookup(variables))?.provider()
}

#[track_caller]
fn fails(variables: Variables<'_>, start: &str) {
    let error = provider(variables).err().unwrap();
    assert!(error.to_string().starts_with(start), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

#[test]
fn model_and_key_are_enough() {
    let variables = [
        ("ZYN_MODEL", "openai/gpt-6.1-terra"),
        ("OPENAI_API_KEY", "k"),
    ];
    works(
        &variables,
        ["openai", "gpt-6.1-terra", "https://api.openai.com/v1", "k"],
    );
    let provider = provider(&variables).unwrap();
    assert_eq!(
        (provider.name(), provider.model()),
        ("openai", "gpt-6.1-terra")
    );
}

#[test]
fn every_provider_is_found_with_its_key_where_it_usually_is() {
    for entry in CATALOGUE {
        let model = format!("{}/org/m", entry.name);
        let mut variables = vec![("ZYN_MODEL", &*model)];
        variables.extend(entry.keys.iter().map(|key| (*key, *key)));
        let address = match entry.address {
            Address::At(url) | Address::Host(_, url) => url,
            Address::Resource(variable, _) => {
                variables.push((variable, "https://mine.openai.azure.com/"));
                "https://mine.openai.azure.com/openai/v1"
            }
        };
        let is_for_its_host_alone = matches!(entry.address, Address::Host(..));
        let key = entry.keys.first().copied().unwrap_or_default();
        let key = if is_for_its_host_alone { "" } else { key };
        works(&variables, [entry.name, "org/m", address, key]);
        assert_eq!(named(&model, &variables), read(&variables));
        if entry.wire == Wire::OpenAi {
            assert_eq!(provider(&variables).unwrap().name(), entry.name);
        }
        // without a key
        variables.retain(|(name, _)| !entry.keys.contains(name));
        match read(&variables) {
            Ok(_) => assert!(!entry.needs_key, "{}", entry.name),
            Err(error) => assert!(error.to_string().starts_with(key), "{error}"),
        }
    }
}

#[test]
fn every_provider_has_its_row_in_the_documentation() {
    let documentation = include_str!("../env.rs");
    let rows = documentation.lines().map(str::trim);
    let rows = rows.filter_map(|line| line.strip_prefix("/// | `"));
    let rows: Vec<_> = rows.filter(|row| !row.starts_with("ZYN_")).collect();
    assert_eq!(rows.len(), CATALOGUE.len());
    for (row, entry) in rows.iter().zip(CATALOGUE) {
        assert!(row.starts_with(&format!("{}` |", entry.name)), "{row}");
        for key in entry.keys {
            assert!(row.contains(&format!("`{key}`")), "{row}");
        }
        assert_eq!(
            row.contains("if any"),
            !entry.needs_key && !entry.keys.is_empty(),
            "{row}"
        );
        let place = match entry.address {
            Address::At(url) => [url, url],
            Address::Host(variable, url) => [variable, url],
            Address::Resource(variable, _) => [variable, variable],
        };
        for place in place {
            assert!(row.contains(&format!("`{place}`")), "{row}");
        }
        for alias in entry.aliases {
            let listed = documentation.matches(&format!("`{alias}`")).count();
            assert_ne!(listed, 0, "{alias}");
        }
    }
}

#[test]
fn of_two_keys_the_first_counts() {
    let model = ("ZYN_MODEL", "google/gemini-3.8-flash");
    let (first, second) = (("GOOGLE_API_KEY", "1"), ("GEMINI_API_KEY", "2"));
    assert_eq!(read(&[model, second, first]).unwrap()[3], "1");
    assert_eq!(read(&[model, second]).unwrap()[3], "2");
    assert_eq!(
        read(&[model, second, ("GOOGLE_API_KEY", " ")]).unwrap()[3],
        "2"
    );
    fails(
        &[model],
        "GOOGLE_API_KEY is not set: set it, or GEMINI_API_KEY, to your key for gemini, or set ZYN_BASE_URL",
    );
}

#[test]
fn another_server_may_need_no_key_and_its_models_may_have_slashes() {
    works(
        &[
            ("ZYN_MODEL", " OpenAI/org/model "),
            ("ZYN_BASE_URL", "http://127.0.0.1:8080/v1"),
        ],
        ["openai", "org/model", "http://127.0.0.1:8080/v1", ""],
    );
}

#[test]
fn a_providers_own_key_is_not_for_another_server() {
    for entry in CATALOGUE {
        let model = format!("{}/m", entry.name);
        let mut variables = vec![
            ("ZYN_MODEL", &*model),
            ("ZYN_BASE_URL", "https://example.com"),
        ];
        variables.extend(entry.keys.iter().map(|key| (*key, "canary")));
        works(&variables, [entry.name, "m", "https://example.com", ""]);
        variables.push(("ZYN_API_KEY", "k"));
        works(&variables, [entry.name, "m", "https://example.com", "k"]);
        // and the other way round: the key of the other server is not for the provider
        variables.retain(|(name, _)| *name != "ZYN_BASE_URL");
        if let Ok(found) = read(&variables) {
            assert_ne!(found[3], "k", "{}", entry.name);
        }
    }
}

#[test]
fn a_name_alone_reads_nothing_that_is_zyns() {
    let variables = [
        ("ZYN_MODEL", "openai/other"),
        ("ZYN_BASE_URL", "https://example.com"),
        ("ZYN_API_KEY", "canary"),
        ("GROQ_API_KEY", "k"),
    ];
    let found = named("groq/openai/gpt-oss-20b", &variables).unwrap();
    let address = "https://api.groq.com/openai/v1";
    assert_eq!(found, ["groq", "openai/gpt-oss-20b", address, "k"]);
    let error = named("xai/grok-4.7", &variables).unwrap_err();
    assert_eq!(
        error.to_string(),
        "XAI_API_KEY is not set: set it to your key for xai"
    );
    let error = named("gpt-4o", &variables).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no model can be chosen: `gpt-4o` names no provider; write `openai/gpt-4o`"
    );
}

#[test]
fn ollamas_host_is_read_as_its_own_programs_read_it() {
    for (host, url) in [
        ("localhost", "http://localhost:11434"),
        ("127.0.0.1:1", "http://127.0.0.1:1"),
        (" \"127.0.0.1\" ", "http://127.0.0.1:11434"),
        (":1", "http://127.0.0.1:1"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:1", "http://127.0.0.1:1"),
        ("http://0.0.0.0:1/", "http://127.0.0.1:1"),
        ("[::]:1", "http://[::1]:1"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("http://localhost", "http://localhost"),
        (
            "https://ai.example.com/ollama/",
            "https://ai.example.com/ollama",
        ),
        (
            "ai.example.com/ollama",
            "http://ai.example.com:11434/ollama",
        ),
        ("ollama.com", "https://ollama.com"),
        ("https://ollama.com", "https://ollama.com"),
    ] {
        works(
            &[("ZYN_MODEL", "ollama/qwen3:1.7b"), ("OLLAMA_HOST", host)],
            ["ollama", "qwen3:1.7b", url, ""],
        );
    }
}

#[test]
fn the_key_of_ollamas_cloud_is_for_no_other_host() {
    let key_at = |host| {
        read(&[
            ("ZYN_MODEL", "ollama/gpt-oss:120b"),
            ("OLLAMA_API_KEY", "canary"),
            ("OLLAMA_HOST", host),
        ])
        .unwrap()[3]
            .clone()
    };
    for host in [
        "ollama.com",
        "https://ollama.com/",
        "https://ollama.com.:443",
    ] {
        assert_eq!(key_at(host), "canary", "{host}");
    }
    for host in [
        "",
        "localhost",
        "gpu.example.com",
        "https://ollama.com.example.com",
        "https://example.com/ollama.com",
        "https://ollama.com@example.com",
    ] {
        assert_eq!(key_at(host), "", "{host}");
    }
}

#[test]
fn azure_is_where_the_resource_is() {
    let model = ("ZYN_MODEL", "azure/my-deployment");
    let key = ("AZURE_OPENAI_API_KEY", "k");
    for endpoint in [
        "https://mine.openai.azure.com",
        "https://mine.openai.azure.com/",
        "https://mine.openai.azure.com/openai/v1/",
    ] {
        let endpoint = ("AZURE_OPENAI_ENDPOINT", endpoint);
        let url = "https://mine.openai.azure.com/openai/v1";
        works(
            &[model, key, endpoint],
            ["azure", "my-deployment", url, "k"],
        );
    }
    fails(
        &[model, key],
        "AZURE_OPENAI_ENDPOINT is not set: set it to the address of your resource",
    );
    fails(
        &[model, key, ("AZURE_OPENAI_ENDPOINT", "canary")],
        "AZURE_OPENAI_ENDPOINT cannot be used: relative URL without a base",
    );
}

#[test]
fn the_error_says_what_was_looked_for() {
    fails(&[], "ZYN_MODEL is not set: set it to provider/model");
    fails(&[("ZYN_MODEL", "  ")], "ZYN_MODEL is not set");
    fails(
        &[("ZYN_MODEL", "openai/m"), ("ZYN_API_KEY", "canary")],
        "OPENAI_API_KEY is not set: set it to your key for openai, or set ZYN_BASE_URL (and ZYN_API_KEY",
    );
    for (name, written) in [
        ("gpt-4o", "openai/gpt-4o"),
        ("claude-sonnet-5-5", "anthropic/claude-sonnet-5-5"),
        ("gemini-3.8-flash", "gemini/gemini-3.8-flash"),
        ("grok-4.7", "xai/grok-4.7"),
        ("acme-1", "openai/acme-1"),
    ] {
        let start =
            format!("ZYN_MODEL cannot be used: `{name}` names no provider; write `{written}`");
        fails(&[("ZYN_MODEL", name)], &start);
    }
    fails(
        &[("ZYN_MODEL", "groq")],
        "ZYN_MODEL cannot be used: `groq` names no model; write `groq/model`",
    );
    fails(
        &[("ZYN_MODEL", "openai/")],
        "ZYN_MODEL cannot be used: `openai/` names no model; write it as in `openai/",
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
    fails(
        &[
            ("ZYN_MODEL", "openai/m"),
            ("ZYN_BASE_URL", "https://api.openai.com/v1"),
            ("OPENAI_API_KEY", "canary"),
        ],
        "ZYN_API_KEY cannot be used: there is none",
    );
}

#[test]
fn an_unknown_provider_is_told_which_there_are_and_which_may_be_meant() {
    let problem = |name| provider(&[("ZYN_MODEL", name)]).err().unwrap().to_string();
    let typo = problem("opnai/gpt-4o");
    let start = "ZYN_MODEL cannot be used: there is no provider `opnai`; did you mean `openai/gpt-4o`? There are openai, anthropic,";
    assert!(typo.starts_with(start), "{typo}");
    let other = problem("acme/m");
    assert!(other.contains("`acme`. There are"), "{other}");
    assert!(
        other.contains("`openai/acme/m` with its address in ZYN_BASE_URL"),
        "{other}"
    );
    for entry in CATALOGUE {
        assert!(other.contains(entry.name), "{other}");
    }
}

#[test]
fn a_server_is_called_by_its_host_if_that_has_a_name_else_as_it_was_asked_for() {
    for (model, url, name) in [
        ("openai/m", "https://api.groq.com/openai/v1", "groq"),
        ("openai/m", "https://api.mistral.ai/v1", "mistral"),
        ("openai/m", "https://a.openai.azure.com/openai/v1", "azure"),
        ("vllm/m", "https://gpu.example.com/v1", "vllm"),
        ("openai/m", "https://gpu.example.com/v1", "openai"),
    ] {
        let variables = [("ZYN_MODEL", model), ("ZYN_BASE_URL", url)];
        assert_eq!(provider(&variables).unwrap().name(), name, "{url}");
    }
}
