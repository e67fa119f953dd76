//! Messages are read by as many threads as there are cores, each taking the next one: reading goes on
//! while what was read is kept, and what it needs in memory is held by these few threads.
//!
//! A message that panics fails by itself. One that is not read in time is left to its thread, and
//! another thread takes up the rest.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use crate::desk::intake::{self, Parts, Read};
use crate::domain::message::{MessageId, Stored};
use crate::metrics::Reading;

/// A message that is not read by then is given up for this time: reading is linear in its size.
const SLOW: Duration = Duration::from_secs(30);

/// What became of a message: read, or the token of why not.
pub(super) type Done = Result<Read, &'static str>;

/// Messages that are being read, in the order in which they were handed over. Dropped, it ends with
/// those that a thread has in hand.
pub(super) struct Readers {
    work: Arc<Work>,
    results: VecDeque<(MessageId, oneshot::Receiver<Done>)>,
    /// When the first of them has been waited for long enough.
    deadline: Option<Instant>,
}

/// What the threads share.
struct Work {
    queue: Mutex<Queue>,
    parts: Arc<Parts>,
    measured: Arc<Reading>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Stored, oneshot::Sender<Done>)>,
    /// Threads that take from it.
    threads: usize,
}

impl Readers {
    pub(super) fn new(parts: &Arc<Parts>, measured: &Arc<Reading>) -> Self {
        Self {
            work: Arc::new(Work {
                queue: Mutex::default(),
                parts: Arc::clone(parts),
                measured: Arc::clone(measured),
            }),
            results: VecDeque::new(),
            deadline: None,
        }
    }

    /// Begins to read these too.
    pub(super) fn read(&mut self, batch: Vec<Stored>) {
        let most = std::thread::available_parallelism().map_or(1, usize::from);
        let mut queue = self.work.queue();
        let more = most.saturating_sub(queue.threads).min(batch.len());
        for stored in batch {
            let (done, result) = oneshot::channel();
            self.results.push_back((stored.id, result));
            queue.waiting.push_back((stored, done));
        }
        queue.threads += more;
        drop(queue);
        for _ in 0..more {
            begin(&self.work);
        }
    }

    /// How many [`Readers::next`] is still to give.
    pub(super) fn left(&self) -> usize {
        self.results.len()
    }

    /// The next message and what became of it, in order. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<(MessageId, Done)> {
        let (id, result) = self.results.front_mut()?;
        let id = *id;
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + SLOW);
        let done = match timeout_at(deadline, result).await {
            Ok(done) => done.unwrap_or(Err("panicked")),
            Err(_) => {
                self.work.measured.seconds.took(SLOW);
                // In the place of the one that is lost: it takes up nothing more.
                begin(&self.work);
                Err("too_slow")
            }
        };
        self.results.pop_front();
        self.deadline = None;
        Some((id, done))
    }
}

/// One more thread, where blocking is allowed.
fn begin(work: &Arc<Work>) {
    let work = Arc::clone(work);
    drop(spawn_blocking(move || {
        while let Some((stored, done)) = work.take() {
            // Nobody waits for it any more.
            if done.is_closed() {
                continue;
            }
            let begun = Instant::now();
            let read = work.read(&stored);
            work.measured.seconds.took(begun.elapsed());
            if done.send(read).is_err() {
                return;
            }
        }
    }));
}

impl Work {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next message; the thread that finds none ends.
    fn take(&self) -> Option<(Stored, oneshot::Sender<Done>)> {
        let mut queue = self.queue();
        let next = queue.waiting.pop_front();
        if next.is_none() {
            queue.threads = queue.threads.saturating_sub(1);
        }
        next
    }

    fn read(&self, stored: &Stored) -> Done {
        // What the disk or a person changed is not what the declarant wrote (STO-07).
        let read = || stored.is_whole().then(|| intake::read(stored, &self.parts));
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(read) => read.ok_or("altered"),
            Err(_) => Err("panicked"),
        }
    }
}
