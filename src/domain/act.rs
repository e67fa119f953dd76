//! What the clock and people make us say: the one reminder (E4), and the mails of a person's act
//! (E1d, E9, E9b, E10). [`remind`], [`tell`] and [`announce`] decide whether
//! they leave.

use super::decision::{Decision, Origin, Sent, Ticket, by_a_machine, in_vain, odd_way, over_limit};
use super::declaration::Kind;
use super::form::Ask;
use super::outgoing::Template;
use super::policy::{Mode, Policy};
use super::restraint::{Review, Suppressed};
use super::sender::{Addressee, Sender};
use chrono::{DateTime, Utc};

/// How an incident ended, in the words of an agent; each text is made one line when it is mailed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Closing {
    /// What holds now: « le module cartographie se charge normalement depuis ce matin, 11 h 05 ».
    pub now: String,
    /// What happened.
    pub cause: Option<String>,
    /// What was done about it.
    pub done: Option<String>,
}

/// What is told to a declarant without a message of theirs having just come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// Nothing came after our request (E4).
    Remind {
        /// Whom the request went to, `local@domain`.
        to: &'a str,
    },
    /// A screenshot was deleted, since it showed somebody's data (E1d).
    DeletedScreenshot,
    /// An agent closed the ticket (E9).
    Close(&'a Closing),
    /// An agent closed it after nobody could be reached (E9b).
    CloseUnreached,
    /// An agent made it part of another one (E10).
    Attach {
        /// The other one's reference.
        to: &'a str,
    },
}

impl Act<'_> {
    /// The mail that says so.
    #[must_use]
    pub fn template(&self) -> Template {
        match self {
            Self::Remind { .. } => Template::E4,
            Self::DeletedScreenshot => Template::E1d,
            Self::Close(_) => Template::E9,
            Self::CloseUnreached => Template::E9b,
            Self::Attach { .. } => Template::E10,
        }
    }
}

/// A reminder that is due.
#[derive(Debug, Clone, Copy)]
pub struct Reminder<'a> {
    /// Whom the request went to, `local@domain`.
    pub to: &'a str,
    /// What is still missing.
    pub asks: &'a [Ask],
    /// The ticket so far.
    pub ticket: Ticket,
    /// Our mails so far.
    pub sent: Sent,
}

/// Decides about a reminder: E4 once, or nothing. It is held as any request is, but where it would
/// be in vain none is made: nobody waits for it.
#[must_use]
pub fn remind(reminder: &Reminder<'_>, policy: &Policy, now: DateTime<Utc>) -> Decision {
    let (ticket, sent) = (&reminder.ticket, &reminder.sent);
    let reason = if policy.mode == Mode::Off {
        Some(Suppressed::Off)
    } else if reminder.asks.is_empty() {
        Some(Suppressed::NothingMissing)
    } else if ticket.outage {
        Some(Suppressed::Outage)
    } else if ticket.reminded {
        Some(Suppressed::AlreadyAsked)
    } else if sent.undeliverable {
        Some(Suppressed::Undeliverable)
    } else if sent.circuit_open {
        Some(Suppressed::CircuitOpen)
    } else {
        policy.forbids(reminder.to)
    };
    if let Some(reason) = reason {
        return Decision::Silent { reason };
    }
    let review = over_limit(ticket, sent, Template::E4, &policy.limits, now)
        .or_else(|| (policy.mode == Mode::Review).then_some(Review::Mode));
    Decision::Reply {
        template: Template::E4,
        to: reminder.to.to_owned(),
        asks: reminder.asks.to_vec(),
        hold_until: now + policy.hold,
        review,
    }
}

/// Decides about the mail of a person's act. Nobody else need release it, and no limit on requests
/// holds it; where to it goes may be doubtful, or in vain.
#[must_use]
pub fn tell(
    template: Template,
    sender: &Sender<'_>,
    sent: &Sent,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Decision {
    let silent = |reason| Decision::Silent { reason };
    if policy.mode == Mode::Off {
        return silent(Suppressed::Off);
    }
    let Addressee::Address { address, doubt } = sender.addressee() else {
        return silent(Suppressed::NoAddress);
    };
    if let Some(reason) = policy.forbids(&address) {
        return silent(reason);
    }
    // A person meant this mail, however alike the declarant's words were to others.
    let sent = Sent {
        likely_duplicate: false,
        ..*sent
    };
    Decision::Reply {
        template,
        to: address,
        asks: Vec::new(),
        hold_until: now + policy.hold,
        review: doubt.or_else(|| in_vain(&sent)),
    }
}

/// Decides about the mail that says what a ticket was made part of (E10), under the declarant's
/// message of this kind. Nobody waits for it: where it would reach no person none is made.
#[must_use]
pub fn announce(
    (kind, origin): (Kind, &Origin),
    sender: &Sender<'_>,
    sent: &Sent,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Decision {
    let in_vain = sent.undeliverable.then_some(Suppressed::Undeliverable);
    if let Some(reason) = by_a_machine(kind, origin).or(in_vain) {
        return Decision::Silent { reason };
    }
    let mut decision = tell(Template::E10, sender, sent, policy, now);
    if let Decision::Reply { review, .. } = &mut decision {
        *review = review.or_else(|| odd_way(origin));
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decision::List;
    use crate::domain::field::FieldName;
    use crate::domain::form::Item;
    use chrono::TimeDelta;

    fn now() -> DateTime<Utc> {
        "2026-11-24T08:14:00Z".parse().unwrap()
    }

    fn policy() -> Policy {
        Policy {
            hold: TimeDelta::seconds(120),
            own_addresses: vec!["support@vigie.example".to_owned()],
            ..Policy::default()
        }
    }

    fn reminded(
        change: &dyn Fn(&mut Reminder<'_>),
        policy: &Policy,
    ) -> Result<Option<Review>, Suppressed> {
        let asks = [Ask {
            item: Item::Field(FieldName::Phone),
            reason: None,
        }];
        let mut reminder = Reminder {
            to: "claire@samu.example",
            asks: &asks,
            ticket: Ticket {
                requests: 1,
                asked: true,
                last_mail: Some(now() - TimeDelta::days(1)),
                ..Ticket::default()
            },
            sent: Sent::default(),
        };
        change(&mut reminder);
        match remind(&reminder, policy, now()) {
            Decision::Silent { reason } => Err(reason),
            Decision::Reply {
                template,
                to,
                asks,
                hold_until,
                review,
            } => {
                assert_eq!(template, Template::E4);
                assert_eq!((to.as_str(), asks.as_slice()), (reminder.to, reminder.asks));
                assert_eq!((hold_until - now()).num_seconds(), 120);
                Ok(review)
            }
        }
    }

    #[test]
    fn one_reminder_leaves_by_itself() {
        assert_eq!(reminded(&|_| (), &policy()), Ok(None));
        let twice = reminded(&|due| due.ticket.reminded = true, &policy());
        assert_eq!(twice, Err(Suppressed::AlreadyAsked));
    }

    #[test]
    fn a_reminder_that_helps_nobody_is_not_made() {
        let why = |change: &dyn Fn(&mut Reminder<'_>)| reminded(change, &policy()).err();
        assert_eq!(why(&|due| due.asks = &[]), Some(Suppressed::NothingMissing));
        assert_eq!(
            why(&|due| due.sent.undeliverable = true),
            Some(Suppressed::Undeliverable)
        );
        assert_eq!(
            why(&|due| due.sent.circuit_open = true),
            Some(Suppressed::CircuitOpen)
        );
        assert_eq!(
            why(&|due| due.ticket.outage = true),
            Some(Suppressed::Outage)
        );
        assert_eq!(
            why(&|due| due.to = "support@vigie.example"),
            Some(Suppressed::Ourselves)
        );
        let off = Policy {
            mode: Mode::Off,
            ..policy()
        };
        assert_eq!(reminded(&|_| (), &off), Err(Suppressed::Off));
    }

    #[test]
    fn a_reminder_keeps_to_the_limits_and_is_held_where_each_mail_is() {
        let held = |change: &dyn Fn(&mut Reminder<'_>)| reminded(change, &policy());
        assert_eq!(
            held(&|due| due.ticket.requests = 3),
            Ok(Some(Review::TicketLimit))
        );
        assert_eq!(
            held(&|due| due.sent.to_address_day = 10),
            Ok(Some(Review::AddressDay))
        );
        assert_eq!(
            held(&|due| due.sent.all_quarter = 300),
            Ok(Some(Review::AllLimit))
        );
        let review = Policy {
            mode: Mode::Review,
            ..policy()
        };
        assert_eq!(reminded(&|_| (), &review), Ok(Some(Review::Mode)));
    }

    #[test]
    fn what_a_person_says_leaves_unless_nobody_would_get_it() {
        let told = |from: &str, sent: &Sent, mode: Mode| {
            let sender = Sender {
                from: Some(from),
                from_count: 1,
                reply_to: None,
            };
            let policy = Policy { mode, ..policy() };
            match tell(Template::E9, &sender, sent, &policy, now()) {
                Decision::Silent { reason } => Err(reason),
                Decision::Reply { review, .. } => Ok(review),
            }
        };
        let busy = Sent {
            to_address_day: 99,
            to_address_hour: 99,
            likely_duplicate: true,
            ..Sent::default()
        };
        let claire = "claire@samu.example";
        assert_eq!(told(claire, &busy, Mode::Auto), Ok(None));
        assert_eq!(told(claire, &busy, Mode::Review), Ok(None));
        assert_eq!(told(claire, &busy, Mode::Off), Err(Suppressed::Off));
        assert_eq!(
            told("noreply@samu.example", &busy, Mode::Auto),
            Err(Suppressed::NoReply)
        );
        let back = Sent {
            undeliverable: true,
            ..Sent::default()
        };
        assert_eq!(
            told(claire, &back, Mode::Auto),
            Ok(Some(Review::Undeliverable))
        );
    }

    #[test]
    fn nobody_is_told_of_a_merger_where_no_person_would_read_it() {
        let sender = Sender {
            from: Some("claire@samu.example"),
            from_count: 1,
            reply_to: None,
        };
        let told = |kind: Kind, origin: Origin, undeliverable: bool| {
            let sent = Sent {
                undeliverable,
                ..Sent::default()
            };
            match announce((kind, &origin), &sender, &sent, &policy(), now()) {
                Decision::Silent { reason } => Err(reason),
                Decision::Reply {
                    template, review, ..
                } => {
                    assert_eq!(template, Template::E10);
                    Ok(review)
                }
            }
        };
        let (declares, plain) = (Kind::Declaration, Origin::default());
        assert_eq!(told(declares, plain, false), Ok(None));
        assert_eq!(
            told(Kind::AutoReply, plain, false),
            Err(Suppressed::AutoReply)
        );
        let bulk = Origin {
            list: Some(List::Bulk),
            ..plain
        };
        assert_eq!(told(declares, bulk, false), Err(Suppressed::BulkList));
        let forged = Origin {
            forged: true,
            ..plain
        };
        assert_eq!(told(declares, forged, false), Ok(Some(Review::Forged)));
        assert_eq!(told(declares, plain, true), Err(Suppressed::Undeliverable));
    }
}
