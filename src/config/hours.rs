//! `[hours]`, `[escalation.*]`, `[promise]` and the delays of `[replies]` that are counted in
//! working time.

use super::check::Checked;
use super::error::ConfigError;
use super::reader::Reader;
use super::value;
use crate::domain::escalation::{Contact, Escalation};
use crate::domain::hours::{Hours, Worked};
use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

/// The days of the week as the file names them.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// More working days than this are a slip: a year has about 250.
const MOST_DAYS: u32 = 100;

impl Reader<'_> {
    /// The calendar.
    pub(super) fn hours(&self, timezone: Tz) -> Checked<Hours> {
        let day = |word: &String| {
            let known = DAYS.iter().find(|(name, _)| name == word);
            known.map(|(_, day)| *day)
        };
        let days = self.list("hours.days").iter().map(day).collect();
        let days: Option<Vec<Weekday>> = days;
        let days = days.filter(|days| !days.is_empty()).ok_or_else(|| {
            self.invalid(
                "hours.days",
                "write days such as [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
            )
        })?;
        let open = self.time("hours.open")?;
        let close = self.time("hours.close")?;
        if close <= open {
            return Err(self.invalid("hours.close", "the day must end after it begins"));
        }
        let holidays = match self.text("hours.holidays").unwrap_or_default() {
            "fr" => true,
            "none" => false,
            _ => return Err(self.invalid("hours.holidays", "fr or none")),
        };
        let extra_closed = self
            .list("hours.extra_closed")
            .iter()
            .map(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok())
            .collect::<Option<_>>()
            .ok_or_else(|| self.invalid("hours.extra_closed", "write days as [\"2026-12-24\"]"))?;
        Ok(Hours {
            timezone,
            days,
            open,
            close,
            holidays,
            extra_closed,
        })
    }

    fn time(&self, key: &'static str) -> Checked<NaiveTime> {
        let text = self.text(key).unwrap_or_default();
        NaiveTime::parse_from_str(text, "%H:%M")
            .map_err(|_| self.invalid(key, "write a time of day as 09:00"))
    }

    /// Who stands behind the support: both contacts, whole, or none.
    pub(super) fn escalation(&self) -> Checked<Option<Escalation>> {
        const KEYS: [&str; 4] = [
            "escalation.open.phone",
            "escalation.open.email",
            "escalation.closed.phone",
            "escalation.closed.email",
        ];
        if KEYS.iter().all(|key| self.typed.get(key).is_none()) {
            return Ok(None);
        }
        Ok(Some(Escalation {
            open: self.contact(KEYS[0], KEYS[1])?,
            closed: self.contact(KEYS[2], KEYS[3])?,
        }))
    }

    fn contact(&self, phone: &'static str, email: &'static str) -> Checked<Contact> {
        const REMEDY: &str =
            "phone and email are needed under both [escalation.open] and [escalation.closed]";
        let address = self.line(email, REMEDY)?;
        Ok(Contact {
            phone: self.line(phone, REMEDY)?,
            email: value::address_of(&address)
                .ok_or_else(|| self.invalid(email, "write address@domain"))?,
        })
    }

    /// Domains whose people are known.
    pub(super) fn known_domains(&self) -> Checked<Vec<String>> {
        const KEY: &str = "major.known_domains";
        let domains = self.list(KEY);
        let is_domain = |name: &String| {
            name.contains('.')
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        };
        if !domains.iter().all(is_domain) {
            return Err(self.invalid(KEY, "write domains such as [\"chu.example\"]"));
        }
        Ok(domains)
    }

    /// A length of working time that has a default.
    pub(super) fn worked(&self, key: &'static str) -> Checked<Worked> {
        self.optional_worked(key)?.ok_or(ConfigError::Missing {
            key,
            remedy: "write \"1 business day\"",
        })
    }

    /// A length of working time: « 1 business day », « 4 business hours ».
    pub(super) fn optional_worked(&self, key: &'static str) -> Checked<Option<Worked>> {
        let Some(text) = self.text(key) else {
            return Ok(None);
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = words.first().and_then(|word| word.parse::<u32>().ok());
        let worked = match (number, words.get(1..)) {
            (Some(n), Some(["business", "day" | "days"])) if n <= MOST_DAYS => {
                Some(Worked::Days(n))
            }
            (Some(n), Some(["business", "hour" | "hours"])) if n <= 24 * MOST_DAYS => {
                Some(Worked::Hours(n))
            }
            _ => None,
        };
        match worked {
            Some(Worked::Days(0) | Worked::Hours(0)) | None => {
                Err(self.invalid(key, "write \"1 business day\" or \"4 business hours\""))
            }
            worked => Ok(worked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, ConfigError, Sources, Typed};
    use super::*;

    const SMALL: &str = "[service]\nname = \"Aide\"\nphone = \"01 99 00 12 34\"\n\
        [mailbox]\nurl = \"maildir:/var/mail/aide\"\n\
        [smtp]\nurl = \"dir:./sent\"\nfrom = \"Aide <aide@samu.example>\"\n";

    fn load(more: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vigie.toml");
        std::fs::write(&path, format!("{SMALL}{more}")).unwrap();
        let sources = Sources {
            file: Some(path),
            ..Sources::default()
        };
        Ok(Typed::read(&sources)?.check()?.config)
    }

    #[test]
    fn a_desk_that_says_nothing_keeps_office_hours_and_names_nobody() {
        let config = load("").unwrap();
        assert_eq!(config.hours, Hours::default());
        assert_eq!(config.escalation, None);
        assert_eq!(config.next_news, None);
        assert_eq!(config.replies.reminder_after, Worked::Days(1));
        assert_eq!(config.replies.call_after, Worked::Days(2));
    }

    #[test]
    fn a_calendar_and_contacts_are_read() {
        let config = load(
            "[hours]\ndays = [\"sat\"]\nopen = \"08:30\"\nclose = \"12:00\"\nholidays = \"none\"\n\
             extra_closed = [\"2026-12-26\"]\n[promise]\nnext_news = \"4 business hours\"\n\
             [escalation.open]\nphone = \"01 99 00 00 03\"\nemail = \"n3@desk.example\"\n\
             [escalation.closed]\nphone = \"06 39 98 00 01\"\nemail = \"astreinte@desk.example\"\n\
             [major]\nknown_domains = [\"CHU.example\"]\n",
        )
        .unwrap();
        assert_eq!(config.hours.days, [Weekday::Sat]);
        assert_eq!(config.hours.open.to_string(), "08:30:00");
        assert!(!config.hours.holidays);
        assert_eq!(config.hours.extra_closed.len(), 1);
        assert_eq!(config.next_news, Some(Worked::Hours(4)));
        assert_eq!(config.escalation.unwrap().closed.phone, "06 39 98 00 01");
        assert_eq!(config.known_domains, ["chu.example"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_key() {
        for (more, key) in [
            ("[hours]\ndays = [\"lundi\"]\n", "hours.days"),
            ("[hours]\ndays = []\n", "hours.days"),
            ("[hours]\nopen = \"9h\"\n", "hours.open"),
            ("[hours]\nopen = \"18:00\"\n", "hours.close"),
            ("[hours]\nholidays = \"de\"\n", "hours.holidays"),
            (
                "[hours]\nextra_closed = [\"24/12/2026\"]\n",
                "hours.extra_closed",
            ),
            (
                "[replies]\nreminder_after = \"1 day\"\n",
                "replies.reminder_after",
            ),
            (
                "[replies]\ncall_after = \"0 business days\"\n",
                "replies.call_after",
            ),
            (
                "[promise]\nnext_news = \"999 business days\"\n",
                "promise.next_news",
            ),
            (
                "[escalation.open]\nphone = \"01 99 00 00 03\"\n",
                "escalation.open.email",
            ),
            (
                "[major]\nknown_domains = [\"chu\"]\n",
                "major.known_domains",
            ),
            ("[escalation.night]\nphone = \"1\"\n", "escalation.night"),
        ] {
            let fault = load(more).unwrap_err().to_string();
            assert!(fault.contains(key), "{more} {fault}");
        }
    }
}
