//! Numbers that the end of a line cuts in two.

/// Whether the line ends inside a number: pairs of digits before it, as many as lack behind it.
pub(super) fn cut_at(text: &str, start: usize, digits: &[usize], plus: bool, end: usize) -> bool {
    let whole = if plus { 11 } else { 10 };
    let begins = plus || text.as_bytes().get(digits[0]) == Some(&b'0');
    if !begins || digits.len() < 2 || digits.len() >= whole || text[start..end].contains('\n') {
        return false;
    }
    let groups = digits
        .windows(2)
        .filter(|pair| pair[1] > pair[0] + 1)
        .count();
    if !plus && (groups + 1) * 2 != digits.len() {
        return false;
    }
    let below = text[end + 1..].trim_start_matches([' ', '>', '.', '-']);
    let line = below.split('\n').next().unwrap_or_default();
    let mut rest = 0;
    let mut spaced = true;
    for c in line.chars() {
        match c {
            '0'..='9' => {
                rest += 1;
                spaced = false;
            }
            ' ' | '.' | '-' | '\u{a0}' if !spaced => spaced = true,
            _ => break,
        }
        if rest + digits.len() == whole {
            break;
        }
    }
    let after = line
        .char_indices()
        .filter(|(_, c)| c.is_ascii_digit())
        .nth(rest.saturating_sub(1))
        .map_or("", |(at, _)| &line[at + 1..]);
    rest + digits.len() == whole
        && rest.is_multiple_of(2)
        && !after
            .trim_start_matches([' ', '.', '-', '\u{a0}'])
            .starts_with(|c: char| c.is_ascii_digit())
        && !after.starts_with(char::is_alphanumeric)
}
