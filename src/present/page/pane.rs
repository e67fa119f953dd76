//! One message as a page shows it: the decoded text that the evidence indexes, whole, with a mark
//! around each proof and a number that leads back to its field.

use crate::domain::field::{Field, Part};
use crate::mail::{Address, Body, Doubt, Email, LineRole};
use crate::present::marks::{self, Segment};
use serde::Serialize;
use std::ops::Range;

/// A run of lines with a role is folded when it is longer than this and bears no mark.
const SHORT: usize = 2;

/// A field's number and name, and where its words stand.
#[derive(Debug, Clone)]
pub struct Proof {
    number: usize,
    name: String,
    part: Part,
    span: Range<usize>,
    raw: String,
}

impl Proof {
    /// The proof of a field that the message gave; values that a person entered have none.
    #[must_use]
    pub fn of(number: usize, name: &str, field: &Field) -> Option<Self> {
        let evidence = field.evidence.as_ref()?;
        Some(Self {
            number,
            name: name.to_owned(),
            part: evidence.part?,
            span: evidence.span.clone(),
            raw: evidence.raw.clone(),
        })
    }

    /// The place in `text`, if the same words stand there still: another version of the reader may
    /// decode a stored message otherwise, and a mark around other words would lie.
    fn place(&self, text: &str) -> Option<(usize, Range<usize>)> {
        let words = text.get(self.span.clone())?;
        (words.replace('\0', "") == self.raw).then(|| (self.number, self.span.clone()))
    }
}

/// A message's words with their marks.
#[derive(Debug, Default, Serialize)]
pub struct Pane {
    from: Vec<Piece>,
    subject: Vec<Piece>,
    texts: Vec<Text>,
    /// Why little or nothing could be read, if so.
    pub unread: Option<&'static str>,
    /// Numbers of the fields whose proof can be followed here.
    #[serde(skip)]
    pub shown: Vec<usize>,
}

/// One decoded part.
#[derive(Debug, Serialize)]
struct Text {
    /// Empty for the message's own text.
    title: String,
    part: String,
    html: bool,
    runs: Vec<Run>,
}

/// Lines of the same role.
#[derive(Debug, Serialize)]
struct Run {
    role: &'static str,
    folded: bool,
    pieces: Vec<Piece>,
}

/// A run of text that the same fields were read from.
#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    /// « 1 2 »; empty where no field was read from it.
    fields: String,
    /// Fields whose proof begins here: each is the target of a link.
    ids: Vec<usize>,
    ends: Vec<End>,
}

#[derive(Debug, Serialize)]
struct End {
    number: usize,
    name: String,
}

impl Pane {
    /// The message's pane with these proofs marked.
    #[must_use]
    pub fn new(email: &Email<'_>, proofs: &[Proof]) -> Self {
        let mut marker = Marker {
            proofs,
            shown: Vec::new(),
        };
        let from = email.from.as_ref().map(written).unwrap_or_default();
        let from = marker.line(Part::From, &from);
        let subject = marker.line(Part::Subject, &email.subject);
        let mut texts = vec![marker.text(String::new(), &email.body)];
        for attached in &email.attached {
            let mut title = format!("Message joint {}", attached.number);
            if !attached.subject.is_empty() {
                title.push_str(" · ");
                title.push_str(&attached.subject);
            }
            texts.push(marker.text(title, &attached.body));
        }
        Self {
            from,
            subject,
            texts,
            unread: email.doubts.iter().find_map(|doubt| match doubt {
                Doubt::Encrypted => Some("le message est chiffré"),
                Doubt::Unparsed => Some("le message est mal formé, seul son texte brut est lu"),
                Doubt::NestingCut | Doubt::CharsetRepaired => None,
            }),
            shown: marker.shown,
        }
    }
}

/// The From line that spans of `Part::From` index.
#[must_use]
pub fn written(from: &Address) -> String {
    if from.name.is_empty() {
        from.address.clone()
    } else {
        format!("{} <{}>", from.name, from.address)
    }
}

/// Marks texts one after the other; an id stands once in a page.
struct Marker<'a> {
    proofs: &'a [Proof],
    shown: Vec<usize>,
}

impl Marker<'_> {
    fn spans(&self, part: Part, text: &str) -> Vec<(usize, Range<usize>)> {
        self.proofs
            .iter()
            .filter(|proof| proof.part == part)
            .filter_map(|proof| proof.place(text))
            .collect()
    }

    /// A header: one line.
    fn line(&mut self, part: Part, text: &str) -> Vec<Piece> {
        let segments = marks::cut(text, &[], &self.spans(part, text));
        let runs: Vec<Run> = segments.iter().map(|segment| self.run(segment)).collect();
        runs.into_iter().flat_map(|run| run.pieces).collect()
    }

    fn text(&mut self, title: String, body: &Body) -> Text {
        let spans = self.spans(body.part, &body.text);
        let segments = marks::cut(&body.text, &body.lines, &spans);
        Text {
            title,
            part: body.part.to_string(),
            html: body.part == Part::Html,
            runs: segments.iter().map(|segment| self.run(segment)).collect(),
        }
    }

    fn run(&mut self, segment: &Segment<'_>) -> Run {
        let role = role(segment.role);
        let lines: usize = segment
            .pieces
            .iter()
            .map(|piece| {
                piece
                    .text
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .count()
            })
            .sum();
        let is_marked = segment.pieces.iter().any(|piece| !piece.fields.is_empty());
        Run {
            role,
            folded: !role.is_empty() && !is_marked && lines > SHORT,
            pieces: segment
                .pieces
                .iter()
                .map(|piece| self.piece(piece))
                .collect(),
        }
    }

    fn piece(&mut self, piece: &marks::Piece<'_>) -> Piece {
        let ids: Vec<usize> = piece
            .begins
            .iter()
            .copied()
            .filter(|number| !self.shown.contains(number))
            .collect();
        self.shown.extend(&ids);
        let numbers: Vec<String> = piece.fields.iter().map(usize::to_string).collect();
        let name = |number: &usize| {
            let proof = self.proofs.iter().find(|proof| proof.number == *number)?;
            Some(End {
                number: *number,
                name: proof.name.clone(),
            })
        };
        Piece {
            text: piece.text.to_owned(),
            fields: numbers.join(" "),
            ids,
            ends: piece.ends.iter().filter_map(name).collect(),
        }
    }
}

/// The grey word in the margin; nothing beside the writer's own words.
#[must_use]
pub fn role(role: LineRole) -> &'static str {
    match role {
        LineRole::Blank | LineRole::Own => "",
        LineRole::Greeting => "salutation",
        LineRole::Signature => "signature",
        LineRole::Notice => "mentions",
        LineRole::Banner => "bandeau",
        LineRole::Device => "appareil",
        LineRole::Quoted => "texte cité",
        LineRole::QuoteHeader => "en-tête cité",
    }
}
