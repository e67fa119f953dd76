//! What leads to a noun: the times that events give, and statements of what is concerned.

use super::super::person::is_given;
use super::super::token::Tokens;
use super::complaint::joint;
use super::phrase::{Source, determiner, phrase};

/// Where « depuis la migration du serveur », « suite à votre intervention » ends, from the
/// preposition at `at`.
pub(super) fn event(source: &Source<'_>, at: usize, to: usize) -> Option<usize> {
    const TIMES: &str = "depuis|suite a|suite au|apres|des|avant|jusqu a|jusqu au|a la suite de|a la suite du|since|after|before";
    const EVENTS: &str = "session|seance|exercice|bascule|mise|maj|migration|changement|remplacement|installation|reinstallation|arrivee|reprise|retour|debut|fin|coupure|orage|intervention|interventions|redemarrage|livraison|correctif|passage|prise|releve|demenagement|maintenance|travaux|deploiement|evolution|upgrade|update|restart";
    let tokens = source.tokens;
    let next = joint(tokens, tokens.any_phrase(at, TIMES)?);
    let noun = tokens
        .any_phrase(next, "votre|vos|cette|l")
        .map(|after| joint(tokens, after))
        .or_else(|| determiner(tokens, next))
        .unwrap_or(next);
    if !tokens.among(noun, EVENTS) {
        return None;
    }
    let end = phrase(source, noun, to).map_or(noun + 1, |event| event.to);
    Some(end.min(to))
}

/// « La fonctionnalité concernée est … », « le module en cause est … »: where the name begins.
pub(super) fn stated(tokens: &Tokens, at: usize) -> Option<usize> {
    const KINDS: &str = "fonctionnalite|fonction|module|partie|outil|brique|ecran|rubrique|composant|onglet|volet|feature|function|part";
    const STRUCK: &str = "exacte|exact|precise|precis|en question|exactement|concerne|concernee|impacte|impactee|touche|touchee|defaillant|defaillante|en cause|en panne|en defaut|incrimine|incriminee|qui pose probleme|qui pose souci|qui ne marche pas|qui ne marche plus|qui ne fonctionne pas|qui ne fonctionne plus|qui plante|qui bloque|qui coince|concerned|affected";
    let at = determiner(tokens, at).unwrap_or(at);
    if !tokens.among(at, KINDS) {
        return None;
    }
    let struck = tokens.any_phrase(at + 1, STRUCK)?;
    let verb = tokens.any_phrase(struck, "est|c est|serait|is")?;
    Some(joint(tokens, verb))
}

/// A first name and a comma: « Yves, », « Manon, ».
pub(super) fn is_call(tokens: &Tokens, at: usize) -> bool {
    tokens.sign(at + 1, b',') && is_given(tokens.word(at))
}

/// « première fois », « nouvelle panne »
pub(super) fn is_ordinal(tokens: &Tokens, at: usize) -> bool {
    tokens.among(at, "premier|premiere|premiers|premieres|dernier|derniere|derniers|dernieres|nouveau|nouvelle|nouveaux|nouvelles|petit|petite|grand|grande|ancien|ancienne|double")
}

/// Where « mot de passe » ends that was mistyped or tried: the account is what it locks.
pub(super) fn mistyped(tokens: &Tokens, at: usize) -> Option<usize> {
    const TRIED: &str = "trompe|trompee|tromper|essais|essai|tentatives|tentative|tape|tapant|mal|apres|errone|errones|faux|mauvais|mauvaise|rate|rates";
    const LOCKED: &str = "compte|comptes|session|acces|connecter|connexion|login";
    let end = tokens.any_phrase(at, "mot de passe|mots de passe|mdp")?;
    let near =
        |list: &'static str, from: usize, to: usize| (from..to).any(|at| tokens.among(at, list));
    let tried = near(TRIED, at.saturating_sub(8), at) || near(TRIED, end, end + 2);
    (tried && near(LOCKED, at.saturating_sub(20), at)).then_some(end)
}
