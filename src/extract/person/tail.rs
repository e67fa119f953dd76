//! A signature that nothing parts from the words: the last short lines, a name among them.

use super::signature::from_signature;
use super::{Found, is_part_of, is_role, is_same};
use crate::extract::token::Tokens;

/// How many lines a signature that nothing announces may have.
const LINES: usize = 5;
/// The longest of them.
const LONGEST: usize = 90;

/// Adds who signs in the last lines of `words` to those found in `prose`, where nobody else is named
/// as the writer, or less fully: « Émilie » above « Émilie Garnier | cadre de santé ».
pub fn add_signed(words: &str, header: Option<&str>, prose: &mut Vec<Found>) {
    let Some(found) = from_last_lines(words) else {
        return;
    };
    let Some(name) = found.name.clone() else {
        return;
    };
    let fits = header.is_none_or(|header| is_same(&name, header));
    let less = |told: &Found| {
        !told.writer
            || told.contact
            || told
                .name
                .as_ref()
                .is_none_or(|told| is_part_of(told, &name) && *told != name)
    };
    if fits && prose.iter().all(less) {
        prose.retain(|told| !told.writer || told.contact || told.name.is_none());
        prose.push(found);
    }
}

/// Who signs in the last lines of running text: « Julie DURAND | ARM | SAMU 54 », « Pierre Moreau »
/// above « Ambulances Moreau », « PETIT » above « ARM ».
fn from_last_lines(text: &str) -> Option<Found> {
    let mut starts = Vec::new();
    let mut end = text.trim_end().len();
    while end > 0 && starts.len() < LINES {
        let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..end].trim();
        let spoken = line.ends_with(['.', '!', '?', ';', ',', ':'])
            || line.len() > LONGEST
            || line
                .split_whitespace()
                .filter(|word| word.contains(char::is_alphabetic))
                .count()
                > 9;
        // The first line is no signature.
        if line.is_empty() || spoken || start == 0 {
            break;
        }
        starts.push(start);
        end = start - 1;
    }
    let found: Vec<Found> = starts
        .into_iter()
        .rev()
        .filter_map(|start| signed(text, start))
        .collect();
    // « Émilie » above « Émilie Garnier | cadre de santé »: the fuller one.
    let fuller = |found: &&Found| found.name.as_ref().is_some_and(|name| name.contains(' '));
    found.iter().find(fuller).or_else(|| found.first()).cloned()
}

/// Whose name begins the line at `start`.
fn signed(text: &str, start: usize) -> Option<Found> {
    let tail = text.get(start..)?;
    let mut found = from_signature(tail)?;
    let name = found.name.as_deref()?;
    let line = tail.lines().next().unwrap_or_default();
    let before = tail.get(..found.span.start)?;
    let led = before.chars().filter(|c| c.is_alphabetic()).count();
    let titled = (1..=8).contains(&led) && before.split_whitespace().count() == 1;
    let job = found.role.as_ref().map(|(_, span)| span.clone());
    // The job stands on the same line or on the next.
    let beside = job.as_ref().is_some_and(|job| {
        let between = job.start.min(found.span.start)..job.start.max(found.span.start);
        tail.get(between)
            .is_some_and(|between| between.matches('\n').count() <= 1)
    });
    let leads_with_job = job
        .as_ref()
        .is_some_and(|job| job.start < found.span.start && found.span.start < line.len());
    let fits = found.span.start < line.len() && (led == 0 || titled || leads_with_job);
    let two = name.contains(' ');
    let sure = found.score >= 0.9 && two || found.score >= 0.6 && (beside || titled);
    if !fits || !sure || is_role(&Tokens::new(name), 0) {
        return None;
    }
    found.span = found.span.start + start..found.span.end + start;
    found.role = found
        .role
        .filter(|_| beside)
        .map(|(role, span)| (role, span.start + start..span.end + start));
    found.score = 0.6;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_may_sign() {
        for (text, told) in [
            (
                "La carte est figée.\nJulie DURAND | ARM | SAMU 54 | 03 83 12 34 56",
                "Julie Durand",
            ),
            (
                "La carte est figée.\nPierre Moreau\nAmbulances Moreau\n05 63 12 34 56",
                "Pierre Moreau",
            ),
            ("La carte est figée.\nMme Petit\nSecrétariat SAMU", "Petit"),
            (
                "La carte est figée.\nLE GALL Olivier, ARM",
                "Olivier Le Gall",
            ),
            (
                "La carte est figée.\n*Émilie GARNIER*\n*Cadre de santé*",
                "Émilie Garnier",
            ),
        ] {
            let name = from_last_lines(text).and_then(|found| found.name);
            assert_eq!(name.as_deref(), Some(told), "{text}");
        }
        for text in [
            "La carte est figée.",
            "La carte est figée.\nPortail SI-Samu\nModule Cartographie",
            "La carte est figée.\nRegulation SAMU 21\nCHU Dijon",
            "La carte est figée.\nVoir avec Julie Durand, ARM",
            "Julie Durand ne voit plus la carte",
            "La carte est figée.\nMerci d'avance",
        ] {
            assert_eq!(from_last_lines(text), None, "{text}");
        }
    }
}
