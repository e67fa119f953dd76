//! `decide`: whether a message is answered by the machine, with which mail, and who must look
//! first. The policy stands here, in the order in which it is applied:
//!
//! 1. what is never answered gives [`Decision::Silent`] with its reason;
//! 2. the mail is chosen: E1c for a suspected outage, else E2, E1 or E1b by what is missing;
//! 3. a mail that a machine should not send alone, or that is over a limit, is held for a person
//!    ([`Review`]); it is shown, never dropped.

use super::declaration::{Declaration, Kind};
use super::form::Ask;
use super::outgoing::Template;
use super::sender::{Addressee, Sender};
use crate::text::fold;
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// More Received lines than this mean that the message runs in circles.
const MOST_RECEIVED: usize = 50;

/// More questions than this make the long form (E1b), which asks for a call first.
const MOST_FOR_E1: usize = 6;

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

/// How the message came: marks that its headers bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin {
    /// Sent through a mailing list.
    pub list: Option<List>,
    /// A ticket tool forwards a person's report (`Auto-Submitted: auto-generated`).
    pub ticket_tool: bool,
    /// The null envelope sender, which automatic mail bears (RFC 5321, 4.5.5).
    pub null_sender: bool,
    /// The receiving server found the sender's domain forged.
    pub forged: bool,
    /// Number of Received lines.
    pub received: usize,
}

/// A mailing list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// A newsletter or announcement: bulk marks.
    Bulk,
    /// A person writes through it.
    Person,
}

/// The ticket so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticket {
    /// Requests (E1, E1b, E1c) made so far, those that wait included, cancelled ones not.
    pub requests: u32,
    /// When its last mail of ours was made.
    pub last_mail: Option<DateTime<Utc>>,
}

/// Our mails that count against the limits, those that wait included, cancelled ones not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// To the address, in the last hour, with nothing new from it since.
    pub to_address_hour: u32,
    /// To the address, in 24 hours.
    pub to_address_day: u32,
    /// E1c to the address, in 24 hours.
    pub outage_to_address_day: u32,
    /// In answer to the same words ([`body_hash`]), in 24 hours.
    pub same_body_day: u32,
    /// To the address's domain, in 15 minutes.
    pub to_domain_quarter: u32,
    /// In all, in 15 minutes.
    pub all_quarter: u32,
}

/// Everything that the decision looks at.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// What the message says.
    pub declaration: &'a Declaration,
    /// What must be asked for.
    pub asks: &'a [Ask],
    /// Who wrote.
    pub sender: Sender<'a>,
    /// How it came.
    pub origin: Origin,
    /// It arrived after `answer_from`; older ones are recorded only.
    pub answerable: bool,
    /// Nothing hints at another kind than the one given.
    pub kind_certain: bool,
    /// The ticket so far.
    pub ticket: Ticket,
    /// Our mails so far.
    pub sent: Sent,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A mail is made.
    Reply {
        /// Which.
        template: Template,
        /// To whom, `local@domain`.
        to: String,
        /// What it asks for; empty for E1c and E2.
        asks: Vec<Ask>,
        /// It does not leave before.
        hold_until: DateTime<Utc>,
        /// Why a person must release it.
        review: Option<Review>,
    },
    /// No mail is made.
    Silent {
        /// Why.
        reason: Suppressed,
    },
}

/// Why no mail is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suppressed {
    /// An automatic answer.
    AutoReply,
    /// A bounce.
    Bounce,
    /// Nothing is declared.
    Other,
    /// An answer in a ticket: filed there.
    Reply,
    /// A demand for escalation: a person answers it.
    Escalation,
    /// A newsletter or announcement.
    BulkList,
    /// From one of our own addresses.
    Ourselves,
    /// The address takes no answers.
    NoReply,
    /// The null envelope sender.
    NullSender,
    /// More than 50 Received lines.
    Circling,
    /// No address to answer to.
    NoAddress,
    /// Older than `answer_from`.
    Older,
    /// `mode = "off"`.
    Off,
}

/// Why a person must release a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// From has several authors.
    SeveralAuthors,
    /// The address is odd, though it may be right.
    OddAddress,
    /// Reply-To leads to another domain.
    ReplyToElsewhere,
    /// A ticket tool wrote for a person.
    TicketTool,
    /// Written through a mailing list.
    ThroughList,
    /// The sender's domain may be forged.
    Forged,
    /// The kind is not sure.
    UncertainKind,
    /// Too many requests in this ticket.
    TicketLimit,
    /// The ticket's last mail is too recent.
    TicketInterval,
    /// Too many mails to this address in an hour, without an answer.
    AddressHour,
    /// Too many mails to this address in a day.
    AddressDay,
    /// The same words came too often.
    SameBody,
    /// Too many mails to this domain.
    DomainLimit,
    /// Too many mails in all.
    AllLimit,
    /// `mode = "review"`.
    Mode,
    /// It waited longer than `max_age`.
    TooOld,
}

/// Decides what is done about one message.
#[must_use]
pub fn decide(situation: &Situation<'_>, policy: &Policy, now: DateTime<Utc>) -> Decision {
    if let Some(reason) = never_answered(situation, policy) {
        return Decision::Silent { reason };
    }
    let Addressee::Address { address, doubt } = situation.sender.addressee() else {
        return Decision::Silent {
            reason: Suppressed::NoAddress,
        };
    };
    if let Some(reason) = unwanted(&address, policy) {
        return Decision::Silent { reason };
    }
    let asks = situation.asks;
    let template = if situation.declaration.major_suspected {
        Template::E1c
    } else if asks.is_empty() {
        Template::E2
    } else if questions(asks) > MOST_FOR_E1 {
        Template::E1b
    } else {
        Template::E1
    };
    let review = doubt
        .or_else(|| doubtful(situation))
        .or_else(|| over_limit(situation, template, &policy.limits, now))
        .or_else(|| (policy.mode == Mode::Review).then_some(Review::Mode));
    Decision::Reply {
        template,
        to: address,
        asks: match template {
            Template::E1 | Template::E1b => asks.to_vec(),
            Template::E1c | Template::E2 => Vec::new(),
        },
        hold_until: now + policy.hold,
        review,
    }
}

/// The hash of the words of a message, for the limit on same words: case, accents, blanks and
/// digits don't count, since responders number their answers. A message of a few words is told
/// apart by its subject.
#[must_use]
pub fn body_hash(own_text: &str, subject: &str) -> String {
    let words = |text: &str| -> String {
        let folded = fold(text);
        let letters: Vec<&str> = folded
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty())
            .collect();
        letters.join(" ")
    };
    let mut text = words(own_text);
    if text.len() < 40 {
        text = format!("{text}\n{}", words(subject));
    }
    HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..16])
}

/// How many numbered questions these asks make: name and role are one, a screenshot is none.
#[must_use]
pub fn questions(asks: &[Ask]) -> usize {
    use super::field::FieldName::{DeclarantName, DeclarantRole};
    use super::form::Item;
    let asked = |item: Item| asks.iter().any(|ask| ask.item == item);
    let both = asked(Item::Field(DeclarantName)) && asked(Item::Field(DeclarantRole));
    let numbered = asks
        .iter()
        .filter(|ask| ask.item != Item::Screenshot)
        .count();
    numbered - usize::from(both)
}

/// What no mail is ever made for, whoever wrote.
fn never_answered(situation: &Situation<'_>, policy: &Policy) -> Option<Suppressed> {
    let origin = &situation.origin;
    match situation.declaration.kind {
        Kind::AutoReply => return Some(Suppressed::AutoReply),
        Kind::Bounce => return Some(Suppressed::Bounce),
        Kind::Other => return Some(Suppressed::Other),
        _ => {}
    }
    if origin.received > MOST_RECEIVED {
        Some(Suppressed::Circling)
    } else if origin.null_sender {
        Some(Suppressed::NullSender)
    } else if origin.list == Some(List::Bulk) {
        Some(Suppressed::BulkList)
    } else if !situation.answerable {
        Some(Suppressed::Older)
    } else if policy.mode == Mode::Off {
        Some(Suppressed::Off)
    } else if situation.declaration.kind == Kind::Escalation {
        Some(Suppressed::Escalation)
    } else if situation.declaration.kind == Kind::Reply {
        Some(Suppressed::Reply)
    } else {
        None
    }
}

/// Addresses that are not written to.
fn unwanted(address: &str, policy: &Policy) -> Option<Suppressed> {
    let address = address.to_lowercase();
    if policy
        .own_addresses
        .iter()
        .any(|own| is_same_mailbox(own, &address))
    {
        return Some(Suppressed::Ourselves);
    }
    let listed = policy
        .never_to
        .iter()
        .any(|pattern| matches_pattern(&pattern.to_lowercase(), &address));
    (listed || super::sender::takes_no_answers(&address)).then_some(Suppressed::NoReply)
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

/// What a machine does not answer alone.
fn doubtful(situation: &Situation<'_>) -> Option<Review> {
    let origin = &situation.origin;
    if origin.ticket_tool {
        Some(Review::TicketTool)
    } else if origin.list == Some(List::Person) {
        Some(Review::ThroughList)
    } else if origin.forged {
        Some(Review::Forged)
    } else if !situation.kind_certain {
        Some(Review::UncertainKind)
    } else {
        None
    }
}

/// The first limit that one more mail would break.
fn over_limit(
    situation: &Situation<'_>,
    template: Template,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Option<Review> {
    let (ticket, sent) = (&situation.ticket, &situation.sent);
    if template == Template::E1c && sent.outage_to_address_day == 0 {
        return None;
    }
    let too_soon = |last: DateTime<Utc>| now - last < limits.ticket_interval;
    if template.is_request() && ticket.requests >= limits.per_ticket {
        Some(Review::TicketLimit)
    } else if ticket.last_mail.is_some_and(too_soon) {
        Some(Review::TicketInterval)
    } else if sent.to_address_hour >= limits.per_address_hour {
        Some(Review::AddressHour)
    } else if sent.to_address_day >= limits.per_address_day {
        Some(Review::AddressDay)
    } else if sent.same_body_day >= limits.per_body_day {
        Some(Review::SameBody)
    } else if sent.to_domain_quarter >= limits.per_domain_quarter {
        Some(Review::DomainLimit)
    } else if sent.all_quarter >= limits.all_quarter {
        Some(Review::AllLimit)
    } else {
        None
    }
}
