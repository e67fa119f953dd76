//! « De garde aujourd'hui (9h à 13h). … Depuis le début de la garde … »: the hours of a shift tell when
//! it began.

use super::mention::Mention;
use crate::extract::token::{Kind, Tokens};

/// Where the fault began with the shift, folded.
const BEGINS: &str = "debut de la garde|debut de ma garde|debut de garde|debut de cette garde|debut de notre garde|prise de garde|prise de ma garde|\
    prise de poste|prise de mon poste|prise de service|prise de fonction|prise de fonctions|debut de vacation|debut de la vacation|debut de ma vacation|\
    debut de service|debut du service|debut de mon service|debut de poste|mon arrivee|notre arrivee|arrivee en poste|que j ai pris mon poste|que j ai pris ma garde|\
    que je suis arrive|que je suis arrivee|que j ai commence|que j ai embauche|start of my shift|beginning of my shift|start of the shift|beginning of the shift";
/// What leads to it.
const LEADS: &str = "depuis|des|desde|since|from|depui|dpuis|dps|le|la|l|au|a|ma|mon|notre|the";
/// What the hours are of.
const SHIFT: &str = "garde|gardes|travaille|travaillons|vacation|vacations|service|poste|equipe|nuit|nuits|jour|astreinte|permanence|shift|regulation|regule|aujourd";

/// The first token of the mention that tells the hours of the shift, where the fault is said to have
/// begun with it and no hour stands beside those words.
pub(super) fn began(tokens: &Tokens, mentions: &[Mention]) -> Option<usize> {
    let hours = mentions
        .iter()
        .find(|mention| mention.clock.is_some() && mention.end_clock.is_some())
        .filter(|hours| {
            let near = hours.from.saturating_sub(10)..hours.from;
            near.clone().any(|at| tokens.among(at, SHIFT))
                && !near.clone().any(|at| {
                    tokens.among(
                        at,
                        "joignable|disponible|dispo|ouvert|ouverte|ferme|rappel|rappeler|joindre",
                    )
                })
        })?;
    (0..tokens.len())
        .find_map(|at| {
            let end = tokens.any_phrase(at, BEGINS)?;
            let since = (at.saturating_sub(3)..at)
                .any(|near| tokens.among(near, "depuis|des|desde|since|depui|dpuis|dps|from"));
            let led = at > 0 && tokens.among(at - 1, LEADS)
                || matches!(
                    tokens.get(at.wrapping_sub(1)).map(|t| t.kind),
                    Some(Kind::Sign(b'\''))
                );
            (since && led).then_some((at, end))
        })
        .filter(|(at, end)| {
            !mentions.iter().any(|mention| {
                mention.from != hours.from
                    && mention.clock.is_some()
                    && mention.to + 3 >= *at
                    && mention.from <= end + 6
            })
        })
        .map(|_| hours.from)
}
