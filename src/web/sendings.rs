//! Our mails of a dossier as its page lists them, with what can be done about each.

use super::incidents::mail_detail;
use super::page::Console;
use crate::domain::outgoing::MailState;
use crate::present::mails;
use crate::store::OutboxEntry;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Mail {
    name: &'static str,
    template: String,
    sequence: u32,
    to: String,
    subject: String,
    state: &'static str,
    tone: &'static str,
    detail: String,
    text: String,
    acts: Vec<MailAct>,
}

/// What can be done with a mail as it stands.
#[derive(Serialize)]
pub(super) struct MailAct {
    path: &'static str,
    words: &'static str,
}

/// A mail's line.
pub(super) fn mail_row(console: &Console, mail: &OutboxEntry) -> Mail {
    Mail {
        name: mails::template(&mail.template),
        template: mail.template.clone(),
        sequence: mail.sequence,
        to: mail.to.clone(),
        subject: mail.subject.clone(),
        state: mails::state(mail.state),
        tone: match mail.state {
            MailState::Sent if mail.bounced_at.is_some() => "bad",
            MailState::Sent => "good",
            MailState::Failed | MailState::InDoubt | MailState::Review => "bad",
            MailState::Queued | MailState::Sending | MailState::Cancelled => "",
        },
        detail: mail_detail(console, mail),
        text: mail.text.clone(),
        acts: match mail.state {
            MailState::Review => vec![RELEASE, CANCEL],
            MailState::Queued => vec![CANCEL, RELEASE],
            MailState::Failed | MailState::InDoubt => vec![RESEND, CANCEL],
            MailState::Sending | MailState::Sent | MailState::Cancelled => Vec::new(),
        },
    }
}

const RELEASE: MailAct = MailAct {
    path: "liberer",
    words: "Envoyer maintenant",
};
const CANCEL: MailAct = MailAct {
    path: "annuler",
    words: "Annuler l’envoi",
};
const RESEND: MailAct = MailAct {
    path: "renvoyer",
    words: "Envoyer encore",
};
