//! The writer, found by the name that the From header gives, however it is cased in the words:
//! « ludovic payet-grondin, arm coordonnateur ».

use super::super::token::{Kind, Tokens};
use super::Found;
use super::name::{Unit, unit};
use super::placed::role_behind_place;
use super::prose::{begins_sentence, role_behind};
use super::{role, titles};
use crate::text::fold;

/// The job that `text` tells behind the writer's own `name`. Two words of the name tell the writer,
/// in any order, and one behind a title or at a sentence's beginning.
#[must_use]
pub(in crate::extract) fn with_job(text: &str, name: &str) -> Option<Found> {
    let folded = fold(name);
    let known: Vec<&str> = folded.split_whitespace().collect();
    let tokens = Tokens::new(text);
    let mut at = 0;
    while at < tokens.len() {
        let start = titles(&tokens, at, tokens.len().min(at + 2));
        let units = own(text, &tokens, start, &known);
        let Some(last) = units.last() else {
            at += 1;
            continue;
        };
        let leads = start > at || begins_sentence(&tokens, at);
        let enough = units.len() > 1 || leads && last.folded.len() > 3;
        let job = role_behind(&tokens, last.to).or_else(|| role_behind_place(&tokens, last.to));
        if let Some((from, to)) = job.filter(|_| enough) {
            let span = tokens.span(from, to);
            return Some(Found {
                span: tokens.span(start, last.to),
                name: Some(name.to_owned()),
                role: Some((role::written(text, &span), span)),
                writer: true,
                contact: false,
                score: 0.75,
            });
        }
        at = last.to;
    }
    None
}

/// The words from token `at` on that are of the name, each once, on one line.
fn own<'t>(text: &'t str, tokens: &'t Tokens, at: usize, known: &[&str]) -> Vec<Unit<'t>> {
    let mut units: Vec<Unit<'t>> = Vec::new();
    let mut next = at;
    while units.len() < known.len() {
        let Some(word) = unit(text, tokens, next) else {
            break;
        };
        let is_new = units.iter().all(|unit| unit.folded != word.folded);
        if !is_new || !known.contains(&word.folded) {
            break;
        }
        next = word.to;
        units.push(word);
        if tokens
            .get(next)
            .is_none_or(|token| token.kind == Kind::Line)
        {
            break;
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::with_job;

    #[test]
    fn the_writers_own_name_needs_no_capitals() {
        for (text, name, job) in [
            (
                "plus de carto.\nludovic payet-grondin, arm coordonnateur\n0692 41 27 83",
                "Ludovic Payet-Grondin",
                Some("arm coordonnateur"),
            ),
            (
                "8 postes sur 8\njulie weisse chef de salle rappeler sur 06 39 98 57 30",
                "Julie Weisse",
                Some("chef de salle"),
            ),
            (
                "rappelez moi pas au standard\ndr vasseur medecin regulateur",
                "Philippe Vasseur",
                Some("medecin regulateur"),
            ),
            (
                "je suis docteur ioana munteanu, le medecin regulateur de ce soir",
                "Ioana Munteanu",
                Some("medecin regulateur"),
            ),
            (
                "weisse julie, ide au smur, la tablette plante",
                "Julie Weisse",
                Some("ide"),
            ),
            (
                "la carte de julie est blanche, arm prévenus",
                "Julie Weisse",
                None,
            ),
            ("vu avec paul, arm de nuit", "Julie Weisse", None),
        ] {
            let found = with_job(text, name).and_then(|found| found.role);
            let role = found.as_ref().map(|(role, _)| role.as_str());
            assert_eq!(role.is_some(), job.is_some(), "{text}: {role:?}");
            if let (Some(role), Some(job)) = (role, job) {
                assert!(role.starts_with(job), "{text}: {role}");
            }
        }
    }
}
