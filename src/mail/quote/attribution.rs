//! Attribution lines of replies: « Le … a écrit : », « On … wrote: », over up to four lines, in the
//! languages that clients in French hospitals are set to.
//!
//! Prose begins and ends like them (« Le 12 mars, l'ARM a écrit : »), so that a date must come first
//! and an author last.

use super::client;
use super::heading::{Heading, Style};
use super::{Address, Raw, dates};
use crate::mail::header::address;
use crate::text::fold;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// How attributions begin; a date follows.
const STARTS: [&str; 8] = ["le ", "on ", "am ", "el ", "il ", "em ", "op ", "den "];
/// Verbs that end an attribution.
const VERBS: [&str; 8] = [
    "a ecrit",
    "wrote",
    "schrieb",
    "ha scritto",
    "escribio",
    "escreveu",
    "schreef",
    "a envoye",
];
/// Verbs that stand before the author (« Am … schrieb X: ») or the date (« X a écrit le … : »).
const INNER_VERBS: [&str; 5] = [
    " schrieb ",
    " schreef ",
    "a ecrit le ",
    "a ecrit sur ",
    " wrote on ",
];
/// Horde, in its languages: « Quoting X <x@y>: ».
const QUOTING: [&str; 5] = [
    "quoting ",
    "zitat von ",
    "citando ",
    "citation de ",
    "quote von ",
];

/// An attribution from `at` on, over at most four lines.
pub(super) fn attribution(raws: &[Raw<'_>], at: usize) -> Option<Heading> {
    let first = &raws[at];
    if first.folded.len() > 400 {
        return None;
    }
    let line = first.folded.as_str();
    let starts = STARTS
        .iter()
        .find_map(|start| line.strip_prefix(start))
        .is_some_and(begins_with_date);
    let whole = line.contains('@')
        && (ends(line, false)
            || line.ends_with(':') && QUOTING.iter().any(|start| line.starts_with(start)));
    if !(starts || whole) {
        return None;
    }
    let mut folded = String::new();
    let mut text = String::new();
    for (line, raw) in raws.iter().enumerate().skip(at).take(4) {
        if raw.is_blank() || raw.depth < first.depth || folded.len() > 400 {
            return None;
        }
        if line > at {
            folded.push(' ');
            text.push(' ');
        }
        folded.push_str(&raw.folded);
        text.push_str(raw.text.trim());
        if whole || ends(&folded, true) {
            let dated = folded.bytes().filter(u8::is_ascii_digit).count() >= 3;
            if !dated && !folded.contains('@') {
                return None;
            }
            let deeper = raws[line + 1..]
                .iter()
                .find(|raw| !raw.is_blank())
                .is_some_and(|raw| raw.depth > first.depth);
            let from = author(&text);
            if !deeper && !folded.contains('@') && from.as_ref().is_none_or(is_told) {
                return None;
            }
            return Some(Heading {
                lines: at..line + 1,
                style: Style::Attribution,
                forwarded: false,
                from,
                date: dates::read(&text),
                subject: None,
                introduced: client::of_attribution(&folded, &text, first.depth),
            });
        }
    }
    None
}

/// A digit, or the name of a day or month, however it is cut.
fn begins_with_date(rest: &str) -> bool {
    const DAYS_AND_MONTHS: [&str; 49] = [
        "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "mon", "tue", "wed", "thu", "fri", "sat",
        "sun", "mo", "di", "mi", "do", "fr", "sa", "so", "mie", "jue", "vie", "sab", "dom", "gio",
        "seg", "ter", "qua", "qui", "sex", "ma", "wo", "vr", "za", "zo", "jan", "feb", "apr",
        "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "giorno",
    ];
    let word = rest
        .trim_start()
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    word.starts_with(|c: char| c.is_ascii_digit())
        || word.len() >= 2
            && DAYS_AND_MONTHS
                .iter()
                .any(|name| word == *name || name.len() > 2 && word.starts_with(name))
}

/// Whether the line ends as an attribution does, or, as Yahoo writes, goes on behind it with the
/// quoted words.
fn ends(folded: &str, dated: bool) -> bool {
    let line = folded.trim_end_matches(|c: char| c.is_whitespace() || c == '*');
    if let Some(line) = line.strip_suffix(':') {
        let line = line.trim_end();
        return VERBS.iter().any(|verb| line.ends_with(verb))
            || line.ends_with("het volgende")
            || INNER_VERBS.iter().any(|verb| line.contains(verb));
    }
    dated
        && ["> a ecrit :", "> a ecrit:", "> wrote:", ") escribio:"]
            .iter()
            .any(|end| folded.contains(end))
}

/// « l'ARM », « mon collègue », « elle »: who is spoken of in a sentence, and signs no mail.
fn is_told(author: &Address) -> bool {
    const DETERMINERS: [&str; 26] = [
        "le", "la", "les", "l", "un", "une", "mon", "ma", "mes", "notre", "nos", "son", "sa",
        "ses", "leur", "il", "elle", "on", "je", "nous", "vous", "qu", "que", "ce", "the", "my",
    ];
    let name = fold(&author.name);
    let first = name
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty());
    author.address.is_empty() && first.is_none_or(|word| DETERMINERS.contains(&word))
}

/// Behind the first verb that stands before the author.
fn leading_verb(text: &str) -> Option<usize> {
    static LEADING: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let verbs = [
            " schrieb ",
            " schreef ",
            "Quoting ",
            "Zitat von ",
            "Citando ",
        ];
        AhoCorasick::new(verbs).ok()
    });
    LEADING
        .as_ref()?
        .find_overlapping_iter(text)
        .min_by_key(|verb| (verb.pattern(), verb.start()))
        .map(|verb| verb.end())
}

/// Where the last verb begins that stands behind the author; the end where there is none.
fn ending_verb(text: &str) -> usize {
    static ENDING: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let verbs = [
            "a écrit",
            "a ecrit",
            "wrote",
            "schrieb",
            "schreef",
            "a envoyé",
            "ha scritto",
            "escribió",
            "escreveu",
        ];
        AhoCorasick::new(verbs).ok()
    });
    ENDING
        .as_ref()
        .and_then(|verbs| {
            let starts = verbs.find_overlapping_iter(text).map(|verb| verb.start());
            starts.max()
        })
        .unwrap_or(text.len())
}

/// The name between the date and the verb, and the address where one stands there.
fn author(text: &str) -> Option<Address> {
    let before = match leading_verb(text) {
        Some(at) => text[at..].trim_end_matches([':', ' ']),
        None => &text[..ending_verb(text)],
    };
    let open = before
        .rfind(['<', '('])
        .filter(|&at| before[at..].contains('@'));
    let name = &before[..open.unwrap_or(before.len())];
    // What follows the last digit of the date is the name; months and « PM » aside.
    let after_date = name
        .rfind(|c: char| c.is_ascii_digit())
        .map_or(name, |at| &name[at + 1..]);
    let name = if after_date.trim().is_empty() {
        name.rsplit(',').next().unwrap_or(name)
    } else {
        after_date
    };
    let mut name = name.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '"' | '*' | '(' | ')' | '-')
    });
    for noise in ["PM", "AM", "CET", "CEST", "UTC", "GMT", "Uhr", "h", "h,"] {
        name = name
            .strip_prefix(noise)
            .filter(|n| n.starts_with([' ', ',', '\u{a0}']))
            .unwrap_or(name);
    }
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | ':'));
    let inside = open
        .map(|at| {
            before[at + 1..]
                .trim_start()
                .trim_start_matches("mailto:")
                .split(['>', ')', '<', ' '])
                .next()
                .unwrap_or("")
        })
        .or_else(|| before.split_whitespace().find(|w| w.contains('@')))
        .unwrap_or("");
    let found = address(if name.contains('@') { "" } else { name }, inside);
    (!found.name.is_empty() || !found.address.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributions_begin_with_a_date_and_prose_with_something_else() {
        for (rest, date) in [
            ("lun. 2 mars 2026", true),
            ("2 mars", true),
            ("02/03/2026", true),
            ("mardi, mars 03", true),
            ("mo., 2. marz", true),
            ("giorno lun 2 mar", true),
            ("portail a redemarre", false),
            ("medecin a ecrit", false),
            ("dossier", false),
            ("manque", false),
        ] {
            assert_eq!(begins_with_date(rest), date, "{rest}");
        }
    }

    #[test]
    fn the_author_stands_between_date_and_verb_or_behind_it() {
        for (line, name, mailbox) in [
            ("Le 02/03/2026 à 10:02, Paul Roy a écrit :", "Paul Roy", ""),
            (
                "Am Mo., 2. März 2026 um 10:02 Uhr schrieb Paul Roy < p.roy@x.example>:",
                "Paul Roy",
                "p.roy@x.example",
            ),
            (
                "Op ma 2 mrt 2026 om 10:02 schreef Paul Roy <p.roy@x.example>:",
                "Paul Roy",
                "p.roy@x.example",
            ),
            (
                "El lun, 2 mar 2026 a las 10:02, Paul Roy (<p.roy@x.example>) escribió:",
                "Paul Roy",
                "p.roy@x.example",
            ),
            (
                "Quoting Paul Roy <p.roy@x.example>:",
                "Paul Roy",
                "p.roy@x.example",
            ),
        ] {
            let found = author(line).unwrap_or_default();
            assert_eq!(
                (found.name.as_str(), found.address.as_str()),
                (name, mailbox),
                "{line}"
            );
        }
    }
}
