//! Messages that the server does not give, however often it is asked (IMAP-11): what is recorded in
//! their place.

use chrono::{DateTime, SecondsFormat, Utc};

use super::Imap;
use super::fetch::Facts;
use crate::domain::message::{Fetched, Place};

impl Imap {
    /// What stands for the message `uid` from now on.
    pub(super) fn give_up(&mut self, uidvalidity: u32, uid: u32, now: DateTime<Utc>) -> Fetched {
        tracing::warn!(
            event = "message.withheld",
            uidvalidity,
            uid,
            "the mail server does not give this message: recorded as left there"
        );
        let facts = self
            .facts
            .get(&uid)
            .or_else(|| self.told.get(&uid))
            .copied();
        self.told.remove(&uid);
        Fetched {
            place: Place::Imap { uidvalidity, uid },
            internal_date: facts.and_then(|facts| facts.internal_date).unwrap_or(now),
            bytes: stand_in(facts, uidvalidity, uid),
            left_on_server: true,
            told_size: facts.and_then(|facts| facts.size),
            withheld: true,
        }
    }
}

/// A subject by which a person finds the message, and no sender, so that nobody is answered. Equal
/// bytes are one message: named by what stays when the folder is numbered anew, if that was told.
fn stand_in(facts: Option<Facts>, uidvalidity: u32, uid: u32) -> Vec<u8> {
    let which = match facts {
        Some(Facts {
            size: Some(size),
            internal_date: Some(date),
        }) => format!(
            "{size} octets, {}",
            date.to_rfc3339_opts(SecondsFormat::Secs, true)
        ),
        _ => format!("UID {uid}, UIDVALIDITY {uidvalidity}"),
    };
    format!("Subject: =?utf-8?q?Message_rest=C3=A9_sur_le_serveur?= ({which})\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withheld_message_is_the_same_under_another_uidvalidity() {
        let facts = Facts {
            size: Some(1234),
            internal_date: DateTime::from_timestamp(1_795_510_800, 0),
        };
        assert_eq!(stand_in(Some(facts), 7, 2), stand_in(Some(facts), 8, 90));
        let unknown = Facts {
            size: None,
            ..facts
        };
        assert_ne!(stand_in(Some(unknown), 7, 2), stand_in(Some(unknown), 7, 3));
        assert_ne!(stand_in(None, 7, 2), stand_in(None, 8, 2));
    }
}
