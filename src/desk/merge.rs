//! What a later message brings to the fields of its incident.

use crate::domain::field::{FieldName, Fields, Reading};
use crate::domain::form::Ask;

/// Whether something that was asked for no longer is.
pub(super) fn answers(asked: &[Ask], left: &[Ask]) -> bool {
    let is_left = |ask: &Ask| left.iter().any(|left| left.item == ask.item);
    asked.iter().any(|ask| !is_left(ask))
}

/// Completes fields with what a later message brings; gives the names of those that it filled.
pub(super) fn merge(fields: &mut Fields, brought: &Fields) -> Vec<FieldName> {
    let mut changed = Vec::new();
    for (name, field) in brought.iter() {
        if fills(&fields[name].reading, &field.reading) {
            fields[name] = field.clone();
            changed.push(name);
        }
    }
    changed
}

/// Whether a new reading takes the place of an old one.
fn fills(old: &Reading, new: &Reading) -> bool {
    match (old, new) {
        (_, Reading::Missing) | (Reading::Present(_), _) => false,
        (Reading::Missing, _) => true,
        (Reading::Unclear(_), new) => !matches!(new, Reading::Unclear(_)),
        (Reading::Unknown, new) => matches!(new, Reading::Present(_)),
    }
}
