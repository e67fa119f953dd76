//! The person of a From header.

use super::super::token::{Kind, Tokens};
use super::name::{Shape, Unit, arranged, capitalised, is_given, unit};
use super::{is_place, is_place_word, name_units, role, spaced, starts_role, titles};
use crate::text::fold;
use std::ops::Range;

/// The person of a From header; nothing where the display name is a place's or a machine's. A
/// name of one word is completed by `prenom.nom@`.
#[must_use]
pub fn from_header(display: &str, address: &str) -> Option<String> {
    let local = fold(address.split(['@', '+']).next().unwrap_or_default());
    let parts: Vec<&str> = local
        .split(['.', '_'])
        .filter(|part| !part.is_empty() && part.chars().all(|c| c.is_alphabetic() || c == '-'))
        .collect();
    let tokens = Tokens::new(display);
    let end = (0..tokens.len())
        .find(|at| {
            tokens.sign(*at, b'(')
                || tokens.sign(*at, b'[')
                || tokens.sign(*at, b'@')
                || tokens.is(*at, &["via"])
        })
        .unwrap_or(tokens.len());
    let (from, end) = person_part(display, &tokens, end)?;
    if display.contains('@') {
        return None;
    }
    // « dylan.carlier » <dylan.carlier@…>: the display name is the address's own.
    if from >= end || !display.trim().contains(' ') && fold(display.trim()) == local {
        let [first, last] = parts.as_slice() else {
            return None;
        };
        return (is_given(first) && last.len() > 1 && !is_place_word(last))
            .then(|| format!("{} {}", capitalised(first, false), capitalised(last, true)));
    }
    let comma = (from..end).find(|at| tokens.sign(*at, b','));
    let mut units = match comma {
        Some(comma) => {
            let mut given = name_units(display, &tokens, comma + 1, end, false)?;
            given.append(&mut name_units(display, &tokens, from, comma, false)?);
            return (given.len() >= 2).then(|| spaced(&given));
        }
        None => {
            let role = (from..end)
                .find(|at| *at > from && starts_role(display, &tokens, *at, from))
                .unwrap_or(end);
            let dash = (from..role)
                .find(|at| tokens.sign(*at, b'-') && !tokens.glued(*at) || tokens.sign(*at, b'/'))
                .unwrap_or(role);
            // « patrick guilleminot », « huguette louvel »: a given name known, all in small letters.
            name_units(display, &tokens, from, dash, false).or_else(|| {
                name_units(display, &tokens, from, dash, true).filter(|units| {
                    units.len() == 2
                        && units.iter().all(|unit| unit.shape == Shape::Lower)
                        && units.iter().any(Unit::is_given)
                })
            })?
        }
    };
    if let [only] = units.as_slice() {
        let other = match parts.as_slice() {
            [first, last] if *first == only.folded => Some((*last, false)),
            [first, last] if *last == only.folded => Some((*first, true)),
            _ => None,
        };
        return match other {
            Some((other, before)) if other.len() > 1 && !is_place_word(other) => {
                let other = capitalised(other, !before);
                let own = capitalised(only.text, before);
                Some(if before {
                    format!("{other} {own}")
                } else {
                    format!("{own} {other}")
                })
            }
            _ => (only.is_given()
                || tokens.is(from.wrapping_sub(1), &["dr", "docteur", "docteure"]))
            .then(|| capitalised(only.text, false)),
        };
    }
    if let Some(ordered) = by_address(&units, &parts) {
        units = ordered;
        return Some(spaced(&units));
    }
    Some(arranged(&units))
}

/// The job in a display name behind or before the person's: « Anaïs MOREL - ARM SAMU 44 »,
/// « LE GOFF Yann (médecin régulateur) », and its bytes.
#[must_use]
pub fn role_from_header(display: &str) -> Option<(String, Range<usize>)> {
    let tokens = Tokens::new(display);
    let at = (1..tokens.len()).find(|at| {
        let parted = matches!(
            tokens.get(at - 1).map(|token| token.kind),
            Some(Kind::Sign(b'(' | b'[' | b',' | b'|' | b'/'))
        ) || tokens.sign(at - 1, b'-') && !tokens.glued(*at);
        parted && role::role(&tokens, *at).is_some()
    })?;
    let span = tokens.span(at, role::role(&tokens, at)?);
    Some((role::written(display, &span), span))
}

/// The tokens of `0..end` that may name a person: up to a dash, a bar or a comma before a place
/// (« Dr Paul Vernet, SAMU 74 »), else those behind it (« Régulation - DUPONT Marie »).
fn person_part(display: &str, tokens: &Tokens, end: usize) -> Option<(usize, usize)> {
    let is_place_part = |from: usize, to: usize| {
        (from..to).any(|at| {
            is_place(tokens, at) || tokens.get(at).is_some_and(|t| t.kind == Kind::Number)
        })
    };
    let cuts = |at: &usize| {
        tokens.sign(*at, b'|')
            || tokens.sign(*at, b'/')
            || tokens.sign(*at, b'-') && !tokens.glued(*at)
            || tokens.sign(*at, b',')
                && (is_place_part(*at + 1, end) || role::role(tokens, *at + 1).is_some())
    };
    let cut = (0..end).find(cuts);
    let first = (titles(tokens, 0, cut.unwrap_or(end)), cut.unwrap_or(end));
    if !is_place_part(first.0, first.1) {
        return Some(first);
    }
    let next = (titles(tokens, cut? + 1, end), end);
    let given = (next.0..next.1).any(|at| {
        unit(display, tokens, at).is_some_and(|unit| unit.is_given() && unit.shape != Shape::Lower)
    });
    (given && !is_place_part(next.0, next.1)).then_some(next)
}

/// Orders « Caron Ludovic » by `l.caron@` or `ludovic.caron@`; nothing where the address does not
/// tell, or the writing already does.
fn by_address<'t>(units: &[Unit<'t>], parts: &[&str]) -> Option<Vec<Unit<'t>>> {
    let [first, last] = units else { return None };
    let [one, two] = parts else { return None };
    let capitals = |unit: &Unit<'_>| unit.shape == Shape::Capitals;
    if capitals(first) != capitals(last) || first.is_given() != last.is_given() {
        return None;
    }
    let (given, surname) = if one.len() == 1 || is_given(one) || !is_given(two) {
        (one, two)
    } else {
        (two, one)
    };
    let plain = |unit: &Unit<'_>| unit.folded.replace(['-', '\''], "");
    let surname = surname.replace('-', "");
    let is_surname = |unit: &Unit<'_>| plain(unit) == surname;
    let begins = |unit: &Unit<'_>| unit.folded.starts_with(*given);
    if is_surname(first) && begins(last) {
        Some(vec![last.clone(), first.clone()])
    } else if is_surname(last) && begins(first) {
        Some(vec![first.clone(), last.clone()])
    } else {
        None
    }
}
