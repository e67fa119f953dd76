//! Moving recorded messages to the done folder, so that the folder shows what is new. By MOVE, or by
//! COPY and removal of just those UIDs; where the server can do neither, they stay.
//!
//! EXPUNGE without UIDs is never said: it would remove what other people marked as deleted.

use std::time::Duration;

use tokio::time::Instant;

use crate::config;
use crate::failpoint;

use super::error::{ImapError, Step};
use super::owed::uid_set;
use super::wire::Wire;
use super::{Code, Imap, encode_folder};

/// The most messages moved by one command.
pub const MOVES: u32 = 500;
/// How long a refusal to move is taken for granted.
const PAUSE: Duration = Duration::from_secs(600);

/// What is known of the server's will to move.
#[derive(Debug, Default)]
pub(super) struct State {
    refused: Option<Instant>,
    warned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Move,
    CopyAndRemove,
}

impl Imap {
    /// The UIDVALIDITY under which messages are to be moved; nothing where none are.
    #[must_use]
    pub fn files_under(&self) -> Option<u32> {
        let session = self.session.as_ref()?;
        self.config.done_folder.as_ref()?;
        let pausing = self
            .filing
            .refused
            .is_some_and(|refused| refused.elapsed() < PAUSE);
        (!pausing && session.folder.uidvalidity > 0).then_some(session.folder.uidvalidity)
    }

    /// The done folder as a mailbox of its own, and its name in the store.
    #[must_use]
    pub fn done(&self) -> Option<(String, Self)> {
        let mut config = self.config.clone();
        config.folder = config.done_folder.take()?;
        let name = config::Source::Imap(config.clone()).name();
        Some((name, Self::new(config, self.max_size, self.limits)))
    }

    /// Moves messages that are stored. False where the server leaves them where they are: told once,
    /// tried again some minutes later.
    ///
    /// # Errors
    /// The connection broke. What was moved is moved; asking again for those is harmless.
    pub async fn file(&mut self, uids: &[u32]) -> Result<bool, ImapError> {
        let filed = self.try_file(uids).await;
        match filed {
            Err(_) => self.session = None,
            Ok(true) => self.filing = State::default(),
            Ok(false) => {
                self.filing.refused = Some(Instant::now());
                if !std::mem::replace(&mut self.filing.warned, true) {
                    tracing::warn!(
                        event = "mailbox.not_filed",
                        "recorded messages stay in the folder: the mail server does not move them; \
                         check [mailbox] done_folder"
                    );
                }
            }
        }
        filed
    }

    async fn try_file(&mut self, uids: &[u32]) -> Result<bool, ImapError> {
        let (Some(session), Some(folder)) = (&mut self.session, &self.config.done_folder) else {
            return Ok(false);
        };
        let (Some(folder), Some(way)) = (
            encode_folder(folder),
            Way::choose(|word| session.capabilities.has(word), session.read_only),
        ) else {
            return Ok(false);
        };
        let (wire, limit) = (&mut session.wire, self.limits.command);
        let set = uid_set(uids);
        let first = match way {
            Way::Move => format!("UID MOVE {set} {folder}"),
            Way::CopyAndRemove => format!("UID COPY {set} {folder}"),
        };
        let mut done = wire.run(Step::Move, &first, limit).await?;
        if !done.ok && done.code == Some(Code::TryCreate) {
            wire.run(Step::Move, &format!("CREATE {folder}"), limit)
                .await?;
            done = wire.run(Step::Move, &first, limit).await?;
        }
        if !done.ok || way == Way::Move {
            return Ok(done.ok);
        }
        failpoint::hit("K16");
        remove(wire, &set, limit).await
    }
}

/// Removes messages that were copied, and no other.
async fn remove(wire: &mut Wire, set: &str, limit: Duration) -> Result<bool, ImapError> {
    let mark = format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)");
    if !wire.run(Step::Move, &mark, limit).await?.ok {
        return Ok(false);
    }
    failpoint::hit("K17");
    let expunge = format!("UID EXPUNGE {set}");
    Ok(wire.run(Step::Move, &expunge, limit).await?.ok)
}

impl Way {
    fn choose(offers: impl Fn(&str) -> bool, read_only: bool) -> Option<Self> {
        if read_only {
            None
        } else if offers("MOVE") {
            Some(Self::Move)
        } else if offers("UIDPLUS") {
            Some(Self::CopyAndRemove)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_uidplus_nothing_is_expunged() {
        for (offered, read_only, way) in [
            (vec!["MOVE", "UIDPLUS"], false, Some(Way::Move)),
            (vec!["UIDPLUS"], false, Some(Way::CopyAndRemove)),
            (vec!["IDLE"], false, None),
            (vec!["MOVE"], true, None),
        ] {
            assert_eq!(Way::choose(|word| offered.contains(&word), read_only), way);
        }
    }
}
