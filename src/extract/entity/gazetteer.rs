//! The names of `gazetteer.txt`, looked up by folded words.

use super::super::token::{Kind, Tokens};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The longest name in words.
const LONGEST: usize = 7;

struct Gazetteer {
    samu: HashMap<&'static str, &'static str>,
    ars: HashMap<&'static str, &'static str>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let mut gazetteer = Gazetteer {
        samu: HashMap::new(),
        ars: HashMap::new(),
    };
    for line in include_str!("gazetteer.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let mut parts = line.split(';');
        let id = parts.next().unwrap_or_default();
        let names = if id.starts_with("samu-") {
            &mut gazetteer.samu
        } else {
            &mut gazetteer.ars
        };
        // A department's own name goes before another's seat of the same name (« Vienne »).
        for (rank, list) in parts.enumerate() {
            for name in list.split(',').filter(|name| !name.is_empty()) {
                if rank == 0 {
                    names.insert(name, id);
                } else {
                    names.entry(name).or_insert(id);
                }
            }
        }
    }
    gazetteer
});

/// Every entity of the table, as a person would write it: « SAMU 44 », « ARS pays de la loire ».
pub(super) fn all() -> impl Iterator<Item = String> {
    let lines = include_str!("gazetteer.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let (id, names) = line.split_once(';')?;
        match id.strip_prefix("samu-") {
            Some(department) => Some(format!("SAMU {}", department.to_uppercase())),
            None => {
                let name = names.split([',', ';']).next()?;
                Some(format!("ARS {name}"))
            }
        }
    })
}

/// The SAMU of a department's name or a seat's that stands at `at`, and where the name ends.
pub(super) fn samu(tokens: &Tokens, at: usize) -> Option<(&'static str, usize)> {
    longest(tokens, at, &GAZETTEER.samu)
}

/// The agency of a region's name that stands at `at`, and where the name ends.
pub(super) fn ars(tokens: &Tokens, at: usize) -> Option<(&'static str, usize)> {
    longest(tokens, at, &GAZETTEER.ars)
}

/// The SAMU of a department's number, leading zero or not, that stands at `at`.
pub(super) fn department(tokens: &Tokens, at: usize) -> Option<(String, usize)> {
    let number = tokens.number(at, 3)?;
    if number == 2 && tokens.is(at + 1, &["a", "b"]) {
        // « 2 A » written apart is Corsica only where nothing goes on; « 02 a Laon » is not.
        let apart = tokens.width(at) == 1
            && (matches!(
                tokens.get(at + 2).map(|token| token.kind),
                None | Some(Kind::Line | Kind::Sign(_))
            ) || tokens.among(at + 2, "ajaccio|bastia|corse|haute|du"));
        if tokens.glued(at + 1) || apart {
            let half = tokens.word(at + 1).to_uppercase();
            return Some((format!("samu-2{half}"), at + 2));
        }
    }
    let known = match number {
        20 => return Some(("samu-2A".to_owned(), at + 1)),
        1..=95 | 971..=978 | 986..=988 => true,
        _ => false,
    };
    // « 76A » is the Rouen half of a department.
    let half = tokens.is(at + 1, &["a", "b"]) && tokens.glued(at + 1) && tokens.width(at) == 2;
    known.then(|| (format!("samu-{number:02}"), at + 1 + usize::from(half)))
}

fn longest(
    tokens: &Tokens,
    at: usize,
    names: &HashMap<&'static str, &'static str>,
) -> Option<(&'static str, usize)> {
    let mut name = String::new();
    let mut best = None;
    let mut next = at;
    for _ in 0..LONGEST {
        if !matches!(
            tokens.get(next).map(|t| t.kind),
            Some(Kind::Word | Kind::Number)
        ) {
            break;
        }
        if !name.is_empty() {
            // « 64 b » written apart is no name.
            name.push(' ');
        }
        name.push_str(match tokens.text(next) {
            "st" => "saint",
            "ste" => "sainte",
            "hte" => "haute",
            "htes" => "hautes",
            "hts" => "hauts",
            word => word,
        });
        next += 1;
        if let Some(id) = names.get(name.as_str()) {
            best = Some((*id, next));
        }
        next = tokens.skip_joints(next);
    }
    best
}
