//! `decide`: whether a message is answered by the machine, with which mail, and who must look
//! first. The policy stands here, in the order in which it is applied:
//!
//! 1. what is never answered gives [`Decision::Silent`] with its reason;
//! 2. the mail is chosen: E1c for a suspected outage, else E2, E1 or E1b by what is missing; in a
//!    conversation by what the message brings ([`super::following`]);
//! 3. a mail that a machine should not send alone, or that is over a limit, is held for a person
//!    ([`Review`]); it is shown, never dropped.

pub use super::act::{Reminder, remind, tell};
pub use super::following::Brought;
pub use super::policy::{Limits, Mode, Policy};
pub use super::restraint::{Review, Suppressed};

use super::declaration::{Declaration, Kind};
use super::following::following;
use super::form::Ask;
use super::outgoing::Template;
use super::sender::{Addressee, Sender};
use crate::text::fold;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// More Received lines than this mean that the message runs in circles.
pub const MOST_RECEIVED: usize = 50;

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
    /// Requests (E1 in all variants, E3, E4) made so far, those that wait included, cancelled ones
    /// not.
    pub requests: u32,
    /// One of them has left, or may have.
    pub asked: bool,
    /// A call for an outage (E1c) was made.
    pub outage: bool,
    /// What is left was asked for after an answer (E3).
    pub followed_up: bool,
    /// It was reminded of (E4).
    pub reminded: bool,
    /// It was acknowledged as complete (E2).
    pub completed: bool,
    /// When its last mail of ours was made.
    pub last_mail: Option<DateTime<Utc>>,
}

/// Our mails that count against the limits, those that wait included, cancelled ones not; and what
/// stands against one more.
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
    /// To the address's domain, in 15 minutes; what waits for a person does not count.
    pub to_domain_quarter: u32,
    /// In all, in 15 minutes, what waits for a person left out, since the circuit was last closed.
    pub all_quarter: u32,
    /// What went to the address came back, and no person has acted since.
    pub undeliverable: bool,
    /// The circuit of the limits is open: nothing leaves by itself.
    pub circuit_open: bool,
    /// The same words from the same address were answered in another ticket a while ago.
    pub likely_duplicate: bool,
    /// A person validated a ticket of the writer's very domain (decisions, 3).
    pub domain_is_known: bool,
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
    /// What it brings to the ticket that it joins; `None` where it opens one.
    pub brought: Option<Brought>,
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
        /// What it asks for; empty where it has no form.
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
    if let Some(reason) = policy.forbids(&address) {
        return Decision::Silent { reason };
    }
    let template = match following(situation) {
        Ok(template) => template,
        Err(reason) => return Decision::Silent { reason },
    };
    let (ticket, sent) = (&situation.ticket, &situation.sent);
    let review = doubt
        .or_else(|| doubtful(situation))
        .or_else(|| in_vain(sent))
        .or_else(|| over_limit(ticket, sent, template, &policy.limits, now))
        .or_else(|| (policy.mode == Mode::Review).then_some(Review::Mode));
    Decision::Reply {
        template,
        to: address,
        asks: match template.has_form() {
            true => situation.asks.to_vec(),
            false => Vec::new(),
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

/// The hash of the words of a message and its subject, digits included, blanks and case not: the
/// same declaration sent twice has it in common, two of one pattern (« poste 12 », « poste 14 »)
/// have not.
#[must_use]
pub fn words_hash(text: &str, subject: &str) -> String {
    let mut said = Vec::with_capacity(text.len() + subject.len() + 1);
    add_words(subject, &mut said);
    said.push(b'\n');
    add_words(text, &mut said);
    HEXLOWER.encode(&Sha256::digest(&said)[..16])
}

/// Adds the folded words of a text with one blank between two.
fn add_words(text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    let folded = fold(text);
    let mut add = |word: &[u8]| {
        if out.len() > start {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    };
    // French without its accents; bytes are read faster than characters.
    if folded.is_ascii() {
        let blank = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ');
        let words = folded.as_bytes().split(blank);
        words.filter(|word| !word.is_empty()).for_each(add);
    } else {
        let words = folded.split_whitespace();
        words.for_each(|word| add(word.as_bytes()));
    }
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
    let kind = situation.declaration.kind;
    if kind == Kind::Other {
        Some(Suppressed::Other)
    } else if let Some(reason) = by_a_machine(kind, &situation.origin) {
        Some(reason)
    } else if !situation.answerable {
        Some(Suppressed::Older)
    } else if policy.mode == Mode::Off {
        Some(Suppressed::Off)
    } else if kind == Kind::Escalation {
        Some(Suppressed::Escalation)
    } else if kind == Kind::Reply && situation.brought.is_none() {
        Some(Suppressed::Reply)
    } else {
        None
    }
}

/// Why nobody would read an answer: a machine wrote, or a list or a ring of servers passes it on.
pub(super) fn by_a_machine(kind: Kind, origin: &Origin) -> Option<Suppressed> {
    match kind {
        Kind::AutoReply => Some(Suppressed::AutoReply),
        Kind::Bounce => Some(Suppressed::Bounce),
        _ if origin.received > MOST_RECEIVED => Some(Suppressed::Circling),
        _ if origin.null_sender => Some(Suppressed::NullSender),
        _ if origin.list == Some(List::Bulk) => Some(Suppressed::BulkList),
        _ => None,
    }
}

/// What a machine does not answer alone.
fn doubtful(situation: &Situation<'_>) -> Option<Review> {
    let of_kind = (!situation.kind_certain).then_some(Review::UncertainKind);
    odd_way(&situation.origin).or(of_kind)
}

/// A way to come by that a person looks at.
pub(super) fn odd_way(origin: &Origin) -> Option<Review> {
    if origin.ticket_tool {
        Some(Review::TicketTool)
    } else if origin.list == Some(List::Person) {
        Some(Review::ThroughList)
    } else {
        origin.forged.then_some(Review::Forged)
    }
}

/// What makes one more mail useless or dangerous, an E1c included.
pub(super) fn in_vain(sent: &Sent) -> Option<Review> {
    if sent.undeliverable {
        Some(Review::Undeliverable)
    } else if sent.circuit_open {
        Some(Review::CircuitOpen)
    } else if sent.likely_duplicate {
        Some(Review::LikelyDuplicate)
    } else {
        None
    }
}

/// The first limit that one more mail would break. The first E1c to an address is exempt from all
/// but the last (decisions, 2): the circuit opens for it too, else a responder that changes its
/// address each time and quotes an outage would get a mail at each (LOOP-03).
pub(super) fn over_limit(
    ticket: &Ticket,
    sent: &Sent,
    template: Template,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Option<Review> {
    if template == Template::E1c && sent.outage_to_address_day == 0 {
        return (sent.all_quarter >= limits.all_quarter).then_some(Review::AllLimit);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::{FieldName, Fields};
    use crate::domain::form::Item;

    fn declaration(kind: Kind) -> Declaration {
        Declaration {
            kind,
            reason: String::new(),
            incident: None,
            own_text: String::new(),
            major_suspected: false,
            fields: Fields::default(),
            attachments: Vec::new(),
        }
    }

    fn situation<'a>(declaration: &'a Declaration, asks: &'a [Ask]) -> Situation<'a> {
        Situation {
            declaration,
            asks,
            sender: Sender {
                from: Some("claire@samu.example"),
                from_count: 1,
                reply_to: None,
            },
            origin: Origin::default(),
            answerable: true,
            kind_certain: true,
            brought: None,
            ticket: Ticket::default(),
            sent: Sent::default(),
        }
    }

    fn asks(count: usize) -> Vec<Ask> {
        let items = FieldName::ALL.into_iter().rev().map(Item::Field);
        items
            .take(count)
            .map(|item| Ask { item, reason: None })
            .collect()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T08:14:00Z".parse().unwrap()
    }

    fn policy() -> Policy {
        Policy {
            hold: chrono::TimeDelta::seconds(120),
            own_addresses: vec!["support@vigie.example".to_owned()],
            ..Policy::default()
        }
    }

    fn silent(situation: &Situation<'_>, policy: &Policy) -> Option<Suppressed> {
        match decide(situation, policy, now()) {
            Decision::Silent { reason } => Some(reason),
            Decision::Reply { .. } => None,
        }
    }

    fn mail(situation: &Situation<'_>) -> (Template, Option<Review>) {
        match decide(situation, &policy(), now()) {
            Decision::Reply {
                template, review, ..
            } => (template, review),
            Decision::Silent { reason } => panic!("{reason:?}"),
        }
    }

    #[test]
    fn machines_lists_and_old_mail_get_no_answer() {
        let two = asks(2);
        for (kind, reason) in [
            (Kind::AutoReply, Some(Suppressed::AutoReply)),
            (Kind::Bounce, Some(Suppressed::Bounce)),
            (Kind::Other, Some(Suppressed::Other)),
            (Kind::Reply, Some(Suppressed::Reply)),
            (Kind::Escalation, Some(Suppressed::Escalation)),
            (Kind::Declaration, None),
        ] {
            assert_eq!(
                silent(&situation(&declaration(kind), &two), &policy()),
                reason
            );
        }
        let declaration = declaration(Kind::Declaration);
        let with = |change: &dyn Fn(&mut Situation<'_>)| {
            let mut situation = situation(&declaration, &two);
            change(&mut situation);
            silent(&situation, &policy())
        };
        assert_eq!(with(&|s| s.origin.received = 50), None);
        assert_eq!(
            with(&|s| s.origin.received = 51),
            Some(Suppressed::Circling)
        );
        assert_eq!(
            with(&|s| s.origin.null_sender = true),
            Some(Suppressed::NullSender)
        );
        assert_eq!(
            with(&|s| s.origin.list = Some(List::Bulk)),
            Some(Suppressed::BulkList)
        );
        assert_eq!(with(&|s| s.answerable = false), Some(Suppressed::Older));
        assert_eq!(with(&|s| s.sender.from = None), Some(Suppressed::NoAddress));
        assert_eq!(
            with(&|s| s.sender.from = Some("noreply@x.example")),
            Some(Suppressed::NoReply)
        );
        assert_eq!(
            with(&|s| s.sender.from = Some("support@vigie.example")),
            Some(Suppressed::Ourselves)
        );
        let off = Policy {
            mode: Mode::Off,
            ..policy()
        };
        assert_eq!(
            silent(&situation(&declaration, &two), &off),
            Some(Suppressed::Off)
        );
    }

    #[test]
    fn the_mail_follows_from_what_is_missing() {
        let declaration = declaration(Kind::Declaration);
        for (count, template) in [
            (0, Template::E2),
            (1, Template::E1),
            (6, Template::E1),
            (7, Template::E1b),
            (13, Template::E1b),
        ] {
            assert_eq!(
                mail(&situation(&declaration, &asks(count))).0,
                template,
                "{count}"
            );
        }
        // Name and role are one question, the screenshot is none.
        let mut seven = asks(5);
        let more = [
            Item::Field(FieldName::DeclarantName),
            Item::Field(FieldName::DeclarantRole),
            Item::Screenshot,
        ];
        seven.extend(more.map(|item| Ask { item, reason: None }));
        assert_eq!(mail(&situation(&declaration, &seven)).0, Template::E1);
        let mut outage = declaration.clone();
        outage.major_suspected = true;
        assert_eq!(mail(&situation(&outage, &seven)).0, Template::E1c);
    }

    #[test]
    fn what_a_machine_should_not_answer_alone_is_held() {
        let (declaration, two) = (declaration(Kind::Declaration), asks(2));
        let with = |change: &dyn Fn(&mut Situation<'_>)| {
            let mut situation = situation(&declaration, &two);
            change(&mut situation);
            mail(&situation).1
        };
        assert_eq!(with(&|_| ()), None);
        assert_eq!(
            with(&|s| s.origin.ticket_tool = true),
            Some(Review::TicketTool)
        );
        assert_eq!(
            with(&|s| s.origin.list = Some(List::Person)),
            Some(Review::ThroughList)
        );
        assert_eq!(with(&|s| s.origin.forged = true), Some(Review::Forged));
        assert_eq!(
            with(&|s| s.kind_certain = false),
            Some(Review::UncertainKind)
        );
        assert_eq!(
            with(&|s| s.sender.from_count = 2),
            Some(Review::SeveralAuthors)
        );
        let elsewhere = with(&|s| s.sender.reply_to = Some("a@b.example"));
        assert_eq!(elsewhere, Some(Review::ReplyToElsewhere));
    }

    #[test]
    fn over_a_limit_the_mail_is_held() {
        let (declaration, two) = (declaration(Kind::Declaration), asks(2));
        let recent = now() - chrono::TimeDelta::seconds(59);
        let with = |change: &dyn Fn(&mut Situation<'_>)| {
            let mut situation = situation(&declaration, &two);
            change(&mut situation);
            mail(&situation).1
        };
        assert_eq!(with(&|s| s.ticket.requests = 2), None);
        assert_eq!(with(&|s| s.ticket.requests = 3), Some(Review::TicketLimit));
        assert_eq!(
            with(&|s| s.ticket.last_mail = Some(recent)),
            Some(Review::TicketInterval)
        );
        assert_eq!(with(&|s| s.sent.to_address_hour = 2), None);
        assert_eq!(
            with(&|s| s.sent.to_address_hour = 3),
            Some(Review::AddressHour)
        );
        assert_eq!(
            with(&|s| s.sent.to_address_day = 10),
            Some(Review::AddressDay)
        );
        assert_eq!(with(&|s| s.sent.same_body_day = 3), Some(Review::SameBody));
        assert_eq!(
            with(&|s| s.sent.to_domain_quarter = 30),
            Some(Review::DomainLimit)
        );
        assert_eq!(with(&|s| s.sent.all_quarter = 300), Some(Review::AllLimit));
    }

    #[test]
    fn one_call_for_an_outage_passes_every_limit_but_the_circuit() {
        let mut outage = declaration(Kind::Declaration);
        outage.major_suspected = true;
        let mut situation = situation(&outage, &[]);
        situation.sent = Sent {
            to_address_hour: 99,
            to_address_day: 99,
            same_body_day: 99,
            to_domain_quarter: 99,
            all_quarter: 299,
            ..Sent::default()
        };
        assert_eq!(mail(&situation), (Template::E1c, None));
        situation.sent.all_quarter = 300;
        assert_eq!(mail(&situation), (Template::E1c, Some(Review::AllLimit)));
        situation.sent.all_quarter = 0;
        situation.sent.circuit_open = true;
        assert_eq!(mail(&situation), (Template::E1c, Some(Review::CircuitOpen)));
        situation.sent.circuit_open = false;
        situation.sent.outage_to_address_day = 1;
        assert_eq!(mail(&situation), (Template::E1c, Some(Review::AddressHour)));
    }

    #[test]
    fn what_is_in_vain_is_held_whatever_it_says() {
        let mut outage = declaration(Kind::Declaration);
        let two = asks(2);
        for major in [false, true] {
            outage.major_suspected = major;
            let mut situation = situation(&outage, &two);
            situation.sent.likely_duplicate = true;
            assert_eq!(mail(&situation).1, Some(Review::LikelyDuplicate));
            situation.sent.circuit_open = true;
            assert_eq!(mail(&situation).1, Some(Review::CircuitOpen));
            situation.sent.undeliverable = true;
            assert_eq!(mail(&situation).1, Some(Review::Undeliverable));
        }
    }

    #[test]
    fn the_same_declaration_has_the_same_words_and_another_number_is_another() {
        let words = "Poste 12 : la carte reste grise.";
        assert_eq!(
            words_hash(words, "Carto"),
            words_hash("poste 12 :\n la carte  reste grise.\n", "CARTO")
        );
        assert_ne!(
            words_hash(words, "Carto"),
            words_hash("Poste 14 : la carte reste grise.", "Carto")
        );
        assert_ne!(words_hash(words, "Carto"), words_hash(words, "Bip"));
        // Also where a letter folds to none of ASCII.
        assert_eq!(
            words_hash("\u{b}Ω 12 :\u{a0}la\u{2003}carte\n", "Carto"),
            words_hash("ω 12 : la carte", "carto\t")
        );
    }

    #[test]
    fn a_complete_ticket_is_acknowledged_after_three_requests() {
        let declaration = declaration(Kind::Declaration);
        let mut situation = situation(&declaration, &[]);
        situation.ticket.requests = 3;
        assert_eq!(mail(&situation), (Template::E2, None));
    }

    #[test]
    fn each_mail_waits_for_its_hold_and_a_person_where_asked() {
        let (declaration, two) = (declaration(Kind::Declaration), asks(2));
        let review = Policy {
            mode: Mode::Review,
            ..policy()
        };
        let Decision::Reply {
            hold_until,
            review,
            asks,
            to,
            ..
        } = decide(&situation(&declaration, &two), &review, now())
        else {
            panic!("silent");
        };
        assert_eq!((hold_until - now()).num_seconds(), 120);
        assert_eq!(review, Some(Review::Mode));
        assert_eq!((asks, to.as_str()), (two, "claire@samu.example"));
    }

    #[test]
    fn the_same_words_hash_alike_whatever_their_numbers() {
        let words = "Votre demande 48213 est bien enregistrée, nous revenons vers vous.";
        let again = "votre DEMANDE 48999 est bien enregistree,\n nous revenons vers vous.";
        assert_eq!(
            body_hash(words, "Accusé 1"),
            body_hash(again, "Tout autre chose")
        );
        assert_ne!(
            body_hash(words, ""),
            body_hash("La carte reste grise depuis ce matin, écran figé", "")
        );
        // A few words are told apart by the subject.
        assert_ne!(
            body_hash("voir objet", "carte figée"),
            body_hash("voir objet", "bip muet")
        );
    }
}
