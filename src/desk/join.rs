//! A message of a ticket: whether it joins, what it changes there, and which mail that makes
//! needless.

use super::again::again;
use super::asked::{asked, by_what_was_asked};
use super::intake::{Parts, Read, remaining};
use super::merge::{is_same, merge};
use super::respond::{Joins, Matter, answering, domain_is_known};
use super::thread::{Found, Proof};
use crate::domain::decision::Brought;
use crate::domain::declaration::{Kind, Role};
use crate::domain::field::{FieldName, Fields, Reading, Source, Value};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, Incident, Status};
use crate::domain::outgoing::Template;
use crate::domain::proposal::Proposal;
use crate::store::{Effect, Filled, Store, StoreError, Threading, Waiting};
use crate::text::fold;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// An answer so long after the closing reopens the ticket; a later one opens another (pain 14).
const REOPENS: TimeDelta = TimeDelta::days(15);

/// Younger tickets take whatever comes in their thread: who declares twice within this time
/// corrects himself.
const OLD: TimeDelta = TimeDelta::days(1);

/// So many fields in the writer's own words make a declaration of its own.
const WHOLE: usize = 4;

/// What becomes of a message whose thread leads to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It joins the ticket.
    Joins,
    /// It opens a ticket of its own that follows the other, as a message of this kind.
    Follows(Kind),
}

/// What a message is where it was kept: in a conversation what alone declares nothing is an answer,
/// and what opened an incident that follows another is no answer to that.
pub(super) fn in_thread(kept: Kind, read: Kind, follows: bool) -> Kind {
    match (kept, read) {
        (Kind::Reply, Kind::Other) => Kind::Reply,
        (Kind::Declaration, Kind::Reply) if follows => Kind::Declaration,
        (_, read) => read,
    }
}

/// Whether a message joins the ticket that its thread leads to.
pub(super) fn fate(read: &Read, incident: &Incident) -> Fate {
    let declaration = &read.declaration;
    let is_late = incident.status == Status::Closed
        && incident
            .closed_at
            .is_some_and(|closed| read.received_at - closed > REOPENS);
    if !is_answer(read) || !is_late && !declares_anew(read, incident) {
        return Fate::Joins;
    }
    let says_what = [FieldName::Description, FieldName::Feature]
        .iter()
        .any(|name| declaration.fields[*name].value().is_some());
    Fate::Follows(match declaration.kind {
        Kind::Escalation => Kind::Escalation,
        _ if says_what => Kind::Declaration,
        _ => Kind::Reply,
    })
}

/// Whether a message declares another fault than the old ticket in whose thread it stands: in the
/// writer's own new words, whole, of another part of the portal and of another day.
fn declares_anew(read: &Read, incident: &Incident) -> bool {
    let says = |name: FieldName| {
        let field = &read.declaration.fields[name];
        let evidence = field.evidence.as_ref()?;
        let own = matches!(evidence.source, Source::Label | Source::Prose);
        field.value().filter(|_| own)
    };
    let count = FieldName::ALL
        .iter()
        .filter(|name| says(**name).is_some())
        .count();
    let began_later = match says(FieldName::StartedAt) {
        Some(Value::Instant { at, .. }) => {
            at.date_naive()
                > incident
                    .received_at
                    .with_timezone(&at.timezone())
                    .date_naive()
        }
        _ => false,
    };
    let before = incident.fields[FieldName::Feature].value();
    let is_elsewhere = says(FieldName::Feature)
        .zip(before)
        .is_some_and(|(new, old)| !is_same(old, new) && !sounds_alike(old, new));
    let is_old = incident.status == Status::Closed || read.received_at - incident.received_at > OLD;
    is_old
        && began_later
        && is_elsewhere
        && count >= WHOLE
        && says(FieldName::Description).is_some()
}

/// Whether two features share the beginning of a word: « carto », « la cartographie ».
fn sounds_alike(old: &Value, new: &Value) -> bool {
    let (Value::Text(old), Value::Text(new)) = (old, new) else {
        return false;
    };
    let starts = |text: &str| -> Vec<String> {
        fold(text)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= 5)
            .map(|word| word.chars().take(5).collect())
            .collect()
    };
    let old = starts(old);
    starts(new).iter().any(|start| old.contains(start))
}

/// « Merci » alone changes nothing: it is filed (decisions, 5).
fn is_answer(read: &Read) -> bool {
    let declaration = &read.declaration;
    let mut fields = declaration.fields.iter();
    let mut attachments = declaration.attachments.iter();
    !matches!(declaration.kind, Kind::Reply | Kind::Other)
        || fields.any(|(_, field)| field.reading != Reading::Missing)
        || attachments.any(|attachment| attachment.role != Role::Logo)
}

/// A message of a ticket fills what was missing or unclear there; what was said once stays.
pub(super) async fn joined(
    kind: Kind,
    read: &Arc<Read>,
    parts: &Arc<Parts>,
    store: &Store,
    (found, threading): (Found, Threading),
    now: DateTime<Utc>,
) -> Result<Effect, StoreError> {
    let Found {
        incident,
        proof,
        mail,
        also,
        is_known,
    } = found;
    let asked = Arc::new(asked(read, mail, &incident.fields, store).await?);
    let (read, resolved) = match kind {
        Kind::Reply => by_what_was_asked(read, parts, &asked).await,
        _ => (Arc::clone(read), false),
    };
    let (read, declaration) = (&read, &read.declaration);
    let mut fields = incident.fields.clone();
    let merged = merge(&mut fields, &declaration.fields, &incident.origins, &asked);
    let roles = incident.attachments.iter();
    let roles = roles
        .map(|kept| kept.attachment.role)
        .chain(declaration.attachments.iter().map(|one| one.role));
    let to_ask = remaining(&parts.form, &fields, roles);
    let is_answer = resolved || is_answer(read);
    let proposals = proposals(read, &incident, &merged.otherwise, now);
    let waiting = store.waiting_mail(incident.id).await?;
    let stead = match &waiting {
        Some(waiting) if is_answer && read.unread().is_none() => {
            let changes = to_ask != incident.to_ask;
            in_its_stead(waiting, read, (kind, proof, changes), parts, store).await?
        }
        _ => None,
    };
    let for_another = stead
        .as_ref()
        .is_some_and(|stead| stead.message != read.message);
    let moves = is_answer && incident.status != Status::ToReview;
    let is_outsider = matches!(proof, Proof::Thread | Proof::Origin) && !is_known;
    let matter = Matter {
        kind,
        asks: to_ask.clone(),
        // Who was not in the ticket is told nothing of what others said there.
        fields: if for_another || !is_outsider {
            fields.clone()
        } else {
            declaration.fields.clone()
        },
        joins: Some(Joins {
            brought: Brought {
                anything: is_answer,
                answers: answers(&incident.to_ask, &to_ask),
                resolved,
            },
            for_another,
            is_outsider,
            major_suspected: incident.major_suspected || declaration.major_suspected,
        }),
        domain_is_known: domain_is_known(
            stead.as_ref().unwrap_or(read),
            incident.major_suspected || declaration.major_suspected,
            store,
        )
        .await?,
        read: Arc::clone(stead.as_ref().unwrap_or(read)),
    };
    let filled = Filled {
        incident: incident.id,
        version: incident.version,
        fields,
        changed: merged.changed,
        to_ask,
        major_suspected: incident.major_suspected || declaration.major_suspected,
        concerns: concerns(&incident, read, !proposals.is_empty(), resolved),
        subject: incident.subject,
        status: (moves && incident.status.allows(Status::ToReview)).then_some(Status::ToReview),
        is_answer,
        // To know a declarant's Message-ID lets one speak in the ticket, not in its name later on.
        address: Some(read.from_address())
            .filter(|address| !address.is_empty() && (proof == Proof::Key || is_known)),
        threading,
        proposals,
        supersedes: waiting.filter(|_| stead.is_some()).map(|one| one.mail),
        noted: also
            .iter()
            .map(|reference| (EventKind::AlsoNames, reference.to_string()))
            .collect(),
    };
    let answering = answering(matter, parts, now);
    Ok(Effect::Joined(Box::new(filled), answering))
}

/// Whether something that was asked for no longer is.
fn answers(asked: &[Ask], left: &[Ask]) -> bool {
    let is_left = |ask: &Ask| left.iter().any(|left| left.item == ask.item);
    asked.iter().any(|ask| !is_left(ask))
}

/// What a message says otherwise, where that does not wait already.
fn proposals(
    read: &Read,
    incident: &Incident,
    otherwise: &[FieldName],
    now: DateTime<Utc>,
) -> Vec<Proposal> {
    let said: &Fields = &read.declaration.fields;
    let new = otherwise.iter().filter_map(|name| {
        let field = &said[*name];
        Some(Proposal {
            name: *name,
            value: field.value()?.clone(),
            evidence: field.evidence.clone(),
            message: Some(read.message),
            proposed_at: now,
        })
    });
    new.filter(|new| {
        let mut waiting = incident.proposals.iter();
        !waiting.any(|old| old.name == new.name && is_same(&old.value, &new.value))
    })
    .collect()
}

fn concerns(incident: &Incident, read: &Read, proposes: bool, resolved: bool) -> Vec<Concern> {
    let mut concerns = incident.concerns.clone();
    let new = read.concerns.iter().copied();
    let new = new.chain(proposes.then_some(Concern::ProposedChange));
    for concern in new.chain(resolved.then_some(Concern::SaysResolved)) {
        if !concerns.contains(&concern) {
            concerns.push(concern);
        }
    }
    concerns
}

/// The message that is answered in the stead of the one whose mail has not left; `None` where that
/// mail stays as it is: it asks for the same still, or calls for a telephone. Whoever was to be
/// answered is, also where somebody else adds something; but a message that was answered by what
/// came before it is the one that counts.
async fn in_its_stead(
    waiting: &Waiting,
    read: &Arc<Read>,
    (kind, proof, changes): (Kind, Proof, bool),
    parts: &Arc<Parts>,
    store: &Store,
) -> Result<Option<Arc<Read>>, StoreError> {
    let is_same_writer = waiting.address == read.from_address();
    let is_origin = proof == Proof::Origin && !is_same_writer;
    if waiting.template == Template::E1c || !changes && !is_origin {
        return Ok(None);
    }
    if kind != Kind::Escalation && (is_same_writer || is_origin) {
        return Ok(Some(Arc::clone(read)));
    }
    match waiting.answers {
        Some(answered) => again(answered, parts, store).await,
        None => Ok(None),
    }
}
