//! The fetch loop: mailbox → store → mailbox. Raw messages and cursor are durable in one transaction
//! before anything is moved on the server; the next batch is on the wire while the last is stored.
//!
//! Back-off after a failure: 1, 2, 4, 8, 16, then 30 s; where somebody must mend something first (a
//! refused password, a certificate): 1, 2, 4, 8, then 15 min, so that no account is locked. Each
//! stretched by up to a quarter, derived from the mailbox's name and the count, never by chance.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::failpoint;
use crate::mailbox::imap::MOVES;
use crate::mailbox::{Imap, Mailbox, MailboxError, Maildir};
use crate::metrics::MailboxHealth;
use crate::store::{Holder, Store, StoreError};
use crate::wake::Wake;

use super::{reconcile, record, restored, standby};

/// The most names that the store is asked about at once.
const NAMES: usize = 500;

/// How often an instance looks whether the mailbox that another reads has come free.
const HELD: Duration = Duration::from_secs(2);

/// What the fetch loop works with.
#[derive(Debug, Clone)]
pub struct Fetching {
    /// The mailbox's name in the store.
    pub name: String,
    /// Where messages go.
    pub store: Store,
    /// The time of day.
    pub clock: Clock,
    /// Told of new messages.
    pub wake: Arc<Wake>,
    /// Told how it goes.
    pub health: Arc<MailboxHealth>,
    /// How often to look at the least.
    pub poll: Duration,
}

/// Why a round failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The mailbox could not be read to the end.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The store did not take it: nothing was moved, the cursor stands where it was.
    #[error("the store did not take what was fetched: it stays in the mailbox")]
    Store(#[from] StoreError),
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Messages handed to the store.
    pub fetched: u64,
    /// Those of them that it did not have.
    pub new: u64,
    /// Messages moved to the done folder.
    pub moved: u64,
    /// A large message is half here: the next round should begin at once.
    pub midway: bool,
    /// Another instance reads the mailbox: nothing was done.
    pub held_elsewhere: Option<i64>,
}

/// One round: everything that is new goes into the store, then what is stored is moved where that is
/// wanted. Ends early, whole batches stored, when `token` is cancelled.
///
/// # Errors
/// What came before the failure is stored; the next round goes on from there.
pub async fn round(
    mailbox: &mut Mailbox,
    fetching: &Fetching,
    token: &CancellationToken,
) -> Result<Round, FetchError> {
    let mut round = Round::default();
    let now = fetching.clock.now();
    // Kept at the first call: messages older than it are never answered by the machine.
    let first = fetching.store.first_start(&fetching.name, now).await?;
    if let Holder::Other(instance) = fetching.store.take_mailbox(&fetching.name).await? {
        mailbox.reset();
        round.held_elsewhere = Some(instance);
        return Ok(round);
    }
    restored::read_done(mailbox, fetching, first, token).await?;
    let done = match mailbox {
        Mailbox::Imap(imap) => take_imap(imap, fetching, token, &mut round).await,
        Mailbox::Maildir(maildir) => take_maildir(maildir, fetching, token, &mut round).await,
    };
    if let Err(FetchError::Store(_)) = &done {
        mailbox.reset();
    }
    done.map(|()| round)
}

/// Rounds until `token` is cancelled: on news, or every `poll`.
///
/// # Errors
/// None: failures are told, and tried again for ever.
pub async fn run(
    mut mailbox: Mailbox,
    fetching: Fetching,
    token: CancellationToken,
) -> Result<(), FetchError> {
    let mut tries = 0;
    let mut is_elsewhere = false;
    while !token.is_cancelled() {
        let begun = Instant::now();
        let done = round(&mut mailbox, &fetching, &token).await;
        if !matches!(&done, Ok(round) if round.held_elsewhere.is_some()) {
            fetching.health.measured.rounds.took(begun.elapsed());
        }
        let done = match done {
            Ok(Round {
                held_elsewhere: Some(instance),
                ..
            }) => {
                standby::tell(&mut is_elsewhere, Some(instance));
                token.run_until_cancelled(tokio::time::sleep(HELD)).await;
                continue;
            }
            // It was taken, or given back, in the middle of a round: the next one tells which.
            Err(FetchError::Store(StoreError::Conflict(_))) => {
                token.run_until_cancelled(tokio::time::sleep(HELD)).await;
                continue;
            }
            Ok(round) => {
                standby::tell(&mut is_elsewhere, None);
                tries = 0;
                succeeded(&fetching, &round);
                if round.midway {
                    continue;
                }
                match token.run_until_cancelled(mailbox.wait(fetching.poll)).await {
                    Some(Err(error)) => Err(error.into()),
                    Some(Ok(())) | None => Ok(()),
                }
            }
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tries += 1;
            let pause = pause(&error, tries, &fetching.name);
            failed(&fetching, &error, tries, pause);
            token.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }
    mailbox.close().await;
    // Another takes it at once; where this fails, it waits until this instance is buried.
    if let Err(error) = fetching.store.give_mailbox(&fetching.name).await {
        tracing::warn!(event = "mailbox.not_given", error = %error, "the mailbox was not given back");
    }
    Ok(())
}

/// Stores what is new in a folder, then moves what is stored.
pub(super) async fn take_imap(
    imap: &mut Imap,
    fetching: &Fetching,
    token: &CancellationToken,
    round: &mut Round,
) -> Result<(), FetchError> {
    let cursor = fetching.store.cursor(&fetching.name).await?;
    // Only waits for the network are given up: a store's transaction never is.
    let next = async |imap: &mut Imap| {
        let now = fetching.clock.now();
        match token.run_until_cancelled(imap.next(now)).await {
            Some(batch) => batch.map_err(MailboxError::from),
            None => {
                imap.reset();
                Ok(None)
            }
        }
    };
    match token.run_until_cancelled(imap.begin(cursor)).await {
        Some(begun) => begun.map_err(MailboxError::from)?,
        None => return Ok(()),
    }
    let asked = reconcile::ask_again(imap, fetching).await?;
    // Once more where the folder holds what the ledger does not.
    for _ in 0..2 {
        let mut batch = next(imap).await?;
        while let Some(ready) = batch {
            let stored = record::apart(fetching, ready, *round);
            let (stored, following) = tokio::join!(stored, next(imap));
            *round = stored?;
            batch = following?;
        }
        round.midway = imap.is_midway();
        if round.midway || token.is_cancelled() {
            break;
        }
        if !reconcile::reconcile(imap, fetching, token).await? {
            break;
        }
    }
    reconcile::asked(imap, fetching, &asked).await?;
    file(imap, fetching, token, round).await
}

/// Moves what is stored, in sets.
async fn file(
    imap: &mut Imap,
    fetching: &Fetching,
    token: &CancellationToken,
    round: &mut Round,
) -> Result<(), FetchError> {
    let (store, name) = (&fetching.store, fetching.name.as_str());
    while let Some(uidvalidity) = imap.files_under()
        && !token.is_cancelled()
    {
        let uids = store.to_move(name, uidvalidity, MOVES).await?;
        failpoint::hit("K15-stored");
        if uids.is_empty() || !imap.file(&uids).await.map_err(MailboxError::from)? {
            break;
        }
        failpoint::hit("K15-moved");
        let now = fetching.clock.now();
        store.mark_moved(name, uidvalidity, &uids, now).await?;
        round.moved += uids.len() as u64;
    }
    Ok(())
}

async fn take_maildir(
    maildir: &mut Maildir,
    fetching: &Fetching,
    token: &CancellationToken,
    round: &mut Round,
) -> Result<(), FetchError> {
    let names = maildir.begin().await.map_err(MailboxError::from)?;
    let mut known = HashSet::new();
    for some in names.chunks(NAMES) {
        known.extend(fetching.store.known_names(&fetching.name, some).await?);
    }
    maildir.skip(&known);
    while let Some(batch) = maildir.next().await.map_err(MailboxError::from)? {
        *round = record::record(fetching, None, &batch, *round).await?;
        if token.is_cancelled() {
            return Ok(());
        }
    }
    let (files, accounted) = maildir.accounted();
    let now = fetching.clock.now();
    fetching.health.reconciled(files, accounted, now);
    Ok(())
}

fn succeeded(fetching: &Fetching, round: &Round) {
    let now = fetching.clock.now();
    if let Some(failure) = fetching.health.succeeded(now) {
        tracing::info!(
            event = "mailbox.reachable",
            tries = failure.tries,
            since = %failure.since.to_rfc3339(),
            "the mailbox is read again"
        );
    }
    if round.fetched > 0 || round.moved > 0 {
        tracing::info!(
            event = "mailbox.polled",
            fetched = round.fetched,
            new = round.new,
            moved = round.moved,
            "mailbox polled"
        );
    }
}

fn failed(fetching: &Fetching, error: &FetchError, tries: u32, pause: Duration) {
    let now = fetching.clock.now();
    let pause = TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
    let next_try: DateTime<Utc> = now.checked_add_signed(pause).unwrap_or(now);
    let kind = error.token();
    fetching.health.failed(kind, tries, next_try, now);
    // Told once an outage: that it lasts is the alarm's to tell.
    if tries == 1 {
        tracing::error!(
            event = "mailbox.unreachable",
            kind,
            tries,
            next_try = %next_try.to_rfc3339(),
            cause = cause(error),
            "{error}"
        );
    }
}

/// The causes behind an error, outermost first. Of the store's they are not told: a database may
/// quote what it was given.
fn cause(error: &FetchError) -> String {
    let mut causes = Vec::new();
    if let FetchError::Mailbox(error) = error {
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            causes.push(error.to_string());
            source = error.source();
        }
    }
    causes.join(": ")
}

impl FetchError {
    /// Whether trying again soon may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Mailbox(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
        }
    }

    /// The closed set of words for counters, health and logs: a mailbox's, or `store`.
    #[must_use]
    pub fn token(&self) -> &'static str {
        match self {
            Self::Mailbox(error) => error.token(),
            Self::Store(_) => "store",
        }
    }
}

/// How long to wait after the `tries`th failure in a row.
fn pause(error: &FetchError, tries: u32, name: &str) -> Duration {
    let slow = matches!(error, FetchError::Mailbox(error) if !error.is_transient());
    let (first, most) = if slow { (60, 900) } else { (1, 30) };
    let doubled = 1_u64 << tries.saturating_sub(1).min(10);
    let seconds = (first * doubled).min(most);
    let hash = Sha256::digest(format!("{name}\n{tries}"));
    let stretch = u64::from(hash.first().copied().unwrap_or_default());
    Duration::from_millis(seconds * 1000 + seconds * 250 * stretch / 255)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::ImapError;
    use crate::mailbox::imap::Step;

    fn seconds(error: ImapError, tries: u32) -> f64 {
        let error = FetchError::Mailbox(error.into());
        pause(&error, tries, "imap:box@imap.example/INBOX").as_secs_f64()
    }

    #[test]
    fn a_broken_connection_is_tried_again_within_half_a_minute_and_never_twice_a_second() {
        for tries in 1..100 {
            let pause = seconds(ImapError::Closed { step: Step::Idle }, tries);
            assert!((1.0..=37.5).contains(&pause), "{tries}: {pause}");
        }
        assert!(seconds(ImapError::Closed { step: Step::Idle }, 1) < 1.3);
    }

    #[test]
    fn a_refused_login_is_tried_at_most_once_a_minute_and_ever_more_rarely() {
        let mut last = 59.0;
        for tries in 1..=5 {
            let pause = seconds(ImapError::LoginRefused, tries);
            assert!(pause > last, "{tries}: {pause}");
            last = pause;
        }
        assert!((900.0..=1125.0).contains(&seconds(ImapError::LoginRefused, 50)));
    }

    #[test]
    fn the_stretch_is_the_same_at_every_run_and_another_for_another_mailbox() {
        let error = || FetchError::Mailbox(ImapError::Unavailable.into());
        assert_eq!(pause(&error(), 3, "a"), pause(&error(), 3, "a"));
        assert_ne!(pause(&error(), 3, "a"), pause(&error(), 3, "b"));
    }
}
