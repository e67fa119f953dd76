//! Cutting an answer's words into sentences, clauses and parts.

use super::given::trimmed;
use super::typed::says;
use crate::extract::excerpt::Excerpt;
use crate::extract::token::Tokens;
use crate::text::Folded;

/// The sentences of a paragraph, each with its stop but for a full one.
pub(super) fn sentences(words: &Excerpt) -> Vec<Excerpt> {
    let found = parts(words, &['.', '!', '?', ';']);
    if found.is_empty() {
        vec![words.clone()]
    } else {
        found
    }
}

/// The clauses of a sentence: between commas, and before « et ça », « et on », « et je ».
pub(super) fn clauses(words: &Excerpt) -> Vec<Excerpt> {
    let mut found = Vec::new();
    let whole = parts(words, &[',', ';', '.', '!', '?', '/', '-', '–']);
    let whole = if whole.is_empty() {
        vec![words.clone()]
    } else {
        whole
    };
    for part in whole {
        let folded = Folded::new(&part.text);
        let text = folded.as_str();
        let mut start = 0;
        let mut joints: Vec<(usize, usize)> = text
            .match_indices(" et ")
            .map(|(at, _)| (at, at + 4))
            .collect();
        // « en prod pour les médecins »
        joints.extend(
            [" pour les ", " pour moi", " pour tous"]
                .iter()
                .flat_map(|joint| text.match_indices(joint))
                .map(|(at, _)| (at, at + 1)),
        );
        joints.sort_unstable();
        for (at, behind) in joints {
            let next = text[behind..].split([' ', '\'']).next().unwrap_or_default();
            if matches!(
                next,
                "ca" | "sa"
                    | "cela"
                    | "c"
                    | "on"
                    | "je"
                    | "j"
                    | "nous"
                    | "moi"
                    | "pour"
                    | "oui"
                    | "non"
                    | "en"
                    | "toujours"
                    | "chui"
                    | "le"
                    | "il"
            ) {
                found.push(trimmed(&part.slice(folded.original(start..at))));
                start = behind;
            }
        }
        found.push(trimmed(&part.slice(folded.original(start..text.len()))));
    }
    found.retain(|part| says(&part.text));
    found
}

/// The words behind « Bonjour, ».
pub(super) fn ungreeted(words: &Excerpt) -> Excerpt {
    const GREETINGS: &str =
        "bonjour a tous|bonjour|bonsoir|salut|hello|bjr|hi|re bonjour|rebonjour|re";
    let folded = Folded::new(&words.text);
    let text = folded.as_str();
    for greeting in GREETINGS.split('|') {
        let Some(rest) = text.strip_prefix(greeting) else {
            continue;
        };
        let behind = rest.trim_start_matches([' ', ',', '!', '.', ':', '\n']);
        let parted = rest.trim_start().starts_with([',', '!', '.', ':', '\n']);
        // « Bonjour Claire » greets; « bonjour en prod pour moi » goes on.
        if rest.starts_with(char::is_alphanumeric) || !parted && behind.split(' ').count() <= 2 {
            continue;
        }
        let at = text.len() - behind.len();
        return words.slice(folded.original(at..text.len()));
    }
    words.clone()
}

/// The words behind an article: « les prérequis jsp », « pour les prérequis, aucune idée ».
pub(super) fn unled(words: &Excerpt) -> Excerpt {
    let tokens = Tokens::new(&words.text);
    let mut from = 0;
    while from < 3
        && tokens.among(
            from,
            "le|la|les|l|pour|mon|ma|mes|concernant|quant|aux|au|et|notre|nos|sur",
        )
    {
        from = tokens.skip_joints(from + 1);
    }
    if from == 0 || from >= tokens.len() {
        return words.clone();
    }
    words.slice(tokens.span(from, tokens.len()))
}

/// The parts of a line between some signs; none where it has no such sign. A sign between digits
/// parts nothing.
pub(super) fn parts(words: &Excerpt, signs: &[char]) -> Vec<Excerpt> {
    let text = &words.text;
    let mut found = Vec::new();
    let mut start = 0;
    for (at, sign) in text.char_indices() {
        if !signs.contains(&sign) {
            continue;
        }
        let before = text[..at].ends_with(|c: char| c.is_ascii_digit());
        let next = at + sign.len_utf8();
        let after = text[next..].starts_with(|c: char| c.is_ascii_digit());
        let dash = matches!(sign, '-' | '–');
        if dash && !(text[..at].ends_with(' ') && text[next..].starts_with(' ')) {
            continue;
        }
        if before && after
            || sign == '.' && !text[at + 1..].starts_with([' ', '\n']) && at + 1 < text.len()
        {
            continue;
        }
        found.push(trimmed(&words.slice(start..at + usize::from(sign == '?'))));
        start = next;
    }
    if start == 0 {
        return Vec::new();
    }
    found.push(trimmed(&words.slice(start..text.len())));
    found.retain(|part| says(&part.text));
    found
}

/// The parts of a line between « et », « and » and commas.
pub(super) fn and_parts(words: &Excerpt) -> Vec<Excerpt> {
    let text = &words.text;
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    for joint in [" et ", " and ", ", "] {
        cuts.extend(
            text.match_indices(joint)
                .map(|(at, found)| (at, at + found.len())),
        );
    }
    cuts.sort_unstable();
    if cuts.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for (from, to) in cuts {
        if from >= start {
            found.push(trimmed(&words.slice(start..from)));
            start = to;
        }
    }
    found.push(trimmed(&words.slice(start..text.len())));
    found.retain(|part| says(&part.text));
    found
}
