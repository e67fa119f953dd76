//! What an alarm says, to a person by mail and to a machine by webhook.

use crate::domain::health::Subject;
use crate::domain::outgoing::{Claim, OutboxMail, Template};
use crate::present::{french, health};
use crate::reply;
use crate::store::Alarm;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// « Support SI-Samu ».
    pub name: String,
    /// Our address, whose domain ends the Message-IDs.
    pub address: String,
    /// Where times are shown.
    pub zone: Tz,
}

/// The same for the same alarm, however often and by whomever it is told: `alarm_mailbox_1795510800`.
#[must_use]
pub fn id(alarm: &Alarm) -> String {
    format!("alarm_{}_{}", alarm.subject, alarm.since.timestamp())
}

/// The webhook's body: what, why and since when.
#[must_use]
pub fn body(alarm: &Alarm, now: DateTime<Utc>) -> Vec<u8> {
    let body = Body {
        kind: "alarm.raised",
        timestamp: now.to_rfc3339(),
        data: Data {
            subject: &alarm.subject,
            cause: &alarm.cause,
            since: alarm.since.to_rfc3339(),
        },
    };
    // Texts alone: there is nothing that JSON can't hold.
    serde_json::to_vec(&body).unwrap_or_default()
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    subject: &'a str,
    cause: &'a str,
    since: String,
}

/// The mail to the operator. It is sent as it stands and kept nowhere.
#[must_use]
pub fn mail(alarm: &Alarm, caller: &Caller, to: &str, now: DateTime<Utc>) -> OutboxMail {
    let id = id(alarm);
    let domain = caller.address.rsplit('@').next().unwrap_or_default();
    let message_id = format!("<{id}@{domain}>");
    let since = french::instant(alarm.since, caller.zone, now);
    let (title, why, command) = match Subject::parse(&alarm.subject) {
        Some(subject) => (
            health::title(subject, &alarm.cause, 0),
            health::why(subject, &alarm.cause),
            health::command(subject),
        ),
        None => (alarm.subject.clone(), "", ""),
    };
    let mut text = format!("{title} depuis {since}.\n");
    if !why.is_empty() {
        text.push_str(&format!("Cause\u{a0}: {why} ({}).\n", alarm.cause));
    }
    if !command.is_empty() {
        text.push_str(&format!("\nPour en savoir plus\u{a0}: {command}\n"));
    }
    text.push_str(
        "\nCe message n’est envoyé qu’une fois. La console redevient verte d’elle-même quand \
         tout va de nouveau bien.\n",
    );
    OutboxMail {
        id: 0,
        claim: Claim { mail: 0, number: 0 },
        reference: id,
        sequence: 1,
        template: Template::E1,
        envelope_from: caller.address.clone(),
        to: to.to_owned(),
        mime: reply::alarm(&reply::Alarm {
            from_name: &caller.name,
            from_address: &caller.address,
            to,
            subject: &format!("[Vigie] {title}"),
            message_id: &message_id,
            date: now.with_timezone(&caller.zone).fixed_offset(),
            text: &text,
        }),
        message_id,
        attempts: alarm.tries,
        created_at: now,
        first_due: now,
        released: true,
    }
}
