//! Which mail of ours a bounce or an automatic answer is about.

use super::intake::Read;
use crate::domain::declaration::Kind;
use crate::domain::incident::{IncidentId, Reference};
use crate::domain::mark::{self, Purpose};
use crate::mail::automatic::{Action, Bounce};
use crate::store::{About, Notice, Store, StoreError};

/// What a bounce or an automatic answer says of a mail of ours; `None` where it is about none.
///
/// # Errors
/// The store's.
pub async fn notice(
    read: &Read,
    prefix: &str,
    key: &[u8],
    store: &Store,
) -> Result<Option<Notice>, StoreError> {
    let is_bounce = read.declaration.kind == Kind::Bounce;
    for (reference, mail) in proven(read, prefix, key) {
        if let Some(incident) = store.incident_id(&reference).await? {
            return Ok(Some(Notice {
                incident,
                mail,
                about: if is_bounce {
                    about(read.email.automatic.bounce.as_ref())
                } else {
                    About::AutoReply
                },
            }));
        }
    }
    if !is_bounce {
        return Ok(None);
    }
    let named = named_by_bounce(read, prefix, store).await?;
    Ok(named.map(|incident| Notice {
        incident,
        mail: None,
        about: About::Unproven,
    }))
}

/// What became of the mail.
fn about(bounce: Option<&Bounce>) -> About {
    let unknown = Bounce::default();
    let bounce = bounce.unwrap_or(&unknown);
    match bounce.action {
        _ if bounce.is_failure() => About::Failed {
            status: bounce.status.clone().unwrap_or_default(),
            recipient: bounce.recipient.clone(),
        },
        Some(Action::Arrived) => About::Arrived,
        _ => About::Delayed,
    }
}

/// The incident that a failure without a mark of ours names: by the subject, its own or that of the
/// mail which came back, where the recipient that failed is one of the incident's addresses.
async fn named_by_bounce(
    read: &Read,
    prefix: &str,
    store: &Store,
) -> Result<Option<IncidentId>, StoreError> {
    let Some(bounce) = read
        .email
        .automatic
        .bounce
        .as_ref()
        .filter(|bounce| bounce.is_failure())
    else {
        return Ok(None);
    };
    let Some(recipient) = &bounce.recipient else {
        return Ok(None);
    };
    let subjects = [bounce.subject.as_deref(), Some(read.email.subject.as_str())];
    for name in subjects
        .into_iter()
        .flatten()
        .flat_map(|subject| mark::in_subject(subject, prefix))
    {
        let Ok(reference) = name.parse::<Reference>() else {
            continue;
        };
        if let Some(id) = store.incident_id(&reference).await?
            && store.is_known_address(id, recipient).await?
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The references whose keyed hash the message carries, the nearest first, each with the number of
/// the mail where a Message-ID says it.
fn proven(read: &Read, prefix: &str, key: &[u8]) -> Vec<(Reference, Option<u32>)> {
    let email = &read.email;
    let bounced = email.automatic.bounce.as_ref();
    let is_notice = matches!(read.declaration.kind, Kind::Bounce | Kind::AutoReply);
    let ids = bounced
        .and_then(|bounce| bounce.message_id.as_ref())
        .into_iter()
        .chain(&email.in_reply_to)
        .chain(email.references.iter().rev());
    let of_ids = ids.filter_map(|id| mark::in_message_id(id, prefix));
    let of_addresses = email
        .recipients
        .iter()
        // What answers the envelope may write another To.
        .chain(&email.delivered_to)
        .filter_map(|recipient| mark::in_address(&recipient.address, prefix))
        // The address for bounces stands in no header of ours: only a notice comes there.
        .filter(|found| found.purpose == Purpose::Reply || is_notice);
    let mut references: Vec<(Reference, Option<u32>)> = Vec::new();
    for found in of_ids
        .chain(of_addresses)
        .filter(|found| found.is_ours(key))
    {
        if let Ok(reference) = found.reference.parse::<Reference>()
            && references.iter().all(|(known, _)| *known != reference)
        {
            let numbered = found.purpose == Purpose::MessageId;
            references.push((reference, numbered.then_some(found.sequence)));
        }
    }
    references
}
