//! A folder of an IMAP server, read by UIDs and without a trace: `BODY.PEEK[]` only, no flag, no
//! EXPUNGE but of UIDs that were copied away.
//!
//! `login` gets a connection, `guard` bounds what it may bring, `wire` speaks commands (with
//! async-imap as the reader of answers), `search` finds, `owed` keeps the account of what was found
//! and taken, `fetch` and `slice` take it, `reconcile` compares the folder with what is stored,
//! `file` moves what is recorded. Any error ends the connection; the account outlives it, so that a message which breaks a session is met alone and last in the next ones.

mod error;
mod fetch;
mod file;
mod guard;
mod listing;
mod login;
mod owed;
mod reconcile;
mod search;
mod slice;
mod wire;
mod withheld;

pub use error::{ImapError, Step};
pub use file::MOVES;
pub use guard::Excess;
pub use reconcile::Window;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use self::fetch::Facts;
use self::login::{Capabilities, quoted};
use self::owed::Owed;
use self::reconcile::Audit;
use self::search::WINDOW;
use self::slice::Partial;
use self::wire::{Code, Done, Folder, Idled, Wire};
use crate::config;
use crate::domain::message::{Cursor, Fetched, Place};

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
    /// For a session, before a new one takes its place: some servers tell a new UIDVALIDITY only
    /// to a SELECT (IMAP-19).
    pub session: Duration,
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
            session: Duration::from_secs(3600),
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
    /// What was told of messages that then did not come.
    told: BTreeMap<u32, Facts>,
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
    /// The UIDs that one search of a comparison asks about.
    audit_width: u32,
    filing: file::State,
    audit: Audit,
}

#[derive(Debug)]
struct Session {
    wire: Wire,
    capabilities: Capabilities,
    folder: Folder,
    read_only: bool,
    opened: Instant,
    /// The sizes told now were compared with those told before.
    compared: bool,
    /// Where the next window begins; 0 once all that was there at SELECT has been looked for.
    next: u32,
    width: u32,
}

impl Imap {
    /// Nothing is connected before the first round. `max_size` in bytes: of a larger message
    /// headers and texts are taken, the rest stays on the server.
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
            told: BTreeMap::new(),
            partial: None,
            slice: slice::SLICE_MIN,
            searching: false,
            failed: None,
            handed: None,
            narrow: false,
            idle_refused: false,
            audit_width: WINDOW,
            filing: file::State::default(),
            audit: Audit::default(),
        }
    }

    /// Begins a round: connects where there is no connection, and looks what is owed. `cursor` is
    /// the store's.
    ///
    /// # Errors
    /// No session comes about; the next call tries anew.
    pub async fn begin(&mut self, cursor: Option<Cursor>) -> Result<(), ImapError> {
        let is_old = |session: &Session| session.opened.elapsed() > self.limits.session;
        if self.session.as_ref().is_some_and(is_old) {
            self.close().await;
        }
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
            // Told while something else was asked: nobody would tell it again.
            if session.wire.has_arrivals() {
                return Ok(());
            }
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
        self.audit = Audit::default();
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
        // Where one may only look, some servers refuse SELECT and not EXAMINE (IMAP-30).
        let mut done = self.open(&mut wire, &mut folder, open, &name).await?;
        let refused = !done.ok && done.code != Some(Code::Unavailable);
        let examined = open != "EXAMINE" && refused;
        if examined {
            folder = Folder::default();
            done = self.open(&mut wire, &mut folder, "EXAMINE", &name).await?;
        }
        match done.code {
            _ if done.ok => (),
            Some(Code::Unavailable) => return Err(ImapError::Unavailable),
            _ => return Err(ImapError::Folder),
        }
        Ok(Session {
            wire,
            capabilities,
            folder,
            read_only: examined || done.code == Some(Code::ReadOnly),
            opened: Instant::now(),
            compared: false,
            next: 1,
            width: WINDOW,
        })
    }

    async fn open(
        &self,
        wire: &mut Wire,
        folder: &mut Folder,
        how: &str,
        name: &str,
    ) -> Result<Done, ImapError> {
        let tag = wire.send(Step::Select, &format!("{how} {name}")).await?;
        wire.collect(Step::Select, &tag, self.limits.command, |answer| {
            folder.read(answer);
            Ok(())
        })
        .await
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
            self.told.clear();
            self.audit = Audit::default();
            self.owed = Some(Owed::from(Cursor {
                uidvalidity,
                uidnext: if fell { 1 } else { uidnext },
            }));
        }
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
