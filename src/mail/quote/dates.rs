//! Dates of attributions and header blocks, in the French and English that clients write:
//! « dimanche 30 mars 2025 08:15 », « 17/11/2026 à 20:12 », « Jan 27, 2026 at 4:18 PM ».

use crate::text::fold;
use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone};
use chrono_tz::Europe::Paris;

/// The instant that a heading's words give, read as Paris time: clients write the reader's hour.
pub(super) fn read(words: &str) -> Option<DateTime<FixedOffset>> {
    let folded = fold(&words[..words.floor_char_boundary(200)]);
    let tokens: Vec<Token<'_>> = tokens(&folded);
    let (mut day, mut month, mut year) = (None, None, None);
    let (mut hour, mut minute) = (None, None);
    let mut afternoon = None;
    let mut at = 0;
    while at < tokens.len() {
        let next = |n: usize| tokens.get(at + n);
        match (&tokens[at], next(1), next(2), next(3), next(4)) {
            (
                Token::Number(a),
                Some(Token::Mark('/' | '.')),
                Some(Token::Number(b)),
                Some(Token::Mark('/' | '.')),
                Some(Token::Number(c)),
            ) if year.is_none() => {
                (day, month, year) = (Some(*a), Some(*b), Some(*c));
                at += 5;
                continue;
            }
            (
                Token::Number(a),
                Some(Token::Mark('-')),
                Some(Token::Number(b)),
                Some(Token::Mark('-')),
                Some(Token::Number(c)),
            ) if year.is_none() => {
                (day, month, year) = if *a > 31 {
                    (Some(*c), Some(*b), Some(*a))
                } else {
                    (Some(*a), Some(*b), Some(*c))
                };
                at += 5;
                continue;
            }
            (
                Token::Number(a),
                Some(Token::Mark(':') | Token::Word("h")),
                Some(Token::Number(b)),
                ..,
            ) if hour.is_none() && *a < 24 && *b < 60 => {
                (hour, minute) = (Some(*a), Some(*b));
                at += 3;
                continue;
            }
            (Token::Number(n), ..) if (1900..2200).contains(n) => year = year.or(Some(*n)),
            (Token::Number(n), ..) if (1..=31).contains(n) => day = day.or(Some(*n)),
            (Token::Word(word), ..) => {
                // « mar. 3 févr. »: of two such words before the hour, the day's name is the first.
                month = if hour.is_none() {
                    month_number(word).or(month)
                } else {
                    month.or_else(|| month_number(word))
                };
                match *word {
                    "pm" => afternoon = Some(true),
                    "am" => afternoon = Some(false),
                    _ => {}
                }
            }
            _ => {}
        }
        at += 1;
    }
    let year = year.map(|y| if y < 100 { 2000 + y } else { y })?;
    let hour = match (hour?, afternoon) {
        (12, Some(false)) => 0,
        (h, Some(true)) if h < 12 => h + 12,
        (h, _) => h,
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month?, day?)?;
    let naive = date.and_hms_opt(hour, minute.unwrap_or(0), 0)?;
    let local = Paris.from_local_datetime(&naive);
    // An hour that the clocks skipped is the one that the old offset gives (ruling 6).
    let instant = local.earliest().or_else(|| {
        let before = Paris
            .from_local_datetime(&(naive - chrono::TimeDelta::hours(1)))
            .earliest()?;
        Some(before + chrono::TimeDelta::hours(1))
    })?;
    Some(instant.fixed_offset())
}

enum Token<'t> {
    Number(u32),
    Word(&'t str),
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |keep: fn(char) -> bool| rest.find(|c: char| !keep(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_digit() {
            let length = run(|c| c.is_ascii_digit());
            tokens.push(
                rest[..length]
                    .parse()
                    .map_or(Token::Mark('?'), Token::Number),
            );
            length
        } else if first.is_alphabetic() {
            let length = run(char::is_alphabetic);
            tokens.push(Token::Word(&rest[..length]));
            length
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Mark(first));
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn month_number(word: &str) -> Option<u32> {
    const MONTHS: [(&str, u32); 38] = [
        ("janv", 1),
        ("jan", 1),
        ("fevr", 2),
        ("feb", 2),
        ("fev", 2),
        ("mars", 3),
        ("mar", 3),
        ("avr", 4),
        ("apr", 4),
        ("mai", 5),
        ("may", 5),
        ("juin", 6),
        ("jun", 6),
        ("juil", 7),
        ("jul", 7),
        ("aout", 8),
        ("aou", 8),
        ("aug", 8),
        ("sep", 9),
        ("oct", 10),
        ("nov", 11),
        ("dec", 12),
        ("dez", 12),
        ("okt", 10),
        ("gen", 1),
        ("ene", 1),
        ("maa", 3),
        ("mrt", 3),
        ("abr", 4),
        ("mei", 5),
        ("mag", 5),
        ("giu", 6),
        ("lug", 7),
        ("ago", 8),
        ("set", 9),
        ("ott", 10),
        ("out", 10),
        ("dic", 12),
    ];
    // « mardi » and « mercredi » are no months.
    if word.ends_with("di") || matches!(word, "mon" | "monday" | "sat" | "sun" | "sunday") {
        return None;
    }
    MONTHS
        .iter()
        .find(|(start, _)| word.starts_with(start))
        .map(|&(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_headings_are_read_as_clients_write_them() {
        for (words, instant) in [
            ("dimanche 30 mars 2025 08:15", "2025-03-30T08:15:00+02:00"),
            ("samedi 29 mars 2025 22:10", "2025-03-29T22:10:00+01:00"),
            ("mardi 2 décembre 2025 09:58", "2025-12-02T09:58:00+01:00"),
            (
                "Le 9 avr. 2026 à 10:02, Support a écrit",
                "2026-04-09T10:02:00+02:00",
            ),
            ("Le 17/11/2026 à 20:12", "2026-11-17T20:12:00+01:00"),
            (
                "On Tue, Jan 27, 2026 at 4:18 PM",
                "2026-01-27T16:18:00+01:00",
            ),
            ("Monday, March 2, 2026 2:05 PM", "2026-03-02T14:05:00+01:00"),
            ("2026-01-27 16:18", "2026-01-27T16:18:00+01:00"),
            ("27.01.26 16:18", "2026-01-27T16:18:00+01:00"),
            ("jeudi 16 janvier 2025 à 23h47", "2025-01-16T23:47:00+01:00"),
            // The hour that the clocks skipped.
            ("29 mars 2026 02:15", "2026-03-29T03:15:00+02:00"),
        ] {
            assert_eq!(
                read(words).map(|d| d.to_rfc3339()).as_deref(),
                Some(instant),
                "{words}"
            );
        }
        for words in ["hier soir", "le 3 mars", "14:30", ""] {
            assert_eq!(read(words), None, "{words}");
        }
    }
}
