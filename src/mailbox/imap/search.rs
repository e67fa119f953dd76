//! Finding messages by UID SEARCH in windows, since an answer of very many UIDs is one line that takes
//! seconds to parse (decisions, 25).

use std::time::Duration;

use super::Imap;
use super::error::{ImapError, Step};
use super::guard::Excess;
use super::wire::{Wire, read_search};

/// The most UIDs that one SEARCH asks about.
pub(super) const WINDOW: u32 = 10_000;

impl Imap {
    /// Looks for the next window of UIDs, or for whatever is new.
    pub(super) async fn search(&mut self) -> Result<(), ImapError> {
        let (Some(session), Some(owed)) = (&mut self.session, &mut self.owed) else {
            return Err(ImapError::Closed { step: Step::Search });
        };
        let limit = self.limits.command;
        if session.next == 0 {
            // Some servers show new messages to a SEARCH only after they announced them.
            session.wire.run(Step::Search, "NOOP", limit).await?;
        }
        let from = session.next.max(owed.searched());
        let bound = session.folder.uidnext.unwrap_or(u32::MAX);
        let windowed = bound.saturating_sub(from) > WINDOW;
        let (set, up_to) = if windowed {
            let end = from.saturating_add(session.width).min(bound);
            (format!("{from}:{}", end - 1), end)
        } else {
            (format!("{from}:*"), bound)
        };
        session.wire.searches();
        let uids = search_uids(&mut session.wire, &set, limit).await;
        let uids = uids.inspect_err(|error| self.narrow |= is_too_long(error))?;
        session.width = if uids.is_empty() && !self.narrow {
            session.width.saturating_mul(2)
        } else {
            WINDOW
        };
        session.next = if windowed { up_to } else { 0 };
        self.searching = windowed;
        // Without UIDNEXT nobody says that a gap will stay one.
        let up_to = session.folder.uidnext.map_or(0, |_| up_to);
        self.queue.extend(owed.found(&uids, up_to));
        Ok(())
    }
}

/// The answer was more than one line may hold.
pub(super) fn is_too_long(error: &ImapError) -> bool {
    matches!(
        error,
        ImapError::Excess {
            excess: Excess::Line,
            ..
        }
    )
}

/// The UIDs of `set` that are in the folder.
pub(super) async fn search_uids(
    wire: &mut Wire,
    set: &str,
    limit: Duration,
) -> Result<Vec<u32>, ImapError> {
    let mut uids = Vec::new();
    let tag = wire
        .send(Step::Search, &format!("UID SEARCH UID {set}"))
        .await?;
    let done = wire
        .collect(Step::Search, &tag, limit, |answer| {
            read_search(answer, &mut uids);
            Ok(())
        })
        .await?;
    if done.ok {
        Ok(uids)
    } else {
        Err(ImapError::Refused { step: Step::Search })
    }
}
