//! `vigie oncall`: who to call now, or at another instant.

use super::exit::Coded;
use super::{Exit, Global, Output, parts};
use crate::domain::escalation::{Calls, Escalation, Other};
use crate::domain::hours::{DayOff, Hours};
use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, Utc};
use serde_json::json;

pub(super) const EXAMPLE: &str = "Example: vigie oncall --at 2026-12-25T10:00:00+01:00\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// At that instant instead of now
    #[arg(long, value_name = "RFC3339")]
    at: Option<DateTime<FixedOffset>>,
    /// Only who is telephoned about a major incident
    #[arg(long)]
    major: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = parts::config_or_demo(global, output)?;
    let escalation = config.escalation.as_ref().context(Coded::new(
        Exit::Configuration,
        "nobody is named: write [escalation.open] and [escalation.closed]",
    ))?;
    let now = parts::clock(args.at).now();
    let calls = escalation.at(&config.hours, now);
    let moment = Moment {
        hours: &config.hours,
        now,
    };
    if args.json {
        output.line(&moment.json(&calls, args.major).to_string())?;
    } else if args.major {
        output.line(&major(&calls))?;
    } else {
        for line in moment.lines(&calls, escalation) {
            output.line(&line)?;
        }
    }
    Ok(Exit::Done)
}

/// « 01 44 08 02 62 (N3), doubled by … ».
fn major(calls: &Calls<'_>) -> String {
    let contact = calls.major;
    let team = calls.team.english();
    format!("{} ({team}), doubled by {}", contact.phone, contact.email)
}

/// An instant in the calendar, as it is said.
struct Moment<'a> {
    hours: &'a Hours,
    now: DateTime<Utc>,
}

impl Moment<'_> {
    fn lines(&self, calls: &Calls<'_>, escalation: &Escalation) -> Vec<String> {
        let zone = self.hours.timezone.name();
        let place = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
        let local = self.now.with_timezone(&self.hours.timezone);
        let state = match (calls.is_open, calls.changes_at) {
            (true, Some(closing)) => format!("support hours until {}", self.time(closing)),
            (true, None) => "support hours".to_owned(),
            (false, opening) => format!("closed{}{}", self.why(), self.until(opening)),
        };
        let mut lines = vec![
            format!("{} ({place}), {state}", local.format("%A %-d %B %Y, %H:%M")),
            format!("  major   {}", major(calls)),
            format!("  other   {}", self.other(&calls.other)),
        ];
        if let Some(at) = calls.changes_at {
            let then = escalation.at(self.hours, at);
            let (phone, team) = (&then.major.phone, then.team.english());
            let other = self.other(&then.other);
            lines.push(format!(
                "At {}: major, {phone} ({team}); other, {other}",
                self.time(at)
            ));
        }
        lines
    }

    fn other(&self, other: &Other<'_>) -> String {
        match other {
            Other::Mail(address) => (*address).to_owned(),
            Other::Wait(Some(opening)) => format!("nobody before {}", self.time(*opening)),
            Other::Wait(None) => "nobody".to_owned(),
        }
    }

    fn until(&self, opening: Option<DateTime<Utc>>) -> String {
        opening.map_or_else(String::new, |at| format!(" until {}", self.time(at)))
    }

    /// « (Christmas) » where it is not the hour alone.
    fn why(&self) -> String {
        let day = self.now.with_timezone(&self.hours.timezone).date_naive();
        match self.hours.day_off(day) {
            Some(DayOff::Holiday(holiday)) => format!(" ({})", holiday.english()),
            Some(DayOff::Extra) => " (a day off of the desk)".to_owned(),
            Some(DayOff::Weekend) | None => String::new(),
        }
    }

    /// The hour alone where it is today.
    fn time(&self, at: DateTime<Utc>) -> String {
        let zone = self.hours.timezone;
        let (at, now) = (at.with_timezone(&zone), self.now.with_timezone(&zone));
        let format = match at.date_naive() == now.date_naive() {
            true => "%H:%M",
            false => "%A %-d %b %H:%M",
        };
        at.format(format).to_string()
    }

    fn json(&self, calls: &Calls<'_>, only_major: bool) -> serde_json::Value {
        let stamp = |at: DateTime<Utc>| at.with_timezone(&self.hours.timezone).to_rfc3339();
        let mut object = json!({
            "at": stamp(self.now),
            "open": calls.is_open,
            "changes_at": calls.changes_at.map(stamp),
            "major": {
                "team": calls.team.english(),
                "phone": calls.major.phone,
                "email": calls.major.email,
            },
        });
        if !only_major {
            object["other"] = match calls.other {
                Other::Mail(address) => json!({ "email": address }),
                Other::Wait(opening) => json!({ "wait_until": opening.map(stamp) }),
            };
        }
        object
    }
}
