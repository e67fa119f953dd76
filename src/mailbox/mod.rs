//! Where messages come from: an IMAP folder or a Maildir. Both give batches of raw messages and
//! change nothing before those are stored.

mod excerpt;
pub mod imap;
mod maildir;

pub use imap::{Imap, ImapError};
pub use maildir::{Maildir, MaildirError};

use std::time::Duration;

use tokio::time::sleep;

use crate::config;

/// A Maildir tells no news by itself and costs little to look at: so often at least.
const LOOK: Duration = Duration::from_secs(1);

/// The source of messages.
#[derive(Debug)]
pub enum Mailbox {
    /// A folder on a server.
    Imap(Box<Imap>),
    /// A folder on this machine.
    Maildir(Maildir),
}

/// Why a mailbox can't be read.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The server, or the way to it.
    #[error(transparent)]
    Imap(#[from] ImapError),
    /// The folder.
    #[error(transparent)]
    Maildir(#[from] MaildirError),
}

/// What a trial found; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// The messages that are there.
    pub messages: u32,
    /// Whether news are told, rather than asked for every `poll`.
    pub told: bool,
}

/// What a mailbox holds, by the names under which the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// A folder's numbering and every UID in it, lowest first.
    Imap {
        /// The folder's UIDVALIDITY.
        uidvalidity: u32,
        /// Every UID.
        uids: Vec<u32>,
    },
    /// Unique file names.
    Maildir {
        /// Every name.
        names: Vec<String>,
    },
}

impl Mailbox {
    /// As configured. Nothing is opened yet.
    #[must_use]
    pub fn new(config: &config::Mailbox) -> Self {
        match &config.source {
            config::Source::Imap(imap) => Self::Imap(Box::new(Imap::new(
                imap.clone(),
                config.max_size,
                imap::Limits::default(),
            ))),
            config::Source::Maildir { path } => {
                Self::Maildir(Maildir::new(path.clone(), config.max_size))
            }
        }
    }

    /// Tries everything up to opening the folder, and changes nothing.
    ///
    /// # Errors
    /// The first step that fails, in words that say what to do.
    pub async fn check(&self) -> Result<Trial, MailboxError> {
        Ok(match self {
            Self::Imap(imap) => {
                let trial = imap.check().await?;
                Trial {
                    messages: trial.messages,
                    told: trial.idle,
                }
            }
            Self::Maildir(maildir) => Trial {
                messages: maildir.check().await?,
                told: false,
            },
        })
    }

    /// Everything that is there; nothing is changed.
    ///
    /// # Errors
    /// The first step that fails.
    pub async fn list(&mut self) -> Result<Listing, MailboxError> {
        Ok(match self {
            Self::Imap(imap) => {
                let (uidvalidity, uids) = imap.list().await?;
                Listing::Imap { uidvalidity, uids }
            }
            Self::Maildir(maildir) => Listing::Maildir {
                names: maildir.begin().await?,
            },
        })
    }

    /// Waits for news, at most `poll`. May be dropped at any time.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn wait(&mut self, poll: Duration) -> Result<(), MailboxError> {
        match self {
            Self::Imap(imap) => imap.wait(poll).await?,
            Self::Maildir(_) => sleep(poll.min(LOOK)).await,
        }
        Ok(())
    }

    /// What was handed over was not stored: the next round begins where the store stands.
    pub fn reset(&mut self) {
        match self {
            Self::Imap(imap) => imap.reset(),
            Self::Maildir(maildir) => maildir.reset(),
        }
    }

    /// Ends a connection with a goodbye.
    pub async fn close(&mut self) {
        if let Self::Imap(imap) = self {
            imap.close().await;
        }
    }
}

impl MailboxError {
    /// Whether trying again soon may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Imap(error) => error.is_transient(),
            Self::Maildir(_) => true,
        }
    }

    /// The closed set of words for counters, health and logs: `auth`, `tls`, `network`, `protocol`,
    /// `folder`.
    #[must_use]
    pub fn token(&self) -> &'static str {
        match self {
            Self::Imap(error) => error.token(),
            Self::Maildir(_) => "folder",
        }
    }
}
