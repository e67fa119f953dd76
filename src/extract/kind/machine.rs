//! What no person wrote: our own mail that comes back, bounces, automatic answers, mail to many.

use super::Facts;
use super::report::{is_about_delivery, is_ticket};
use crate::domain::declaration::Role;
use crate::domain::form::Form;
use crate::domain::mark::{self, Purpose};
use crate::domain::policy::is_own;
use crate::domain::why::Why;
use crate::extract::Context;
use crate::extract::cues::Group;
use crate::extract::lexicon::mentions;
use crate::extract::reference::in_message_id;
use crate::mail::automatic::{AutoSubmitted, Automatic, Precedence, Report};
use crate::mail::{Block, BlockKind, Email};
use crate::text::fold;

pub(super) fn loops(email: &Email<'_>, form: &Form, context: &Context<'_>) -> Option<Why> {
    let facts = &email.automatic;
    if facts.own_header {
        return Some(Why::OwnHeader);
    }
    let is_own = |address: &str| is_own(context.own_addresses, address);
    let from = email.from.as_ref().map(|from| from.address.as_str());
    if from.is_some_and(is_own) {
        return Some(Why::OwnSender);
    }
    if facts.x_loop.iter().any(|address| is_own(address)) {
        return Some(Why::OwnLoop);
    }
    let id = email.message_id.as_deref().unwrap_or_default();
    if in_message_id(id, form, context.mark).is_some() {
        return Some(Why::OwnMessageId);
    }
    None
}

/// Whether it is our own mail that a rule or a hand sends back in a message of its own: the writer
/// adds no word and no file (zammad#2923, gitlab mailman#1002).
pub(super) fn forwards_ours(email: &Email<'_>, words: &Facts, context: &Context<'_>) -> bool {
    let subject = fold(&email.subject);
    let forwarded = ["tr:", "tr :", "fwd:", "fwd :", "fw:", "fw :", "wg:"]
        .iter()
        .any(|prefix| subject.trim_start().starts_with(prefix));
    let is_ours = |block: &Block| {
        let by_us = block
            .from
            .as_ref()
            .is_some_and(|from| is_own(context.own_addresses, &from.address));
        match block.kind {
            BlockKind::OurRequest => forwarded,
            BlockKind::Forwarded => by_us,
            BlockKind::Quoted | BlockKind::OwnEarlier => false,
        }
    };
    let attached = !email.attached.is_empty()
        && email.attached.iter().all(|message| {
            let from = message.from.as_ref();
            from.is_some_and(|from| is_own(context.own_addresses, &from.address))
        });
    let files = email
        .attachments
        .iter()
        .filter(|attachment| attachment.role != Role::Logo)
        .count();
    words.words == 0
        && match email.body.blocks.first() {
            Some(block) => is_ours(block) && files == 0,
            None => attached && files <= email.attached.len(),
        }
}

/// Whether it was sent to our keyed address for bounces: it stands in no header of ours, only in
/// the envelope, so that what answers to it is a machine (RFC 3834, section 4).
pub(super) fn came_for_bounces(email: &Email<'_>, context: &Context<'_>) -> bool {
    let Some(key) = context.key else {
        return false;
    };
    email
        .recipients
        .iter()
        .chain(&email.delivered_to)
        .filter_map(|to| mark::in_address(&to.address, context.mark))
        .any(|mark| mark.purpose == Purpose::Bounce && mark.is_ours(key))
}

pub(super) fn bounces(email: &Email<'_>, words: &Facts) -> Option<Why> {
    let facts = &email.automatic;
    let machine = facts.null_sender || facts.daemon_sender;
    match () {
        () if facts.report == Some(Report::DeliveryStatus) => Some(Why::DeliveryStatus),
        () if facts.daemon_sender
            && (facts.bounce_words || facts.bounce_subject || facts.bounce.is_some()) =>
        {
            Some(Why::NotDelivered)
        }
        () if machine && facts.bounce_subject => Some(Why::ServerSubject),
        () if facts.null_sender && facts.bounce_words && facts.bounce.is_some() => {
            Some(Why::ServerWordsOnOurs)
        }
        () if facts.daemon_sender
            && (words.own.has(Group::Bounce) || words.subject.has(Group::Bounce)) =>
        {
            Some(Why::ServerWords)
        }
        () if words.subject.has(Group::Bounce)
            && !email.subject.to_lowercase().starts_with("re:")
            && !words.apart().reports_in_detail()
            && is_about_delivery(&words.text) =>
        {
            Some(Why::ServerSubject)
        }
        () if facts.bounce_subject
            && facts.bounce_words
            && !(words.signs >= 2 && words.details >= 2 && reports_alerts(words)) =>
        {
            Some(Why::ServerSubjectAndWords)
        }
        () => None,
    }
}

pub(super) fn answers_by_itself(email: &Email<'_>, words: &Facts, subject: &str) -> Option<Why> {
    let facts = &email.automatic;
    // A ticket tool that passes on a person's report sends a declaration (ruling 14).
    let report = words.labels >= 3
        || words.faults() >= 2 && !words.own.has(Group::AutoReply)
        || is_ticket(words, subject);
    match () {
        () if facts.report == Some(Report::Disposition) => Some(Why::ReadReceipt),
        () if matches!(facts.report, Some(Report::Feedback)) => Some(Why::Feedback),
        // Whatever it reports: people send no multipart/report.
        () if facts.report.is_some() => Some(Why::AutoGenerated),
        () if facts.auto_submitted == Some(AutoSubmitted::Replied) => Some(Why::AutoReplied),
        () if facts.auto_reply_header.is_some() => Some(Why::AutoHeader),
        () if facts.auto_reply_subject
            && !(facts.absence_subject && is_a_persons_report(words)) =>
        {
            Some(Why::AutoSubject)
        }
        () if facts.auto_submitted == Some(AutoSubmitted::Generated)
            && !report
            && !is_bulk(email) =>
        {
            Some(Why::AutoGenerated)
        }
        () if facts.auto_submitted == Some(AutoSubmitted::Other) => Some(Why::AutoSubmitted),
        () if facts.null_sender && !report => Some(Why::NullSender),
        () if subject.starts_with("re:")
            && words.labels < 3
            && facts.no_reply_sender
            && words.own.has(Group::AutoReply) =>
        {
            Some(Why::AutoWords)
        }
        () if words.labels < 3 && says_so_itself(email, words) => Some(Why::AutoWords),
        () => None,
    }
}

/// Whether the words alone show an automatic answer: they speak of absence or of a receipt, and
/// neither they nor what they pass on report anything.
fn says_so_itself(email: &Email<'_>, words: &Facts) -> bool {
    // What a person received (« je n'ai eu qu'une réponse automatique ») they did not send.
    const RECEIVED: &str = "recu|recois|recevons|n'ai eu|n'avons eu|eu qu'un|obtenu|votre reponse automatique|votre accuse|vos reponses automatiques|qu'une reponse automatique|qu'un accuse|pour seule reponse|un robot|affiche";
    let cues = words.own.count(Group::AutoReply);
    const SUBJECTS: &str = "absence|absent|absente|conges|conge|en conge|en conges|hors bureau|indisponible|absence bureau|message d'absence|ooo";
    let titled = SUBJECTS
        .split('|')
        .any(|subject| fold(&email.subject).trim() == subject);
    let shown = titled || words.subject.has(Group::AutoReply) || email.automatic.auto_reply_words;
    let forwards = email
        .body
        .blocks
        .iter()
        .any(|block| block.kind == BlockKind::Forwarded);
    (cues >= 2 || cues == 1 && shown && words.faults() <= 2)
        && !words.passed_on
        && !(forwards && words.words <= 60)
        && !words.apart().reports()
        && !mentions(RECEIVED, &words.text)
}

/// Whether the words under a subject such as « Absence : carte » report a fault, and say nothing of
/// an absence.
fn is_a_persons_report(words: &Facts) -> bool {
    let absent = words
        .own
        .of(Group::AutoReply)
        .any(|cue| !words.text[cue.clone()].starts_with("reponse automatique"));
    words.apart().faults > 0 && !absent || words.apart().reports_in_detail()
}

/// Whether what was not delivered is the portal's own alerts and calls, seen in use.
fn reports_alerts(words: &Facts) -> bool {
    const OURS: &str = "samu|portail|sms|bilan|regulation|en production|en formation";
    words.apart().dated && mentions(OURS, &words.text)
}

pub(super) fn never_answered(email: &Email<'_>, words: &Facts) -> Option<Why> {
    let facts = &email.automatic;
    if facts.calendar.is_some() {
        return Some(Why::Calendar);
    }
    let ticket = is_ticket(words, &fold(&email.subject));
    if facts.no_reply_sender && words.labels < 3 && !words.text.contains("samu") && !ticket {
        return Some(Why::NoReply);
    }
    if is_bulk(email) && words.labels < 3 && !is_a_persons(facts, words) {
        return Some(Why::List);
    }
    None
}

/// Whether a person reports a fault through a mailing list, such as a hospital's: the marks of a
/// list alone say nothing of who wrote (decisions, 9).
fn is_a_persons(facts: &Automatic, words: &Facts) -> bool {
    let through_list = facts.precedence == Some(Precedence::List)
        || facts
            .list_header
            .is_some_and(|name| name != "List-Unsubscribe");
    let to_many = matches!(facts.precedence, Some(Precedence::Bulk | Precedence::Junk))
        || words.own.has(Group::Newsletter)
        || words.subject.has(Group::Newsletter);
    through_list && !to_many && (words.faults() > 0 || words.signs >= 2)
}

/// Sent to a list, or marked as bulk.
pub(super) fn is_bulk(email: &Email<'_>) -> bool {
    let facts = &email.automatic;
    facts.calendar.is_some()
        || facts.list_header.is_some()
        || matches!(
            facts.precedence,
            Some(Precedence::Bulk | Precedence::Junk | Precedence::List)
        )
}
