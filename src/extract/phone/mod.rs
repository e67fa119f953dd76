//! Telephone numbers: where they stand, in E.164, and what the words around say of them.
//!
//! Numbers of the French plan are checked here by length and prefix, since the ranges kept for
//! fiction are unknown to the library; overseas prefixes take their own country code. The library
//! judges foreign numbers only.

use super::token::Answer;
use crate::domain::field::{Reading, Reason, Value};
use crate::text::fold;
use std::ops::Range;

mod cut;
mod hints;
mod lead;
mod plan;

pub use hints::Hints;
pub use lead::{is_anothers, is_beside};

/// What the digits amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// A number that can be called, in E.164.
    Valid(String),
    /// Digits that can't be called, and why.
    Wrong(Reason),
}

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text, on character boundaries; an extension is not part of it.
    pub span: Range<usize>,
    /// The number.
    pub number: Number,
    /// What the words around say.
    pub hints: Hints,
    /// How likely this is where the declarant wants to be called, 0 to 1.
    pub score: f32,
}

/// The support's own published number, in digits: never a declarant's.
const SUPPORT: &str = "0809100809";
/// The longest run of digits that may be a number: `0033` and a number, or E.164.
const MOST_DIGITS: usize = 16;

/// All numbers of `text`, in order.
#[must_use]
pub fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while let Some(run) = next_run(text, at) {
        at = run.end.max(at + 1);
        for (span, number) in read_run(text, &run) {
            let from = found.last().map_or(0, |last| last.span.end);
            let hints = hints::around(text, &span, from, &number);
            let score = hints.score(&number);
            found.push(Found {
                span,
                number,
                hints,
                score,
            });
        }
    }
    found
}

/// The number answered after a label: the best that can be called, else why the best can't.
#[must_use]
pub fn answer(text: &str) -> Option<Answer> {
    let found = find(text);
    let best = found
        .iter()
        .filter(|found| matches!(found.number, Number::Valid(_)) && found.score > 0.1)
        .reduce(|best, next| {
            if next.score > best.score + 0.2 {
                next
            } else {
                best
            }
        });
    if let Some(best) = best.or_else(|| found.first()) {
        let reading = match &best.number {
            Number::Valid(number) => Reading::Present(Value::Phone(number.clone())),
            Number::Wrong(reason) => Reading::Unclear(reason.clone()),
        };
        return Some(Answer {
            reading,
            span: best.span.clone(),
        });
    }
    // Digits alone after the label: an extension, or a number too mutilated to be found in prose.
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let end = text[start..]
        .find(['\n', ',', ';', '('])
        .map_or(text.len(), |length| start + length);
    let end = start + text[start..end].rfind(|c: char| c.is_ascii_digit())? + 1;
    let digits = text[start..end]
        .chars()
        .filter(char::is_ascii_digit)
        .count();
    if text[start..end].chars().any(char::is_alphabetic) || !(2..=20).contains(&digits) {
        return None;
    }
    Some(Answer {
        reading: Reading::Unclear(wrong(&text[start..end], digits)),
        span: start..end,
    })
}

/// A run of digits with blanks, points, hyphens, slashes and brackets between them.
#[derive(Debug)]
struct Run {
    start: usize,
    end: usize,
    /// Byte offset of each digit.
    digits: Vec<usize>,
    plus: bool,
}

fn next_run(text: &str, from: usize) -> Option<Run> {
    let bytes = text.as_bytes();
    let mut start = from;
    loop {
        let digit = start + bytes.get(start..)?.iter().position(u8::is_ascii_digit)?;
        let (begin, plus) = opening(text, digit);
        let run = extend(text, begin, digit, plus);
        let before = text[..begin].chars().next_back();
        let glued = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '#' | '@'));
        if run.digits.len() >= 8 && !glued && !is_date(text, &run) {
            return Some(run);
        }
        if (3..=6).contains(&run.digits.len()) && !glued && lead::names_extension(text, begin) {
            return Some(run);
        }
        start = run.end.max(digit + 1);
        if start >= bytes.len() {
            return None;
        }
    }
}

/// Whether the run begins with a date of three groups: « 04.11.2025 », « 2026-03-12 ».
fn is_date(text: &str, run: &Run) -> bool {
    let written = &text.as_bytes()[run.start..run.end.min(run.start + 11)];
    let mut groups = written
        .split(|byte| !byte.is_ascii_digit())
        .map(<[u8]>::len);
    let lengths = [groups.next(), groups.next(), groups.next()].map(Option::unwrap_or_default);
    match lengths {
        [1..=2, 1..=2, 4] => written
            .windows(3)
            .any(|year| !year[0].is_ascii_digit() && (year[1..] == *b"20" || year[1..] == *b"19")),
        [4, 2, 2] => written.starts_with(b"20"),
        _ => false,
    }
}

/// Where the run's writing begins: a plus sign or a bracket may stand before its first digit.
fn opening(text: &str, digit: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    match digit.checked_sub(1).map(|before| bytes[before]) {
        Some(b'+') => (digit - 1, true),
        Some(b'(' | b' ') if digit >= 2 && bytes[digit - 2] == b'+' => (digit - 2, true),
        Some(b'(') if bytes[digit] == b'0' && bytes.get(digit + 1) == Some(&b')') => {
            (digit - 1, false)
        }
        _ => (digit, false),
    }
}

fn extend(text: &str, start: usize, digit: usize, plus: bool) -> Run {
    let mut digits = vec![digit];
    let mut end = digit + 1;
    let mut gap = 0;
    for (at, character) in text[digit + 1..].char_indices() {
        let at = digit + 1 + at;
        match character {
            '0'..='9' => {
                digits.push(at);
                end = at + 1;
                gap = 0;
            }
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\t' | '.' | '-' | '/' | '(' | ')' | '·'
            | '_' | '\u{2011}' | '\u{2013}'
                if gap < 3 =>
            {
                gap += 1;
            }
            // « 06 39 98⏎00 01 »: a number that the line's end cuts.
            '\n' if cut::cut_at(text, start, &digits, plus, at) => gap = 0,
            _ => break,
        }
    }
    Run {
        start,
        end,
        digits,
        plus,
    }
}

/// The numbers in a run: one, or several written one after another.
fn read_run(text: &str, run: &Run) -> Vec<(Range<usize>, Number)> {
    let mut numbers = Vec::new();
    let mut rest: &[usize] = &run.digits;
    let mut start = run.start;
    let mut plus = run.plus;
    let mut skipped = 0;
    // « SAMU 01 – 04 74 45 41 00 »: the department's figure begins like a number.
    if !plus
        && let Some(group) = first_group(rest)
        && (2..=3).contains(&group)
        && rest.len() >= group + 10
        && lead::names_department(text, start)
        && text.as_bytes()[rest[group]] == b'0'
    {
        rest = &rest[group..];
        start = rest[0];
    }
    while rest.len() >= 3 {
        let digits: String = rest
            .iter()
            .take(MOST_DIGITS + 4)
            .map(|&at| char::from(text.as_bytes()[at]))
            .collect();
        let (taken, number) = read(text, start, rest, &digits, plus);
        let Some(number) = number else {
            // « SAMU 44 0639980001 »: another figure stands before the number.
            let group = first_group(rest);
            match group
                .filter(|&at| numbers.is_empty() && skipped < 2 && at <= 5 && rest.len() - at >= 10)
            {
                Some(at) => {
                    skipped += 1;
                    rest = &rest[at..];
                    (start, plus) = opening(text, rest[0]);
                    continue;
                }
                None => break,
            }
        };
        let last = rest[taken - 1];
        numbers.push((start..last + 1, number));
        rest = &rest[taken..];
        let Some(&next) = rest.first() else { break };
        (start, plus) = opening(text, next);
        if rest.len() < 8 {
            break;
        }
    }
    numbers
}

/// How many digits the first group has, where another stands close behind it.
fn first_group(digits: &[usize]) -> Option<usize> {
    (1..digits.len().min(6)).find(|&at| digits[at] > digits[at - 1] + 1)
}

/// Reads one number from the front: how many digits it took, and what it is.
fn read(
    text: &str,
    start: usize,
    at: &[usize],
    digits: &str,
    plus: bool,
) -> (usize, Option<Number>) {
    let whole = at.len();
    let written = |taken: usize| text.get(start..at[taken - 1] + 1).unwrap_or_default();
    // Whether a number of `taken` digits ends where a group of digits ends.
    let fits = |taken: usize| {
        whole == taken
            || (whole > taken && at[taken] > at[taken - 1] + 1 && {
                let rest = whole - taken;
                // One or two digits left at the line's end are digits too many, not other words.
                rest > 2
                    || !text[at[whole - 1] + 1..]
                        .trim_start_matches([' ', ')', '.'])
                        .starts_with('\n')
                        && !text[at[whole - 1] + 1..].trim().is_empty()
            })
    };
    let (prefix, abroad) = if plus {
        (0, true)
    } else if digits.starts_with("00") && digits.len() > 9 {
        (2, true)
    } else {
        (0, false)
    };
    if abroad {
        return plan::international(&digits[prefix..], prefix, &fits, &written, whole);
    }
    if digits.len() >= 11
        && digits.starts_with("33")
        && (fits(11) && !digits[2..].starts_with('0') || fits(12) && digits[2..].starts_with('0'))
    {
        return plan::international(digits, 0, &fits, &written, whole);
    }
    if !digits.starts_with('0') || digits.starts_with("00") {
        let plausible =
            (8..=11).contains(&whole) && lead::announces_number(text, start) && pairs(text, at);
        return if (3..=6).contains(&whole) {
            (
                whole,
                Some(Number::Wrong(Reason::PhoneNotCallable {
                    read: written(whole).to_owned(),
                })),
            )
        } else if plausible {
            (whole, Some(Number::Wrong(wrong(written(whole), whole))))
        } else {
            (0, None)
        };
    }
    if (3..=6).contains(&whole) {
        return (
            whole,
            Some(Number::Wrong(Reason::PhoneNotCallable {
                read: written(whole).to_owned(),
            })),
        );
    }
    if fits(10) && digits.as_bytes()[1] != b'0' {
        if lead::is_identifier(text, start) {
            return (0, None);
        }
        return (10, Some(Number::Valid(plan::national(&digits[..10]))));
    }
    let plausible = (8..=13).contains(&whole)
        && !lead::is_identifier(text, start)
        && (pairs(text, at) || lead::announces_number(text, start));
    if plausible {
        (whole, Some(Number::Wrong(wrong(written(whole), whole))))
    } else {
        (0, None)
    }
}

/// Digits in groups of two, as French numbers are written: at least three groups.
fn pairs(text: &str, at: &[usize]) -> bool {
    let groups = at.windows(2).filter(|pair| pair[1] > pair[0] + 1).count();
    let years = text
        .get(at[0]..at[at.len() - 1] + 1)
        .is_some_and(|written| written.contains('/') || written.contains('-') && groups < 4);
    groups >= 3 && !years
}

fn wrong(written: &str, digits: usize) -> Reason {
    if digits < 7 {
        return Reason::PhoneNotCallable {
            read: written.to_owned(),
        };
    }
    Reason::PhoneDigits {
        read: written.to_owned(),
        digits: u32::try_from(digits).unwrap_or(u32::MAX),
        expected: 10,
    }
}

/// Whether these digits are the support's own number.
fn is_support(text: &str) -> bool {
    let digits: String = fold(text).chars().filter(char::is_ascii_digit).collect();
    digits == SUPPORT || digits == "33809100809" || digits == "0033809100809"
}

#[cfg(test)]
mod tests;
