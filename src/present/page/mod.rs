//! Evidence on a page: the console's incidents and `vigie parse --page` are rendered by the same
//! templates and the same style.
//!
//! The text nodes of a text, less the numbers, are the decoded part byte for byte: nothing is hidden,
//! added or moved. Roles stand in attributes and are drawn by the style.

use super::french;
use crate::domain::declaration::{Attachment, Declaration, Kind, Role};
use crate::domain::field::Reading;
use crate::domain::form::{Ask, Form};
use crate::domain::incident::KeptAttachment;
use crate::domain::why::Why;
use crate::mail::Email;
use crate::template::{Source, TemplateError, Templates};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use sha2::{Digest, Sha256};

mod pane;
mod rows;

pub use pane::{Pane, Proof, role, written};
pub use rows::Row;

/// What pages that show evidence import.
pub const EVIDENCE: Source = ("evidence.html", include_str!("evidence.html"));

/// The style of evidence; it stands alone or before a frame's own.
pub const STYLE: &str = include_str!("evidence.css");

/// An attachment's line.
#[derive(Debug, Serialize)]
pub struct Attached {
    filename: String,
    content_type: String,
    size: String,
    role: &'static str,
    /// Where it is looked at; empty where there is no such page.
    link: String,
    /// Whether a thumbnail of it stands below that.
    picture: bool,
}

impl Attached {
    /// One attachment as a page lists it.
    #[must_use]
    pub fn new(attachment: &Attachment) -> Self {
        Self {
            filename: attachment.filename.clone(),
            content_type: attachment.content_type.clone(),
            size: french::size(attachment.size),
            role: french::role(attachment.role),
            link: String::new(),
            picture: false,
        }
    }

    /// One attachment of an incident; its bytes may have been left on the mail server.
    #[must_use]
    pub fn kept(kept: &KeptAttachment) -> Self {
        let mut attached = Self::new(&kept.attachment);
        if kept.sha256.is_empty() {
            "trop volumineuse, restée sur le serveur".clone_into(&mut attached.size);
        }
        attached
    }

    /// The same with the page on which it is looked at; a picture shows its thumbnail.
    #[must_use]
    pub fn at(self, link: String) -> Self {
        Self {
            picture: self.content_type.starts_with("image/"),
            link,
            ..self
        }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    file: &'a str,
    version: &'static str,
    style: &'static str,
    style_hash: String,
    kind: &'static str,
    why: String,
    flags: Vec<&'static str>,
    summary: String,
    date: Option<Moment>,
    fields: Vec<Row>,
    screenshot: Option<Screenshot>,
    questions: Vec<Question>,
    attachments: Vec<Attached>,
    pane: Pane,
}

#[derive(Serialize)]
struct Moment {
    iso: String,
    text: String,
}

#[derive(Serialize)]
struct Screenshot {
    doubt: bool,
    names: String,
}

#[derive(Serialize)]
struct Question {
    text: String,
    purpose: String,
}

/// One message on a page of its own: no script, nothing from elsewhere, its style inside.
///
/// # Errors
/// The template's; a test renders it.
pub fn render(
    file: &str,
    email: &Email<'_>,
    declaration: &Declaration,
    form: &Form,
) -> Result<String, TemplateError> {
    let asks = form.ask(declaration);
    let fields = || {
        let names = form.fields.iter().enumerate();
        names.map(|(at, field)| (at + 1, field, &declaration.fields[field.name]))
    };
    let proofs: Vec<Proof> = fields()
        .filter_map(|(number, form, field)| Proof::of(number, &form.heading, field))
        .collect();
    let pane = Pane::new(email, &proofs);
    let is_answered = declaration.kind.is_answered();
    // What an answer alone lacks is known to its incident only.
    let is_part = declaration.kind == Kind::Reply;
    let rows = fields()
        .filter(|(.., field)| is_answered && !(is_part && field.reading == Reading::Missing))
        .map(|(number, form, field)| Row::new(number, form, field, pane.shown.contains(&number)))
        .collect();
    let page = Page {
        title: title(file, email),
        file,
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        style_hash: format!(
            "sha256-{}",
            data_encoding::BASE64.encode(&Sha256::digest(STYLE))
        ),
        kind: french::kind(declaration.kind),
        why: why(&declaration.reason),
        flags: flags(declaration),
        summary: summary(declaration.kind, form, &asks),
        date: email.date.as_ref().map(moment),
        fields: rows,
        screenshot: screenshot(declaration, form),
        questions: form
            .questions(&asks)
            .into_iter()
            .map(|question| Question {
                text: french::capital(&question.text),
                purpose: question.purpose,
            })
            .collect(),
        attachments: declaration.attachments.iter().map(Attached::new).collect(),
        pane,
    };
    let templates = [EVIDENCE, ("page.html", include_str!("page.html"))];
    Templates::load(&templates, None)?.render("page.html", &page)
}

fn title<'a>(file: &'a str, email: &'a Email<'_>) -> &'a str {
    if email.subject.trim().is_empty() {
        file
    } else {
        &email.subject
    }
}

fn why(reason: &str) -> String {
    Why::parse(reason).map_or_else(|| reason.to_owned(), |why| french::why(why).to_owned())
}

fn flags(declaration: &Declaration) -> Vec<&'static str> {
    let flags = [
        (declaration.major_suspected, "majeur\u{a0}?"),
        (declaration.kind == Kind::Escalation, "escalade"),
    ];
    let raised = flags.into_iter().filter(|(is_raised, _)| *is_raised);
    raised.map(|(_, flag)| flag).collect()
}

fn summary(kind: Kind, form: &Form, asks: &[Ask]) -> String {
    let names = asks_in_words(form, asks);
    match kind {
        Kind::Declaration | Kind::Escalation if names.is_empty() => "Rien ne manque.".to_owned(),
        Kind::Declaration | Kind::Escalation => names.join(" "),
        Kind::Reply => {
            "Une réponse complète son dossier\u{a0}: ce qui manque encore se lit là-bas.".to_owned()
        }
        Kind::AutoReply | Kind::Bounce | Kind::Other => {
            "Un message de cette sorte ne reçoit jamais de réponse.".to_owned()
        }
    }
}

/// « Manquent : téléphone, capture. », « À préciser : début. »
fn asks_in_words(form: &Form, asks: &[Ask]) -> Vec<String> {
    let names = |is_unclear: bool| -> Vec<String> {
        let of_kind = asks.iter().filter(|ask| ask.reason.is_some() == is_unclear);
        of_kind.map(|ask| french::item(form, ask.item)).collect()
    };
    let (missing, unclear) = (names(false), names(true));
    let word = if missing.len() > 1 {
        "Manquent"
    } else {
        "Manque"
    };
    [(word, missing), ("À préciser", unclear)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| format!("{word}\u{a0}: {}.", names.join(", ")))
        .collect()
}

fn screenshot(declaration: &Declaration, form: &Form) -> Option<Screenshot> {
    let names: Vec<&str> = declaration
        .attachments
        .iter()
        .filter(|attachment| attachment.role == Role::Screenshot)
        .map(|attachment| attachment.filename.as_str())
        .map(|name| if name.is_empty() { "sans nom" } else { name })
        .collect();
    let is_asked = matches!(declaration.kind, Kind::Declaration | Kind::Escalation);
    let doubt = names.is_empty();
    (!doubt || is_asked && form.screenshot_mandatory).then(|| Screenshot {
        doubt,
        names: names.join(", "),
    })
}

fn moment(at: &DateTime<FixedOffset>) -> Moment {
    Moment {
        iso: super::json::instant(at),
        text: french::local(at),
    }
}
