//! Numbers in digits and in words, as tokens.

use super::token::Tokens;

/// A number written in digits (at most `digits`) or in words at `at`: its value and where it ends.
/// French up to 99 (« vingt et une », « soixante-douze »), « cent », English up to twelve.
pub fn number(tokens: &Tokens, at: usize, digits: usize) -> Option<(u32, usize)> {
    if let Some(value) = tokens.number(at, digits) {
        return Some((value, at + 1));
    }
    number_word(tokens, at)
}

/// A number written in words at `at`.
pub fn number_word(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let word = tokens.word(at);
    let value = simple(word)?;
    let mut end = at + 1;
    let mut total = value;
    if word == "quatre" {
        let next = tokens.skip_joints(end);
        if tokens.is(next, &["vingt", "vingts"]) {
            total = 80;
            end = next + 1;
        }
    }
    if matches!(total, 20 | 30 | 40 | 50 | 60 | 80) {
        let mut next = tokens.skip_joints(end);
        let joined = tokens.is(next, &["et"]);
        if joined {
            next = tokens.skip_joints(next + 1);
        }
        let teens = matches!(total, 60 | 80);
        match simple(tokens.word(next)) {
            Some(one) if joined && (one == 1 || (teens && one == 11)) => {
                return Some((total + one, next + 1));
            }
            Some(one) if !joined && one > 0 && one < if teens { 20 } else { 10 } => {
                return Some((total + one, next + 1));
            }
            _ => {}
        }
    }
    if total == 10 {
        let next = tokens.skip_joints(end);
        if let Some(one @ 7..=9) = simple(tokens.word(next)) {
            return Some((10 + one, next + 1));
        }
    }
    Some((total, end))
}

fn simple(word: &str) -> Option<u32> {
    Some(match word {
        "zero" => 0,
        "un" | "une" | "one" => 1,
        "deux" | "two" => 2,
        "trois" | "three" => 3,
        "quatre" | "four" => 4,
        "cinq" | "five" => 5,
        "six" => 6,
        "sept" | "seven" => 7,
        "huit" | "eight" => 8,
        "neuf" | "nine" => 9,
        "dix" | "ten" => 10,
        "onze" | "eleven" => 11,
        "douze" | "twelve" => 12,
        "treize" => 13,
        "quatorze" => 14,
        "quinze" => 15,
        "seize" => 16,
        "vingt" | "twenty" => 20,
        "trente" | "thirty" => 30,
        "quarante" | "forty" => 40,
        "cinquante" | "fifty" => 50,
        "soixante" => 60,
        "cent" => 100,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_digits_and_in_words() {
        for (text, value) in [
            ("12", 12),
            ("vingt et une", 21),
            ("vingt-deux", 22),
            ("dix-sept", 17),
            ("soixante et onze", 71),
            ("quatre-vingt-douze", 92),
            ("deux", 2),
            ("trente cinq", 35),
        ] {
            let tokens = Tokens::new(text);
            assert_eq!(number(&tokens, 0, 3), Some((value, tokens.len())), "{text}");
        }
    }
}
