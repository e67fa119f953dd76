//! What is answered to one message, and by whose leave: the pure chain from a read message to the
//! mail that would leave. The intake, `vigie reply` and every preview call it alike.

use crate::config::Config;
use crate::domain::act::{Act, announce};
use crate::domain::decision::{
    self, Brought, Decision, List, Origin, Policy, Reminder, Sent, Situation, Ticket, decide,
    remind, tell,
};
use crate::domain::declaration::Declaration;
use crate::domain::field::{FieldName, Fields, Reading, Reason, Source};
use crate::domain::form::{Ask, Form};
use crate::domain::outgoing::Outgoing;
use crate::domain::sender::{Addressee, Sender, domain};
use crate::mail::Email;
use crate::mail::automatic::{AutoSubmitted, Precedence};
use crate::reply::{self, Answered, Settings, TEMPLATES};
use crate::secret::Key;
use crate::template::{TemplateError, Templates};
use chrono::{DateTime, Utc};

/// What answering needs to know of this installation; made once.
pub struct Answering {
    /// Who is answered, and how often.
    pub policy: Policy,
    /// Who we are.
    pub settings: Settings,
    /// The words.
    pub templates: Templates,
    /// The receiving server's name in `Authentication-Results`, lower case.
    pub authserv_id: Option<String>,
}

impl Answering {
    /// Reads the templates and renders each of them once.
    ///
    /// # Errors
    /// A template of `[replies] templates` can't be used.
    pub fn new(config: &Config, key: &Key, form: &Form) -> Result<Self, TemplateError> {
        let answering = Self {
            policy: config.policy(),
            settings: settings(config, key),
            templates: Templates::load(TEMPLATES, config.replies.templates.as_deref())?,
            authserv_id: config.mailbox.authserv_id.clone(),
        };
        reply::check(&answering.templates, &answering.settings, form)?;
        Ok(answering)
    }
}

/// Who we are in every mail.
#[must_use]
pub fn settings(config: &Config, key: &Key) -> Settings {
    let from = &config.smtp.from;
    Settings {
        service_name: config.service.name.clone(),
        phone: config.service.phone.clone(),
        from_name: from.name.as_ref().unwrap_or(&config.service.name).clone(),
        from_address: from.address.clone(),
        mailbox: config.mailbox.address.clone(),
        plus_address: config.mailbox.plus_address,
        timezone: config.service.timezone,
        hours: config.hours.clone(),
        escalation: config.escalation.clone(),
        known_domains: config.known_domains.clone(),
        next_news: config.next_news,
        key: *key.as_bytes(),
    }
}

/// One message, read, and its place among the others.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The message.
    pub email: &'a Email<'a>,
    /// What it says.
    pub declaration: &'a Declaration,
    /// What its ticket says, this message included: the declaration's own where it opens one.
    pub fields: &'a Fields,
    /// What must be asked for, after this message.
    pub asks: &'a [Ask],
    /// What it brings to the ticket that it joins; `None` where it opens one.
    pub brought: Option<Brought>,
    /// It arrived after `answer_from`.
    pub answerable: bool,
    /// Its ticket's reference.
    pub reference: &'a str,
    /// The number of our next mail within the ticket, from 1.
    pub sequence: u32,
    /// The ticket so far.
    pub ticket: Ticket,
    /// Our mails so far, for [`addressee`] and [`body_hash`].
    pub sent: Sent,
}

/// Decides, and makes the mail if there is one.
///
/// # Errors
/// A replaced template fails on data that its samples did not have.
pub fn answer(
    incoming: &Incoming<'_>,
    form: &Form,
    answering: &Answering,
    now: DateTime<Utc>,
) -> Result<(Decision, Option<Outgoing>), TemplateError> {
    let (email, declaration) = (incoming.email, incoming.declaration);
    let situation = Situation {
        declaration,
        asks: incoming.asks,
        sender: sender(email),
        origin: origin(email, answering.authserv_id.as_deref()),
        answerable: incoming.answerable,
        // What proves its ticket surely belongs to it.
        kind_certain: incoming.brought.is_some() || is_certain(declaration),
        brought: incoming.brought,
        ticket: incoming.ticket,
        sent: incoming.sent,
    };
    let decision = decide(&situation, &answering.policy, now);
    let mail = mail(incoming, &decision, None, form, answering, now)?;
    Ok((decision, mail))
}

/// Decides about the mail of an act, and makes it if there is one. `incoming` is the declarant's
/// message that it goes under: the last one of the ticket, with what the ticket says and lacks.
///
/// # Errors
/// A replaced template fails on data that its samples did not have.
pub fn letter_of_act(
    act: Act<'_>,
    incoming: &Incoming<'_>,
    form: &Form,
    answering: &Answering,
    now: DateTime<Utc>,
) -> Result<(Decision, Option<Outgoing>), TemplateError> {
    let policy = &answering.policy;
    let decision = match act {
        Act::Remind { to } => {
            let reminder = Reminder {
                to,
                asks: incoming.asks,
                ticket: incoming.ticket,
                sent: incoming.sent,
            };
            remind(&reminder, policy, now)
        }
        Act::Attach { .. } => {
            let origin = origin(incoming.email, answering.authserv_id.as_deref());
            let how = (incoming.declaration.kind, &origin);
            announce(how, &sender(incoming.email), &incoming.sent, policy, now)
        }
        _ => tell(
            act.template(),
            &sender(incoming.email),
            &incoming.sent,
            policy,
            now,
        ),
    };
    let mail = mail(incoming, &decision, Some(act), form, answering, now)?;
    Ok((decision, mail))
}

/// The mail of a decision, under the message.
fn mail(
    incoming: &Incoming<'_>,
    decision: &Decision,
    act: Option<Act<'_>>,
    form: &Form,
    answering: &Answering,
    now: DateTime<Utc>,
) -> Result<Option<Outgoing>, TemplateError> {
    let (email, declaration) = (incoming.email, incoming.declaration);
    // What a person tells is no answer to the same words come again: it takes no place in their limit.
    let body_hash = match act {
        None | Some(Act::Remind { .. }) => body_hash(email, declaration),
        Some(_) => String::new(),
    };
    let from = email.from.as_ref();
    let answered = Answered {
        declaration,
        fields: incoming.fields,
        subject: &email.subject,
        message_id: email.message_id.as_deref(),
        references: &email.references,
        from_name: from.map_or("", |from| &from.name),
        from_address: from.map_or("", |from| &from.address),
        // Quoting an unproved sender would let anyone have their words sent in our name.
        sender_is_verified: is_verified(email, answering.authserv_id.as_deref()) == Some(true),
        date: email.date,
        reference: incoming.reference,
        sequence: incoming.sequence,
        body_hash: &body_hash,
        domain_is_known: incoming.sent.domain_is_known,
        act,
    };
    let (settings, templates) = (&answering.settings, &answering.templates);
    reply::reply(decision, &answered, settings, form, templates, now)
}

/// The address that an answer would go to: limits are counted for it.
#[must_use]
pub fn addressee(email: &Email<'_>) -> Addressee {
    sender(email).addressee()
}

/// The hash of the message's words: the limit on same words counts it.
#[must_use]
pub fn body_hash(email: &Email<'_>, declaration: &Declaration) -> String {
    decision::body_hash(&declaration.own_text, &email.subject)
}

/// The hash of all that the message says, digits included: the same declaration sent twice has it
/// in common.
#[must_use]
pub fn words_hash(email: &Email<'_>) -> String {
    decision::words_hash(&email.body.text, &email.subject)
}

/// Whether the receiving server proved the sender; `None` where it says nothing.
pub(super) fn is_verified(email: &Email<'_>, authserv_id: Option<&str>) -> Option<bool> {
    email.automatic.sender_verified(authserv_id)
}

fn sender<'a>(email: &'a Email<'_>) -> Sender<'a> {
    Sender {
        from: email.from.as_ref().map(|from| from.address.as_str()),
        from_count: email.from_count,
        // A list names itself there: who writes through it is answered at From (decisions, 9).
        reply_to: email
            .reply_to
            .as_ref()
            .filter(|_| list(email).is_none())
            .map(|to| to.address.as_str()),
    }
}

fn list(email: &Email<'_>) -> Option<List> {
    let marks = &email.automatic;
    match marks.precedence {
        Some(Precedence::Bulk | Precedence::Junk) => Some(List::Bulk),
        Some(Precedence::List) => Some(List::Person),
        None => marks.list_header.map(|_| List::Person),
    }
}

fn origin(email: &Email<'_>, authserv_id: Option<&str>) -> Origin {
    let marks = &email.automatic;
    let verified = is_verified(email, authserv_id);
    let by_a_machine = !matches!(marks.auto_submitted, None | Some(AutoSubmitted::No));
    Origin {
        list: list(email),
        ticket_tool: marks.ticket_tool || by_a_machine,
        null_sender: marks.null_sender || email.return_path.as_deref() == Some(""),
        // A server that stamps its findings and proves nothing of a mail whose envelope names
        // another domain: what we answer may go to an innocent third (backscatter, LOOP-09).
        forged: verified == Some(false)
            || authserv_id.is_some() && verified.is_none() && comes_from_elsewhere(email),
        received: marks.received,
    }
}

/// Whether Return-Path names a domain that is neither From's nor above or below it.
fn comes_from_elsewhere(email: &Email<'_>) -> bool {
    let (Some(from), Some(path)) = (&email.from, email.return_path.as_deref()) else {
        return false;
    };
    let (from, path) = (domain(&from.address), domain(path));
    let is_below = |a: &str, b: &str| a.strip_suffix(b).is_some_and(|rest| rest.ends_with('.'));
    !path.is_empty() && from != path && !is_below(&from, &path) && !is_below(&path, &from)
}

/// Whether the message surely declares something: it says what goes wrong or where, or it answers
/// two lines of the form.
fn is_certain(declaration: &Declaration) -> bool {
    let fields = &declaration.fields;
    let says = |name: FieldName| fields[name].value().is_some();
    let labelled = fields
        .iter()
        .filter(|(_, field)| field.value().is_some())
        .filter_map(|(_, field)| field.evidence.as_ref())
        .filter(|evidence| evidence.source == Source::Label)
        .count();
    let encrypted = Reading::Unclear(Reason::Encrypted);
    // What is asked of an encrypted message is right whatever it says.
    fields[FieldName::Description].reading == encrypted
        || says(FieldName::Description)
        || says(FieldName::Feature)
        || labelled >= 2
}
