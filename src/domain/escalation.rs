//! Who is called now: the procedure's table of hours and gravity (procedure SI-Samu, « Escalade »).
//!
//! | | major incident | other |
//! | --- | --- | --- |
//! | in support hours | N3 by telephone, doubled by mail | N3 by mail |
//! | outside | on call by telephone, doubled by mail | nobody before the next opening |

use super::hours::Hours;
use chrono::{DateTime, Utc};

/// Where somebody is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// A telephone number, as it is to be read.
    pub phone: String,
    /// An address, `local@domain`.
    pub email: String,
}

/// Who stands behind the support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// In support hours: the N3 team.
    pub open: Contact,
    /// Outside of them, for a major incident only: the one on call.
    pub closed: Contact,
}

/// Which team a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Team {
    /// The third line of support, in support hours.
    N3,
    /// Whoever is on call, outside of them.
    OnCall,
}

impl Team {
    /// What declarants and support read.
    #[must_use]
    pub fn french(self) -> &'static str {
        match self {
            Self::N3 => "équipe N3",
            Self::OnCall => "astreinte",
        }
    }

    /// What operators read.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::N3 => "N3",
            Self::OnCall => "on call",
        }
    }
}

/// What to do about an incident that is not major.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other<'a> {
    /// Write to this address.
    Mail(&'a str),
    /// Nobody before the opening; `None` where the calendar has none.
    Wait(Option<DateTime<Utc>>),
}

/// Who is called at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls<'a> {
    /// Whether the support is at work.
    pub is_open: bool,
    /// When that changes; `None` where it never does.
    pub changes_at: Option<DateTime<Utc>>,
    /// Who is telephoned about a major incident; their address gets the same by mail.
    pub major: &'a Contact,
    /// Who they are.
    pub team: Team,
    /// What is done about any other.
    pub other: Other<'a>,
}

impl Escalation {
    /// Who is called at that instant.
    #[must_use]
    pub fn at(&self, hours: &Hours, now: DateTime<Utc>) -> Calls<'_> {
        match hours.closing(now) {
            Some(closing) => Calls {
                is_open: true,
                changes_at: Some(closing),
                major: &self.open,
                team: Team::N3,
                other: Other::Mail(&self.open.email),
            },
            None => {
                let opening = hours.next_opening(now);
                Calls {
                    is_open: false,
                    changes_at: opening,
                    major: &self.closed,
                    team: Team::OnCall,
                    other: Other::Wait(opening),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_procedures_table_says_who_is_called() {
        let contact = |phone: &str, email: &str| Contact {
            phone: phone.to_owned(),
            email: email.to_owned(),
        };
        let escalation = Escalation {
            open: contact("01 99 00 00 03", "n3@desk.example"),
            closed: contact("06 39 98 00 01", "astreinte@desk.example"),
        };
        let hours = Hours::default();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let monday = escalation.at(&hours, at("2026-11-23T08:33:00Z"));
        assert_eq!(monday.major, &escalation.open);
        assert_eq!(monday.other, Other::Mail("n3@desk.example"));
        assert_eq!(monday.changes_at, Some(at("2026-11-23T17:00:00Z")));
        let christmas = escalation.at(&hours, at("2026-12-25T09:00:00Z"));
        assert_eq!((christmas.is_open, christmas.team), (false, Team::OnCall));
        assert_eq!(christmas.major, &escalation.closed);
        let opening = at("2026-12-28T08:00:00Z");
        assert_eq!(christmas.other, Other::Wait(Some(opening)));
    }
}
