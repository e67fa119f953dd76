//! The folder against the ledger, after each round of fetching: what is in the folder and not in the
//! ledger is fetched after all; health is told of what is left of a difference (pain 7; N1, N8; IMAP-20).
//!
//! A row whose message is no longer in the folder is no fault: people move and delete mail.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::fetch::{FetchError, Fetching};
use crate::mailbox::{Imap, ImapError, MailboxError};

/// So many of the newest and of the oldest messages have their sizes compared once a session.
const SAMPLE: usize = 250;

/// Compares; gives true where something is to be fetched again in this round.
pub(super) async fn reconcile(
    imap: &mut Imap,
    fetching: &Fetching,
    token: &CancellationToken,
) -> Result<bool, FetchError> {
    let Some(uidvalidity) = imap.audits_under() else {
        return Ok(false);
    };
    let (store, name) = (&fetching.store, fetching.name.as_str());
    let ledger = store.ledger_size(name, uidvalidity).await?;
    if !imap.is_audit_due(ledger) {
        imap.passed_over();
        return Ok(false);
    }
    let (mut missing, mut known) = (Vec::new(), BTreeMap::new());
    let (mut pending, mut fresh, mut from) = (0, 0, 1);
    loop {
        let Some(window) = cancellable(imap, token, async |imap| imap.window(from).await).await?
        else {
            return Ok(false);
        };
        let stored = store.known_uids(name, uidvalidity, &window.uids).await?;
        let absent = |uid: &&u32| !stored.contains_key(uid);
        missing.extend(window.uids.iter().filter(absent).copied());
        known.extend(stored);
        pending += window.pending;
        fresh += window.fresh;
        match window.next {
            Some(next) => from = next,
            None => break,
        }
    }
    let accounted = known.len() as u64;
    let shown = accounted + missing.len() as u64 + pending;
    let server = shown.max(imap.exists().saturating_sub(fresh));
    if !missing.is_empty() {
        tracing::warn!(
            event = "mailbox.gap",
            uidvalidity,
            missing = missing.len(),
            first = missing.first(),
            "messages in the folder are not recorded: they are fetched now"
        );
        imap.reopen(&missing);
        imap.found_gap();
        fetching
            .health
            .reconciled(server, accounted, fetching.clock.now());
        return Ok(true);
    }
    if imap.compares_sizes() {
        let sample = sample(&known);
        let Some(told) = cancellable(imap, token, async |imap| imap.sizes(&sample).await).await?
        else {
            return Ok(false);
        };
        let others = others(&known, &told);
        imap.audited(ledger, others.is_empty() && accounted == server);
        if !others.is_empty() {
            if others.len() * 2 >= told.len() {
                imap.reread();
            } else {
                imap.reopen(&others);
            }
            return Ok(true);
        }
    }
    imap.audited(ledger, accounted == server);
    fetching
        .health
        .reconciled(server, accounted, fetching.clock.now());
    Ok(false)
}

/// What a person wants the server asked for again.
pub(super) async fn ask_again(
    imap: &mut Imap,
    fetching: &Fetching,
) -> Result<Vec<u32>, FetchError> {
    let Some(uidvalidity) = imap.audits_under() else {
        return Ok(Vec::new());
    };
    let store = &fetching.store;
    let uids = store.asked_again(&fetching.name, uidvalidity).await?;
    imap.reopen(&uids);
    Ok(uids)
}

/// Those of `asked` that are neither owed nor stored by now are no longer in the folder.
pub(super) async fn asked(
    imap: &Imap,
    fetching: &Fetching,
    asked: &[u32],
) -> Result<(), FetchError> {
    let over: Vec<u32> = asked
        .iter()
        .copied()
        .filter(|uid| !imap.owes(*uid))
        .collect();
    if let (Some(uidvalidity), false) = (imap.audits_under(), over.is_empty()) {
        let store = &fetching.store;
        store.are_gone(&fetching.name, uidvalidity, &over).await?;
    }
    Ok(())
}

/// Only a wait for the network is given up, and its session with it.
async fn cancellable<T>(
    imap: &mut Imap,
    token: &CancellationToken,
    act: impl AsyncFnOnce(&mut Imap) -> Result<T, ImapError>,
) -> Result<Option<T>, FetchError> {
    match token.run_until_cancelled(act(imap)).await {
        Some(done) => Ok(Some(done.map_err(MailboxError::from)?)),
        None => {
            imap.reset();
            Ok(None)
        }
    }
}

/// Messages whose sizes are compared: a folder that was made anew shows in any of them.
fn sample(known: &BTreeMap<u32, Option<u64>>) -> Vec<u32> {
    let told: Vec<u32> = known
        .iter()
        .filter_map(|(uid, size)| size.map(|_| *uid))
        .collect();
    let oldest = told.iter().take(SAMPLE);
    let newest = told
        .iter()
        .skip(SAMPLE.max(told.len().saturating_sub(SAMPLE)));
    oldest.chain(newest).copied().collect()
}

/// Messages of which another size was told before.
fn others(known: &BTreeMap<u32, Option<u64>>, told: &BTreeMap<u32, u64>) -> Vec<u32> {
    told.iter()
        .filter(|(uid, size)| known.get(uid).is_some_and(|known| *known != Some(**size)))
        .map(|(uid, _)| *uid)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_and_the_oldest_messages_are_compared_each_once() {
        for count in [0, 1, 250, 251, 499, 500, 501, 2_000] {
            let known: BTreeMap<u32, Option<u64>> = (1..=count).map(|uid| (uid, Some(9))).collect();
            let sample = sample(&known);
            let distinct: std::collections::BTreeSet<&u32> = sample.iter().collect();
            assert_eq!(sample.len(), distinct.len(), "{count}");
            assert_eq!(sample.len(), count.min(500) as usize);
            assert_eq!(sample.last().copied(), known.keys().last().copied());
        }
    }

    #[test]
    fn what_was_never_told_is_not_compared() {
        let known = BTreeMap::from([(1, None), (2, Some(5)), (3, Some(6))]);
        assert_eq!(sample(&known), [2, 3]);
        assert_eq!(others(&known, &BTreeMap::from([(2, 5), (3, 7)])), [3]);
    }
}
