//! When the support is at work: days, hours and the French public holidays, in one time zone.
//!
//! Everything is asked of an instant and answered in instants, so that the zone of the server does
//! not matter; the nights when the clock changes are the zone's matter alone.

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono::{Utc, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// How many days on an opening is looked for: longer than any run of closed days that people make.
const FAR: u64 = 3_660;

/// The support's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Where the clock hangs: Europe/Paris.
    pub timezone: Tz,
    /// The days of the week at work.
    pub days: Vec<Weekday>,
    /// The first minute at work; part of it.
    pub open: NaiveTime,
    /// The end of the day; no longer part of it. Later than `open`.
    pub close: NaiveTime,
    /// The eleven legal holidays (Code du travail, L3133-1) are days off.
    pub holidays: bool,
    /// Days off beside them: local choices.
    pub extra_closed: BTreeSet<NaiveDate>,
}

impl Default for Hours {
    /// Monday to Friday, 9:00 to 18:00 in Paris, without public holidays.
    fn default() -> Self {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self {
            timezone: Tz::Europe__Paris,
            days: vec![
                Weekday::Mon,
                Weekday::Tue,
                Weekday::Wed,
                Weekday::Thu,
                Weekday::Fri,
            ],
            open: at(9),
            close: at(18),
            holidays: true,
            extra_closed: BTreeSet::new(),
        }
    }
}

/// Why nobody is at work on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOff {
    /// Not one of the days of the week at work.
    Weekend,
    /// A legal holiday.
    Holiday(Holiday),
    /// A choice of the desk.
    Extra,
}

/// One of the eleven legal holidays of France (Code du travail, L3133-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holiday {
    /// 1 January.
    NewYear,
    /// The day after Easter.
    EasterMonday,
    /// 1 May.
    Labour,
    /// 8 May.
    Victory,
    /// 39 days after Easter.
    Ascension,
    /// 50 days after Easter.
    WhitMonday,
    /// 14 July.
    National,
    /// 15 August.
    Assumption,
    /// 1 November.
    AllSaints,
    /// 11 November.
    Armistice,
    /// 25 December.
    Christmas,
}

impl Holiday {
    /// The holiday of a day, if it is one.
    #[must_use]
    pub fn of(day: NaiveDate) -> Option<Self> {
        match (day.month(), day.day()) {
            (1, 1) => return Some(Self::NewYear),
            (5, 1) => return Some(Self::Labour),
            (5, 8) => return Some(Self::Victory),
            (7, 14) => return Some(Self::National),
            (8, 15) => return Some(Self::Assumption),
            (11, 1) => return Some(Self::AllSaints),
            (11, 11) => return Some(Self::Armistice),
            (12, 25) => return Some(Self::Christmas),
            _ => {}
        }
        match (day - easter(day.year())?).num_days() {
            1 => Some(Self::EasterMonday),
            39 => Some(Self::Ascension),
            50 => Some(Self::WhitMonday),
            _ => None,
        }
    }

    /// What support reads.
    #[must_use]
    pub fn french(self) -> &'static str {
        match self {
            Self::NewYear => "jour de l’An",
            Self::EasterMonday => "lundi de Pâques",
            Self::Labour => "fête du Travail",
            Self::Victory => "8 mai 1945",
            Self::Ascension => "Ascension",
            Self::WhitMonday => "lundi de Pentecôte",
            Self::National => "fête nationale",
            Self::Assumption => "Assomption",
            Self::AllSaints => "Toussaint",
            Self::Armistice => "11 novembre 1918",
            Self::Christmas => "Noël",
        }
    }

    /// What operators read.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::NewYear => "New Year's Day",
            Self::EasterMonday => "Easter Monday",
            Self::Labour => "Labour Day",
            Self::Victory => "Victory in Europe Day",
            Self::Ascension => "Ascension Day",
            Self::WhitMonday => "Whit Monday",
            Self::National => "Bastille Day",
            Self::Assumption => "Assumption",
            Self::AllSaints => "All Saints' Day",
            Self::Armistice => "Armistice Day",
            Self::Christmas => "Christmas",
        }
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let days = h + l - 7 * m + 114;
    let month = u32::try_from(days / 31).ok()?;
    let day = u32::try_from(days % 31 + 1).ok()?;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// A length of time at work, as promises and delays are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    /// « 1 business day »: as long as the desk is open on a day.
    Days(u32),
    /// « 4 business hours ».
    Hours(u32),
}

impl Hours {
    /// Why nobody is at work that day; `None` where somebody is.
    #[must_use]
    pub fn day_off(&self, day: NaiveDate) -> Option<DayOff> {
        if !self.days.contains(&day.weekday()) {
            return Some(DayOff::Weekend);
        }
        if let Some(holiday) = Holiday::of(day).filter(|_| self.holidays) {
            return Some(DayOff::Holiday(holiday));
        }
        self.extra_closed.contains(&day).then_some(DayOff::Extra)
    }

    /// Whether somebody is at work at that instant.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let local = at.with_timezone(&self.timezone);
        (self.open..self.close).contains(&local.time())
            && self.day_off(local.date_naive()).is_none()
    }

    /// When this working day ends; `None` outside of one.
    #[must_use]
    pub fn closing(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let day = at.with_timezone(&self.timezone).date_naive();
        self.is_open(at).then(|| self.instant(day, self.close))
    }

    /// The first opening after that instant; `None` where none comes within ten years.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.shifts(at)
            .map(|(opens, _)| opens)
            .find(|opens| *opens > at)
    }

    /// When so much working time has gone by since `from`: an instant at work. One that would fall
    /// on the end of a day falls on the next opening.
    #[must_use]
    pub fn after(&self, from: DateTime<Utc>, worked: Worked) -> Option<DateTime<Utc>> {
        let mut left = self.length(worked);
        for (opens, closes) in self.shifts(from) {
            let begins = opens.max(from);
            let lasts = (closes - begins).max(TimeDelta::zero());
            if left < lasts {
                return Some(begins + left);
            }
            left -= lasts;
        }
        None
    }

    /// By when so much working time has gone by since `from`, and the end of that working day: what
    /// is over with a day ends with it, where [`Self::after`] names the next opening.
    #[must_use]
    pub fn by(
        &self,
        from: DateTime<Utc>,
        worked: Worked,
    ) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let mut left = self.length(worked);
        for (opens, closes) in self.shifts(from) {
            let begins = opens.max(from);
            let lasts = (closes - begins).max(TimeDelta::zero());
            if left <= lasts && begins < closes {
                return Some((begins + left, closes));
            }
            left -= lasts;
        }
        None
    }

    /// How much working time lies between two instants; zero where `to` is not later.
    #[must_use]
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        self.shifts(from)
            .take_while(|(opens, _)| *opens < to)
            .map(|(opens, closes)| closes.min(to) - opens.max(from))
            .filter(|lasts| *lasts > TimeDelta::zero())
            .sum()
    }

    /// How long that is.
    #[must_use]
    pub fn length(&self, worked: Worked) -> TimeDelta {
        match worked {
            Worked::Hours(hours) => TimeDelta::hours(i64::from(hours)),
            Worked::Days(days) => {
                let day = self.close - self.open;
                TimeDelta::seconds(day.num_seconds() * i64::from(days))
            }
        }
    }

    /// The working days from the one of `from` on, each with its opening and its end.
    fn shifts(&self, from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        let first = from.with_timezone(&self.timezone).date_naive();
        (0..FAR)
            .filter_map(move |days| first.checked_add_days(Days::new(days)))
            .filter(|day| self.day_off(*day).is_none())
            .map(|day| (self.instant(day, self.open), self.instant(day, self.close)))
    }

    /// That time of that day: the first of two, or, where the clock jumps over it, the jump.
    fn instant(&self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let naive = day.and_time(time);
        let local = match self.timezone.from_local_datetime(&naive) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at),
            LocalResult::None => {
                // The clock is set forward by an hour at most, on whole minutes.
                (1..=180).find_map(|minutes| {
                    let later = naive + TimeDelta::minutes(minutes);
                    self.timezone.from_local_datetime(&later).earliest()
                })
            }
        };
        local.map_or_else(|| naive.and_utc(), |at| at.with_timezone(&Utc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris(text: &str) -> DateTime<Utc> {
        let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
            .or_else(|_| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
            .unwrap();
        let local = Tz::Europe__Paris.from_local_datetime(&naive);
        local.earliest().unwrap().with_timezone(&Utc)
    }

    #[test]
    fn page_p9_says_when_the_desk_is_open() {
        let hours = Hours::default();
        for (at, open) in [
            ("2026-11-23 08:59:59", false),
            ("2026-11-23 09:00", true),
            ("2026-11-23 17:59:59", true),
            ("2026-11-23 18:00", false),
            ("2026-05-14 10:00", false),
            ("2026-05-25 10:00", false),
            ("2026-11-11 10:00", false),
            ("2027-03-29 10:00", false),
            ("2026-10-25 02:30", false),
        ] {
            assert_eq!(hours.is_open(paris(at)), open, "{at}");
        }
        for (from, next) in [
            ("2026-11-10 18:01", "2026-11-12 09:00"),
            ("2026-12-24 19:00", "2026-12-28 09:00"),
            ("2026-10-25 02:30", "2026-10-26 09:00"),
            ("2026-11-23 09:00", "2026-11-24 09:00"),
            ("2026-11-23 08:59:59", "2026-11-23 09:00"),
        ] {
            assert_eq!(hours.next_opening(paris(from)), Some(paris(next)), "{from}");
        }
        let winter = hours.next_opening(paris("2026-10-25 02:30")).unwrap();
        assert_eq!(winter.to_rfc3339(), "2026-10-26T08:00:00+00:00");
    }

    /// H-02: every minute of five years against a table written by hand.
    #[test]
    fn h_02_every_minute_of_2026_to_2030_agrees_with_a_table_of_holidays() {
        // Service-public.fr, F2405, and the Easter of each year.
        const MOVING: [(i32, [(u32, u32); 3]); 5] = [
            (2026, [(4, 6), (5, 14), (5, 25)]),
            (2027, [(3, 29), (5, 6), (5, 17)]),
            (2028, [(4, 17), (5, 25), (6, 5)]),
            (2029, [(4, 2), (5, 10), (5, 21)]),
            (2030, [(4, 22), (5, 30), (6, 10)]),
        ];
        const FIXED: [(u32, u32); 8] = [
            (1, 1),
            (5, 1),
            (5, 8),
            (7, 14),
            (8, 15),
            (11, 1),
            (11, 11),
            (12, 25),
        ];
        // The last Sundays of March and October: when Paris is two hours ahead of UTC.
        const SUMMER: [(i32, u32, u32); 5] = [
            (2026, 29, 25),
            (2027, 28, 31),
            (2028, 26, 29),
            (2029, 25, 28),
            (2030, 31, 27),
        ];
        let hours = Hours::default();
        let (mut minutes, mut open) = (0_u32, 0_u32);
        for ((year, moving), (_, march, october)) in MOVING.into_iter().zip(SUMMER) {
            let utc =
                |month, day, hour| Utc.with_ymd_and_hms(year, month, day, hour, 0, 0).unwrap();
            let summer = utc(3, march, 1)..utc(10, october, 1);
            let mut at = utc(1, 1, 0);
            while at.year() == year {
                let ahead = if summer.contains(&at) { 2 } else { 1 };
                let local = at.naive_utc() + TimeDelta::hours(ahead);
                let day = (local.month(), local.day());
                let is_off = FIXED.contains(&day)
                    || local.year() == year && moving.contains(&day)
                    || local.weekday().number_from_monday() > 5;
                let expected = !is_off && (9..18).contains(&chrono::Timelike::hour(&local));
                assert_eq!(hours.is_open(at), expected, "{at}");
                minutes += 1;
                open += u32::from(expected);
                at += TimeDelta::minutes(1);
            }
        }
        // 1,826 days; 1,260 of them at work, nine hours each.
        assert_eq!((minutes, open), (1_826 * 1_440, 1_260 * 540));
    }

    #[test]
    fn working_time_is_counted_over_nights_weekends_and_holidays() {
        let hours = Hours::default();
        for (from, worked, then) in [
            ("2026-11-23 09:14", Worked::Days(1), "2026-11-24 09:14"),
            ("2026-11-27 09:14", Worked::Days(1), "2026-11-30 09:14"),
            ("2026-11-10 17:00", Worked::Hours(2), "2026-11-12 10:00"),
            // A whole day from a Saturday on is over when Monday is: the next opening.
            ("2026-11-28 10:00", Worked::Days(1), "2026-12-01 09:00"),
            ("2026-11-23 19:00", Worked::Hours(0), "2026-11-24 09:00"),
            ("2026-11-23 10:00", Worked::Days(2), "2026-11-25 10:00"),
            // Over the night of the change to winter time.
            ("2026-10-23 17:30", Worked::Hours(1), "2026-10-26 09:30"),
        ] {
            assert_eq!(
                hours.after(paris(from), worked),
                Some(paris(then)),
                "{from}"
            );
        }
        for (from, worked, by, closes) in [
            ("2026-11-23 14:00", Worked::Hours(4), "2026-11-23 18:00", 18),
            ("2026-11-28 10:00", Worked::Days(1), "2026-11-30 18:00", 18),
            ("2026-11-23 14:01", Worked::Hours(4), "2026-11-24 09:01", 18),
            // At the very end nothing of the day is left, and nothing of it is worked.
            ("2026-11-23 18:00", Worked::Hours(0), "2026-11-24 09:00", 18),
        ] {
            let day = paris(by).with_timezone(&Tz::Europe__Paris).date_naive();
            let closes = hours.instant(day, NaiveTime::from_hms_opt(closes, 0, 0).unwrap());
            let found = hours.by(paris(from), worked);
            assert_eq!(found, Some((paris(by), closes)), "{from}");
        }
        for (from, to, minutes) in [
            ("2026-11-23 09:00", "2026-11-23 09:30", 30),
            ("2026-11-20 17:00", "2026-11-23 10:00", 120),
            ("2026-11-21 10:00", "2026-11-22 10:00", 0),
            ("2026-11-23 10:00", "2026-11-23 09:00", 0),
        ] {
            let between = hours.between(paris(from), paris(to));
            assert_eq!(between.num_minutes(), minutes, "{from} {to}");
        }
    }

    #[test]
    fn local_choices_close_days_and_a_desk_of_no_days_never_opens() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 24).unwrap();
        let hours = Hours {
            extra_closed: BTreeSet::from([day]),
            ..Hours::default()
        };
        assert_eq!(hours.day_off(day), Some(DayOff::Extra));
        let next = hours.next_opening(paris("2026-12-23 18:00"));
        assert_eq!(next, Some(paris("2026-12-28 09:00")));
        let never = Hours {
            days: Vec::new(),
            ..Hours::default()
        };
        let at = paris("2026-11-23 10:00");
        assert_eq!(never.next_opening(at), None);
        assert_eq!(never.after(at, Worked::Hours(1)), None);
    }

    #[test]
    fn a_time_that_the_clock_jumps_over_begins_after_the_jump() {
        let hours = Hours {
            days: vec![Weekday::Sun],
            open: NaiveTime::from_hms_opt(2, 30, 0).unwrap(),
            ..Hours::default()
        };
        let opens = hours.next_opening(paris("2026-03-28 12:00")).unwrap();
        assert_eq!(opens.to_rfc3339(), "2026-03-29T01:00:00+00:00");
    }
}
