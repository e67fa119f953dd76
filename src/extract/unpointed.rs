//! Sentences that begin with a capital and no stop before it: « ça ne marche plus Il faudrait … ».

use crate::text::fold;

/// Whether a sentence begins with the word at byte `at` of `text`, though only blanks part it from
/// the words before. Looks at a bounded stretch on both sides.
pub(super) fn begins(text: &str, at: usize) -> bool {
    let Some(rest) = text.get(at..) else {
        return false;
    };
    let Some(first) = rest.chars().next().filter(|c| c.is_uppercase()) else {
        return false;
    };
    let before = text[..at].trim_end_matches(blank);
    let ends = |c: char| c.is_lowercase() || c.is_ascii_digit() || matches!(c, ')' | '»');
    if before.len() == at || !before.ends_with(ends) {
        return false;
    }
    // « le bouton En cours », « Gaëtan Le mesnil »: what is written there, and names.
    let last = last_word(before);
    let last_folded = fold(last);
    let reflexive = last_folded.starts_with("s'");
    let shown = last_folded.rsplit('\'').next().is_some_and(shows);
    if last.starts_with(char::is_uppercase) || shown && !reflexive {
        return false;
    }
    let word: &str = rest
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let behind = &rest[word.len()..];
    let spoken = word.chars().skip(1).all(char::is_lowercase);
    if !spoken || word.len() > LONGEST {
        return false;
    }
    let folded = fold(word);
    let elided = behind
        .strip_prefix(['\'', '’'])
        .is_some_and(|next| next.starts_with(char::is_lowercase));
    let next = behind.trim_start_matches(blank);
    let goes_on = next.len() < behind.len()
        && next.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit());
    match first {
        _ if elided => elides(&folded),
        _ if !goes_on => false,
        // « la salle A est », « le bouton En cours »
        'A' | 'À' | 'E' if matches!(folded.as_str(), "a" | "en") => {
            let second = fold(
                next.split(|c: char| !c.is_alphanumeric())
                    .next()
                    .unwrap_or_default(),
            );
            BEHIND.contains(&second.as_str())
        }
        _ => starts(&folded),
    }
}

/// Whether a folded word is one that may begin such a sentence: cheaper than to look at its place.
pub(super) fn may_begin(folded: &str) -> bool {
    starts(folded) || elides(folded) || matches!(folded, "a" | "en")
}

/// The longest word of the lists below, accents included.
const LONGEST: usize = 14;

/// Words that begin sentences in front of an apostrophe.
fn elides(folded: &str) -> bool {
    matches!(
        folded,
        "c" | "j" | "l" | "n" | "d" | "qu" | "s" | "aujourd" | "quelqu"
    )
}

/// Words that begin sentences.
fn starts(folded: &str) -> bool {
    matches!(
        folded,
        "ca" | "cela"
            | "ce"
            | "cet"
            | "cette"
            | "ces"
            | "on"
            | "il"
            | "ils"
            | "elle"
            | "elles"
            | "je"
            | "nous"
            | "le"
            | "la"
            | "les"
            | "un"
            | "une"
            | "depuis"
            | "avant"
            | "hier"
            | "auparavant"
            | "normalement"
            | "impossible"
            | "aucun"
            | "aucune"
            | "rien"
            | "merci"
            | "pouvez"
            | "pourriez"
            | "mais"
            | "quand"
            | "lorsque"
            | "the"
            | "it"
            | "we"
            | "they"
            | "there"
    )
}

/// What follows « À » and « En » at a sentence's beginning.
const BEHIND: [&str; 17] = [
    "chaque",
    "priori",
    "noter",
    "partir",
    "part",
    "cause",
    "prod",
    "production",
    "formation",
    "revanche",
    "fait",
    "attendant",
    "effet",
    "gros",
    "plus",
    "piece",
    "pj",
];

/// Words behind which something is quoted.
fn shows(folded: &str) -> bool {
    const SHOWS: &[&str] = &[
        "bouton",
        "boutons",
        "onglet",
        "onglets",
        "menu",
        "champ",
        "champs",
        "ecran",
        "filtre",
        "module",
        "rubrique",
        "case",
        "intitule",
        "intitulee",
        "nomme",
        "nommee",
        "appele",
        "appelee",
        "vue",
        "page",
        "message",
        "liste",
        "lien",
        "option",
        "affiche",
        "indique",
        "dit",
        "marque",
        "ecrit",
        "colonne",
        "statut",
        "etat",
        "mention",
        "sur",
        "dans",
        "a",
        "de",
        "vers",
    ];
    SHOWS.contains(&folded)
}

/// The last word, of at most 24 characters.
fn last_word(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take(24)
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-'))
        .last()
        .map_or(text.len(), |(start, _)| start);
    &text[start..]
}

fn blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn a_capital_begins_a_sentence_though_the_stop_is_missing() {
        for text in [
            "les SMS devraient partir dans la minute |C'est systématique",
            "l'écran reste noir |Il faut redémarrer",
            "20 secondes pour un dossier au lieu de 2 |On est 9 en salle",
            "rien ne part |À chaque essai",
            "la liste est vide (même après F5) |Nous sommes deux",
            "plus rien ne s'affiche |Depuis ce matin 8h",
            "une erreur « 500 » |L'annuaire est vide",
        ] {
            let at = text.find('|').unwrap_or_default();
            assert!(begins(&text.replace('|', ""), at), "{text}");
        }
    }

    #[test]
    fn names_and_what_is_shown_begin_none() {
        for text in [
            "Gaëtan |Le mesnil",
            "le CH de |La rochelle",
            "la salle |A est coupée",
            "le bouton |En cours ne répond plus",
            "l'onglet |Les gardes est vide",
            "il affiche |Impossible de joindre",
            "la carte. |Il faut",
            "au SAMU |On est",
            "je clique sur |Le plan",
            "|On est deux",
            "PLUS AUCUN APPEL 15 |N'ARRIVE SUR LE BANDEAU",
        ] {
            let at = text.find('|').unwrap_or_default();
            assert!(!begins(&text.replace('|', ""), at), "{text}");
        }
    }
}
