//! Rooms, which name no SAMU, and a call room named by its town.

use super::super::token::Tokens;
use super::{gazetteer, link};

/// Whether an answer tells where in a building something stands: « Bâtiment A > SAMU > Salle ».
#[must_use]
pub fn is_location(text: &str) -> bool {
    const ROOMS: &str = "batiment|bat|etage|salle|bureau|niveau|rdc|rez|aile|porte|local|couloir|position|poste|pavillon|zone|open";
    let tokens = Tokens::new(text);
    let hospital = (0..tokens.len()).any(|at| tokens.among(at, "chu|ch|chru|hopital|ghu|gh|cesu"));
    text.contains('>')
        || !hospital
            && (tokens.among(0, ROOMS) || tokens.number(0, 2).is_some() && tokens.among(2, ROOMS))
}

/// Whether a town that tells the department stands at `at`, a number before it or not.
pub(super) fn names_town(tokens: &Tokens, at: usize) -> bool {
    let next = link(tokens, at);
    let numbered = tokens.width(next) == 2
        && tokens.number(next, 2).is_some()
        && !tokens.glued(next)
        && gazetteer::samu(tokens, link(tokens, next + 1)).is_some();
    numbered || gazetteer::samu(tokens, next).is_some()
}
