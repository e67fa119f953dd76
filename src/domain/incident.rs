//! An incident: its reference, its status and the only legal moves.
//!
//! ```text
//!  to_review ──nothing missing──► complete ──► closed ──answer──► to_review
//!      │ ▲                           ▲
//!      │ └──────answer──────┐        │
//!      ├─request left──► waiting ──► to_call
//!      └─no request can help───────────▲
//!  from any of these: closed (« résolu », or nobody can be reached), set_aside, merged;
//!  the three lead back to to_review; what is no longer merged is again where it stood
//! ```

use super::declaration::{Attachment, Kind};
use super::field::{Field, FieldName, Fields, ValueOrigin};
use super::form::Ask;
use super::merger::Merger;
use super::message::MessageId;
use super::proposal::Proposal;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// `INC-26-00042`: the mark, the year of reception in Europe/Paris, a number of at least five
/// digits that rises within the year and is never used again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    prefix: String,
    year: u8,
    number: u32,
}

impl Reference {
    /// A reference; the year counts from 2000 and is cut to two digits.
    #[must_use]
    pub fn new(prefix: &str, year: i32, number: u32) -> Self {
        Self {
            prefix: prefix.to_owned(),
            year: u8::try_from(year.rem_euclid(100)).unwrap_or_default(),
            number,
        }
    }

    /// The mark: `INC`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Two digits of the year.
    #[must_use]
    pub fn year(&self) -> u8 {
        self.year
    }

    /// The number within the year.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}-{:05}", self.prefix, self.year, self.number)
    }
}

/// The text is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reference: a mark, two digits, at least five digits, joined by hyphens")]
pub struct NotAReference;

impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let (rest, number) = text.rsplit_once('-').ok_or(NotAReference)?;
        let (prefix, year) = rest.rsplit_once('-').ok_or(NotAReference)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let mark = !prefix.is_empty()
            && prefix.len() <= 20
            && prefix
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !mark || year.len() != 2 || !digits(year) || number.len() < 5 || !digits(number) {
            return Err(NotAReference);
        }
        Ok(Self {
            prefix: prefix.to_ascii_uppercase(),
            year: year.parse().map_err(|_| NotAReference)?,
            number: number.parse().map_err(|_| NotAReference)?,
        })
    }
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// A person must look.
    ToReview,
    /// We asked and wait for the answer.
    Waiting,
    /// Asked in vain: a person telephones.
    ToCall,
    /// Nothing is missing.
    Complete,
    /// Done.
    Closed,
    /// Not an incident after all.
    SetAside,
    /// Part of another incident.
    Merged,
}

impl Status {
    /// All statuses, in the order of an incident's life.
    pub const ALL: [Self; 7] = [
        Self::ToReview,
        Self::Waiting,
        Self::ToCall,
        Self::Complete,
        Self::Closed,
        Self::SetAside,
        Self::Merged,
    ];

    /// The stable word in code, exports and the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToReview => "to_review",
            Self::Waiting => "waiting",
            Self::ToCall => "to_call",
            Self::Complete => "complete",
            Self::Closed => "closed",
            Self::SetAside => "set_aside",
            Self::Merged => "merged",
        }
    }

    /// What support reads.
    #[must_use]
    pub fn french(self) -> &'static str {
        match self {
            Self::ToReview => "à relire",
            Self::Waiting => "en attente",
            Self::ToCall => "à rappeler",
            Self::Complete => "complet",
            Self::Closed => "clos",
            Self::SetAside => "écarté",
            Self::Merged => "fusionné",
        }
    }

    /// The status with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether an incident may pass from this status to `next`. Staying is always allowed.
    #[must_use]
    pub fn allows(self, next: Self) -> bool {
        use Status::{Closed, Complete, Merged, SetAside, ToCall, ToReview, Waiting};
        self == next
            || match (self, next) {
                (SetAside | Merged, next) => next == ToReview,
                (_, SetAside | Merged | ToReview | Closed)
                | (ToReview, Waiting | ToCall | Complete)
                | (Waiting, ToCall | Complete)
                | (ToCall, Complete) => true,
                _ => false,
            }
    }
}

/// An incident's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IncidentId(pub i64);

/// Why a person must look, beside doubtful fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Concern {
    /// The message names a reference of ours that does not exist here.
    UnknownReference,
    /// The message names this incident's mark but comes from an address that is not in it, or with
    /// a token that does not fit: it was not attached.
    UnprovenReference,
    /// The message could not be read as mail.
    Unreadable,
    /// The message is over the size limit: only its headers and texts are here.
    TooLarge,
    /// Another message has the same Message-ID and other bytes.
    SameMessageId,
    /// A mail of ours to the declarant came back.
    Bounced,
    /// A mail of ours to the declarant could not leave (SND-03, SND-04).
    NotTold,
    /// A bounce names this incident and the declarant, without a mark of ours that proves it.
    UnprovenBounce,
    /// The same words from the same address were answered in another incident a while ago.
    LikelyDuplicate,
    /// A later message says otherwise than a field: a person accepts or refuses it.
    ProposedChange,
    /// The declarant says that the trouble is over: a person closes.
    SaysResolved,
}

impl Concern {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::UnknownReference,
        Self::UnprovenReference,
        Self::Unreadable,
        Self::TooLarge,
        Self::SameMessageId,
        Self::Bounced,
        Self::NotTold,
        Self::UnprovenBounce,
        Self::LikelyDuplicate,
        Self::ProposedChange,
        Self::SaysResolved,
    ];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownReference => "unknown_reference",
            Self::UnprovenReference => "unproven_reference",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too_large",
            Self::SameMessageId => "same_message_id",
            Self::Bounced => "bounced",
            Self::NotTold => "not_told",
            Self::UnprovenBounce => "unproven_bounce",
            Self::LikelyDuplicate => "likely_duplicate",
            Self::ProposedChange => "proposed_change",
            Self::SaysResolved => "says_resolved",
        }
    }

    /// What support reads.
    #[must_use]
    pub fn french(self) -> &'static str {
        match self {
            Self::UnknownReference => "cite une référence que nous ne connaissons pas",
            Self::UnprovenReference => "cite une référence sans preuve d’y avoir part",
            Self::Unreadable => "analyse impossible",
            Self::TooLarge => "message trop volumineux, resté dans la boîte",
            Self::SameMessageId => "un autre message porte le même identifiant",
            Self::Bounced => "notre message n’a pas été remis",
            Self::NotTold => "notre message n’a pas pu partir",
            Self::UnprovenBounce => "un retour d’erreur sans preuve nomme ce dossier",
            Self::LikelyDuplicate => "le même message a déjà reçu une réponse",
            Self::ProposedChange => "une réponse donne une autre valeur que celle du dossier",
            Self::SaysResolved => "le déclarant dit que tout est rentré dans l’ordre",
        }
    }

    /// The concern with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|concern| concern.as_str() == word)
    }
}

/// An attachment as the store keeps it: its bytes stay inside the raw message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAttachment {
    /// Name, type, size and role.
    pub attachment: Attachment,
    /// SHA-256 of the decoded bytes, lower-case hexadecimal; empty where they were left on the mail
    /// server.
    pub sha256: String,
    /// The message that holds it.
    pub message: MessageId,
    /// The incident of that message.
    pub incident: IncidentId,
    /// Its number in that message, from 1.
    pub number: u16,
}

/// A value below this confidence is checked by a person.
pub const SURE: f32 = 0.85;

/// Whether a person must look at an incident even when its request has left: a value may be
/// wrong, a concern is open, or a whole service may be out of use.
#[must_use]
pub fn is_doubtful(fields: &Fields, concerns: &[Concern], major_suspected: bool) -> bool {
    major_suspected || !concerns.is_empty() || fields.iter().any(|(_, field)| is_unsure(field))
}

/// Whether a field's value is checked by a person.
#[must_use]
pub fn is_unsure(field: &Field) -> bool {
    let confidence = field.evidence.as_ref().map(|evidence| evidence.confidence);
    field.value().is_some() && confidence.is_some_and(|confidence| confidence < SURE)
}

/// One incident, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Its row.
    pub id: IncidentId,
    /// Its name.
    pub reference: Reference,
    /// Where it stands.
    pub status: Status,
    /// Counts changes: an act names the version that it saw.
    pub version: i64,
    /// What its first message was.
    pub kind: Kind,
    /// When its first message reached the mailbox.
    pub received_at: DateTime<Utc>,
    /// The address that its first message came from, lower case; empty where it had none.
    pub address: String,
    /// The first message's subject, decoded.
    pub subject: String,
    /// Its fields so far, replies included.
    pub fields: Fields,
    /// The message that each field was read from, for those that a message gave.
    pub field_messages: BTreeMap<FieldName, MessageId>,
    /// Who said each field that is not missing.
    pub origins: BTreeMap<FieldName, ValueOrigin>,
    /// Other values that wait for a person, oldest first.
    pub proposals: Vec<Proposal>,
    /// What remains to be asked for.
    pub to_ask: Vec<Ask>,
    /// A whole service may be out of use.
    pub major_suspected: bool,
    /// Why a person must look.
    pub concerns: Vec<Concern>,
    /// Attachments of all its messages, and of those of the incidents that are part of it.
    pub attachments: Vec<KeptAttachment>,
    /// When it was closed, where it is.
    pub closed_at: Option<DateTime<Utc>>,
    /// The earlier incident that it takes up again: a closed one, or one whose thread it came in.
    pub follows: Option<Reference>,
    /// Those that take this one up again, in their order.
    pub followed_by: Vec<Reference>,
    /// What it was made part of, where it was.
    pub merged: Option<Merger>,
    /// Those that were made part of it, and what had been made part of those, in their order.
    pub parts: Vec<Reference>,
    /// Fields that a message of one of those says.
    pub lent: BTreeSet<FieldName>,
}

/// One line of the list of incidents.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentLine {
    /// Its name.
    pub reference: Reference,
    /// Where it stands.
    pub status: Status,
    /// What its first message was.
    pub kind: Kind,
    /// When its first message reached the mailbox.
    pub received_at: DateTime<Utc>,
    /// The entity as written; empty where it is not known.
    pub entity: String,
    /// What is wrong, the first 300 characters; the subject where there is no description.
    pub summary: String,
    /// What remains to be asked for.
    pub to_ask: Vec<Ask>,
    /// A whole service may be out of use.
    pub major_suspected: bool,
    /// Why a person must look.
    pub concerns: Vec<Concern>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_as_it_prints_and_grows_past_five_digits() {
        for (reference, text) in [
            (Reference::new("INC", 2026, 42), "INC-26-00042"),
            (Reference::new("INC", 2031, 100_000), "INC-31-100000"),
            (Reference::new("SI-SAMU", 2026, 1), "SI-SAMU-26-00001"),
        ] {
            assert_eq!(reference.to_string(), text);
            assert_eq!(text.parse(), Ok(reference));
        }
        for wrong in [
            "",
            "INC",
            "INC-26",
            "INC-26-42",
            "INC-2026-00042",
            "-26-00042",
            "INC-26-0004x",
        ] {
            assert_eq!(wrong.parse::<Reference>(), Err(NotAReference), "{wrong}");
        }
    }

    #[test]
    fn stable_words_lead_back_to_their_meaning() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        for concern in Concern::ALL {
            assert_eq!(Concern::parse(concern.as_str()), Some(concern));
        }
    }

    #[test]
    fn a_closed_or_merged_incident_only_comes_back_for_review() {
        for next in [Status::Waiting, Status::ToCall, Status::Complete] {
            assert!(!Status::Closed.allows(next));
            assert!(!Status::Merged.allows(next));
        }
        assert!(Status::Closed.allows(Status::ToReview));
        assert!(Status::Merged.allows(Status::ToReview));
        assert!(!Status::SetAside.allows(Status::Closed));
        assert!(
            Status::Waiting.allows(Status::Closed),
            "« résolu » by telephone"
        );
        assert!(!Status::Complete.allows(Status::Waiting));
    }
}
