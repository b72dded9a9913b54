//! The options that all providers over HTTP have, written once.

/// The options of a provider that holds a [`Remote`](super::remote::Remote), and its [`Provider`](super::Provider).
macro_rules! remote {
    ($name:ident) => {
        impl $name {
            /// The API key. It is sent in one header, and shown nowhere.
            #[must_use]
            pub fn key(self, key: impl Into<String>) -> Self {
                let key = $crate::provider::key::Key::new(key.into());
                self.with(|remote| remote.key = Some(key))
            }

            /// Where the server is, without the path of the operation. The key goes there.
            #[must_use]
            pub fn base_url(self, url: impl Into<String>) -> Self {
                let url = url.into();
                self.with(|remote| remote.base_url = url.into())
            }

            /// Allows plain `http` to another machine, where anyone on the way can read key and prompts.
            #[must_use]
            pub fn allow_insecure(self) -> Self {
                self.with(|remote| remote.allow_insecure = true)
            }

            /// Adds a header to every request, for a gateway on the way or a feature of the server. `Debug` and logs do
            /// not show its value. A header that is added twice is sent twice. The key has an option of its own.
            #[must_use]
            pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
                let header = (name.into(), value.into());
                self.with(|remote| remote.headers.push(header))
            }

            /// Says the schema of an answer in the prompt alone, for a server that takes none or does not hold answers
            /// to it. What is known of servers and models is taken into account without this, and what a server
            /// refuses is learnt.
            #[must_use]
            pub fn schema_in_prompt(self) -> Self {
                self.with(|remote| {
                    remote.knows(|takes| {
                        takes.mode = $crate::provider::Mode::Prompted;
                        takes.dialect = $crate::provider::Dialect::Prompted;
                    });
                })
            }

            /// Sends all requests through a proxy, as in `http://proxy.example.com:3128`. Without it the environment says
            /// whether there is one (`HTTPS_PROXY`), but for a server on this machine.
            #[must_use]
            pub fn proxy(self, url: impl Into<String>) -> Self {
                let url = url.into();
                self.with(|remote| remote.proxy = Some(url))
            }

            /// Sends all requests with a client of your own, whose pool, proxy, certificates and limits then count, that of
            /// connecting among them.
            ///
            /// Build it with `redirect(Policy::none())`: reqwest's default follows redirects, and would send prompt and
            /// key to wherever they point. It has one connection of HTTP/2, on which servers take about a hundred calls
            /// at a time; zyn's own clients are as many as the calls need.
            #[must_use]
            pub fn client(self, client: reqwest::Client) -> Self {
                self.with(|remote| remote.client = Some(client))
            }

            /// Gives the provider another name, for its spans and its errors.
            pub(crate) fn called(self, name: &'static str) -> Self {
                self.with(|remote| remote.called = Some(name))
            }

            fn with(self, change: impl FnOnce(&mut $crate::provider::remote::Remote)) -> Self {
                Self(self.0.with(change))
            }
        }

        impl $crate::provider::Provider for $name {
            fn name(&self) -> &str {
                self.0.name()
            }

            fn model(&self) -> &str {
                self.0.model()
            }

            fn server(&self) -> &str {
                self.0.server()
            }

            fn profile(&self) -> $crate::provider::Profile {
                self.0.profile()
            }

            fn check(&self) -> Result<(), $crate::provider::ConfigError> {
                self.0.check()
            }

            fn call<'a>(
                &'a self,
                request: &'a $crate::provider::Request,
            ) -> $crate::provider::BoxFuture<
                'a,
                Result<$crate::provider::Response, $crate::provider::ProviderError>,
            > {
                Box::pin(self.0.attempt(request, None))
            }

            fn stream<'a>(
                &'a self,
                request: &'a $crate::provider::Request,
                heard: &'a mut $crate::provider::Heard<'_>,
            ) -> $crate::provider::BoxFuture<
                'a,
                Result<$crate::provider::Response, $crate::provider::ProviderError>,
            > {
                Box::pin(self.0.attempt(request, Some(heard)))
            }

            fn takes(&self, schema: &$crate::provider::WireSchema) -> bool {
                self.0.takes(schema)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.debug(stringify!($name), f)
            }
        }
    };
}

pub(super) use remote;
