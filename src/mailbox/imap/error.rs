//! What can go wrong between us and an IMAP server, in words that say what to do.
//!
//! No variant holds a server's answer or a parser's: both may quote mail, names or addresses.

use std::fmt;
use std::io;
use std::time::Duration;

use super::guard::Excess;
use crate::tls::TlsError;

/// Why an IMAP session came to nothing or to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// The name server knows no such host, or does not answer.
    #[error(
        "the mail server's name has no address: check the host in [mailbox] url and this machine's DNS"
    )]
    Resolve(#[source] io::Error),
    /// No address of the host accepted a connection.
    #[error(
        "the mail server can't be reached: check host and port in [mailbox] url and the firewall"
    )]
    Connect(#[source] io::Error),
    /// No protected connection came about.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// STARTTLS is asked for and not offered: a stripped offer looks just so.
    #[error("the mail server does not offer STARTTLS: nothing was sent in clear; try imaps://")]
    NoStartTls,
    /// Bytes stood behind the answer to STARTTLS, before the handshake (CVE-2011-0411 and kin).
    #[error(
        "the mail server spoke between STARTTLS and the handshake: an injection, nothing was sent"
    )]
    Injected,
    /// Neither LOGIN nor AUTHENTICATE PLAIN is offered here.
    #[error(
        "the mail server takes no password on this connection: use imaps:// or imap+starttls://"
    )]
    NoLogin,
    /// User or password refused.
    #[error("the mail server refused the login: check [mailbox] user and password_file")]
    LoginRefused,
    /// The server can't log anybody in for now, or has too many connections of ours (RFC 5530).
    #[error("the mail server is unavailable for now")]
    Unavailable,
    /// The folder can't be opened.
    #[error("the mail folder can't be opened: check [mailbox] folder")]
    Folder,
    /// No byte came for the whole limit.
    #[error("the mail server said nothing for {} s during {step}", limit.as_secs())]
    Silent {
        /// What we were doing.
        step: Step,
        /// How long we waited.
        limit: Duration,
    },
    /// Bytes came, but the step did not end within its limit.
    #[error("the mail server did not end {step} within {} s", limit.as_secs())]
    Slow {
        /// What we were doing.
        step: Step,
        /// How long we waited.
        limit: Duration,
    },
    /// The connection ended.
    #[error("the mail server closed the connection during {step}")]
    Closed {
        /// What we were doing.
        step: Step,
    },
    /// `* BYE`.
    #[error("the mail server said goodbye during {step}")]
    Bye {
        /// What we were doing.
        step: Step,
    },
    /// Reading or writing failed.
    #[error("the connection to the mail server failed during {step}")]
    Io {
        /// What we were doing.
        step: Step,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Bytes that are no IMAP, or an answer that can't be.
    #[error("the mail server's answer to {step} can't be understood")]
    NotUnderstood {
        /// What we were doing.
        step: Step,
    },
    /// A line, a literal or a nesting beyond what a sound answer needs.
    #[error("the mail server's answer to {step} was cut off: {excess}")]
    Excess {
        /// What we were doing.
        step: Step,
        /// What was too much.
        excess: Excess,
    },
    /// A tagged NO or BAD.
    #[error("the mail server refused {step}")]
    Refused {
        /// What we were doing.
        step: Step,
    },
}

/// What a session is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Waiting for the first line.
    Greeting,
    /// STARTTLS and the handshake.
    Tls,
    /// CAPABILITY, LOGIN, AUTHENTICATE.
    Login,
    /// SELECT or EXAMINE.
    Select,
    /// UID SEARCH and the NOOP before it.
    Search,
    /// UID FETCH of sizes and dates.
    Sizes,
    /// UID FETCH of bodies.
    Bodies,
    /// MOVE, COPY, STORE, UID EXPUNGE, CREATE.
    Move,
    /// IDLE.
    Idle,
    /// LOGOUT.
    Logout,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "the greeting",
            Self::Tls => "the TLS handshake",
            Self::Login => "the login",
            Self::Select => "the opening of the folder",
            Self::Search => "the search",
            Self::Sizes => "the reading of sizes",
            Self::Bodies => "the reading of messages",
            Self::Move => "the filing of messages",
            Self::Idle => "the wait for news",
            Self::Logout => "the logout",
        })
    }
}

impl ImapError {
    /// Whether trying again soon may help. Where not, somebody must change something first, so the
    /// tries are few: a wrong password tried every second locks the account.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        !matches!(
            self,
            Self::LoginRefused | Self::NoLogin | Self::NoStartTls | Self::Injected | Self::Folder
        ) && !matches!(self, Self::Tls(error) if !matches!(error, TlsError::Handshake(_)))
    }

    /// The closed set of words for counters, health and logs: `auth`, `tls`, `network`, `protocol`.
    #[must_use]
    pub fn token(&self) -> &'static str {
        match self {
            Self::LoginRefused | Self::NoLogin => "auth",
            Self::Tls(_) | Self::NoStartTls | Self::Injected => "tls",
            Self::Resolve(_)
            | Self::Connect(_)
            | Self::Unavailable
            | Self::Silent { .. }
            | Self::Slow { .. }
            | Self::Closed { .. }
            | Self::Bye { .. }
            | Self::Io { .. } => "network",
            Self::Folder
            | Self::NotUnderstood { .. }
            | Self::Excess { .. }
            | Self::Refused { .. } => "protocol",
        }
    }

    /// What a failed read or write means. The parser's own errors quote what they could not read
    /// and are dropped here; those of the system are kept.
    pub(super) fn of_io(step: Step, silence: Duration, error: io::Error) -> Self {
        if let Some(excess) = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Excess>())
        {
            return Self::Excess {
                step,
                excess: *excess,
            };
        }
        match error.kind() {
            io::ErrorKind::TimedOut => Self::Silent {
                step,
                limit: silence,
            },
            io::ErrorKind::UnexpectedEof => Self::Closed { step },
            io::ErrorKind::Other => Self::NotUnderstood { step },
            _ => Self::Io {
                step,
                source: error,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parsers_error_never_shows_what_it_read() {
        let error = io::Error::other("during parsing of \"Subject: secret\"");
        let shown = ImapError::of_io(Step::Bodies, Duration::from_secs(1), error);
        assert!(!format!("{shown:?} {shown}").contains("secret"));
    }

    #[test]
    fn a_refused_login_is_not_tried_again_soon() {
        assert!(!ImapError::LoginRefused.is_transient());
        assert!(ImapError::Unavailable.is_transient());
        assert!(ImapError::Closed { step: Step::Login }.is_transient());
        assert!(!ImapError::Tls(TlsError::NoAuthority).is_transient());
    }
}
