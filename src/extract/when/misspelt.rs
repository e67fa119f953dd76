//! Weekdays and months with one slip of the fingers: « samdi », « diamnche », « setpembre ». Read as
//! nothing, the hour beside them would fall on another day.

use chrono::Weekday;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("lundi", Weekday::Mon),
    ("mardi", Weekday::Tue),
    ("mercredi", Weekday::Wed),
    ("jeudi", Weekday::Thu),
    ("vendredi", Weekday::Fri),
    ("samedi", Weekday::Sat),
    ("dimanche", Weekday::Sun),
];

/// Those of five letters and more: a slip makes another word of shorter ones.
const MONTHS: [(&str, u32); 8] = [
    ("janvier", 1),
    ("fevrier", 2),
    ("avril", 4),
    ("juillet", 7),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("decembre", 12),
];

/// The weekday that a folded word was meant to be.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    meant(word, &WEEKDAYS)
}

/// The month, 1 to 12, that a folded word was meant to be.
pub(super) fn month(word: &str) -> Option<u32> {
    meant(word, &MONTHS)
}

fn meant<T: Copy>(word: &str, names: &[(&str, T)]) -> Option<T> {
    // « les lundis » recur.
    if !(4..=10).contains(&word.len()) || word.ends_with('s') {
        return None;
    }
    names
        .iter()
        .find(|(name, _)| is_one_slip(word, name))
        .map(|&(_, value)| value)
}

/// Whether one letter is too many, missing, wrong or in its neighbour's place. The first may only
/// have changed places: another one there makes another word (« hardi »).
fn is_one_slip(word: &str, name: &str) -> bool {
    let (typed, meant) = (word.as_bytes(), name.as_bytes());
    let swapped = || typed.get(..2) == Some(&[meant[1], meant[0]]);
    (typed.first() == meant.first() || swapped()) && strsim::osa_distance(word, name) == 1
}

#[cfg(test)]
mod tests {
    use super::{month, weekday};
    use chrono::Weekday;

    #[test]
    fn one_slip_is_understood() {
        for (word, day) in [
            ("samdi", Weekday::Sat),
            ("smaedi", Weekday::Sat),
            ("asmedi", Weekday::Sat),
            ("diamnche", Weekday::Sun),
            ("vendrdi", Weekday::Fri),
            ("mecredi", Weekday::Wed),
            ("mardii", Weekday::Tue),
            ("lunfi", Weekday::Mon),
            ("jeuid", Weekday::Thu),
            ("jeud", Weekday::Thu),
        ] {
            assert_eq!(weekday(word), Some(day), "{word}");
        }
        for (word, told) in [
            ("janvir", 1),
            ("fevreir", 2),
            ("avrli", 4),
            ("setpembre", 9),
            ("ocotbre", 10),
            ("desembre", 12),
        ] {
            assert_eq!(month(word), Some(told), "{word}");
        }
    }

    #[test]
    fn other_words_are_no_days() {
        for word in [
            "hardi",
            "mardis",
            "lundis",
            "mais",
            "dimension",
            "media",
            "merci",
            "juin",
            "semaine",
            "jeux",
            "membre",
            "ouvre",
            "avis",
            "fevre",
            "manche",
            "vendre",
            "",
        ] {
            assert_eq!(weekday(word), None, "{word}");
            assert_eq!(month(word), None, "{word}");
        }
    }
}
