//! Dates in digits and with the month's name; the day stands before the month, always.

use super::super::token::{Kind, Tokens};
use super::day::Day;
use super::misspelt;

/// 12/03, 12-03-2026, 12.03.26, 2026-03-12. The day stands before the month, always.
pub(super) fn numeric(tokens: &Tokens, at: usize) -> Option<(Day, usize)> {
    let first = tokens.number(at, 4)?;
    let preceded = at > 0
        && tokens.glued(at)
        && !matches!(
            tokens.get(at - 1).map(|t| t.kind),
            Some(Kind::Sign(
                b'(' | b':' | b'"' | b',' | b'\'' | b'=' | b'[' | 0x1a
            ))
        );
    let Some(Kind::Sign(sign @ (b'/' | b'-' | b'.'))) = tokens.get(at + 1).map(|t| t.kind) else {
        return None;
    };
    let tight = tokens.glued(at + 1) && tokens.glued(at + 2);
    if preceded || !tight && sign != b'/' {
        return None;
    }
    let second = tokens.number(at + 2, 2)?;
    let third = (tokens.sign(at + 3, sign)
        && (!tight || tokens.glued(at + 3) && tokens.glued(at + 4)))
    .then(|| tokens.number(at + 4, 4))
    .flatten();
    let goes_on = |at: usize| {
        matches!(
            tokens.get(at).map(|t| t.kind),
            Some(Kind::Sign(b'/' | b'-' | b'.' | b'_'))
        ) && tokens.glued(at)
            && tokens.glued(at + 1)
            && matches!(tokens.get(at + 1).map(|t| t.kind), Some(Kind::Number))
    };
    if tokens.width(at) == 4 {
        let day = third?;
        let valid = (1990..2100).contains(&first)
            && (1..=12).contains(&second)
            && (1..=31).contains(&day)
            && !goes_on(at + 5);
        return valid.then_some((
            Day::Date {
                year: i32::try_from(first).ok(),
                month: second,
                day,
            },
            at + 5,
        ));
    }
    if tokens.width(at) > 2 || !(1..=31).contains(&first) || !(1..=12).contains(&second) {
        return None;
    }
    if let Some(year) = third {
        let year = match tokens.width(at + 4) {
            2 => 2000 + year,
            4 => year,
            _ => return None,
        };
        if goes_on(at + 5)
            || !(1990..2100).contains(&year)
            || tokens.width(at + 4) == 2 && sign == b'.' && tokens.width(at + 2) == 1
        {
            return None;
        }
        return Some((
            Day::Date {
                year: i32::try_from(year).ok(),
                month: second,
                day: first,
            },
            at + 5,
        ));
    }
    let cued = at > 0
        && tokens.among(
            at - 1,
            "le|du|depuis|au|date|ce|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        );
    let whole = tokens.width(at + 2) == 2 && (sign == b'/' || tokens.width(at) == 2);
    let end = at + 3;
    let timed = super::clock::clock(tokens, end).is_some()
        || tokens.is(end, &["a", "vers"]) && super::clock::clock(tokens, end + 1).is_some()
        || tokens.sign(end, b',') && super::clock::clock(tokens, end + 1).is_some()
        // « 9/9 au matin »
        || super::day::part_of_day(tokens, end).is_some();
    let unlikely = matches!((first, second), (24 | 7, 7)) && !cued;
    let believed = match sign {
        b'/' => whole || cued || timed,
        _ => whole && (cued || timed) && tokens.width(at) == 2,
    };
    let unit = tokens.among(end, "h|heures|ko|mo|fois|postes|poste|heure|j|jours")
        || tokens.sign(end, b'%');
    (believed && !unlikely && !unit && !goes_on(end)).then_some((
        Day::Date {
            year: None,
            month: second,
            day: first,
        },
        end,
    ))
}

pub(super) fn month(word: &str) -> Option<u32> {
    Some(match word {
        "janvier" | "janv" | "jan" | "january" => 1,
        "fevrier" | "fevr" | "fev" | "february" | "feb" => 2,
        "mars" | "march" | "mar" => 3,
        "avril" | "avr" | "april" | "apr" => 4,
        "mai" | "may" => 5,
        "juin" | "june" | "jun" => 6,
        "juillet" | "juil" | "july" | "jul" | "juill" => 7,
        "aout" | "august" | "aug" => 8,
        "septembre" | "sept" | "september" | "sep" => 9,
        "octobre" | "oct" | "october" => 10,
        "novembre" | "nov" | "november" => 11,
        "decembre" | "dec" | "december" => 12,
        _ => return misspelt::month(word),
    })
}

/// 12 mars 2026, 1er décembre, 12 of March, April 12th.
pub(super) fn month_date(tokens: &Tokens, at: usize) -> Option<(Day, usize)> {
    if let Some(day) = tokens.number(at, 2).filter(|day| (1..=31).contains(day)) {
        let mut next = at + 1;
        if tokens.is(next, &["er", "st", "nd", "rd", "th", "e", "eme"]) && tokens.glued(next) {
            next += 1;
        }
        if tokens.is(next, &["of"]) || tokens.sign(next, b'-') {
            next += 1;
        }
        let month = month(tokens.word(next))?;
        let end = tokens.skip_joints(next + 1);
        let (year, end) =
            year(tokens, end).map_or((None, next + 1), |(year, end)| (Some(year), end));
        return Some((Day::Date { year, month, day }, end));
    }
    let word = tokens.word(at);
    let month = month(word).filter(|_| word != "mar" && word != "sept")?;
    let next = tokens.skip_joints(at + 1);
    let day = tokens
        .number(next, 2)
        .filter(|day| (1..=31).contains(day))?;
    if !tokens.is(next + 1, &["st", "nd", "rd", "th"])
        && !matches!(
            word,
            "january"
                | "february"
                | "march"
                | "april"
                | "may"
                | "june"
                | "july"
                | "august"
                | "september"
                | "october"
                | "november"
                | "december"
                | "jan"
                | "feb"
                | "apr"
                | "jun"
                | "jul"
                | "aug"
                | "oct"
                | "nov"
                | "dec"
        )
    {
        return None;
    }
    let end = if tokens.is(next + 1, &["st", "nd", "rd", "th"]) {
        next + 2
    } else {
        next + 1
    };
    let after = if tokens.sign(end, b',') { end + 1 } else { end };
    let (year, end) = year(tokens, after).map_or((None, end), |(year, end)| (Some(year), end));
    Some((Day::Date { year, month, day }, end))
}

fn year(tokens: &Tokens, at: usize) -> Option<(i32, usize)> {
    let year = tokens
        .number(at, 4)
        .filter(|year| tokens.width(at) == 4 && (1990..2100).contains(year))?;
    Some((i32::try_from(year).ok()?, at + 1))
}
