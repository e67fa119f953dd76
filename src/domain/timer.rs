//! What falls due on a ticket by itself: the one reminder, then the call (experience, 2.2).
//!
//! Both run from the request that left, in working time. A message, an agent's act or a value by
//! telephone stops them (decisions, 11).

use super::hours::{Hours, Worked};
use super::incident::{IncidentId, Reference};
use chrono::{DateTime, Utc};

/// What falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// The request has no answer: we write once more (E4).
    Reminder,
    /// Still none: a person telephones.
    Call,
}

impl TimerKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Reminder, Self::Call];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Call => "call",
        }
    }

    /// The kind with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One timer of a ticket; it has at most one of each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// The ticket.
    pub incident: IncidentId,
    /// Its name.
    pub reference: Reference,
    /// What falls due.
    pub kind: TimerKind,
    /// When, always in support hours.
    pub due_at: DateTime<Utc>,
}

/// How long a request waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delays {
    /// The calendar that they are counted in.
    pub hours: Hours,
    /// Until the reminder.
    pub reminder_after: Worked,
    /// Until the call.
    pub call_after: Worked,
}

impl Default for Delays {
    /// A reminder after one working day, a call after two, in the usual hours.
    fn default() -> Self {
        Self {
            hours: Hours::default(),
            reminder_after: Worked::Days(1),
            call_after: Worked::Days(2),
        }
    }
}

impl Delays {
    /// What falls due for a request that left then. A calendar without working days makes nothing
    /// due.
    #[must_use]
    pub fn of_request(&self, left_at: DateTime<Utc>) -> Vec<(TimerKind, DateTime<Utc>)> {
        [
            (TimerKind::Reminder, self.reminder_after),
            (TimerKind::Call, self.call_after),
        ]
        .into_iter()
        .filter_map(|(kind, worked)| Some((kind, self.hours.after(left_at, worked)?)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_friday_evening_is_recalled_on_tuesday_and_telephoned_on_wednesday() {
        let delays = Delays::default();
        let left = "2026-11-20T18:30:00Z".parse().unwrap();
        let due: Vec<String> = delays
            .of_request(left)
            .into_iter()
            .map(|(kind, at)| format!("{} {}", kind.as_str(), at.to_rfc3339()))
            .collect();
        assert_eq!(
            due,
            [
                "reminder 2026-11-24T08:00:00+00:00",
                "call 2026-11-25T08:00:00+00:00"
            ]
        );
    }

    #[test]
    fn stable_words_lead_back_to_their_kind() {
        for kind in TimerKind::ALL {
            assert_eq!(TimerKind::parse(kind.as_str()), Some(kind));
        }
    }
}
