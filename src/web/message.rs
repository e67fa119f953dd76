//! One message as the dossier shows it: the decoded text that the evidence indexes, whole, with a
//! mark around each proof and a number that leads back to its field.

use super::page::{Console, Moment, PageError};
use crate::domain::declaration::Kind;
use crate::domain::field::{Fields, Part};
use crate::domain::message::{MessageId, MessageState};
use crate::mail::{Address, Doubt, Email, LineRole};
use crate::present::french;
use crate::present::marks::{self, Segment};
use crate::store::MessageLine;
use serde::Serialize;
use std::ops::Range;

/// A message's pane.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    kind: &'static str,
    received: Moment,
    size: String,
    from: Vec<Piece>,
    subject: Vec<Piece>,
    runs: Vec<Run>,
    html: bool,
    unread: Option<&'static str>,
    /// Numbers of the fields whose proof can be followed here.
    #[serde(skip)]
    pub(super) shown: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Run {
    role: &'static str,
    pieces: Vec<Piece>,
}

#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    fields: String,
    id: Option<usize>,
    ends: Vec<End>,
}

#[derive(Debug, Serialize)]
struct End {
    number: usize,
    name: &'static str,
}

/// A field's number and where in which part its words stand.
struct Proof {
    number: usize,
    part: Part,
    span: Range<usize>,
}

/// Reads one message of an incident again, with the proofs of the fields that came from it.
pub(super) async fn read(
    console: &Console,
    line: MessageLine,
    fields: &Fields,
    field_messages: &[Option<MessageId>; 13],
) -> Result<Message, PageError> {
    let raw = console.store().raw(line.id).await?.unwrap_or_default();
    let proofs = proofs(line.id, fields, field_messages);
    let received = console.moment(line.internal_date);
    // Reading a message takes time, and whatever it does to us stays in its own task.
    let pane = tokio::task::spawn_blocking(move || pane(&raw, &proofs)).await;
    let mut pane = pane.unwrap_or_else(|_| Pane {
        unread: Some("l’analyse a échoué, le message est gardé tel quel"),
        ..Pane::default()
    });
    if line.state == MessageState::Quarantined {
        pane.unread = Some("l’analyse a échoué trois fois, le message est gardé tel quel");
    }
    Ok(Message {
        kind: Kind::parse(&line.kind).map_or("pas encore lu", french::kind),
        received,
        size: french::size(line.size),
        from: pane.from,
        subject: pane.subject,
        runs: pane.runs,
        html: pane.html,
        unread: pane.unread,
        shown: pane.shown,
    })
}

#[derive(Default)]
struct Pane {
    from: Vec<Piece>,
    subject: Vec<Piece>,
    runs: Vec<Run>,
    html: bool,
    unread: Option<&'static str>,
    shown: Vec<usize>,
}

fn pane(raw: &[u8], proofs: &[Proof]) -> Pane {
    let email = Email::parse(raw);
    let spans = |part: Part| -> Vec<(usize, Range<usize>)> {
        proofs
            .iter()
            .filter(|proof| proof.part == part)
            .map(|proof| (proof.number, proof.span.clone()))
            .collect()
    };
    let from = email.from.as_ref().map(written).unwrap_or_default();
    let segments = [
        marks::cut(&from, &[], &spans(Part::From)),
        marks::cut(&email.subject, &[], &spans(Part::Subject)),
        marks::cut(&email.body.text, &email.body.lines, &spans(email.body.part)),
    ];
    let mut shown: Vec<usize> = segments
        .iter()
        .flatten()
        .flat_map(|segment| &segment.pieces)
        .flat_map(|piece| piece.begins.iter().copied())
        .collect();
    shown.sort_unstable();
    shown.dedup();
    let mut marked = Vec::new();
    let [from, subject, body] = segments.map(|segments| {
        segments
            .iter()
            .map(|segment| run(segment, &mut marked))
            .collect::<Vec<_>>()
    });
    let flat = |runs: Vec<Run>| runs.into_iter().flat_map(|run| run.pieces).collect();
    Pane {
        from: flat(from),
        subject: flat(subject),
        runs: body,
        html: email.body.part == Part::Html,
        unread: email.doubts.iter().find_map(|doubt| match doubt {
            Doubt::Encrypted => Some("le message est chiffré"),
            Doubt::Unparsed => Some("le message est mal formé, seul son texte brut est lu"),
            Doubt::NestingCut | Doubt::CharsetRepaired => None,
        }),
        shown,
    }
}

/// The From line that spans of `Part::From` index.
fn written(from: &Address) -> String {
    if from.name.is_empty() {
        from.address.clone()
    } else {
        format!("{} <{}>", from.name, from.address)
    }
}

fn run(segment: &Segment<'_>, marked: &mut Vec<usize>) -> Run {
    let pieces = segment
        .pieces
        .iter()
        .map(|piece| {
            // An id stands once in a page: on the first piece of each field's proof.
            let id = piece
                .begins
                .iter()
                .copied()
                .find(|number| !marked.contains(number));
            marked.extend(id);
            Piece {
                text: piece.text.to_owned(),
                fields: numbers(&piece.fields),
                id,
                ends: piece
                    .ends
                    .iter()
                    .filter_map(|number| {
                        let name = crate::domain::field::FieldName::ALL.get(number - 1)?;
                        Some(End {
                            number: *number,
                            name: french::field(*name),
                        })
                    })
                    .collect(),
            }
        })
        .collect();
    Run {
        role: role(segment.role),
        pieces,
    }
}

fn numbers(fields: &[usize]) -> String {
    let words: Vec<String> = fields.iter().map(usize::to_string).collect();
    words.join(" ")
}

/// The grey word in the margin; nothing beside the writer's own words.
fn role(role: LineRole) -> &'static str {
    match role {
        LineRole::Blank | LineRole::Own => "",
        LineRole::Greeting => "salutation",
        LineRole::Signature => "signature",
        LineRole::Notice => "mentions",
        LineRole::Device => "appareil",
        LineRole::Quoted => "texte cité",
        LineRole::QuoteHeader => "en-tête cité",
    }
}

fn proofs(
    message: MessageId,
    fields: &Fields,
    field_messages: &[Option<MessageId>; 13],
) -> Vec<Proof> {
    fields
        .iter()
        .zip(field_messages)
        .enumerate()
        .filter(|(_, (_, from))| **from == Some(message))
        .filter_map(|(at, ((_, field), _))| {
            let evidence = field.evidence.as_ref()?;
            Some(Proof {
                number: at + 1,
                part: evidence.part?,
                span: evidence.span.clone(),
            })
        })
        .collect()
}
