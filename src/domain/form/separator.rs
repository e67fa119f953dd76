//! What stands around a label: brackets, colons, dashes, the words up to the colon.

use super::words::Word;

/// What stands between a label and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// « : » or « = ».
    Colon,
    /// A tab: the next cell of a table.
    Tab,
    /// « - », « – », « -> », or a row of dots.
    Dash,
    /// The label is a question.
    Question,
    /// The label ends the line.
    LineEnd,
    /// Only a blank.
    Nothing,
}

/// Whether nothing but blanks, hyphens and the like stands between the words: « Entité : SAMU » is
/// no label of two words.
pub(super) fn unbroken(text: &str, words: &[Word<'_>]) -> bool {
    words.windows(2).all(|pair| {
        let between = &text[pair[0].span.end..pair[1].span.start];
        !between.contains([':', '=', '?', '\t', ';', '\n'])
            && !matches!(between.trim(), "–" | "—" | "->")
    })
}

/// Where the bracket that opens the text closes.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices().take(160) {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

const OTHERS: [&str; 6] = [
    "standard",
    "secretariat",
    "fax",
    "accueil",
    "telecopie",
    "urgences",
];

/// « Téléphone de la salle : »: up to four more words before the colon.
pub(super) fn near_colon(text: &str, end: usize, words: &[Word<'_>], next: usize) -> Option<usize> {
    let mut limit = (end + 44).min(text.len());
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let colon = end + text[end..limit].find(':')?;
    let between = words[next..]
        .iter()
        .take_while(|word| word.span.end <= colon)
        .count();
    let plain = !text[end..colon].contains(['.', ',', ';', '!', '?', '"', '«', '\t'])
        && !text[end..colon].bytes().any(|byte| byte.is_ascii_digit());
    // « Tél. standard : » is somebody else's number.
    let others = words[next..next + between]
        .iter()
        .any(|word| OTHERS.contains(&word.text.as_ref()));
    (between <= 4 && plain && !others).then_some(colon + 1)
}

/// What stands behind a label that ends at `end`, and where the answer begins.
pub(super) fn separator(text: &str, end: usize) -> (Separator, usize) {
    let blank =
        |c: char| (c.is_whitespace() && c != '\t') || matches!(c, '*' | '_' | '"' | '»' | ')');
    let rest = &text[end..];
    let trimmed = rest.trim_start_matches(blank);
    let at = end + (rest.len() - trimmed.len());
    let spaced = at > end;
    let after = |from: usize| {
        let rest = &text[from..];
        from + (rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '='))
                .len())
    };
    let Some(first) = trimmed.chars().next() else {
        return (Separator::LineEnd, text.len());
    };
    let next = at + first.len_utf8();
    match first {
        ':' | '=' | '：' => (Separator::Colon, after(next)),
        '\t' => (Separator::Tab, after(next)),
        '?' => {
            let rest = text[next..].trim_start_matches(blank);
            match rest.chars().next() {
                None => (Separator::Question, text.len()),
                Some(_) => (Separator::Question, after(next)),
            }
        }
        '-' | '–' | '—' | '→' | '➔' | '|' | '>'
            if spaced || text[next..].starts_with([' ', '>']) =>
        {
            let skip = text[next..].trim_start_matches(['-', '>']);
            (Separator::Dash, after(text.len() - skip.len()))
        }
        '…' => (Separator::Dash, at),
        '.' if trimmed.starts_with("..") => (Separator::Dash, at),
        _ => (Separator::Nothing, at),
    }
}
