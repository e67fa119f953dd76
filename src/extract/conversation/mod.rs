//! Reading a person's answer to one mail of ours with the knowledge of what that mail asked: which
//! number stands for which field, what is our own text, what « oui », « 6 » and « moi » then mean.
//!
//! `ours.rs`, `repeated.rs` and `typed.rs` tell what was typed from what only repeats us, and where; `numbered.rs`
//! finds the numbers that people write themselves; `free.rs` gives what is left to the questions
//! that it fits; the finders of [`super::extract`] read the rest as in any message.

mod correct;
mod cut;
mod fit;
mod free;
mod given;
mod numbered;
mod ours;
mod repeated;
mod resolved;
mod short;
mod take;
mod typed;
mod unsure;

use super::cues::{Cues, Group};
use super::excerpt::Excerpt;
use super::fields::Reader;
use super::voice::Voice;
use super::{Context, entity, extract, own_text, person, phone, subject, when, zone};
use crate::domain::asked::Asked;
use crate::domain::declaration::{Declaration, Kind};
use crate::domain::field::{Evidence, Field, FieldName, Fields, Reading, Reason, Source, Value};
use crate::domain::form::{Form, Item};
use crate::domain::policy::is_own;
use crate::mail::{Body, Email, LineRole};
use crate::text::{Folded, fold};
use given::Given;
use ours::Ours;

/// What an answer to a mail of ours says.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// As [`super::extract`] gives it, its fields read in the light of what was asked. The kind is
    /// `Reply` for whatever a person wrote but an escalation.
    pub declaration: Declaration,
    /// The words that say that the incident is over.
    pub resolved_by: Option<Evidence>,
}

impl Answer {
    /// Whether it says that the incident is over.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.resolved_by.is_some()
    }
}

/// Reads an answer to the mail of ours that `asked` tells. Total, and linear in the message.
#[must_use]
pub fn answer(email: &Email<'_>, form: &Form, context: &Context<'_>, asked: &Asked) -> Answer {
    reread(extract(email, form, context), email, form, context, asked)
}

/// The same of a message that [`extract`] has read: its attachments' bytes are not needed again.
#[must_use]
pub fn reread(
    mut declaration: Declaration,
    email: &Email<'_>,
    form: &Form,
    context: &Context<'_>,
    asked: &Asked,
) -> Answer {
    let from = email.from.as_ref();
    let is_ours = from.is_some_and(|from| is_own(context.own_addresses, &from.address));
    if matches!(declaration.kind, Kind::Bounce | Kind::AutoReply) || is_ours {
        return Answer {
            declaration,
            resolved_by: None,
        };
    }
    if declaration.kind != Kind::Escalation {
        declaration.kind = Kind::Reply;
    }
    let ours = Ours::new(asked, form);
    let told = typed::tell(&email.body, &ours);
    let date = email
        .date
        .unwrap_or_else(|| context.received_at.fixed_offset());
    let known_zone = match asked.known[FieldName::Entity].value() {
        Some(Value::Entity { id: Some(id), .. }) => entity::zone(id),
        _ => None,
    };
    let base = when::Base {
        date,
        overseas: known_zone.or_else(|| zone::overseas(email, &[])),
    };
    let given = given::collect(&told, &ours, form, asked, &base);
    let voice = Voice::answering(
        form,
        &told.body,
        email.from.clone(),
        date,
        given.labelled.clone(),
    );
    let voices = [voice];
    let reader = Reader {
        email,
        form,
        kind: Kind::Reply,
        voices: &voices,
        subject: subject(email),
    };
    let mut fields = reader.fields(date);
    let [voice] = &voices;
    lighten(&mut fields, &given, asked, email);
    from_signature(&mut fields, voice, asked);
    fields.keep(|name| form.field(name).is_some());
    declaration.fields = fields;
    declaration.major_suspected = reader.is_major();
    declaration.own_text = own_text(&told.body);
    let resolved_by = over(&told.body);
    // « rentré dans l'ordre vers 6h30 » tells an end, and no start.
    if let (Some(over), Some(start)) = (
        &resolved_by,
        &declaration.fields[FieldName::StartedAt].evidence,
    ) && sentence_at(&email.body.text, &over.span) == sentence_at(&email.body.text, &start.span)
    {
        declaration.fields[FieldName::StartedAt] = Field::default();
    }
    Answer {
        declaration,
        resolved_by,
    }
}

/// What is known of the ticket and of the questions, laid upon what was read.
fn lighten(fields: &mut Fields, given: &Given, asked: &Asked, email: &Email<'_>) {
    for (name, field) in &given.decided {
        fields[*name] = field.clone();
    }
    for (name, words) in &given.typed {
        let field = &mut fields[*name];
        let vague = matches!(
            &field.reading,
            Reading::Missing | Reading::Unclear(Reason::NotClear { .. })
        );
        if !vague {
            continue;
        }
        let text = super::answers::one_line(&words.text);
        let short = text.split_whitespace().count();
        let reading = match name {
            FieldName::DeclarantRole if short <= 6 => Reading::Present(Value::Text(text)),
            FieldName::Feature if short <= 8 => Reading::Present(Value::Text(text)),
            FieldName::Description if short >= 2 => Reading::Present(Value::Text(text)),
            _ if !text.contains(char::is_alphanumeric) => continue,
            _ => Reading::Unclear(Reason::NotClear { read: text }),
        };
        let confidence = if matches!(reading, Reading::Present(_)) {
            0.8
        } else {
            0.6
        };
        let evidence = words.evidence(
            &email.body.text,
            0..words.text.len(),
            Source::Quoted,
            confidence,
        );
        *field = Field {
            reading,
            evidence: Some(evidence),
        };
    }
    // « moi-même »: who writes, by the name that the ticket knows.
    if let Reading::Present(Value::Text(user)) = &mut fields[FieldName::AffectedUser].reading
        && super::answer::is_self(user)
        && let Some(Value::Text(name)) = asked.known[FieldName::DeclarantName].value()
    {
        name.clone_into(user);
    }
    let corrected = |name: FieldName| {
        given
            .labelled
            .answers
            .iter()
            .any(|answered| answered.name == crate::domain::form::LabelName::Field(name))
    };
    // What is known already is told anew only by words that say so; an answer's other words name
    // parts of the portal by the way.
    // What a mail does not ask for, its ticket holds.
    let blank = asked.known == Fields::default();
    let known = |name: FieldName| {
        !asked.asks_for(name)
            && !corrected(name)
            && (blank || matches!(asked.known[name].reading, Reading::Present(_)))
    };
    // « je vous ai appelés, votre collègue a tout noté » is no description, even where one is asked for.
    if !corrected(FieldName::Description) {
        let kept = match &fields[FieldName::Description].reading {
            Reading::Present(Value::Text(text)) => tells_fault(text),
            _ => !known(FieldName::Description),
        };
        if !kept {
            fields[FieldName::Description] = Field::default();
        }
    }
    // « moi et mes deux voisins » answers who, and only by the way how many.
    for name in [FieldName::AffectedCount, FieldName::AffectedUser] {
        let beside = |evidence: &Evidence| {
            let given = given.typed.iter().any(|(other, words)| {
                let span = words.span();
                *other != name && span.start < evidence.span.end && span.end > evidence.span.start
            });
            let who = name == FieldName::AffectedCount && fold(&evidence.raw).contains("moi et ");
            evidence.confidence < 0.8 && (given || who)
        };
        if known(name) && fields[name].evidence.as_ref().is_some_and(beside) {
            fields[name] = Field::default();
        }
    }
    if known(FieldName::Feature)
        && let Some(evidence) = &fields[FieldName::Feature].evidence
        && !is_corrected(&email.body.text, &evidence.span)
    {
        fields[FieldName::Feature] = Field::default();
    }
}

/// Whether words tell a fault, and not what was asked.
fn tells_fault(text: &str) -> bool {
    const AROUND: &str = "reponse|repons|resume|capture|copie d'ecran|prerequis|pre-requis|merci|correction|vous avez compris|resolu|rentre dans l'ordre|ci-joint|piece jointe";
    let folded = Folded::new(text);
    let cues = Cues::scan(folded.as_str());
    super::sentence::sentences(text, &folded, &cues)
        .iter()
        .filter(|sentence| sentence.about == super::sentence::About::Fault)
        .any(|sentence| {
            let words = fold(&text[sentence.span.clone()]);
            Cues::scan(&words).has(Group::Fault)
                && words.split_whitespace().count() >= 5
                && !super::lexicon::mentions(AROUND, &words)
        })
}

/// The bytes of the sentence around some bytes.
fn sentence_at(text: &str, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let before = text.get(..span.start).unwrap_or_default();
    let behind = text.get(span.end..).unwrap_or_default();
    let ends = |c: char| matches!(c, '.' | '\n' | '!' | '?');
    let start = before.rfind(ends).map_or(0, |at| at + 1);
    let end = behind.find(ends).map_or(text.len(), |at| span.end + at);
    start.min(end)..end
}

/// Whether the sentence around some bytes corrects what we had understood.
fn is_corrected(text: &str, span: &std::ops::Range<usize>) -> bool {
    const CUES: &str = "pas |non |plutot|en fait|erreur|partie du portail|correction|rectif|au lieu|not |instead|aussi|egalement|also|autre onglet|autre module";
    super::lexicon::mentions(CUES, &fold(&text[sentence_at(text, span)]))
}

/// What was asked and nowhere answered may stand in the signature.
fn from_signature(fields: &mut Fields, voice: &Voice<'_>, asked: &Asked) {
    let words = &voice.signature;
    if words.text.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for name in asked.fields() {
        if fields[name].reading != Reading::Missing {
            continue;
        }
        match name {
            FieldName::Phone => {
                let best = phone::find(&words.text)
                    .into_iter()
                    .filter_map(|found| match found.number {
                        phone::Number::Valid(number) => Some((number, found.span, found.score)),
                        phone::Number::Wrong(_) => None,
                    })
                    .max_by(|a, b| a.2.total_cmp(&b.2));
                if let Some((number, span, _)) = best {
                    found.push((name, Value::Phone(number), span));
                }
            }
            FieldName::Entity => {
                let best = entity::find(&words.text)
                    .into_iter()
                    .find(|found| found.id.is_some());
                if let Some(best) = best {
                    let value = Value::Entity {
                        name: best.name,
                        id: best.id,
                    };
                    found.push((name, value, best.span));
                }
            }
            FieldName::DeclarantRole | FieldName::DeclarantName => {
                let mut at = 0;
                for line in words.text.split('\n') {
                    let named = person::answer(line);
                    let part = if name == FieldName::DeclarantName {
                        named.name
                    } else {
                        named.role
                    };
                    if let Some((value, span)) = part {
                        found.push((name, Value::Text(value), at + span.start..at + span.end));
                        break;
                    }
                    at += line.len() + 1;
                }
            }
            _ => {}
        }
    }
    for (name, value, span) in found {
        let evidence = words.evidence(&voice.body.text, span, Source::Signature, 0.75);
        fields[name] = Field {
            reading: Reading::Present(value),
            evidence: Some(evidence),
        };
    }
}

/// Where the writer's own words say that the incident is over.
fn over(body: &Body) -> Option<Evidence> {
    let mut words = Excerpt::new(body.part);
    let mut cut = false;
    for line in &body.lines {
        let own = matches!(line.role, LineRole::Own | LineRole::Greeting);
        if own && line.block.is_none() && words.text.len() < super::LONGEST_READ {
            let end = body
                .text
                .floor_char_boundary(line.span.end.min(line.span.start + super::LONGEST_READ));
            cut |= end < line.span.end;
            let long = words
                .text
                .rsplit('\n')
                .next()
                .is_some_and(|last| last.len() >= 45 && !last.ends_with(['.', '!', '?']));
            words.push(
                &body.text,
                line.span.start..end,
                if long { ' ' } else { '\n' },
            );
        }
    }
    let span = resolved::find(&words.text)?;
    // What a sentence says counts when it was read to its end.
    if cut && !words.text[span.end..].contains(['.', '!', '?', ';', '\n']) {
        return None;
    }
    Some(words.evidence(&body.text, span, Source::Prose, 0.9))
}

/// The fields among some items.
fn fields_of(items: &[Item]) -> impl Iterator<Item = FieldName> + '_ {
    items.iter().filter_map(Item::field)
}

#[cfg(test)]
mod tests;
