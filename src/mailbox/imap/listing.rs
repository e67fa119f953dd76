//! The UIDs of a folder, looked at without changing anything.

use super::Imap;
use super::error::ImapError;
use super::search::{WINDOW, search_uids};

impl Imap {
    /// The folder's UIDVALIDITY and every UID in it, lowest first, in a session of its own.
    ///
    /// # Errors
    /// The first step that fails.
    pub async fn list(&self) -> Result<(u32, Vec<u32>), ImapError> {
        let mut session = self.connect("EXAMINE").await?;
        let limit = self.limits.command;
        let bound = session.folder.uidnext.unwrap_or(u32::MAX);
        let mut uids = Vec::new();
        let (mut from, mut width) = (1_u32, WINDOW);
        while uids.len() < session.folder.exists as usize && from < bound {
            let end = from.saturating_add(width).min(bound);
            let set = if end == u32::MAX || session.folder.uidnext.is_none() {
                format!("{from}:*")
            } else {
                format!("{from}:{}", end - 1)
            };
            let before = uids.len();
            uids.extend(search_uids(&mut session.wire, &set, limit).await?);
            // Where nothing lies, the next window is wider: UIDs may jump by billions.
            width = if uids.len() == before {
                width.saturating_mul(2)
            } else {
                WINDOW
            };
            from = if set.ends_with('*') { bound } else { end };
        }
        session.wire.log_out(self.limits.farewell).await;
        uids.sort_unstable();
        uids.dedup();
        Ok((session.folder.uidvalidity, uids))
    }
}
