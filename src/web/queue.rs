//! The lists of tickets that wait for support: to be reviewed, for an answer, for a call.

use super::page::Console;
use super::refusal::PageError;
use crate::domain::incident::{Reference, Status};

/// Tickets of one list at the most.
pub(super) const MOST: u32 = 200;

/// The ticket that is reviewed after this one: the next of the list, from its start where this was
/// the last; `None` where nothing else waits.
pub(super) async fn after(
    console: &Console,
    reference: &Reference,
) -> Result<Option<Reference>, PageError> {
    let lines = console.store().queue(Status::ToReview, MOST).await?;
    let at = lines.iter().position(|line| line.reference == *reference);
    let from = at.map_or(0, |at| at + 1);
    let (before, after) = lines.split_at(from.min(lines.len()));
    let mut others = after.iter().chain(before);
    let next = others.find(|line| line.reference != *reference);
    Ok(next.map(|line| line.reference.clone()))
}
