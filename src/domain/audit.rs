//! The journal: what people did, who, when, and what it was before and after. Lines are only ever
//! added; each is chained to the one before by a hash, so that an altered one shows (`vigie check
//! --audit`). The text of messages never stands in it.

use super::account::{AccountId, Actor, By};
use super::incident::Reference;
use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest as _, Sha256};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Somebody logged in.
    LoggedIn,
    /// Somebody logged out.
    LoggedOut,
    /// An account was made; the target is its name.
    AccountAdded,
    /// An account's roles or name changed.
    AccountChanged,
    /// An account may no longer be used.
    AccountDisabled,
    /// An account has another password.
    PasswordReset,
    /// A ticket went to another status.
    StatusChanged,
    /// The other value of a field was accepted; the target is the field.
    ValueAccepted,
    /// It was refused.
    ValueRefused,
    /// A ticket was made part of another one: the target.
    Merged,
    /// A ticket is one of its own again.
    Split,
    /// Two tickets were told apart; the target is the other one.
    FoundDistinct,
    /// A mail may leave; the target is its number.
    MailReleased,
    /// A mail is sent again.
    MailResent,
    /// A mail was taken back.
    MailCancelled,
    /// A message is read again.
    MessageRetried,
    /// A message that could not be read became a ticket.
    MessagePromoted,
    /// Automatic sending goes on.
    SendingResumed,
    /// A field has another value; the target is the field.
    FieldCorrected,
    /// A field's value was found right.
    FieldConfirmed,
    /// A field's value can't be used.
    FieldUnusable,
    /// The declarant doesn't know.
    FieldUnknown,
    /// Tickets left as a file; the target is its format.
    Exported,
    /// A file was looked at whole; the target is its message and its number there.
    CaptureSeen,
    /// Zones of it were painted black, and the original destroyed.
    CaptureMasked,
    /// It was deleted.
    CaptureDeleted,
    /// It was found to hold nothing that must be hidden.
    CaptureAccepted,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::LoggedIn,
        Self::LoggedOut,
        Self::AccountAdded,
        Self::AccountChanged,
        Self::AccountDisabled,
        Self::PasswordReset,
        Self::StatusChanged,
        Self::ValueAccepted,
        Self::ValueRefused,
        Self::Merged,
        Self::Split,
        Self::FoundDistinct,
        Self::MailReleased,
        Self::MailResent,
        Self::MailCancelled,
        Self::MessageRetried,
        Self::MessagePromoted,
        Self::SendingResumed,
        Self::FieldCorrected,
        Self::FieldConfirmed,
        Self::FieldUnusable,
        Self::FieldUnknown,
        Self::Exported,
        Self::CaptureSeen,
        Self::CaptureMasked,
        Self::CaptureDeleted,
        Self::CaptureAccepted,
    ];

    /// The stable word in the store and in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LoggedIn => "logged_in",
            Self::LoggedOut => "logged_out",
            Self::AccountAdded => "account_added",
            Self::AccountChanged => "account_changed",
            Self::AccountDisabled => "account_disabled",
            Self::PasswordReset => "password_reset",
            Self::StatusChanged => "status_changed",
            Self::ValueAccepted => "value_accepted",
            Self::ValueRefused => "value_refused",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::FoundDistinct => "found_distinct",
            Self::MailReleased => "mail_released",
            Self::MailResent => "mail_resent",
            Self::MailCancelled => "mail_cancelled",
            Self::MessageRetried => "message_retried",
            Self::MessagePromoted => "message_promoted",
            Self::SendingResumed => "sending_resumed",
            Self::FieldCorrected => "field_corrected",
            Self::FieldConfirmed => "field_confirmed",
            Self::FieldUnusable => "field_unusable",
            Self::FieldUnknown => "field_unknown",
            Self::Exported => "exported",
            Self::CaptureSeen => "capture_seen",
            Self::CaptureMasked => "capture_masked",
            Self::CaptureDeleted => "capture_deleted",
            Self::CaptureAccepted => "capture_accepted",
        }
    }

    /// What the journal's page says.
    #[must_use]
    pub fn french(self) -> &'static str {
        match self {
            Self::LoggedIn => "connexion",
            Self::LoggedOut => "déconnexion",
            Self::AccountAdded => "compte créé",
            Self::AccountChanged => "compte modifié",
            Self::AccountDisabled => "compte désactivé",
            Self::PasswordReset => "mot de passe changé",
            Self::StatusChanged => "état changé",
            Self::ValueAccepted => "autre valeur acceptée",
            Self::ValueRefused => "autre valeur refusée",
            Self::Merged => "dossier rattaché",
            Self::Split => "dossier séparé",
            Self::FoundDistinct => "dossiers distingués",
            Self::MailReleased => "envoi libéré",
            Self::MailResent => "nouvel envoi",
            Self::MailCancelled => "envoi annulé",
            Self::MessageRetried => "message relu",
            Self::MessagePromoted => "message pris en dossier",
            Self::SendingResumed => "envois automatiques repris",
            Self::FieldCorrected => "champ corrigé",
            Self::FieldConfirmed => "champ confirmé",
            Self::FieldUnusable => "champ inexploitable",
            Self::FieldUnknown => "le déclarant ne sait pas",
            Self::Exported => "export",
            Self::CaptureSeen => "pièce regardée",
            Self::CaptureMasked => "pièce masquée",
            Self::CaptureDeleted => "pièce supprimée",
            Self::CaptureAccepted => "pièce jugée bonne",
        }
    }

    /// The deed with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }
}

/// One line that is about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// What.
    pub deed: Deed,
    /// The ticket that it was done to.
    pub reference: Option<Reference>,
    /// What of it: a field's token, a mail's number, an account's name; empty where the deed says all.
    pub target: String,
    /// What it was, as JSON.
    pub before: Option<String>,
    /// What it is, as JSON.
    pub after: Option<String>,
}

impl Entry {
    /// A deed with nothing before or after.
    #[must_use]
    pub fn new(by: &By, deed: Deed) -> Self {
        Self {
            at: by.at,
            by: by.actor.clone(),
            deed,
            reference: None,
            target: String::new(),
            before: None,
            after: None,
        }
    }

    /// The ticket that it was done to.
    #[must_use]
    pub fn on(mut self, reference: &Reference) -> Self {
        self.reference = Some(reference.clone());
        self
    }

    /// What of it.
    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// What it was and what it is, as values of JSON.
    #[must_use]
    pub fn change(mut self, before: &impl serde::Serialize, after: &impl serde::Serialize) -> Self {
        self.before = serde_json::to_string(before).ok();
        self.after = serde_json::to_string(after).ok();
        self
    }

    /// The hash that chains it to the line before, whose own is `previous` (empty before the first):
    /// SHA-256 over that and the line's values as a JSON list, in lower-case hexadecimal.
    #[must_use]
    pub fn chain(&self, previous: &str) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let reference = self.reference.as_ref().map(ToString::to_string);
        let line = serde_json::json!([
            previous,
            at,
            self.by.account.map(|AccountId(id)| id),
            self.by.name,
            self.deed.as_str(),
            reference,
            self.target,
            self.before,
            self.after,
        ]);
        let digest = Sha256::digest(line.to_string().as_bytes());
        data_encoding::HEXLOWER.encode(&digest)
    }
}

/// A line as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, rising.
    pub id: i64,
    /// What it says.
    pub entry: Entry,
    /// Its hash.
    pub chain: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_words_lead_back_to_their_deed() {
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.as_str()), Some(deed));
        }
    }

    #[test]
    fn each_value_of_a_line_and_the_line_before_change_its_hash() {
        let by = By {
            actor: Actor {
                account: Some(AccountId(3)),
                name: "Marie".to_owned(),
            },
            at: DateTime::UNIX_EPOCH,
        };
        let line = Entry::new(&by, Deed::Merged)
            .on(&Reference::new("INC", 2026, 58))
            .target("INC-26-00055")
            .change(&"to_review", &"merged");
        let mut hashes = vec![line.chain(""), line.chain("00")];
        let changes: [&dyn Fn(&mut Entry); 8] = [
            &|line| line.at += chrono::TimeDelta::microseconds(1),
            &|line| line.by.account = None,
            &|line| line.by.name.push('e'),
            &|line| line.deed = Deed::Split,
            &|line| line.reference = None,
            &|line| line.target.clear(),
            &|line| line.before = None,
            &|line| line.after = line.before.clone(),
        ];
        for change in changes {
            let mut other = line.clone();
            change(&mut other);
            hashes.push(other.chain(""));
        }
        let all = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
        assert_eq!(hashes[0].len(), 64);
    }
}
