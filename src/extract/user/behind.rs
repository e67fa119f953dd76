//! Somebody named: the job and the deeds told behind the name, and whether it is the declarant.

use super::super::count::{company, noun_end};
use super::super::token::Tokens;
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
