//! The configuration: one file, the environment and flags, read once into a checked [`Config`].
//!
//! What was typed ([`Typed`]) and what it means ([`Config`]) are two types: the first knows every
//! value's origin and line, the second cannot be wrong. Secrets come from files only and never
//! print. Keys that nothing reads yet are refused like any other unknown key.

mod alarm;
mod check;
mod database;
mod error;
mod hours;
mod keys;
mod reader;
mod secret;
mod typed;
mod value;
mod web;

pub use alarm::{Alarm, AlarmMail, Webhook};
pub use database::{Database, Storage};
pub use error::{ConfigError, Place};
pub use secret::Secret;
pub use typed::{Setting, Sources, Typed};

use crate::domain::decision::{Limits, Mode, Policy};
use crate::domain::escalation::Escalation;
use crate::domain::hours::{Hours, Worked};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The annotated sample that `vigie config --default` prints.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Everything that Vigie was told, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who answers: printed in every mail.
    pub service: Service,
    /// Where declarations arrive.
    pub mailbox: Mailbox,
    /// Where our mails leave.
    pub smtp: Sending,
    /// When and how often we write.
    pub replies: Replies,
    /// When the support is at work, in the zone of [`Service::timezone`].
    pub hours: Hours,
    /// Who stands behind the support; absent: nobody is named.
    pub escalation: Option<Escalation>,
    /// When a declarant hears of us next, if we say so.
    pub next_news: Option<Worked>,
    /// Domains whose people are told the number behind the support's, lower case.
    pub known_domains: Vec<String>,
    /// A form definition that replaces the embedded SI-Samu form.
    pub form: Option<PathBuf>,
    /// The console.
    pub web: Web,
    /// How people come into it.
    pub auth: Auth,
    /// The database.
    pub storage: Storage,
    /// The log.
    pub log: Log,
    /// Whom to call when something is wrong.
    pub alarm: Alarm,
}

impl Config {
    /// The addresses that are ours, lower case, each once: the mailbox's and its aliases, the
    /// sender's, and the mailbox's user where that is an address.
    #[must_use]
    pub fn own_addresses(&self) -> Vec<String> {
        let mut own = vec![
            self.mailbox.address.to_lowercase(),
            self.smtp.from.address.to_lowercase(),
        ];
        if let Source::Imap(imap) = &self.mailbox.source
            && imap.user.contains('@')
        {
            own.push(imap.user.to_lowercase());
        }
        own.extend(self.mailbox.aliases.iter().cloned());
        own.sort();
        own.dedup();
        own
    }

    /// What `decide` needs to know of it.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            mode: self.replies.mode,
            // Durations are bounded when they are read, far below what a TimeDelta holds.
            hold: TimeDelta::from_std(self.replies.hold).unwrap_or(TimeDelta::MAX),
            limits: self.replies.limits,
            never_to: self.replies.never_to.clone(),
            own_addresses: self.own_addresses(),
        }
    }
}

/// `[service]`.
#[derive(Debug, Clone)]
pub struct Service {
    /// As it signs; no default, so that another desk never prints ours by accident.
    pub name: String,
    /// The telephone number printed in every mail, as it is to be read.
    pub phone: String,
    /// The prefix of references: `INC`.
    pub mark: String,
    /// Where times are shown.
    pub timezone: Tz,
    /// The file of the installation's key; absent: one is made at first start and stored.
    pub key_file: Option<PathBuf>,
}

/// `[mailbox]`.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// IMAP or a Maildir.
    pub source: Source,
    /// How often to look; with IDLE, the net under it.
    pub poll: Duration,
    /// Bytes above which a message's body stays on the server.
    pub max_size: u64,
    /// Whether the mailbox takes `box+token@domain`.
    pub plus_address: bool,
    /// From when on messages are answered; older ones are recorded only.
    pub answer_from: AnswerFrom,
    /// The address that people write to.
    pub address: String,
    /// Other addresses that lead to this mailbox, lower case.
    pub aliases: Vec<String>,
    /// The name that the receiving server writes into `Authentication-Results` (RFC 8601,
    /// authserv-id), lower case; without it no sender counts as proved.
    pub authserv_id: Option<String>,
}

/// Where messages come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// An IMAP server.
    Imap(Imap),
    /// A Maildir, with its `new/` and `cur/`.
    Maildir {
        /// The folder that holds `new`, `cur` and `tmp`.
        path: PathBuf,
    },
}

impl Source {
    /// The stable name under which the store keeps this mailbox's cursor.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Imap(imap) => format!("imap:{}@{}/{}", imap.user, imap.host, imap.folder),
            Self::Maildir { path } => format!("maildir:{}", path.display()),
        }
    }
}

/// An IMAP account and folder.
#[derive(Debug, Clone)]
pub struct Imap {
    /// `imaps://`, `imap+starttls://` or, on loopback only, `imap://`.
    pub security: Security,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port: 993 or 143 unless given.
    pub port: u16,
    /// User of LOGIN or PLAIN.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// PEM file of the authority to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The folder to read: `INBOX`.
    pub folder: String,
    /// Where recorded messages are moved; absent: left alone.
    pub done_folder: Option<String>,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// A plain greeting, then STARTTLS, always.
    StartTls,
    /// No protection: loopback only.
    Plain,
}

/// From when on messages are answered (by INTERNALDATE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFrom {
    /// The instant of the very first start.
    FirstStart,
    /// A given instant.
    Since(DateTime<Utc>),
}

/// `[smtp]`.
#[derive(Debug, Clone)]
pub struct Sending {
    /// A server, or a folder.
    pub transport: Transport,
    /// Our From.
    pub from: Sender,
}

/// Where mails go.
#[derive(Debug, Clone)]
pub enum Transport {
    /// A submission server.
    Smtp(Smtp),
    /// One `.eml` file a mail.
    Folder {
        /// Made where absent.
        path: PathBuf,
    },
}

/// A submission server.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// `smtps://`, `smtp+starttls://` or, on loopback only, `smtp://`.
    pub security: Security,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port: 465, 587 or 25 unless given.
    pub port: u16,
    /// User and password, where the server wants them.
    pub login: Option<Login>,
    /// PEM file of the authority to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// A user and their password.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// A From: an address and the name beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// « Support SI-Samu ».
    pub name: Option<String>,
    /// `local@domain`, as typed.
    pub address: String,
}

impl Sender {
    /// The part after the last `@`, as typed.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain)
    }
}

/// `[replies]`.
#[derive(Debug, Clone)]
pub struct Replies {
    /// Whether mails leave by themselves.
    pub mode: Mode,
    /// How long a mail can be held back before it leaves.
    pub hold: Duration,
    /// Decision 2 of the specification: over a limit, the mail is held and shown.
    pub limits: Limits,
    /// How long after a mail the same words from the same sender are taken for the same
    /// declaration; zero: never.
    pub duplicate_within: Duration,
    /// An unsent automatic mail older than this waits for a person.
    pub max_age: Duration,
    /// How long after a request the one reminder leaves.
    pub reminder_after: Worked,
    /// How long after a request without an answer a person telephones.
    pub call_after: Worked,
    /// Addresses never written to, `*` standing for anything.
    pub never_to: Vec<String>,
    /// A folder of templates that replace the embedded ones.
    pub templates: Option<PathBuf>,
}

/// `[web]`.
#[derive(Debug, Clone)]
pub struct Web {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Under which origin browsers reach it, without a slash at its end; `None`: this machine only.
    pub public_url: Option<String>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
}

/// `[auth]`: how people come into the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// By accounts that `vigie user` makes.
    Local,
    /// Nobody is asked: whoever reaches the console, which only this machine does, may do everything.
    None,
}

/// `[log]`.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// Absent: text on a terminal, JSON elsewhere.
    pub format: Option<LogFormat>,
    /// The least level that is written.
    pub level: Level,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For eyes.
    Text,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Failures only.
    Error,
    /// And what deserves a look.
    Warn,
    /// And what happens.
    Info,
    /// And why.
    Debug,
    /// And each step.
    Trace,
}

impl Level {
    /// The level with that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Error,
            Self::Warn,
            Self::Info,
            Self::Debug,
            Self::Trace,
        ]
        .into_iter()
        .find(|level| level.as_str() == word)
    }

    /// The word in the configuration and for the log's filter.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// A checked configuration, and what deserves a warning.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// One line each: a secret's file that everyone can read.
    pub warnings: Vec<String>,
}

/// Reads and checks `file` with the environment and no flag: what `serve` and its kin start from.
///
/// # Errors
/// The first thing that is wrong, with its place and what to do.
pub fn load(file: &Path, environment: Vec<(String, String)>) -> Result<Loaded, ConfigError> {
    Typed::read(&Sources {
        file: Some(file.to_owned()),
        environment,
        flags: Vec::new(),
    })?
    .check()
}
