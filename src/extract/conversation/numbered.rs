//! Answers that name the numbers of our questions in the writer's own lines: « 1) … 2) … », « n°2 :
//! oui », « 1 : ok 2 : non », « 1 et 2 oui », « la première : moi ».

use crate::extract::token::{Kind, Tokens};
use std::ops::Range;

/// A place that names numbers, and the words behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    /// Which questions, from 1.
    pub numbers: Vec<usize>,
    /// The line.
    pub line: usize,
    /// Bytes of the line that name them.
    pub mark: Range<usize>,
    /// Bytes of the line up to the next mark or its end.
    pub answer: Range<usize>,
}

/// A mark at some tokens.
struct Mark {
    numbers: Vec<usize>,
    from: usize,
    to: usize,
    /// A word names it: « n° », « question ».
    named: bool,
}

/// Marks that are looked at in one message.
const MOST: usize = 120;

/// The marks of some lines, for as many questions.
pub(super) fn find(lines: &[&str], questions: usize) -> Vec<Marked> {
    let mut found = Vec::new();
    let mut last = 0;
    let mut cut = Vec::with_capacity(lines.len());
    for line in lines {
        cut.push(Tokens::new(line));
    }
    for (number, tokens) in cut.iter().enumerate() {
        let marks = marks(tokens, questions, &mut last);
        close(&marks, tokens, number, lines[number], &mut found);
        if found.len() > MOST {
            return found;
        }
    }
    if found.is_empty() && questions >= 2 {
        bare(&cut, lines, questions, &mut found);
    }
    found
}

fn close(marks: &[Mark], tokens: &Tokens, line: usize, text: &str, found: &mut Vec<Marked>) {
    for (index, mark) in marks.iter().enumerate() {
        let start = tokens.span(mark.from, mark.to);
        let end = marks.get(index + 1).map_or(text.len(), |next| {
            tokens.span(next.from, next.from + 1).start
        });
        found.push(Marked {
            numbers: mark.numbers.clone(),
            line,
            mark: start.clone(),
            answer: start.end..end.max(start.end),
        });
    }
}

fn marks(tokens: &Tokens, questions: usize, last: &mut usize) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let says = |at: &usize| !tokens.word(*at).is_empty() || tokens.number(*at, 9).is_some();
    let begins = (0..tokens.len()).find(says).unwrap_or(tokens.len());
    let mut at = 0;
    while at < tokens.len() && marks.len() <= MOST {
        let first = at <= begins;
        let Some(mark) = mark(tokens, at, questions, first) else {
            at += 1;
            continue;
        };
        let lowest = mark.numbers.first().copied().unwrap_or(0);
        let follows = lowest == *last + 1;
        let parted = at == 0
            || tokens.get(at).is_some_and(|token| token.spaced)
            || !tokens.glued(at)
            || matches!(
                tokens.get(at - 1).map(|t| t.kind),
                Some(Kind::Sign(_) | Kind::Line)
            );
        if mark.named || first && lowest > *last || follows && parted {
            *last = mark.numbers.last().copied().unwrap_or(*last);
            at = mark.to;
            marks.push(mark);
        } else {
            at += 1;
        }
    }
    marks
}

fn mark(tokens: &Tokens, at: usize, questions: usize, first: bool) -> Option<Mark> {
    const NAMES: &str = "n|no|num|numero|question|questions|q|point|points|pt|reponse|reponses|rep|item|ligne|lignes|number";
    const ROAD: &str = "pour|concernant|sur|quant|a|au|aux|la|le|les|l|et|the|for|to|mes|ma|a";
    let mut to = at;
    let mut named = false;
    let mut led = false;
    while to < at + 6 {
        if tokens.among(to, NAMES) {
            named = true;
        } else if tokens.among(to, ROAD) {
            led |= tokens.among(to, "pour|concernant|sur|quant|la|le|the|for");
        } else if !(to > at
            && (tokens.sign(to, 0x1a)
                || tokens.sign(to, 0xb0)
                || tokens.sign(to, b'\'')
                || tokens.sign(to, b'.') && named))
        {
            break;
        }
        to += 1;
    }
    if let Some(number) = ordinal(tokens.word(to), questions).filter(|_| to > at || first) {
        let noun = usize::from(tokens.among(to + 1, NAMES));
        let end = to + 1 + noun;
        let closed = tokens.sign(end, b':')
            || tokens.sign(end, b',')
            || tokens.sign(end, b'-')
            || tokens.phrase(end, "c est").is_some();
        let known = tokens
            .any_phrase(end, "oui|non|aucune idee|je ne sais|je sais pas|c est")
            .is_some();
        return ((noun == 1 || led) && (closed || known)).then(|| Mark {
            numbers: vec![number],
            from: at,
            to: end + usize::from(closed && !tokens.is(end, &["c"])),
            named: true,
        });
    }
    // « a) », « b. »
    if let [letter @ b'a'..=b'j'] = tokens.text(at).as_bytes()
        && first
        // « c.dupont@… » begins with no letter of ours.
        && (tokens.sign(at + 1, b')') || tokens.sign(at + 1, b'.') && !tokens.glued(at + 2))
        && usize::from(letter - b'a') < questions
    {
        return Some(Mark {
            numbers: vec![usize::from(letter - b'a') + 1],
            from: at,
            to: at + 2,
            named: false,
        });
    }
    let number = |at: usize| {
        tokens
            .number(at, 2)
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| (1..=questions).contains(number))
    };
    let mut numbers = vec![number(to)?];
    to += 1;
    // « 1 et 2 : oui », « 1, 2 et 3 je ne sais pas »
    while (tokens.is(to, &["et", "and"])
        || tokens.sign(to, b',')
        || tokens.sign(to, b'&')
        || tokens.sign(to, b'+'))
        && let Some(next) = number(to + 1)
        && numbers.last().is_some_and(|last| next > *last)
        && !tokens.sign(to + 2, b'/')
    {
        numbers.push(next);
        to += 2;
    }
    let signs = |at: usize| {
        matches!(
            tokens.get(at).map(|token| token.kind),
            Some(Kind::Sign(
                b')' | b'.' | b':' | b'-' | b'/' | b'=' | b'>' | b']'
            ))
        ) || tokens.sign(at, 0x1a)
    };
    let digits = |at: usize| tokens.number(at, 9).is_some();
    let glued_on = signs(to)
        && tokens.glued(to)
        && tokens.glued(to + 1)
        && digits(to + 1)
        && !tokens.sign(to, b')');
    let told = tokens
        .any_phrase(
            to,
            "c est|oui|non|aucune idee|je ne sais|je sais|nsp|idem|pareil|ok",
        )
        .is_some();
    let measured = tokens.among(
        to,
        "h|heures|heure|min|minutes|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|postes|poste|arm|medecins|personnes|utilisateurs|agents|jours|semaines|mois|fois|e|er|eme|ieme|collegues|stagiaires|ans",
    );
    if measured || glued_on {
        return None;
    }
    let mut end = to + usize::from(led && tokens.sign(to, b',') && !digits(to + 2));
    while end < to + 3 && signs(end) {
        end += 1;
    }
    let marked = end > to;
    let several = numbers.len() > 1;
    (marked || named || led && told || several && told).then_some(Mark {
        numbers,
        from: at,
        to: end,
        named: named || led && (marked || told),
    })
}

fn ordinal(word: &str, questions: usize) -> Option<usize> {
    let number = match word {
        "premier" | "premiere" => 1,
        "deuxieme" | "second" | "seconde" => 2,
        "troisieme" => 3,
        "quatrieme" => 4,
        "cinquieme" => 5,
        "sixieme" => 6,
        "dernier" | "derniere" => questions,
        _ => return None,
    };
    (number <= questions).then_some(number)
}

/// « 1 oui 2 non 3 prod », « 1 oui⏎2 non »: numbers alone, where they run from 1 to the last.
fn bare(cut: &[Tokens], lines: &[&str], questions: usize, found: &mut Vec<Marked>) {
    let mut wanted = 1;
    let mut marks: Vec<Vec<Mark>> = Vec::new();
    for tokens in cut {
        let mut row = Vec::new();
        for at in 0..tokens.len() {
            let begins = at == 0 || !row.is_empty();
            let alone = tokens.number(at, 2).and_then(|n| usize::try_from(n).ok()) == Some(wanted)
                && wanted <= questions
                && begins
                && (at == 0 || !tokens.glued(at))
                && tokens.get(at + 1).is_some_and(|next| next.spaced)
                && !tokens.ends_line(at + 1);
            if alone {
                row.push(Mark {
                    numbers: vec![wanted],
                    from: at,
                    to: at + 1,
                    named: false,
                });
                wanted += 1;
            }
        }
        marks.push(row);
    }
    if wanted > questions {
        for (line, row) in marks.iter().enumerate() {
            close(row, &cut[line], line, lines[line], found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, questions: usize) -> Vec<(Vec<usize>, String)> {
        let lines: Vec<&str> = text.lines().collect();
        find(&lines, questions)
            .into_iter()
            .map(|marked| {
                (
                    marked.numbers,
                    lines[marked.line][marked.answer].trim().to_owned(),
                )
            })
            .collect()
    }

    #[test]
    fn numbers_are_found_however_they_are_marked() {
        let one = |number: usize, words: &str| (vec![number], words.to_owned());
        for (text, questions, told) in [
            ("1) moi\n2) oui", 2, vec![one(1, "moi"), one(2, "oui")]),
            ("1- moi 2- non", 2, vec![one(1, "moi"), one(2, "non")]),
            ("1 : ok 2 : non", 2, vec![one(1, "ok"), one(2, "non")]),
            ("n°2 : oui", 3, vec![one(2, "oui")]),
            (
                "1. vers 14h30 2. prod",
                2,
                vec![one(1, "vers 14h30"), one(2, "prod")],
            ),
            (
                "1/ 3 postes, 2/ toujours",
                2,
                vec![one(1, "3 postes,"), one(2, "toujours")],
            ),
            (
                "1 oui\n2 non\n3 prod",
                3,
                vec![one(1, "oui"), one(2, "non"), one(3, "prod")],
            ),
            (
                "1 oui 2 6 3 prod",
                3,
                vec![one(1, "oui"), one(2, "6"), one(3, "prod")],
            ),
            ("1 et 2 : oui", 2, vec![(vec![1, 2], "oui".to_owned())]),
            ("Question 1 : moi", 2, vec![one(1, "moi")]),
            (
                "la première : moi, la deuxième : non",
                2,
                vec![one(1, "moi,"), one(2, "non")],
            ),
            ("a) moi\nb) oui", 2, vec![one(1, "moi"), one(2, "oui")]),
            ("a. moi\nb. oui", 2, vec![one(1, "moi"), one(2, "oui")]),
            ("c.dupont@chu.example", 4, vec![]),
            ("a.martin@samu.example ou b.leroy@samu.example", 4, vec![]),
            ("d.lenoir ou e.petit", 5, vec![]),
            ("vers 2 - 3 h du matin", 4, vec![]),
            ("le 3 mars", 4, vec![]),
            ("nous sommes 3, en prod", 4, vec![]),
        ] {
            assert_eq!(read(text, questions), told, "{text}");
        }
    }
}
