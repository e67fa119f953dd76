//! Made by hand: a message in quarantine becomes an incident that a person completes. Nothing is
//! read but its first headers, nothing is answered.

use super::intake::Parts;
use crate::domain::account::By;
use crate::domain::declaration::Kind;
use crate::domain::field::Fields;
use crate::domain::incident::Concern;
use crate::domain::message::MessageId;
use crate::domain::why::Why;
use crate::mail::Email;
use crate::store::{
    Answer, Answering, Committed, Effect, MessageLine, NewIncident, Outcome, Store, StoreError,
};
use chrono::Datelike as _;
use std::panic::catch_unwind;

/// The headers that are read: far more than From and Subject need.
const HEAD: usize = 64 << 10;

/// Makes an incident of a quarantined message; `None` where no such message is in quarantine.
///
/// # Errors
/// The store's; a conflict where another did something with the message meanwhile.
pub async fn promote(
    id: MessageId,
    parts: &Parts,
    store: &Store,
    by: &By,
) -> Result<Option<Committed>, StoreError> {
    let Some(line) = store.quarantined(id).await? else {
        return Ok(None);
    };
    let raw = store.raw(id).await?.unwrap_or_default();
    store
        .promote(&outcome(&line, &raw, parts), by)
        .await
        .map(Some)
}

fn outcome(line: &MessageLine, raw: &[u8], parts: &Parts) -> Outcome {
    let (from_address, subject) = sender(raw);
    let new = NewIncident {
        prefix: parts.mark.clone(),
        year: line.internal_date.with_timezone(&parts.timezone).year(),
        received_at: line.internal_date,
        addresses: Some(from_address.clone())
            .filter(|address| !address.is_empty())
            .into_iter()
            .collect(),
        fields: Fields::default(),
        to_ask: parts.form.ask_for(&Fields::default(), false),
        major_suspected: false,
        concerns: vec![Concern::Unreadable],
        ..NewIncident::default()
    };
    let answering = Answering {
        alike: None,
        address: from_address.clone(),
        body_hash: String::new(),
        decide: Box::new(|_| Answer::Silent("by_hand".to_owned())),
    };
    Outcome {
        message: line.id,
        kind: Kind::Declaration,
        reason: Why::ByHand.as_str().to_owned(),
        from_address,
        subject,
        text: String::new(),
        attachments: Vec::new(),
        effect: Effect::Opened(Box::new(new), answering),
    }
}

/// Address of From and subject, as far as the first headers alone give them.
fn sender(raw: &[u8]) -> (String, String) {
    let head = &raw[..raw.len().min(HEAD)];
    let end = [&b"\n\n"[..], b"\n\r\n"]
        .iter()
        .filter_map(|end| memchr::memmem::find(head, end))
        .min()
        .map_or(head.len(), |at| at + 1);
    // Without these it is plain text, whatever it says to be: no part of it is opened.
    let plain: Vec<u8> = plain_lines(&head[..end]).flatten().copied().collect();
    catch_unwind(|| {
        let email = Email::parse(&plain);
        let from = email.from.map_or_else(String::new, |from| from.address);
        (from.to_lowercase(), email.subject)
    })
    .unwrap_or_default()
}

/// The lines of From and Subject, with those that go on from them.
fn plain_lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut keeps = false;
    head.split_inclusive(|&byte| byte == b'\n')
        .filter(move |line| {
            if !matches!(line.first(), Some(b' ' | b'\t')) {
                let begins = |name: &[u8]| {
                    line.get(..name.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(name))
                };
                keeps = begins(b"from:") || begins(b"subject:");
            }
            keeps
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_from_and_subject_are_read() {
        let raw = b"X-A: b\r\nFrom: \"A\" <A.B@chu.example>\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\nSubject: =?utf-8?q?pann?=\r\n =?utf-8?q?e_=C3=A9?=\r\n\r\n--x\r\nSubject: y\r\n";
        assert_eq!(
            sender(raw),
            ("a.b@chu.example".to_owned(), "panne é".to_owned())
        );
        assert_eq!(sender(b""), (String::new(), String::new()));
        assert_eq!(
            sender(b"\xff\xfe\n\nFrom: a@b.example"),
            (String::new(), String::new())
        );
    }
}
