//! The sample messages: embedded, dated relative to the start, answering mails of this very start.
//!
//! A sample holds `@@DATE(-95m)@@` (a date as RFC 5322, 3.3 writes it), `@@JOUR(-1d)@@` and
//! `@@HEURE(-95m)@@` (as people write them), `@@REF(6)@@` and `@@MSGID(6)@@` (the reference of the
//! sixth sample and the Message-ID of our first mail about it).

use crate::domain::incident::Reference;
use crate::domain::mark;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        /// File name and bytes, as the tour goes.
        const SAMPLES: &[(&str, &[u8])] = &[
            $((
                $name,
                include_bytes!(concat!("../../../fixtures/demo/", $name, ".eml")),
            )),+
        ];
    };
}

samples![
    "01-formulaire-complet",
    "02-formulaire-non-rempli",
    "03-en-phrases",
    "04-deux-environnements",
    "05-telephone-trop-court",
    "06-plusieurs-utilisateurs",
    "07-depuis-lundi",
    "08-html-seul-outlook",
    "09-iso-8859-1",
    "10-fil-transfere",
    "11-logo-sans-capture",
    "12-capture-dans-word",
    "13-photo-ecran",
    "14-capture-avec-patient",
    "15-winmail-dat",
    "16-outre-mer",
    "17-ca-marche-pas",
    "18-panne-generale",
    "19-escalade-sans-numero",
    "20-reponse-dans-le-texte",
    "21-reponse-au-dessus-telephone",
    "22-je-ne-sais-pas",
    "23-reponse-sans-numero-en-objet",
    "24-absence-du-bureau",
    "25-avis-de-non-remise",
    "26-lettre-d-information",
];

/// What the samples are dated and marked with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'a> {
    /// The instant that offsets count from.
    pub(super) now: DateTime<Utc>,
    /// Where its people live.
    pub(super) zone: Tz,
    /// The installation's key.
    pub(super) key: &'a [u8],
    /// The domain of our Message-IDs.
    pub(super) domain: &'a str,
}

/// The references that the samples delivered so far were given, by the sample's number from 1.
pub(super) type References = BTreeMap<usize, Reference>;

/// One sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Its number in the tour, from 1.
    pub(super) number: usize,
    /// The file's name, without its ending.
    pub(super) name: &'static str,
    /// When it is delivered.
    pub(super) delivered: DateTime<Utc>,
    raw: &'static [u8],
}

impl Sample {
    /// The message, answering what was given out so far.
    pub(super) fn bytes(&self, start: &Start<'_>, references: &References) -> Vec<u8> {
        expand(self.raw, start, references)
    }
}

/// All samples, oldest first.
pub(super) fn all(now: DateTime<Utc>) -> Vec<Sample> {
    let mut samples: Vec<Sample> = SAMPLES
        .iter()
        .zip(1..)
        .map(|((name, raw), number)| Sample {
            number,
            name,
            delivered: delivered(raw, now),
            raw,
        })
        .collect();
    samples.sort_by_key(|sample| sample.delivered);
    samples
}

/// The first date in a sample is that of its delivery.
fn delivered(raw: &[u8], now: DateTime<Utc>) -> DateTime<Utc> {
    const OPEN: &[u8] = b"@@DATE(";
    memchr::memmem::find(raw, OPEN)
        .and_then(|at| {
            let rest = raw.get(at + OPEN.len()..)?;
            let end = memchr::memchr(b')', rest)?;
            offset(std::str::from_utf8(rest.get(..end)?).ok()?)
        })
        .map_or(now, |offset| now + offset)
}

fn expand(raw: &[u8], start: &Start<'_>, references: &References) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 256);
    let mut rest = raw;
    while let Some(at) = memchr::memmem::find(rest, b"@@") {
        let (before, marked) = rest.split_at(at);
        out.extend_from_slice(before);
        let inner = marked.get(2..).unwrap_or_default();
        let word = memchr::memmem::find(inner, b"@@")
            .filter(|length| *length <= 24)
            .and_then(|length| std::str::from_utf8(inner.get(..length)?).ok());
        match word.and_then(|word| Some((word, replacement(word, start, references)?))) {
            Some((word, text)) => {
                out.extend_from_slice(text.as_bytes());
                rest = inner.get(word.len() + 2..).unwrap_or_default();
            }
            None => {
                out.extend_from_slice(b"@@");
                rest = inner;
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn replacement(word: &str, start: &Start<'_>, references: &References) -> Option<String> {
    let (name, argument) = word.strip_suffix(')')?.split_once('(')?;
    match name {
        "REF" => Some(reference(argument, references)),
        "MSGID" => {
            let reference = reference(argument, references);
            let id = mark::message_id(start.key, &reference, 1, start.domain);
            Some(format!("<{}>", id.trim_matches(['<', '>'])))
        }
        _ => {
            let at = (start.now + offset(argument)?).with_timezone(&start.zone);
            match name {
                "DATE" => Some(at.to_rfc2822()),
                "JOUR" => Some(at.format("%d/%m/%Y").to_string()),
                "HEURE" => Some(at.format("%H:%M").to_string()),
                _ => None,
            }
        }
    }
}

/// `-95m`, `-2h`, `-1d`.
fn offset(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    match unit {
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        _ => None,
    }
}

/// The reference that a sample got; one that was not taken for a declaration has none, and an answer
/// to it then names what nobody gave out.
fn reference(number: &str, references: &References) -> String {
    number
        .parse()
        .ok()
        .and_then(|number: usize| references.get(&number))
        .map_or_else(|| "INC-00-00000".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(now: &str) -> Start<'static> {
        Start {
            now: DateTime::parse_from_rfc3339(now)
                .unwrap()
                .with_timezone(&Utc),
            zone: Tz::Europe__Paris,
            key: &[7; 32],
            domain: "si-samu.example",
        }
    }

    #[test]
    fn the_samples_come_in_order_and_hold_no_placeholder() {
        let start = start("2026-11-23T09:33:00+01:00");
        let samples = all(start.now);
        assert_eq!(samples.len(), 26);
        assert!(
            samples
                .windows(2)
                .all(|two| two[0].delivered < two[1].delivered)
        );
        for sample in &samples {
            let bytes = sample.bytes(&start, &References::new());
            assert!(!bytes.windows(2).any(|two| two == b"@@"), "{}", sample.name);
        }
        let on_disk = std::fs::read_dir("fixtures/demo").unwrap().count();
        assert_eq!(on_disk, samples.len(), "every file is embedded");
    }

    #[test]
    fn a_placeholder_becomes_a_date_of_this_start_or_a_reference_given_out() {
        let start = start("2026-11-23T09:33:00+01:00");
        let references = References::from([(6, Reference::new("INC", 2026, 5))]);
        let text =
            |raw: &str| String::from_utf8(expand(raw.as_bytes(), &start, &references)).unwrap();
        assert_eq!(text("@@DATE(-95m)@@"), "Mon, 23 Nov 2026 07:58:00 +0100");
        assert_eq!(
            text("le @@JOUR(-1d)@@ à @@HEURE(-2h)@@."),
            "le 22/11/2026 à 07:33."
        );
        assert_eq!(text("[@@REF(6)@@]"), "[INC-26-00005]");
        assert!(text("@@MSGID(6)@@").starts_with("<INC-26-00005.1."));
        assert_eq!(text("@@REF(7)@@"), "INC-00-00000");
        assert_eq!(text("a@@b @@X(1)@@ @@"), "a@@b @@X(1)@@ @@");
    }
}
