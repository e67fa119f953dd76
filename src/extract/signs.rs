//! What a report gives away besides the words for faults: signs of one, and the details that only a
//! report gives. They tell a declaration without a fault word from a question or a thank-you.

use super::cues::{Cues, Group};
use super::environment;
use super::feature::names_one;
use super::lexicon::mentions;
use super::sentence::is_negated;
use crate::text::Folded;

/// How many signs of a report a text gives besides the words for faults: what was expected, how
/// often it happens, a negation, a part of the portal, a SAMU, « depuis ». The text is folded.
#[must_use]
pub fn signs(text: &str) -> usize {
    let cues = Cues::scan(text);
    let groups = [
        Group::Expected,
        Group::Always,
        Group::Sometimes,
        Group::Prerequisites,
        Group::Attached,
        Group::Everyone,
    ];
    groups.iter().filter(|group| cues.has(**group)).count()
        + usize::from(is_negated(text))
        + usize::from(feature_named(text))
        + usize::from(text.contains("depuis ") || text.contains("since "))
        + usize::from(text.contains("samu"))
}

/// How many kinds of details a text gives that only a report does: an hour, a number to call, an
/// environment, a SAMU, the state of the workstation, how often it happens. The text is folded.
#[must_use]
pub fn details(text: &str) -> usize {
    const STATION: &str = "prerequis|pre-requis|poste non|poste ok|poste controle|poste verifi|workstation|\
        mon poste|notre poste|postes verifies|le poste a|poste conforme";
    const REPORT: &str = "pour information et analyse|pour analyse|incident constate|je signale|nous signalons|\
        je vous signale|nous vous signalons|declaration d'incident|i would like to report|to report";
    let one_of = |list: &'static str| mentions(list, text);
    let cues = Cues::scan(text);
    let digits = |from: &str| from.bytes().take_while(u8::is_ascii_digit).count();
    let hour = text.match_indices(['h', ':']).any(|(at, _)| {
        let before = text[..at]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_digit)
            .count();
        let after = digits(&text[at + 1..]);
        (1..=2).contains(&before) && (after == 2 || after == 0 && text[at..].starts_with("h "))
    });
    let mut run = 0;
    let mut phone = false;
    for c in text.chars() {
        match c {
            '0'..='9' => run += 1,
            ' ' | '.' | '-' | '(' | ')' | '+' | '\u{a0}' | '\u{202f}' => {}
            _ => run = 0,
        }
        phone |= run >= 10;
    }
    let groups = [Group::Always, Group::Sometimes, Group::Never];
    [
        hour,
        phone,
        !environment::named(text).is_empty(),
        text.contains("samu"),
        one_of(STATION),
        one_of(REPORT),
        groups.iter().any(|group| cues.has(*group)),
        cues.has(Group::Expected),
        cues.has(Group::Everyone),
    ]
    .iter()
    .filter(|given| **given)
    .count()
}

/// Whether a text names a part of the portal.
#[must_use]
pub fn feature_named(text: &str) -> bool {
    names_one(&Folded::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_gives_more_details_than_thanks() {
        for text in [
            "depuis 9h15 au samu 44, mon poste est en production",
            "rappelez-moi au 02 61 91 35 78, incident constate a 14:30",
            "le samu 33 en production, postes verifies, vers 8h00",
        ] {
            assert!(details(text) >= 2, "{text}");
        }
        for text in ["merci pour tout", "bonne journee", "comment faire ?"] {
            assert_eq!((details(text), signs(text)), (0, 0), "{text}");
        }
    }
}
