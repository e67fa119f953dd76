//! Answers whose labels stand elsewhere: in the row above, or only in the form that numbers them.

use super::reader::Reader;
use super::{Answered, Hit, Labelled};
use crate::domain::field::{FieldName, Source};
use crate::domain::form::{Form, LabelName, Separator};
use crate::extract::excerpt::Excerpt;
use crate::mail::{Body, Line, LineRole};
use std::ops::Range;

/// Labels that stand together, over a row of answers or before a column of them.
pub(super) struct Row {
    pub(super) label_lines: Range<usize>,
    cells: Vec<(LabelName, Range<usize>)>,
}

impl Row {
    /// Whether one of the answers stands at this byte.
    pub(super) fn holds(&self, at: usize) -> bool {
        self.cells.iter().any(|(_, cell)| cell.contains(&at))
    }
}

/// The rows of labels that stand over a row of answers.
pub(super) fn table_rows(
    form: &Form,
    body: &Body,
    voices: &[Option<bool>],
    hits: &[Hit],
) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, line) in body.lines.iter().enumerate() {
        let Some(true) = voices[number] else { continue };
        if !hits.iter().any(|hit| hit.line == number) {
            continue;
        }
        let cells = cells(&body.text, line);
        if cells.len() < 2 {
            continue;
        }
        let names: Vec<Option<LabelName>> = cells
            .iter()
            .map(|cell| {
                let words = body.text[cell.clone()].trim();
                let hit = form.labels().at_start(words)?;
                (hit.separator == Separator::LineEnd || hit.answer >= words.len())
                    .then_some(hit.name)
            })
            .collect();
        if names.iter().filter(|name| name.is_some()).count() * 5 < cells.len() * 4
            || names.iter().flatten().count() < 2
        {
            continue;
        }
        let below = (number + 1..body.lines.len())
            .find(|&next| voices[next] == Some(true) && body.lines[next].role != LineRole::Blank);
        let Some(below) = below else { continue };
        let answers = self::cells(&body.text, &body.lines[below]);
        if answers.len() < 2 {
            continue;
        }
        let pairs = names
            .into_iter()
            .zip(answers)
            .filter_map(|(name, cell)| name.map(|name| (name, cell)))
            .collect();
        rows.push(Row {
            label_lines: number..number + 1,
            cells: pairs,
        });
    }
    rows.extend(column(form, body, voices));
    rows
}

/// A form whose two columns were pasted below each other: all labels, then all answers.
fn column(form: &Form, body: &Body, voices: &[Option<bool>]) -> Option<Row> {
    const FEWEST: usize = 4;
    let lines: Vec<usize> = (0..body.lines.len())
        .filter(|&number| {
            voices[number] == Some(true)
                && !body.text[body.lines[number].span.clone()].trim().is_empty()
        })
        .collect();
    let label = |number: usize| {
        let words = body.text[body.lines[number].span.clone()].trim();
        let hit = form.labels().at_start(words)?;
        let bare = hit.answer >= words.len() && !words.contains('\t');
        (bare && hit.separator != Separator::Tab).then_some(hit.name)
    };
    let names: Vec<Option<LabelName>> = lines.iter().map(|&number| label(number)).collect();
    let mut from = 0;
    while from < names.len() {
        let count = names[from..]
            .iter()
            .take_while(|name| name.is_some())
            .count();
        let labels = &names[from..from + count];
        let fields = labels
            .iter()
            .flatten()
            .filter(|name| **name != LabelName::Other)
            .count();
        let answers = names[from + count..]
            .iter()
            .take_while(|name| name.is_none())
            .count();
        if fields >= FEWEST && answers >= count {
            let cells = labels
                .iter()
                .flatten()
                .zip(&lines[from + count..])
                .map(|(name, &number)| (*name, body.lines[number].span.clone()))
                .collect();
            return Some(Row {
                label_lines: lines[from]..lines[from + count - 1] + 1,
                cells,
            });
        }
        from += count.max(1);
    }
    None
}

fn cells(text: &str, line: &Line) -> Vec<Range<usize>> {
    let words = text.get(line.span.clone()).unwrap_or_default();
    if !words.contains('\t') {
        return Vec::new();
    }
    let mut at = line.span.start;
    words
        .trim_end_matches('\t')
        .split('\t')
        .map(|cell| {
            let range = at..at + cell.len();
            at = range.end + 1;
            range
        })
        .collect()
}

impl Reader<'_> {
    /// Takes the answers of one such row.
    pub(super) fn row(&self, row: &Row, labelled: &mut Labelled) {
        for (name, cell) in &row.cells {
            let field = match name {
                LabelName::Field(field) => Some(*field),
                _ => None,
            };
            let words = Excerpt::of(self.body.part, &self.body.text, cell.clone());
            let words = self.trimmed(field, &words);
            labelled.answers.push(Answered {
                name: *name,
                words,
                source: Source::Label,
                below: false,
                loose: false,
            });
            if field != Some(FieldName::Description) {
                labelled.taken.push(cell.clone());
            }
        }
        for line in &self.body.lines[row.label_lines.clone()] {
            labelled.taken.push(line.span.clone());
        }
        labelled.fields = labelled.fields.max(row.cells.len());
    }

    /// « 1. LEROY Paul, ARM », « 2. SAMU 22 », …: the numbers are the form's lines, or those of the
    /// questions in our quoted request.
    pub(super) fn numbered(&self, labelled: &mut Labelled) {
        let mut items: Vec<(usize, usize, usize)> = Vec::new();
        let mut bare: Vec<(usize, usize, usize)> = Vec::new();
        for (number, line) in self.body.lines.iter().enumerate() {
            if self.voices[number] != Some(true) || line.role == LineRole::Blank {
                continue;
            }
            let words = &self.body.text[line.span.clone()];
            if let Some((value, length)) = leading_number(words)
                && items.last().is_none_or(|(_, last, _)| value > *last)
            {
                items.push((number, value, line.span.start + length));
            } else if let Some((value, length)) = bare_number(words)
                && value == bare.len() + 1
            {
                bare.push((number, value, line.span.start + length));
            }
        }
        // « 1 hier vers 18h », « 2 formation »: numbers alone, where they run from 1 without a gap.
        if items.is_empty() && bare.len() >= 2 && bare.len() == labelled.asked.len() {
            items = bare;
        }
        let request = !labelled.asked.is_empty();
        let enough = if request { 1 } else { 5 };
        let first = items.first().map_or(0, |item| item.1);
        let most = items.last().map_or(0, |item| item.1);
        let lines = usize::from(
            self.form
                .fields
                .iter()
                .map(|field| field.line)
                .max()
                .unwrap_or(0),
        );
        let limit = if request { labelled.asked.len() } else { lines };
        if items.len() < enough || most > limit || (!request && first > 2) {
            return;
        }
        for (index, (number, value, start)) in items.iter().enumerate() {
            let field = if request {
                labelled.asked.get(value - 1).copied()
            } else {
                self.form
                    .fields
                    .iter()
                    .find(|field| usize::from(field.line) == *value)
                    .map(|field| field.name)
            };
            let Some(field) = field else { continue };
            let mut words = Excerpt::new(self.body.part);
            words.push(
                &self.body.text,
                *start..self.body.lines[*number].span.end,
                '\n',
            );
            let mut end = self.body.lines[*number].span.end;
            let last = items
                .get(index + 1)
                .map_or(self.body.lines.len(), |next| next.0);
            for line in &self.body.lines[number + 1..last] {
                if line.role != LineRole::Own || line.block.is_some() {
                    break;
                }
                words.push(&self.body.text, line.span.clone(), ' ');
                end = line.span.end;
            }
            labelled.taken.push(if field == FieldName::Description {
                self.body.lines[*number].span.start..*start
            } else {
                self.body.lines[*number].span.start..end
            });
            labelled.answers.push(Answered {
                name: LabelName::Field(field),
                words: self.trimmed(Some(field), &words),
                source: if request {
                    Source::Quoted
                } else {
                    Source::Label
                },
                below: false,
                loose: true,
            });
        }
        labelled.fields = labelled.fields.max(items.len());
    }
}

/// « 3 formation »: the number and the bytes up to what follows it.
fn bare_number(words: &str) -> Option<(usize, usize)> {
    let rest = words.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let value = rest.get(..digits)?.parse().ok()?;
    let after = rest[digits..].trim_start_matches([' ', '\u{a0}', '\t']);
    let apart = after.len() < rest.len() - digits;
    ((1..=2).contains(&digits) && apart && after.starts_with(char::is_alphanumeric))
        .then(|| (value, words.len() - after.len()))
}

/// « 3. », « 3) », « 3 - »: the number and the bytes up to what follows it.
fn leading_number(words: &str) -> Option<(usize, usize)> {
    let rest = words.trim_start();
    // « a) », « b) »: letters number as well.
    if let [letter @ b'a'..=b'p', b')' | b'.', b' ', ..] = rest.as_bytes() {
        let value = usize::from(letter - b'a') + 1;
        return Some((value, words.len() - rest[2..].trim_start().len()));
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    let value = rest[..digits].parse().ok()?;
    let after = rest[digits..].trim_start_matches([' ', '\u{a0}']);
    let marked = after.strip_prefix(['.', ')', '-', ':', '/'])?;
    if marked.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    (value > 0).then(|| (value, words.len() - marked.trim_start().len()))
}
