//! The folder against the ledger: nothing below the cursor is looked at again by itself, so a message
//! that a SEARCH left out once, that came to light late, or whose row was lost, would be lost in
//! silence (pain 7, N8). Here the folder tells what it holds; the caller knows what is stored.

use std::collections::BTreeMap;

use super::error::{ImapError, Step};
use super::fetch::uid_of;
use super::owed::{Owed, uid_set};
use super::search::{WINDOW, is_too_long, search_uids};
use super::wire::AttributeValue;
use super::{Cursor, Imap};

/// A whole comparison is made at the latest after so many rounds that seemed balanced.
const ROUNDS: u32 = 10;

/// What is known of earlier comparisons.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// EXISTS less the ledger's rows, when all was accounted for.
    balance: Option<i64>,
    rounds: u32,
}

/// A part of what the folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The UIDs that a search found, in order, without those that are still to be fetched.
    pub uids: Vec<u32>,
    /// How many are still to be fetched though they were searched for.
    pub pending: u64,
    /// How many came since new messages were searched for.
    pub fresh: u64,
    /// Where the next part begins; nothing behind the last.
    pub next: Option<u32>,
}

impl Imap {
    /// The UIDVALIDITY that the ledger can be compared under; nothing without a session, or where
    /// the server names none.
    #[must_use]
    pub fn audits_under(&self) -> Option<u32> {
        let session = self.session.as_ref()?;
        let owed = self.owed.as_ref()?;
        (session.folder.uidvalidity > 0).then(|| owed.uidvalidity())
    }

    /// The number of messages that the server says the folder holds.
    #[must_use]
    pub fn exists(&self) -> u64 {
        self.session
            .as_ref()
            .map_or(0, |session| u64::from(session.wire.exists()))
    }

    /// Whether a comparison is due, when the ledger holds `ledger` messages of the folder: none is
    /// while both change alike, but for a whole one at times and in each new session.
    #[must_use]
    pub fn is_audit_due(&self, ledger: u64) -> bool {
        let compared = self
            .session
            .as_ref()
            .is_some_and(|session| session.compared);
        !compared
            || self.audit.rounds >= ROUNDS
            || self.audit.balance != Some(balance(self.exists(), ledger))
    }

    /// A round went by without a comparison.
    pub fn passed_over(&mut self) {
        self.audit.rounds += 1;
    }

    /// Something is fetched again: the comparison is to be made once more.
    pub fn found_gap(&mut self) {
        self.audit.balance = None;
    }

    /// A comparison ended; `balanced` where all was accounted for.
    pub fn audited(&mut self, ledger: u64, balanced: bool) {
        self.audit = Audit {
            balance: balanced.then(|| balance(self.exists(), ledger)),
            rounds: 0,
        };
        if let Some(session) = &mut self.session {
            session.compared = true;
        }
    }

    /// What the folder holds from `from` on, as far as it was searched for new messages. May be
    /// dropped.
    ///
    /// # Errors
    /// The session ended.
    pub async fn window(&mut self, from: u32) -> Result<Window, ImapError> {
        let (Some(session), Some(owed)) = (&mut self.session, &self.owed) else {
            return Err(ImapError::Closed { step: Step::Search });
        };
        let (bound, limit) = (owed.searched(), self.limits.command);
        let few = session.wire.exists() <= WINDOW && !self.narrow;
        let end = if few {
            bound
        } else {
            from.saturating_add(self.audit_width).min(bound)
        };
        // The last one is open, so that its answer and the EXISTS told with it name the same messages.
        let set = if end < bound {
            format!("{from}:{}", end - 1)
        } else {
            format!("{from}:*")
        };
        let found = search_uids(&mut session.wire, &set, limit).await;
        let mut uids = found.inspect_err(|error| {
            self.narrow |= is_too_long(error);
            self.session = None;
        })?;
        uids.retain(|uid| *uid >= from);
        uids.sort_unstable();
        uids.dedup();
        self.audit_width = if uids.is_empty() && !self.narrow {
            self.audit_width.saturating_mul(2)
        } else {
            WINDOW
        };
        let found = uids.len();
        uids.retain(|uid| *uid < bound);
        let old = uids.len();
        uids.retain(|uid| !owed.owes(*uid));
        Ok(Window {
            pending: (old - uids.len()) as u64,
            fresh: (found - old) as u64,
            uids,
            next: (end < bound).then_some(end),
        })
    }

    /// Whether this session has not yet compared sizes.
    #[must_use]
    pub fn compares_sizes(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| !session.compared)
    }

    /// The sizes that the server tells now (RFC822.SIZE). May be dropped.
    ///
    /// # Errors
    /// The session ended.
    pub async fn sizes(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, u64>, ImapError> {
        let mut sizes = BTreeMap::new();
        if uids.is_empty() {
            return Ok(sizes);
        }
        let command = format!("UID FETCH {} (UID RFC822.SIZE)", uid_set(uids));
        self.collect(Step::Sizes, &command, self.limits.command, |attributes| {
            let size = attributes.iter().find_map(|attribute| match attribute {
                AttributeValue::Rfc822Size(size) => Some(u64::from(*size)),
                _ => None,
            });
            if let (Some(uid), Some(size)) = (uid_of(attributes), size) {
                sizes.insert(uid, size);
            }
            Ok(())
        })
        .await
        .inspect_err(|_| self.session = None)?;
        Ok(sizes)
    }

    /// These messages are fetched again, in this round and until they come: they are in the folder
    /// and not in the ledger, or not as the ledger has them. The cursor goes back before them.
    pub fn reopen(&mut self, uids: &[u32]) {
        if let Some(owed) = &mut self.owed {
            self.queue.extend(owed.reopen(uids));
        }
    }

    /// Everything in the folder is fetched again: it is another one under its old UIDVALIDITY.
    pub fn reread(&mut self) {
        let Some(uidvalidity) = self.owed.as_ref().map(Owed::uidvalidity) else {
            return;
        };
        tracing::warn!(
            event = "mailbox.reread",
            uidvalidity,
            "the folder was made anew under its old numbering: everything in it is read again, \
             nothing twice"
        );
        self.partial = None;
        self.queue.clear();
        self.owed = Some(Owed::from(Cursor {
            uidvalidity,
            uidnext: 1,
        }));
        if let Some(session) = &mut self.session {
            session.next = 1;
        }
        self.searching = true;
    }

    /// Whether a message is still to be fetched.
    #[must_use]
    pub fn owes(&self, uid: u32) -> bool {
        self.owed.as_ref().is_some_and(|owed| owed.owes(uid))
    }
}

fn balance(exists: u64, ledger: u64) -> i64 {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    number(exists) - number(ledger)
}
