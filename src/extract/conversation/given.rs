//! The answers of one message by question: those typed at our lines, those that name a number, and
//! those that the other words give.

use super::fit::{Judge, is_courtesy};
use super::numbered::{self, Marked};
use super::ours::{Ours, Place};
use super::typed::{Piece, Told, says};
use super::{correct, fields_of, free, unsure};
use crate::domain::asked::Asked;
use crate::domain::field::{Field, FieldName};
use crate::domain::form::{Form, Item};
use crate::extract::answer;
use crate::extract::excerpt::Excerpt;
use crate::extract::label::Labelled;
use crate::extract::lexicon::is_one_of;
use crate::extract::when;
use crate::mail::Body;
use crate::text::fold;
use std::ops::Range;

/// What was given.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Answers that are read as those behind a label are.
    pub labelled: Labelled,
    /// What is settled without reading it so.
    pub decided: Vec<(FieldName, Field)>,
    /// The words typed for a field, whatever they say.
    pub typed: Vec<(FieldName, Excerpt)>,
}

/// What is needed while answers are collected.
pub(super) struct Collector<'a> {
    pub body: &'a Body,
    pub asked: &'a Asked,
    pub judge: Judge<'a>,
    pub given: Given,
}

/// Collects the answers of a message.
pub(super) fn collect(
    told: &Told,
    ours: &Ours,
    form: &Form,
    asked: &Asked,
    base: &when::Base,
) -> Given {
    let mut collector = Collector {
        body: &told.body,
        asked,
        judge: Judge { form, base },
        given: Given::default(),
    };
    let texts: Vec<&str> = told
        .pieces
        .iter()
        .map(|piece| told.body.text.get(piece.span.clone()).unwrap_or_default())
        .collect();
    let marks = numbered::find(&texts, asked.numbers.len());
    let mut left = Vec::new();
    let mut at = 0;
    while at < told.pieces.len() {
        // Marks come in the order of the lines.
        let first = marks.partition_point(|mark| mark.line < at);
        let here: Vec<&Marked> = marks[first..]
            .iter()
            .take_while(|mark| mark.line == at)
            .collect();
        if !here.is_empty() {
            at = collector.marked(&told.pieces, at, &here, &marks, &mut left);
            continue;
        }
        let piece = &told.pieces[at];
        let end = at
            + told.pieces[at..]
                .iter()
                .take_while(|next| next.stretch == piece.stretch && next.place == piece.place)
                .count();
        // Marks below end the stretch.
        let end = marks.get(first).map_or(end, |mark| mark.line.min(end));
        match piece.place {
            Some(Place::Question(number)) => {
                collector.placed(number, &told.pieces[at..end], &mut left);
            }
            Some(Place::Summary(line)) => {
                collector.corrected(ours.summarised(line), &told.pieces[at..end], &mut left);
            }
            _ => left.extend(
                told.pieces[at..end]
                    .iter()
                    .filter(|piece| !piece.signed)
                    .cloned(),
            ),
        }
        at = end;
    }
    free::read(&mut collector, &left);
    collector.given
}

impl Collector<'_> {
    /// The words of some bytes of the body, as an excerpt.
    pub fn excerpt(&self, span: Range<usize>) -> Excerpt {
        Excerpt::of(self.body.part, &self.body.text, span)
    }

    /// Whether something was given for a field.
    pub fn has(&self, name: FieldName) -> bool {
        self.given.typed.iter().any(|(known, _)| *known == name)
            || self.given.decided.iter().any(|(known, _)| *known == name)
    }

    /// The fields that were asked for and not answered yet, in the order of the numbers.
    pub fn open(&self) -> Vec<FieldName> {
        self.asked
            .fields()
            .filter(|name| !self.has(*name))
            .collect()
    }

    /// Answers that name their numbers: the piece at `at` and those that go on with it.
    fn marked(
        &mut self,
        pieces: &[Piece],
        at: usize,
        here: &[&Marked],
        marks: &[Marked],
        left: &mut Vec<Piece>,
    ) -> usize {
        let piece = &pieces[at];
        let start = piece.span.start;
        if let Some(first) = here.first() {
            let before = start..start + first.mark.start;
            if says(&self.body.text[before.clone()]) {
                left.push(Piece {
                    span: before,
                    ..piece.clone()
                });
            }
        }
        let mut next = at + 1;
        for (index, mark) in here.iter().enumerate() {
            let mut words = Excerpt::new(self.body.part);
            words.push(
                &self.body.text,
                start + mark.answer.start..start + mark.answer.end,
                '\n',
            );
            if index + 1 == here.len() {
                next = self.goes_on(pieces, at, mark, marks, &mut words);
            }
            for number in &mark.numbers {
                if let Some(items) = self.asked.numbers.get(number - 1) {
                    self.take(&items.clone(), &words);
                }
            }
            let mark = start + mark.mark.start..start + mark.mark.end;
            self.given.labelled.taken.push(mark);
        }
        next
    }

    /// Takes the pieces below that go on with the last answer of a line; gives the next piece.
    fn goes_on(
        &self,
        pieces: &[Piece],
        at: usize,
        mark: &Marked,
        marks: &[Marked],
        words: &mut Excerpt,
    ) -> usize {
        let text = |piece: &Piece| self.body.text.get(piece.span.clone()).unwrap_or_default();
        let described = mark.numbers.iter().any(|number| {
            let items = self
                .asked
                .numbers
                .get(number - 1)
                .map_or(&[][..], Vec::as_slice);
            items.contains(&Item::Field(FieldName::Description))
        });
        let mut next = at + 1;
        while let Some(piece) = pieces.get(next) {
            let empty = !says(&words.text);
            let wrapped = !piece.apart && is_wrapped(&words.text, text(piece));
            let marked = marks.binary_search_by_key(&next, |mark| mark.line).is_ok();
            let same = piece.place == pieces[at].place && !piece.signed;
            if marked || !same || !(empty || wrapped || described && !piece.apart) {
                break;
            }
            words.push(
                &self.body.text,
                piece.span.clone(),
                if wrapped { ' ' } else { '\n' },
            );
            next += 1;
        }
        next
    }

    /// What was typed at a question.
    fn placed(&mut self, number: usize, pieces: &[Piece], left: &mut Vec<Piece>) {
        let Some(items) = self.asked.numbers.get(number.saturating_sub(1)).cloned() else {
            left.extend(pieces.iter().filter(|piece| !piece.signed).cloned());
            return;
        };
        let text = |piece: &Piece| self.body.text.get(piece.span.clone()).unwrap_or_default();
        let described = items.contains(&Item::Field(FieldName::Description));
        let mut words = Excerpt::new(self.body.part);
        let mut taken = 0;
        for (index, piece) in pieces.iter().enumerate() {
            let closes = is_courtesy(answer::bare(&fold(text(piece))));
            let long = is_wrapped(&words.text, text(piece));
            let goes_on = index == 0
                || !piece.apart
                    && !piece.signed
                    && (long || described || !self.is_full(&items, &words.text))
                || described && !piece.signed && !closes;
            if closes && index == 0 && pieces.len() == 1 && !described {
                break;
            }
            if !goes_on {
                break;
            }
            words.push(
                &self.body.text,
                piece.span.clone(),
                if long { ' ' } else { '\n' },
            );
            taken = index + 1;
        }
        if taken > 0 {
            self.take(&items, &words);
        }
        left.extend(
            pieces[taken..]
                .iter()
                .filter(|piece| !piece.signed)
                .cloned(),
        );
    }

    /// Whether words answer one of some items well enough to stand alone, or are longer than any
    /// answer but a description.
    fn is_full(&self, items: &[Item], text: &str) -> bool {
        const LONGEST: usize = 2_000;
        text.len() > LONGEST
            || unsure::is_unsure(text)
            || fields_of(items).any(|name| self.judge.fit(name, text) > super::fit::Fit::Not)
    }

    /// What was typed at a line of the summary.
    fn corrected(&mut self, names: &[FieldName], pieces: &[Piece], left: &mut Vec<Piece>) {
        for piece in pieces {
            if piece.signed {
                continue;
            }
            let words = trimmed(&self.excerpt(piece.span.clone()));
            if correct::confirms(&words.text) {
                self.taken(&words);
            } else if !correct::at_line(self, names, &words) {
                left.push(Piece {
                    place: None,
                    ..piece.clone()
                });
            }
        }
    }
}

/// Whether a line goes on in the next one: it is long, or ends with a word that nothing ends with.
pub(super) fn is_wrapped(words: &str, next: &str) -> bool {
    const OPEN: &str = "du|de|des|d|le|la|les|l|et|ou|a|au|aux|en|sur|pour|par|avec|dans|sous|un|une|que|qui|se|mes|mon|ma|nos|notre|leur|leurs|the|of|and|or|to|in|on|by|with";
    let last = words.rsplit('\n').next().unwrap_or_default().trim_end();
    let tail = fold(
        last.rsplit([' ', '\u{a0}', '\'', '’'])
            .next()
            .unwrap_or_default(),
    );
    let small = next.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit() || c == '(');
    let full = last.len() >= 60 && next.starts_with(char::is_alphabetic);
    !last.is_empty()
        && (full && !last.ends_with(['.', '!', '?', ':', ';'])
            || last.len() >= 45 && small && !last.ends_with(['.', '!', '?'])
            || is_one_of(OPEN, &tail)
            || last.ends_with(',') && small)
}

/// Words without marks around them; a question mark alone stays.
pub(super) fn trimmed(words: &Excerpt) -> Excerpt {
    const AROUND: &[char] = &[
        ' ', '\u{a0}', '\u{202f}', '\t', '\n', ':', '*', '_', '|', '>', '=', ',', ';', '-', '–',
        '—', '→', '«', '»', '"', '•', '/', ']', ')',
    ];
    let text = &words.text;
    let start = text.len() - text.trim_start_matches(AROUND).len();
    let rest =
        text[start..].trim_end_matches(|c: char| c != ')' && AROUND.contains(&c) || c == '.');
    words.slice(start..start + rest.len())
}
