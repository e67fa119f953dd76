//! « Tout allait bien jusqu'à 17h20, puis plus rien »: when it still worked, and broke.

/// What broke right behind the time when it worked.
const THEN: [&str; 16] = [
    "puis plus",
    "puis rien",
    "puis ca ",
    "puis tout ",
    "puis coup",
    "puis blocage",
    "puis ecran",
    "puis erreur",
    "et puis ",
    "et plus rien",
    "et depuis",
    "depuis plus",
    "depuis rien",
    "ensuite plus",
    "apres plus",
    "then nothing",
];
/// That it worked, before « jusqu'à ».
const FINE: [&str; 22] = [
    "allait bien",
    "allaient bien",
    "marchait",
    "marchaient",
    "fonctionnait",
    "fonctionnaient",
    "pas de souci",
    "pas de probleme",
    "aucun souci",
    "aucun probleme",
    "etait bon",
    "etait ok",
    "tout ok",
    "tout va bien",
    "tout bon",
    "nickel",
    "normal",
    "sans souci",
    "sans probleme",
    "impeccable",
    "worked",
    "was fine",
];

/// How long somebody can be had, before « jusqu'à ».
const REACHED: [&str; 8] = [
    "joign", "dispo", "je suis", "je reste", "rappel", "appel", "ouvert", "on est",
];

/// Whether a time is the end of what worked: from then on it fails. Both are folded.
pub(super) fn broke(before: &str, after: &str) -> bool {
    let lead = before.trim_end();
    let lead = lead
        .strip_suffix(" vers")
        .or(lead.strip_suffix(" environ"))
        .unwrap_or(lead);
    let until = ["jusqu'a", "jusque", "jusqu'au", "jusqua", "until", "till"]
        .iter()
        .find_map(|word| lead.strip_suffix(word));
    let near = after.trim_start().trim_start_matches([',', ' ', ')']);
    match until {
        Some(fine) => {
            let clause = fine.rsplit(['.', ';']).next().unwrap_or(fine);
            FINE.iter().any(|word| clause.contains(word))
                || !REACHED.iter().any(|word| clause.contains(word))
                    && THEN.iter().chain(&FINE).any(|then| near.starts_with(then))
        }
        None => {
            let end = near.char_indices().nth(52).map_or(near.len(), |(at, _)| at);
            let soon = &near[..end];
            FINE.iter().any(|word| soon.contains(word))
                && THEN.iter().any(|then| {
                    soon.find(then)
                        .is_some_and(|at| !soon[..at].contains(|c: char| c.is_ascii_digit()))
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::broke;

    #[test]
    fn what_worked_until_then_fails_from_then_on() {
        for (before, after) in [
            ("tout allait bien jusqu'a ", ", puis plus rien"),
            ("ca marchait jusqu'a ", ""),
            ("jusque vers ", " pas de souci, puis plus rien"),
            ("jusque ", " pas de souci."),
            ("pas de souci jusqu'a ", " environ"),
            ("la carte repondait jusqu'a ", ", puis plus rien"),
            ("", " ca marchait encore comme d'habitude puis plus rien"),
        ] {
            assert!(broke(before, after), "{before}|{after}");
        }
        for (before, after) in [
            ("je suis joignable jusqu'a ", ""),
            ("je suis la jusqu'a ", ", ensuite plus personne"),
            ("", " ca marchait encore"),
            ("hier a ", " tout allait bien, puis a 9h plus rien"),
        ] {
            assert!(!broke(before, after), "{before}|{after}");
        }
    }
}
