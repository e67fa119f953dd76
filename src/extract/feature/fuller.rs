//! The name behind a bare or empty one: the fuller name that it points back to, what a problem is with.

use super::complaint::joint;
use super::phrase::{Phrase, Source, phrase};
use super::words::GENERIC;
use std::ops::Range;

/// « la carte des tensions hospitalières … La carte devrait … »: the fuller name that a bare one
/// points back to.
pub(super) fn named_before(source: &Source<'_>, span: &Range<usize>) -> Option<Range<usize>> {
    const VAGUE: &str = "carte|lien|planning|calendrier|module|filtre|export|calcul|envoi|transfert|position|positions|statut|recherche|rapport|annuaire|score|agenda";
    let tokens = source.tokens;
    let at = (0..tokens.len()).find(|at| tokens.span(*at, at + 1).start == span.start)?;
    let vague = GENERIC.holds(tokens.word(at)) || tokens.among(at, VAGUE);
    if !vague || tokens.span(at, at + 1) != *span {
        return None;
    }
    (0..at)
        .filter(|before| tokens.word(*before) == tokens.word(at))
        .filter_map(|before| phrase(source, before, tokens.len()))
        .find(|fuller| fuller.tail > 0)
        .map(|fuller| tokens.span(fuller.from, fuller.to))
}

/// « l'accès à … », « le problème de … »: what stands behind counts.
pub(super) fn unwrapped(source: &Source<'_>, whole: Phrase) -> Option<Phrase> {
    let tokens = source.tokens;
    let wraps = tokens.among(
        whole.from,
        "acces|probleme|problemes|souci|soucis|bug|panne|anomalie|erreur|blocage|lenteur|lenteurs|dysfonctionnement|dysfonctionnements|absence|disparition|perte|utilisation|difficulte|difficultes|incident|majorite|totalite|ensemble|plupart",
    );
    if !wraps {
        return Some(whole);
    }
    const JOINTS: &str = "a la|a l|a|au|aux|de la|de l|du|des|de|d|sur|dans|avec";
    // « lenteurs énormes sur tout le portail »
    let after = tokens
        .any_phrase(whole.from + 1, JOINTS)
        .or_else(|| tokens.any_phrase(whole.to, JOINTS))?;
    let after = if tokens.among(after, "tout|toute|tous|toutes") {
        after + 1
    } else {
        after
    };
    phrase(source, joint(tokens, after), tokens.len())
}
