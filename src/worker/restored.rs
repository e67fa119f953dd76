//! After a restore: what had been moved to the done folder since the copy was made is in no database.
//! That folder is read once, as a mailbox of its own; what is known of it is known by its bytes, and
//! what is new is answered by nobody but a person (STO-10).

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::mailbox::{Imap, ImapError, Mailbox, MailboxError};
use crate::store::Holder;

use super::fetch::{FetchError, Fetching, Round, take_imap};

/// Reads the done folder, if the database was restored and it was not read since. `first` is when
/// the mailbox was first read: it holds for the folder too.
///
/// # Errors
/// What came before the failure is stored; the next round begins anew, and stores nothing twice.
pub(super) async fn read_done(
    mailbox: &Mailbox,
    fetching: &Fetching,
    first: DateTime<Utc>,
    token: &CancellationToken,
) -> Result<(), FetchError> {
    let store = &fetching.store;
    let Some(made) = store.restored().await? else {
        return Ok(());
    };
    if let Mailbox::Imap(imap) = mailbox
        && let Some((name, mut done)) = imap.done()
    {
        let there = Fetching {
            name,
            ..fetching.clone()
        };
        store.first_start(&there.name, first).await?;
        if let Holder::Other(_) = store.take_mailbox(&there.name).await? {
            return Ok(());
        }
        let mut round = Round::default();
        match whole(&mut done, &there, token, &mut round).await {
            // Nothing was ever moved.
            Err(FetchError::Mailbox(MailboxError::Imap(ImapError::Folder))) => (),
            read => read?,
        }
        done.close().await;
        if token.is_cancelled() {
            return Ok(());
        }
        store.give_mailbox(&there.name).await?;
        tracing::info!(
            event = "mailbox.done_read",
            fetched = round.fetched,
            new = round.new,
            backup_at = %made.to_rfc3339(),
            "the done folder was read again after a restore"
        );
    }
    store.done_folder_read(fetching.clock.now()).await?;
    Ok(())
}

async fn whole(
    done: &mut Imap,
    there: &Fetching,
    token: &CancellationToken,
    round: &mut Round,
) -> Result<(), FetchError> {
    loop {
        take_imap(done, there, token, round).await?;
        if !round.midway || token.is_cancelled() {
            return Ok(());
        }
    }
}
