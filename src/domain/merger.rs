//! A ticket made part of another one: which may be, what the kept one takes of it, and how long that
//! can be undone (`spec/experience.md`, 2.2 and P4).

use super::declaration::Role;
use super::field::{Field, FieldName, Fields, ValueOrigin};
use super::incident::{Incident, Reference, Status};
use super::message::MessageId;
use chrono::{DateTime, TimeDelta, Utc};

/// For so long it can be undone.
pub const REVERSIBLE: TimeDelta = TimeDelta::days(7);

/// What a ticket was made part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merger {
    /// The kept ticket.
    pub into: Reference,
    /// When.
    pub at: DateTime<Utc>,
}

impl Merger {
    /// Until when it can be undone.
    #[must_use]
    pub fn until(&self) -> DateTime<Utc> {
        self.at + REVERSIBLE
    }
}

/// What stands in a field of a ticket, and who said it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stood {
    /// What is said.
    pub field: Field,
    /// The message that it was read from.
    pub message: Option<MessageId>,
    /// Who said it; `None` where nothing is said.
    pub origin: Option<ValueOrigin>,
}

impl Stood {
    /// What stands there now.
    #[must_use]
    pub fn of(incident: &Incident, name: FieldName) -> Self {
        Self {
            field: incident.fields[name].clone(),
            message: incident.field_messages.get(&name).copied(),
            origin: incident.origins.get(&name).copied(),
        }
    }
}

/// A field that the kept ticket took of the other one.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Which.
    pub name: FieldName,
    /// What stood there.
    pub before: Stood,
    /// What stands there since.
    pub after: Stood,
}

/// The fields of the kept ticket once what was taken is given back, and what is: what somebody
/// touched since stays as it is.
#[must_use]
pub fn given_back(into: &Incident, taken: &[Taken]) -> (Fields, Vec<Taken>) {
    let mut fields = into.fields.clone();
    let untouched = taken
        .iter()
        .filter(|one| Stood::of(into, one.name) == one.after);
    let back: Vec<Taken> = untouched.cloned().collect();
    for one in &back {
        fields[one.name] = one.before.field.clone();
    }
    (fields, back)
}

impl Incident {
    /// What the attachments are for that stand in what is part of it.
    pub fn lent_roles(&self) -> impl Iterator<Item = Role> {
        let lent = self.attachments.iter();
        let lent = lent.filter(|kept| kept.incident != self.id);
        lent.map(|kept| kept.attachment.role)
    }
}

/// Why two tickets can't become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A ticket is no duplicate of itself.
    #[error("{0} can't be merged into itself")]
    Itself(Reference),
    /// It is part of another one already.
    #[error("{0} is part of {1} already")]
    Part(Reference, Reference),
    /// The kept one is part of another: that is the one to name.
    #[error("{0} is part of {1}: merge into that one")]
    IntoPart(Reference, Reference),
    /// It is over, or no incident: it is taken up again first.
    #[error("{reference} is {}: reopen it first", status.as_str())]
    Over {
        /// The ticket.
        reference: Reference,
        /// Where it stands.
        status: Status,
    },
}

/// Whether one ticket may be made part of another. What is part of something is never merged once
/// more, nor merged into: so nothing goes in a ring, and what was merged into the one goes with it.
///
/// # Errors
/// Why not.
pub fn fits(incident: &Incident, into: &Incident) -> Result<(), Misfit> {
    let name = |incident: &Incident| incident.reference.clone();
    let over = |incident: &Incident| Misfit::Over {
        reference: name(incident),
        status: incident.status,
    };
    if incident.id == into.id {
        return Err(Misfit::Itself(name(incident)));
    }
    if let Some(merger) = &incident.merged {
        return Err(Misfit::Part(name(incident), merger.into.clone()));
    }
    if let Some(merger) = &into.merged {
        return Err(Misfit::IntoPart(name(into), merger.into.clone()));
    }
    if !incident.status.allows(Status::Merged) {
        return Err(over(incident));
    }
    match into.status {
        Status::Closed | Status::SetAside | Status::Merged => Err(over(into)),
        _ => Ok(()),
    }
}
