//! Whose clock an overseas declarant reads.

use super::entity;
use super::voice::Voice;
use crate::mail::Email;
use chrono_tz::Tz;

/// The zone of the overseas department that the message names, by its SAMU or by the sender's
/// domain; none on Paris time.
pub(super) fn overseas(email: &Email<'_>, voices: &[Voice<'_>]) -> Option<Tz> {
    let named = voices
        .iter()
        .find_map(|voice| entity::first(&voice.body.text))
        .or_else(|| entity::first(&email.subject));
    if let Some(id) = named {
        return entity::zone(&id);
    }
    let address = email.from.as_ref().map_or("", |from| from.address.as_str());
    let department = match address.rsplit('.').next().unwrap_or_default() {
        "gp" => "samu-971",
        "mq" => "samu-972",
        "gf" => "samu-973",
        "re" => "samu-974",
        "pm" => "samu-975",
        "yt" => "samu-976",
        "pf" => "samu-987",
        "nc" => "samu-988",
        _ => return None,
    };
    entity::zone(department)
}
