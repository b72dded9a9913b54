//! The server that requests go to, checked once.

use url::{Host, Url};

use super::ConfigError;

/// More than any address that is meant, and less than what no request can be made of.
const LONGEST: usize = 4096;

/// A checked address.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    /// Below which the operations are.
    pub(super) url: Url,
    /// The host in lower case, without the port and without the dot that a whole name may end with: what capabilities are
    /// looked up by.
    pub(super) name: String,
    /// Whether the host is this machine.
    pub(super) loopback: bool,
}

impl Endpoint {
    /// The server at `base`.
    ///
    /// The error never quotes `base`, which may hold a password or a key.
    pub(super) fn new(base: &str, allow_insecure: bool) -> Result<Self, ConfigError> {
        let base = base.trim();
        if base.contains(char::is_control) {
            return Err(refused(
                "it contains a line break or another control character; was it pasted whole?",
            ));
        }
        if base.len() > LONGEST {
            return Err(refused(format!("it is longer than {LONGEST} bytes")));
        }
        let url = Url::parse(base).map_err(|error| {
            refused(format!(
                "{error}; write it as in `https://api.openai.com/v1`"
            ))
        })?;
        let (name, loopback) = match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                (name.to_owned(), is_localhost(name))
            }
            Some(Host::Ipv4(address)) => (address.to_string(), address.is_loopback()),
            Some(Host::Ipv6(address)) => {
                (address.to_string(), address.to_canonical().is_loopback())
            }
            None => {
                return Err(refused(
                    "it names no host; write it as in `https://api.openai.com/v1`",
                ));
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(
                "it contains a user name or a password; give the key with `.key(…)`",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused(
                "it has a query (`?`) or a fragment (`#`); leave that out",
            ));
        }
        match url.scheme() {
            "https" => {}
            "http" if loopback || allow_insecure => {}
            "http" => {
                return Err(refused(
                    "it is plain `http` to another machine, so that anyone on the way could read key and prompts; use `https`, or `.allow_insecure()` in a network you trust",
                ));
            }
            _ => return Err(refused("its scheme is neither `https` nor `http`")),
        }
        if url.cannot_be_a_base() {
            return Err(refused("nothing can be appended to it"));
        }
        Ok(Self {
            url,
            name,
            loopback,
        })
    }

    /// The host, with its port where that is not the scheme's own.
    pub(super) fn host(&self) -> String {
        match self.url.port() {
            Some(port) if self.name.contains(':') => format!("[{}]:{port}", self.name),
            Some(port) => format!("{}:{port}", self.name),
            None => self.name.clone(),
        }
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn refused(problem: impl Into<String>) -> ConfigError {
    ConfigError::BaseUrl {
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for base in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://127.9.8.7",
            "http://[::1]:1",
            "http://0x7f.1",
            "http://a.localhost",
            "http://localhost.",
        ] {
            assert!(Endpoint::new(base, false).unwrap().loopback, "{base}");
        }
        for base in [
            "http://example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://[::2]",
            "http://0.0.0.0",
        ] {
            let error = Endpoint::new(base, false).unwrap_err();
            assert!(error.to_string().contains("allow_insecure"), "{error}");
            assert!(!Endpoint::new(base, true).unwrap().loopback, "{base}");
        }
    }

    #[test]
    fn an_address_that_could_leak_is_refused_and_not_quoted() {
        for base in [
            "",
            "canary",
            "ftp://canary.com",
            "file:///canary",
            "https://canary:canary@x.com",
            "https://canary@x.com",
            "https://x.com/?key=canary",
            "https://x.com/#canary",
            "data:canary",
            "https://",
            "unix:/canary",
        ] {
            let error = Endpoint::new(base, true).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }

    #[test]
    fn the_host_is_shown_with_an_unusual_port() {
        let host = |base| Endpoint::new(base, false).unwrap().host();
        assert_eq!(host("https://api.openai.com/v1"), "api.openai.com");
        assert_eq!(host("https://x.com:443"), "x.com");
        assert_eq!(host("http://127.0.0.1:8080/v1"), "127.0.0.1:8080");
        assert_eq!(host("http://[::1]:8080"), "[::1]:8080");
    }

    #[test]
    fn a_dot_at_the_end_of_a_name_changes_nothing() {
        for (base, name) in [
            ("https://api.openai.com./v1", "api.openai.com"),
            ("https://API.OpenAI.com.:443", "api.openai.com"),
            ("http://localhost.:1", "localhost"),
        ] {
            assert_eq!(Endpoint::new(base, false).unwrap().name, name);
        }
    }
}
