//! Who wrote, and which address an answer may go to.

use super::decision::Review;
use crate::text::fold;

/// The addresses of a message, as its headers give them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sender<'a> {
    /// The first mailbox of From.
    pub from: Option<&'a str>,
    /// How many mailboxes From holds.
    pub from_count: usize,
    /// The first mailbox of Reply-To.
    pub reply_to: Option<&'a str>,
}

/// The address that an answer goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// An address that a mail can be sent to.
    Address {
        /// `local@domain`, the domain lower case.
        address: String,
        /// Why a person must look first.
        doubt: Option<Review>,
    },
    /// None that could be written to.
    Nobody,
}

impl Addressee {
    /// The address, where there is one.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Address { address, .. } => Some(address),
            Self::Nobody => None,
        }
    }
}

impl Sender<'_> {
    /// The address that an answer goes to: From's; Reply-To's where its domain is the same. A
    /// Reply-To elsewhere is not followed, since anyone could have a mail of ours sent to a third
    /// person that way; a person sees it first.
    #[must_use]
    pub fn addressee(&self) -> Addressee {
        let Some((from, from_shape)) = self.from.and_then(checked) else {
            return Addressee::Nobody;
        };
        let several = (self.from_count > 1).then_some(Review::SeveralAuthors);
        let (address, shape, elsewhere) = match self.reply_to.and_then(checked) {
            Some((reply_to, shape)) if domain(&reply_to) == domain(&from) => {
                (reply_to, shape, None)
            }
            Some(_) => (from, from_shape, Some(Review::ReplyToElsewhere)),
            None => (from, from_shape, None),
        };
        let odd = (shape == Shape::Odd).then_some(Review::OddAddress);
        Addressee::Address {
            address,
            doubt: several.or(elsewhere).or(odd),
        }
    }
}

/// Whether the local part says that nobody reads answers.
#[must_use]
pub fn takes_no_answers(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let letters: String = fold(local)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    const WITHIN: [&str; 8] = [
        "noreply",
        "donotreply",
        "nepasrepondre",
        "nonrepondre",
        "sansreponse",
        "mailerdaemon",
        "autoresponder",
        "unsubscribe",
    ];
    const WHOLE: [&str; 9] = [
        "postmaster",
        "bounce",
        "bounces",
        "daemon",
        "nobody",
        "root",
        "listserv",
        "majordomo",
        "sympa",
    ];
    WITHIN.iter().any(|word| letters.contains(word))
        || WHOLE.contains(&letters.as_str())
        || local.ends_with("-bounces")
        || local.starts_with("owner-")
}

/// Whether a person's name is that of the mailbox which wrote: the display name or the local part
/// bears two words of it, or the last one (« c.lebreton » for Claire Lebreton). A first name alone
/// may be a colleague's.
#[must_use]
pub fn is_named(name: &str, from_name: &str, from_address: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        fold(text)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() > 1)
            .map(str::to_owned)
            .collect()
    };
    let local = from_address.split('@').next().unwrap_or_default();
    let written_by = [words(from_name), words(local)].concat();
    // The address of one person often joins initial or first name and last name.
    let joined = words(local).concat();
    let is_there = |word: &String| {
        written_by.contains(word) || (word.chars().count() > 3 && joined.contains(word.as_str()))
    };
    let name = words(name);
    let shared = name.iter().filter(|word| is_there(word)).count();
    match name.as_slice() {
        [] => false,
        [only] => is_there(only),
        [.., last] => shared >= 2 || is_there(last),
    }
}

/// The domain, lower case; empty where there is none.
#[must_use]
pub fn domain(address: &str) -> String {
    address
        .rsplit_once('@')
        .map_or_else(String::new, |(_, domain)| domain.to_lowercase())
}

/// Whether anybody may have a mailbox in this domain: it says nothing of who writes.
#[must_use]
pub fn is_mail_provider(domain: &str) -> bool {
    const ANYWHERE: &str = "gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|me|mac|aol|gmx|proton|protonmail|pm|tutanota|mailo|zoho|yandex|mail";
    const FRENCH: &str = "orange.fr|wanadoo.fr|free.fr|sfr.fr|neuf.fr|bbox.fr|laposte.net|numericable.fr|noos.fr|club-internet.fr|cegetel.net|aliceadsl.fr|voila.fr|caramail.fr|netcourrier.com|ik.me|infomaniak.com";
    // « mail.chu-nantes.fr » is a house's own; « yahoo.co.uk » is not.
    let country = |behind: &str| {
        let (first, last) = behind.split_once('.').unwrap_or(("", behind));
        matches!(first, "" | "co" | "com") && !last.contains('.')
    };
    FRENCH.split('|').any(|one| one == domain)
        || domain.split_once('.').is_some_and(|(name, behind)| {
            country(behind) && ANYWHERE.split('|').any(|one| one == name)
        })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Plain,
    Odd,
}

/// An address that SMTP can carry (RFC 5321, 4.1.2 and 4.5.3.1), with its domain in lower case.
/// Quoted and non-ASCII local parts are odd: allowed by the standards, mistyped in practice.
fn checked(address: &str) -> Option<(String, Shape)> {
    let (local, domain) = address.trim().rsplit_once('@')?;
    let sound_domain = domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || "<>()[],;:\\\"@".contains(c);
    if local.is_empty() || local.len() > 64 || !sound_domain || local.contains(forbidden) {
        return None;
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._+'&=#~^*$/?{|}`-".contains(&b);
    let odd = !local.bytes().all(plain)
        || local.starts_with(['-', '.'])
        || local.ends_with('.')
        || local.contains("..");
    let address = format!("{local}@{}", domain.to_lowercase());
    Some((address, if odd { Shape::Odd } else { Shape::Plain }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(from: &str, count: usize, reply_to: Option<&str>) -> (Option<String>, Option<Review>) {
        let sender = Sender {
            from: Some(from),
            from_count: count,
            reply_to,
        };
        match sender.addressee() {
            Addressee::Address { address, doubt } => (Some(address), doubt),
            Addressee::Nobody => (None, None),
        }
    }

    #[test]
    fn a_provider_of_mailboxes_says_nothing_of_who_writes() {
        for domain in [
            "gmail.com",
            "hotmail.fr",
            "yahoo.co.uk",
            "yahoo.com.br",
            "orange.fr",
            "proton.me",
        ] {
            assert!(is_mail_provider(domain), "{domain}");
        }
        for domain in [
            "chu-nantes.fr",
            "mail.chu-nantes.fr",
            "me.samu.example",
            "live.ch-brest.fr",
            "orange.com",
            "gmail.com.chu.fr",
            "gmail",
            "",
        ] {
            assert!(!is_mail_provider(domain), "{domain}");
        }
    }

    #[test]
    fn an_answer_goes_to_from_or_to_a_reply_to_of_the_same_domain() {
        let own = Some("claire@samu.example".to_owned());
        assert_eq!(to("claire@SAMU.example", 1, None), (own.clone(), None));
        let same = to("claire@samu.example", 1, Some("regulation@samu.example"));
        assert_eq!(same, (Some("regulation@samu.example".to_owned()), None));
        let elsewhere = to("claire@samu.example", 1, Some("claire@webmail.example"));
        assert_eq!(elsewhere, (own.clone(), Some(Review::ReplyToElsewhere)));
        assert_eq!(
            to("claire@samu.example", 2, None),
            (own.clone(), Some(Review::SeveralAuthors))
        );
        assert_eq!(to("claire@samu.example", 1, Some("nobody")), (own, None));
    }

    #[test]
    fn odd_addresses_are_held_and_impossible_ones_get_nothing() {
        for odd in [
            "-rf@samu.example",
            "a%b@samu.example",
            "a!b@samu.example",
            "é@samu.example",
            "a..b@samu.example",
        ] {
            assert_eq!(to(odd, 1, None).1, Some(Review::OddAddress), "{odd}");
        }
        let long = format!("{}@samu.example", "a".repeat(300));
        for bad in [
            "",
            "a@",
            "@b.example",
            "a@b",
            "a b@c.example",
            "a@b>,c@d.example",
            "a@b.example\r\n",
            "\"a@b\"@c.example",
            "a@b(c)@d.example",
            "<a@b.example>",
            "a@-b.example",
            "a@b..example",
            &long,
        ] {
            let bad_to = to(bad, 1, None);
            let is_trimmed = bad == "a@b.example\r\n" && bad_to.0.as_deref() == Some("a@b.example");
            assert!(bad_to.0.is_none() || is_trimmed, "{bad:?} {bad_to:?}");
        }
        assert_eq!(Sender::default().addressee(), Addressee::Nobody);
    }
}
