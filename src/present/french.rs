//! What support reads: fields, values and instants in French, with French typography.

use crate::domain::declaration::{Kind, Role};
use crate::domain::field::{Count, Environment, FieldName, Frequency, Precision, Source, Value};
use crate::domain::form::Item;
use chrono::{DateTime, Datelike as _, FixedOffset, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;

const DAYS: [&str; 7] = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
const MONTHS: [&str; 12] = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
];

/// The field's name on a page.
#[must_use]
pub fn field(name: FieldName) -> &'static str {
    match name {
        FieldName::DeclarantName => "Déclarant",
        FieldName::DeclarantRole => "Fonction",
        FieldName::Entity => "Entité",
        FieldName::AffectedUser => "Utilisateur",
        FieldName::Phone => "Téléphone",
        FieldName::Email => "Courriel",
        FieldName::StartedAt => "Début",
        FieldName::Environment => "Environnement",
        FieldName::Feature => "Fonctionnalité",
        FieldName::AffectedCount => "Utilisateurs touchés",
        FieldName::Description => "Description",
        FieldName::PrerequisitesChecked => "Prérequis vérifiés",
        FieldName::Reproducible => "Reproductible",
    }
}

/// What is asked for, within a sentence.
#[must_use]
pub fn item(item: Item) -> String {
    match item {
        Item::Field(name) => {
            let name = field(name);
            let mut letters = name.chars();
            letters
                .next()
                .map(|first| first.to_lowercase().chain(letters).collect())
                .unwrap_or_default()
        }
        Item::Screenshot => "capture".to_owned(),
    }
}

/// What a message is.
#[must_use]
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Declaration => "déclaration",
        Kind::Reply => "réponse",
        Kind::Escalation => "escalade",
        Kind::AutoReply => "réponse automatique",
        Kind::Bounce => "retour d’erreur",
        Kind::Other => "autre",
    }
}

/// What an attachment is for.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Screenshot => "capture",
        Role::Logo => "logo, ignoré",
        Role::Document => "document",
    }
}

/// Where a value was read.
#[must_use]
pub fn source(source: Source) -> &'static str {
    match source {
        Source::Label => "formulaire",
        Source::Prose => "texte",
        Source::Signature => "signature",
        Source::Header => "en-tête",
        Source::Quoted => "texte cité",
        Source::Agent => "saisi par le support",
        Source::Phone => "pris au téléphone",
    }
}

/// A usable value.
#[must_use]
pub fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Entity { name, .. } => name.clone(),
        Value::Phone(number) => phone(number),
        Value::Instant { at, precision } => start(*at, *precision),
        Value::Environment(Environment::Production) => "production".to_owned(),
        Value::Environment(Environment::Training) => "formation".to_owned(),
        Value::Count(number) => count(*number),
        Value::YesNo(true) => "oui".to_owned(),
        Value::Frequency(Frequency::Yes) => "oui, toujours".to_owned(),
        Value::YesNo(false) | Value::Frequency(Frequency::No) => "non".to_owned(),
        Value::Frequency(Frequency::Intermittent) => "parfois".to_owned(),
    }
}

/// `+33240087700` as « 02 40 08 77 00 »; any other number keeps its country code.
#[must_use]
pub fn phone(number: &str) -> String {
    let pairs = |digits: &str| -> String {
        let digits: Vec<char> = digits.chars().collect();
        digits
            .chunks(2)
            .map(|pair| pair.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join("\u{a0}")
    };
    match number.strip_prefix("+33") {
        Some(rest) if rest.len() == 9 && rest.is_ascii() => pairs(&format!("0{rest}")),
        _ => match (number.get(..4), number.get(4..)) {
            (Some(code), Some(rest)) if number.starts_with('+') && rest.len() == 9 => {
                let (first, last) = rest.split_at(3);
                format!("{code}\u{a0}{first}\u{a0}{}", pairs(last))
            }
            _ => number.to_owned(),
        },
    }
}

fn start(at: DateTime<FixedOffset>, precision: Precision) -> String {
    let day = day(at.weekday().num_days_from_monday(), at.day(), at.month0());
    let year = at.year();
    match precision {
        Precision::Minute => format!("{day} {year}, {:02}:{:02}", at.hour(), at.minute()),
        Precision::Hour => format!("{day} {year}, vers {}\u{a0}h", at.hour()),
        Precision::Day => format!("{day} {year}"),
    }
}

fn count(number: Count) -> String {
    let range = match (number.min, number.max) {
        (Some(min), Some(max)) if min == max => Some(min.to_string()),
        (Some(min), Some(max)) => Some(format!("{min} à {max}")),
        (Some(min), None) => Some(format!("au moins {min}")),
        (None, Some(max)) => Some(format!("au plus {max}")),
        (None, None) => None,
    };
    match (number.all, range) {
        (true, Some(range)) => format!("tous ({range})"),
        (true, None) => "tous".to_owned(),
        (false, range) => range.unwrap_or_default(),
    }
}

/// « lun. 23 nov. 09:12 », with the year where it is not `now`'s.
#[must_use]
pub fn instant(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    let day = day(
        local.weekday().num_days_from_monday(),
        local.day(),
        local.month0(),
    );
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    if local.year() == now.with_timezone(&zone).year() {
        format!("{day} {time}")
    } else {
        format!("{day} {} {time}", local.year())
    }
}

fn day(weekday: u32, day: u32, month: u32) -> String {
    let name = |names: &[&'static str], at: u32| {
        usize::try_from(at)
            .ok()
            .and_then(|at| names.get(at).copied())
            .unwrap_or_default()
    };
    let ordinal = if day == 1 {
        "1er".to_owned()
    } else {
        day.to_string()
    };
    format!(
        "{} {ordinal} {}",
        name(&DAYS, weekday),
        name(&MONTHS, month)
    )
}

/// « à l’instant », « il y a 4 min », « il y a 3 h », « il y a 2 j ».
#[must_use]
pub fn age(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let age = now - at;
    let said = |number: i64, unit: &str| format!("il y a {number}\u{a0}{unit}");
    if age < TimeDelta::minutes(1) {
        "à l’instant".to_owned()
    } else if age < TimeDelta::hours(1) {
        said(age.num_minutes(), "min")
    } else if age < TimeDelta::hours(48) {
        said(age.num_hours(), "h")
    } else {
        said(age.num_days(), "j")
    }
}

/// « 48 ko », « 1,2 Mo ».
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes}\u{a0}o"),
        1_000..1_000_000 => format!("{}\u{a0}ko", bytes / 1_000),
        _ => format!(
            "{},{}\u{a0}Mo",
            bytes / 1_000_000,
            bytes % 1_000_000 / 100_000
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_they_are_said_in_france() {
        for (number, read) in [
            ("+33199001234", "01 99 00 12 34"),
            ("+262262123456", "+262 262 12 34 56"),
            ("+3212345678", "+3212345678"),
            ("", ""),
        ] {
            assert_eq!(phone(number).replace('\u{a0}', " "), read);
        }
    }

    #[test]
    fn counts_and_sizes_are_words_of_everyday() {
        let count_of = |min, max, all| count(Count { min, max, all });
        assert_eq!(count_of(Some(10), Some(10), false), "10");
        assert_eq!(count_of(Some(10), Some(12), false), "10 à 12");
        assert_eq!(count_of(None, None, true), "tous");
        assert_eq!(count_of(Some(5), Some(5), true), "tous (5)");
        assert_eq!(size(48_211).replace('\u{a0}', " "), "48 ko");
        assert_eq!(size(1_250_000).replace('\u{a0}', " "), "1,2 Mo");
    }

    #[test]
    fn times_are_those_of_paris() {
        let at = DateTime::parse_from_rfc3339("2026-11-23T08:12:41Z")
            .unwrap()
            .with_timezone(&Utc);
        let now = at + TimeDelta::minutes(21);
        assert_eq!(instant(at, Tz::Europe__Paris, now), "lun. 23 nov. 09:12");
        assert_eq!(age(at, now).replace('\u{a0}', " "), "il y a 21 min");
        let first = DateTime::parse_from_rfc3339("2025-05-01T10:00:00Z").unwrap();
        let first = first.with_timezone(&Utc);
        assert_eq!(
            instant(first, Tz::Europe__Paris, now),
            "jeu. 1er mai 2025 12:00"
        );
        assert_eq!(
            start(first.fixed_offset(), Precision::Hour).replace('\u{a0}', " "),
            "jeu. 1er mai 2025, vers 10 h"
        );
    }
}
