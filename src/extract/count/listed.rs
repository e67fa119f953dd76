//! Posts and accounts that are named one by one: « REG-03, REG-07 et REG-08 », « comptes concernés :
//! gtestud42 et mrey42 », « postes : 1, 4 et 6 ».

use super::super::token::{Kind, Tokens, phrase};
use super::people::{Draft, OTHER_UNITS};

const UNITS: &str = "poste|postes|positions|position|ecrans|consoles|tablettes|pupitres|pcs|pc|stations|comptes|compte|workstations|machines|ordinateurs|sessions|utilisateurs|logins|identifiants|accounts|users|casques";
/// How the names of workstations begin.
const STEMS: &str = "reg|regul|regulation|pc|poste|pst|pos|arm|ws|wks|pupitre|box|console|ord|ordi|samu|tab|tablette|med|post";

/// As many as are named from `at` on.
pub(super) fn listed(tokens: &Tokens, at: usize) -> Option<Draft> {
    let (first, sure) = match behind_unit(tokens, at) {
        Some(first) => (first, true),
        None => (at, false),
    };
    if !sure && at > 0 && tokens.glued(at) {
        return None;
    }
    let (many, end) = places_from(tokens, first, sure)?;
    let other = tokens.among(end, OTHER_UNITS) || tokens.sign(end, b'%');
    (!other).then(|| Draft::exact(many, many, false, end, 0.75))
}

/// The names from `at` on, two or more: how many, and where they end. `sure`: a word before says
/// what they are.
pub(super) fn places_from(tokens: &Tokens, at: usize, sure: bool) -> Option<(u32, usize)> {
    let named = |at: usize| {
        let numbered = || {
            let number = tokens.number(at, 3).filter(|_| sure);
            number.map(|_| at + 1)
        };
        code(tokens, at, sure).or_else(numbered)
    };
    let mut end = named(at)?;
    let mut many = 1;
    for _ in 0..40 {
        let comma = matches!(
            tokens.get(end).map(|token| token.kind),
            Some(Kind::Sign(b',' | b'&' | b'+' | b';' | b'/'))
        );
        let next = end + usize::from(comma);
        let joined = phrase!(tokens, next, "et sur|et le|et la|et|ainsi que|and");
        if !comma && joined.is_none() {
            break;
        }
        let Some(after) = named(joined.unwrap_or(next)) else {
            break;
        };
        many += 1;
        end = after;
    }
    (many > 1).then_some((many, end))
}

/// « postes concernés : », « les comptes »: where the first name stands.
fn behind_unit(tokens: &Tokens, at: usize) -> Option<usize> {
    if !tokens.among(at, UNITS) || tokens.glued(at + 1) && !tokens.sign(at + 1, b':') {
        return None;
    }
    let mut next = phrase!(
        tokens,
        at + 1,
        "concernes|concernees|concerne|touches|touchees|impactes|impactees|en cause|en panne|en defaut|bloques|bloquees|affectes|affected|impacted|hs|ko"
    )
    .unwrap_or(at + 1);
    if tokens.sign(next, b':') {
        next += 1;
    }
    while tokens.sign(next, b'(') || tokens.sign(next, b'"') || tokens.sign(next, 0x1a) {
        next += 1;
    }
    Some(next)
}

/// « REG-03 », « REGUL3 », « PC-REG-01 », behind a unit also « s.tessier72 » and « gtestud42 ».
fn code(tokens: &Tokens, at: usize, sure: bool) -> Option<usize> {
    if tokens.get(at)?.kind != Kind::Word || !sure && !tokens.among(at, STEMS) {
        return None;
    }
    let mut end = at + 1;
    while end < at + 8
        && tokens.glued(end)
        && match tokens.get(end).map(|token| token.kind) {
            Some(Kind::Word | Kind::Number) => true,
            Some(Kind::Sign(b'-' | b'_' | b'.')) => {
                tokens.glued(end + 1)
                    && matches!(
                        tokens.get(end + 1).map(|token| token.kind),
                        Some(Kind::Word | Kind::Number)
                    )
            }
            _ => false,
        }
    {
        end += 1;
    }
    let numbered = (at + 1..end).any(|at| tokens.get(at).is_some_and(|t| t.kind == Kind::Number));
    let dotted = sure && (at + 1..end).any(|at| tokens.sign(at, b'.') || tokens.sign(at, b'_'));
    (end > at + 1 && (numbered || dotted)).then_some(end)
}
