//! What belongs to a noun: « de la garde », « d'appel », a quoted name.

use super::phrase::{Source, is_noun, word_end};
use super::words::NO_COMPLEMENT;

/// « de la garde », « d'appel », « des tablettes SMUR »: where the complement's noun ends.
pub(super) fn complement(source: &Source<'_>, at: usize, stop: usize) -> Option<usize> {
    let tokens = source.tokens;
    let after = tokens.any_phrase(at, "de la|de l|de mes|de nos|de mon|de ma|de notre|de leur|de leurs|de ses|de son|des|du|de|d un|d une|d|of the|of|dé|du meme|d un meme|de chaque")?;
    let after = if tokens.sign(after, b'\'') {
        after + 1
    } else {
        after
    };
    let noun = if tokens.among(after, "double|meme|nouvelles|nouvelle|nouveaux|nouveau") {
        after + 1
    } else {
        after
    };
    let word = tokens.word(noun);
    // « tableaux de service », but « la carte du service » says whose it is.
    let roster = tokens.among(noun, "service")
        && tokens.is(at, &["de"])
        && tokens.among(at.wrapping_sub(1), "tableau|tableaux|tour|tours|note|notes");
    // « le choix de l'hôpital », « l'annuaire des services »: what is chosen or listed.
    let chosen = tokens.among(noun, "hopital|service|services|jour|poste|postes|salle")
        && tokens.among(
            at.wrapping_sub(1),
            "choix|selection|recherche|annuaire|liste|affectation|menu",
        );
    if noun >= stop || !is_noun(tokens, noun) || NO_COMPLEMENT.holds(word) && !roster && !chosen {
        return None;
    }
    // « appels de Nantes », « dossier de Martin »: a proper noun says where or whose.
    let is_proper = |at: usize| {
        let written = source.written(at, at + 1);
        written.starts_with(char::is_uppercase) && written.chars().any(char::is_lowercase)
    };
    if !is_proper(noun) {
        return Some(word_end(tokens, noun, stop));
    }
    // « Pro Santé Connect »: several such words name a product.
    let mut end = word_end(tokens, noun, stop);
    let first = end;
    while end < stop && is_proper(end) && end - noun < 5 {
        end = word_end(tokens, end, stop);
    }
    (end > first).then_some(end)
}

/// « « Clé médecin » », « "Intervenants" »: where the quoted name at `at` ends.
pub(super) fn quoted(source: &Source<'_>, at: usize, stop: usize) -> Option<usize> {
    let tokens = source.tokens;
    if !tokens.sign(at, b'"') {
        return None;
    }
    let close = (at + 1..stop.min(at + 12)).find(|close| tokens.sign(*close, b'"'))?;
    let name = source.written(at, close + 1);
    (close > at + 1 && !name.contains('\n')).then_some(close + 1)
}
