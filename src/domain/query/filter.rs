//! The filters: their names, the values that each takes, and the nearest of either to a wrong one.

use super::fault::{Fault, Near};
use super::{Term, is_quote};
use crate::domain::field::FieldName;
use crate::domain::form::{Form, Item};
use crate::domain::incident::Status;
use crate::text::words;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Their names.
const FILTERS: [&str; 8] = [
    "entite", "etat", "manque", "champ", "depuis", "majeur", "de", "capture",
];

/// How each status is called; the first name is the one that is proposed.
const STATUSES: [(&str, Status); 12] = [
    ("relire", Status::ToReview),
    ("a-relire", Status::ToReview),
    ("attente", Status::Waiting),
    ("en-attente", Status::Waiting),
    ("rappeler", Status::ToCall),
    ("a-rappeler", Status::ToCall),
    ("complet", Status::Complete),
    ("clos", Status::Closed),
    ("ecarte", Status::SetAside),
    ("fusionne", Status::Merged),
    ("rattache", Status::Merged),
    ("ferme", Status::Closed),
];

/// How a screenshot is called.
const SCREENSHOT: &str = "capture";

/// What `depuis:` takes, as examples.
const SINCE: [&str; 4] = ["7j", "24h", "3mois", "2026-11-23"];

/// The longest span of `depuis:`, in days.
const LONGEST: i64 = 36_500;

/// So many letters apart two words may be and still be meant for each other.
const APART: usize = 2;

/// How a status is called in a filter.
pub(super) fn status_name(status: Status) -> &'static str {
    let mut statuses = STATUSES.into_iter();
    let found = statuses.find(|(_, other)| *other == status);
    found.map_or_else(|| status.as_str(), |(name, _)| name)
}

/// The filter's name and its value, where this is written as a filter: letters, a colon, something.
/// An address of the web is none.
pub(super) fn split(typed: &str) -> Option<(&str, &str)> {
    let (name, value) = typed.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(char::is_alphabetic);
    let is_value = !value.starts_with("//") && !words(value).is_empty();
    (is_name && is_value).then_some((name, value))
}

/// What a filter means. Whole queries in its fault are this part alone.
pub(super) fn term(
    (name, value): (&str, &str),
    form: &Form,
    now: DateTime<Utc>,
    zone: Tz,
) -> Result<Option<Term>, Fault> {
    let filter = slug(name);
    let Some(filter) = FILTERS.into_iter().find(|known| *known == filter) else {
        let near = nearest(&filter, FILTERS);
        return Err(Fault::Filter {
            typed: name.to_owned(),
            known: FILTERS.map(str::to_owned).into(),
            near: near.map(|near| Near {
                query: format!("{near}:{value}"),
                word: near.to_owned(),
            }),
            quoted: format!("\"{}\"", format!("{name}:{value}").replace(is_quote, " ")),
        });
    };
    let wrong = |known: Vec<String>| wrong(filter, value, known);
    let term = match filter {
        "entite" => Term::Field(FieldName::Entity, words(value)),
        "de" => Term::From(words(value)),
        "etat" => {
            let typed = slug(value);
            let mut statuses = STATUSES.into_iter();
            let found =
                statuses.find(|(known, status)| *known == typed || slug(status.as_str()) == typed);
            let (_, status) = found.ok_or_else(|| {
                let known = Status::ALL.map(status_name);
                wrong(known.map(str::to_owned).into())
            })?;
            Term::Status(status)
        }
        "majeur" | "capture" => {
            let yes = match slug(value).as_str() {
                "oui" => true,
                "non" => false,
                _ => return Err(wrong(vec!["oui".to_owned(), "non".to_owned()])),
            };
            match filter {
                "majeur" => Term::Major(yes),
                _ => Term::Screenshot(yes),
            }
        }
        "manque" if slug(value) == SCREENSHOT => Term::Lacks(Item::Screenshot),
        "manque" => {
            let field = field(form, value).ok_or_else(|| {
                let mut known = names(form);
                known.push(SCREENSHOT.to_owned());
                wrong(known)
            })?;
            Term::Lacks(Item::Field(field))
        }
        "champ" => {
            let (name, wanted) = value.split_once('=').unwrap_or((value, ""));
            let field = field(form, name).ok_or_else(|| {
                let mut fault = wrong_of(filter, name, names(form));
                if let Fault::Value {
                    near: Some(near), ..
                } = &mut fault
                    && value.contains('=')
                {
                    near.query = format!("{}={wanted}", near.query);
                }
                fault
            })?;
            Term::Field(field, words(wanted))
        }
        _ => {
            let since = since(value, now, zone);
            Term::Since(since.ok_or_else(|| wrong(SINCE.map(str::to_owned).into()))?)
        }
    };
    Ok(Some(term))
}

fn wrong(filter: &'static str, value: &str, known: Vec<String>) -> Fault {
    wrong_of(filter, value, known)
}

fn wrong_of(filter: &'static str, typed: &str, known: Vec<String>) -> Fault {
    let near = nearest(&slug(typed), known.iter().map(String::as_str));
    Fault::Value {
        filter,
        typed: typed.replace('"', ""),
        near: near.map(|near| Near {
            query: format!("{filter}:{near}"),
            word: near.to_owned(),
        }),
        known,
    }
}

/// Words with a hyphen between two: « À rappeler » as `a-rappeler`.
fn slug(text: &str) -> String {
    words(text).join("-")
}

/// The nearest word, if it is near.
fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let apart = |word: &str| strsim::damerau_levenshtein(typed, word);
    let known = known.into_iter().map(|word| (apart(word), word));
    let near = known.min_by_key(|(apart, _)| *apart);
    let (_, word) = near.filter(|(apart, word)| *apart <= APART && *apart < word.len())?;
    Some(word)
}

/// How the form's fields are called here.
fn names(form: &Form) -> Vec<String> {
    form.fields
        .iter()
        .map(|field| slug(&field.heading))
        .collect()
}

/// The field that is called so: by its heading, its summary or its stable name, or by the beginning of
/// one that is no other's.
fn field(form: &Form, typed: &str) -> Option<FieldName> {
    let typed = slug(typed);
    let called = |at: usize| -> Vec<String> {
        form.fields.get(at).map_or_else(Vec::new, |field| {
            vec![
                slug(&field.heading),
                slug(&field.summary),
                slug(field.name.as_str()),
            ]
        })
    };
    let by = |fits: &dyn Fn(&str) -> bool| -> Vec<FieldName> {
        let fields = form.fields.iter().enumerate();
        let fitting = fields.filter(|(at, _)| called(*at).iter().any(|name| fits(name)));
        fitting.map(|(_, field)| field.name).collect()
    };
    let exact = by(&|name| name == typed);
    if let [one, ..] = exact[..] {
        return Some(one);
    }
    match by(&|name| typed.len() > 2 && name.starts_with(&typed))[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// `7j`, `24h`, `2sem`, `3mois`, `1an`, `hier`, `2026-11-23`, `23/11/2026`.
fn since(value: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let typed = value.replace(is_quote, "");
    let today = now.with_timezone(&zone).date_naive();
    let day = |day: NaiveDate| -> Option<DateTime<Utc>> {
        let midnight = day.and_hms_opt(0, 0, 0)?;
        let local = zone.from_local_datetime(&midnight).earliest()?;
        Some(local.with_timezone(&Utc))
    };
    for format in ["%Y-%m-%d", "%d/%m/%Y"] {
        if let Ok(date) = NaiveDate::parse_from_str(&typed, format) {
            return day(date);
        }
    }
    match slug(&typed).as_str() {
        "hier" => return day(today.checked_sub_days(Days::new(1))?),
        "aujourd-hui" => return day(today),
        _ => (),
    }
    let typed = words(&typed).concat();
    let unit = typed.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let number: i64 = typed[..typed.len() - unit.len()].parse().ok()?;
    let days = match unit {
        "h" | "heure" | "heures" => {
            let hours = TimeDelta::try_hours(number)?;
            return (number <= LONGEST).then(|| now - hours);
        }
        "j" | "jour" | "jours" => 1,
        "s" | "sem" | "semaine" | "semaines" => 7,
        "m" | "mois" => 30,
        "a" | "an" | "ans" => 365,
        _ => return None,
    };
    let days = number.checked_mul(days).filter(|days| *days <= LONGEST)?;
    Some(now - TimeDelta::try_days(days)?)
}
