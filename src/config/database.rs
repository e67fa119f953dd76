//! Which database: a file, or a server whose password never stands in the URL.

use super::Secret;
use std::path::PathBuf;

/// `[storage]`.
#[derive(Debug, Clone)]
pub struct Storage {
    /// Which database.
    pub database: Database,
}

/// Which database.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite {
        /// Made where absent; its folder too.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// `postgres://user@host/name`, without a password.
        url: url::Url,
        /// The password.
        password: Option<Secret>,
    },
}

impl Database {
    /// The URL for `Store::open`, the password inside: never print it.
    #[must_use]
    pub fn url(&self) -> Secret {
        match self {
            Self::Sqlite { path } => Secret::new(format!("sqlite:{}", path.display())),
            Self::Postgres { url, password } => {
                let mut url = url.clone();
                if let Some(password) = password {
                    // A postgres URL always has a host, so that it can carry a password.
                    let _ = url.set_password(Some(password.expose()));
                }
                Secret::new(url.into())
            }
        }
    }
}

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "{}", path.display()),
            Self::Postgres { url, .. } => write!(f, "{url}"),
        }
    }
}
