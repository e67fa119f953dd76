//! The process loop: stored messages → incidents and mails of ours.
//!
//! Messages are claimed in batches, read on all cores where blocking is allowed, and their effects
//! kept with one commit; one whose effect can't be kept falls out alone and is tried by itself. A
//! message that panics or takes too long is noted as failed; the third time it is quarantined: kept
//! raw, shown, left alone; and so is one that was alone at three deaths of the process. The rest go on.

use super::readers::Readers;
use crate::clock::Clock;
use crate::desk::intake::{self, Parts, Read};
use crate::desk::{alike, outcomes::outcomes};
use crate::domain::incident::Reference;
use crate::domain::message::{MessageId, MessageState, Stored};
use crate::failpoint;
use crate::metrics::Reading;
use crate::store::{Committed, Store, StoreError};
use crate::wake::Wake;
use chrono::TimeDelta;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;

/// How long a claim holds without being renewed. What a dead instance had claimed is free as soon as
/// it is buried: this is only the net below that.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How often a claim is renewed while its batch is read.
const RENEWED: Duration = Duration::from_secs(20);

/// Messages claimed at once, fewer where they are large.
const BATCH: u32 = 128;

/// Messages in one commit.
const TOGETHER: usize = 64;

/// How often a message is looked up anew whose conversation others change at the same moment.
const LOOKUPS: u32 = 3;

/// How often to look without being woken.
const NET: Duration = Duration::from_secs(15);

/// What the process loop works with.
#[derive(Clone)]
pub struct Processing {
    /// Where messages wait and their effects go.
    pub store: Store,
    /// What the intake needs.
    pub parts: Arc<Parts>,
    /// The time of day.
    pub clock: Clock,
    /// Wakes the loop for new messages; told of new mails.
    pub wake: Arc<Wake>,
    /// Told how long reading takes, and what comes of it.
    pub measured: Arc<Reading>,
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Messages whose effect is stored.
    pub done: u64,
    /// Incidents made.
    pub incidents: u64,
    /// Mails made.
    pub mails: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Messages quarantined.
    pub quarantined: u64,
}

/// Reads everything that waits; `token` ends it between two batches.
///
/// # Errors
/// The store failed; what was not kept is claimed again later.
pub async fn round(
    processing: &Processing,
    token: &CancellationToken,
) -> Result<Round, StoreError> {
    let mut round = Round::default();
    while !token.is_cancelled() {
        let now = processing.clock.now();
        let batch = processing.store.claim_messages(now, LEASE, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        let ids: Vec<MessageId> = batch.iter().map(|stored| stored.id).collect();
        if let Err(error) = work(processing, batch, &mut round).await {
            // The database failed, not the messages: their attempt doesn't count. Where that can't
            // be noted now, the next claim does it.
            for id in ids {
                let _ = processing.store.give_back(id).await;
            }
            return Err(error);
        }
        processing.wake.wake();
    }
    Ok(round)
}

/// The same, and waits for what is left to an instance that has lived for a while.
///
/// # Errors
/// As [`round`].
pub async fn whole(processing: &Processing, token: &CancellationToken) -> Result<(), StoreError> {
    round(processing, token).await?;
    if processing.store.has_suspects().await? {
        let left = tokio::time::sleep(processing.store.steady_in());
        token.run_until_cancelled(left).await;
        round(processing, token).await?;
    }
    Ok(())
}

/// Runs rounds until `token` is cancelled. A store that fails for a while is waited for.
///
/// # Errors
/// The store failed in a way that time does not mend.
pub async fn run(processing: Processing, token: CancellationToken) -> Result<(), StoreError> {
    let mut failures: u32 = 0;
    while !token.is_cancelled() {
        let woken = processing.wake.listen();
        let wait = match round(&processing, &token).await {
            Ok(_) => {
                failures = 0;
                match processing.store.steady_in() {
                    Duration::ZERO => NET,
                    // Something may wait for just that.
                    left => left,
                }
            }
            Err(error) if error.is_transient() => {
                failures += 1;
                tracing::warn!(
                    event = "process.store", failures,
                    error = %error, "messages can't be taken up, trying again"
                );
                Duration::from_secs(1 << failures.min(5))
            }
            Err(error) => return Err(error),
        };
        tokio::select! {
            () = token.cancelled() => (),
            // While the store fails, new work is no reason to hurry.
            () = woken, if failures == 0 => (),
            () = tokio::time::sleep(wait) => (),
        }
    }
    Ok(())
}

/// Reads a batch and keeps its effects, in the mailbox's order: while some are committed, the next
/// are read on all cores.
async fn work(
    processing: &Processing,
    batch: Vec<Stored>,
    round: &mut Round,
) -> Result<(), StoreError> {
    let ids: Vec<MessageId> = batch.iter().map(|stored| stored.id).collect();
    let mut readers = Readers::start(batch, &processing.parts, &processing.measured);
    let mut renewal = interval_at(Instant::now() + RENEWED, RENEWED);
    // Reading needs nothing of the store: only what is kept must be so in order.
    let mut following = async || {
        let mut reads = Vec::with_capacity(TOGETHER);
        while reads.len() < TOGETHER {
            let next = tokio::select! {
                next = readers.next() => next,
                _ = renewal.tick() => {
                    let now = processing.clock.now();
                    processing.store.renew(&ids, now, LEASE).await?;
                    continue;
                }
            };
            match next {
                Some(read) => reads.push(read),
                None => break,
            }
        }
        Ok::<_, StoreError>(reads)
    };
    let mut ready = following().await?;
    while !ready.is_empty() {
        let (kept, next) = tokio::join!(keep_all(processing, ready, round), following());
        kept?;
        ready = next?;
    }
    Ok(())
}

/// Keeps the effects of what was read, in order.
async fn keep_all(
    processing: &Processing,
    results: Vec<(MessageId, Result<Read, &'static str>)>,
    round: &mut Round,
) -> Result<(), StoreError> {
    let mut reads = Vec::with_capacity(results.len());
    for (id, result) in results {
        match result {
            Ok(read) => reads.push(Arc::new(read)),
            Err(error) => fail(processing, id, error, round).await?,
        }
    }
    // A message that names an incident must find it as those before it left it; so must one of a
    // thread that another of the group is of.
    let mut rest = reads.as_slice();
    while let [first, others @ ..] = rest {
        let mut group = Group::of(first);
        let more = others.iter().take_while(|read| group.takes(read)).count();
        let (group, after) = rest.split_at(1 + more);
        keep(processing, group, round).await?;
        rest = after;
    }
    Ok(())
}

/// What the messages of one commit name each other by, and who wrote them.
struct Group<'a> {
    ids: HashSet<&'a str>,
    writers: HashSet<String>,
}

impl<'a> Group<'a> {
    fn of(first: &'a Read) -> Self {
        Self {
            ids: first.thread_ids(),
            writers: HashSet::from([first.from_address()]),
        }
    }

    /// Takes one more, unless it may belong to what one of the group does.
    fn takes(&mut self, read: &'a Read) -> bool {
        let (ids, writer) = (read.thread_ids(), read.from_address());
        if read.names_incident()
            || !self.ids.is_disjoint(&ids)
            || self.writers.contains(&writer) && read.may_be_forgotten()
        {
            return false;
        }
        self.ids.extend(ids);
        self.writers.insert(writer);
        true
    }
}

/// Keeps the effects of several messages with one commit.
async fn keep(
    processing: &Processing,
    reads: &[Arc<Read>],
    round: &mut Round,
) -> Result<(), StoreError> {
    let now = processing.clock.now();
    let (store, parts) = (&processing.store, &processing.parts);
    let mut done = Vec::with_capacity(reads.len());
    let mut kept = Vec::with_capacity(reads.len());
    for (read, outcome) in reads.iter().zip(outcomes(reads, parts, store, now).await) {
        match outcome {
            Ok(outcome) => {
                done.push(outcome);
                kept.push(read);
            }
            Err(error) => not_kept(processing, read, error, round).await?,
        }
    }
    failpoint::hit("K06");
    let committed = store.commit_outcomes(&done, now).await?;
    failpoint::hit("K08");
    drop(done);
    look_alike(processing, committed.iter().flatten()).await;
    for (read, committed) in kept.into_iter().zip(committed) {
        match committed {
            Ok(committed) => told(processing, read, &committed, round),
            Err(_) => alone(processing, read, round).await?,
        }
    }
    Ok(())
}

/// Keeps the effect of one message that fell out of its batch: its incident changed meanwhile, its
/// thread did, or another instance did it. It is looked up anew a few times: what another instance
/// keeps of the same conversation at this very moment is no fault of the message.
async fn alone(
    processing: &Processing,
    read: &Arc<Read>,
    round: &mut Round,
) -> Result<(), StoreError> {
    let (store, parts) = (&processing.store, &processing.parts);
    let mut tries = LOOKUPS;
    loop {
        tries -= 1;
        let now = processing.clock.now();
        let outcome = match intake::outcome(read, parts, store, now).await {
            Ok(outcome) => outcome,
            Err(error) => return not_kept(processing, read, error, round).await,
        };
        match store.commit_outcome(&outcome, now).await {
            Ok(committed) => {
                told(processing, read, &committed, round);
                look_alike(processing, [&committed]).await;
                return Ok(());
            }
            Err(StoreError::Conflict(_)) if tries > 0 => (),
            Err(error) => return not_kept(processing, read, error, round).await,
        }
    }
}

/// The effect of one message can't be made or kept: a row that it needs is damaged, or changed
/// meanwhile. That message is tried again and at last quarantined; the others go on.
async fn not_kept(
    processing: &Processing,
    read: &Arc<Read>,
    error: StoreError,
    round: &mut Round,
) -> Result<(), StoreError> {
    match error {
        error if error.is_transient() => Err(error),
        StoreError::Conflict(_) => fail(processing, read.message, "conflict", round).await,
        _ => fail(processing, read.message, "not_kept", round).await,
    }
}

async fn fail(
    processing: &Processing,
    id: MessageId,
    error: &'static str,
    round: &mut Round,
) -> Result<(), StoreError> {
    let now = processing.clock.now();
    match processing.store.fail_message(id, error, now).await {
        Ok(state) => {
            round.failed += 1;
            processing.measured.failed(error);
            let is_quarantined = state == MessageState::Quarantined;
            round.quarantined += u64::from(is_quarantined);
            tracing::error!(
                event = "message.failed", msg = %id, error,
                quarantined = is_quarantined, "a message can't be read"
            );
            Ok(())
        }
        // Another instance did it.
        Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Finds what a new incident looks like. It is only proposed: what fails here is found again by
/// `vigie ticket alike`.
async fn look_alike<'a>(
    processing: &Processing,
    committed: impl IntoIterator<Item = &'a Committed>,
) {
    let opened = committed.into_iter().filter(|committed| committed.opened);
    let opened: Vec<Reference> = opened
        .filter_map(|committed| committed.reference.clone())
        .collect();
    if opened.is_empty() {
        return;
    }
    let (store, within) = (&processing.store, processing.parts.duplicate_within);
    let found = alike::find(store, &opened, within, processing.clock.now()).await;
    if let Err(error) = found {
        tracing::warn!(
            event = "ticket.not_compared", tickets = opened.len(), error = %error,
            "what looks like them is not known"
        );
    }
}

fn told(processing: &Processing, read: &Read, committed: &Committed, round: &mut Round) {
    round.done += 1;
    round.incidents += u64::from(committed.opened);
    round.mails += u64::from(committed.mail.is_some());
    if committed.mail.is_some() && !read.asks.is_empty() {
        processing.measured.items.numbered(read.asks.len());
    }
    round.quarantined += u64::from(committed.quarantined);
    if committed.circuit_opened {
        tracing::error!(
            event = "circuit.opened",
            mail = committed.mail,
            "too many mails in all: nothing leaves by itself until vigie outbox resume"
        );
    }
    let ticket = committed.reference.as_ref().map(ToString::to_string);
    tracing::info!(
        event = "message.parsed",
        msg = %read.message,
        kind = read.declaration.kind.as_str(),
        ticket,
        to_ask = read.asks.len(),
        major_suspected = read.declaration.major_suspected,
        mail = committed.mail,
        silent = committed.silent,
        quarantined = committed.quarantined,
        "message read"
    );
}
