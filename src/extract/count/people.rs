//! Numbers of people: « 6 », « les 5 ARM », « 4 à 5 », « 3 ARM + 2 médecins », « on est 6 ».

use super::super::token::{Lexicon, Tokens, number};
use crate::domain::field::Count;
use std::sync::LazyLock;

/// Who and what is counted, folded.
static COUNTED: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "personne|personnes|pers|utilisateur|utilisateurs|utilisatrice|utilisatrices|user|users|agent|agents|arm|arms|parm|",
        "medecin|medecins|docteurs|collegue|collegues|confreres|regulateur|regulateurs|regulatrices|permanenciers|infirmier|",
        "infirmiers|infirmiere|infirmieres|ide|assistants|assistantes|operateur|operateurs|interne|internes|externes|stagiaire|",
        "stagiaires|poste|postes|pc|pcs|ordi|ordis|ordinateur|ordinateurs|ecran|ecrans|tablette|tablettes|compte|comptes|",
        "position|positions|station|stations|people|persons|person|workstation|workstations|operators|doctors|nurses|screens|",
        "tablets|accounts|colleagues|superviseurs|superviseur|cadres|secretaires|ambulanciers|formateurs|apprenants|eleves|",
        "gestionnaires|dispatchers|agents|soignants|intervenants|professionnels|coordinateurs|pharmaciens|consoles|sessions|",
        "machine|machines|smartphones|telephones|casques|urgentistes|praticiens|computers|pompiers|moniteurs|pupitre|pupitres"
    ))
});
/// What stands at one place.
pub(super) struct Draft {
    pub count: Count,
    /// Behind the last token.
    pub end: usize,
    pub vague: bool,
    pub score: f32,
}

impl Draft {
    pub fn exact(min: u32, max: u32, all: bool, end: usize, score: f32) -> Self {
        Self {
            count: Count {
                min: Some(min),
                max: Some(max),
                all,
            },
            end,
            vague: false,
            score,
        }
    }
}

/// Numbers of things that are counted: « les 5 ARM », « 3 ARM + 2 médecins », « on est 6 ».
pub(super) fn people(tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    let us = tokens.any_phrase(
        at,
        concat!(
            "on est a|on est|on etait|nous sommes a|nous sommes|nous etions|on est au moins|on est environ|nous sommes environ|we are|we re|",
            "on est plus de|on serait|on doit etre|nous serions|nous devons etre"
        ),
    );
    if let Some(next) = us {
        let next = tokens
            .any_phrase(
                next,
                "environ|au moins|plus de|bien|deja|maintenant|a|au total|about|seulement|que",
            )
            .unwrap_or(next);
        let (min, max, end) = amount(tokens, next)?;
        let other = tokens.among(end, concat!("h|heures|min|minutes|jours|semaines|fois|er|eme|janvier|fevrier|mars|avril|mai|juin|", "juillet|aout|septembre|octobre|novembre|decembre")) || tokens.sign(end, b'%')
            || tokens.sign(end, b'/')
            || tokens.is(next, &["un", "une"]) && end == next + 1;
        return (!other && min > 0)
            .then(|| Draft::exact(min, max, false, counted(tokens, end).unwrap_or(end), 0.85));
    }
    let single = tokens.any_phrase(at, "un seul|une seule|1 seul|1 seule|only one|a single");
    if let Some(next) = single {
        let end = counted(tokens, next);
        return end
            .or(answer.then_some(next))
            .map(|end| Draft::exact(1, 1, false, end, 0.75));
    }
    let article = tokens.is(at, &["un", "une", "a", "one"])
        && !tokens.among(
            at + 1,
            concat!(
                "dizaine|demi|douzaine|quinzaine|vingtaine|trentaine|quarantaine|cinquantaine|",
                "centaine|dozen|couple|ou|a"
            ),
        );
    // « un médecin et deux ARM » counts, « un ARM » alone only tells of somebody.
    let listed = || {
        let next = plus(tokens, counted(tokens, at + 1)?)?;
        counted(tokens, amount(tokens, next)?.2)
    };
    if article && !answer && listed().is_none() {
        return None;
    }
    // « poste 2 », « n° 4 », « version 3 »: the number names, it does not count.
    if at > 0
        && (tokens.among(
            at - 1,
            concat!(
                "poste|ecran|position|tablette|n|numero|no|salle|samu|niveau|etape|version|",
                "departement|page|priorite|compte|code|erreur"
            ),
        ) || tokens.sign(at - 1, 0xb0)
            || tokens.sign(at - 1, 0x1a)
            || tokens.sign(at - 1, b'#'))
    {
        let listed = answer && tokens.is(at - 1, &["poste", "position", "ecran", "tablette"]);
        return listed.then(|| Draft::exact(1, 1, false, at + 1, 0.5));
    }
    let (mut min, mut max, mut end) = amount(tokens, at)?;
    let unit = counted(tokens, end);
    if let Some(after) = unit {
        end = after;
        // « 3 ARM + 2 médecins », « 3 ARM et 2 médecins »
        for _ in 0..8 {
            let Some(next) = plus(tokens, end) else { break };
            if let Some(after) = one_more(tokens, next) {
                min = min.saturating_add(1);
                max = max.saturating_add(1);
                end = after;
                continue;
            }
            let Some((more_min, more_max, after)) = amount(tokens, next) else {
                break;
            };
            let Some(after) = counted(tokens, after) else {
                break;
            };
            min = min.saturating_add(more_min);
            max = max.saturating_add(more_max);
            end = after;
        }
        if let Some(after) = out_of(tokens, end) {
            end = after;
        }
        return (min <= 5000).then(|| Draft::exact(min, max, false, end, 0.72));
    }
    // « 4 sur 6 postes », « 4 des 6 postes »
    if let Some(after) = out_of(tokens, end)
        && let Some(after) = counted(tokens, after)
    {
        return Some(Draft::exact(min, max, false, after, 0.72));
    }
    // « 3 + 2 » as an answer
    if !answer || min > 5000 {
        return None;
    }
    let time = tokens.among(
        end,
        concat!(
            "h|heure|heures|min|minutes|fois|jours|semaines|janvier|secondes|sec|samu|appels|",
            "dossiers|km"
        ),
    ) || tokens.sign(end, b'%')
        || tokens.sign(end, b':') && tokens.glued(end + 1)
        || tokens.sign(end, b'/') && !tokens.glued(end);
    if time {
        return None;
    }
    for _ in 0..8 {
        if !tokens.sign(end, b'+') && !tokens.is(end, &["plus"]) {
            break;
        }
        let Some(more) = tokens.number(end + 1, 4) else {
            break;
        };
        min = min.saturating_add(more);
        max = max.saturating_add(more);
        end += 2;
    }
    if let Some(after) = out_of(tokens, end) {
        end = after;
    }
    Some(Draft::exact(min, max, false, end, 0.6))
}

fn plus(tokens: &Tokens, at: usize) -> Option<usize> {
    let at = tokens
        .any_phrase(at, "de nuit|de jour|de la salle|de regulation|de garde")
        .unwrap_or(at);
    if tokens.sign(at, b'+') || tokens.sign(at, b'&') || tokens.sign(at, b',') {
        return Some(at + 1);
    }
    tokens.any_phrase(at, "et|plus|ainsi que|and")
}

/// « … et la cadre de nuit », « … + moi »: one person more.
fn one_more(tokens: &Tokens, at: usize) -> Option<usize> {
    if tokens.is(at, &["moi", "me", "myself"]) {
        return Some(at + 1);
    }
    (tokens.is(at, &["la", "le"])
        && tokens.among(
            at + 1,
            concat!(
                "cadre|medecin|regulateur|regulatrice|superviseur|superviseure|superviseuse|coordinateur|",
                "coordinatrice|secretaire|interne|infirmier|infirmiere|pharmacien|pharmacienne|stagiaire"
            ),
        ))
    .then_some(at + 2)
}

/// « sur 6 », « des 6 », « /6 »: out of how many.
fn out_of(tokens: &Tokens, at: usize) -> Option<usize> {
    let next = if tokens.sign(at, b'/') {
        at + 1
    } else {
        tokens.any_phrase(at, "sur les|sur nos|sur|des|parmi les|out of|of the|of our")?
    };
    number(tokens, next, 4).map(|(_, end)| end)
}

/// An amount: « 4 », « 4 à 5 », « 4-5 », « quatre ou cinq », « entre 5 et 10 », « une dizaine ».
pub(super) fn amount(tokens: &Tokens, at: usize) -> Option<(u32, u32, usize)> {
    let between = tokens
        .any_phrase(at, "entre|de|between|from")
        .filter(|_| tokens.is(at, &["entre", "between"]));
    let (min, end) = one_amount(tokens, between.unwrap_or(at))?;
    let joint = tokens
        .any_phrase(end, "a|ou|voire|jusqu a|or|to|et")
        .filter(|_| !tokens.is(end, &["et"]) || between.is_some())
        .or_else(|| {
            (tokens.sign(end, b'-') || tokens.sign(end, b'/') && between.is_some())
                .then_some(end + 1)
        });
    if let Some(next) = joint {
        let next = if tokens.is(next, &["meme", "peut"]) {
            next + 1
        } else {
            next
        };
        if let Some((max, end)) = one_amount(tokens, next)
            && max > min
        {
            return Some((min, max, end));
        }
    }
    Some((min, min, end))
}

fn one_amount(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let at = tokens.any_phrase(at, "environ|au moins|plus de|pres de|a peu pres|les|mes|nos|minimum|about|at least|les autres").unwrap_or(at);
    let round = tokens
        .any_phrase(at, "une bonne|une petite|une|la|a|bien une")
        .unwrap_or(at);
    let value = match tokens.word(round) {
        "dizaine" => Some(10),
        "douzaine" | "dozen" => Some(12),
        "quinzaine" => Some(15),
        "vingtaine" => Some(20),
        "trentaine" => Some(30),
        "quarantaine" => Some(40),
        "cinquantaine" => Some(50),
        "centaine" => Some(100),
        _ => None,
    };
    if let Some(value) = value {
        return Some((value, round + 1));
    }
    if let Some(end) = tokens.any_phrase(
        at,
        "une demi douzaine|une demie douzaine|demi douzaine|half a dozen",
    ) {
        return Some((6, end));
    }
    if let Some(end) = tokens.any_phrase(at, "une paire|a couple|un duo|un binome") {
        return Some((2, end));
    }
    // « 10aine »
    let (value, end) = number(tokens, at, 4)?;
    let end = if tokens.is(end, &["aine", "aines"]) && tokens.glued(end) {
        end + 1
    } else {
        end
    };
    Some((value, end))
}

/// Whether something counted stands at `at` (« autres » and « de » may precede it), and where it
/// and its qualification end.
pub(super) fn counted(tokens: &Tokens, at: usize) -> Option<usize> {
    let mut next = at;
    for _ in 0..3 {
        if tokens.among(next, concat!("autres|autre|de|d|des|nos|mes|les|petits|nouveaux|nouvelles|of|our|other|the|jeunes|", "seuls|seules|differents")) {
            next = tokens.skip_joints(next + 1);
        }
    }
    let word = tokens.word(next);
    if word.len() < 2 || !COUNTED.holds(word) {
        return None;
    }
    // « le poste 2 », « ARM 3 »: named, unless a number counts them from the left.
    let mut end = next + 1;
    if tokens.among(
        next,
        concat!(
            "postes|poste|comptes|ecrans|tablettes|assistants|assistantes|medecins|utilisateurs|",
            "position|positions"
        ),
    ) && tokens.among(
        end,
        "arm|medecin|medecins|regulateurs|stagiaires|stagiaire|utilisateurs|smur|regulation",
    ) {
        end += 1;
    }
    Some(end)
}
