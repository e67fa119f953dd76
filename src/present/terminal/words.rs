//! A message's own words at a terminal, with the marked evidence: numbered, coloured where colour is
//! wanted, between brackets where it is not. What is no word of the writer's is a grey word.

use super::Paint;
use crate::domain::field::Part;
use crate::mail::{Body, Email, LineRole};
use crate::present::marks::{self, Segment};
use crate::present::page::written;
use std::ops::Range;

/// Lines are broken between words before this column.
const WIDTH: usize = 96;

/// What stands before each line of the message.
const INDENT: &str = "     ";

/// A field's number and where in which part its words stand.
pub(super) struct Proof {
    pub(super) number: usize,
    pub(super) part: Part,
    pub(super) span: Range<usize>,
}

/// The message with its marks, line by line.
pub(super) fn message(email: &Email<'_>, proofs: &[Proof], paint: Paint) -> String {
    let writer = Writer { proofs, paint };
    let mut text = String::new();
    let from = email.from.as_ref().map(written).unwrap_or_default();
    for (name, part, line) in [
        ("from", Part::From, from.as_str()),
        ("subject", Part::Subject, email.subject.as_str()),
    ] {
        let segments = marks::cut(line, &[], &writer.spans(part));
        let mut atoms = vec![Atom::grey(format!("{name:<8} "))];
        atoms.extend(
            segments
                .iter()
                .flat_map(|segment| writer.line(segment, false))
                .flatten(),
        );
        text.push_str(&writer.wrapped(&atoms));
    }
    text.push('\n');
    writer.body(&email.body, &mut text);
    for attached in &email.attached {
        let name = format!("· attached message {}", attached.number);
        text.push_str(&writer.wrapped(&[Atom::grey(name)]));
        if proofs.iter().any(|proof| proof.part == attached.body.part) {
            writer.body(&attached.body, &mut text);
        }
    }
    text
}

/// Text for a terminal: nothing that moves the cursor, sets a colour or turns the direction.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Words, or a mark around them.
struct Atom {
    text: String,
    /// The field that it is painted for.
    field: Option<usize>,
    is_grey: bool,
}

impl Atom {
    fn grey(text: String) -> Self {
        Self {
            text,
            field: None,
            is_grey: true,
        }
    }
}

struct Writer<'a> {
    proofs: &'a [Proof],
    paint: Paint,
}

impl Writer<'_> {
    fn spans(&self, part: Part) -> Vec<(usize, Range<usize>)> {
        self.proofs
            .iter()
            .filter(|proof| proof.part == part)
            .map(|proof| (proof.number, proof.span.clone()))
            .collect()
    }

    fn body(&self, body: &Body, text: &mut String) {
        for segment in marks::cut(&body.text, &body.lines, &self.spans(body.part)) {
            let is_own = matches!(segment.role, LineRole::Own | LineRole::Blank);
            let lines = self.line(&segment, !is_own);
            if is_own {
                for line in &lines {
                    text.push_str(&self.wrapped(line));
                }
                continue;
            }
            let is_marked = |line: &[Atom]| line.iter().any(|atom| atom.field.is_some());
            let words = |line: &[Atom]| line.iter().any(|atom| !atom.text.trim().is_empty());
            let folded = lines
                .iter()
                .filter(|line| words(line) && !is_marked(line))
                .count();
            let name = match folded {
                0 => format!("· {}", role(segment.role)),
                1 => format!("· {}, 1 line", role(segment.role)),
                more => format!("· {}, {more} lines", role(segment.role)),
            };
            text.push_str(&self.wrapped(&[Atom::grey(name)]));
            for line in lines.iter().filter(|line| is_marked(line)) {
                text.push_str(&self.wrapped(line));
            }
        }
    }

    /// The lines of a segment.
    fn line(&self, segment: &Segment<'_>, is_grey: bool) -> Vec<Vec<Atom>> {
        let mut lines = vec![Vec::new()];
        let mut push = |atom: Atom, is_new_line: bool| {
            if is_new_line {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(atom);
            }
        };
        for piece in &segment.pieces {
            // The shortest proof is the one that says something of just these words.
            let field = piece
                .fields
                .iter()
                .copied()
                .min_by_key(|number| self.length(*number));
            for number in piece.begins.iter().filter(|_| !self.paint.colour) {
                push(mark("[".to_owned(), *number, is_grey), false);
            }
            for (at, line) in piece.text.split('\n').enumerate() {
                for words in line.split_inclusive([' ', '\u{a0}']) {
                    let atom = Atom {
                        text: visible(words),
                        field,
                        is_grey,
                    };
                    push(atom, false);
                }
                if piece.text.split('\n').nth(at + 1).is_some() {
                    push(Atom::grey(String::new()), true);
                }
            }
            for number in &piece.ends {
                let text = if self.paint.colour {
                    superscript(*number)
                } else {
                    format!("]{number}")
                };
                push(mark(text, *number, is_grey), false);
            }
        }
        // What follows the last line end is no line.
        if lines
            .last()
            .is_some_and(|line| line.iter().all(|atom| atom.text.is_empty()))
        {
            lines.pop();
        }
        lines
    }

    fn length(&self, number: usize) -> usize {
        let proof = self.proofs.iter().find(|proof| proof.number == number);
        proof.map_or(usize::MAX, |proof| proof.span.len())
    }

    /// A line's atoms painted, broken between words.
    fn wrapped(&self, atoms: &[Atom]) -> String {
        let mut text = INDENT.to_owned();
        let mut column = INDENT.len();
        let mut line: Vec<&Atom> = Vec::new();
        let ends_word = |atom: &Atom| atom.text.ends_with(' ');
        for word in atoms.split_inclusive(ends_word) {
            let width: usize = word.iter().map(|atom| atom.text.chars().count()).sum();
            let blank = usize::from(word.last().is_some_and(ends_word));
            if column + width - blank > WIDTH && column > INDENT.len() {
                self.paint_line(&std::mem::take(&mut line), &mut text);
                text.push('\n');
                text.push_str(INDENT);
                column = INDENT.len();
            }
            line.extend(word);
            column += width;
        }
        self.paint_line(&line, &mut text);
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
        text
    }

    /// Writes a line, atoms of the same look together, without the blanks at its end.
    fn paint_line(&self, line: &[&Atom], text: &mut String) {
        let look = |atom: &Atom| (atom.field, atom.is_grey);
        let mut runs = line
            .chunk_by(|one, next| look(one) == look(next))
            .peekable();
        while let Some(run) = runs.next() {
            let mut words: String = run.iter().map(|atom| atom.text.as_str()).collect();
            if runs.peek().is_none() {
                words.truncate(words.trim_end_matches(' ').len());
            }
            let painted = match run.first().map(|atom| look(atom)) {
                Some((Some(number), _)) => self.paint.with(&format!("4;{}", ink(number)), &words),
                Some((None, true)) => self.paint.with("2", &words),
                _ => words,
            };
            text.push_str(&painted);
        }
    }
}

fn mark(text: String, number: usize, is_grey: bool) -> Atom {
    Atom {
        text,
        field: Some(number),
        is_grey,
    }
}

/// The colour of a field's number, in the table and in the message.
pub(super) fn ink(number: usize) -> &'static str {
    const INKS: [&str; 6] = ["36", "32", "35", "34", "33", "31"];
    INKS.get(number % INKS.len()).copied().unwrap_or("36")
}

fn superscript(number: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = number.to_string();
    digits
        .bytes()
        .filter_map(|byte| DIGITS.get(usize::from(byte.wrapping_sub(b'0'))))
        .collect()
}

/// The grey word that stands for lines of a role.
fn role(role: LineRole) -> &'static str {
    match role {
        LineRole::Blank | LineRole::Own => "own words",
        LineRole::Greeting => "greeting",
        LineRole::Signature => "signature",
        LineRole::Notice => "notice",
        LineRole::Banner => "banner",
        LineRole::Device => "device",
        LineRole::Quoted => "quoted",
        LineRole::QuoteHeader => "header of a quote",
    }
}
