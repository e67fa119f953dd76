//! Which mail follows a message: the first one opens the conversation, a later one is answered once
//! with what is left (E3), once when nothing is (E2), else with silence.
//!
//! Nobody is asked twice for what they did not answer: an answer that brings nothing of what was
//! asked gets no second form, and what E3 asked for is asked again by the reminder alone.

use super::decision::{Situation, questions};
use super::outgoing::Template;
use super::restraint::Suppressed;

/// More questions than this make the long form (E1b), which asks for a call first.
const MOST_FOR_E1: usize = 6;

/// What a message brings to the ticket that it joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// A field or an attachment at all; « merci » has none (decisions, 5).
    pub anything: bool,
    /// Something that was asked for: it is no longer.
    pub answers: bool,
    /// It says that the trouble is over: « résolu ».
    pub resolved: bool,
}

/// The mail for this message.
///
/// # Errors
/// Why it gets none.
pub(super) fn following(situation: &Situation<'_>) -> Result<Template, Suppressed> {
    let is_major = situation.declaration.major_suspected;
    let (asks, ticket) = (situation.asks, &situation.ticket);
    let first = || match questions(asks) {
        _ if is_major => Template::E1c,
        _ if asks.is_empty() => Template::E2,
        many if many > MOST_FOR_E1 => Template::E1b,
        _ => Template::E1,
    };
    let Some(brought) = situation.brought else {
        return Ok(first());
    };
    if brought.resolved {
        Err(Suppressed::Resolved)
    } else if is_major && !ticket.outage {
        Ok(Template::E1c)
    } else if !brought.anything {
        Err(Suppressed::NothingBrought)
    } else if asks.is_empty() && ticket.completed {
        Err(Suppressed::AlreadyComplete)
    } else if asks.is_empty() {
        Ok(Template::E2)
    } else if ticket.outage {
        Err(Suppressed::Outage)
    } else if ticket.requests == 0 {
        Ok(first())
    } else if !brought.answers {
        Err(Suppressed::NothingBrought)
    } else if ticket.followed_up || !ticket.asked {
        Err(Suppressed::AlreadyAsked)
    } else {
        Ok(Template::E3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decision::{Decision, Origin, Policy, Review, Sent, Ticket, decide};
    use crate::domain::declaration::{Declaration, Kind};
    use crate::domain::field::{FieldName, Fields};
    use crate::domain::form::{Ask, Item};
    use crate::domain::sender::Sender;

    const ANSWER: Brought = Brought {
        anything: true,
        answers: true,
        resolved: false,
    };

    const ASKED: Ticket = Ticket {
        requests: 1,
        asked: true,
        outage: false,
        followed_up: false,
        reminded: false,
        completed: false,
        last_mail: None,
    };

    fn declaration(kind: Kind, major_suspected: bool) -> Declaration {
        Declaration {
            kind,
            reason: String::new(),
            incident: None,
            own_text: String::new(),
            major_suspected,
            fields: Fields::default(),
            attachments: Vec::new(),
        }
    }

    fn decided(
        declaration: &Declaration,
        brought: Brought,
        ticket: Ticket,
        left: usize,
    ) -> Result<(Template, Vec<Ask>, Option<Review>), Suppressed> {
        let asks: Vec<Ask> = FieldName::ALL
            .into_iter()
            .take(left)
            .map(|name| Ask {
                item: Item::Field(name),
                reason: None,
            })
            .collect();
        let situation = Situation {
            declaration,
            asks: &asks,
            sender: Sender {
                from: Some("claire@samu.example"),
                from_count: 1,
                reply_to: None,
            },
            origin: Origin::default(),
            answerable: true,
            kind_certain: true,
            brought: Some(brought),
            ticket,
            sent: Sent::default(),
        };
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        match decide(&situation, &Policy::default(), now) {
            Decision::Silent { reason } => Err(reason),
            Decision::Reply {
                template,
                asks,
                review,
                ..
            } => Ok((template, asks, review)),
        }
    }

    fn to_reply(brought: Brought, ticket: Ticket, left: usize) -> Result<Template, Suppressed> {
        let reply = declaration(Kind::Reply, false);
        decided(&reply, brought, ticket, left).map(|(template, ..)| template)
    }

    #[test]
    fn what_is_left_after_an_answer_is_asked_for_once() {
        let reply = declaration(Kind::Reply, false);
        let (template, asks, review) = decided(&reply, ANSWER, ASKED, 2).unwrap();
        assert_eq!((template, asks.len(), review), (Template::E3, 2, None));
        let again = Ticket {
            requests: 2,
            followed_up: true,
            ..ASKED
        };
        assert_eq!(to_reply(ANSWER, again, 1), Err(Suppressed::AlreadyAsked));
        // The request is still in its hold: it is made anew, or it waits for a person.
        let waits = Ticket {
            asked: false,
            ..ASKED
        };
        assert_eq!(to_reply(ANSWER, waits, 1), Err(Suppressed::AlreadyAsked));
    }

    #[test]
    fn an_answer_that_brings_nothing_asked_gets_no_second_form() {
        let besides = Brought {
            answers: false,
            ..ANSWER
        };
        assert_eq!(to_reply(besides, ASKED, 2), Err(Suppressed::NothingBrought));
    }

    #[test]
    fn thanks_and_the_end_of_the_trouble_get_no_mail() {
        let thanks = Brought::default();
        let resolved = Brought {
            resolved: true,
            ..ANSWER
        };
        for ticket in [ASKED, Ticket::default()] {
            for left in [0, 2] {
                assert_eq!(
                    to_reply(thanks, ticket, left),
                    Err(Suppressed::NothingBrought)
                );
                assert_eq!(to_reply(resolved, ticket, left), Err(Suppressed::Resolved));
            }
        }
    }

    #[test]
    fn a_ticket_is_acknowledged_as_complete_once() {
        assert_eq!(to_reply(ANSWER, ASKED, 0), Ok(Template::E2));
        let completed = Ticket {
            completed: true,
            ..ASKED
        };
        assert_eq!(
            to_reply(ANSWER, completed, 0),
            Err(Suppressed::AlreadyComplete)
        );
    }

    #[test]
    fn where_no_request_stands_the_message_is_answered_as_the_first() {
        let none = Ticket::default();
        for (left, template) in [
            (0, Template::E2),
            (1, Template::E1),
            (6, Template::E1),
            (9, Template::E1b),
        ] {
            assert_eq!(to_reply(ANSWER, none, left), Ok(template), "{left}");
        }
        // A second declaration that joins the first is answered alike.
        let second = declaration(Kind::Declaration, false);
        let (template, ..) = decided(&second, ANSWER, none, 3).unwrap();
        assert_eq!(template, Template::E1);
    }

    #[test]
    fn an_outage_is_called_for_once_and_gets_no_form() {
        let major = declaration(Kind::Reply, true);
        let template = |ticket, left| decided(&major, ANSWER, ticket, left).map(|(it, ..)| it);
        assert_eq!(template(ASKED, 2), Ok(Template::E1c));
        let called = Ticket {
            outage: true,
            ..ASKED
        };
        assert_eq!(template(called, 2), Err(Suppressed::Outage));
        assert_eq!(to_reply(ANSWER, called, 2), Err(Suppressed::Outage));
        assert_eq!(to_reply(ANSWER, called, 0), Ok(Template::E2));
    }

    #[test]
    fn an_escalation_in_a_ticket_waits_for_a_person() {
        let escalation = declaration(Kind::Escalation, false);
        assert_eq!(
            decided(&escalation, ANSWER, ASKED, 1),
            Err(Suppressed::Escalation)
        );
    }
}
