//! Evidence in its text: the text cut at every boundary, so that marks may nest and overlap.
//!
//! Joining the pieces gives back the text byte for byte; nothing is hidden, added or moved.

use crate::mail::{Line, LineRole};
use std::ops::Range;

/// A run of lines of the same role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// What its lines are.
    pub role: LineRole,
    /// Its text, in order.
    pub pieces: Vec<Piece<'a>>,
}

/// A run of text that the same fields were read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The text as it stands.
    pub text: &'a str,
    /// Numbers of the fields read from it, rising; empty where none was.
    pub fields: Vec<usize>,
    /// Those whose evidence begins here.
    pub begins: Vec<usize>,
    /// Those whose evidence ends here.
    pub ends: Vec<usize>,
}

/// Cuts `text` at the ends of `lines` that change role and at the ends of `spans` (a field's number
/// and its bytes). A span that is not on character boundaries, is empty or lies outside is left
/// out. Lines are taken as continuing with the role of the line before where none is given.
#[must_use]
pub fn cut<'a>(text: &'a str, lines: &[Line], spans: &[(usize, Range<usize>)]) -> Vec<Segment<'a>> {
    let spans: Vec<&(usize, Range<usize>)> = spans
        .iter()
        .filter(|(_, span)| span.start < span.end && text.get(span.clone()).is_some())
        .collect();
    runs(text, lines)
        .into_iter()
        .map(|(role, run)| Segment {
            role,
            pieces: pieces(text, &run, &spans),
        })
        .collect()
}

fn pieces<'a>(
    text: &'a str,
    run: &Range<usize>,
    spans: &[&(usize, Range<usize>)],
) -> Vec<Piece<'a>> {
    let mut bounds: Vec<usize> = spans
        .iter()
        .flat_map(|(_, span)| [span.start, span.end])
        .filter(|at| run.contains(at))
        .chain([run.start, run.end])
        .collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds
        .windows(2)
        .filter_map(|ends| {
            let (start, end) = (*ends.first()?, *ends.last()?);
            let numbers = |wanted: &dyn Fn(&Range<usize>) -> bool| {
                let mut found: Vec<usize> = spans
                    .iter()
                    .filter(|(_, span)| wanted(span))
                    .map(|(number, _)| *number)
                    .collect();
                found.sort_unstable();
                found.dedup();
                found
            };
            Some(Piece {
                text: text.get(start..end)?,
                fields: numbers(&|span| span.start <= start && end <= span.end),
                begins: numbers(&|span| span.start == start),
                ends: numbers(&|span| span.end == end),
            })
        })
        .collect()
}

/// Runs of whole lines, line ends included, with one role each; they cover the text.
fn runs(text: &str, lines: &[Line]) -> Vec<(LineRole, Range<usize>)> {
    let mut runs: Vec<(LineRole, Range<usize>)> = Vec::new();
    let mut lines = lines.iter().peekable();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let mut role = None;
        while let Some(known) = lines.next_if(|known| known.span.start < end) {
            role = role.or(Some(known.role));
        }
        let is_blank = line.trim().is_empty() || role == Some(LineRole::Blank);
        match runs.last_mut() {
            // A blank line belongs to what stands above it.
            Some((last, run)) if is_blank || role.is_none_or(|role| role == *last) => run.end = end,
            _ => runs.push((role.unwrap_or(LineRole::Own), at..end)),
        }
        at = end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, roles: &[LineRole]) -> Vec<Line> {
        let mut at = 0;
        text.split('\n')
            .zip(roles)
            .map(|(line, role)| {
                let span = at..at + line.len();
                at = span.end + 1;
                Line {
                    span,
                    role: *role,
                    block: None,
                    depth: 0,
                }
            })
            .collect()
    }

    #[test]
    fn overlapping_evidence_is_cut_at_every_boundary() {
        let text = "LEBRETON Claire, ARM";
        let segments = cut(text, &[], &[(1, 0..15), (2, 9..20)]);
        let pieces = &segments[0].pieces;
        let seen: Vec<_> = pieces.iter().map(|p| (p.text, p.fields.clone())).collect();
        assert_eq!(
            seen,
            [
                ("LEBRETON ", vec![1]),
                ("Claire", vec![1, 2]),
                (", ARM", vec![2])
            ]
        );
        assert_eq!((&pieces[0].begins, &pieces[0].ends), (&vec![1], &vec![]));
        assert_eq!((&pieces[1].begins, &pieces[1].ends), (&vec![2], &vec![1]));
        assert_eq!(pieces[2].ends, [2]);
    }

    #[test]
    fn the_pieces_give_back_the_text_whatever_the_spans() {
        use proptest::prelude::*;
        let config = ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        proptest!(config, |(text in "[a-cé\n ]{0,60}", spans in prop::collection::vec((1usize..14, 0usize..70, 0usize..70), 0..8))| {
            let roles = [LineRole::Own, LineRole::Signature, LineRole::Quoted, LineRole::Blank];
            let roles: Vec<_> = text.split('\n').enumerate().map(|(n, _)| roles[n % 4]).collect();
            let spans: Vec<_> = spans.into_iter().map(|(n, a, b)| (n, a..b)).collect();
            let joined: String = cut(&text, &lines(&text, &roles), &spans)
                .iter().flat_map(|segment| &segment.pieces).map(|piece| piece.text).collect();
            prop_assert_eq!(joined, text);
        });
    }

    #[test]
    fn a_signature_is_a_run_of_its_own_and_keeps_its_blank_lines() {
        let text = "Bonjour,\n\nca marche pas\n--\nClaire\n\nARM\n";
        use LineRole::{Blank, Greeting, Own, Signature};
        let roles = [
            Greeting, Blank, Own, Signature, Signature, Blank, Signature, Blank,
        ];
        let seen: Vec<_> = cut(text, &lines(text, &roles), &[])
            .iter()
            .map(|s| (s.role, s.pieces[0].text))
            .collect();
        assert_eq!(
            seen,
            [
                (Greeting, "Bonjour,\n\n"),
                (Own, "ca marche pas\n"),
                (Signature, "--\nClaire\n\nARM\n")
            ]
        );
    }
}
