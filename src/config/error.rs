//! What can be wrong with a configuration: always one line with the place and the remedy.

use std::fmt;
use std::path::PathBuf;

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of the file, counted from 1.
    File {
        /// The file, as named.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// A variable.
    Environment(String),
    /// A flag of the command.
    Flag(String),
    /// Nowhere: Vigie's own value.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A configuration that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{}: cannot read the configuration", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no file, and something has no default.
    #[error(
        "no configuration file: write one with `vigie config --default > vigie.toml`, \
         then use --config vigie.toml"
    )]
    NoFile,
    /// Not TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// The line.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// A key or section that does not exist.
    #[error("{place}: unknown key {key}{}", hint(.nearest.as_deref()))]
    UnknownKey {
        /// Where.
        place: Place,
        /// `section.key`.
        key: String,
        /// The nearest key that exists.
        nearest: Option<String>,
    },
    /// A number where a text belongs, and the like.
    #[error("{place}: {key} must be {expected}")]
    WrongType {
        /// Where.
        place: Place,
        /// `section.key`.
        key: String,
        /// « a text in quotes ».
        expected: &'static str,
    },
    /// A key that has no default.
    #[error("{key} is missing: {remedy}")]
    Missing {
        /// `section.key`.
        key: &'static str,
        /// What to write.
        remedy: &'static str,
    },
    /// A value that can't be meant.
    #[error("{place}: {key}: {why}")]
    Invalid {
        /// Where.
        place: Place,
        /// `section.key`.
        key: &'static str,
        /// What is wrong and what is expected.
        why: String,
    },
    /// A secret's file can't be read.
    #[error("{place}: {key}: cannot read the secret in {}: put it there, readable by vigie", path.display())]
    Secret {
        /// Where.
        place: Place,
        /// `section.key`.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" (did you mean {nearest}?)"))
}
