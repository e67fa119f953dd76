//! Words taken out of a part, with the way back to the bytes that they were taken from.
//!
//! Finders read running text; the message holds lines, quote marks and answers between labels. An
//! excerpt strings the wanted pieces together and keeps where each piece began.

use crate::domain::field::{Evidence, Part, Source};
use std::ops::Range;

/// Pieces of one part's text, joined by one character each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The part that the pieces come from.
    pub part: Part,
    /// The pieces, joined.
    pub text: String,
    /// Offsets in `text` and in the part's text at which each piece begins, ascending.
    pieces: Vec<(usize, usize)>,
}

impl Excerpt {
    /// An empty excerpt of a part.
    #[must_use]
    pub fn new(part: Part) -> Self {
        Self {
            part,
            text: String::new(),
            pieces: Vec::new(),
        }
    }

    /// One piece alone: `range` of `whole`, the part's text.
    #[must_use]
    pub fn of(part: Part, whole: &str, range: Range<usize>) -> Self {
        let mut excerpt = Self::new(part);
        excerpt.push(whole, range, '\n');
        excerpt
    }

    /// Appends a piece behind `joint`, which is left out before the first.
    pub fn push(&mut self, whole: &str, range: Range<usize>, joint: char) {
        let Some(piece) = whole.get(range.clone()) else {
            return;
        };
        if !self.text.is_empty() {
            self.text.push(joint);
        }
        self.pieces.push((self.text.len(), range.start));
        self.text.push_str(piece);
    }

    /// The part of this excerpt at `range`, trimmed of blanks.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let words = self.text.get(range.clone()).unwrap_or_default();
        let start = range.start + (words.len() - words.trim_start().len());
        let text = words.trim().to_owned();
        let end = start + text.len();
        let mut pieces = vec![(0, self.place(start))];
        pieces.extend(
            self.pieces
                .iter()
                .filter(|(at, _)| *at > start && *at < end)
                .map(|(at, place)| (at - start, *place)),
        );
        Self {
            part: self.part,
            text,
            pieces,
        }
    }

    /// Where the byte at `offset` of the excerpt stands in the part.
    #[must_use]
    pub fn place(&self, offset: usize) -> usize {
        let after = self.pieces.partition_point(|(at, _)| *at <= offset);
        self.pieces
            .get(after.saturating_sub(1))
            .map_or(0, |(at, place)| place + offset.saturating_sub(*at))
    }

    /// The bytes of the part that the excerpt was taken from, from its first to its last.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.original(0..self.text.len())
    }

    /// The bytes of the part that a range of the excerpt was taken from.
    #[must_use]
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        if range.end <= range.start {
            return start..start;
        }
        // The end is found from the last character inside, so that it never jumps to the next piece.
        let inside = self.text.get(range.clone()).unwrap_or_default();
        let last = inside.chars().next_back().map_or(1, char::len_utf8);
        let end = self.place(range.end - last) + last;
        start..end.max(start)
    }

    /// Evidence for a range of the excerpt; `whole` is the part's text.
    #[must_use]
    pub fn evidence(
        &self,
        whole: &str,
        range: Range<usize>,
        source: Source,
        confidence: f32,
    ) -> Evidence {
        let span = self.original(range);
        let raw = whole.get(span.clone()).unwrap_or_default().to_owned();
        let span = if raw.is_empty() { 0..0 } else { span };
        Evidence {
            source,
            part: Some(self.part),
            span,
            raw,
            confidence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_over_two_pieces_leads_back_over_what_lies_between() {
        let whole = "> le début\n> et la fin";
        let mut excerpt = Excerpt::new(Part::Text);
        let first = whole.find("le").unwrap();
        let second = whole.find("et").unwrap();
        excerpt.push(whole, first..first + "le début".len(), ' ');
        excerpt.push(whole, second..whole.len(), ' ');
        assert_eq!(excerpt.text, "le début et la fin");
        let at = excerpt.text.find("début et").unwrap();
        let range = at..at + "début et".len();
        assert_eq!(&whole[excerpt.original(range.clone())], "début\n> et");
        let cut = excerpt.slice(range.start - 1..range.end);
        assert_eq!(cut.text, "début et");
        assert_eq!(&whole[cut.original(0..cut.text.len())], "début\n> et");
        assert_eq!(
            excerpt.evidence(whole, at..at + 6, Source::Prose, 1.0).raw,
            "début"
        );
    }
}
