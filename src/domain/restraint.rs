//! Why a message gets no mail, or a mail waits for a person. Tokens for the store, sentences for
//! the command line; pages have their own French.

use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// The writer is not known in the ticket: nothing of it is mailed to them.
    Outsider,
    /// What is left was asked for as often as it may be.
    AlreadyAsked,
    /// It brings nothing that was asked for.
    NothingBrought,
    /// The ticket was acknowledged as complete.
    AlreadyComplete,
    /// It says that the trouble is over.
    Resolved,
    /// Its ticket may be a general outage: no form follows the call.
    Outage,
    /// Nothing is missing: there is nothing to remind of.
    NothingMissing,
    /// What went to the address came back.
    Undeliverable,
    /// The circuit of the limits is open.
    CircuitOpen,
    /// The message that would be answered is not here any more.
    MessageGone,
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
    /// What went to this address came back.
    Undeliverable,
    /// The circuit of the limits is open.
    CircuitOpen,
    /// The same words from the same address were answered a while ago.
    LikelyDuplicate,
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
    /// The database was restored from a backup: it may have left before.
    Restored,
    /// Its ticket was part of another one, and the declarant was told that nothing is left to do.
    Split,
}

impl Suppressed {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AutoReply => "auto_reply",
            Self::Bounce => "bounce",
            Self::Other => "other",
            Self::Reply => "reply",
            Self::Escalation => "escalation",
            Self::BulkList => "bulk_list",
            Self::Ourselves => "ourselves",
            Self::NoReply => "no_reply",
            Self::NullSender => "null_sender",
            Self::Circling => "circling",
            Self::NoAddress => "no_address",
            Self::Older => "older",
            Self::Off => "off",
            Self::Outsider => "outsider",
            Self::AlreadyAsked => "already_asked",
            Self::NothingBrought => "nothing_brought",
            Self::AlreadyComplete => "already_complete",
            Self::Resolved => "resolved",
            Self::Outage => "outage",
            Self::NothingMissing => "nothing_missing",
            Self::Undeliverable => "undeliverable",
            Self::CircuitOpen => "circuit_open",
            Self::MessageGone => "message_gone",
        }
    }
}

impl fmt::Display for Suppressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AutoReply => "it is an automatic answer",
            Self::Bounce => "it is a bounce",
            Self::Other => "it declares nothing",
            Self::Reply => "it answers a mail of ours and is filed in its ticket",
            Self::Escalation => "it asks for escalation, which a person answers",
            Self::BulkList => "it came through a mailing list with bulk marks",
            Self::Ourselves => "it comes from one of our own addresses",
            Self::NoReply => "its sender takes no answers",
            Self::NullSender => "its envelope sender is null",
            Self::Circling => "it has more than 50 Received lines",
            Self::NoAddress => "it has no address that could be answered",
            Self::Older => "it is older than [mailbox] answer_from",
            Self::Off => "[replies] mode is off",
            Self::Outsider => "its writer is not known in the ticket",
            Self::AlreadyAsked => "what is left was asked for already",
            Self::NothingBrought => "it brings nothing that was asked for",
            Self::AlreadyComplete => "its ticket was acknowledged as complete",
            Self::Resolved => "it says that the trouble is over",
            Self::Outage => "its ticket may be a general outage",
            Self::NothingMissing => "nothing is missing",
            Self::Undeliverable => "what went to the address came back",
            Self::CircuitOpen => "nothing leaves until vigie outbox resume",
            Self::MessageGone => "the message that it would answer is not here any more",
        })
    }
}

impl Review {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::SeveralAuthors,
        Self::OddAddress,
        Self::ReplyToElsewhere,
        Self::TicketTool,
        Self::ThroughList,
        Self::Forged,
        Self::UncertainKind,
        Self::Undeliverable,
        Self::CircuitOpen,
        Self::LikelyDuplicate,
        Self::TicketLimit,
        Self::TicketInterval,
        Self::AddressHour,
        Self::AddressDay,
        Self::SameBody,
        Self::DomainLimit,
        Self::AllLimit,
        Self::Mode,
        Self::TooOld,
        Self::Restored,
        Self::Split,
    ];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SeveralAuthors => "several_authors",
            Self::OddAddress => "odd_address",
            Self::ReplyToElsewhere => "reply_to_elsewhere",
            Self::TicketTool => "ticket_tool",
            Self::ThroughList => "through_list",
            Self::Forged => "forged",
            Self::UncertainKind => "uncertain_kind",
            Self::Undeliverable => "undeliverable",
            Self::CircuitOpen => "circuit_open",
            Self::LikelyDuplicate => "likely_duplicate",
            Self::TicketLimit => "ticket_limit",
            Self::TicketInterval => "ticket_interval",
            Self::AddressHour => "address_hour",
            Self::AddressDay => "address_day",
            Self::SameBody => "same_body",
            Self::DomainLimit => "domain_limit",
            Self::AllLimit => "all_limit",
            Self::Mode => "mode",
            Self::TooOld => "too_old",
            Self::Restored => "restored",
            Self::Split => "split",
        }
    }

    /// The reason with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SeveralAuthors => "From names several authors",
            Self::OddAddress => "the sender's address is odd",
            Self::ReplyToElsewhere => "Reply-To leads to another domain",
            Self::TicketTool => "a ticket tool wrote for a person",
            Self::ThroughList => "it came through a mailing list",
            Self::Forged => "the sender's domain may be forged",
            Self::UncertainKind => "it is not sure that something is declared",
            Self::Undeliverable => "a mail to this address came back",
            Self::CircuitOpen => "nothing leaves until vigie outbox resume",
            Self::LikelyDuplicate => "the same words from this address were answered before",
            Self::TicketLimit => "this ticket got as many requests as it may",
            Self::TicketInterval => "this ticket got a mail a moment ago",
            Self::AddressHour => "this address got as many mails in an hour as it may",
            Self::AddressDay => "this address got as many mails in a day as it may",
            Self::SameBody => "the same words came too often",
            Self::DomainLimit => "this domain got as many mails as it may",
            Self::AllLimit => "as many mails left as may, in all",
            Self::Mode => "[replies] mode is review",
            Self::TooOld => "it waited longer than [replies] max_age",
            Self::Restored => "the database was restored, and it may have left before",
            Self::Split => "its ticket was merged, and the declarant was told so",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_to_hold_has_one_stable_word() {
        for reason in Review::ALL {
            assert_eq!(Review::parse(reason.as_str()), Some(reason));
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("\"{}\"", reason.as_str()));
        }
    }
}
