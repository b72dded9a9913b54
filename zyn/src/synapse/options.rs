//! The options of a synapse and of a step: the same methods on both.

macro_rules! options {
    ($type:ident) => {
        impl<T: 'static> $type<T> {
            /// Makes at most `times` further attempts after failures that can pass: no connection, 429, 5xx.
            /// Without it, as the [`Llm`](crate::Llm) says (2).
            pub fn retry(mut self, times: u32) -> Self {
                self.options_mut().retry = Some(times);
                self
            }

            /// Asks at most `times` again, with what is wrong, after an invalid answer (2).
            pub fn reask(mut self, times: u32) -> Self {
                self.options_mut().reask = times;
                self
            }

            /// Limits the whole call, retries and re-asks included. Without it, as the [`Llm`](crate::Llm) says
            /// (600 s).
            pub fn timeout(mut self, limit: std::time::Duration) -> Self {
                self.options_mut().timeout = Some(limit);
                self
            }

            /// Sets the sampling temperature. Nothing is sent without it; models that do not take it get none.
            pub fn temperature(mut self, temperature: f64) -> Self {
                self.options_mut().temperature = Some(temperature);
                self
            }

            /// Limits the answer to `tokens` tokens, hidden reasoning included. Nothing is sent without it; an
            /// answer that is cut at the limit is an error, never a value.
            pub fn max_tokens(mut self, tokens: u32) -> Self {
                self.options_mut().max_tokens = Some(tokens);
                self
            }

            /// Accepts only answers for which `check` is `Ok`. What it says otherwise goes back to the model. May
            /// be given several times; all must hold.
            pub fn validate<E: std::fmt::Display>(
                mut self,
                check: impl Fn(&T) -> Result<(), E> + Send + Sync + 'static,
            ) -> Self {
                let check = move |value: &T| check(value).map_err(|problem| problem.to_string());
                self.validators_mut().push(std::sync::Arc::new(check));
                self
            }
        }
    };
}

pub(crate) use options;
