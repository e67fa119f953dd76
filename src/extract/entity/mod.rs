//! Which SAMU or health agency is concerned: names as written, resolved by a gazetteer.
//!
//! « SAMU 44 », « SAMU de l'Oise », « Samu d'Arras (62) », « centre 15 de Lille », « ARS Bretagne ».
//! A hospital or a town alone names no SAMU.

use super::token::{Answer, Kind, Tokens};
use crate::domain::field::{Reading, Reason, Value};
use chrono_tz::{America, Indian, Pacific, Tz};
use std::ops::Range;

mod gazetteer;
mod location;
mod weigh;

pub use location::is_location;
use location::names_town;
use weigh::score;

/// An entity in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text, on character boundaries.
    pub span: Range<usize>,
    /// As written.
    pub name: String,
    /// `samu-<department>` or `ars-<region code>`.
    pub id: Option<String>,
    /// How likely it is the declarant's own, 0 to 1; low for « vers le SAMU 79 ».
    pub score: f32,
}

/// The SAMU and agencies that `text` names so that they resolve, in order.
#[must_use]
pub fn find(text: &str) -> Vec<Found> {
    scan(text, &Tokens::new(text))
}

/// The id of the first SAMU or agency that a long text names, read line by line until one is found.
#[must_use]
pub fn first(text: &str) -> Option<String> {
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let tokens = Tokens::new(line);
        if (0..tokens.len()).any(|at| tokens.is(at, &NAMING)) {
            // What follows a name is looked at too, and may stand in the line below.
            let below = rest[line.len()..].split('\n').next().unwrap_or_default();
            let tokens = Tokens::new(&rest[..line.len() + below.len()]);
            let found = (0..tokens.len())
                .take_while(|at| tokens.span(*at, at + 1).start < line.len())
                .find_map(|at| named(&tokens, at));
            if let Some((id, ..)) = found {
                return Some(id);
            }
        }
        rest = &rest[line.len()..];
    }
    None
}

/// The words that a name begins with.
const NAMING: [&str; 14] = [
    "samu",
    "samus",
    "samusmur",
    "s",
    "crra",
    "cra",
    "sas",
    "cesu",
    "regul",
    "regulation",
    "centre",
    "c",
    "ars",
    "agence",
];

fn scan(text: &str, tokens: &Tokens) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((id, from, to)) = named(tokens, at) else {
            at += 1;
            continue;
        };
        let span = tokens.span(from, to);
        let name = text.get(span.clone()).unwrap_or_default();
        found.push(Found {
            name: one_line(name),
            id: Some(id),
            score: score(tokens, from, to),
            span,
        });
        at = to.max(at + 1);
    }
    found
}

/// The entity answered after a label: one that resolves, else the answer as written without an
/// id; « le SAMU » alone leaves open which.
#[must_use]
pub fn answer(text: &str) -> Option<Answer> {
    let tokens = Tokens::new(text);
    let found = scan(text, &tokens);
    let best = found.iter().reduce(|best, next| {
        if next.score > best.score + 0.3 {
            next
        } else {
            best
        }
    });
    if let Some(best) = best {
        let value = Value::Entity {
            name: best.name.clone(),
            id: best.id.clone(),
        };
        return Some(Answer {
            reading: Reading::Present(value),
            span: best.span.clone(),
        });
    }
    let line = text
        .lines()
        .find(|line| line.chars().any(char::is_alphanumeric))?;
    let offset = line.as_ptr() as usize - text.as_ptr() as usize;
    let cut = line.find([';', '\t']).unwrap_or(line.len());
    let trim = |c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')');
    let start = line[..cut].find(|c| !trim(c))?;
    let name = line[start..cut].trim_end_matches(trim);
    let span = offset + start..offset + start + name.len();
    let tokens = Tokens::new(name);
    let only_generic = (0..tokens.len()).all(|at| {
        tokens.among(
            at,
            concat!(
                "le|la|l|les|notre|mon|samu|smur|centre|regulation|medicale|regul|crra|ars|salle|de|du|d|urgences|cra|agence|",
                "regionale|sante|chez|nous|au|a|hopital|chu|ch|votre|ma|service|c|sas"
            ),
        ) || tokens.number(at, 2) == Some(15)
            || matches!(tokens.get(at).map(|t| t.kind), Some(Kind::Sign(_)))
    });
    if only_generic {
        let generic = (0..tokens.len()).any(|at| {
            tokens.among(
                at,
                "samu|centre|crra|ars|regulation|regul|agence|hopital|chu|ch|sas|urgences",
            )
        });
        let reason = Reason::WhichEntity {
            read: name.to_owned(),
        };
        return generic.then_some(Answer {
            reading: Reading::Unclear(reason),
            span,
        });
    }
    // « 44 », « le 44 »: the department alone.
    let number = if tokens.is(0, &["le", "dept", "departement", "dpt"]) {
        1
    } else {
        0
    };
    let id = gazetteer::department(&tokens, number)
        .filter(|(_, end)| *end == tokens.len())
        .map(|(id, _)| id);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    if name.is_empty() || name.len() > 160 || id.is_none() && letters < 2 {
        return None;
    }
    let value = Value::Entity {
        name: name.to_owned(),
        id,
    };
    Some(Answer {
        reading: Reading::Present(value),
        span,
    })
}

/// Every entity of the table, as a person would write it, to be proposed while one types.
pub fn names() -> impl Iterator<Item = String> {
    gazetteer::all()
}

/// The local zone of an overseas entity, by its id; none for those on Paris time.
#[must_use]
pub fn zone(id: &str) -> Option<Tz> {
    Some(match id {
        "samu-971" | "ars-GUA" => America::Guadeloupe,
        "samu-972" | "ars-MAR" => America::Martinique,
        "samu-973" | "ars-GUY" => America::Cayenne,
        "samu-974" | "ars-REU" => Indian::Reunion,
        "samu-975" => America::Miquelon,
        "samu-976" | "ars-MAY" => Indian::Mayotte,
        "samu-977" => America::St_Barthelemy,
        "samu-978" => America::Marigot,
        "samu-986" => Pacific::Wallis,
        "samu-987" => Pacific::Tahiti,
        "samu-988" => Pacific::Noumea,
        _ => return None,
    })
}

/// What is named at `at`: the id, and the tokens of the name.
fn named(tokens: &Tokens, at: usize) -> Option<(String, usize, usize)> {
    if !tokens.is(at, &NAMING) {
        return None;
    }
    match tokens.word(at) {
        "samu" | "samus" | "samusmur" => {
            // SI-Samu is the software.
            let back = if at > 0 && tokens.sign(at - 1, b'-') {
                2
            } else {
                1
            };
            let software = at >= back && tokens.among(at - back, "si|sisamu|portail");
            if software
                && !(tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Number) && back == 1)
            {
                return None;
            }
            place(tokens, at, at + 1, true)
        }
        "s" if tokens.folded(at, at + 7) == "s.a.m.u" => place(
            tokens,
            at,
            at + 7 + usize::from(tokens.sign(at + 7, b'.')),
            true,
        ),
        "crra" | "cra" | "sas" | "cesu" => place(tokens, at, at + 1, true),
        // « la régul 80 Amiens », « régulation de Lille »: a town must be there.
        "regul" | "regulation" if names_town(tokens, at + 1) => place(tokens, at, at + 1, false),
        "centre" if tokens.number(at + 1, 2) == Some(15) => place(tokens, at, at + 2, false),
        "c" if tokens.number(at + 1, 2) == Some(15) && tokens.glued(at + 1) => {
            place(tokens, at, at + 2, false)
        }
        "ars" => agency(tokens, at, at + 1),
        "agence" => agency(tokens, at, tokens.phrase(at, "agence regionale de sante")?),
        _ => None,
    }
}

/// « de l' », « du », « - », « n° » and the like between the word SAMU and its place.
fn link(tokens: &Tokens, at: usize) -> usize {
    let mut next = at;
    for _ in 0..4 {
        next = match tokens.get(next).map(|t| t.kind) {
            Some(Kind::Sign(b'-' | b':' | b'(' | b'/' | b'\'' | b'.' | b',' | b'_' | 0x1a | 0xb0)) => next + 1,
            Some(Kind::Word)
                if tokens.among(next, "de|du|des|d|la|l|le|les|n|no|numero|departement|departemental|dept|dpt|dep|urgences|pole|in|of|en|a") =>
            {
                // « SAMU a 2 postes »: only « à » and a town.
                if tokens.is(next, &["a", "le", "les"]) && gazetteer::samu(tokens, next).is_none() && gazetteer::samu(tokens, next + 1).is_none() {
                    return next;
                }
                if gazetteer::samu(tokens, next).is_some() {
                    return next;
                }
                next + 1
            }
            _ => return next,
        };
    }
    next
}

fn place(
    tokens: &Tokens,
    from: usize,
    at: usize,
    numbered: bool,
) -> Option<(String, usize, usize)> {
    // « SAMU/SMUR de Lille », « SAMU - Centre 15 de Lille », « CRRA 15 - SAMU 42 »
    let mut at = at;
    for _ in 0..3 {
        let next = if matches!(
            tokens.get(at).map(|t| t.kind),
            Some(Kind::Sign(b'-' | b'/' | b'('))
        ) {
            at + 1
        } else {
            at
        };
        if tokens.among(next, "smur|crra|c|cra|regulation|sas")
            && !(tokens.is(next, &["c"]) && tokens.number(next + 1, 2) != Some(15))
        {
            at = next + 1;
        } else if tokens.is(next, &["centre"]) && tokens.number(next + 1, 2) == Some(15) {
            at = next + 2;
        }
    }
    let next = link(tokens, at);
    let written_from = from;
    if let Some((id, end)) = gazetteer::department(tokens, next)
        && !is_quantity(tokens, next, end)
    {
        let fifteen = id == "samu-15";
        let apart = next > at && !tokens.is(next - 1, &["du", "de", "n"]);
        let (other, extended) = follow(tokens, end);
        return match other {
            // « SAMU 15 Lille », « CRRA 15 de Lille »: fifteen is the number to dial.
            Some(other) if fifteen && other != id => {
                Some((other.to_owned(), written_from, extended))
            }
            Some(other) if other == id => Some((id, written_from, extended)),
            _ if fifteen && (!numbered || apart || !tokens.is(from, &["samu"])) => None,
            _ => Some((id, written_from, end)),
        };
    }
    if let Some((id, end)) = gazetteer::samu(tokens, next) {
        return Some((id.to_owned(), written_from, with_number(tokens, end, id)));
    }
    // « SAMU du CHU de Rouen »
    let hospital = tokens.any_phrase(next, "chu|chru|chr|ch|hopital|hopitaux|centre hospitalier|centre hospitalier universitaire|centre hospitalier regional|c h u")?;
    let next = link(tokens, hospital);
    let (id, end) = gazetteer::samu(tokens, next)?;
    Some((id.to_owned(), written_from, with_number(tokens, end, id)))
}

/// A town behind the number: « SAMU 58 Nevers », « SAMU 86 (Poitiers) », « SAMU 971, Pointe-à-Pitre ».
fn follow(tokens: &Tokens, at: usize) -> (Option<&'static str>, usize) {
    let next = link(tokens, at);
    let Some((id, end)) = gazetteer::samu(tokens, next) else {
        return (None, at);
    };
    let opened = (at..next).any(|between| tokens.sign(between, b'('));
    (
        Some(id),
        if opened && tokens.sign(end, b')') {
            end + 1
        } else {
            end
        },
    )
}

/// « Samu d'Arras (62) », « SAMU Lille 59 ».
fn with_number(tokens: &Tokens, at: usize, id: &str) -> usize {
    let opened = tokens.sign(at, b'(') || tokens.sign(at, b'-');
    let next = if opened { at + 1 } else { at };
    match gazetteer::department(tokens, next) {
        Some((same, end)) if same == id => {
            if tokens.sign(end, b')') {
                end + 1
            } else {
                end
            }
        }
        _ => at,
    }
}

fn agency(tokens: &Tokens, from: usize, at: usize) -> Option<(String, usize, usize)> {
    let mut next = at;
    for _ in 0..3 {
        if let Some((id, end)) = gazetteer::ars(tokens, next) {
            return Some((id.to_owned(), from, end));
        }
        let joint = matches!(
            tokens.get(next).map(|t| t.kind),
            Some(Kind::Sign(b'-' | b'\'' | b'(' | b':' | b'/'))
        );
        if !joint && !tokens.among(next, "de|du|des|d|la|l|les|region|en") {
            return None;
        }
        next += 1;
    }
    gazetteer::ars(tokens, next).map(|(id, end)| (id.to_owned(), from, end))
}

/// « SAMU 4 postes », « SAMU de 14h »: the number counts or tells the hour.
fn is_quantity(tokens: &Tokens, at: usize, end: usize) -> bool {
    tokens.among(
        end,
        "h|heures|heure|postes|arm|medecins|utilisateurs|personnes|agents|min|minutes|fois|jours|users|ecrans|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre",
    ) || tokens.sign(end, b'/') && tokens.glued(end) && tokens.glued(end + 1) && tokens.number(end + 1, 4).is_some()
        || tokens.sign(end, b':') && tokens.glued(end) && tokens.glued(end + 1) && tokens.number(end + 1, 2).is_some()
        || tokens.glued(end) && tokens.sign(end, b'.') && tokens.glued(end + 1) && tokens.number(end + 1, 4).is_some()
        || tokens.number(end, 2).is_some() && !tokens.glued(end) && tokens.number(end + 1, 2).is_some() && tokens.width(at) == 2 && tokens.number(at, 2).is_some_and(|n| n < 10)
}

fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
