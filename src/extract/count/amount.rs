//! Amounts and what they count: « 4 à 5 », « une dizaine », « postes ARM ».

use super::super::token::{Lexicon, Tokens, number, phrase};
use std::sync::LazyLock;

/// Who and what is counted, folded.
static COUNTED: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(include_str!("counted.txt")));

/// Before an English noun for people: « shift supervisors », « emergency doctors ».
const KINDS: &str = "shift|night|day|evening|morning|duty|dispatch|emergency|regulating|regulation|medical|hospital|head|senior|junior|locum|control|triage|on|site";

/// « sur 6 », « des 6 », « /6 »: out of how many.
pub(super) fn out_of(tokens: &Tokens, at: usize) -> Option<usize> {
    let next = if tokens.sign(at, b'/') {
        at + 1
    } else {
        phrase!(
            tokens,
            at,
            "sur les|sur nos|sur un total de|sur|des|parmi les|out of|of the|of our"
        )?
    };
    let (_, end) = number(tokens, next, 4)?;
    Some(end)
}

/// An amount: « 4 », « 4 à 5 », « 4-5 », « quatre ou cinq », « entre 5 et 10 », « une dizaine ».
pub(super) fn amount(tokens: &Tokens, at: usize) -> Option<(u32, u32, usize)> {
    let between = phrase!(tokens, at, "entre|de|between|from")
        .filter(|_| tokens.is(at, &["entre", "between"]));
    let (min, end) = one_amount(tokens, between.unwrap_or(at))?;
    let joint = phrase!(
        tokens,
        end,
        "a|ou bien|ou|voire|jusqu a|or|to|et|ou meme|ou peut etre"
    )
    .filter(|_| !tokens.is(end, &["et"]) || between.is_some())
    .or_else(|| {
        (tokens.sign(end, b'-') || tokens.sign(end, b'/') && between.is_some()).then_some(end + 1)
    })
    .or_else(|| {
        // « 4, voire 5 », « 2, 3 postes »
        let next = tokens.sign(end, b',').then_some(end + 1)?;
        phrase!(tokens, next, "voire|peut etre|ou")
    });
    if let Some(next) = joint {
        let next = phrase!(tokens, next, "meme|peut etre|voire").unwrap_or(next);
        if let Some((max, end)) = one_amount(tokens, next)
            && max > min
        {
            return Some((min, max, end));
        }
    }
    // « 12 (douze) », « douze (12) »
    if tokens.sign(end, b'(')
        && let Some((again, after)) = number(tokens, end + 1, 4)
        && again == min
        && tokens.sign(after, b')')
    {
        return Some((min, min, after + 1));
    }
    Some((min, min, end))
}

/// « une bonne dizaine », « half a dozen »
pub(super) fn round_number(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    if let Some(end) = phrase!(
        tokens,
        at,
        "une demi douzaine|une demie douzaine|une petite demi douzaine|demi douzaine|demie douzaine|half a dozen|la demi douzaine"
    ) {
        return Some((6, end));
    }
    if let Some(end) = phrase!(
        tokens,
        at,
        "une paire|a couple|un duo|un binome|les deux|tous les deux|toutes les deux|tous deux|both"
    ) && !tokens.is(at, &["les"])
    {
        return Some((2, end));
    }
    let round = phrase!(
        tokens,
        at,
        "une bonne|une petite|une grosse|une|la petite|la bonne|la|notre|ma|cette|a|bien une"
    )
    .unwrap_or(at);
    let value = match tokens.word(round) {
        "dizaine" | "dixaine" | "disaine" => 10,
        "douzaine" | "dozen" => 12,
        "quinzaine" => 15,
        "vingtaine" => 20,
        "trentaine" => 30,
        "quarantaine" => 40,
        "cinquantaine" => 50,
        "soixantaine" => 60,
        "centaine" => 100,
        _ => return None,
    };
    Some((value, round + 1))
}

pub(super) fn one_amount(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let mut at = at;
    for _ in 0..3 {
        let Some(next) = phrase!(
            tokens,
            at,
            "environ|env|environs|au moins|plus de|pres de|a peu pres|les|mes|nos|ces|leurs|mini|min|minimum|au minimum|about|around|at least|les autres|approximativement|approx|autour de|aux alentours de|quelque|dans les|peut etre|tous les|all|our|the|max|au maximum|maximum|jusqu a|up to|probablement|disons|plutot"
        ) else {
            break;
        };
        let next = if tokens.sign(next, b'.') && tokens.is(at, &["env", "approx", "min", "max"]) {
            next + 1
        } else {
            next
        };
        at = next;
    }
    if let Some(round) = round_number(tokens, at) {
        return Some(round);
    }
    // « 10aine »
    let (value, end) = number(tokens, at, 4)?;
    let end = if tokens.is(end, &["aine", "aines", "zaine", "ene"]) && tokens.glued(end) {
        end + 1
    } else {
        end
    };
    let year = tokens.width(at) == 4 && (1900..2100).contains(&value);
    (!year).then_some((value, end))
}

/// Whether something counted stands at `at` (« autres » and « de » may precede it), and where it
/// and its qualification end.
pub(super) fn counted(tokens: &Tokens, at: usize) -> Option<usize> {
    let mut next = at;
    for _ in 0..4 {
        if tokens.among(next, concat!("autres|autre|otres|otre|de|d|des|nos|mes|les|ces|petits|nouveaux|nouvelles|of|our|my|other|the|jeunes|", "seuls|seules|differents|differentes|memes|premiers|premieres|derniers|affected|impacted|braves|pauvres|vrais")) {
            next = tokens.skip_joints(next + 1);
        }
    }
    next = (next..next + 3)
        .take_while(|at| *at == next || tokens.among(at - 1, KINDS))
        .find(|at| COUNTED.end(tokens, *at).is_some())?;
    let mut end = COUNTED.end(tokens, next)?;
    if tokens.word(next).len() < 2 {
        return None;
    }
    // « (trice)s », « (s) »
    if tokens.sign(end, b'(')
        && tokens.glued(end)
        && tokens.among(end + 1, "s|e|es|trice|trices|ne|nes")
        && tokens.sign(end + 2, b')')
    {
        end += 3;
    }
    // « postes ARM », « internes en médecine » are one thing.
    if tokens.among(
        next,
        concat!(
            "postes|poste|comptes|ecrans|tablettes|assistants|assistantes|medecins|utilisateurs|",
            "position|positions|eleves|etudiants|pc|sessions|consoles|agents|collegues|personnes"
        ),
    ) && tokens.among(
        end,
        "arm|arms|medecin|medecins|regulateurs|stagiaires|stagiaire|utilisateurs|smur|regulation|regulatrices|bilan|infirmiers|ide",
    ) {
        end += 1;
    }
    Some(end)
}
