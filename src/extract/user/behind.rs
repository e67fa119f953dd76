//! Somebody named: the job and the deeds told behind the name, and whether it is the declarant.

use super::super::count::{company, noun_end};
use super::super::token::{Tokens, phrase};
use super::SUFFERS;
use crate::text::fold;

/// « C'est M. Roux qui a installé la mise à jour », « … qui vous rappellera »: what they did.
pub(super) fn acted(tokens: &Tokens, verb: usize) -> bool {
    const DID: &str = "installe|fait|mis|cree|signale|prevenu|dit|demande|appele|ecrit|change|deplace|venu|venue|passe|passee|trouve|regarde|verifie|configure|forme|conseille|transmis|donne|repondu|decouvert|responsable|charge|chargee|chef|en|de|la|joignable|d";
    tokens.among(
        verb,
        "vous|m|nous|me|sera|suit|gere|s|aura|fera|prend|rappellera|passera|assure|remplace",
    ) || tokens.among(verb, "a|ont|est|sont|avait|etait") && tokens.among(verb + 1, DID)
}

/// « ce que je tape s'enregistre au nom de Gaël »: under whose name something is kept or shown, before
/// the words at `at`.
pub(super) fn is_recorded(tokens: &Tokens, at: usize) -> bool {
    const KEPT: [&str; 11] = [
        "enregistr",
        "affich",
        "sort",
        "apparai",
        "inscri",
        "valid",
        "cree",
        "sauv",
        "trac",
        "part",
        "signe",
    ];
    (at.saturating_sub(3)..at)
        .any(|near| KEPT.iter().any(|kept| tokens.word(near).starts_with(kept)))
}

/// « Karim, ARM de jour, reste bloqué »: the job of the one named before the comma at `end`.
pub(super) fn apposed(tokens: &Tokens, end: usize) -> bool {
    noun_end(tokens, end + 1)
        .map(|job| company::qualified(tokens, job))
        .is_some_and(|job| tokens.sign(job, b',') && SUFFERS.end(tokens, job + 1).is_some())
}

/// Whether two names are one person's.
pub(super) fn shares_a_word(one: &str, other: &str) -> bool {
    let (one, other) = (fold(one), fold(other));
    let parts = |name: &str| -> Vec<String> {
        name.split([' ', '-', '\u{a0}'])
            .filter(|word| word.len() > 2)
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (parts(&one), parts(&other));
    let common = other.iter().filter(|word| one.contains(word)).count();
    // « Julie Lemoine » is not Julie Perrin.
    let given = one.len() > 1
        && other
            .iter()
            .position(|word| Some(word) == one.first())
            .is_some_and(|at| at + 1 < other.len());
    common > usize::from(given)
}

/// « Le Dr Pons me demande de vous signaler que sa session se ferme », « Julie me dit qu'elle ne
/// voit plus rien »: whose words are passed on, and who is the one they are about.
pub(super) fn told_about(tokens: &Tokens, end: usize) -> bool {
    let tells = phrase!(
        tokens,
        end,
        "me demande de|m a demande de|me dit|m a dit|me charge de|m a charge de|m a charge|me signale|nous signale|m a signale|nous a signale|m indique|nous indique|nous demande de|nous dit|me prie de|constate|remarque|asked me to|tells me|told me"
    );
    let theirs = || {
        (end..end + 9).any(|at| {
            phrase!(
                tokens,
                at,
                "que sa|que son|que ses|qu il|qu elle|that his|that her|that he|that she"
            )
            .is_some()
        })
    };
    tells.is_some() && theirs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_words_are_passed_on_may_be_the_one_they_are_about() {
        for (text, expected) in [
            (
                "me demande de vous signaler que sa session se ferme seule",
                true,
            ),
            ("me dit qu'elle ne voit plus les lits", true),
            ("nous signale que son bandeau reste gris", true),
            ("told me that his password is rejected", true),
            ("me demande de vous écrire", false),
            ("vous rappellera, il est en réunion", false),
        ] {
            assert_eq!(told_about(&Tokens::new(text), 0), expected, "{text}");
        }
    }
}
