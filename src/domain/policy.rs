//! What the operator has settled about our mails: who releases them, how many may leave, and whom
//! we never write to.

use super::restraint::Suppressed;
use super::sender::takes_no_answers;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Who releases our mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The machine, after the hold.
    #[default]
    Auto,
    /// A person, each of them.
    Review,
    /// Nobody: no mail is made.
    Off,
}

/// How many mails may leave by themselves; each is a key of `[replies]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests in one ticket.
    pub per_ticket: u32,
    /// Between two mails of one ticket.
    pub ticket_interval: TimeDelta,
    /// To one address in an hour, since it last wrote something new.
    pub per_address_hour: u32,
    /// To one address in 24 hours.
    pub per_address_day: u32,
    /// In answer to the same words, from whomever, in 24 hours.
    pub per_body_day: u32,
    /// To one domain in 15 minutes.
    pub per_domain_quarter: u32,
    /// In all in 15 minutes.
    pub all_quarter: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_ticket: 3,
            ticket_interval: TimeDelta::minutes(1),
            per_address_hour: 3,
            per_address_day: 10,
            per_body_day: 3,
            per_domain_quarter: 30,
            all_quarter: 300,
        }
    }
}

/// What the operator has settled.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Who releases.
    pub mode: Mode,
    /// How long each mail waits in the outbox, where it can be cancelled.
    pub hold: TimeDelta,
    /// The limits.
    pub limits: Limits,
    /// Addresses that are never written to: `*` stands for any characters.
    pub never_to: Vec<String>,
    /// The mailbox's own addresses, lower case.
    pub own_addresses: Vec<String>,
}

impl Policy {
    /// Why an address is never written to, if it is not.
    #[must_use]
    pub fn forbids(&self, address: &str) -> Option<Suppressed> {
        let address = address.to_lowercase();
        if is_own(&self.own_addresses, &address) {
            return Some(Suppressed::Ourselves);
        }
        let listed = self
            .never_to
            .iter()
            .any(|pattern| matches_pattern(&pattern.to_lowercase(), &address));
        (listed || takes_no_answers(&address)).then_some(Suppressed::NoReply)
    }
}

/// Whether an address is one of ours, with whatever tag behind a `+`.
#[must_use]
pub fn is_own(own_addresses: &[String], address: &str) -> bool {
    own_addresses
        .iter()
        .any(|own| is_same_mailbox(own, address))
}

/// Whether two addresses are one mailbox: what follows a `+` does not count.
fn is_same_mailbox(own: &str, address: &str) -> bool {
    let bare = |address: &str| {
        let (local, domain) = address.rsplit_once('@')?;
        let local = local.split('+').next().unwrap_or(local);
        Some((local.to_lowercase(), domain.to_lowercase()))
    };
    bare(own).is_some() && bare(own) == bare(address)
}

/// Whether `text` matches `pattern`, where `*` stands for any characters. Linear in
/// `pattern × text` at worst, both short.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pattern
        .contains('*')
        .then(|| pieces.next_back().unwrap_or_default())
    else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_addresses_are_never_written_to() {
        let policy = Policy {
            never_to: vec![
                "*@no-reply.example".to_owned(),
                "Postmaster@*".to_owned(),
                "x@y.example".to_owned(),
            ],
            own_addresses: vec!["support@vigie.example".to_owned()],
            ..Policy::default()
        };
        for (address, why) in [
            ("claire@samu.example", None),
            ("rappel@samu.example", None),
            ("a.noreply-lab@samu.example", Some(Suppressed::NoReply)),
            ("ne-pas-repondre@samu.example", Some(Suppressed::NoReply)),
            ("Ne_Pas_Répondre@samu.example", Some(Suppressed::NoReply)),
            ("MAILER-DAEMON@samu.example", Some(Suppressed::NoReply)),
            ("no.reply@samu.example", Some(Suppressed::NoReply)),
            ("liste-bounces@samu.example", Some(Suppressed::NoReply)),
            ("anyone@no-reply.example", Some(Suppressed::NoReply)),
            ("postmaster@anywhere.example", Some(Suppressed::NoReply)),
            ("x@y.example", Some(Suppressed::NoReply)),
            ("xx@y.example", None),
            ("Support@Vigie.example", Some(Suppressed::Ourselves)),
            (
                "support+INC-26-00042.aaaaaaaaaaaaa@vigie.example",
                Some(Suppressed::Ourselves),
            ),
            ("support@elsewhere.example", None),
        ] {
            assert_eq!(policy.forbids(address), why, "{address}");
        }
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, matched) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("ab*ba", "aba", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("*@x", "a@x.y", false),
        ] {
            assert_eq!(matches_pattern(pattern, text), matched, "{pattern} {text}");
        }
    }
}
