//! What happens to an incident, in order; events are only ever added.

use super::message::MessageId;
use chrono::{DateTime, Utc};

/// A notice's detail where a mail to the declarant of a part of the incident came back: before the
/// part's reference.
pub const PART_BOUNCED: &str = "part_bounced";

/// What happened to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A first message made it.
    Opened,
    /// Another message joined it.
    MessageAttached,
    /// A bounce or an automatic answer to one of our mails arrived; the detail says which.
    NoticeReceived,
    /// The same words from the same address were answered in another incident: the detail.
    LikelyDuplicate,
    /// The status changed; the detail is the new one.
    StatusChanged,
    /// A later version of the reader read a message again; the detail names what changed.
    Reread,
    /// A mail was prepared and waits for its hold or for a person.
    MailPrepared,
    /// No mail was prepared; the detail says why.
    MailSuppressed,
    /// A person released a mail.
    MailReleased,
    /// A person sends again a mail that was refused or is in doubt.
    MailResent,
    /// A person cancelled a mail.
    MailCancelled,
    /// A mail waits for a person from now on; the detail says why.
    MailSetBack,
    /// A mail left.
    MailSent,
    /// A mail was refused for good.
    MailFailed,
    /// A mail may have left: the connection broke before the server's answer.
    MailInDoubt,
    /// A message that joined names other incidents of ours too: the detail.
    AlsoNames,
    /// It names another incident without proof; a person may attach it there: the detail.
    AttachProposed,
    /// It takes up another incident: the detail.
    Follows,
    /// A later incident takes it up again: the detail.
    FollowedBy,
    /// A message says otherwise than fields do; the detail names them.
    ValueProposed,
    /// A person accepted the other value; the detail names the field.
    ValueAccepted,
    /// A person refused the other value; the detail names the field.
    ValueRefused,
    /// A mail that had not left was taken back: a later message changes what it asks for.
    MailSuperseded,
    /// A person made it part of another incident; the detail is that one, then why they look alike.
    Merged,
    /// A person made another incident part of it; the detail as above.
    Absorbed,
    /// Fields were completed by what a message of that incident says; the detail names them.
    FieldsTaken,
    /// A person made it an incident of its own again; the detail is the other one, then how many
    /// messages that came meanwhile stay there.
    Split,
    /// A person took another incident out of it; the detail as above.
    Parted,
    /// What it had taken of that one no longer stands; the detail names the fields.
    FieldsReturned,
    /// A mail that was taken back waits again; the detail says for which review.
    MailResumed,
    /// A person found that it is no duplicate of another incident: the detail.
    FoundDistinct,
    /// A person gave a field another value; the detail names it.
    FieldCorrected,
    /// A person found a field's value right; the detail names it.
    FieldConfirmed,
    /// A person found that a field's value can't be used; the detail names it.
    FieldUnusable,
    /// A person noted that the declarant doesn't know; the detail names the field.
    FieldUnknown,
    /// A person painted zones of a file black for good; the detail is its number in its message.
    CaptureMasked,
    /// A person deleted a file; the detail is its number, then why.
    CaptureDeleted,
    /// A person looked at a file and found nothing to hide; the detail is its number.
    CaptureAccepted,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 38] = [
        Self::Opened,
        Self::MessageAttached,
        Self::NoticeReceived,
        Self::LikelyDuplicate,
        Self::StatusChanged,
        Self::Reread,
        Self::MailPrepared,
        Self::MailSuppressed,
        Self::MailReleased,
        Self::MailResent,
        Self::MailCancelled,
        Self::MailSetBack,
        Self::MailSent,
        Self::MailFailed,
        Self::MailInDoubt,
        Self::AlsoNames,
        Self::AttachProposed,
        Self::Follows,
        Self::FollowedBy,
        Self::ValueProposed,
        Self::ValueAccepted,
        Self::ValueRefused,
        Self::MailSuperseded,
        Self::Merged,
        Self::Absorbed,
        Self::FieldsTaken,
        Self::Split,
        Self::Parted,
        Self::FieldsReturned,
        Self::MailResumed,
        Self::FoundDistinct,
        Self::FieldCorrected,
        Self::FieldConfirmed,
        Self::FieldUnusable,
        Self::FieldUnknown,
        Self::CaptureMasked,
        Self::CaptureDeleted,
        Self::CaptureAccepted,
    ];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::MessageAttached => "message_attached",
            Self::NoticeReceived => "notice_received",
            Self::LikelyDuplicate => "likely_duplicate",
            Self::StatusChanged => "status_changed",
            Self::Reread => "reread",
            Self::MailPrepared => "mail_prepared",
            Self::MailSuppressed => "mail_suppressed",
            Self::MailReleased => "mail_released",
            Self::MailResent => "mail_resent",
            Self::MailCancelled => "mail_cancelled",
            Self::MailSetBack => "mail_set_back",
            Self::MailSent => "mail_sent",
            Self::MailFailed => "mail_failed",
            Self::MailInDoubt => "mail_in_doubt",
            Self::AlsoNames => "also_names",
            Self::AttachProposed => "attach_proposed",
            Self::Follows => "follows",
            Self::FollowedBy => "followed_by",
            Self::ValueProposed => "value_proposed",
            Self::ValueAccepted => "value_accepted",
            Self::ValueRefused => "value_refused",
            Self::MailSuperseded => "mail_superseded",
            Self::Merged => "merged",
            Self::Absorbed => "absorbed",
            Self::FieldsTaken => "fields_taken",
            Self::Split => "split",
            Self::Parted => "parted",
            Self::FieldsReturned => "fields_returned",
            Self::MailResumed => "mail_resumed",
            Self::FoundDistinct => "found_distinct",
            Self::FieldCorrected => "field_corrected",
            Self::FieldConfirmed => "field_confirmed",
            Self::FieldUnusable => "field_unusable",
            Self::FieldUnknown => "field_unknown",
            Self::CaptureMasked => "capture_masked",
            Self::CaptureDeleted => "capture_deleted",
            Self::CaptureAccepted => "capture_accepted",
        }
    }

    /// The kind with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One entry of an incident's history; entries are only ever added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventKind,
    /// The message that caused it.
    pub message: Option<MessageId>,
    /// The row in the outbox of the mail of ours that it is about.
    pub mail: Option<i64>,
    /// A token: a status, a reason, a template. Never words of a message.
    pub detail: String,
    /// The person who did it, as others read them; empty: the machine.
    pub who: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_words_lead_back_to_their_event() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(kind));
        }
    }
}
