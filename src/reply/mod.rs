//! [`Decision`] → [`Outgoing`]: the whole mail, text and HTML, with its headers. Pure: the same
//! decision about the same message gives the same bytes.

mod alarm;
pub mod french;
mod headers;
mod letter;
mod mime;
mod sample;
mod summary;
mod support;
mod wrap;

pub use alarm::{Alarm, alarm};
pub use mime::html;
pub use sample::{Checked, check, preview};

use crate::domain::act::Act;
use crate::domain::decision::Decision;
use crate::domain::declaration::Declaration;
use crate::domain::escalation::Escalation;
use crate::domain::field::Fields;
use crate::domain::form::Form;
use crate::domain::hours::{Hours, Worked};
use crate::domain::mark;
use crate::domain::outgoing::{Outgoing, Template};
use crate::template::{Source, TemplateError, Templates};
use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use letter::{Letter, Writing};

/// The embedded templates of our mails, each as text and as HTML.
pub const TEMPLATES: &[Source] = &[
    ("E1.txt", include_str!("templates/E1.txt")),
    ("E1.html", include_str!("templates/E1.html")),
    ("E1b.txt", include_str!("templates/E1b.txt")),
    ("E1b.html", include_str!("templates/E1b.html")),
    ("E1c.txt", include_str!("templates/E1c.txt")),
    ("E1c.html", include_str!("templates/E1c.html")),
    ("E1d.txt", include_str!("templates/E1d.txt")),
    ("E1d.html", include_str!("templates/E1d.html")),
    ("E2.txt", include_str!("templates/E2.txt")),
    ("E2.html", include_str!("templates/E2.html")),
    ("E3.txt", include_str!("templates/E3.txt")),
    ("E3.html", include_str!("templates/E3.html")),
    ("E4.txt", include_str!("templates/E4.txt")),
    ("E4.html", include_str!("templates/E4.html")),
    ("E9.txt", include_str!("templates/E9.txt")),
    ("E9.html", include_str!("templates/E9.html")),
    ("E9b.txt", include_str!("templates/E9b.txt")),
    ("E9b.html", include_str!("templates/E9b.html")),
    ("E10.txt", include_str!("templates/E10.txt")),
    ("E10.html", include_str!("templates/E10.html")),
];

/// Who we are, in every mail.
#[derive(Clone)]
pub struct Settings {
    /// « Support SI-Samu ».
    pub service_name: String,
    /// The support's number as it is printed.
    pub phone: String,
    /// The name beside our address.
    pub from_name: String,
    /// Our address.
    pub from_address: String,
    /// The address that people write to.
    pub mailbox: String,
    /// Whether the mailbox takes `box+token@domain`.
    pub plus_address: bool,
    /// Where times are shown.
    pub timezone: Tz,
    /// When the support is at work.
    pub hours: Hours,
    /// Who stands behind the support; absent: nobody is named.
    pub escalation: Option<Escalation>,
    /// Domains whose people are told the number behind the support's, lower case.
    pub known_domains: Vec<String>,
    /// When a declarant hears of us next, if we say so.
    pub next_news: Option<Worked>,
    /// The installation's key.
    pub key: [u8; 32],
}

/// The message that is answered, and its place in its ticket.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// What it says.
    pub declaration: &'a Declaration,
    /// What its ticket says, this message included.
    pub fields: &'a Fields,
    /// Its subject, decoded.
    pub subject: &'a str,
    /// Its Message-ID.
    pub message_id: Option<&'a str>,
    /// The ids of its References, oldest first.
    pub references: &'a [String],
    /// The display name of From.
    pub from_name: &'a str,
    /// The address of From.
    pub from_address: &'a str,
    /// Whether the receiving server vouches for the sender: only then are their words quoted.
    pub sender_is_verified: bool,
    /// When it was written.
    pub date: Option<DateTime<FixedOffset>>,
    /// Its ticket's reference.
    pub reference: &'a str,
    /// The number of our mail within the ticket, from 1.
    pub sequence: u32,
    /// The hash of its words ([`crate::domain::decision::body_hash`]).
    pub body_hash: &'a str,
    /// A person validated a ticket of the writer's very domain.
    pub domain_is_known: bool,
    /// What the mail says, where the clock or a person made it.
    pub act: Option<Act<'a>>,
}

/// The mail of a decision; `None` where the decision is to be silent.
///
/// # Errors
/// A replaced template names something that it may not: embedded ones never fail.
pub fn reply(
    decision: &Decision,
    answered: &Answered<'_>,
    settings: &Settings,
    form: &Form,
    templates: &Templates,
    now: DateTime<Utc>,
) -> Result<Option<Outgoing>, TemplateError> {
    let Decision::Reply {
        template,
        to,
        asks,
        hold_until,
        review,
    } = decision
    else {
        return Ok(None);
    };
    let reference = answered.reference;
    let writing = Writing {
        template: *template,
        to,
        asks,
        now,
        leaves_at: *hold_until,
    };
    let letter = Letter::new(&writing, answered, settings, form);
    let (text, html) = render(*template, &letter, templates)?;
    let domain = settings
        .from_address
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    let message_id = mark::message_id(&settings.key, reference, answered.sequence, domain);
    let subject = headers::subject(answered.subject, &mark::subject_mark(reference));
    let plus = settings.plus_address;
    let reply_to = plus
        .then(|| mark::reply_address(&settings.key, &settings.mailbox, reference))
        .flatten()
        .or_else(|| (settings.mailbox != settings.from_address).then(|| settings.mailbox.clone()));
    let envelope_from = plus
        .then(|| mark::bounce_address(&settings.key, &settings.mailbox, reference))
        .flatten()
        .unwrap_or_else(|| settings.from_address.clone());
    let head = mime::Head {
        from_name: &settings.from_name,
        from_address: &settings.from_address,
        to,
        reply_to: reply_to.as_deref(),
        subject: &subject,
        message_id: &message_id,
        in_reply_to: answered.message_id,
        references: answered.references,
        date: now.with_timezone(&settings.timezone).fixed_offset(),
        auto_submitted: template.auto_submitted(),
    };
    Ok(Some(Outgoing {
        template: *template,
        reference: reference.to_owned(),
        sequence: answered.sequence,
        to: to.clone(),
        mime: mime::mail(&head, &text, &html),
        subject,
        message_id,
        envelope_from,
        text,
        body_hash: answered.body_hash.to_owned(),
        numbers: match template.has_form() {
            true => letter.numbers,
            false => Vec::new(),
        },
        hold_until: *hold_until,
        review: *review,
    }))
}

/// The two parts of one mail, folded and set as French typography demands.
fn render(
    template: Template,
    letter: &Letter,
    templates: &Templates,
) -> Result<(String, String), TemplateError> {
    let name = template.as_str();
    let text = templates.render(&format!("{name}.txt"), letter)?;
    let html = templates.render(&format!("{name}.html"), letter)?;
    Ok((
        wrap::paragraphs(&french::typeset(&text)),
        french::typeset(&html),
    ))
}

#[cfg(test)]
mod extremes;
#[cfg(test)]
mod tests;
