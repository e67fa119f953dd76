//! From what was written to an instant of Europe/Paris.

use super::Base;
use super::ago::Ago;
use super::clock::{Clock, Half};
use super::day::{Day, Part, Week};
use super::mention::Mention;
use super::zone::Zone;
use crate::domain::field::Precision;
use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike,
    Weekday,
};
use chrono_tz::{Europe::Paris, Tz};

/// An instant, how exactly it is known, and whether it lies after the message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Instant {
    pub at: DateTime<FixedOffset>,
    pub precision: Precision,
    pub future: bool,
    /// The year was written, or is not needed.
    pub certain_year: bool,
}

/// From this hour on « cette nuit » is the night that has begun.
const NIGHT_BEGINS: u32 = 20;

/// Resolves a mention against the message's date; nothing for « la semaine dernière » and for
/// dates that the calendar does not have.
pub(super) fn resolve(mention: &Mention, base: &Base) -> Option<Instant> {
    let zone = match (mention.zone, base.overseas) {
        (Some(Zone::Paris), _) | (_, None) => Paris,
        (_, Some(local)) => local,
    };
    let now = base.date.with_timezone(&zone).naive_local();
    if let Some(ago) = mention.ago {
        let precision = if matches!(ago, Ago::Minutes(_)) {
            Precision::Minute
        } else {
            Precision::Hour
        };
        let at = base
            .date
            .checked_sub_signed(ago.delta())?
            .with_timezone(&Paris)
            .fixed_offset();
        return Some(Instant {
            at,
            precision,
            future: false,
            certain_year: true,
        });
    }
    let night = mention.part == Some(Part::Night);
    let Some(clock) = mention.clock else {
        let day = mention.until.or(mention.day)?;
        let date = date(day, now.date())?;
        let at = instant(Paris, date.and_hms_opt(0, 0, 0)?)?;
        // « depuis ce midi » is noon, unless it has not struck yet.
        let noon = at + TimeDelta::hours(12);
        if mention.part == Some(Part::Noon) && noon <= base.date {
            return Some(Instant {
                at: noon,
                precision: Precision::Hour,
                future: false,
                certain_year: certain(day),
            });
        }
        return Some(Instant {
            at,
            precision: Precision::Day,
            future: date > now.date(),
            certain_year: certain(day),
        });
    };
    let precision = match clock.minute {
        Some(minute) if minute > 0 => Precision::Minute,
        _ => Precision::Hour,
    };
    let slack = TimeDelta::minutes(if precision == Precision::Hour { 45 } else { 15 });
    let hour = adjusted(clock, mention.part);
    let local = match (mention.day, mention.until) {
        (Some(first), Some(second)) => {
            let day = if hour >= 12 { first } else { second };
            timed(date(day, now.date())?, hour, clock)?
        }
        (Some(Day::Night), _) => tonight(hour, clock, now, slack)?,
        // « dans la nuit à 2h », « 2h du matin » without a day: the latest such hour.
        (None, _) => latest(timed(now.date(), hour, clock)?, now, slack),
        (Some(Day::Ago(0)), _) if clock.midnight => timed(now.date(), 0, clock)?,
        (Some(day), _) => {
            let date = date(day, now.date())?;
            let mut local = timed(date, hour, clock)?;
            let next_morning = (clock.midnight
                || mention.part == Some(Part::Evening) && hour < 5
                || night && hour < 9 && !matches!(day, Day::Date { .. } | Day::Ago(0)))
                && !matches!(mention.part, Some(Part::Morning));
            if next_morning {
                let after = local + TimeDelta::days(1);
                if after <= now + slack {
                    local = after;
                }
            }
            if local > now + slack
                && matches!(
                    day,
                    Day::Weekday {
                        week: Week::Latest,
                        ..
                    }
                )
            {
                local -= TimeDelta::days(7);
            }
            local
        }
    };
    let local = local + TimeDelta::days(mention.shift);
    Some(Instant {
        at: instant(zone, local)?,
        precision,
        future: local > now + slack,
        certain_year: mention.day.is_none_or(certain),
    })
}

fn certain(day: Day) -> bool {
    !matches!(day, Day::Date { year: None, .. })
}

/// Whether the end of a range lies after the message: opening hours rather than an incident.
pub(super) fn ends_after(mention: &Mention, base: &Base) -> bool {
    let Some(end) = mention.end_clock else {
        return false;
    };
    let ended = Mention {
        clock: Some(end),
        day: Some(mention.day.unwrap_or(Day::Ago(0))),
        ..*mention
    };
    resolve(&ended, base).is_some_and(|end| end.future)
}

/// The hour on the 24-hour clock.
fn adjusted(clock: Clock, part: Option<Part>) -> u32 {
    let hour = clock.hour;
    match (clock.half, part) {
        (Some(Half::Pm), _) if hour < 12 => hour + 12,
        (Some(Half::Am), _) if hour == 12 => 0,
        (None, Some(Part::Afternoon | Part::Noon)) if (1..=7).contains(&hour) => hour + 12,
        (None, Some(Part::Evening)) if (5..=11).contains(&hour) => hour + 12,
        (None, Some(Part::Night)) if (9..=11).contains(&hour) => hour + 12,
        _ => hour,
    }
}

fn timed(date: NaiveDate, hour: u32, clock: Clock) -> Option<NaiveDateTime> {
    let (date, hour) = if hour == 24 {
        (date.succ_opt()?, 0)
    } else {
        (date, hour)
    };
    date.and_hms_opt(hour, clock.minute.unwrap_or(0), 0)
}

fn latest(local: NaiveDateTime, now: NaiveDateTime, slack: TimeDelta) -> NaiveDateTime {
    if local > now + slack {
        local - TimeDelta::days(1)
    } else {
        local
    }
}

/// « Cette nuit » is the night that ended on the message's morning, or the one that has begun
/// when it is written late.
fn tonight(hour: u32, clock: Clock, now: NaiveDateTime, slack: TimeDelta) -> Option<NaiveDateTime> {
    let local = timed(now.date(), hour, clock)?;
    if hour >= 12 && now.hour() < NIGHT_BEGINS {
        return Some(local - TimeDelta::days(1));
    }
    Some(latest(local, now, slack))
}

/// The date of a day, seen from `today`.
fn date(day: Day, today: NaiveDate) -> Option<NaiveDate> {
    match day {
        Day::Date {
            year: Some(year),
            month,
            day,
        } => NaiveDate::from_ymd_opt(year, month, day),
        Day::Date {
            year: None,
            month,
            day,
        } => (0..=8)
            .filter_map(|back| NaiveDate::from_ymd_opt(today.year() - back, month, day))
            .find(|date| *date <= today),
        Day::Numbered { weekday, day } => {
            let mut days = (0..120)
                .filter_map(|back| today.checked_sub_days(Days::new(back)))
                .filter(|date| date.day() == day);
            let nearest = days.next()?;
            let fits = |date: &NaiveDate| weekday.is_none_or(|weekday| date.weekday() == weekday);
            Some(if fits(&nearest) {
                nearest
            } else {
                days.find(fits).unwrap_or(nearest)
            })
        }
        Day::Weekday { weekday, week } => before(weekday, week, today),
        Day::Ago(days) => today.checked_sub_days(Days::new(u64::from(days))),
        Day::Night => Some(today),
        Day::Broad | Day::Ahead => None,
    }
}

fn before(weekday: Weekday, week: Week, today: NaiveDate) -> Option<NaiveDate> {
    let back = u64::from(today.weekday().days_since(weekday));
    let back = match week {
        Week::Before if back == 0 => 7,
        Week::Latest | Week::Before => back,
        Week::Last => {
            u64::from(today.weekday().num_days_from_monday()) + 7
                - u64::from(weekday.num_days_from_monday())
        }
    };
    today.checked_sub_days(Days::new(back))
}

/// A local time as an instant; one that the clocks jumped over is read with the old offset, the
/// doubled hour as its first.
fn instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<FixedOffset>> {
    let at = match zone.from_local_datetime(&local).earliest() {
        Some(at) => at,
        None => {
            zone.from_local_datetime(&(local - TimeDelta::hours(2)))
                .earliest()?
                + TimeDelta::hours(2)
        }
    };
    Some(at.with_timezone(&Paris).fixed_offset())
}
