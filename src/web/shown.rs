//! The fields of a dossier as its page shows them, and what may be done with it as it stands.

use super::auth::Viewer;
use crate::desk::correct::seen;
use crate::domain::account::Right;
use crate::domain::form::Form;
use crate::domain::incident::{Incident, Status, is_unsure};
use crate::present::page::Row;
use serde::Serialize;

/// A field's row, with what the script needs of it.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    row: Row,
    /// What stands there, so that nobody overwrites what they did not see.
    seen: String,
    unsure: bool,
    /// The first that must be looked at has the focus.
    first: bool,
}

/// What this person may do with the ticket as it stands.
#[derive(Serialize)]
pub(super) struct Acts {
    /// Fields, mails, duplicates.
    pub(super) any: bool,
    /// The button to validate has the focus: no field must be looked at.
    pub(super) focus: bool,
    pub(super) unsure: bool,
    /// The next one of the list; empty where nothing else waits.
    pub(super) next: String,
    pub(super) validate: bool,
    pub(super) set_aside: bool,
    pub(super) close: bool,
    pub(super) reopen: bool,
    pub(super) split: bool,
}

/// What this person may do; which field must be looked at is known to the page.
pub(super) fn acts(viewer: &Viewer, incident: &Incident) -> Acts {
    let (status, is_part) = (incident.status, incident.merged.is_some());
    let any = viewer.may(Right::Act) && !is_part;
    let leads = |to: Status| any && status != to && status.allows(to);
    let is_open = !matches!(status, Status::Closed | Status::SetAside);
    Acts {
        any,
        focus: false,
        unsure: false,
        next: String::new(),
        validate: any && is_open && status != Status::Complete,
        set_aside: leads(Status::SetAside),
        close: leads(Status::Closed),
        reopen: leads(Status::ToReview),
        split: viewer.may(Right::Act) && is_part,
    }
}

/// The rows of the form's fields: those whose proof is on the page, and the one that has the focus.
pub(super) fn rows(
    form: &Form,
    incident: &Incident,
    (shown, first): (&[usize], Option<usize>),
) -> Vec<Shown> {
    form.fields
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let number = at + 1;
            let said = &incident.fields[field.name];
            Shown {
                row: Row::new(number, field, said, shown.contains(&number)),
                seen: seen(said),
                unsure: is_unsure(said),
                first: first == Some(at),
            }
        })
        .collect()
}
