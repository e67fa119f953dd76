//! Places in a building, which name no SAMU.

use super::super::token::Tokens;

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
