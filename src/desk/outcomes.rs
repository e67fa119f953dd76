//! What messages do that are kept together: what each of them names is looked up with one query, since
//! each query is a round to the database's thread or server.

use super::intake::{Parts, Read, effect, outcome};
use super::thread::names;
use crate::store::{Outcome, Store, StoreError};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What each of these messages does, in their order; the error of one is no other's.
pub async fn outcomes(
    reads: &[Arc<Read>],
    parts: &Arc<Parts>,
    store: &Store,
    now: DateTime<Utc>,
) -> Vec<Result<Outcome, StoreError>> {
    let mut outcomes = Vec::with_capacity(reads.len());
    match names(reads, parts, store).await {
        Ok(names) => {
            for (read, names) in reads.iter().zip(names) {
                outcomes.push(effect(read, names, parts, store, now).await);
            }
        }
        // It may be the matter of one of them.
        Err(_) => {
            for read in reads {
                outcomes.push(outcome(read, parts, store, now).await);
            }
        }
    }
    outcomes
}
