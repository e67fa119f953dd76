//! « Je ne sais plus quand », « impossible de dire depuis quand »: the start is not known.

use crate::extract::token::Tokens;
use std::ops::Range;

/// Not to know.
const IGNORANCE: &str = "sais pas|sais plus|sait pas|sait plus|savons pas|savons plus|saurais|saurait|saurions|ignore|ignorons|impossible de dire|\
    impossible a dire|impossible de savoir|puisse dire|puissions dire|pouvoir dire|puisse preciser|pouvoir preciser|aucune idee|pas d idee|\
    pas idee|peux pas dire|peux pas vous dire|peut pas dire|souviens pas|souviens plus|rappelle pas|rappelle plus|pas note|pas notee|pas releve|pas relevee|pas retenu|pas pense a noter|pas pu noter|pas en tete|plus en tete|pas memorise|pas fait attention|\
    pas regarde|no idea|don t know|not sure|can t say|don t remember|difficile de dire|difficile a dire|dur a dire|incapable de dire|pas exactement|\
    dire exactement|dire precisement";
/// What is not known.
const WHEN: &str = "quand|when|depuis combien";
const START: &str = "debut|date|heure|jour|moment|start";

/// Where the text says that the start is not known.
#[must_use]
pub fn unknown(text: &str) -> Option<Range<usize>> {
    let tokens = Tokens::new(text);
    (0..tokens.len()).find_map(|at| {
        let end = tokens.any_phrase(at, IGNORANCE)?;
        // « … sais plus exactement quand », « … depuis quand »
        let ahead = (end..tokens.len().min(end + 8))
            .take_while(|at| {
                !tokens.word(*at).is_empty()
                    || !tokens.ends_line(*at) && !tokens.sign(*at, b'.') && !tokens.sign(*at, b',')
            })
            .take_while(|at| !tokens.among(*at, "quoi|que|comment|pourquoi|si|what|why"))
            .find(|at| {
                tokens.any_phrase(*at, WHEN).is_some()
                    && !(end..*at).any(|near| tokens.among(near, "quoi|comment|pourquoi|faire|si"))
                    && !tokens.among(at + 1, "vous|je|il|elle|on|nous|sera|will|you")
            });
        if let Some(ahead) = ahead {
            return Some(tokens.span(at, ahead + 1));
        }
        // « je ne sais pas si ça se reproduit, ni depuis quand »
        let nor = (end..tokens.len().min(end + 16))
            .take_while(|at| !tokens.sign(*at, b'.'))
            .find_map(|at| {
                tokens.any_phrase(
                    at,
                    "ni depuis quand|ni quand|ou depuis quand|nor since when",
                )
            });
        if let Some(nor) = nor {
            return Some(tokens.span(at, nor));
        }
        let exact = (end..tokens.len().min(end + 6)).find(|near| {
            tokens.among(*near, START)
                && (end..*near).any(|at| tokens.among(at, "a|quelle|quel|l|la|le"))
                && (tokens.among(near.wrapping_sub(1), "quelle|quel|l|la")
                    || tokens.sign(near.wrapping_sub(1), b'\''))
                && tokens.among(
                    near + 1,
                    "exacte|exact|precise|de|du|ca|c|cela|l|exactement|le",
                )
        });
        if let Some(exact) = exact {
            return Some(tokens.span(at, exact + 1));
        }
        // « Le début, je ne sais plus », « l'heure exacte, je ne l'ai pas notée »
        let behind = (at.saturating_sub(9)..at).find(|near| {
            let exact = tokens.among(*near, "heure|date|horaire|moment")
                && tokens.among(near + 1, "exacte|exact|precise|precis|de|du");
            (exact || tokens.among(*near, "debut|quand") && at - near <= 6)
                && (near + 1..at).all(|at| !tokens.sign(at, b'.'))
        })?;
        Some(tokens.span(behind, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_that_nobody_knows_is_said_so() {
        for text in [
            "Je ne sais plus quand ça a commencé.",
            "Impossible de dire depuis quand.",
            "je ne saurais dire depuis quand",
            "sans que je puisse dire exactement quand",
            "Le début je ne sais plus du tout.",
            "aucune idée de l'heure exacte",
            "no idea when it started",
            "Je ne sais pas si c'est reproductible, ni depuis quand.",
            "L'heure exacte, je ne l'ai pas notée.",
            "Je n'ai pas relevé l'heure de début",
            "L'heure de départ je ne l'ai plus en tête",
        ] {
            assert!(unknown(text).is_some(), "{text}");
        }
        for text in [
            "je ne sais pas quand vous pourrez me rappeler",
            "depuis 9h, je ne sais pas pourquoi",
            "On ne sait plus quoi faire quand ça bloque",
            "impossible de dire si c'est le réseau",
        ] {
            assert!(unknown(text).is_none(), "{text}");
        }
    }
}
