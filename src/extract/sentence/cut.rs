//! Where a greeting ends and where sentences stop.

use super::apology;
use super::aside::introduces;
use crate::extract::feature::names_any;
use crate::extract::lexicon::is_one_of;
use crate::text::Folded;
use std::ops::Range;

/// How many bytes of greeting stand at the start: « Bonjour, », « Bjr ».
pub(super) fn greeting(words: &str) -> usize {
    const GREETINGS: [&str; 28] = [
        "bonjour",
        "rebonsoir",
        "resalut",
        "re-salut",
        "buongiorno",
        "buonasera",
        "hola",
        "hallo",
        "bonsoir",
        "bjr",
        "bsr",
        "hello",
        "salut",
        "coucou",
        "hi",
        "dear",
        "re-bonsoir",
        "rebonjour",
        "re-bonjour",
        "madame",
        "monsieur",
        "mesdames",
        "messieurs",
        "slt",
        "cher",
        "chere",
        "chers",
        "cheres",
    ];
    const AFTER: [&str; 29] = [
        "a",
        "tout",
        "monde",
        "tt",
        "ts",
        "tte",
        "ttes",
        "vous",
        "toute",
        "tous",
        "toutes",
        "et",
        "le",
        "la",
        "l",
        "equipe",
        "support",
        "madame",
        "monsieur",
        "mesdames",
        "messieurs",
        "bonne",
        "annee",
        "all",
        "team",
        "there",
        "les",
        "collegues",
        "chers",
    ];
    let mut end = 0;
    let mut greeted = false;
    for (start, word) in words_of(words) {
        let folded = crate::text::fold(word);
        let rest = &words[start + word.len()..];
        // « Bonjour le support », but « Bonjour le numéro ne s'affiche plus ».
        let article = matches!(folded.as_str(), "le" | "la" | "les" | "l");
        let named = || {
            let next = crate::text::fold(
                rest.split(|c: char| !c.is_alphanumeric())
                    .find(|word| !word.is_empty())
                    .unwrap_or_default(),
            );
            [
                "support", "equipe", "team", "centre", "service", "monde", "collegue", "n3",
                "hotline", "si",
            ]
            .iter()
            .any(|one| next.starts_with(one))
        };
        let continues = greeted && AFTER.contains(&folded.as_str()) && (!article || named());
        // « Good evening, »
        let good = folded == "good" && is_time_of_day(rest);
        if GREETINGS.contains(&folded.as_str()) || good {
            greeted = true;
        } else if !(continues || greeted && is_time_of_day(&words[start..])) {
            return match addressee(&words[start..]) {
                _ if !greeted => 0,
                Some(length) => start + length,
                None => start,
            };
        }
        end = start + word.len();
        // « Bonjour, » ends here; what follows is the sentence.
        let rest = &words[end..];
        let marks = rest.len()
            - rest
                .trim_start_matches([',', '!', '.', ' ', '\u{a0}', ':', '\n', '\u{202f}'])
                .len();
        if marks > 0 && rest[..marks].contains([',', '!', '.', '\n', ':']) {
            // « Madame, Monsieur, »
            return end + marks + greeting(&words[end + marks..]);
        }
    }
    if greeted { end } else { 0 }
}

/// Whether an English greeting goes on: « morning », « evening ».
fn is_time_of_day(rest: &str) -> bool {
    let next = crate::text::fold(rest.split_whitespace().next().unwrap_or_default());
    matches!(
        next.trim_matches(|c: char| !c.is_alphabetic()),
        "morning" | "evening" | "afternoon" | "day"
    )
}

/// « la métropole, », « les amis ! », « de Nouméa, »: who or where a greeting is said to or from, up
/// to its mark or the end of the line. Where it names a part of the portal, it opens the report.
fn addressee(rest: &str) -> Option<usize> {
    let length = rest.find([',', '!', '\n']).unwrap_or(rest.len());
    let said = rest[..length].trim();
    let mut words = said
        .split([' ', '\'', '’', '\u{a0}'])
        .filter(|word| !word.is_empty());
    let led = is_one_of(
        "le|la|les|l|de|du|des|d|depuis|from",
        &crate::text::fold(words.next()?),
    );
    let named: Vec<&str> = words.collect();
    let plain = (1..=2).contains(&named.len())
        && named
            .iter()
            .all(|word| word.chars().all(|c| c.is_alphabetic() || c == '-'));
    let shown = named.len() == 1
        || named
            .iter()
            .all(|word| word.starts_with(char::is_uppercase));
    if !led || !plain || !shown || names_any(&Folded::new(said)) {
        return None;
    }
    let behind = &rest[length..];
    Some(
        rest.len()
            - behind
                .trim_start_matches([',', '!', ' ', '\u{a0}', '\n'])
                .len(),
    )
}

fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .filter_map(move |word| {
            let start = at;
            at += word.len()
                + text[at + word.len()..]
                    .chars()
                    .next()
                    .map_or(1, char::len_utf8);
            (!word.is_empty()).then_some((start, word))
        })
}

/// Sentence ranges: a stop before a blank and a capital, or the end of a line.
pub(super) fn cut(text: &str) -> Vec<Range<usize>> {
    // « Please excuse my English » is one sentence.
    let apologises = |start: usize, at: usize, end: usize| {
        apology::closes(&text[end..]) && text[start..at].split_whitespace().nth(2).is_some()
    };
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let ends = match c {
            '\n' => true,
            '.' | '!' | '?' | '…' => {
                let rest = &text[end..];
                let next =
                    rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '"', '»', ')', '\'']);
                let spaced = rest.len() > next.len() || next.is_empty();
                // Some never write capitals: a small letter begins a sentence behind a long one.
                let long = c == '.'
                    && (end - start >= 24
                        || ends_in_long_word(&text[start..at])
                        || text[start..at].contains(' ') && begins_call(next));
                spaced
                    && (long || !next.starts_with(char::is_lowercase))
                    && !next.starts_with(['.', '!', '?'])
                    && !(c == '.' && is_abbreviation(&text[start..at]))
            }
            // « …, tout autre chose : la cloche … »
            ':' => {
                let before: String = text[start..at].chars().rev().take(16).collect();
                let before: String = before.chars().rev().collect();
                let before = crate::text::fold(before.trim_end());
                [
                    "autre chose",
                    "autre sujet",
                    "autre souci",
                    "autre probleme",
                ]
                .iter()
                .any(|other| before.ends_with(other))
                    || parts_introduction(&text[start..at], &text[end..])
            }
            ',' | ';' => parts_number(&text[start..at], &text[end..]) || apologises(start, at, end),
            ' ' => super::super::unpointed::begins(text, end) || apologises(start, at, end),
            _ => false,
        };
        if ends {
            // Quotes and brackets that close behind the stop belong to it.
            let mut end = end;
            while let Some((at, c)) = chars.peek().copied() {
                if !matches!(c, '"' | '»' | ')') {
                    break;
                }
                end = at + c.len_utf8();
                chars.next();
            }
            ranges.push(start..end);
            start = end;
        }
    }
    if start < text.len() {
        ranges.push(start..text.len());
    }
    ranges
}

/// « Je suis Claire, ARM au SAMU 44 : la carte est figée »: who writes, and behind the colon what goes
/// wrong.
fn parts_introduction(before: &str, after: &str) -> bool {
    let line = after.split('\n').next().unwrap_or_default();
    let short = (2..=12).contains(&before.split_whitespace().take(13).count());
    let tells = line.split_whitespace().take(4).count() > 3;
    short && tells && {
        let start = greeting(before);
        introduces(before[start..].trim_start())
    }
}

/// « pour me joindre c'est le 02 61 91 50 07, nous sommes trois … », « … c'est pareil, tél. 02 61 … »:
/// whether a comma stands between what goes wrong and the number to call.
fn parts_number(before: &str, after: &str) -> bool {
    const LEADS: [&str; 12] = [
        "tel",
        "port",
        "mob",
        "gsm",
        "mon num",
        "mon tel",
        "mon port",
        "rappel",
        "joignable",
        "contact",
        "numero",
        "num",
    ];
    const TELLS: [&str; 9] = [
        "nous sommes ",
        "on est ",
        "moi et ",
        "moi + ",
        "c'est pareil",
        "c'est toujours",
        "les collegues ",
        "mes collegues ",
        "tous les ",
    ];
    // « Si quelqu'un veut m'en parler, mon portable … » is about the number as a whole.
    const ABOUT: [&str; 10] = [
        "si ", "pour ", "en cas", "vous ", "merci", "je suis", "je reste", "au ", "me ", "le ",
    ];
    let line = after.split('\n').next().unwrap_or_default();
    let number = |text: &mut dyn Iterator<Item = char>| {
        text.take_while(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '+' | '\u{a0}'))
            .filter(char::is_ascii_digit)
            .take(10)
            .count()
            >= 9
    };
    let words = |text: &str| text.split_whitespace().take(5).count();
    if words(line) > 4 && number(&mut before.chars().rev()) {
        let next = crate::text::fold(line.trim_start());
        return TELLS.iter().any(|tells| next.starts_with(tells));
    }
    let ahead: String = line.trim_start().chars().take(60).collect();
    let folded = crate::text::fold(&ahead);
    let lead = crate::text::fold(before.trim_start());
    words(before) > 4
        && !ABOUT.iter().any(|about| lead.starts_with(about))
        && LEADS.iter().any(|lead| folded.starts_with(lead))
        && ahead
            .find(|c: char| c.is_ascii_digit())
            .is_some_and(|at| number(&mut ahead[at..].chars()))
}

/// « C'est intermittent. », « ca revient parfois. »: two words and more, the last too long to be
/// one that is cut short.
fn ends_in_long_word(said: &str) -> bool {
    let mut words = said.split_whitespace();
    let last = words.next_back().unwrap_or_default();
    words.next().is_some() && last.chars().filter(|c| c.is_alphabetic()).count() >= 7
}

/// « … on est 4 arm. rappelez au 03 … »: what asks to be called or thanks is a sentence of its own.
fn begins_call(next: &str) -> bool {
    const CALLS: [&str; 11] = [
        "rappel",
        "appelez",
        "merci",
        "joignable",
        "contactez",
        "me rappeler",
        "me joindre",
        "svp",
        "cordialement",
        "cdt",
        "cdlt",
    ];
    CALLS.iter().any(|call| next.starts_with(call))
}

fn is_abbreviation(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let folded = crate::text::fold(word);
    matches!(
        folded.as_str(),
        "dr" | "pr"
            | "mme"
            | "mlle"
            | "m"
            | "mr"
            | "cf"
            | "tel"
            | "ex"
            | "st"
            | "ste"
            | "bat"
            | "no"
            | "ref"
            | "env"
            | "av"
            | "bd"
            | "mgr"
            | "p"
            | "f"
            | "t"
            | "port"
    ) || (word.chars().count() == 1 && word.chars().all(char::is_uppercase))
}
