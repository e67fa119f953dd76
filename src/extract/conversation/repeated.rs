//! Which words of an answer's body only repeat our mail: runs of the same words, at a place where
//! people and clients repeat, and not where a sentence merely sounds like a question of ours.

use super::ours::{Ours, Place, Token};
use crate::mail::{BlockKind, Body, Line, LineRole};

/// For each word of the body the word of ours that it repeats.
pub(super) fn matches(body: &Body, ours: &Ours, tokens: &[Token]) -> Vec<Option<usize>> {
    let mut matched = vec![None; tokens.len()];
    let mut expected = None;
    let mut at = 0;
    while at < tokens.len() {
        let line = &body.lines[tokens[at].line];
        let here = tokens[at].line;
        let begins = at == 0 || tokens[at - 1].line != here;
        let alone = tokens[at..]
            .iter()
            .take(3)
            .filter(|token| begins && token.line == here)
            .count();
        let found = ours
            .longest(&tokens[at..], alone, expected)
            .filter(|_| line.role != LineRole::QuoteHeader)
            .filter(|(place, run)| is_repeated(body, ours, tokens, at, *place, *run, expected));
        if let Some((place, run)) = found {
            for step in 0..run {
                matched[at + step] = Some(place + step);
            }
            expected = Some(place + run);
            at += run;
        } else {
            at += 1;
        }
    }
    matched
}

/// Whether a run of the same words repeats ours, and does not only sound like it.
fn is_repeated(
    body: &Body,
    ours: &Ours,
    tokens: &[Token],
    at: usize,
    place: usize,
    run: usize,
    expected: Option<usize>,
) -> bool {
    let Some(word) = ours.word(place) else {
        return false;
    };
    let line = |at: usize| tokens.get(at).map(|token| token.line);
    let begins = at == 0 || line(at - 1) != line(at);
    let covers = begins && line(at + run) != line(at + run - 1);
    let resumes = expected == Some(place);
    let whole = word.first && ours.begins_line(place + run);
    // A copy of our mail begins again with a line; « je ne sais pas » is in it, too.
    let ahead = expected.is_none_or(|expected| place >= expected);
    let near = expected.is_some_and(|expected| ahead && place - expected <= 4);
    let quoted = is_quoted(body, &body.lines[tokens[at].line]);
    // A question without its number is ours where it stands as one; in a sentence it is the writer's
    // way to answer: « Cela se reproduit toujours. Les prérequis du poste sont vérifiés. »
    let retyped =
        opens(ours, place) && run >= 3 && (quoted || begins && is_asked(body, tokens, at + run));
    if !(resumes || word.first || near || ahead && run >= 6) {
        return retyped;
    }
    let numbered = word.first && matches!(word.place, Place::Question(_));
    if numbered && run < 3 && !whole {
        return false;
    }
    if quoted {
        return run >= 3
            || run == 2 && (resumes || covers)
            || covers && whole
            || covers && resumes && !word.first && tokens[at].text.len() >= 4;
    }
    match word.place {
        Place::Question(_) => {
            retyped
                || (word.first || resumes) && run >= 3
                || run >= 2 && whole && (begins || resumes)
        }
        Place::Summary(_) => word.first && run >= 4 || resumes && run >= 3,
        Place::Head | Place::Tail => run >= 5 || resumes && run >= 3 || run >= 2 && whole && covers,
    }
}

/// Whether the words before `at` end as a question does: its line, or a mark, is at an end.
fn is_asked(body: &Body, tokens: &[Token], at: usize) -> bool {
    let Some(last) = at.checked_sub(1).and_then(|last| tokens.get(last)) else {
        return false;
    };
    let end = body.lines[last.line].span.end.max(last.span.end);
    let behind = body.text.get(last.span.end..end).unwrap_or_default();
    let behind = behind.trim_start();
    behind.is_empty() || behind.starts_with([':', '?', '=', '(', ')', '-', '–', '→', '*', '_'])
}

/// Whether only a number stands before the word on its line of ours.
fn opens(ours: &Ours, place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| ours.word(before));
    before.is_some_and(|before| before.first && matches!(before.place, Place::Question(_)))
}

fn is_quoted(body: &Body, line: &Line) -> bool {
    line.block
        .and_then(|block| body.blocks.get(block))
        .is_some_and(|block| block.kind != BlockKind::Forwarded)
}
