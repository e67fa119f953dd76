//! A folder of an IMAP server, read by UIDs and without a trace: `BODY.PEEK[]` only, no flag, no
//! EXPUNGE but of UIDs that were copied away.
//!
//! `login` gets a connection, `guard` bounds what it may bring, `wire` speaks commands (with
//! async-imap as the reader of answers), `owed` keeps the account of what was found and taken,
//! `fetch` and `slice` take it, `file` moves what is recorded. Any error ends the connection; the account
//! outlives it, so that a message which breaks a session is met alone and last in the next ones.

mod error;
mod fetch;
mod file;
mod guard;
mod listing;
mod login;
mod owed;
mod slice;
mod wire;

pub use error::{ImapError, Step};
pub use file::MOVES;
pub use guard::Excess;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::sleep;

use self::fetch::Facts;
use self::login::{Capabilities, quoted};
use self::owed::Owed;
use self::slice::Partial;
use self::wire::{Code, Done, Folder, Idled, Wire, read_search};
use crate::config;
use crate::domain::message::{Cursor, Fetched, Place};

/// The most UIDs that one SEARCH asks about: longer answers are lines that take seconds to parse.
const WINDOW: u32 = 10_000;

/// How long we wait for what. Tests shorten them.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the name server, and for each address of the host.
    pub connect: Duration,
    /// Without a byte, during a command.
    pub silence: Duration,
    /// For the whole of the login, and of each command that brings no bodies.
    pub command: Duration,
    /// For each command that brings bodies.
    pub bodies: Duration,
    /// For a large message, before others have their turn.
    pub turn: Duration,
    /// For an IDLE, before it is renewed: networks forget a silent connection after some minutes.
    pub idle: Duration,
    /// For the goodbye.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            command: Duration::from_secs(60),
            bodies: Duration::from_secs(600),
            turn: Duration::from_secs(30),
            idle: Duration::from_secs(300),
            farewell: Duration::from_secs(2),
        }
    }
}

/// Messages that belong into the store together with the cursor, in one transaction. The cursor
/// counts on the batches before it being stored.
#[derive(Debug)]
pub struct Batch {
    /// Oldest first; none where only the cursor moved.
    pub messages: Vec<Fetched>,
    /// How far the folder is read with this batch.
    pub cursor: Cursor,
}

/// What a trial found; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// The messages in the folder.
    pub messages: u32,
    /// Whether the server tells news by itself.
    pub idle: bool,
}

/// One folder of one account.
#[derive(Debug)]
pub struct Imap {
    config: config::Imap,
    max_size: u64,
    limits: Limits,
    session: Option<Session>,
    owed: Option<Owed>,
    /// What is to be fetched in this round.
    queue: VecDeque<u32>,
    /// What is known of it.
    facts: BTreeMap<u32, Facts>,
    /// A large message that is half here.
    partial: Option<Partial>,
    /// The bytes that one slice of a large message asks for.
    slice: u32,
    /// Whether this round has more to search for.
    searching: bool,
    /// An error behind messages that came before it.
    failed: Option<ImapError>,
    /// The cursor last handed over.
    handed: Option<Cursor>,
    /// A wide search was too much for one line.
    narrow: bool,
    idle_refused: bool,
    filing: file::State,
}

#[derive(Debug)]
struct Session {
    wire: Wire,
    capabilities: Capabilities,
    folder: Folder,
    read_only: bool,
    /// Where the next window begins; 0 once all that was there at SELECT has been looked for.
    next: u32,
    width: u32,
}

impl Imap {
    /// Nothing is connected before the first round. `max_size` in bytes: of a larger message the
    /// beginning is taken, the rest stays on the server.
    #[must_use]
    pub fn new(config: config::Imap, max_size: u64, limits: Limits) -> Self {
        Self {
            config,
            max_size,
            limits,
            session: None,
            owed: None,
            queue: VecDeque::new(),
            facts: BTreeMap::new(),
            partial: None,
            slice: slice::SLICE_MIN,
            searching: false,
            failed: None,
            handed: None,
            narrow: false,
            idle_refused: false,
            filing: file::State::default(),
        }
    }

    /// Begins a round: connects where there is no connection, and looks what is owed. `cursor` is
    /// the store's.
    ///
    /// # Errors
    /// No session comes about; the next call tries anew.
    pub async fn begin(&mut self, cursor: Option<Cursor>) -> Result<(), ImapError> {
        if self.session.is_none() {
            let session = self.connect("SELECT").await?;
            self.take_up(&session.folder, cursor);
            self.session = Some(session);
        }
        self.queue = self
            .owed
            .as_ref()
            .map(Owed::left)
            .unwrap_or_default()
            .into();
        self.searching = true;
        self.facts.clear();
        Ok(())
    }

    /// Whether a large message is half here, so that the next round should not wait.
    #[must_use]
    pub fn is_midway(&self) -> bool {
        let owes = |uid| self.owed.as_ref().is_some_and(|owed| owed.owes(uid));
        self.partial
            .as_ref()
            .is_some_and(|partial| owes(partial.uid))
    }

    /// Waits until the server tells news, at most `limit`; where it can't tell, the whole of it.
    /// May be dropped at any time.
    ///
    /// # Errors
    /// The connection broke: the next round makes a new one.
    pub async fn wait(&mut self, limit: Duration) -> Result<(), ImapError> {
        let offered = match &self.session {
            Some(session) if !self.idle_refused => session.capabilities.has("IDLE"),
            _ => {
                sleep(limit).await;
                return Ok(());
            }
        };
        if offered && let Some(session) = &mut self.session {
            let idled = session.wire.idle(limit.min(self.limits.idle)).await;
            match idled {
                Ok(Idled::News | Idled::Quiet) => return Ok(()),
                Ok(Idled::Refused) => (),
                Err(error) => {
                    self.session = None;
                    return Err(error);
                }
            }
        }
        self.idle_refused = true;
        tracing::warn!(
            event = "mailbox.no_idle",
            offered,
            "the mail server does not tell news by itself: it is asked every poll interval"
        );
        sleep(limit).await;
        Ok(())
    }

    /// Ends the session with a goodbye.
    pub async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            session.wire.log_out(self.limits.farewell).await;
        }
    }

    /// Forgets the session and the account: what was handed over was not stored.
    pub fn reset(&mut self) {
        self.session = None;
        self.owed = None;
        self.handed = None;
        self.failed = None;
        self.queue.clear();
        self.facts.clear();
    }

    /// Tries everything up to opening the folder, read-only, and changes nothing.
    ///
    /// # Errors
    /// The first step that fails.
    pub async fn check(&self) -> Result<Trial, ImapError> {
        let session = self.connect("EXAMINE").await?;
        let trial = Trial {
            messages: session.folder.exists,
            idle: session.capabilities.has("IDLE"),
        };
        session.wire.log_out(self.limits.farewell).await;
        Ok(trial)
    }

    async fn connect(&self, open: &str) -> Result<Session, ImapError> {
        let (stream, capabilities) = login::log_in(&self.config, &self.limits).await?;
        let mut wire = Wire::new(stream, self.limits.silence);
        let mut folder = Folder::default();
        let name = encode_folder(&self.config.folder).ok_or(ImapError::Folder)?;
        let tag = wire.send(Step::Select, &format!("{open} {name}")).await?;
        let done: Done = wire
            .collect(Step::Select, &tag, self.limits.command, |answer| {
                folder.read(answer);
                Ok(())
            })
            .await?;
        if !done.ok {
            return Err(ImapError::Folder);
        }
        Ok(Session {
            wire,
            capabilities,
            folder,
            read_only: done.code == Some(Code::ReadOnly),
            next: 1,
            width: WINDOW,
        })
    }

    /// Chooses where reading goes on in a folder just opened.
    fn take_up(&mut self, folder: &Folder, stored: Option<Cursor>) {
        let uidvalidity = folder.uidvalidity;
        // Without a UIDVALIDITY no UID means anything in another session.
        let sound = |at: &Cursor| uidvalidity > 0 && at.uidvalidity == uidvalidity;
        let known = self
            .owed
            .as_ref()
            .map(Owed::cursor)
            .or(stored)
            .filter(sound);
        let uidnext = known.map_or(1, |at| at.uidnext);
        // The folder was made anew under its old UIDVALIDITY: what the cursor counted is gone.
        let fell = folder.uidnext.is_some_and(|next| next < uidnext);
        if (stored.is_some() && known.is_none()) || fell {
            tracing::warn!(
                event = "mailbox.reread",
                uidvalidity,
                "the folder's numbering is new: everything in it is read again, nothing twice"
            );
        }
        if fell || known.is_none() || self.owed.is_none() {
            self.partial = None;
            self.owed = Some(Owed::from(Cursor {
                uidvalidity,
                uidnext: if fell { 1 } else { uidnext },
            }));
        }
    }

    /// Looks for the next window of UIDs, or for whatever is new.
    async fn search(&mut self) -> Result<(), ImapError> {
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
        let uids = search_uids(&mut session.wire, &set, limit).await;
        let uids = uids.inspect_err(|error| {
            self.narrow |= matches!(
                error,
                ImapError::Excess {
                    excess: Excess::Line,
                    ..
                }
            );
        })?;
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

    /// The account of these messages is closed: they are on their way into the store.
    fn hand_over(&mut self, messages: Vec<Fetched>) -> Option<Batch> {
        let owed = self.owed.as_mut()?;
        for message in &messages {
            if let Place::Imap { uid, .. } = message.place {
                owed.settle(uid);
                self.facts.remove(&uid);
            }
        }
        let cursor = owed.cursor();
        if messages.is_empty() && self.handed == Some(cursor) {
            return None;
        }
        self.handed = Some(cursor);
        Some(Batch { messages, cursor })
    }
}

/// The UIDs of `set` that are in the folder.
async fn search_uids(wire: &mut Wire, set: &str, limit: Duration) -> Result<Vec<u32>, ImapError> {
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

/// A folder's name as it is said: modified UTF-7 (RFC 3501 section 5.1.3), quoted.
fn encode_folder(name: &str) -> Option<String> {
    quoted(&utf7_imap::encode_utf7_imap(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_said_in_modified_utf_7() {
        for (name, said) in [
            ("INBOX", r#""INBOX""#),
            ("Traités", r#""Trait&AOk-s""#),
            ("Archives/Été & hiver", r#""Archives/&AMk-t&AOk- &- hiver""#),
            (r#"a"b"#, r#""a\"b""#),
        ] {
            assert_eq!(encode_folder(name).as_deref(), Some(said));
        }
    }
}
