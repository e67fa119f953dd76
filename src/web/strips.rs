//! The red strips at the top of every page: what is wrong, why, since when, what to do.

use super::page::{Console, plural};
use crate::desk::health::Report;
use crate::domain::health::{Subject, Trouble};
use crate::present::health;
use serde::Serialize;

/// One strip.
#[derive(Debug, Serialize)]
pub(super) struct Strip {
    title: String,
    remedy: &'static str,
    command: &'static str,
    link: &'static str,
    link_words: &'static str,
}

/// The strips of now.
pub(super) fn strips(console: &Console, report: &Report, for_person: u64) -> Vec<Strip> {
    let mut strips: Vec<Strip> = report
        .troubles
        .iter()
        .map(|trouble| strip(console, trouble))
        .collect();
    if for_person > 0 {
        let words = plural(
            for_person,
            "envoi attend une personne.",
            "envois attendent une personne.",
        );
        strips.push(Strip {
            title: words,
            remedy: "Commande\u{a0}:",
            command: "vigie outbox list",
            link: "",
            link_words: "",
        });
    }
    strips
}

/// « Boîte injoignable depuis lun. 23 nov. 09:12 (3 essais) : le serveur ne répond pas. »
pub(super) fn sentence(console: &Console, trouble: &Trouble) -> String {
    let (subject, cause) = (trouble.subject, trouble.cause.as_str());
    let mut title = health::title(subject, cause, trouble.count);
    // Since when a message lies in quarantine says nothing that the list does not.
    if subject != Subject::Quarantine {
        title.push_str(" depuis ");
        title.push_str(console.moment(trouble.since).text());
    }
    if trouble.tries > 0 {
        let tries = plural(trouble.tries.into(), "essai", "essais");
        title.push_str(&format!(" ({tries})"));
    }
    let why = health::why(subject, cause);
    if why.is_empty() {
        title.push('.');
    } else {
        title.push_str(&format!("\u{a0}: {why}"));
        if !why.ends_with('?') {
            title.push('.');
        }
    }
    title
}

fn strip(console: &Console, trouble: &Trouble) -> Strip {
    let subject = trouble.subject;
    let is_quarantine = subject == Subject::Quarantine;
    Strip {
        title: sentence(console, trouble),
        remedy: health::remedy(subject),
        command: health::command(subject),
        link: if is_quarantine { "/quarantine" } else { "" },
        link_words: if is_quarantine { "Voir pourquoi" } else { "" },
    }
}
