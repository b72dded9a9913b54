//! Several clients in place of one: a connection of HTTP/2 carries about a hundred calls, and a client has one of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

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
    first: Arc<Shard<T>>,
    more: RwLock<Vec<Arc<Shard<T>>>>,
}

type Build<T> = Box<dyn Fn() -> Result<T, ConfigError> + Send + Sync>;

struct Shard<T> {
    client: T,
    /// How many calls it has.
    calls: AtomicUsize,
}

/// A call's place at a client, until it is dropped.
pub(super) struct Place<T>(Arc<Shard<T>>);

impl<T> Pool<T> {
    /// A pool with its first client.
    pub(super) fn new(
        build: impl Fn() -> Result<T, ConfigError> + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            first: Arc::new(Shard::new(build()?)),
            build: Box::new(build),
            more: RwLock::default(),
        })
    }

    /// A place where there is room. There always is: where none can be made, the client with the fewest calls takes one
    /// more, which waits for its turn.
    pub(super) fn place(&self) -> Place<T> {
        if let Some(place) = Shard::take(&self.first) {
            return place;
        }
        let more = self.more.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = more.iter().find_map(Shard::take) {
            return place;
        }
        drop(more);
        let mut more = self.more.write().unwrap_or_else(PoisonError::into_inner);
        // another call may have built one meanwhile
        if let Some(place) = more.iter().find_map(Shard::take) {
            return place;
        }
        if more.len() + 1 < CLIENTS
            && let Ok(client) = (self.build)()
        {
            let shard = Arc::new(Shard::new(client));
            more.push(Arc::clone(&shard));
            return Shard::enter(&shard);
        }
        let all = std::iter::once(&self.first).chain(more.iter());
        let least = all.min_by_key(|shard| shard.calls.load(Ordering::Relaxed));
        Shard::enter(least.unwrap_or(&self.first))
    }
}

impl<T> Shard<T> {
    fn new(client: T) -> Self {
        let calls = AtomicUsize::new(0);
        Self { client, calls }
    }

    /// A place, if there is room.
    fn take(this: &Arc<Self>) -> Option<Place<T>> {
        let one_more = |calls| (calls < ROOM).then_some(calls + 1);
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        this.calls.fetch_update(store, load, one_more).ok()?;
        Some(Place(Arc::clone(this)))
    }

    /// A place, whether there is room or not.
    fn enter(this: &Arc<Self>) -> Place<T> {
        this.calls.fetch_add(1, Ordering::Relaxed);
        Place(Arc::clone(this))
    }
}

impl<T> Place<T> {
    pub(super) fn client(&self) -> &T {
        &self.0.client
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T: Transport + 'static> Transport for Pool<T> {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        Box::pin(async move {
            let place = self.place();
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
