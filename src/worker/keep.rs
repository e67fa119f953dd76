//! What messages that were read come to: their effects are kept with one commit. One whose effect can't
//! be kept falls out alone and is tried by itself; one that failed is noted as failed.

use super::process::{Processing, Round};
use super::readers::Done;
use crate::desk::intake::{self, Read};
use crate::desk::{alike, outcomes::outcomes};
use crate::domain::incident::Reference;
use crate::domain::message::{MessageId, MessageState};
use crate::failpoint;
use crate::store::{Committed, StoreError};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How often a message is looked up anew whose conversation others change at the same moment.
const LOOKUPS: u32 = 3;

/// Keeps what was read, and counts it.
pub(super) struct Keeper<'a> {
    processing: &'a Processing,
    turn: &'a Turn,
    /// The incidents that were made and not yet compared with others.
    pub(super) opened: Vec<Reference>,
    /// What was done.
    pub(super) round: Round,
}

/// Whose turn it is to write: the process loop does several things at once, and each would stand in
/// the queue for the only writer, before what the mailbox gave, which is to be stored first.
pub(super) type Turn = Mutex<()>;

impl<'a> Keeper<'a> {
    pub(super) fn new(processing: &'a Processing, turn: &'a Turn) -> Self {
        Self {
            processing,
            turn,
            opened: Vec::new(),
            round: Round::default(),
        }
    }

    /// Keeps the effects of what was read, in order.
    ///
    /// # Errors
    /// The store's, where time may mend it; what was kept before stays.
    pub(super) async fn keep_all(
        &mut self,
        results: Vec<(MessageId, Done)>,
    ) -> Result<(), StoreError> {
        let mut reads = Vec::with_capacity(results.len());
        for (id, result) in results {
            match result {
                Ok(read) => reads.push(Arc::new(read)),
                Err(error) => self.fail(id, error).await?,
            }
        }
        // A message that names an incident must find it as those before it left it; so must one of a
        // thread that another of the group is of.
        let mut rest = reads.as_slice();
        while let [first, others @ ..] = rest {
            let mut group = Group::of(first);
            let more = others.iter().take_while(|read| group.takes(read)).count();
            let (group, after) = rest.split_at(1 + more);
            self.keep(group).await?;
            rest = after;
        }
        Ok(())
    }

    /// Keeps the effects of several messages with one commit.
    async fn keep(&mut self, reads: &[Arc<Read>]) -> Result<(), StoreError> {
        let now = self.processing.clock.now();
        let (store, parts) = (&self.processing.store, &self.processing.parts);
        let mut done = Vec::with_capacity(reads.len());
        let mut kept = Vec::with_capacity(reads.len());
        for (read, outcome) in reads.iter().zip(outcomes(reads, parts, store, now).await) {
            match outcome {
                Ok(outcome) => {
                    done.push(outcome);
                    kept.push(read);
                }
                Err(error) => self.not_kept(read, error).await?,
            }
        }
        failpoint::hit("K06");
        let turn = self.turn.lock().await;
        let committed = store.commit_outcomes(&done, now).await?;
        drop(turn);
        failpoint::hit("K08");
        drop(done);
        for (read, committed) in kept.into_iter().zip(committed) {
            match committed {
                Ok(committed) => self.told(read, &committed),
                Err(_) => self.alone(read).await?,
            }
        }
        Ok(())
    }

    /// Keeps the effect of one message that fell out of its batch: its incident changed meanwhile, its
    /// thread did, or another instance did it. It is looked up anew a few times: what another instance
    /// keeps of the same conversation at this very moment is no fault of the message.
    async fn alone(&mut self, read: &Arc<Read>) -> Result<(), StoreError> {
        let (store, parts) = (&self.processing.store, &self.processing.parts);
        let mut tries = LOOKUPS;
        loop {
            tries -= 1;
            let now = self.processing.clock.now();
            let outcome = match intake::outcome(read, parts, store, now).await {
                Ok(outcome) => outcome,
                Err(error) => return self.not_kept(read, error).await,
            };
            match store.commit_outcome(&outcome, now).await {
                Ok(committed) => {
                    self.told(read, &committed);
                    return Ok(());
                }
                Err(StoreError::Conflict(_)) if tries > 0 => (),
                Err(error) => return self.not_kept(read, error).await,
            }
        }
    }

    /// The effect of one message can't be made or kept: a row that it needs is damaged, or changed
    /// meanwhile. That message is tried again and at last quarantined; the others go on.
    async fn not_kept(&mut self, read: &Arc<Read>, error: StoreError) -> Result<(), StoreError> {
        match error {
            error if error.is_transient() => Err(error),
            StoreError::Conflict(_) => self.fail(read.message, "conflict").await,
            _ => self.fail(read.message, "not_kept").await,
        }
    }

    async fn fail(&mut self, id: MessageId, error: &'static str) -> Result<(), StoreError> {
        let now = self.processing.clock.now();
        match self.processing.store.fail_message(id, error, now).await {
            Ok(state) => {
                self.round.failed += 1;
                self.processing.measured.failed(error);
                let is_quarantined = state == MessageState::Quarantined;
                self.round.quarantined += u64::from(is_quarantined);
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

    fn told(&mut self, read: &Read, committed: &Committed) {
        if committed.opened {
            self.opened.extend(committed.reference.clone());
        }
        self.round.done += 1;
        self.round.incidents += u64::from(committed.opened);
        self.round.mails += u64::from(committed.mail.is_some());
        self.round.quarantined += u64::from(committed.quarantined);
        if committed.mail.is_some() && !read.asks.is_empty() {
            self.processing.measured.items.numbered(read.asks.len());
        }
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

/// Finds what new incidents look like. It is only proposed: what fails here is found again by
/// `vigie ticket alike`.
pub(super) async fn look_alike(processing: &Processing, turn: &Turn, opened: &[Reference]) {
    if opened.is_empty() {
        return;
    }
    let (store, within) = (&processing.store, processing.parts.duplicate_within);
    let _turn = turn.lock().await;
    let found = alike::find(store, opened, within, processing.clock.now()).await;
    if let Err(error) = found {
        tracing::warn!(
            event = "ticket.not_compared", tickets = opened.len(), error = %error,
            "what looks like them is not known"
        );
    }
}
