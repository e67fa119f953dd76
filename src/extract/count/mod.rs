//! How many people are affected: digits, words, ranges, sums, « tout le monde », « moi seul ».
//!
//! People count; posts, screens, tablets and accounts count as one person each. Calls, files,
//! minutes and hours do not.

use super::token::{Answer, Tokens};
use crate::domain::field::{Count, Reading, Reason, Value};
use group::draft;
use std::ops::Range;

mod group;
mod people;

/// A number of people in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text, on character boundaries.
    pub span: Range<usize>,
    /// How many; min and max are absent where only « tous » was said, or where it is in doubt.
    pub count: Count,
    /// Why it can't be used (« plusieurs »).
    pub doubt: Option<Reason>,
    /// How likely these are the people affected, 0 to 1.
    pub score: f32,
}

/// Numbers of people in prose, in order.
#[must_use]
pub fn find(text: &str) -> Vec<Found> {
    let tokens = Tokens::new(text);
    scan(text, &tokens, false)
}

/// The number answered after a label.
#[must_use]
pub fn answer(text: &str) -> Option<Answer> {
    let tokens = Tokens::new(text);
    let found = scan(text, &tokens, true);
    let best = found
        .iter()
        .filter(|found| found.doubt.is_none() && found.count.min.is_some())
        .reduce(|best, next| {
            if next.score > best.score + 0.15 {
                next
            } else {
                best
            }
        })
        .or_else(|| found.iter().find(|found| found.doubt.is_none()))
        .or_else(|| found.first())?;
    let reading = match &best.doubt {
        Some(reason) => Reading::Unclear(reason.clone()),
        None => Reading::Present(Value::Count(best.count)),
    };
    Some(Answer {
        reading,
        span: best.span.clone(),
    })
}

fn scan(text: &str, tokens: &Tokens, answer: bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(draft) = draft(tokens, at, answer) else {
            at += 1;
            continue;
        };
        let span = tokens.span(at, draft.end);
        let doubt = draft.vague.then(|| Reason::VagueCount {
            read: text.get(span.clone()).unwrap_or_default().to_owned(),
        });
        let score = if draft.vague {
            draft.score
        } else {
            (draft.score + around(tokens, at, draft.end)).clamp(0.05, 0.98)
        };
        found.push(Found {
            span,
            count: draft.count,
            doubt,
            score,
        });
        at = draft.end.max(at + 1);
    }
    merge_everyone(&mut found);
    found
}

/// « tout le monde, on est 6 »: everyone, and six of them.
fn merge_everyone(found: &mut [Found]) {
    for at in 1..found.len() {
        let (one, two) = (&found[at - 1], &found[at]);
        let near = two.span.start.saturating_sub(one.span.end) < 40;
        let everyone = |found: &Found| found.count.all && found.count.min.is_none();
        if near && everyone(one) && two.count.min.is_some_and(|min| min > 1) && two.doubt.is_none()
        {
            found[at].count.all = true;
        } else if near
            && everyone(two)
            && one.count.min.is_some_and(|min| min > 1)
            && one.doubt.is_none()
        {
            found[at - 1].count.all = true;
        }
    }
}

/// How much the words around speak of being affected.
fn around(tokens: &Tokens, from: usize, to: usize) -> f32 {
    let window = tokens.folded(from.saturating_sub(8), (to + 8).min(tokens.len()));
    let affected = [
        "touch",
        "impact",
        "concern",
        "probleme",
        "souci",
        "l'avoir",
        "a avoir",
        "bloqu",
        "affect",
        "pareil",
        "meme chose",
        "gene",
        "marche p",
        "fonctionne p",
        "figee",
        "blanc",
        "deconnect",
        "eject",
    ]
    .iter()
    .any(|word| window.contains(word));
    let unaffected = [
        "n'ont rien",
        "n'a rien",
        "marche bien",
        "sans probleme",
        "pas touche",
        "pas concerne",
        "mobilise",
        "attendent un",
    ]
    .iter()
    .any(|word| window.contains(word));
    (if affected { 0.12 } else { 0.0 }) - (if unaffected { 0.4 } else { 0.0 })
}

#[cfg(test)]
mod tests;
