//! Marks by which an answer finds its ticket: keyed Message-IDs, keyed plus-addresses and the
//! reference in the subject.
//!
//! A reference is made to be spoken, so it can be guessed: only a keyed hash proves that a mark is
//! ours. Each mark hashes its purpose with the reference, so that none can be turned into another.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a keyed token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The plus-address of Reply-To.
    Reply,
    /// The plus-address of the envelope sender, where bounces go.
    Bounce,
    /// The last part of a Message-ID before its `@`.
    MessageId,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Bounce => "bounce",
            Self::MessageId => "message-id",
        }
    }
}

/// A mark that was found in a message, before its hash is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The reference it names, upper case: `INC-26-00042`.
    pub reference: String,
    /// What was hashed.
    pub purpose: Purpose,
    /// The number of the mail within its ticket; 0 for addresses.
    pub sequence: u32,
    /// The hash as it stands in the message, lower case.
    pub hash: String,
}

impl Mark {
    /// Whether the hash is ours. Compared in constant time.
    #[must_use]
    pub fn is_ours(&self, key: &[u8]) -> bool {
        let expected = match self.purpose {
            Purpose::MessageId => message_hash(key, &self.reference, self.sequence),
            purpose => token(key, purpose, &self.reference),
        };
        expected.len() == self.hash.len()
            && expected
                .bytes()
                .zip(self.hash.bytes())
                .fold(0, |difference, (a, b)| difference | (a ^ b))
                == 0
    }
}

/// The token of a reference: 13 lower-case base32 characters, the first 64 bits of HMAC-SHA256
/// over purpose and reference.
#[must_use]
pub fn token(key: &[u8], purpose: Purpose, reference: &str) -> String {
    BASE32_NOPAD
        .encode(&keyed(key, &[purpose.word(), reference]))
        .to_ascii_lowercase()
}

/// The Message-ID of the `sequence`-th mail of a ticket (from 1), with angle brackets:
/// `<INC-26-00042.1.4f9c2e…@domain>`. The same on a re-send.
#[must_use]
pub fn message_id(key: &[u8], reference: &str, sequence: u32, domain: &str) -> String {
    let hash = message_hash(key, reference, sequence);
    format!("<{reference}.{sequence}.{hash}@{domain}>")
}

/// `box+INC-26-00042.<token>@domain`: where answers go. `None` where `mailbox` has no `@`.
#[must_use]
pub fn reply_address(key: &[u8], mailbox: &str, reference: &str) -> Option<String> {
    let (local, domain) = mailbox.rsplit_once('@')?;
    let token = token(key, Purpose::Reply, reference);
    Some(format!("{local}+{reference}.{token}@{domain}"))
}

/// `box+b.INC-26-00042.<token>@domain`: where bounces go. `None` where `mailbox` has no `@`.
#[must_use]
pub fn bounce_address(key: &[u8], mailbox: &str, reference: &str) -> Option<String> {
    let (local, domain) = mailbox.rsplit_once('@')?;
    let token = token(key, Purpose::Bounce, reference);
    Some(format!("{local}+b.{reference}.{token}@{domain}"))
}

/// `[INC-26-00042]`: what the subject carries.
#[must_use]
pub fn subject_mark(reference: &str) -> String {
    format!("[{reference}]")
}

/// The mark in a Message-ID, with or without angle brackets; `prefix` is that of our references.
#[must_use]
pub fn in_message_id(id: &str, prefix: &str) -> Option<Mark> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    let (left, _domain) = id.rsplit_once('@')?;
    let mut parts = left.splitn(3, '.');
    let reference = reference(parts.next()?, prefix)?;
    let sequence = parts.next()?.parse().ok()?;
    let hash = parts.next()?.to_ascii_lowercase();
    Some(Mark {
        reference,
        purpose: Purpose::MessageId,
        sequence,
        hash,
    })
}

/// The mark in a plus-address of ours, of Reply-To or of the envelope sender. Mail systems may
/// change the case of an address, so case does not count.
#[must_use]
pub fn in_address(address: &str, prefix: &str) -> Option<Mark> {
    let (local, _domain) = address.trim().rsplit_once('@')?;
    let (_mailbox, tag) = local.rsplit_once('+')?;
    let (purpose, tag) = match tag.get(..2) {
        Some("b." | "B.") => (Purpose::Bounce, &tag[2..]),
        _ => (Purpose::Reply, tag),
    };
    let (name, hash) = tag.split_once('.')?;
    Some(Mark {
        reference: reference(name, prefix)?,
        purpose,
        sequence: 0,
        hash: hash.to_ascii_lowercase(),
    })
}

/// The references that a subject names in square brackets, in order, each once.
#[must_use]
pub fn in_subject(subject: &str, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in subject.split('[').skip(1) {
        let Some((inside, _)) = piece.split_once(']') else {
            continue;
        };
        if let Some(name) = reference(inside.trim(), prefix)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// A reference in its stable form, if `text` is one: prefix, two digits of the year, a number of
/// at least five digits.
#[must_use]
pub fn reference(text: &str, prefix: &str) -> Option<String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let upper = text.to_ascii_uppercase();
    let rest = upper
        .strip_prefix(&prefix.to_ascii_uppercase())?
        .strip_prefix('-')?;
    let (year, number) = rest.split_once('-')?;
    let sound =
        digits(year) && year.len() == 2 && digits(number) && (5..=12).contains(&number.len());
    sound.then_some(upper)
}

fn message_hash(key: &[u8], reference: &str, sequence: u32) -> String {
    let sequence = sequence.to_string();
    HEXLOWER.encode(&keyed(
        key,
        &[Purpose::MessageId.word(), reference, &sequence],
    ))
}

/// The first 64 bits of HMAC-SHA256 over `parts`, each closed by NUL so that parts can't run
/// into each other.
fn keyed(key: &[u8], parts: &[&str]) -> [u8; 8] {
    // HMAC takes a key of any length, so the error can't come; an empty hash would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 8];
    };
    for part in parts {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    let full = mac.finalize().into_bytes();
    let mut short = [0; 8];
    short.copy_from_slice(&full[..8]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
    const REFERENCE: &str = "INC-26-00042";

    #[test]
    fn a_message_id_of_ours_is_known_and_a_forged_one_is_not() {
        let id = message_id(KEY, REFERENCE, 1, "vigie.example");
        let mark = in_message_id(&id, "INC").unwrap();
        assert_eq!(mark.reference, REFERENCE);
        assert_eq!(mark.hash.len(), 16);
        assert!(mark.is_ours(KEY));
        assert!(!mark.is_ours(b"another key"));
        for (what, forged) in [
            ("another number", id.replace(".1.", ".2.")),
            ("another reference", id.replace("00042", "00043")),
            ("no hash", format!("<{REFERENCE}.1.@vigie.example>")),
        ] {
            let mark = in_message_id(&forged, "INC");
            assert!(!mark.is_some_and(|mark| mark.is_ours(KEY)), "{what}");
        }
    }

    #[test]
    fn a_relay_may_change_the_case_of_a_plus_address() {
        let address = reply_address(KEY, "support@vigie.example", REFERENCE).unwrap();
        assert!(address.starts_with("support+INC-26-00042."), "{address}");
        assert_eq!(
            address.len(),
            "support+INC-26-00042.@vigie.example".len() + 13
        );
        for seen in [
            address.clone(),
            address.to_lowercase(),
            address.to_uppercase(),
        ] {
            let mark = in_address(&seen, "INC").unwrap();
            assert_eq!(mark.purpose, Purpose::Reply);
            assert!(mark.is_ours(KEY), "{seen}");
        }
    }

    #[test]
    fn a_token_for_bounces_is_no_token_for_answers() {
        let bounce = bounce_address(KEY, "support@vigie.example", REFERENCE).unwrap();
        let mark = in_address(&bounce, "INC").unwrap();
        assert_eq!(mark.purpose, Purpose::Bounce);
        assert!(mark.is_ours(KEY));
        let as_reply = bounce.replace("+b.", "+");
        assert!(!in_address(&as_reply, "INC").unwrap().is_ours(KEY));
    }

    #[test]
    fn other_addresses_and_ids_carry_no_mark() {
        for address in [
            "",
            "@",
            "a@b",
            "support+@x",
            "support+news@x",
            "x+INC-26-42.abc@x",
            "+b.@x",
        ] {
            assert_eq!(in_address(address, "INC"), None, "{address}");
        }
        for id in [
            "",
            "<>",
            "<a@b>",
            "<INC-26-00042@x>",
            "<INC-26-00042.x.ff@x>",
            "<GLPI_12-1.2@x>",
        ] {
            assert_eq!(in_message_id(id, "INC"), None, "{id}");
        }
    }

    #[test]
    fn the_subject_names_references_in_brackets() {
        for (subject, found) in [
            ("Re: panne [INC-26-00042]", vec!["INC-26-00042"]),
            (
                "RE: [inc-26-00042] TR: [INC-26-100007] x",
                vec!["INC-26-00042", "INC-26-100007"],
            ),
            ("[INC-26-00042] [INC-26-00042]", vec!["INC-26-00042"]),
            ("INC-26-00042 sans crochets", vec![]),
            ("[INC-26-0042] [GLPI #12] [INC-2026-00042] [", vec![]),
        ] {
            assert_eq!(in_subject(subject, "INC"), found, "{subject}");
        }
    }
}
