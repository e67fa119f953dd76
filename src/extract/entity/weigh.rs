//! How likely a named SAMU is the declarant's, by the words beside it.

use super::super::token::Tokens;

/// A neighbour's SAMU is no declarant's.
pub(super) fn score(tokens: &Tokens, from: usize, to: usize) -> f32 {
    let before = tokens.folded(from.saturating_sub(5), from);
    let before = before
        .rsplit(['.', '\n', ';', '(', ':'])
        .next()
        .unwrap_or_default();
    let third = [
        "vers",
        "transfer",
        "transmis au",
        "transmettre au",
        "envoye au",
        "voisin",
        "collegues d",
        "confreres d",
        "avec le",
        "comme au",
        "comme le",
        "contrairement",
        "recu d",
        "venant d",
        "provenan",
        "aussi au",
        "aussi le",
        "chez nos",
        "renfort",
        "au profit",
        "contacte le",
        "dossier au",
        "affaire au",
        "dossiers au",
        "affaires au",
        "appel au",
        "appels au",
        "bascule",
        "basculer",
        "envoie au",
        "envoye vers",
        "transmet",
        "appele le",
        "pour le compte",
        "destination",
        "to the",
        "du cote d",
        "et le ",
        "depuis le samu",
        "avez note",
        "avez mis",
        "avez indique",
        "avez inscrit",
        "avez enregistre",
        "et non",
        "pas le ",
        "pas au ",
        "pas du ",
        "pas celui d",
        "par erreur",
        "a la place d",
    ]
    .iter()
    .any(|word| before.contains(word));
    let plural = tokens.is(from, &["samus"]);
    let region = tokens.is(from, &["ars", "agence"]);
    let mut score: f32 = 0.88;
    if third {
        score -= 0.6;
    }
    if plural {
        score -= 0.4;
    }
    if region {
        score -= 0.08;
    }
    // « le SAMU 79 ne le voit pas arriver »: spoken of, rather than from.
    let ours = [
        "nous sommes le",
        "on est le",
        "c'est le",
        "c est le",
        "est bien le",
    ]
    .iter()
    .any(|words| before.trim_end().ends_with(words));
    let spoken_of =
        !ours && before.trim_end().ends_with("le") || tokens.among(to, "ne|n|voit|recoit|nous");
    if spoken_of {
        score -= 0.15;
    }
    score.clamp(0.05, 0.98)
}
