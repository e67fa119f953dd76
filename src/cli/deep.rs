//! `vigie check --deep` and `--audit`: everything that is stored, looked through, the ledger held
//! against the mailbox, and the journal.

use super::Exit;
use super::check::{Fault, Found};
use crate::config::{Config, Database};
use crate::mailbox::{Listing, Mailbox};
use crate::store::{Chained, Deep, Lacking, Store};

/// Places that the store is asked about at once.
const PLACES: usize = 10_000;

/// Faults shown one by one; of more only the number is told.
const SHOWN: usize = 20;

/// What was asked for of `--deep` and `--audit`; `is_offline` leaves out the mailbox.
pub(super) async fn asked(
    config: &Config,
    is_deep: bool,
    is_audit: bool,
    is_offline: bool,
) -> Vec<Found> {
    let mut found = Vec::new();
    if is_audit {
        found.extend(journal(config).await);
    }
    if is_deep {
        found.extend(all(config, is_offline).await);
    }
    found
}

/// Whether the journal is whole; nothing where there is no database yet, which another check tells.
async fn journal(config: &Config) -> Option<Found> {
    let looked = Store::look(config.storage.database.url().expose()).await;
    let Ok((store, Lacking::Nothing)) = looked else {
        return None;
    };
    let checked = store.check_journal().await;
    store.close().await;
    let what = |text: String| failed("journal", Exit::Storage, text);
    Some(match checked {
        Ok(Chained::Whole(lines)) => Found {
            name: "journal",
            result: Ok(format!("{lines} lines, each chained to the one before")),
        },
        Ok(Chained::Broken(line)) => what(format!(
            "line {line} is not what was written, or one before it is gone"
        )),
        Ok(Chained::Short) => what("its last lines are gone".to_owned()),
        Err(error) => what(error.to_string()),
    })
}

/// All checks; `is_offline` leaves out the mailbox.
async fn all(config: &Config, is_offline: bool) -> Vec<Found> {
    if let Database::Sqlite { path } = &config.storage.database
        && !path.exists()
    {
        return Vec::new();
    }
    let looked = Store::look(config.storage.database.url().expose()).await;
    // The plain check has told a fault, and what is missing.
    let Ok((store, Lacking::Nothing)) = looked else {
        return Vec::new();
    };
    let mut found = match store.deep().await {
        Ok(deep) => stored(&deep),
        Err(error) => vec![failed("stored", Exit::Storage, error.to_string())],
    };
    if !is_offline {
        found.push(match ledger(config, &store).await {
            Ok(found) => found,
            Err(error) => failed("ledger", Exit::Unreachable, format!("{error:#}")),
        });
    }
    store.close().await;
    found
}

fn stored(deep: &Deep) -> Vec<Found> {
    let mut found: Vec<Found> = deep
        .faults
        .iter()
        .take(SHOWN)
        .map(|fault| {
            failed(
                "stored",
                Exit::Storage,
                format!("{}: {}", fault.invariant, fault.text),
            )
        })
        .collect();
    if deep.faults.len() > SHOWN {
        let text = format!("{} more faults", deep.faults.len() - SHOWN);
        found.push(failed("stored", Exit::Storage, text));
    }
    if found.is_empty() {
        found.push(Found {
            name: "stored",
            result: Ok(format!(
                "{} messages with their bytes as they were, everything in its place",
                deep.messages
            )),
        });
    }
    found
}

/// Everything below the cursor that the mailbox shows must be stored (N1).
async fn ledger(config: &Config, store: &Store) -> anyhow::Result<Found> {
    let name = config.mailbox.source.name();
    let (mut there, mut missing) = (0, Vec::new());
    match Mailbox::new(&config.mailbox).list().await? {
        Listing::Imap { uidvalidity, uids } => {
            let Some(cursor) = store.cursor(&name).await? else {
                return Ok(Found {
                    name: "ledger",
                    result: Ok("the mailbox was not read yet".to_owned()),
                });
            };
            if cursor.uidvalidity != uidvalidity {
                return Ok(Found {
                    name: "ledger",
                    result: Ok("the mailbox's numbering is new: all of it is read again".to_owned()),
                });
            }
            for some in uids.chunks(PLACES) {
                let known = store.known_uids(&name, uidvalidity, some).await?;
                let below = some.iter().filter(|uid| **uid < cursor.uidnext);
                there += some.len();
                missing.extend(
                    below
                        .filter(|uid| !known.contains_key(uid))
                        .map(u32::to_string),
                );
            }
        }
        // A file that was delivered a moment ago is no fault: nothing tells it from a lost one.
        Listing::Maildir { names } => {
            for some in names.chunks(PLACES) {
                let known = store.known_names(&name, some).await?;
                there += some.len();
                missing.extend(some.iter().filter(|name| !known.contains(*name)).cloned());
            }
        }
    }
    if missing.is_empty() {
        return Ok(Found {
            name: "ledger",
            result: Ok(format!(
                "{there} messages are in the mailbox, all of them stored"
            )),
        });
    }
    let shown: Vec<&str> = missing.iter().take(SHOWN).map(String::as_str).collect();
    let text = format!(
        "N1: {} of the {there} messages in the mailbox are not stored: {}",
        missing.len(),
        shown.join(" ")
    );
    Ok(failed("ledger", Exit::Storage, text))
}

fn failed(name: &'static str, exit: Exit, text: String) -> Found {
    let remedy = match exit {
        Exit::Unreachable => "check [mailbox] in the configuration, and the network to that place",
        _ => "keep a copy of the database as it is, then restore the last good backup",
    };
    Found {
        name,
        result: Err(Fault {
            exit,
            text,
            remedy: remedy.to_owned(),
        }),
    }
}
