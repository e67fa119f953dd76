//! Folds the text part into short lines, and makes one line of words that came from outside.

/// Lines of the form: they must stay one line in every mail program.
pub const FORM_WIDTH: usize = 68;

/// All other lines break here, well under the 72 columns that plain text bears.
pub const WIDTH: usize = 66;

/// Folds each paragraph line of a rendered text: list items hang under their text, form lines and
/// quoted lines stay as they are, more than two blank lines in a row become two, and a blank at
/// the end of a line goes, but for the one that a form line ends with.
#[must_use]
pub fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut blank = 0;
    for line in text.lines() {
        let trimmed = line.trim_end_matches([' ', '\t']);
        if trimmed.is_empty() {
            blank += 1;
            if blank <= 2 && !out.is_empty() {
                out.push('\n');
            }
            continue;
        }
        blank = 0;
        if is_form_line(trimmed) || trimmed.starts_with('>') {
            out.push_str(trimmed);
        } else {
            let body = trimmed.trim_start_matches(' ');
            let indent = trimmed.len() - body.len();
            let hanging = indent + item_mark(body);
            fold(body, indent, hanging, WIDTH, &mut out);
        }
        out.push('\n');
    }
    let end = out.trim_end_matches('\n').len();
    out.truncate(end);
    out.push('\n');
    out
}

/// `  12) … :`, to be filled in; what says something behind its colon is an item of a list.
#[must_use]
pub fn is_form_line(line: &str) -> bool {
    let is_numbered = |body: &str| item_mark(body) > 2;
    line.strip_prefix("  ").is_some_and(is_numbered) && line.trim_end().ends_with(':')
}

/// Columns of the mark that a list item begins with: `- `, `12) `; zero where it is none.
fn item_mark(body: &str) -> usize {
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    match body.starts_with("- ") {
        true => 2,
        false if digits > 0 && body[digits..].starts_with(") ") => digits + 2,
        false => 0,
    }
}

/// Words of a person as the end of a sentence: one line of at most `most` characters, with its
/// final stop; empty where they say nothing.
#[must_use]
pub fn sentence(text: &str, most: usize) -> String {
    let line = clip(&one_line(text), most);
    let line = line.trim_end_matches(['.', ' ', ';', ',', ':']);
    match line.is_empty() {
        true => String::new(),
        false => stopped(line.to_owned()),
    }
}

/// The text with a final stop, unless it ends with a sign that is one.
#[must_use]
pub fn stopped(text: String) -> String {
    match text.ends_with(['…', '?', '!']) {
        true => text,
        false => format!("{text}."),
    }
}

/// Breaks `text` into lines of at most `width` characters and gives at most `most` of them; the
/// last one ends with « … » where more would follow.
#[must_use]
pub fn lines(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut folded = String::new();
    // One line more than asked for is enough to know that there are more.
    for line in text
        .lines()
        .map(one_line)
        .filter(|line| !line.is_empty())
        .take(most + 1)
    {
        fold(&clip(&line, width * (most + 1)), 0, 0, width, &mut folded);
        folded.push('\n');
    }
    let mut lines: Vec<String> = folded.lines().map(str::to_owned).collect();
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = clip(&format!("{last} …"), width);
            if !last.ends_with('…') {
                last.push('…');
            }
        }
    }
    lines
}

/// Words from outside on one line: no control characters, no characters that turn the direction
/// of text, single blanks.
#[must_use]
pub fn one_line(text: &str) -> String {
    let visible = |c: char| {
        if c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            c
        }
    };
    let hidden = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let clean: String = text.chars().filter(|c| !hidden(c)).map(visible).collect();
    clean
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most `most` characters, the last one « … » where more were there.
#[must_use]
pub fn clip(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    // A word that would be cut is left out, unless it is most of what there is.
    let last_blank = kept.rfind(' ').filter(|blank| *blank > kept.len() / 2);
    if let Some(blank) = last_blank {
        kept.truncate(blank);
    }
    format!("{}…", kept.trim_end_matches([' ', ',', ';', ':', '.', '…']))
}

/// Appends `text` folded at blanks; a word longer than a line is cut.
fn fold(text: &str, indent: usize, hanging: usize, width: usize, out: &mut String) {
    let push_blanks = |out: &mut String, count: usize| out.extend(std::iter::repeat_n(' ', count));
    push_blanks(out, indent);
    let mut column = indent;
    let mut at_start = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !at_start {
            if column + 1 + length <= width {
                out.push(' ');
                column += 1;
            } else {
                out.push('\n');
                push_blanks(out, hanging);
                column = hanging;
            }
        }
        at_start = false;
        for character in word.chars() {
            if column >= width {
                out.push('\n');
                push_blanks(out, hanging);
                column = hanging;
            }
            out.push(character);
            column += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_fold_and_form_lines_stay() {
        let form = format!("  1) {} :", "x".repeat(61));
        let long = "mot ".repeat(40);
        let text = paragraphs(&format!("{long}\n\n\n\n\n{form}\n\n\n  - {long}\n\n"));
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert_eq!(longest, Some(form.chars().count()));
        assert!(text.contains(&format!("\n\n\n{form}\n\n\n")), "{text}");
        assert!(text.contains("  - mot"), "{text}");
        assert!(text.contains("\n    mot"), "{text}");
        assert!(text.ends_with("mot\n"));
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut() {
        let text = paragraphs(&"é".repeat(200));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(text.chars().filter(|c| *c == 'é').count(), 200);
    }

    #[test]
    fn words_from_outside_are_one_line_without_tricks() {
        for (given, shown) in [
            ("a\r\nBcc: x", "a Bcc: x"),
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("a\u{85}b\u{2028}c\0d", "a b c d"),
            ("  a\t\u{a0}b ", "a b"),
        ] {
            assert_eq!(one_line(given), shown, "{given:?}");
        }
    }

    #[test]
    fn a_numbered_item_hangs_under_its_words_and_is_no_form_line() {
        let item =
            "  2) Sans réponse du support : 01 99 00 00 03 (équipe N3, jusqu’à 18 h ce jour).";
        assert!(!is_form_line(item));
        assert!(is_form_line("  12) Téléphone\u{a0}:"));
        let folded = paragraphs(item);
        assert_eq!(folded.lines().count(), 2);
        assert!(folded.contains("\n     18 h ce jour)."), "{folded}");
    }

    #[test]
    fn words_of_an_agent_end_with_one_stop() {
        for (typed, set) in [
            ("la carte s’affiche", "la carte s’affiche."),
            (" la carte\r\ns’affiche. ", "la carte s’affiche."),
            ("…", "…"),
            (" .", ""),
            ("", ""),
        ] {
            assert_eq!(sentence(typed, 400), set, "{typed:?}");
        }
        assert!(sentence(&"mot ".repeat(999), 400).ends_with("mot…"));
    }

    #[test]
    fn a_quote_is_at_most_so_many_lines() {
        let text = "un\n\ndeux\ntrois quatre cinq six\nsept";
        assert_eq!(lines(text, 12, 9).len(), 5);
        assert_eq!(lines(text, 12, 3), ["un", "deux", "trois quatr…"]);
        assert_eq!(lines(&"mot ".repeat(100_000), 12, 3).len(), 3);
        assert!(lines("", 12, 3).is_empty());
    }
}
