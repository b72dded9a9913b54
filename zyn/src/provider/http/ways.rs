//! A transport for each limit of connecting, which reqwest has one of for a client.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::{Incoming, Post, Transport, TransportError};
use crate::provider::request::CONNECT;
use crate::provider::{BoxFuture, ConfigError};

/// How many are kept beside the usual one. A program has few limits; each has connections of its own.
pub(super) const KEPT: usize = 8;

/// The usual transport, and those for other limits, which are built when a call first has one.
pub(super) struct Ways {
    build: Build,
    usual: Shared,
    /// The last used is the last.
    others: Mutex<VecDeque<(Duration, Way)>>,
}

type Shared = Arc<dyn Transport>;
type Build = Arc<dyn Fn(Duration) -> Result<Shared, ConfigError> + Send + Sync>;
/// Is built for its first call, while others wait for it.
type Way = Arc<OnceCell<Shared>>;

impl Ways {
    pub(super) fn new(
        build: impl Fn(Duration) -> Result<Shared, ConfigError> + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            usual: build(CONNECT)?,
            build: Arc::new(build),
            others: Mutex::default(),
        })
    }

    fn way(&self, connect: Duration) -> Way {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let found = others.iter().position(|(limit, _)| *limit == connect);
        let found = found.and_then(|at| others.remove(at));
        let (_, way) = found.unwrap_or_else(|| (connect, Way::default()));
        others.push_back((connect, Arc::clone(&way)));
        if others.len() > KEPT {
            others.pop_front();
        }
        way
    }

    async fn transport(&self, connect: Duration) -> Result<Shared, TransportError> {
        let build = || async {
            let build = Arc::clone(&self.build);
            // not on a thread that has other calls to serve
            let built = tokio::task::spawn_blocking(move || build(connect)).await;
            let problem = match built {
                Ok(Ok(transport)) => return Ok(transport),
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            Err(TransportError::NotSent(problem))
        };
        let way = self.way(connect);
        way.get_or_try_init(build).await.map(Arc::clone)
    }
}

impl Transport for Ways {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        if post.connect == CONNECT {
            return self.usual.post(post);
        }
        Box::pin(async move { self.transport(post.connect).await?.post(post).await })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::HeaderMap;

    use super::super::Here;
    use super::*;

    /// Answers with its limit in seconds for a status.
    struct Limited(Duration);

    impl Transport for Limited {
        fn post(&self, _: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
            let status = self.0.as_secs().try_into().unwrap();
            Box::pin(async move {
                Ok(Incoming {
                    status,
                    headers: HeaderMap::new(),
                    body: Box::new(Here(Some(Bytes::new()))),
                })
            })
        }
    }

    /// The limits for which a transport was built.
    type Built = Arc<Mutex<Vec<u64>>>;

    fn ways(fails_at: u64) -> (Ways, Built) {
        let built = Built::default();
        let noted = Arc::clone(&built);
        let build = move |connect: Duration| -> Result<Shared, ConfigError> {
            noted.lock().unwrap().push(connect.as_secs());
            match connect.as_secs() == fails_at {
                true => Err(ConfigError::Proxy),
                false => Ok(Arc::new(Limited(connect))),
            }
        };
        (Ways::new(build).unwrap(), built)
    }

    async fn call(ways: &Ways, connect: u64) -> Result<u16, TransportError> {
        let post = Post {
            url: "https://example.com".parse().unwrap(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            connect: Duration::from_secs(connect),
        };
        ways.post(post).await.map(|it| it.status)
    }

    #[tokio::test]
    async fn each_limit_has_one_transport_which_is_built_for_its_first_call() {
        let (ways, built) = ways(0);
        assert_eq!(*built.lock().unwrap(), [5]);
        for connect in [5, 1, 5, 1, 9, 1, 9, 5] {
            assert_eq!(u64::from(call(&ways, connect).await.unwrap()), connect);
        }
        assert_eq!(*built.lock().unwrap(), [5, 1, 9]);
        let (one, other) = tokio::join!(call(&ways, 2), call(&ways, 2));
        assert_eq!((one.unwrap(), other.unwrap()), (2, 2));
        assert_eq!(*built.lock().unwrap(), [5, 1, 9, 2]);
    }

    #[tokio::test]
    async fn of_many_limits_the_last_used_are_kept() {
        let (ways, built) = ways(0);
        let most = 10 + u64::try_from(KEPT).unwrap();
        for connect in (10..most).chain([10, most]) {
            call(&ways, connect).await.unwrap();
        }
        built.lock().unwrap().clear();
        for connect in (12..=most).chain([10, 5]) {
            call(&ways, connect).await.unwrap();
        }
        assert_eq!(*built.lock().unwrap(), [0; 0]);
        call(&ways, 11).await.unwrap();
        assert_eq!(*built.lock().unwrap(), [11]);
    }

    #[tokio::test]
    async fn where_none_can_be_built_nothing_is_sent_and_the_next_call_tries_again() {
        let (ways, built) = ways(3);
        for _ in 0..2 {
            let outcome = call(&ways, 3).await;
            assert!(matches!(outcome, Err(TransportError::NotSent(_))));
        }
        assert_eq!(*built.lock().unwrap(), [5, 3, 3]);
        assert_eq!(call(&ways, 4).await.unwrap(), 4);
    }
}
