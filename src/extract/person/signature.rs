//! Names and jobs of signatures: a line that is a name, and the job beside or below it.

use super::super::token::{Kind, Tokens};
use super::closing::farewell;
use super::name::{Shape, Unit, arranged, unit};
use super::{
    Found, is_common, is_particle, is_place_word, name_units, role, segments, starts_role, titles,
};
use std::ops::Range;

/// How many lines of a signature are looked at.
const LINES: usize = 14;

/// The name and the job of a signature block.
#[must_use]
pub fn from_signature(text: &str) -> Option<Found> {
    let tokens = Tokens::of_names(text);
    let mut name: Option<(String, Range<usize>, f32)> = None;
    let mut job: Option<(String, Range<usize>)> = None;
    for (from, to) in lines(&tokens).into_iter().take(LINES) {
        for (from, to) in segments(&tokens, from, to) {
            let from = farewell(&tokens, from, to);
            let to = before_numbers(&tokens, from, to);
            let start = titles(&tokens, from, to);
            let titled = start > from;
            let start = behind_article(&tokens, start);
            if start >= to {
                continue;
            }
            // « ARM Claire Lebreton »: the name behind the job.
            if name.is_none()
                && let Some(((from, end), units)) = behind_job(text, &tokens, start, to)
            {
                let (first, last) = (units[0].from, units[units.len() - 1].to);
                name = Some((arranged(&units), tokens.span(first, last), 0.9));
                let span = tokens.span(from, end);
                job = job.or_else(|| Some((role::written(text, &span), span)));
                continue;
            }
            let role_at = (start..to).find(|at| starts_role(text, &tokens, *at, start));
            // « Integration Engineer »: English puts the job's head last.
            let role_at = role_at.map(|at| {
                if name.is_some() && headed_by(&tokens, start, at) {
                    start
                } else {
                    at
                }
            });
            let named =
                name_units(text, &tokens, start, role_at.unwrap_or(to), false).and_then(|units| {
                    let score = certainty(&units, titled || role_at.is_some_and(|at| at > start))?;
                    Some((
                        arranged(&units),
                        tokens.span(units[0].from, units[units.len() - 1].to),
                        score,
                    ))
                });
            // « karim arm 06 … », « dr vasseur medecin regulateur » in small letters: the job beside a
            // given name or behind a title is the sign.
            let small = || {
                let units = small_units(text, &tokens, start, role_at?, titled)?;
                let last = units.last()?.to;
                Some((arranged(&units), tokens.span(units[0].from, last), 0.6))
            };
            // « paul », « nadia benali » alone on a line
            let lower = || {
                let units = name_units(text, &tokens, start, to, true)?;
                let whole = units.len() < 4 && units[0].is_given() && units[0].folded.len() > 2;
                let alone = from_line(&tokens, from, to) && role_at.is_none();
                let last = units.last()?.to;
                (whole && alone).then(|| (arranged(&units), tokens.span(units[0].from, last), 0.55))
            };
            if let Some(named) = named.or_else(small).or_else(lower) {
                let better = name
                    .as_ref()
                    .is_none_or(|(_, _, score)| named.2 > score + 0.2);
                if better && (name.is_none() || job.is_none()) {
                    name = Some(named);
                }
            }
            let begins = role_at.filter(|at| *at == start || name.is_some());
            let end_of = |at: usize| {
                role::role_alone(&tokens, at, to).or_else(|| {
                    (at..to)
                        .find(|head| starts_role(text, &tokens, *head, start))
                        .and_then(|head| role::role_alone(&tokens, head, to))
                })
            };
            if let Some(at) = begins.filter(|_| job.is_none())
                && let Some(end) = end_of(at)
            {
                let span = tokens.span(at, end);
                job = Some((role::written(text, &span), span));
            }
        }
    }
    let (name, span, score) = match name {
        Some((name, span, score)) => (Some(name), span, score),
        None => (None, job.as_ref()?.1.clone(), 0.5),
    };
    Some(Found {
        span,
        name,
        role: job,
        writer: true,
        contact: false,
        score,
    })
}

/// Whether `from..to` is a whole line, numbers at its end left out.
fn from_line(tokens: &Tokens, from: usize, to: usize) -> bool {
    let begins = from == 0 || tokens.ends_line(from - 1) || tokens.sign(from - 1, b',');
    begins && (tokens.ends_line(to) || tokens.get(to).is_some_and(|t| t.kind == Kind::Number))
}

/// Where the words `from..to` end before a telephone number: « Nadia Benali 06 12 34 56 78 ».
pub(super) fn before_numbers(tokens: &Tokens, from: usize, to: usize) -> usize {
    let Some(first) = (from..to).find(|at| {
        tokens
            .get(*at)
            .is_some_and(|token| token.kind == Kind::Number)
            || tokens.among(*at, "tel|portable|mobile|mob|gsm|fixe|dect|tph|port")
    }) else {
        return to;
    };
    let digits: usize = (first..to)
        .filter(|at| tokens.get(*at).is_some_and(|t| t.kind == Kind::Number))
        .map(|at| tokens.width(at))
        .sum();
    let words = (first..to)
        .filter(|at| tokens.get(*at).is_some_and(|t| t.kind == Kind::Word))
        .count();
    if first > from && digits >= 8 && words <= 3 {
        first
    } else {
        to
    }
}

/// The job at `start` and the name that fills the rest up to `to`.
fn behind_job<'t>(
    text: &'t str,
    tokens: &'t Tokens,
    start: usize,
    to: usize,
) -> Option<((usize, usize), Vec<Unit<'t>>)> {
    let end = role::role(tokens, start).filter(|end| *end < to)?;
    let units = name_units(text, tokens, end, to, false)?;
    let given = units.iter().any(Unit::is_given) && units.len() > 1;
    let loud = units.iter().any(|unit| unit.shape == Shape::Capitals)
        && units.iter().any(|unit| unit.shape == Shape::Title);
    (units[0].from >= end && (given || loud)).then_some(((start, end), units))
}

/// The words of a name in small letters in `from..to`, before a job.
fn small_units<'t>(
    text: &'t str,
    tokens: &'t Tokens,
    from: usize,
    to: usize,
    titled: bool,
) -> Option<Vec<Unit<'t>>> {
    if !titled {
        let units = name_units(text, tokens, from, to, true)?;
        let fits = units.len() < 4 && units[0].is_given() && units[0].folded.len() > 2;
        return fits.then_some(units);
    }
    let mut units = Vec::new();
    let mut at = from;
    while at < to {
        let word = unit(text, tokens, at)?;
        let fits = (word.folded.len() > 2 || is_particle(word.folded))
            && !is_common(word.folded)
            && !is_place_word(word.folded);
        if !fits || units.len() == 3 {
            return None;
        }
        at = tokens.skip_joints(word.to);
        units.push(word);
    }
    (!units.is_empty()).then_some(units)
}

/// Whether the words `start..head` qualify the English job at `head`: « Senior Integration
/// Engineer ».
fn headed_by(tokens: &Tokens, start: usize, head: usize) -> bool {
    (1..=3).contains(&(head - start))
        && role::is_head(tokens, head)
        && (start..head).all(|at| tokens.get(at).is_some_and(|token| token.kind == Kind::Word))
}

/// « Le Directeur de garde »: where the job begins.
fn behind_article(tokens: &Tokens, at: usize) -> usize {
    if !tokens.among(at, "le|la|l|the|votre") {
        return at;
    }
    let next = tokens.skip_joints(at + 1);
    if role::role(tokens, next).is_some() {
        next
    } else {
        at
    }
}

/// How sure these words are a name: a known given name, an initial before a word, a title.
fn certainty(units: &[Unit<'_>], supported: bool) -> Option<f32> {
    let given = units
        .iter()
        .any(|unit| unit.is_given() && unit.shape != Shape::Lower);
    let initial = units.iter().any(|unit| unit.shape == Shape::Initial);
    let words = units
        .iter()
        .filter(|unit| unit.shape != Shape::Initial)
        .count();
    if words == 0 || units.iter().any(|unit| is_place_word(unit.folded)) {
        return None;
    }
    match (given, initial, units.len()) {
        (true, _, 2..=5) => Some(0.95),
        (true, _, 1) => Some(0.75),
        (false, true, 2..=3) => Some(0.7),
        (false, false, 2..=3) => Some(if supported { 0.8 } else { 0.6 }),
        (false, false, 1) if supported => Some(0.6),
        _ => None,
    }
}

fn lines(tokens: &Tokens) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for at in 0..=tokens.len() {
        if tokens.get(at).is_none_or(|token| token.kind == Kind::Line) {
            if at > start {
                lines.push((start, at));
            }
            start = at + 1;
        }
        if lines.len() > LINES {
            break;
        }
    }
    lines
}
