//! A batch is read by as many threads as there are cores, each taking the next message: reading goes
//! on while what was read is kept, and what it needs in memory is held by these few threads.
//!
//! A message that panics fails by itself. One that is not read in time is left to its thread, and
//! another thread takes up the rest.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
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
type Done = Result<Read, &'static str>;

/// A batch that is being read.
pub(super) struct Readers {
    work: Arc<Work>,
    results: VecDeque<(MessageId, oneshot::Receiver<Done>)>,
    /// When the first of them has been waited for long enough.
    deadline: Option<Instant>,
}

/// What the threads share.
struct Work {
    queue: Mutex<VecDeque<(Stored, oneshot::Sender<Done>)>>,
    parts: Arc<Parts>,
    measured: Arc<Reading>,
}

impl Readers {
    /// Begins to read the batch; dropped, it ends with the messages that are in hand.
    pub(super) fn start(batch: Vec<Stored>, parts: &Arc<Parts>, measured: &Arc<Reading>) -> Self {
        let mut queue = VecDeque::with_capacity(batch.len());
        let mut results = VecDeque::with_capacity(batch.len());
        for stored in batch {
            let (done, result) = oneshot::channel();
            results.push_back((stored.id, result));
            queue.push_back((stored, done));
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(queue.len());
        let work = Arc::new(Work {
            queue: Mutex::new(queue),
            parts: Arc::clone(parts),
            measured: Arc::clone(measured),
        });
        for _ in 0..threads {
            begin(&work);
        }
        Self {
            work,
            results,
            deadline: None,
        }
    }

    /// The next message and what became of it, in the batch's order. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<(MessageId, Done)> {
        let (id, result) = self.results.front_mut()?;
        let id = *id;
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + SLOW);
        let done = match timeout_at(deadline, result).await {
            Ok(done) => done.unwrap_or(Err("panicked")),
            Err(_) => {
                self.work.measured.seconds.took(SLOW);
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
            let _ = done.send(read);
        }
    }));
}

impl Work {
    fn take(&self) -> Option<(Stored, oneshot::Sender<Done>)> {
        let queue = self.queue.lock();
        queue.unwrap_or_else(PoisonError::into_inner).pop_front()
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
