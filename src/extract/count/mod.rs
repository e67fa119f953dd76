//! How many people are affected: digits, words, ranges, sums, « tout le monde », « moi seul ».
//!
//! People count; posts, screens, tablets and accounts count as one person each. Calls, files,
//! minutes and hours do not.

use super::token::{Answer, Tokens, phrase};
use crate::domain::field::{Count, Reading, Reason, Value};
use crate::extract::lexicon::mentions;
use clause::{corrected, replaced, spared, weight};
use group::draft;
use std::ops::Range;

mod alike;
mod amount;
mod beside;
mod clause;
pub(in crate::extract) mod company;
mod group;
mod listed;
mod only_me;
mod owned;
mod people;
mod places;
mod said;
mod spoken_of;
mod whose;
mod with_me;

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

pub(in crate::extract) use owned::mine_and_others;

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

/// Behind a group counted with its article, « les 14 apprenants et leurs 2 formateurs ».
pub(in crate::extract) fn group_end(tokens: &Tokens, at: usize) -> Option<usize> {
    let next = phrase!(
        tokens,
        at,
        "l ensemble des|l ensemble de nos|l ensemble de mes|la totalite des|la totalite de nos|tous les|toutes les|tous nos|toutes nos|les|nos|mes|all the|all our|all|the|our"
    )?;
    let (min, _, end) = amount::amount(tokens, next)?;
    let end = amount::counted(tokens, end).filter(|_| min > 1)?;
    Some(people::sum(tokens, 0, 0, end).2)
}

/// Behind people who are counted without an article, « trois médecins ».
pub(in crate::extract) fn number_end(tokens: &Tokens, at: usize) -> Option<usize> {
    let (many, end) = amount::one_amount(tokens, at)?;
    let end = amount::counted(tokens, end).filter(|_| many > 1)?;
    Some(people::sum(tokens, 0, 0, end).2)
}

/// Behind a noun for people or what stands for them: « stagiaires », « médecins régulateurs ».
pub(in crate::extract) fn noun_end(tokens: &Tokens, at: usize) -> Option<usize> {
    amount::counted(tokens, at)
}

/// Behind a person named by a job or a relation: « dispatcher », « médecin de garde ».
pub(in crate::extract) fn person_end(tokens: &Tokens, at: usize) -> Option<usize> {
    company::person(tokens, at)
}

/// Posts or accounts named one by one from `at` on: how many, and where they end.
pub(in crate::extract) fn named_places(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    listed::places_from(tokens, at, true)
}

/// Whether the clause around the tokens `from..to` says that all is well there.
pub(in crate::extract) fn spares(tokens: &Tokens, from: usize, to: usize) -> bool {
    spared(tokens, from, to)
}

fn scan(text: &str, tokens: &Tokens, answer: bool) -> Vec<Found> {
    let mut found: Vec<(Found, usize)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(mut draft) = draft(text, tokens, at, answer) else {
            at += 1;
            continue;
        };
        if draft.count.min.is_some()
            && let Some((min, max, end)) = replaced(tokens, draft.end)
        {
            draft.count.min = Some(min);
            draft.count.max = Some(max);
            draft.end = end;
        }
        let end = draft.end.max(at + 1);
        // « 0 » is what a form holds that nobody filled.
        if !draft.vague && draft.count.max == Some(0) {
            at = end;
            continue;
        }
        // Those who are well are not counted, nor is what « pas » denies: « pas 3 mais 5 ».
        let denied = !draft.vague
            && draft.count.min.is_some()
            && at > 0
            && tokens.is(at - 1, &["pas"])
            && draft.count.max > Some(1);
        let alone = draft.count.max == Some(1);
        let affirmed = (end.saturating_sub(5)..end)
            .any(|at| phrase!(tokens, at, people::AFFECTED) == Some(end));
        if denied || !draft.vague && !alone && !affirmed && spared(tokens, at, end) {
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
    merge_everyone(text, &mut found);
    found
}

/// The number that an answer to « who is affected » tells by the way: « moi et Sabrina ».
#[must_use]
pub fn of_users(text: &str) -> Option<Found> {
    let tokens = Tokens::new(text);
    let found = company::company(text, &tokens, 0, true)
        .filter(|company| company.members.len() > 1 && company.min == company.max)
        .map(|company| Found {
            span: tokens.span(0, company.end),
            count: Count {
                min: Some(company.min),
                max: Some(company.max),
                all: false,
            },
            doubt: None,
            score: 0.8,
        });
    let placed = || {
        let (many, end) = named_places(&tokens, 0)?;
        Some(Found {
            span: tokens.span(0, end),
            count: Count {
                min: Some(many),
                max: Some(many),
                all: false,
            },
            doubt: None,
            score: 0.8,
        })
    };
    found.or_else(placed).or_else(|| {
        find(text)
            .into_iter()
            .filter(|found| found.doubt.is_none() && found.score >= 0.5)
            .chain(all_of(text))
            .reduce(|best, next| {
                if next.count.min.is_some() && best.count.min.is_none() {
                    next
                } else {
                    best
                }
            })
    })
}

/// « tous », « toutes », « tout le monde » alone.
fn all_of(text: &str) -> Option<Found> {
    let tokens = Tokens::new(text);
    (tokens.len() <= 3)
        .then(|| scan(text, &tokens, true))?
        .into_iter()
        .find(|found| found.count.all && found.doubt.is_none())
}

/// Whether the words name people, one by one or by their trade: « équipages de jour ».
#[must_use]
pub fn names_people(text: &str) -> bool {
    let tokens = Tokens::new(text);
    tokens.len() < 14
        && !tokens.is(0, &["pas"])
        && (0..tokens.len()).any(|at| {
            amount::counted(&tokens, at).is_some()
            || tokens.among(
                at,
                "equipe|equipes|equipage|equipages|promotion|secretariat|brigade|crew|crews|team",
            )
            || company::company(text, &tokens, at, true).is_some_and(|company| company.named)
        })
}

/// Whether the words count two kinds of people or more: « 3 ARM et 2 médecins ».
#[must_use]
pub fn lists_groups(text: &str) -> bool {
    let tokens = Tokens::new(text);
    tokens.len() < 20
        && !tokens.sign(1, b'(')
        && (0..tokens.len())
            .filter(|at| amount::counted(&tokens, *at).is_some_and(|end| end == at + 1))
            .count()
            > 1
}

/// Whether the words are people strung together, who are named or among whom the writer is: « moi
/// et l'ARM de nuit ».
#[must_use]
pub fn strings_people(text: &str) -> bool {
    let tokens = Tokens::new(text);
    company::company(text, &tokens, 0, true).is_some_and(|company| {
        company.members.len() > 1
            && (company.named || company.me)
            && company.end + 2 >= tokens.len()
    })
}

/// Whether an answer that begins with « je ne sais pas » gives a number all the same.
#[must_use]
pub fn at_least(text: &str) -> bool {
    let folded = crate::text::fold(text);
    [
        "au moins",
        "minimum",
        "peut-etre",
        "je dirais",
        "environ",
        "a priori",
        "une ",
        "at least",
        "maybe",
        "sans doute",
        "probablement",
        "mais ",
    ]
    .iter()
    .any(|cue| folded.contains(cue))
        && find(text)
            .iter()
            .any(|found| found.doubt.is_none() && found.count.min.is_some())
        || folded.contains("au moins ")
            && answer(text).is_some_and(|answer| matches!(answer.reading, Reading::Present(_)))
}

/// Whether a sentence says that nobody knows how many: « combien on est, aucune idée ».
#[must_use]
pub fn is_unknown(sentence: &str) -> bool {
    let folded = crate::text::fold(sentence);
    const HOW_MANY: &str = "combien|nombre d|nb d|how many|si d'autres|si mes collegues|si les autres|si les collegues|si quelqu'un d'autre|s'il y en a d'autres|pour les autres|chez les autres|\
        des autres|if others|if anyone else|if my colleagues|sur les autres postes|si ca touche|si ca concerne|si tout le monde|if everyone";
    const OPEN: &str = "non connu|pas connu|inconnu|ignore|indetermine|non determine|pas determine|non communique|non precise|non evalue|pas encore evalue|pas encore defini|pas defini|a determiner|a preciser|a confirmer|en cours de recensement|en cours d'evaluation|non chiffre|impossible de dire|impossible de vous dire|impossible de savoir|difficile de dire|pas su dire|peux pas dire|peux pas vous dire|peut pas dire|pas pu compter|pas encore compte|difficile a dire|difficile a estimer|impossible a dire|impossible a estimer|not known|unknown";
    const TIMES: &str = "combien de temps|combien de fois|combien d'appel|combien de dossier|combien de minute|combien d'heure";
    mentions(HOW_MANY, &folded)
        && !mentions(TIMES, &folded)
        && (mentions(OPEN, &folded)
            || crate::extract::cues::Cues::scan(&folded).has(crate::extract::cues::Group::Unknown))
}

/// « tout le monde, on est 6 »: everyone, and six of them.
fn merge_everyone(text: &str, found: &mut [Found]) {
    for at in 1..found.len() {
        let (one, two) = (&found[at - 1], &found[at]);
        let between = text.get(one.span.end..two.span.start).unwrap_or_default();
        let near = between.len() < 40 && !of_another_fault(between);
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

/// « Le 1 touche 3 ARM, le 2 toute la salle »: the words between count for another fault.
fn of_another_fault(between: &str) -> bool {
    let tokens = Tokens::new(between);
    (0..tokens.len()).any(|at| {
        phrase!(
            tokens,
            at,
            "le second|la seconde|le deuxieme|la deuxieme|l autre|le point|le n"
        )
        .is_some()
            || tokens.is(at, &["le", "la"])
                && tokens.number(at + 1, 1).is_some()
                && (!tokens.glued(at + 2) || tokens.sign(at + 2, b')'))
    })
}

#[cfg(test)]
mod tests;
