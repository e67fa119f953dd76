//! Where mails leave: an SMTP server, or a folder with one file a mail. And a webhook for alarms.
//!
//! A connection cut after the final dot leaves nobody knowing whether the server took the mail (RFC
//! 1047): such a mail is in doubt ([`Delivery`]) and never sent again by itself. So a transport asks
//! right before the first byte of the mail itself leaves, and not sooner, whether it may begin: what
//! ends before that moment is in no doubt.

mod folder;
mod smtp;
mod webhook;

pub use folder::Folder;
pub use smtp::{Smtp, Timeouts};
pub use webhook::{Webhook, WebhookError};

use crate::config;
use crate::domain::outgoing::OutboxMail;
use crate::tls::TlsError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A configured way out.
#[derive(Debug)]
pub enum Transport {
    /// A submission server.
    Smtp(Box<Smtp>),
    /// A folder.
    Folder(Folder),
}

/// What became of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The server took it.
    Accepted,
    /// It did not leave, and may later.
    Temporary(Failure),
    /// The server will not take it.
    Permanent(Failure),
    /// Nobody knows.
    InDoubt(Failure),
    /// It did not leave: whoever was asked said no, or it was stopped before its final dot.
    Withdrawn,
}

/// What failed, without a word of the server's answer, which may hold addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Where it failed.
    pub stage: Stage,
    /// How.
    pub cause: Cause,
}

impl Failure {
    /// For the outbox and for logs: `rcpt 550`, `connect refused`, `data timeout`.
    #[must_use]
    pub fn token(&self) -> String {
        let stage = self.stage.as_str();
        match self.cause {
            Cause::Code(code) => format!("{stage} {code}"),
            Cause::Timeout => format!("{stage} timeout"),
            Cause::Cut => format!("{stage} cut"),
            Cause::Refused => format!("{stage} refused"),
        }
    }

    /// Whether other mails would fail alike: what must be mended is ours or the server's (SND-04).
    /// So it is wherever no recipient was named yet, but for a 4xx to MAIL, and with the answers
    /// that mean « I am closing » and « log in first » at any stage.
    #[must_use]
    pub fn is_service(&self) -> bool {
        match self.cause {
            Cause::Code(421 | 530..=539) => true,
            Cause::Code(400..=499) if self.stage == Stage::Mail => false,
            _ => self.is_before_the_recipient(),
        }
    }

    /// Whether it failed before anything of the mail but its sender was said: the try says nothing
    /// about the mail.
    #[must_use]
    pub fn is_before_the_recipient(&self) -> bool {
        !matches!(self.stage, Stage::Rcpt | Stage::Data | Stage::Dot)
    }
}

/// How far a send came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Name and TCP connection.
    Connect,
    /// TLS or STARTTLS.
    Tls,
    /// Greeting and EHLO.
    Greeting,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA and the mail itself, the final dot not written.
    Data,
    /// After the final dot.
    Dot,
    /// Writing a file.
    Folder,
}

impl Stage {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Login => "login",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Dot => "dot",
            Self::Folder => "folder",
        }
    }
}

/// How a stage failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The server's code.
    Code(u16),
    /// It said nothing for too long.
    Timeout,
    /// The connection ended or made no sense.
    Cut,
    /// It can't be done: no such host, no TLS, no known login, no write access.
    Refused,
}

/// Why mails can't leave, for `vigie check`.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address can't be reached.
    #[error("the server cannot be reached: check the host and port in [smtp] url")]
    Unreachable(#[source] io::Error),
    /// It did not answer in time.
    #[error("the server did not answer in time ({})", .0.as_str())]
    Silent(Stage),
    /// The connection ended, or what came was no SMTP.
    #[error("the server broke the connection ({})", .0.as_str())]
    Broken(Stage),
    /// TLS failed.
    #[error("no protected connection")]
    Tls(#[from] TlsError),
    /// The server does not offer STARTTLS, or somebody took the offer away.
    #[error("the server offers no STARTTLS, nothing was sent: check [smtp] url")]
    NoStartTls,
    /// A command was refused.
    #[error("the server refused ({} {code})", stage.as_str())]
    Refused {
        /// Which.
        stage: Stage,
        /// Its code.
        code: u16,
    },
    /// User or password are wrong, or the login is not allowed.
    #[error("user or password refused: check [smtp] user and the file loaded as password")]
    Login,
    /// No login of ours is offered.
    #[error("the server offers neither AUTH PLAIN nor LOGIN")]
    NoLogin,
    /// The folder can't be written.
    #[error("cannot write into {}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Transport {
    /// The way out that the configuration names. Nothing is opened yet.
    #[must_use]
    pub fn new(config: &config::Transport) -> Self {
        match config {
            config::Transport::Smtp(smtp) => {
                Self::Smtp(Box::new(Smtp::new(smtp.clone(), Timeouts::default())))
            }
            config::Transport::Folder { path } => Self::Folder(Folder::new(path.clone())),
        }
    }

    /// Sends one mail. Every wait inside has a limit. `begin` is awaited once the server has
    /// accepted the recipient, right before DATA; where it says no, nothing is sent. When `stop`
    /// ends, so does the send, unless the server may have the mail already.
    pub async fn send(
        &self,
        mail: &OutboxMail,
        begin: impl Future<Output = bool>,
        stop: impl Future<Output = ()>,
    ) -> Delivery {
        match self {
            Self::Smtp(smtp) => smtp.send(mail, begin, stop).await,
            Self::Folder(folder) => folder.send(mail, begin).await,
        }
    }

    /// The longest that a send can take, all its limits together (SND-09): a lease lasts longer.
    #[must_use]
    pub fn longest(&self) -> Duration {
        match self {
            Self::Smtp(smtp) => smtp.longest(),
            Self::Folder(_) => Duration::from_secs(60),
        }
    }

    /// Whether a server that accepted DATA still owes its answer to the mail: a process that ends
    /// now leaves it in doubt.
    #[must_use]
    pub fn is_owed_an_answer(&self) -> bool {
        match self {
            Self::Smtp(smtp) => smtp.is_owed_an_answer(),
            Self::Folder(_) => false,
        }
    }

    /// Tries everything but a mail.
    ///
    /// # Errors
    /// The first thing that fails, in words for the operator.
    pub async fn check(&self) -> Result<(), TransportError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Folder(folder) => folder.check().await,
        }
    }

    /// Closes the connections that are kept open.
    pub async fn close(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.close().await;
        }
    }
}
