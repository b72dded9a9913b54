//! A provider behind a pointer is one too, so that a program can choose while it runs.

use std::sync::Arc;

use super::{
    BoxFuture, ConfigError, Heard, Profile, Provider, ProviderError, Request, Response, WireSchema,
};

macro_rules! behind {
    ($pointer:ident) => {
        impl<P: Provider + ?Sized> Provider for $pointer<P> {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn model(&self) -> &str {
                (**self).model()
            }

            fn server(&self) -> &str {
                (**self).server()
            }

            fn profile(&self) -> Profile {
                (**self).profile()
            }

            fn check(&self) -> Result<(), ConfigError> {
                (**self).check()
            }

            fn call<'a>(
                &'a self,
                request: &'a Request,
            ) -> BoxFuture<'a, Result<Response, ProviderError>> {
                (**self).call(request)
            }

            fn stream<'a>(
                &'a self,
                request: &'a Request,
                heard: &'a mut Heard<'_>,
            ) -> BoxFuture<'a, Result<Response, ProviderError>> {
                (**self).stream(request, heard)
            }

            fn takes(&self, schema: &WireSchema) -> bool {
                (**self).takes(schema)
            }
        }
    };
}

behind!(Box);
behind!(Arc);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Dialect, Failure};
    use crate::session::{Message, Usage};

    /// Differs from what the trait says by itself in everything.
    struct Odd;

    impl Provider for Odd {
        fn name(&self) -> &str {
            "odd"
        }

        fn model(&self) -> &str {
            "m"
        }

        fn server(&self) -> &str {
            "s"
        }

        fn profile(&self) -> Profile {
            Profile {
                dialect: Dialect::Gemini,
                ..Profile::default()
            }
        }

        fn check(&self) -> Result<(), ConfigError> {
            Err(ConfigError::Model)
        }

        fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
            Box::pin(async { Err(ProviderError::new("odd", Failure::Empty)) })
        }

        fn stream<'a>(
            &'a self,
            _: &'a Request,
            heard: &'a mut Heard<'_>,
        ) -> BoxFuture<'a, Result<Response, ProviderError>> {
            Box::pin(async {
                heard("a");
                heard("b");
                Ok(Response::new("ab", Usage::new(1, 1)))
            })
        }

        fn takes(&self, _: &WireSchema) -> bool {
            false
        }
    }

    async fn is_odd(provider: impl Provider) {
        let request = Request::new(Message::user("hi"));
        let schema = WireSchema {
            dialect: Dialect::Gemini,
            name: "A".into(),
            json: "{}".into(),
        };
        let names = (provider.name(), provider.model(), provider.server());
        assert_eq!(names, ("odd", "m", "s"));
        assert_eq!(provider.profile().dialect, Dialect::Gemini);
        assert_eq!(provider.check(), Err(ConfigError::Model));
        assert!(!provider.takes(&schema));
        let error = provider.call(&request).await.unwrap_err();
        assert_eq!(error.kind, Failure::Empty);
        let mut pieces = Vec::new();
        let mut heard = |piece: &str| pieces.push(piece.to_owned());
        provider.stream(&request, &mut heard).await.unwrap();
        assert_eq!(pieces, ["a", "b"]);
    }

    #[tokio::test]
    async fn behind_a_pointer_a_provider_does_all_as_before() {
        is_odd(Odd).await;
        is_odd(Box::new(Odd)).await;
        is_odd(Arc::new(Odd) as Arc<dyn Provider>).await;
        is_odd(Box::new(Arc::new(Odd)) as Box<dyn Provider>).await;
    }
}
