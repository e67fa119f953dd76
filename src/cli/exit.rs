//! Exit codes, and which one an error chain means.

use crate::config::ConfigError;
use crate::mailbox::MailboxError;
use crate::store::{OpenError, StoreError};
use crate::transport::TransportError;
use std::io;
use std::process::ExitCode;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed while running.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// The configuration is invalid.
    Configuration = 3,
    /// Mailbox or sending unreachable.
    Unreachable = 4,
    /// Database or storage.
    Storage = 5,
    /// `parse --strict`: at least one message could not be read.
    Unread = 6,
    /// `score --min`: below.
    Below = 7,
    /// What it acts on changed meanwhile: look again.
    Conflict = 8,
    /// Interrupted.
    Interrupted = 130,
}

/// What scripts may rely on, for `vigie --help`.
pub(super) const CODES: &str = "\
Exit codes:
    0  done (parse: done, whatever is missing in the message)
    1  failed while running
    2  wrong usage, or --yes missing
    3  configuration invalid
    4  mailbox or sending unreachable
    5  database or storage
    6  parse --strict: at least one message could not be read
    7  score --min: below
    8  what it acts on changed meanwhile: look again
  130  interrupted
";

impl Exit {
    /// The code that an error chain means: the first cause that belongs to a code decides. A reader
    /// that closed its end of the pipe (`vigie … | head -1`) has what it wanted: done.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        // A context is found through the error, a cause through its chain.
        if let Some(coded) = error.downcast_ref::<Coded>() {
            return coded.exit;
        }
        for cause in error.chain() {
            if cause.is::<ConfigError>() {
                return Self::Configuration;
            }
            if cause.is::<MailboxError>() || cause.is::<TransportError>() {
                return Self::Unreachable;
            }
            if let Some(StoreError::Conflict(_)) = cause.downcast_ref() {
                return Self::Conflict;
            }
            if cause.is::<StoreError>() || cause.is::<OpenError>() {
                return Self::Storage;
            }
            if let Some(error) = cause.downcast_ref::<io::Error>()
                && error.kind() == io::ErrorKind::BrokenPipe
            {
                return Self::Done;
            }
        }
        Self::Failed
    }
}

/// A context that says which code its error means.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(super) struct Coded {
    exit: Exit,
    text: String,
}

impl Coded {
    pub(super) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code 8 was given, and stood nowhere.
    #[test]
    fn every_exit_code_is_told_by_the_help() {
        for exit in [
            Exit::Done,
            Exit::Failed,
            Exit::Usage,
            Exit::Configuration,
            Exit::Unreachable,
            Exit::Storage,
            Exit::Unread,
            Exit::Below,
            Exit::Conflict,
            Exit::Interrupted,
        ] {
            let start = format!("{:>5}  ", exit as u8);
            let told = CODES.lines().filter(|line| line.starts_with(&start));
            assert_eq!(told.count(), 1, "{exit:?}");
        }
    }

    #[test]
    fn what_changed_meanwhile_has_a_code_of_its_own() {
        let changed = StoreError::Conflict("the incident");
        let error = anyhow::Error::new(changed).context("it can't be kept");
        assert_eq!(Exit::of(&error), Exit::Conflict);
        let broken = StoreError::Interrupted;
        assert_eq!(Exit::of(&anyhow::Error::new(broken)), Exit::Storage);
    }
}
