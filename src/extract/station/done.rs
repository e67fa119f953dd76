//! Whether a word of checking tells of a check that was made.

use crate::extract::token::Tokens;

/// « contrôlé », « fait vérifier », « contrôle fait »: folding makes a noun of a participle.
pub(super) fn noun_is_done(tokens: &Tokens, at: usize, end: usize) -> bool {
    let one = at.checked_sub(1).map_or("", |at| tokens.word(at));
    match tokens.word(at) {
        "controle" | "controles" => {
            !matches!(one, "le" | "un" | "du" | "au" | "les" | "des" | "de")
                || tokens.among(end, "ok|fait|effectue|faits")
        }
        "verifier" | "controler" | "valider" => {
            matches!(
                one,
                "fait"
                    | "faire"
                    | "venu"
                    | "venue"
                    | "venus"
                    | "passe"
                    | "passee"
                    | "passes"
                    | "pu"
            )
        }
        _ => false,
    }
}
