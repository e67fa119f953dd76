//! Which of our tickets a message names: by a Message-ID of ours that it answers, by the
//! plus-address that it was sent to, by the mark in its subject; and by the marks of earlier tools.
//!
//! Here marks are recognised only. Whether a hash is ours is [`Mark::is_ours`]; a reference that
//! stands in a subject proves nothing, since it is made to be spoken.

use super::Email;
use crate::domain::form::FormerMark;
use crate::domain::mark::{self, Mark};

/// A reference that a message names, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As its tool writes it: `INC-26-00042`, `2026-000123`.
    pub reference: String,
    /// Where it was found.
    pub place: Place,
    /// The keyed mark to be verified; `None` in subjects and for marks of earlier tools.
    pub mark: Option<Mark>,
    /// Of an earlier tool.
    pub former: bool,
}

/// Where a reference was found; the earlier, the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A Message-ID in In-Reply-To or References.
    MessageId,
    /// The address that the message was sent to.
    Address,
    /// The subject.
    Subject,
}

/// The references that a message names, the strongest place first, each once per place; `prefix`
/// is that of our own, `former` are the patterns of earlier tools.
#[must_use]
pub fn named(email: &Email<'_>, prefix: &str, former: &[FormerMark]) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let mut add = |reference: String, place: Place, mark: Option<Mark>, former: bool| {
        let known = found
            .iter()
            .any(|n| n.reference == reference && n.place == place && n.mark == mark);
        if !known {
            found.push(Named {
                reference,
                place,
                mark,
                former,
            });
        }
    };
    // The newest id stands last in References; In-Reply-To names the message answered.
    for id in email
        .in_reply_to
        .iter()
        .chain(email.references.iter().rev())
    {
        if let Some(mark) = mark::in_message_id(id, prefix) {
            add(mark.reference.clone(), Place::MessageId, Some(mark), false);
        }
        for reference in former.iter().filter_map(|f| f.in_message_id(id)) {
            add(reference.to_owned(), Place::MessageId, None, true);
        }
    }
    let addresses = email.recipients.iter().chain(&email.delivered_to);
    for address in addresses.map(|a| a.address.as_str()) {
        if let Some(mark) = mark::in_address(address, prefix) {
            add(mark.reference.clone(), Place::Address, Some(mark), false);
        }
        for reference in former.iter().filter_map(|f| f.in_address(address)) {
            add(reference.to_owned(), Place::Address, None, true);
        }
    }
    for reference in mark::in_subject(&email.subject, prefix) {
        add(reference, Place::Subject, None, false);
    }
    for reference in former.iter().filter_map(|f| f.in_subject(&email.subject)) {
        add(reference.to_owned(), Place::Subject, None, true);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::Form;

    fn places(raw: &str) -> Vec<(String, Place, bool)> {
        let form = Form::parse(include_str!("../domain/form/si-samu.toml")).unwrap();
        let email = Email::parse(raw.as_bytes());
        named(&email, "INC", &form.former_marks)
            .into_iter()
            .map(|n| (n.reference, n.place, n.former))
            .collect()
    }

    #[test]
    fn a_reply_keeps_its_reference_in_three_places() {
        let ours = |place| ("INC-26-00042".to_owned(), place, false);
        for (headers, expected) in [
            (
                "In-Reply-To: <INC-26-00042.1.4f9c2e@support.invalid>",
                vec![ours(Place::MessageId)],
            ),
            (
                "References: <x@y>\n <INC-26-00042.2.aa@support.invalid>",
                vec![ours(Place::MessageId)],
            ),
            (
                "To: box+INC-26-00042.abcdefghijklm@support.invalid",
                vec![ours(Place::Address)],
            ),
            (
                "Delivered-To: box+b.INC-26-00042.abcdefghijklm@support.invalid",
                vec![ours(Place::Address)],
            ),
            ("Subject: RE: [INC-26-00042] x", vec![ours(Place::Subject)]),
            (
                "Subject: =?utf-8?Q?Re=3A_=5BINC-26-00042=5D_x?=",
                vec![ours(Place::Subject)],
            ),
            (
                "Subject: [INC-26-00042] et [INC-26-00043]",
                vec![
                    ours(Place::Subject),
                    ("INC-26-00043".to_owned(), Place::Subject, false),
                ],
            ),
            (
                "Subject: [INC-26-0042] x [ABC-26-00042] INC-26-00042",
                vec![],
            ),
            ("Subject: incident", vec![]),
        ] {
            assert_eq!(places(&format!("{headers}\n\nx")), expected, "{headers}");
        }
    }

    #[test]
    fn marks_of_the_tools_before_are_still_known() {
        for (headers, reference, place) in [
            (
                "Subject: RE: [SI-SAMU #2026-000123] x",
                "2026-000123",
                Place::Subject,
            ),
            (
                "In-Reply-To: <incident-2026-000123.1@support.invalid>",
                "2026-000123",
                Place::MessageId,
            ),
            (
                "To: si-samu+2026-000340@support.invalid",
                "2026-000340",
                Place::Address,
            ),
        ] {
            assert_eq!(
                places(&format!("{headers}\n\nx")),
                [(reference.to_owned(), place, true)],
                "{headers}"
            );
        }
    }
}
