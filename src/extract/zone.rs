//! Whose clock an overseas declarant reads.

use super::entity;
use super::voice::Voice;
use crate::mail::Email;
use chrono_tz::Tz;

/// The zone of the overseas department that the message names, by its SAMU or its domain.
pub(super) fn overseas(email: &Email<'_>, voices: &[Voice<'_>]) -> Option<Tz> {
    let from = email.from.as_ref();
    let named = voices
        .iter()
        .flat_map(|voice| [&voice.body.text])
        .flat_map(|text| entity::find(text))
        .map(|found| found.id)
        .collect::<Vec<_>>();
    if let Some(first) = named.first() {
        return of_id(first);
    }
    let address = from.map_or("", |from| from.address.as_str());
    match address.rsplit('.').next().unwrap_or_default() {
        "gp" => Some(Tz::America__Guadeloupe),
        "mq" => Some(Tz::America__Martinique),
        "gf" => Some(Tz::America__Cayenne),
        "re" => Some(Tz::Indian__Reunion),
        "yt" => Some(Tz::Indian__Mayotte),
        "pm" => Some(Tz::America__Miquelon),
        "nc" => Some(Tz::Pacific__Noumea),
        "pf" => Some(Tz::Pacific__Tahiti),
        _ => None,
    }
}

fn of_id(id: &str) -> Option<Tz> {
    match id {
        "samu-971" | "samu-977" | "samu-978" | "ars-GUA" => Some(Tz::America__Guadeloupe),
        "samu-972" | "ars-MAR" => Some(Tz::America__Martinique),
        "samu-973" | "ars-GUY" => Some(Tz::America__Cayenne),
        "samu-974" | "ars-REU" => Some(Tz::Indian__Reunion),
        "samu-975" => Some(Tz::America__Miquelon),
        "samu-976" | "ars-MAY" => Some(Tz::Indian__Mayotte),
        "samu-987" => Some(Tz::Pacific__Tahiti),
        "samu-988" => Some(Tz::Pacific__Noumea),
        _ => None,
    }
}
