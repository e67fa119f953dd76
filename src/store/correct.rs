//! A person's verdict about a field: the row, the mail that asks for it, the history and the journal,
//! in one transaction.

use super::Store;
use super::audit::{audit, told};
use super::error::Result;
use super::fields::{Said, drop_fields, keep_fields};
use super::history::{Entry, note_all};
use super::mergers::say_anew;
use super::proposals::write_row;
use super::rows::to_json;
use super::timers::stop_timers;
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::field::{FieldName, Fields, Reading, ValueOrigin};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{Incident, Status};
use crate::domain::message::MessageId;
use crate::store::Anew;

/// What a person decided about a field.
#[derive(Debug)]
pub struct Corrected<'a> {
    /// The ticket, as it was looked at; another version by now is a conflict.
    pub incident: &'a Incident,
    /// All its fields from now on.
    pub fields: &'a Fields,
    /// The one that was decided about.
    pub name: FieldName,
    /// The message in whose words it stands.
    pub message: Option<MessageId>,
    /// Who says it.
    pub origin: ValueOrigin,
    /// What was decided: one of the four about fields.
    pub deed: Deed,
    /// What remains to be asked for.
    pub to_ask: &'a [Ask],
    /// Its new status; `None` leaves it.
    pub status: Option<Status>,
    /// What is said in the stead of a mail that asks for something else now.
    pub anew: Option<&'a Anew>,
    /// Who decided.
    pub by: &'a By,
}

impl Store {
    /// Keeps a person's verdict about a field.
    ///
    /// # Errors
    /// The database's; a conflict where the ticket changed since it was looked at.
    pub async fn correct(&self, corrected: &Corrected<'_>) -> Result<()> {
        let Corrected { incident, by, .. } = *corrected;
        let name = corrected.name;
        let now = Incident {
            fields: corrected.fields.clone(),
            ..incident.clone()
        };
        let mut tx = self.db.begin().await?;
        write_row(&mut tx, &now).await?;
        tx.query(
            "UPDATE incidents SET to_ask = $2, status = COALESCE($3, status),
                status_since = CASE WHEN $3 IS NULL THEN status_since ELSE $4 END
             WHERE id = $1",
        )
        .bind(incident.id.0)
        .text(&to_json(&corrected.to_ask))
        .bind(
            corrected
                .status
                .map(|status| super::db::Text::from(status.as_str())),
        )
        .bind(by.at)
        .execute()
        .await?;
        if corrected.fields[name].reading == Reading::Missing {
            drop_fields(&mut tx, incident.id, &[name]).await?;
        } else {
            let said = Said {
                incident: incident.id,
                message: corrected.message,
                fields: corrected.fields,
                names: &[name],
                origin: corrected.origin,
            };
            keep_fields(&mut tx, &[said]).await?;
        }
        let entry = Entry::done(incident.id, by);
        let kind = match corrected.deed {
            Deed::FieldConfirmed => EventKind::FieldConfirmed,
            Deed::FieldUnusable => EventKind::FieldUnusable,
            Deed::FieldUnknown => EventKind::FieldUnknown,
            _ => EventKind::FieldCorrected,
        };
        let mut events = vec![(kind, entry.clone().detail(name.as_str()))];
        if let Some(status) = corrected.status {
            stop_timers(&mut tx, incident.id).await?;
            events.push((EventKind::StatusChanged, entry.detail(status.as_str())));
        }
        note_all(&mut tx, &events).await?;
        if let Some(anew) = corrected.anew {
            say_anew(&mut tx, incident, anew, by.at).await?;
        }
        let line = audit::Entry::new(by, corrected.deed)
            .on(&incident.reference)
            .target(name.as_str());
        let (before, after) = (&incident.fields[name], &corrected.fields[name]);
        let line = line.change(&told(name, before), &told(name, after));
        audit(&mut tx, &line).await?;
        tx.commit().await
    }
}
