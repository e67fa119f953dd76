//! What the desk's calendar and contacts add to a mail: who stands behind the support at this
//! minute (E1c), and when the declarant hears of us next (E2).

use super::french::{self, NO_BREAK};
use super::letter::Writing;
use super::wrap::one_line;
use super::{Answered, Settings};
use crate::domain::escalation::{Calls, Team};
use crate::domain::sender::domain;
use chrono::{DateTime, FixedOffset, TimeDelta, Timelike, Utc};
use serde::Serialize;

/// Promises end on the half hour.
const MINUTES: i64 = 30;

/// The number to call where the support does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Second {
    /// As it is printed.
    pub tel: String,
    /// For a `tel:` link.
    pub tel_lien: String,
    /// « équipe N3, jusqu’à 18 h ce jour ».
    pub equipe: String,
    /// Where the same is written to.
    pub adresse: String,
}

/// Who is behind the support at the minute at which the mail leaves, for whom it may be told: a
/// recipient whose very domain is listed, or had a ticket that a person validated (decisions, 3).
pub fn second(
    settings: &Settings,
    answered: &Answered<'_>,
    writing: &Writing<'_>,
) -> Option<Second> {
    let escalation = settings.escalation.as_ref()?;
    let to = domain(writing.to);
    let vouched = answered.domain_is_known && to == domain(answered.from_address);
    if !vouched && !settings.known_domains.contains(&to) {
        return None;
    }
    let now = writing.leaves_at;
    let calls = escalation.at(&settings.hours, now);
    Some(Second {
        tel: one_line(&calls.major.phone).replace(' ', &NO_BREAK.to_string()),
        tel_lien: french::phone_link(&calls.major.phone),
        equipe: team(&calls, settings, now),
        adresse: one_line(&calls.major.email),
    })
}

/// « équipe N3, jusqu’à 18 h ce jour », « astreinte, jusqu’au mardi 24 novembre à 9 h ».
fn team(calls: &Calls<'_>, settings: &Settings, now: DateTime<Utc>) -> String {
    let team = Team::french(calls.team);
    let Some(changes_at) = calls.changes_at.map(|at| local(settings, at)) else {
        return team.to_owned();
    };
    let hour = french::hour(&changes_at);
    if changes_at.date_naive() == local(settings, now).date_naive() {
        format!("{team}, jusqu’à {hour} ce jour")
    } else {
        let day = french::weekday_and_day(&changes_at);
        format!("{team}, jusqu’au {day} à {hour}")
    }
}

/// « lundi 23 novembre avant 14 h »: so much working time from now, up to the next half hour, but
/// never past the end of that working day: nobody is there to keep it.
pub fn next_news(settings: &Settings, now: DateTime<Utc>) -> Option<String> {
    let (at, closes) = settings.hours.by(now, settings.next_news?)?;
    let rounded = rounded_up(local(settings, at)).to_utc();
    // The clock may change between the two.
    let at = local(settings, rounded.min(closes));
    let day = french::weekday_and_day(&at);
    Some(format!("{day} avant {}", french::hour(&at)))
}

fn rounded_up(at: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let whole = TimeDelta::minutes(MINUTES).num_seconds();
    let begun = i64::from(at.nanosecond() > 0);
    let second = i64::from(at.num_seconds_from_midnight()) + begun;
    let over = (second + whole - 1) / whole * whole - second + begun;
    at - TimeDelta::nanoseconds(i64::from(at.nanosecond())) + TimeDelta::seconds(over)
}

fn local(settings: &Settings, at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&settings.hours.timezone).fixed_offset()
}
