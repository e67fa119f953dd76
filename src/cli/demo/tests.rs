//! What the samples say of themselves, read at every hour that a demonstration may start at.

use super::samples::{self, References, Start};
use crate::domain::declaration::{Declaration, Kind};
use crate::domain::field::{FieldName, Reading, Value};
use crate::domain::form::Form;
use crate::domain::incident::Reference;
use crate::extract::{Context, extract};
use crate::mail::Email;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// In the night, in the morning, before midnight, around both changes of the clocks, on the first
/// of a month and on a Monday.
const STARTS: [&str; 8] = [
    "2026-11-24T00:20:00+01:00",
    "2026-11-24T03:10:00+01:00",
    "2026-11-23T09:33:00+01:00",
    "2026-11-23T23:50:00+01:00",
    "2026-12-01T01:15:00+01:00",
    "2026-03-29T03:10:00+02:00",
    "2026-10-25T03:10:00+01:00",
    "2026-10-25T09:33:00+01:00",
];

/// Each sample's reading by its number, as a demonstration started at that hour gives it.
fn read(now: &str) -> BTreeMap<usize, Declaration> {
    const KEY: [u8; 32] = [7; 32];
    let start = Start {
        now: now.parse::<DateTime<Utc>>().unwrap(),
        zone: Tz::Europe__Paris,
        key: &KEY,
        domain: "si-samu.example",
    };
    let references: References = (1..=26_u32)
        .map(|number| (number as usize, Reference::new("INC", 2026, number)))
        .collect();
    samples::all(start.now)
        .into_iter()
        .map(|sample| {
            let bytes = sample.bytes(&start, &references);
            let context = Context {
                received_at: sample.delivered,
                own_addresses: &["support@si-samu.example".to_owned()],
                mark: "INC",
                key: Some(&KEY),
            };
            let read = extract(&Email::parse(&bytes), Form::si_samu(), &context);
            (sample.number, read)
        })
        .collect()
}

/// What is asked for, by name.
fn asks(read: &Declaration) -> Vec<String> {
    let asks = Form::si_samu().ask(read);
    asks.iter()
        .map(|ask| ask.item.as_str().to_owned())
        .collect()
}

#[test]
fn the_start_of_an_incident_is_read_at_any_hour_and_lies_before_its_mail() {
    for now in STARTS {
        let start = now.parse::<DateTime<Utc>>().unwrap();
        let read = read(now);
        for sample in samples::all(start) {
            let read = &read[&sample.number];
            // « ça marche pas » says nothing of it.
            if !matches!(read.kind, Kind::Declaration | Kind::Escalation) || sample.number == 17 {
                continue;
            }
            let field = &read.fields[FieldName::StartedAt];
            let Reading::Present(Value::Instant { at, .. }) = &field.reading else {
                panic!("{now} {}: {:?}", sample.name, field.reading);
            };
            assert!(*at <= sample.delivered, "{now} {}: {at}", sample.name);
            let days = (sample.delivered - at.to_utc()).num_days();
            assert!(days < 32, "{now} {}: {at}", sample.name);
        }
    }
}

#[test]
fn a_sample_is_of_the_kind_it_shows_at_any_hour() {
    for now in STARTS {
        for (number, read) in read(now) {
            let kind = match number {
                1..=18 => Kind::Declaration,
                19 => Kind::Escalation,
                20..=23 => Kind::Reply,
                24 => Kind::AutoReply,
                25 => Kind::Bounce,
                _ => Kind::Other,
            };
            assert_eq!(read.kind, kind, "{now} {number}: {}", read.reason);
        }
    }
}

#[test]
fn nothing_is_asked_that_a_sample_says_and_all_that_it_lacks() {
    for now in STARTS {
        let read = read(now);
        for (number, lacking) in [
            (1, &[][..]),
            (
                2,
                &[
                    "affected_user",
                    "phone",
                    "environment",
                    "prerequisites_checked",
                    "screenshot",
                ],
            ),
            (5, &["phone", "prerequisites_checked"]),
            (6, &["affected_count", "screenshot"]),
            (8, &["screenshot"]),
            (12, &[]),
            (14, &[]),
        ] {
            assert_eq!(asks(&read[&number]), lacking, "{now} {number}");
        }
    }
}
