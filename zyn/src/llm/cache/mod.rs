//! Accepted answers that are kept, so that they are not paid twice. What they are answers to, the synapse core knows.

mod disk;
mod flight;
mod key;
mod memory;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use disk::Disk;
use flight::Flights;
pub(crate) use flight::{Joined, Landed};
pub(crate) use key::{Key, Keyed};
use memory::Memory;

/// Accepted answers that are kept, so that they are not paid twice: [`Llm::cache`](crate::Llm::cache).
///
/// A call whose request is equal to an earlier one has that one's answer: no attempt is made, and nothing is spent. The
/// turn in the session is as if it had been asked, at no cost, and
/// [`Answer::cached`](crate::Answer::cached) says where it is from. What failed is never kept, nor is the answer of a
/// fallback.
///
/// **Equal** are requests of the same provider, server and model; with the same conversation before them, as it is sent
/// after the session's [`Window`](crate::Window); the same prompt, with the same images and PDFs; the same schema; and
/// the same options, as far as they change what is sent or accepted: temperature, token limit, reasoning, runner-up,
/// confidence, agreement, strictness. Nothing else counts: not the session, the step, timeouts or retries. So a
/// conversation only repeats from its beginning, and [`alone`](crate::Synapse::alone) makes steps equal that stand in
/// different ones. What a provider was set up with beside model and address, as a header that a gateway chooses the model
/// by, is not looked at: give such an `Llm` a cache of its own.
///
/// **Checked again** is each answer that is found, as if a model had just given it: validators cannot be compared, so
/// one that was added since refuses what it does not like, and the model is asked.
///
/// **At the same moment** equal requests make one call: the first asks, and the others wait for its answer, which they
/// have as a cached one, or for its error, which cost them nothing. If the first is cancelled, or its own time or budget
/// is over, the next one asks. Those of one cache wait for each other, whichever clone they have; those of several
/// processes do not. The one that asks must go on being polled, or the others wait until their own time is over.
///
/// **A stream** is told an answer that is kept, at once and as a whole, in the form in which the model would have written
/// it. It goes as fast as its reader reads, so it waits for no other and no other waits for it; its answer is kept as any.
///
/// With [`agreement`](crate::Synapse::agreement) what is kept is what the samples have agreed on, once. Answers are kept
/// at any [`temperature`](crate::Synapse::temperature): for something new each time, ask an `Llm` without a cache.
///
/// A clone is a handle on the same cache. `Debug` shows no content.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::policy::Cache;
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session};
///
/// let cache = Cache::memory(1_000);
/// let llm = Llm::new(Scripted::new([r#"{"answer":true}"#])).cache(&cache);
/// let spam = zyn::binary("Is it spam?");
///
/// let asked = spam.fire_detailed(&llm, &mut Session::new(), "Cheap watches").await?;
/// let found = spam.fire_detailed(&llm, &mut Session::new(), "Cheap watches").await?;
/// assert_eq!((asked.value, found.value), (true, true));
/// assert_eq!((asked.cached, found.cached), (false, true));
/// assert_eq!((found.attempts, llm.spend().attempts), (0, 1));
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a cache keeps the answers of an `Llm` that has it: `llm.cache(&cache)`"]
pub struct Cache(Arc<Inner>);

struct Inner {
    place: Place,
    max_age: Option<Duration>,
    flights: Flights,
}

enum Place {
    Memory(Memory),
    Disk(Disk),
}

impl Cache {
    /// Keeps at most so many answers in memory; the least recently used one goes. With none, equal requests at the same
    /// moment still make one call.
    pub fn memory(entries: usize) -> Self {
        Self::new(Place::Memory(Memory::new(entries)), None)
    }

    /// Keeps answers in the folder `dir`, which is made if it is not there. It outlives the process, and several may have
    /// it at the same time.
    ///
    /// Each answer is a file, named by the hash of its request. In it are the answer, and what came with it (the model's
    /// reasoning, if that was asked for, and repairs), **in plain text**; of prompt, conversation, schema and options
    /// there is nothing but the hash. On Unix only the user may read and write the files (`0600`), and the folder, if it
    /// is made here (`0700`). Who can write into the folder can choose answers, as far as the checks let them.
    ///
    /// A file is there as a whole or not at all, whenever a process dies. One that cannot be read, that is broken or of
    /// another version is as good as none, and what cannot be written is not kept: a call never fails by it, and a
    /// `tracing` event tells. Any file may be deleted at any time. What is older than [`max_age`](Self::max_age) is
    /// deleted now and then; without it nothing is, and the folder grows.
    ///
    /// # Errors
    ///
    /// The folder cannot be made, or it is a file.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use zyn::policy::Cache;
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session};
    ///
    /// # let folder = std::env::temp_dir().join(Session::new().id());
    /// const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    /// let french = zyn::transform("Into French");
    ///
    /// let llm = Llm::new(Scripted::new(["Bonjour"])).cache(&Cache::disk(&folder)?.max_age(DAY));
    /// assert_eq!(french.fire(&llm, &mut Session::new(), "Hello").await?, "Bonjour");
    ///
    /// // another process, later that day
    /// let nobody: [&str; 0] = [];
    /// let llm = Llm::new(Scripted::new(nobody)).cache(&Cache::disk(&folder)?.max_age(DAY));
    /// assert_eq!(french.fire(&llm, &mut Session::new(), "Hello").await?, "Bonjour");
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(()) }
    /// ```
    pub fn disk(dir: impl Into<PathBuf>) -> std::io::Result<Self> {
        Ok(Self::new(Place::Disk(Disk::new(dir.into())?), None))
    }

    /// Takes no answer that was kept as long ago. Without it they are kept until they are evicted, and on disk for ever.
    ///
    /// On disk the age is by the time of day. An answer from the future, of a clock that was wrong, is old. The handle
    /// starts anew: it is empty, or reads the same folder.
    pub fn max_age(self, age: Duration) -> Self {
        let place = match &self.0.place {
            Place::Memory(memory) => Place::Memory(Memory::new(memory.entries)),
            Place::Disk(disk) => Place::Disk(disk.anew()),
        };
        Self::new(place, Some(age))
    }

    /// Forgets all answers, those on disk too; files that are not the cache's stay.
    ///
    /// # Errors
    ///
    /// A file on disk cannot be deleted.
    pub async fn clear(&self) -> std::io::Result<()> {
        match &self.0.place {
            Place::Memory(memory) => {
                memory.clear();
                Ok(())
            }
            Place::Disk(disk) => disk.clear().await,
        }
    }

    fn new(place: Place, max_age: Option<Duration>) -> Self {
        Self(Arc::new(Inner {
            place,
            max_age,
            flights: Flights::default(),
        }))
    }

    /// The answer that is kept under `key`, as text.
    pub(crate) async fn find(&self, key: Key) -> Option<Arc<str>> {
        match &self.0.place {
            Place::Memory(memory) => memory.find(key, self.0.max_age),
            Place::Disk(disk) => disk.find(key, self.0.max_age).await,
        }
    }

    /// Keeps an answer, in the place of one that was kept under `key`.
    pub(crate) async fn keep(&self, key: Key, text: Arc<str>) {
        match &self.0.place {
            Place::Memory(memory) => memory.keep(key, text),
            Place::Disk(disk) => disk.keep(key, text, self.0.max_age).await,
        }
    }

    /// Waits, if an equal request is being asked, for what comes of it.
    pub(crate) async fn join(&self, key: Key) -> Joined {
        self.0.flights.join(key).await
    }

    /// How many requests are being asked.
    #[cfg(test)]
    pub(crate) fn in_flight(&self) -> usize {
        self.0.flights.count()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Cache");
        match &self.0.place {
            Place::Memory(memory) => shown.field("entries", &memory.entries),
            Place::Disk(disk) => shown.field("dir", &disk.dir),
        };
        shown
            .field("max_age", &self.0.max_age)
            .finish_non_exhaustive()
    }
}
