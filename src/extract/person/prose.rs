//! People in sentences: « ici Claire du SAMU », « je suis docteur Ioana Munteanu, le médecin
//! régulateur de ce soir », « Sylvain Lecarpentier ARM » at the end.

use super::super::token::{Kind, Tokens};
use super::closing::{closes_behind_samu, closing, closing_role, is_contact};
use super::job::{corrected, is_told_of, led_to, named_behind, one_of_us, opens};
use super::leads::{INTRODUCES, THIRD};
use super::name::{Shape, Unit, arranged, is_particle, unit};
use super::placed::{bracketed, opens_with_name, role_behind_place, small_titled, speaks};
use super::small::{is_behind_place, signs_small, small_name, small_run, with_small_surname};
use super::{Found, is_common, is_place_word, role, titles};
use crate::extract::lexicon::is_one_of;

/// The people that `text` names in its sentences, the writer first of all.
#[must_use]
pub fn find_in_prose(text: &str) -> Vec<Found> {
    let tokens = Tokens::new(text);
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens.get(at).is_none_or(|token| token.kind != Kind::Word) {
            at += 1;
            continue;
        }
        let person = introduced(text, &tokens, at)
            .or_else(|| apposed(text, &tokens, at))
            .or_else(|| titled(text, &tokens, at))
            .or_else(|| small_titled(text, &tokens, at))
            .or_else(|| bracketed(text, &tokens, at))
            .or_else(|| one_of_us(text, &tokens, at))
            .or_else(|| led_to(text, &tokens, at));
        match person {
            Some((person, end)) => {
                found.push(person);
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    if !found
        .iter()
        .any(|person| person.writer && person.name.is_some())
        && let Some(person) = closing(text, &tokens)
    {
        found.push(person);
    }
    found
}

/// « je suis … », « ici … », « c'est … »
fn introduced(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let after = INTRODUCES.end(tokens, at)?;
    // « Suis médecin régulateur au 29 », « je ne suis ARM que … »
    if tokens.is(at, &["suis"]) && !begins_sentence(tokens, at) {
        return None;
    }
    // « C. LEBRETON » is an initial.
    if after == at + 1 && tokens.width(at) == 1 && tokens.sign(after, b'.') {
        return None;
    }
    let weak = tokens.is(
        at,
        &[
            "c", "cest", "moi", "ici", "signe", "this", "de", "nous", "here",
        ],
    );
    let next = if tokens.sign(after, b':') || tokens.sign(after, b'\'') || tokens.sign(after, b',')
    {
        after + 1
    } else {
        after
    };
    let name_at = titles(tokens, next, tokens.len().min(next + 4));
    let titled = name_at > next && tokens.get(next).is_some_and(|t| t.kind == Kind::Word);
    let units = run(
        text,
        tokens,
        name_at,
        tokens.among(at, "ici|je|moi|c|cest|chui|chuis|jsuis|j|jmappelle"),
    );
    let units = if units.is_empty() && !titled {
        small_name(text, tokens, at, name_at)
    } else {
        with_small_surname(text, tokens, units)
    };
    let name_end = units.last().map_or(name_at, |unit| unit.to);
    // « on est deux ici, Gilles Hamelin et moi »: the other of two.
    if tokens.among(name_end, "et|and|ou|ni")
        && tokens.among(name_end + 1, "moi|me|i|myself")
        && !units.is_empty()
    {
        return None;
    }
    let spoken = speaks(tokens, name_end).unwrap_or(name_end);
    // « C'est Pauline Vidal qui est bloquée »: somebody else, « qui vous écrit »: the writer.
    if tokens.among(at, "c|cest")
        && tokens.is(name_end, &["qui"])
        && !tokens.among(name_end + 1, "vous|te|t|parle|ecrit|ecris|suis|signe")
    {
        return None;
    }
    let role = role_behind(tokens, if units.is_empty() { next } else { spoken }).or_else(|| {
        // « I'm the night shift supervisor »
        if units.is_empty() {
            role::headed(tokens, next)
                .filter(|_| tokens.among(at, "i|this|here"))
                .map(|end| (next, end))
        } else {
            role_behind_place(tokens, name_end)
        }
    });
    let known = units.iter().any(Unit::is_given) || titled || units.len() > 1;
    if weak && !(units.iter().any(Unit::is_given) || titled || role.is_some() && !units.is_empty())
        || units.is_empty() && role.is_none()
        || !units.is_empty() && !known && role.is_none()
    {
        return None;
    }
    if units.is_empty() {
        // « je suis médecin régulateur », not « c'est le médecin régulateur ».
        if !tokens.among(at, "je|i|en|ici|c|chui|chuis|jsuis|j|sono|soy|suis") {
            return None;
        }
    }
    let role = role.map(|(from, to)| {
        let span = tokens.span(from, to);
        (role::written(text, &span), span)
    });
    let span = if units.is_empty() {
        role.as_ref()?.1.clone()
    } else {
        tokens.span(units[0].from, name_end)
    };
    let name = (!units.is_empty()).then(|| arranged(&units));
    let score = if weak { 0.8 } else { 0.92 };
    Some((
        Found {
            span,
            name,
            role,
            writer: true,
            contact: false,
            score,
        },
        name_end.max(next),
    ))
}

/// « Sylvain Lecarpentier, ARM », « ARM au SAMU 44, je … », « Locum emergency physician at … here »
fn apposed(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let start = titles(tokens, at, tokens.len().min(at + 3));
    let titled = start > at;
    // « Bonsoir, médecin effecteur pour le SAMU 37, … »
    // « slt arm a la regul du 59 »
    let greeted = at > 1
        && tokens.sign(at - 1, b',')
        && tokens.among(at - 2, "bonjour|bonsoir|salut|hello|bjr|slt|bsr|hi")
        || at > 0 && tokens.among(at - 1, "slt|bjr|bsr|salut|coucou")
        // « Bonjour à vous, OSNP Lucile Menard à l'appareil »
        || at > 3
            && tokens.sign(at - 1, b',')
            && tokens.among(at - 2, "vous|tous|toutes|equipe")
            && (at.saturating_sub(7)..at - 2).any(|at| tokens.among(at, "bonjour|bonsoir|salut|bjr|bsr"));
    let first = begins_sentence(tokens, at) || greeted || closes_behind_samu(tokens, at);
    let third = at > 0 && (THIRD.holds(tokens.word(at - 1)) || tokens.sign(at - 1, b'\''));
    if !titled
        && first
        && let Some(end) = role::role(tokens, at)
    {
        if let Some(found) = named_behind(text, tokens, at, end) {
            return Some(found);
        }
        // « chirurgien-dentiste de garde ce dimanche à la régulation … »
        let shift = end
            + 2 * usize::from(
                tokens.among(end, "ce|cette")
                    && tokens.among(end + 1, "matin|soir|jour|nuit|semaine|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"),
            );
        let placed = closes_behind_samu(tokens, at)
            || tokens.among(shift, "au|a|at|du|de|here|ici|samu|chez|from|smur")
            || tokens.phrase(end, "pour le samu").is_some();
        let short = tokens.ends_line(end) || tokens.sign(end, b',');
        // « Ambulancière SMUR, la tablette ne montre plus … »
        let speaks_on = tokens.sign(end, b',')
            && tokens.among(end + 1, "la|le|les|l|je|j|on|nous|mon|ma|mes|impossible");
        if !(placed || speaks_on || short && tokens.is(at, &["arm", "ide"]) || opens(tokens, end)) {
            return None;
        }
        return Some((Found::of_job(text, tokens, at, end, 0.7), end));
    }
    if let Some(found) = closing_role(text, tokens, at) {
        return Some(found);
    }
    let mut units = run(text, tokens, start, false);
    // « joignable 06 39 98 80 02 didier lenglet arm »
    let behind_number = |at: usize| tokens.get(at).is_some_and(|t| t.kind == Kind::Number);
    let clause = first
        || at > 0
            && (tokens.sign(at - 1, b',') || behind_number(at - 1) || is_behind_place(tokens, at));
    let nameless = units.iter().all(|unit| unit.shape == Shape::Initial);
    if nameless && clause && signs_small(text, tokens, start) {
        // « karim arm 06 … »
        units = small_run(text, tokens, start);
    }
    let last = units.last()?.to;
    if units[0].from != start {
        return None;
    }
    let known = units.iter().any(Unit::is_given) || titled || units.len() > 1;
    if !known {
        return None;
    }
    let behind = speaks(tokens, last).unwrap_or(last);
    let placed = || role_behind_place(tokens, last).filter(|_| first);
    let Some((from, to)) = role_behind(tokens, behind).or_else(placed) else {
        return opens_with_name(text, tokens, at, greeted);
    };
    let strong = first || !third;
    let span = tokens.span(units[0].from, last);
    let role_span = tokens.span(from, to);
    let role = Some((role::written(text, &role_span), role_span));
    let score = if first { 0.85 } else { 0.55 };
    Some((
        Found {
            span,
            name: Some(arranged(&units)),
            role,
            writer: strong && !is_told_of(text, tokens, to),
            contact: is_contact(tokens, at),
            score,
        },
        to,
    ))
}

/// « le Dr Marlin », « Mme Cazenave », « ma collègue Sandrine »: somebody spoken of, unless
/// nothing but a name stands at the end (see `closing`).
fn titled(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let start = titles(tokens, at, tokens.len().min(at + 3));
    let colleague = at > 0 && tokens.among(at - 1, "collegue|confrere|consoeur|collegues");
    if start == at && !colleague
        || begins_sentence(tokens, at) && sentence_end(tokens, at) == tokens.len()
    {
        return None;
    }
    let units = run(text, tokens, start, false);
    let last = units.last()?.to;
    let span = tokens.span(units[0].from, last);
    // « Mme RABIER Colette » on a line of its own among the last ones: who signs.
    let signs = !colleague
        && at > 0
        && tokens.ends_line(at - 1)
        && tokens.ends_line(last)
        && tokens.len() - last < 40
        && units.len() > 1;
    Some((
        Found {
            span,
            name: Some(arranged(&units)),
            role: None,
            writer: signs,
            contact: false,
            score: if signs { 0.6 } else { 0.5 },
        },
        last,
    ))
}

/// A role behind a name: « , ARM », « , le médecin régulateur de ce soir », « (ARM) », « ARM ».
pub(super) fn role_behind(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    let mut next = at;
    for _ in 0..2 {
        match tokens.get(next).map(|t| t.kind) {
            Some(Kind::Sign(b',' | b'(' | b'-' | b'\'' | b':')) => next += 1,
            Some(Kind::Line) if next == at => next += 1,
            _ => {}
        }
    }
    let next = tokens
        .any_phrase(next, "le|la|l|un|une|the|a|an|votre|je suis|notre|actuellement|comme|en tant que|en qualite de")
        .unwrap_or(next);
    let next = if tokens.sign(next, b'\'') {
        next + 1
    } else {
        next
    };
    let end = role::role(tokens, next)?;
    Some(corrected(tokens, end).unwrap_or((next, end)))
}

/// The words of a name from `at` on; `lenient` takes known given names in lower case.
pub(super) fn run<'t>(
    text: &'t str,
    tokens: &'t Tokens,
    at: usize,
    lenient: bool,
) -> Vec<Unit<'t>> {
    let mut units: Vec<Unit<'t>> = Vec::new();
    let mut next = at;
    while units.len() < 5 {
        let Some(unit) = unit(text, tokens, next) else {
            break;
        };
        let named = unit.is_named()
            || lenient
                && unit.is_given()
                && unit.folded.len() > 2
                && units.iter().all(|unit| unit.shape == Shape::Lower)
            || !units.is_empty()
                && is_particle(unit.folded)
                && unit.shape == Shape::Lower
                && super::unit(text, tokens, unit.to)
                    .is_some_and(|next| next.is_named() && !is_place_word(next.folded));
        if !named {
            break;
        }
        let stops = is_place_word(unit.folded)
            || is_common(unit.folded)
            || role::role(tokens, next).is_some_and(|end| end >= unit.to)
            || weekday_or_month(unit.folded)
            || is_one_of(
                "dr|docteur|docteure|mme|mr|pr|madame|monsieur|mlle",
                unit.folded,
            );
        // « SI-Samu », « OK », « F5 » are no names.
        if stops || unit.shape == Shape::Capitals && unit.folded.len() < 3 && units.is_empty() {
            break;
        }
        next = unit.to;
        units.push(unit);
        if tokens.ends_line(next) {
            break;
        }
    }
    // « CHEZ LES MEDECINS »: no name ends in an article, be it shouted.
    while units.last().is_some_and(|unit| {
        is_particle(unit.folded)
            && (unit.shape == Shape::Lower
                || matches!(unit.folded, "de" | "du" | "des" | "les" | "la")
                // « MARTINEZ LE SUPERVISEUR »
                || unit.folded == "le" && role::role(tokens, unit.to).is_some())
    }) {
        units.pop();
    }
    units
}

/// Behind the name that begins at token `at`: known given names, two words of a name, or any behind
/// a title.
pub(in crate::extract) fn name_end(
    text: &str,
    tokens: &Tokens,
    at: usize,
    titled: bool,
) -> Option<usize> {
    let units = run(text, tokens, at, true);
    let given = units.iter().any(Unit::is_given);
    // « la carte est blanche »: everyday words that are given names with a capital only.
    const EVERYDAY: &str = "blanche|claire|rose|marine|prudence|constance|clemence|aime|aimee|desire|desiree|parfait|parfaite|olive|violette|victoire|grace|gloire|ange|modeste|juste|franche|aurore|solange|fleur|lucide|severe|noel|pascal|avril|alban|romain|romaine";
    let everyday = units
        .first()
        .is_some_and(|unit| unit.shape == Shape::Lower && is_one_of(EVERYDAY, unit.folded));
    if everyday && !titled {
        return None;
    }
    let two = units.len() > 1 && units.iter().all(|unit| unit.shape == Shape::Title);
    let known = titled || given || two && !begins_sentence(tokens, at);
    units.last().filter(|_| known).map(|unit| unit.to)
}

fn weekday_or_month(folded: &str) -> bool {
    const NAMES: &str = "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|decembre|monday|friday";
    is_one_of(NAMES, folded)
}

pub(super) fn begins_sentence(tokens: &Tokens, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return true;
    };
    match tokens.get(before).map(|token| token.kind) {
        Some(Kind::Line) => true,
        Some(Kind::Sign(b'.' | b'!' | b'?' | b':' | b'*' | b';' | b'>')) => {
            !tokens.glued(at) && !super::initial_point(tokens, before)
        }
        Some(Kind::Sign(b'-')) => {
            before == 0
                || matches!(
                    tokens.get(before - 1).map(|t| t.kind),
                    Some(Kind::Line | Kind::Sign(_))
                )
        }
        _ => false,
    }
}

fn sentence_end(tokens: &Tokens, at: usize) -> usize {
    (at + 1..tokens.len().min(at + 15))
        .find(|at| begins_sentence(tokens, *at))
        .unwrap_or_else(|| tokens.len().min(at + 15))
}
