//! How French is written in our mails: numbers in words, dates, hours, telephone numbers, and the
//! spaces that no line may break at.

use crate::domain::field::{Count, Precision};
use chrono::{DateTime, Datelike, FixedOffset, Timelike};

/// The space that no line breaks at.
pub const NO_BREAK: char = '\u{a0}';

/// « deux », « onze »; digits above sixteen.
#[must_use]
pub fn number(count: usize, feminine: bool) -> String {
    const WORDS: [&str; 17] = [
        "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
        "onze", "douze", "treize", "quatorze", "quinze", "seize",
    ];
    match WORDS.get(count) {
        Some(_) if count == 1 && feminine => "une".to_owned(),
        Some(word) => (*word).to_owned(),
        None => count.to_string(),
    }
}

/// « 23 novembre », « 1er mars ».
#[must_use]
pub fn day(at: &DateTime<FixedOffset>) -> String {
    let day = match at.day() {
        1 => "1er".to_owned(),
        day => day.to_string(),
    };
    format!("{day} {}", month(at.month()))
}

/// « lundi 23 novembre 2026, vers 9 h », « … à 14 h 30 », or the day alone.
#[must_use]
pub fn start(at: &DateTime<FixedOffset>, precision: Precision) -> String {
    let date = format!("{} {}", weekday_and_day(at), at.year());
    match precision {
        Precision::Minute => format!("{date}, à {}", hour(at)),
        Precision::Hour => format!("{date}, vers {}", hour(at)),
        Precision::Day => date,
    }
}

/// « 9 h », « 14 h 30 ».
#[must_use]
pub fn hour(at: &DateTime<FixedOffset>) -> String {
    match at.minute() {
        0 => format!("{}{NO_BREAK}h", at.hour()),
        minute => format!("{}{NO_BREAK}h{NO_BREAK}{minute:02}", at.hour()),
    }
}

/// « lundi 23 novembre ».
#[must_use]
pub fn weekday_and_day(at: &DateTime<FixedOffset>) -> String {
    format!("{} {}", weekday(at), day(at))
}

/// A number in E.164 as it is read in France: « 02 40 08 77 00 », « +262 262 71 00 12 ».
#[must_use]
pub fn phone(e164: &str) -> String {
    let digits: String = e164.chars().filter(char::is_ascii_digit).collect();
    let pairs = |digits: &str| -> String {
        let bytes: Vec<char> = digits.chars().collect();
        bytes
            .chunks(2)
            .map(|pair| pair.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join(&NO_BREAK.to_string())
    };
    match digits.strip_prefix("33") {
        Some(national) if national.len() == 9 => pairs(&format!("0{national}")),
        _ if digits.is_empty() => String::new(),
        // Overseas and foreign numbers: « +262 » and the rest, from its end, in pairs.
        _ => {
            let code = digits.len().min(if digits.len() > 11 { 3 } else { 2 });
            let (code, rest) = digits.split_at(code);
            let odd = rest.len() % 2;
            let head = if odd == 1 && rest.len() > 3 { 3 } else { odd };
            let (head, tail) = rest.split_at(head.min(rest.len()));
            let groups = [format!("+{code}"), head.to_owned(), pairs(tail)];
            let groups: Vec<String> = groups.into_iter().filter(|g| !g.is_empty()).collect();
            groups.join(&NO_BREAK.to_string())
        }
    }
}

/// The number of a `tel:` link, for a French number as it is printed: « 0 809 100 809 » is
/// `+33809100809`; a short number stays as it is.
#[must_use]
pub fn phone_link(printed: &str) -> String {
    let digits: String = printed.chars().filter(char::is_ascii_digit).collect();
    if printed.trim_start().starts_with('+') {
        return format!("+{digits}");
    }
    match digits.strip_prefix('0') {
        Some(rest) if rest.len() == 9 => format!("+33{rest}"),
        _ => digits,
    }
}

/// « 10 utilisateurs », « 10 à 12 utilisateurs », « tous les utilisateurs ».
#[must_use]
pub fn users(count: &Count) -> String {
    let noun = |n: u32| if n < 2 { "utilisateur" } else { "utilisateurs" };
    let amount = match (count.min, count.max) {
        (Some(min), Some(max)) if min == max => Some(format!("{min} {}", noun(min))),
        (Some(min), Some(max)) => Some(format!("{min} à {max} {}", noun(max))),
        (Some(min), None) => Some(format!("au moins {min} {}", noun(min))),
        (None, Some(max)) => Some(format!("au plus {max} {}", noun(max))),
        (None, None) => None,
    };
    match (count.all, amount) {
        (true, None) => "tous les utilisateurs".to_owned(),
        (true, Some(amount)) => format!("tous les utilisateurs ({amount})"),
        (false, Some(amount)) => amount,
        (false, None) => "un nombre inconnu d’utilisateurs".to_owned(),
    }
}

/// « à vous rappeler, à reproduire la panne et à vous répondre ».
#[must_use]
pub fn enumerate(phrases: &[String]) -> String {
    match phrases {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} et {last}", first.join(", ")),
    }
}

/// Puts the spaces that no line may break at: before « : ; ? ! » and inside guillemets.
#[must_use]
pub fn typeset(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for at in memchr::memchr_iter(b' ', bytes) {
        let after = &bytes[at + 1..];
        let before_sign = matches!(after.first(), Some(b':' | b';' | b'?' | b'!'))
            || after.starts_with("»".as_bytes());
        let opened = bytes[..at].ends_with("«".as_bytes());
        if before_sign || opened {
            out.push_str(&text[from..at]);
            let breaks = !opened && (out.is_empty() || out.ends_with(['\n', ' ']));
            out.push(if breaks { ' ' } else { NO_BREAK });
            from = at + 1;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// « lundi ».
#[must_use]
pub fn weekday(at: &DateTime<FixedOffset>) -> &'static str {
    const DAYS: [&str; 7] = [
        "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    ];
    DAYS[at.weekday().num_days_from_monday() as usize % 7]
}

/// « janvier » for 1.
#[must_use]
pub fn month(month: u32) -> &'static str {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    MONTHS[(month as usize + 11) % 12]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn plain(text: &str) -> String {
        text.replace(NO_BREAK, " ")
    }

    #[test]
    fn starts_are_written_as_exactly_as_they_are_known() {
        for (instant, precision, written) in [
            (
                "2026-11-23T09:00:00+01:00",
                Precision::Hour,
                "lundi 23 novembre 2026, vers 9 h",
            ),
            (
                "2026-03-01T14:30:00+01:00",
                Precision::Minute,
                "dimanche 1er mars 2026, à 14 h 30",
            ),
            (
                "2026-08-05T09:05:00+02:00",
                Precision::Minute,
                "mercredi 5 août 2026, à 9 h 05",
            ),
            (
                "2026-12-31T00:00:00+01:00",
                Precision::Day,
                "jeudi 31 décembre 2026",
            ),
            (
                "2026-02-10T00:00:00+01:00",
                Precision::Hour,
                "mardi 10 février 2026, vers 0 h",
            ),
        ] {
            assert_eq!(plain(&start(&at(instant), precision)), written);
        }
    }

    #[test]
    fn telephone_numbers_are_written_in_pairs() {
        for (e164, written) in [
            ("+33261910042", "02 61 91 00 42"),
            ("+33639981234", "06 39 98 12 34"),
            ("+262262710012", "+262 262 71 00 12"),
            ("+3222123456", "+32 22 12 34 56"),
            ("", ""),
            ("+3", "+3"),
        ] {
            assert_eq!(plain(&phone(e164)), written, "{e164}");
        }
        for (printed, link) in [
            ("0 809 100 809", "+33809100809"),
            ("+33 2 61 91 00 42", "+33261910042"),
            ("3639", "3639"),
        ] {
            assert_eq!(phone_link(printed), link);
        }
    }

    #[test]
    fn counts_are_written_out() {
        let count = |min, max, all| Count { min, max, all };
        for (value, written) in [
            (count(Some(1), Some(1), false), "1 utilisateur"),
            (count(Some(10), Some(12), false), "10 à 12 utilisateurs"),
            (count(None, None, true), "tous les utilisateurs"),
            (
                count(Some(5), Some(5), true),
                "tous les utilisateurs (5 utilisateurs)",
            ),
            (count(Some(4), None, false), "au moins 4 utilisateurs"),
        ] {
            assert_eq!(users(&value), written);
        }
        assert_eq!(number(1, true), "une");
        assert_eq!(number(1, false), "un");
        assert_eq!(number(14, true), "quatorze");
        assert_eq!(number(17, true), "17");
    }

    #[test]
    fn no_line_can_break_before_a_sign_or_inside_guillemets() {
        for (typed, set) in [
            ("C’est urgent ? Oui", "C’est urgent\u{a0}? Oui"),
            ("« oui » : non", "«\u{a0}oui\u{a0}»\u{a0}: non"),
            ("  - Où : ici\n : x", "  - Où\u{a0}: ici\n : x"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(typeset(typed), set);
        }
    }
}
