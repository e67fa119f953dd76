//! Mutated messages (`spec/reliability.md`, PARSE-10): none ends a thread, hangs it, or has no outcome or two. The soak does
//! the same with 100,000 (`benches/soak.rs`).

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::desk::intake;
use vigie::domain::message::MessageState;
use vigie::wake::Wake;
use vigie::worker::process::{self, Processing};

use crate::support::fill::fixtures;
use crate::support::mutate::{Mutants, claimed, parts};
use crate::support::stores::{TestStore, at, fetched};

const SEED: u64 = 4;
const MUTANTS: u64 = 5_000;
/// Of these so many go through a store as well.
const STORED: u32 = 300;
/// What large messages cost the traps tell; the soak's mutants are larger.
const LONGEST: usize = 16 * 1024;

/// A message is read within 2 s; ten times that of the thread's own processor time is a hang. A machine
/// that stands still meanwhile is none.
const HANG: Duration = Duration::from_secs(20);

/// Half of what the threads have on which the service reads.
const STACK: usize = 1 << 20;

/// Processor time that this thread has taken so far, to a hundredth of a second (proc(5), `stat`).
fn spent() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/stat").expect("this is Linux");
    let (_, fields) = stat.rsplit_once(')').expect("the name stands in brackets");
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().expect("a number"))
        .sum();
    Duration::from_millis(ticks * 10)
}

fn mutants() -> Mutants {
    let messages = fixtures().into_iter().map(|(_, bytes)| bytes).collect();
    Mutants::new(SEED, LONGEST, messages)
}

#[test]
fn parse_10_no_mutated_message_makes_the_reader_panic_or_hang() {
    let (mutants, parts) = (mutants(), parts());
    let next = AtomicU64::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let read_all = || {
        let mut slowest = (Duration::ZERO, 0);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= MUTANTS {
                return slowest;
            }
            let stored = claimed(1, mutants.mutant(number));
            let begun = spent();
            let read = catch_unwind(AssertUnwindSafe(|| intake::read(&stored, &parts)));
            let took = spent() - begun;
            slowest = slowest.max((took, number));
            assert!(read.is_ok(), "mutant {number} of seed {SEED} panics");
            assert!(took < HANG, "mutant {number} of seed {SEED} took {took:?}");
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, read_all)
                    .expect("a thread starts")
            })
            .collect();
        for thread in threads {
            let (took, number) = thread.join().expect("no mutant ends the thread");
            println!("slowest: {took:?}, mutant {number}");
        }
    });
}

#[tokio::test]
async fn n_3_every_mutated_message_has_exactly_one_outcome() {
    const BOX: &str = "imap:support@vigie.example/INBOX";
    let test = TestStore::sqlite().await;
    let store = &test.store;
    store
        .first_start(BOX, at(-86_400))
        .await
        .expect("the store works");
    let mutants = mutants();
    let batch: Vec<_> = (0..STORED)
        .map(|number| fetched(number + 1, &mutants.mutant(u64::from(number))))
        .collect();
    let recorded = store
        .record_batch(BOX, None, &batch, at(0))
        .await
        .expect("stored");
    let new = recorded.iter().filter(|recorded| recorded.new).count();
    let processing = Processing {
        store: store.clone(),
        parts: parts(),
        clock: Clock::Fixed(at(1)),
        wake: Wake::new().into(),
        measured: Default::default(),
    };
    let round = process::round(&processing, &CancellationToken::new())
        .await
        .expect("the store works");
    assert_eq!(
        (round.done, round.failed, round.quarantined),
        (new as u64, 0, 0)
    );
    let lines = store
        .list_messages(None, 9_999)
        .await
        .expect("the store lists");
    assert_eq!(lines.len(), new);
    let mut incidents = std::collections::BTreeSet::new();
    for line in &lines {
        assert_eq!(line.state, MessageState::Done, "{}", line.id);
        assert!(!line.kind.is_empty(), "{} is of no kind", line.id);
        let opens = !matches!(line.kind.as_str(), "bounce" | "auto_reply" | "other");
        assert!(
            !opens || line.reference.is_some(),
            "{} is shown nowhere",
            line.id
        );
        incidents.extend(
            line.reference
                .clone()
                .map(|reference| reference.to_string()),
        );
    }
    let shown = store
        .list_incidents(None, 9_999)
        .await
        .expect("the store lists")
        .len();
    assert_eq!(shown, incidents.len(), "an incident of no message");
}
