//! That nobody knows whether it comes again, and the fractions that only an answer may say.

use super::AGAIN;
use crate::domain::field::Frequency;
use crate::extract::token::{Kind, Tokens, number};
use std::ops::Range;

/// Not to know.
const IGNORANCE: &str = "sais pas|sais plus|sait pas|savons pas|saurais|saurait|saurions|saurai|ignore|ignorons|aucune idee|pas d idee|pas idee|\
    peux pas vous dire|peux pas dire|peut pas dire|pouvons pas dire|pas en mesure de dire|impossible de dire|impossible a dire|no idea|don t know|can t say|not sure";
/// « un sur quatre environ », « un courrier sur cinq »: what an answer may say without « fois ».
pub(super) fn bare_fraction(tokens: &Tokens) -> Option<(Frequency, usize)> {
    (0..tokens.len()).find_map(|at| {
        let (many, next) = number(tokens, at, 3)?;
        let over = (next..next + 2).find(|over| {
            tokens.among(*over, "sur|out") && !tokens.among(over + 1, "le|la|l|mon")
        })?;
        let from = if tokens.is(over + 1, &["of"]) {
            over + 2
        } else {
            over + 1
        };
        let (all, end) = number(tokens, from, 3)?;
        let place = tokens.among(
            end,
            "poste|postes|ecran|ecrans|pc|tablettes|machines|ordinateurs",
        );
        (all > many && many > 0 && !place).then_some((Frequency::Intermittent, end))
    })
}

/// « Environ un sur trois. »: a sentence that says one of how many and no more.
pub(super) fn lone_fraction(tokens: &Tokens) -> Option<Range<usize>> {
    let words = (0..tokens.len())
        .filter(|at| !tokens.word(*at).is_empty() || tokens.number(*at, 3).is_some())
        .count();
    let one = (0..tokens.len()).any(|at| {
        number(tokens, at, 3).is_some_and(|(many, next)| many == 1 && tokens.is(next, &["sur"]))
    });
    let (_, end) = bare_fraction(tokens).filter(|_| one && words <= 6)?;
    Some(tokens.span(0, end))
}

/// « Pour savoir si ça peut se reproduire je ne sais pas », « aucune idée si ça se reproduit »,
/// « quant à la reproductibilité, je ne saurais vous dire ».
pub(super) fn unsure(tokens: &Tokens) -> Option<Range<usize>> {
    let stops = |at: usize| {
        matches!(
            tokens.get(at).map(|token| token.kind),
            Some(Kind::Sign(b'.' | b'!' | b';'))
        )
    };
    (0..tokens.len()).find_map(|at| {
        if !tokens.among(at, AGAIN)
            && !tokens.among(at, "reproductibilite|reproductivite|reproducibility|reproduirait|reproduira|reproduise|reproduiront|recommencerait|recommencera|referait|refera")
        {
            return None;
        }
        let near = at.saturating_sub(12)..(at + 9).min(tokens.len());
        near.filter_map(|not| Some((not, tokens.any_phrase(not, IGNORANCE)?)))
            .find(|(not, end)| {
                if *not > at {
                    // Right behind: « … reproductible, je ne sais pas ».
                    not - at <= 7
                        && !(at..*not)
                            .any(|at| stops(at) || tokens.among(at, "mais|but|si|pourquoi|comment"))
                } else {
                    !(*end..at).any(stops)
                        && (*end..at).any(|at| tokens.among(at, "si|s|whether|if"))
                }
            })
            .map(|(not, end)| tokens.span(not.min(at), end.max(at + 1)))
    })
}
