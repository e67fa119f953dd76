//! Whose clock an hour is read on: « heure de Paris », « chez nous ».

use super::super::token::Tokens;

/// Whose clock an hour is read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Paris,
    Local,
}

/// « heure de Paris », « heure locale », « chez nous », right behind an hour.
pub(super) fn zone(tokens: &Tokens, at: usize) -> Option<(Zone, usize)> {
    if let Some(end) = tokens.any_phrase(
        at,
        concat!(
            "heure de paris|heures de paris|heure paris|h paris|h de paris|heure metropole|",
            "heure de metropole|heure de la metropole|heure metropolitaine|heure francaise|",
            "heure de france|paris time|heure en metropole|heure hexagone|heure de l hexagone|",
            "a paris|en metropole|metropole|paris|cet|cest|hm|french time"
        ),
    ) {
        return Some((Zone::Paris, end));
    }
    tokens
        .any_phrase(
            at,
            concat!("heure locale|heures locales|heure martinique|heure de martinique|", "heure de la martinique|heure guadeloupe|heure de guadeloupe|heure de la guadeloupe|", "heure reunion|heure de la reunion|heure guyane|heure de guyane|heure de la guyane|", "heure mayotte|heure de mayotte|heure d ici|chez nous|local time|locale|locales|", "heure de cayenne|heure antilles|heure des antilles|heure de noumea|", "heure de fort de france|heure de saint pierre|heure de papeete|ici")
        )
        .map(|end| (Zone::Local, end))
}
