//! Equal requests at the same moment are one: the first asks, and the others wait for what comes of it.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::key::Key;

/// What came of a request. Those who ask and wait know what it is.
pub(crate) type Landed = Arc<dyn Any + Send + Sync>;

/// The requests that are being asked.
#[derive(Default)]
pub(super) struct Flights(Arc<Mutex<Open>>);

type Open = BTreeMap<Key, Flight>;

/// Whoever holds the lock asks, or finds what came of it.
type Flight = Arc<tokio::sync::Mutex<Option<Landed>>>;

/// What becomes of a request that wants to be asked.
pub(crate) enum Joined {
    /// It is to ask.
    Lead(Lead),
    /// An equal one has asked meanwhile.
    Landed(Landed),
}

/// The right to ask. Dropped before it has [landed](Self::land), it goes to the next in line.
pub(crate) struct Lead {
    // Dropped first: the seat counts who else is there.
    outcome: OwnedMutexGuard<Option<Landed>>,
    seat: Seat,
}

/// One of those who ask or wait. The last to leave closes the flight.
struct Seat {
    key: Key,
    flight: Flight,
    flights: Flights,
}

impl Flights {
    /// Waits, if an equal request is being asked, for what comes of it.
    pub(super) async fn join(&self, key: Key) -> Joined {
        let seat = self.seat(key);
        let outcome = Arc::clone(&seat.flight).lock_owned().await;
        match &*outcome {
            Some(landed) => Joined::Landed(Arc::clone(landed)),
            None => Joined::Lead(Lead { outcome, seat }),
        }
    }

    fn seat(&self, key: Key) -> Seat {
        let mut open = self.open();
        let flight = open.entry(key).or_default();
        Seat {
            key,
            flight: Arc::clone(flight),
            flights: Self(Arc::clone(&self.0)),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests are being asked.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.open().len()
    }
}

impl Lead {
    /// Tells those who wait. Who comes from now on asks anew.
    pub(crate) fn land(mut self, landed: Landed) {
        *self.outcome = Some(landed);
        self.seat.close();
    }
}

impl Seat {
    fn close(&self) {
        let mut open = self.flights.open();
        if open.get(&self.key).is_some_and(|it| self.is_of(it)) {
            open.remove(&self.key);
        }
    }

    fn is_of(&self, flight: &Flight) -> bool {
        Arc::ptr_eq(&self.flight, flight)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // Seats are taken under this lock, so nobody comes in while it counts.
        let mut open = self.flights.open();
        let is_last = |it: &Flight| self.is_of(it) && Arc::strong_count(it) == 2;
        if open.get(&self.key).is_some_and(is_last) {
            open.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::super::key::Keyed;
    use super::*;

    fn key() -> Key {
        Keyed::new().key()
    }

    fn polled<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[track_caller]
    fn lead(joined: Poll<Joined>) -> Lead {
        match joined {
            Poll::Ready(Joined::Lead(lead)) => lead,
            Poll::Ready(Joined::Landed(_)) => panic!("has landed"),
            Poll::Pending => panic!("waits"),
        }
    }

    #[test]
    fn the_first_leads_and_the_others_get_what_has_landed() {
        let flights = Flights::default();
        let first = lead(polled(pin!(flights.join(key()))));
        let (mut second, mut third) = (pin!(flights.join(key())), pin!(flights.join(key())));
        assert!(polled(second.as_mut()).is_pending());
        assert!(polled(third.as_mut()).is_pending());
        first.land(Arc::new("an answer"));
        // who comes now asks anew, though some still wait
        let _next = lead(polled(pin!(flights.join(key()))));
        for waiting in [second, third] {
            let mut waiting = waiting;
            let joined = polled(waiting.as_mut());
            let Poll::Ready(Joined::Landed(landed)) = joined else {
                panic!("nothing has landed");
            };
            assert_eq!(landed.downcast_ref(), Some(&"an answer"));
        }
        assert_eq!(flights.count(), 1);
    }

    #[test]
    fn a_lead_that_is_dropped_goes_to_the_next_in_line() {
        let flights = Flights::default();
        let first = lead(polled(pin!(flights.join(key()))));
        let (mut second, mut third) = (pin!(flights.join(key())), pin!(flights.join(key())));
        assert!(polled(second.as_mut()).is_pending());
        assert!(polled(third.as_mut()).is_pending());
        drop(first);
        assert!(polled(third.as_mut()).is_pending());
        drop(lead(polled(second.as_mut())));
        let last = lead(polled(third.as_mut()));
        assert_eq!(flights.count(), 1);
        drop(last);
        assert_eq!(flights.count(), 0);
    }

    #[test]
    fn nothing_is_left_of_those_who_wait_no_longer() {
        let flights = Flights::default();
        let first = lead(polled(pin!(flights.join(key()))));
        {
            let mut gone = pin!(flights.join(key()));
            assert!(polled(gone.as_mut()).is_pending());
        }
        assert_eq!(flights.count(), 1);
        let mut waits = Box::pin(flights.join(key()));
        assert!(polled(waits.as_mut()).is_pending());
        drop(first);
        // its turn, of which it never hears
        drop(waits);
        assert_eq!(flights.count(), 0);
    }
}
