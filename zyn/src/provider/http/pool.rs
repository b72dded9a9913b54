//! Several clients in place of one: a connection of HTTP/2 carries about a hundred calls, and a client has one of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use tokio::sync::OnceCell;

use super::{Chunks, Incoming, Post, Transport, TransportError};
use crate::provider::{BoxFuture, ConfigError};

/// The most calls of one client: below the hundred that servers allow, since a call that has ended here may not yet have
/// ended there.
pub(super) const ROOM: usize = 90;
/// The most clients.
pub(super) const CLIENTS: usize = 1024;

/// Clients of type `T`. The first that has room takes a call, and one more is built when none has; so a pool that is not
/// busy uses few connections, and the others are closed in time.
pub(super) struct Pool<T> {
    build: Build<T>,
    first: (Arc<Shard<T>>, Arc<T>),
    more: RwLock<Vec<Arc<Shard<T>>>>,
}

type Build<T> = Arc<dyn Fn() -> Result<T, ConfigError> + Send + Sync>;

struct Shard<T> {
    /// Is built for its first call, while others wait for it. To build one loads certificates, which takes its time.
    client: OnceCell<Arc<T>>,
    /// How many calls it has.
    calls: AtomicUsize,
}

/// A call's place at a client, until it is dropped.
pub(super) struct Place<T> {
    client: Arc<T>,
    _seat: Seat<T>,
}

/// One of the calls that a client has room for.
struct Seat<T>(Arc<Shard<T>>);

impl<T: Send + Sync + 'static> Pool<T> {
    /// A pool with its first client.
    pub(super) fn new(
        build: impl Fn() -> Result<T, ConfigError> + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let client = Arc::new(build()?);
        let built = OnceCell::new_with(Some(Arc::clone(&client)));
        Ok(Self {
            build: Arc::new(build),
            first: (Arc::new(Shard::new(built)), client),
            more: RwLock::default(),
        })
    }

    /// A place where there is room. There always is: where none can be made, the client with the fewest calls takes one
    /// more, which waits for its turn.
    pub(super) async fn place(&self) -> Place<T> {
        let build = || async {
            let build = Arc::clone(&self.build);
            // not on a thread that has other calls to serve
            let built = tokio::task::spawn_blocking(move || build()).await;
            built.map_err(drop)?.map(Arc::new).map_err(drop)
        };
        if let Some(seat) = self.seat()
            && let Ok(client) = seat.0.client.get_or_try_init(build).await
        {
            let client = Arc::clone(client);
            return Place {
                client,
                _seat: seat,
            };
        }
        self.least()
    }

    /// Room for one more call, at a client that may still have to be built; none if all that there can be are full.
    fn seat(&self) -> Option<Seat<T>> {
        if let Some(seat) = Shard::take(&self.first.0) {
            return Some(seat);
        }
        let more = self.more.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(seat) = more.iter().find_map(Shard::take) {
            return Some(seat);
        }
        drop(more);
        let mut more = self.more.write().unwrap_or_else(PoisonError::into_inner);
        // another call may have made room meanwhile
        if let Some(seat) = more.iter().find_map(Shard::take) {
            return Some(seat);
        }
        if more.len() + 1 >= CLIENTS {
            return None;
        }
        let shard = Arc::new(Shard::new(OnceCell::new()));
        more.push(Arc::clone(&shard));
        Some(Shard::enter(&shard))
    }

    /// A place at the client with the fewest calls, of those that are built.
    fn least(&self) -> Place<T> {
        let more = self.more.read().unwrap_or_else(PoisonError::into_inner);
        let (first, client) = &self.first;
        let others = more.iter();
        let others = others.filter_map(|shard| Some((shard, shard.client.get()?)));
        let calls = |shard: &Shard<T>| shard.calls.load(Ordering::Relaxed);
        let least = others.fold((first, client), |least, it| {
            if calls(it.0) < calls(least.0) {
                it
            } else {
                least
            }
        });
        Place {
            client: Arc::clone(least.1),
            _seat: Shard::enter(least.0),
        }
    }
}

impl<T> Shard<T> {
    fn new(client: OnceCell<Arc<T>>) -> Self {
        let calls = AtomicUsize::new(0);
        Self { client, calls }
    }

    /// A place, if there is room.
    fn take(this: &Arc<Self>) -> Option<Seat<T>> {
        let one_more = |calls| (calls < ROOM).then_some(calls + 1);
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        this.calls.fetch_update(store, load, one_more).ok()?;
        Some(Seat(Arc::clone(this)))
    }

    /// A place, whether there is room or not.
    fn enter(this: &Arc<Self>) -> Seat<T> {
        this.calls.fetch_add(1, Ordering::Relaxed);
        Seat(Arc::clone(this))
    }
}

impl<T> Place<T> {
    pub(super) fn client(&self) -> &T {
        &self.client
    }
}

impl<T> Drop for Seat<T> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T: Transport + 'static> Transport for Pool<T> {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        Box::pin(async move {
            let place = self.place().await;
            let mut incoming = place.client().post(post).await?;
            incoming.body = Box::new(Held {
                body: incoming.body,
                _place: place,
            });
            Ok(incoming)
        })
    }
}

/// A body that holds its call's place until it is dropped.
struct Held<T> {
    // first, so that the call has ended when its place is free
    body: Box<dyn Chunks>,
    _place: Place<T>,
}

impl<T: Send + Sync> Chunks for Held<T> {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        self.body.next()
    }

    fn announced(&self) -> Option<u64> {
        self.body.announced()
    }
}
