//! What one message does, as the desk decided it and the store keeps it.
//!
//! Whether and what we answer is asked inside the transaction ([`Answering`]), since it needs the
//! reference, which is given out there, and what was sent so far, which must not change meanwhile.

use crate::domain::decision::{Sent, Ticket};
use crate::domain::declaration::{Attachment, Kind};
use crate::domain::field::{FieldName, Fields};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, IncidentId, Reference, Status};
use crate::domain::message::MessageId;
use crate::domain::outgoing::Outgoing;
use crate::domain::proposal::Proposal;
use chrono::{DateTime, Utc};
use std::fmt;

/// What one message does.
#[derive(Debug)]
pub struct Outcome {
    /// The message.
    pub message: MessageId,
    /// What it is.
    pub kind: Kind,
    /// Why this kind, in a few words.
    pub reason: String,
    /// Address of From, lower case; empty where it has none.
    pub from_address: String,
    /// Decoded subject.
    pub subject: String,
    /// Its words, by which it is found; without what it quotes of ours.
    pub text: String,
    /// Its attachments, in order.
    pub attachments: Vec<NewAttachment>,
    /// What it does to incidents.
    pub effect: Effect,
}

/// An attachment with the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// Name, type, size and role.
    pub attachment: Attachment,
    /// SHA-256 of the decoded bytes, lower-case hexadecimal; empty where they were left on the mail
    /// server.
    pub sha256: String,
}

/// What a message does to incidents.
#[derive(Debug)]
pub enum Effect {
    /// Nothing but to be kept; an automatic answer or a bounce is linked to the incident whose mail
    /// it is about.
    Filed {
        /// What it says of that mail.
        notice: Option<Notice>,
        /// What a person's message names others by: it joins what it answers, should that come.
        threading: Threading,
    },
    /// It is set aside for a person, kept raw; the token says why.
    Quarantined(&'static str),
    /// It makes an incident.
    Opened(Box<NewIncident>, Answering),
    /// It joins an incident.
    Joined(Box<Filled>, Answering),
}

/// A bounce of a mail of ours, or an automatic answer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The incident.
    pub incident: IncidentId,
    /// The mail's number within its incident, where its mark says so.
    pub mail: Option<u32>,
    /// What became of it.
    pub about: About,
}

/// What a notice says of our mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A machine answered it.
    AutoReply,
    /// It will not arrive: its address is marked, and a person telephones.
    Failed {
        /// The status (RFC 3463); empty where none is given.
        status: String,
        /// The recipient as the report names it.
        recipient: Option<String>,
    },
    /// It has not arrived yet.
    Delayed,
    /// It arrived, or went on.
    Arrived,
    /// It failed, as a report says that bears no mark of ours: a person looks.
    Unproven,
}

impl About {
    /// The stable word in the history.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AutoReply => "auto_reply",
            Self::Failed { .. } => "bounce",
            Self::Delayed => "delayed",
            Self::Arrived => "arrived",
            Self::Unproven => "unproven",
        }
    }
}

/// What a message names others by, and what was found of them when it was looked up.
#[derive(Debug, Clone, Default)]
pub struct Threading {
    /// The Message-IDs that it names, none of ours, without angle brackets.
    pub named: Vec<String>,
    /// The related messages that were there: one more by now is a conflict.
    pub seen: Vec<MessageId>,
    /// Siblings that reached the mailbox later count.
    pub since: DateTime<Utc>,
    /// What its writer had waiting, where it may have been forgotten there.
    pub held: Option<Held>,
}

/// The incidents of a writer whose requests had not left when a message was looked up.
#[derive(Debug, Clone)]
pub struct Held {
    /// The writer, lower case.
    pub address: String,
    /// Requests made later count.
    pub since: DateTime<Utc>,
    /// The incidents that were there: one more by now is a conflict.
    pub seen: Vec<Reference>,
}

/// An incident to be made.
#[derive(Debug, Default)]
pub struct NewIncident {
    /// The mark: `INC`.
    pub prefix: String,
    /// The year of reception in Europe/Paris.
    pub year: i32,
    /// When its message reached the mailbox.
    pub received_at: DateTime<Utc>,
    /// Addresses from which the incident's mark is believed, lower case.
    pub addresses: Vec<String>,
    /// What the message says.
    pub fields: Fields,
    /// What must be asked for.
    pub to_ask: Vec<Ask>,
    /// A whole service may be out of use.
    pub major_suspected: bool,
    /// Why a person must look.
    pub concerns: Vec<Concern>,
    /// What its message names others by.
    pub threading: Threading,
    /// The earlier incident that it takes up.
    pub follows: Option<(IncidentId, Reference)>,
    /// What else its history tells.
    pub noted: Vec<(EventKind, String)>,
}

/// What a message adds to an incident.
#[derive(Debug)]
pub struct Filled {
    /// The incident.
    pub incident: IncidentId,
    /// The version that was read; another one by now is a conflict.
    pub version: i64,
    /// All fields, with those that the message brought.
    pub fields: Fields,
    /// Which those are.
    pub changed: Vec<FieldName>,
    /// What remains to be asked for.
    pub to_ask: Vec<Ask>,
    /// A whole service may be out of use.
    pub major_suspected: bool,
    /// Why a person must look.
    pub concerns: Vec<Concern>,
    /// The subject of its first message.
    pub subject: String,
    /// The new status; `None` leaves it.
    pub status: Option<Status>,
    /// The message says or brings something: our mails in this incident are answered.
    pub is_answer: bool,
    /// The writer's address, lower case, where it is to be believed from now on.
    pub address: Option<String>,
    /// What the message names others by.
    pub threading: Threading,
    /// What it says otherwise than fields do.
    pub proposals: Vec<Proposal>,
    /// The row of the mail that it makes needless, if that has not left by then.
    pub supersedes: Option<i64>,
    /// What else the incident's history tells.
    pub noted: Vec<(EventKind, String)>,
}

/// How the answer is decided, once the reference and what was sent so far are known.
pub struct Answering {
    /// The address that would be answered.
    pub address: String,
    /// The hash of the words that would be answered.
    pub body_hash: String,
    /// What tells the same declaration sent again; `None` where that is not looked for.
    pub alike: Option<Alike>,
    /// Decides; called again if the transaction must be repeated.
    pub decide: Decide,
}

impl Answering {
    /// The hash of the words that are answered; empty where nothing alike is looked for.
    #[must_use]
    pub fn words_hash(&self) -> &str {
        self.alike.as_ref().map_or("", |alike| &alike.words_hash)
    }
}

/// A mail that no message of the moment calls for, and where it goes under.
#[derive(Debug)]
pub struct Letter {
    /// The incident that it is about.
    pub incident: IncidentId,
    /// Its name.
    pub reference: Reference,
    /// The message that it answers.
    pub message: MessageId,
    /// How it is decided.
    pub answering: Answering,
}

/// What is said in the stead of a mail that has not left.
#[derive(Debug)]
pub struct Anew {
    /// The row of that mail.
    pub mail: i64,
    /// The message that both answer.
    pub message: MessageId,
    /// How it is decided.
    pub answering: Answering,
}

/// What two deliveries of the same declaration under different Message-IDs have in common.
#[derive(Debug, Clone)]
pub struct Alike {
    /// The hash of the words, digits included.
    pub words_hash: String,
    /// Mails made since then count.
    pub since: DateTime<Utc>,
}

/// A pure function from what is known inside the transaction to the answer.
pub type Decide = Box<dyn Fn(&Facts) -> Answer + Send + Sync>;

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}

/// What is known only inside the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The incident's name.
    pub reference: Reference,
    /// The number that a mail would have within its incident, from 1.
    pub sequence: u32,
    /// Our mails in this incident so far.
    pub ticket: Ticket,
    /// Our mails so far that count against the limits.
    pub sent: Sent,
    /// A mail that had not left was taken back for this one.
    pub superseded: bool,
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// This mail, at once or after a person's look, as it says itself.
    Mail(Box<Outgoing>),
    /// Nothing; the token says why.
    Silent(String),
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The message.
    pub message: MessageId,
    /// Its incident, where it has one.
    pub reference: Option<Reference>,
    /// It made that incident.
    pub opened: bool,
    /// The row of the mail that answers it.
    pub mail: Option<i64>,
    /// Why no mail answers it: a token.
    pub silent: Option<String>,
    /// It was set aside for a person.
    pub quarantined: bool,
    /// Its mail broke the limit in all: from now on nothing leaves by itself.
    pub circuit_opened: bool,
}

impl Committed {
    /// Nothing more has become of it yet.
    pub(super) fn of(message: MessageId, reference: Option<Reference>) -> Self {
        Self {
            message,
            reference,
            opened: false,
            mail: None,
            silent: None,
            quarantined: false,
            circuit_opened: false,
        }
    }
}
