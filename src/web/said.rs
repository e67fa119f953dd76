//! The status line of a page: what the act did that led to it. It stands in the address, as a word of
//! a closed set and a reference, so that nobody can put words of theirs on a page by a link.

use super::page::Console;
use super::refusal::PageError;
use crate::domain::field::FieldName;
use crate::domain::incident::{Reference, Status};
use crate::domain::outgoing::MailState;
use crate::present::mails;
use serde::{Deserialize, Serialize};

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Did {
    /// A ticket went where it stands now.
    Moved(Reference),
    /// A field was decided about.
    Decided(FieldName),
    /// Another value was accepted or refused.
    Settled(FieldName),
    /// Two tickets were told apart.
    ToldApart(Reference),
    /// A mail was released, taken back or sent again.
    Mail(u32),
    /// Nothing: a field must be looked at first.
    Doubt,
}

/// Where a page says what was done.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    fait: Option<String>,
}

/// The line, and how the act is undone.
#[derive(Debug, Default, Serialize)]
pub(super) struct Said {
    text: String,
    /// Where a form goes that undoes it; empty where nothing does.
    undo: String,
}

impl Did {
    /// As it stands in an address.
    pub(super) fn query(&self) -> String {
        match self {
            Self::Moved(reference) => format!("fait=etat.{reference}"),
            Self::Decided(name) => format!("fait=champ.{name}"),
            Self::Settled(name) => format!("fait=autre.{name}"),
            Self::ToldApart(reference) => format!("fait=distinct.{reference}"),
            Self::Mail(number) => format!("fait=envoi.{number}"),
            Self::Doubt => "fait=doute".to_owned(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (word, of) = text.split_once('.').unwrap_or((text, ""));
        match word {
            "etat" => of.parse().ok().map(Self::Moved),
            "champ" => FieldName::parse(of).map(Self::Decided),
            "autre" => FieldName::parse(of).map(Self::Settled),
            "distinct" => of.parse().ok().map(Self::ToldApart),
            "envoi" => of.parse().ok().map(Self::Mail),
            "doute" => Some(Self::Doubt),
            _ => None,
        }
    }
}

/// What a page says of the act that led to it; `here` is the ticket that it shows.
pub(super) async fn said(
    console: &Console,
    asked: &Asked,
    here: Option<&Reference>,
) -> Result<Said, PageError> {
    let Some(did) = asked.fait.as_deref().and_then(Did::parse) else {
        return Ok(Said::default());
    };
    let line = |text: String| Said {
        text,
        undo: String::new(),
    };
    // A name that the form does not have is not repeated.
    let of_field = |name: FieldName, words: &str| {
        let mut fields = console.form().fields.iter();
        let field = fields.find(|field| field.name == name);
        field.map_or_else(Said::default, |field| {
            line(format!("{}\u{a0}: {words}.", field.heading))
        })
    };
    Ok(match did {
        Did::Moved(reference) => moved(console, &reference).await?,
        Did::Decided(name) => of_field(name, "enregistré"),
        Did::Settled(name) => of_field(name, "décidé"),
        Did::ToldApart(other) => line(format!("Distingué du dossier {other}.")),
        Did::Mail(number) => match here {
            Some(here) => line(mail(console, here, number).await?),
            None => Said::default(),
        },
        Did::Doubt => line(
            "Un champ est à vérifier\u{a0}: confirmez-le ou corrigez-le, puis validez.".to_owned(),
        ),
    })
}

/// « INC-26-00058 : en attente. Demande, part lun. 23 nov. 09:16. »
async fn moved(console: &Console, reference: &Reference) -> Result<Said, PageError> {
    let store = console.store();
    let Some(incident) = store.incident(reference).await? else {
        return Ok(Said::default());
    };
    let sent = store.mails_of(reference).await?;
    let waits = sent
        .iter()
        .rev()
        .find(|mail| matches!(mail.state, MailState::Queued | MailState::Review));
    let mut text = format!("{reference}\u{a0}: {}.", incident.status.french());
    if let Some(mail) = waits {
        let name = mails::template(&mail.template);
        let detail = super::incidents::mail_detail(console, mail);
        text.push_str(&format!(" {name}, {detail}."));
    }
    let back = match incident.status {
        Status::Merged => format!("/d/{reference}/separer"),
        Status::ToReview => String::new(),
        Status::Waiting | Status::ToCall | Status::Complete | Status::Closed | Status::SetAside => {
            format!("/d/{reference}/rouvrir")
        }
    };
    Ok(Said { text, undo: back })
}

async fn mail(console: &Console, here: &Reference, number: u32) -> Result<String, PageError> {
    let sent = console.store().mails_of(here).await?;
    let mail = sent.iter().find(|mail| mail.sequence == number);
    Ok(mail.map_or_else(String::new, |mail| {
        let name = mails::template(&mail.template);
        format!(
            "{name}, n°\u{a0}{number}\u{a0}: {}.",
            mails::state(mail.state)
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_reads_as_it_was_written_and_nothing_else_does() {
        let reference: Reference = "INC-26-00042".parse().unwrap();
        for did in [
            Did::Moved(reference.clone()),
            Did::Decided(FieldName::Phone),
            Did::Settled(FieldName::StartedAt),
            Did::ToldApart(reference),
            Did::Mail(3),
            Did::Doubt,
        ] {
            let query = did.query();
            let text = query.strip_prefix("fait=").unwrap();
            assert_eq!(Did::parse(text), Some(did), "{query}");
        }
        for text in [
            "",
            "etat",
            "etat.<b>",
            "champ.<b>",
            "envoi.-1",
            "autre.",
            "Appelez le 08",
        ] {
            assert_eq!(Did::parse(text), None, "{text}");
        }
    }
}
