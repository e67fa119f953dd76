//! Our reference in a message: by a Message-ID, the plus-address, the subject's mark, and the marks
//! of earlier tools that the form defines. Recognised, not verified: the store's side does that.

use super::Context;
use crate::domain::form::Form;
use crate::mail::Email;

/// Our reference, where the message names one by a Message-ID, the subject's mark or the
/// plus-address of a recipient.
#[must_use]
pub fn find(email: &Email<'_>, form: &Form, context: &Context<'_>) -> Option<String> {
    let ids = email
        .in_reply_to
        .iter()
        .chain(email.references.iter().rev());
    for id in ids {
        if let Some(found) = in_message_id(id, form, context.mark) {
            return Some(found);
        }
    }
    for recipient in &email.recipients {
        let local = recipient.address.as_str();
        if let Some((_, tail)) = local.split_once('+')
            && let Some(found) = ours(tail, context.mark, '.')
        {
            return Some(found);
        }
        if let Some(found) = form
            .former_marks
            .iter()
            .find_map(|mark| mark.in_address(local))
        {
            return Some(found.to_owned());
        }
    }
    let subject = &email.subject;
    let marked = subject
        .match_indices('[')
        .find_map(|(at, _)| ours(&subject[at + 1..], context.mark, ']'));
    marked.or_else(|| {
        form.former_marks
            .iter()
            .find_map(|mark| mark.in_subject(subject))
            .map(str::to_owned)
    })
}

/// The reference that a Message-ID of ours carries.
pub(super) fn in_message_id(id: &str, form: &Form, mark: &str) -> Option<String> {
    ours(id, mark, '.').or_else(|| {
        form.former_marks
            .iter()
            .find_map(|former| former.in_message_id(id))
            .map(str::to_owned)
    })
}

/// `INC-26-00042` at the start of `text`, followed by `end`.
fn ours(text: &str, mark: &str, end: char) -> Option<String> {
    let rest = text
        .get(mark.len()..)
        .filter(|_| text.is_char_boundary(mark.len()))?;
    if !text[..mark.len()].eq_ignore_ascii_case(mark) {
        return None;
    }
    let rest = rest.strip_prefix('-')?;
    let (year, rest) = rest.split_at_checked(2)?;
    let rest = rest.strip_prefix('-')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let closes = rest[digits..].starts_with(end) || (end == '.' && rest[digits..].starts_with('@'));
    (year.bytes().all(|b| b.is_ascii_digit()) && digits >= 5 && closes)
        .then(|| format!("{mark}-{year}-{}", &rest[..digits]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &str) -> Option<String> {
        let raw = format!("{headers}\r\n\r\nx");
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &[],
            mark: "INC",
            key: None,
        };
        find(&Email::parse(raw.as_bytes()), Form::si_samu(), &context)
    }

    #[test]
    fn a_reference_is_found_in_ids_addresses_and_subjects() {
        for (headers, expected) in [
            (
                "In-Reply-To: <INC-26-00042.1.4f9c2e@support.example>",
                Some("INC-26-00042"),
            ),
            (
                "References: <a@b.example> <INC-26-123456.2.ab@support.example>",
                Some("INC-26-123456"),
            ),
            (
                "To: si-samu+INC-26-00042.aaaaaaaaaaaaa@support.example",
                Some("INC-26-00042"),
            ),
            ("Subject: Re: carto [INC-26-00042]", Some("INC-26-00042")),
            ("Subject: RE: [SI-SAMU #2026-000123] x", Some("2026-000123")),
            (
                "In-Reply-To: <incident-2026-000131.1@support.example>",
                Some("2026-000131"),
            ),
            (
                "To: si-samu+2026-000044@support.example",
                Some("2026-000044"),
            ),
            (
                "Subject: Re: [INC-26-0042] four digits are none of ours",
                None,
            ),
            ("Subject: INC-26-00042 without its brackets", None),
            ("In-Reply-To: <0b7c55d2@chu.example>", None),
        ] {
            assert_eq!(read(headers).as_deref(), expected, "{headers}");
        }
    }
}
