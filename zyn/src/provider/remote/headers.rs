//! The headers of requests.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::Remote;
use crate::provider::ConfigError;
use crate::provider::endpoint::Endpoint;
use crate::provider::profile::Capabilities;

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");
/// The headers that say what a request is and how it is sent.
const OURS: [&str; 13] = [
    "accept",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Remote {
    /// Sets a header of the user's own, whatever was said of it before.
    pub(in crate::provider) fn set_header(&mut self, name: &str, value: String) {
        self.headers
            .retain(|(it, _)| !it.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value));
    }

    /// The headers of every request.
    pub(super) fn lasting_headers(
        &self,
        endpoint: &Endpoint,
        capabilities: &Capabilities,
    ) -> Result<HeaderMap, ConfigError> {
        let mut own = HeaderMap::new();
        let (key_name, scheme) = capabilities.key.name();
        for (name, value) in &self.headers {
            let parsed = (HeaderName::try_from(name), HeaderValue::try_from(value));
            let (Ok(name), Ok(mut value)) = parsed else {
                return Err(refused(name, "no header can be written so"));
            };
            if OURS.contains(&name.as_str()) {
                return Err(refused(name.as_str(), "it is zyn's to set"));
            }
            if name == AUTHORIZATION && self.key.is_some() || name == key_name {
                return Err(refused(name.as_str(), "give the key with `.key(…)`"));
            }
            // it may be a key for someone on the way
            value.set_sensitive(true);
            own.append(name, value);
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in (self.kind.format)(capabilities.api).headers() {
            // the user knows better
            if !own.contains_key(&name) {
                headers.insert(name, value);
            }
        }
        headers.extend(own);
        if let Some(key) = &self.key {
            key.check()?;
            let value = key.header(scheme);
            headers.extend(value.map(|value| (HeaderName::from_static(key_name), value)));
        } else if endpoint.name == self.kind.keyed_host {
            return Err(ConfigError::Key {
                problem: "there is none, and this server needs one; give it with `.key(…)`",
            });
        }
        Ok(headers)
    }
}

/// The headers of one request: those of every one, what it asks for, and its id.
pub(super) fn of_one(lasting: &HeaderMap, id: &str, streamed: bool) -> HeaderMap {
    // with room for what is added below and by the client, which a clone would have to grow for
    let mut headers = HeaderMap::with_capacity(lasting.len() + 5);
    for (name, value) in lasting {
        headers.append(name.clone(), value.clone());
    }
    let accept = match streamed {
        true => "text/event-stream, application/x-ndjson, application/json",
        false => "application/json",
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    // Not an idempotency key: a re-ask has the same id and must not be given the same answer.
    if let Some(id) = HeaderValue::try_from(id).ok().filter(|id| !id.is_empty()) {
        headers.insert(CLIENT_REQUEST_ID, id);
    }
    headers
}

fn refused(name: &str, problem: &'static str) -> ConfigError {
    ConfigError::Header {
        name: name.chars().filter(|c| !c.is_control()).take(80).collect(),
        problem,
    }
}
