//! Looks for incidents that resemble one, and keeps what it found for a person: nothing is merged
//! by the machine.

use crate::domain::alike::{Candidate, Compared, SAME_OUTAGE, Seen, alike};
use crate::domain::incident::{IncidentId, Reference};
use crate::store::{Store, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashSet;

/// Incidents that are compared with one: the newest around it.
const COMPARED: usize = 40;

/// Finds and keeps the candidates of incidents, in a few statements however many they are; `within` is
/// how long after a declaration the same one may come again. What is not there is left out.
///
/// # Errors
/// The store's.
pub async fn find(
    store: &Store,
    references: &[Reference],
    within: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Vec<(IncidentId, Vec<Candidate>)>, StoreError> {
    let these = store.seen(references).await?;
    let window = within.max(SAME_OUTAGE);
    let received = || these.iter().map(|seen| seen.received_at);
    let (Some(first), Some(last)) = (received().min(), received().max()) else {
        return Ok(Vec::new());
    };
    let ids: Vec<IncidentId> = these.iter().map(|seen| seen.id).collect();
    // What a person told apart takes no place of what is still to be looked at.
    let apart: HashSet<(IncidentId, IncidentId)> =
        store.told_apart(&ids).await?.into_iter().collect();
    let most = u32::try_from(COMPARED + these.len() + apart.len()).unwrap_or(u32::MAX);
    let others = store
        .seen_between(first - window, last + window, most)
        .await?;
    let others: Vec<Compared<'_>> = others.iter().map(Compared::from).collect();
    let found: Vec<(IncidentId, Vec<Candidate>)> = these
        .iter()
        .map(|this| {
            let around = others
                .iter()
                .filter(|other| (other.seen.received_at - this.received_at).abs() <= window)
                .filter(|other| !apart.contains(&(this.id, other.seen.id)))
                .take(COMPARED);
            (this.id, alike(&Compared::from(this), around, within))
        })
        .collect();
    store.keep_candidates(&once(&these, &found), now).await?;
    Ok(found)
}

/// Each pair from the side that comes first.
fn once(
    these: &[Seen],
    found: &[(IncidentId, Vec<Candidate>)],
) -> Vec<(IncidentId, Vec<Candidate>)> {
    let mut pairs: HashSet<(&Reference, &Reference)> = HashSet::new();
    let sides = these.iter().map(|seen| &seen.reference).zip(found);
    sides
        .map(|(this, (incident, candidates))| {
            let mut kept = candidates.clone();
            kept.retain(|candidate| !pairs.contains(&(&candidate.other, this)));
            pairs.extend(candidates.iter().map(|candidate| (this, &candidate.other)));
            (*incident, kept)
        })
        .collect()
}
