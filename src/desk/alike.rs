//! Looks for incidents that resemble one, and keeps what it found for a person: nothing is merged
//! by the machine.

use crate::domain::alike::{Candidate, SAME_OUTAGE, alike};
use crate::domain::incident::Reference;
use crate::store::{Store, StoreError};
use chrono::{DateTime, TimeDelta, Utc};

/// Incidents that are compared with one: the newest around it.
const COMPARED: u32 = 40;

/// Finds and keeps the candidates of an incident; `within` is how long after a declaration the same
/// one may come again. `None` where there is no such incident.
///
/// # Errors
/// The store's.
pub async fn find(
    store: &Store,
    reference: &Reference,
    within: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Option<Vec<Candidate>>, StoreError> {
    let Some(this) = store.seen(reference).await? else {
        return Ok(None);
    };
    let window = within.max(SAME_OUTAGE);
    let (from, to) = (this.received_at - window, this.received_at + window);
    let others = store.seen_between(from, to, COMPARED).await?;
    let candidates = alike(&this, &others, within);
    if !candidates.is_empty() {
        store.keep_candidates(this.id, &candidates, now).await?;
    }
    Ok(Some(candidates))
}
