//! How many people are affected: digits, words, ranges, sums, « tout le monde », « moi seul ».
//!
//! People count; posts, screens, tablets and accounts count as one person each. Calls, files,
//! minutes and hours do not.

use super::token::{Answer, Tokens};
use crate::domain::field::{Count, Reading, Reason, Value};
use clause::{corrected, spared, weight};
use group::draft;
use std::ops::Range;

mod clause;
pub(in crate::extract) mod company;
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
    // A number said alone is weaker than one of people: « 3 - faible (1 utilisateur) ».
    let numbered = |found: &&Found| found.doubt.is_none() && found.count.min.is_some();
    let best = found
        .iter()
        .filter(numbered)
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
    let mut found: Vec<(Found, usize)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(draft) = draft(text, tokens, at, answer) else {
            at += 1;
            continue;
        };
        let end = draft.end.max(at + 1);
        // Those who are well are not counted, nor is what « pas » denies: « pas 3 mais 5 ».
        let denied = !draft.vague
            && draft.count.min.is_some()
            && at > 0
            && tokens.is(at - 1, &["pas"])
            && draft.count.max > Some(1);
        let alone = draft.count.max == Some(1);
        if denied || !draft.vague && !alone && spared(tokens, at, end) {
            at = end;
            continue;
        }
        let span = tokens.span(at, end);
        let doubt = draft.vague.then(|| Reason::VagueCount {
            read: text.get(span.clone()).unwrap_or_default().to_owned(),
        });
        let score = if draft.vague {
            draft.score
        } else {
            (draft.score + weight(tokens, at, end)).clamp(0.05, 0.98)
        };
        // « 3, pardon 4 »: the first is taken back.
        if let Some((last, before)) = found.last()
            && last.count.min.is_some()
            && draft.count.min.is_some()
            && corrected(tokens, *before, at)
        {
            found.pop();
        }
        found.push((
            Found {
                span,
                count: draft.count,
                doubt,
                score,
            },
            end,
        ));
        at = end;
    }
    let mut found: Vec<Found> = found.into_iter().map(|(found, _)| found).collect();
    merge_everyone(&mut found);
    found
}

/// Whether a sentence says that nobody knows how many: « combien on est, aucune idée ».
#[must_use]
pub fn is_unknown(sentence: &str) -> bool {
    let folded = crate::text::fold(sentence);
    const HOW_MANY: &str = "combien|nombre d|nb d|how many|si d'autres|si mes collegues|si les autres|si les collegues|si quelqu'un d'autre|s'il y en a d'autres|qui d'autre|pour les autres|chez les autres|\
        des autres|if others|if anyone else|if my colleagues|sur les autres postes|si ca touche|si ca concerne|si tout le monde|if everyone";
    const TIMES: &str = "combien de temps|combien de fois|combien d'appel|combien de dossier|combien de minute|combien d'heure";
    HOW_MANY.split('|').any(|cue| folded.contains(cue))
        && !TIMES.split('|').any(|cue| folded.contains(cue))
        && crate::extract::cues::Cues::scan(&folded).has(crate::extract::cues::Group::Unknown)
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

#[cfg(test)]
mod tests;
