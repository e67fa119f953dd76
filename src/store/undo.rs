//! What is kept of a merger so that it can be undone, as one JSON value.

use crate::domain::field::{Field, FieldName, ValueOrigin};
use crate::domain::merger::{Stood, Taken};
use crate::domain::message::MessageId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What it takes to undo a merger.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Undo {
    /// The ticket as it was.
    pub(super) part: Before,
    /// Its mails that were taken back, each with the state that it was in.
    pub(super) taken_back: Vec<(i64, String)>,
    /// The mails that told of it.
    pub(super) letters: Vec<i64>,
    /// The kept one as it was.
    pub(super) kept: Before,
    /// Its last event when all was done.
    pub(super) last_event: i64,
    /// What it took.
    pub(super) filled: Vec<Filled>,
}

/// A ticket as it was.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) status: String,
    pub(super) status_since: Option<DateTime<Utc>>,
    pub(super) concerns: String,
    pub(super) doubtful: bool,
    pub(super) major_suspected: bool,
    pub(super) timers: Vec<(String, DateTime<Utc>)>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Filled {
    name: FieldName,
    before: Held,
    after: Held,
}

#[derive(Debug, Serialize, Deserialize)]
struct Held {
    field: Field,
    message: Option<i64>,
    origin: Option<String>,
}

impl Held {
    fn of(stood: &Stood) -> Self {
        Self {
            field: stood.field.clone(),
            message: stood.message.map(|message| message.0),
            origin: stood.origin.map(|origin| origin.as_str().to_owned()),
        }
    }

    fn stood(&self) -> Stood {
        Stood {
            field: self.field.clone(),
            message: self.message.map(MessageId),
            origin: self.origin.as_deref().and_then(ValueOrigin::parse),
        }
    }
}

impl Filled {
    pub(super) fn of(name: FieldName, before: &Stood, after: &Stood) -> Self {
        Self {
            name,
            before: Held::of(before),
            after: Held::of(after),
        }
    }

    pub(super) fn taken(&self) -> Taken {
        Taken {
            name: self.name,
            before: self.before.stood(),
            after: self.after.stood(),
        }
    }
}
