//! Whether it was tried again, and what came out: « refait deux fois, pareil », « pas retenté ».

use super::{AGAIN, Often, REDO};
use crate::domain::field::Frequency;
use crate::extract::token::{Kind, Tokens, number};
use std::ops::Range;

/// Tried again.
const RETRIED: &str = "refait|refaite|recommence|recommencee|reessaye|reessayer|retente|reteste|rejoue|relance|repete|retried|retested|reverifie|reteste|\
    retestes|re essaye|re teste|re tente|re fait|viens de refaire|viens de reessayer|viens de recommencer|viens de retester|viens de retenter|\
    venons de refaire|venons de reessayer|venons de recommencer|venons de retester|venons de retenter|vient de refaire|vient de reessayer|vient de recommencer|vient de retester|vient de retenter";
/// Tried so many times.
const TRIED: &str = "demande|redemande|clique|reclique|appuye|rappuye|renvoye|saisi|resaisi|tape|retape|rouvert|actualise|rafraichi|recharge|relance|prove|insiste|essayer|essaie|essayee|essaye|essai|essais|teste|tests|test|tente|tentatives|tried|tested|fait|verifie";
/// The same came out.
const SAME: &str = "pareil|pareils|idem|meme chose|meme resultat|meme erreur|meme probleme|meme souci|meme constat|meme message|meme bug|meme effet|memes symptomes|\
    meme comportement|toujours|rien n y fait|sans succes|sans resultat|echec|echecs|a l identique|identique|same|kif kif|rebelote|sans changement|aucun succes|sans effet|en vain|ca replante|\
    replante|a nouveau|jamais reussi|jamais abouti|jamais marche|jamais fonctionne|jamais passe|jamais pu|jamais moyen|meme punition|rien de mieux|autant d echecs";
/// It did not come again.
const GONE: &str = "ne le fait plus|ne me le fait plus|ne nous le fait plus|le fait plus|ca marche|ca fonctionne|c est passe|c est bon|tout est rentre|ca passe|\
    fonctionne|marche|aucun probleme|aucun souci|sans probleme|sans souci|nickel|tout va bien|c etait bon|plus rien|plus de probleme|plus de souci|plus le probleme|no longer|works now";

/// « je n'ose pas recommencer », « pas retenté »: nobody knows.
pub(super) fn untried(tokens: &Tokens) -> Option<(Often, Range<usize>)> {
    (0..tokens.len()).find_map(|at| {
        let dared = tokens.among(at, "ose|oserai|osons|oserais|voulu|veux|souhaite|tiens|prefere|envie|dare|want|risquer|risque")
            && (at.saturating_sub(3)..(at + 3).min(tokens.len())).any(|near| tokens.among(near, "pas|not|dare|evite|sans"))
            && (at..(at + 6).min(tokens.len())).any(|near| tokens.among(near, AGAIN) || tokens.among(near, REDO) || tokens.among(near, "retenter|reessayer|retester|again"));
        let negated = tokens.among(at, "pas|not|jamais") && !tokens.is(at + 1, &["a", "que"]);
        let end = (at + 1..(at + 4).min(tokens.len()))
            .find(|near| tokens.among(*near, "retente|reteste|reessaye|recommence|rejoue|retried|retested|retenter|retester|reessayer") || {
                tokens.among(*near, "essaye|tente|cherche|tried|teste|refait")
                    && (near + 1..(near + 5).min(tokens.len())).any(|next| tokens.among(next, AGAIN) || tokens.among(next, "refaire|recommencer"))
            })
            .filter(|_| negated);
        if dared {
            return Some((Often::Untried, tokens.span(at, (at + 4).min(tokens.len()))));
        }
        end.map(|end| (Often::Untried, tokens.span(at, end + 1)))
    })
}

/// « refait deux fois, pareil », « testé 3 fois, 3 échecs », « réessayé : ça ne le fait plus ».
pub(super) fn retried(tokens: &Tokens) -> Option<(Frequency, Range<usize>)> {
    for at in 0..tokens.len() {
        let again = tokens.any_phrase(at, RETRIED);
        let times = || {
            counted_ahead(tokens, at)
                || (at + 1..(at + 4).min(tokens.len()))
                    .any(|near| tokens.is(near, &["fois", "reprises", "times"]))
                || tokens.is(at + 1, &["avec", "with"])
                    && number(tokens, at + 2, 2).is_some_and(|(many, _)| many > 1)
                || at > 0 && number(tokens, at - 1, 2).is_some_and(|(many, _)| many > 1)
                || at > 0
                    && tokens.among(
                        at - 1,
                        "nouvel|nouveau|nouvelle|second|seconde|deuxieme|troisieme|plusieurs|autre",
                    )
        };
        let Some(end) = again.or_else(|| (tokens.among(at, TRIED) && times()).then_some(at + 1))
        else {
            continue;
        };
        // « relancé le navigateur, pareil » is another remedy, not another try.
        let remedy = (end..(end + 4).min(tokens.len())).any(|near| {
            tokens.among(near, "navigateur|poste|pc|ordinateur|portail|session|ordi|machine|application|appli|page|box|serveur|chrome|firefox")
        });
        if remedy {
            continue;
        }
        let to = sentence_end(tokens, end);
        for near in end..to {
            if let Some(gone) = tokens.any_phrase(near, GONE)
                && !tokens.among(near.wrapping_sub(1), "ne|n")
                && !tokens.among(gone, "pas|plus|toujours")
            {
                return Some((Frequency::No, tokens.span(at, gone)));
            }
            // « refait la même chose ensuite »: what was done, not what came out.
            let object = near > 0
                && near <= end + 1
                && tokens.among(near - 1, "la|le|les")
                && tokens.among(near + 1, "chose|manip");
            if let Some(same) = tokens.any_phrase(near, SAME).filter(|_| !object) {
                return Some((Frequency::Yes, tokens.span(at, same)));
            }
        }
    }
    None
}

/// « ça me l'a refait 4 fois », « il nous l'a fait trois fois de suite »: it came again, counted.
pub(super) fn came_again(tokens: &Tokens) -> Option<(Frequency, Range<usize>)> {
    const COUNTED: &str = "fois|reprises|times";
    const RUN: &str = "de suite|d affilee|coup sur coup|a la suite|consecutives|en une heure|in a row|successives";
    const DIRECTLY: &str = "aussitot|direct|immediatement|tout de suite|a l identique|pareil|dans la foulee|encore une fois|a chaque";
    (2..tokens.len()).find_map(|at| {
        let anew = tokens.among(
            at,
            "refait|replante|rebloque|replantee|recommence|refige|recoupe",
        );
        if !anew && !tokens.is(at, &["fait"]) || !tokens.is(at - 1, &["a"]) {
            return None;
        }
        // « on a refait 4 fois la manip » tells of a try: « l'a », « ça a ».
        let itself = tokens.sign(at - 2, b'\'') || tokens.among(at - 2, "ca|cela|sa|la");
        let denied = (at.saturating_sub(6)..at).any(|near| tokens.among(near, "ne|n|pas|jamais"));
        if !itself || denied {
            return None;
        }
        if anew && let Some(end) = tokens.any_phrase(at + 1, DIRECTLY) {
            return Some((Frequency::Yes, tokens.span(at - 1, end)));
        }
        let (many, end) = number(tokens, at + 1, 2).or_else(|| {
            tokens
                .among(at + 1, "plusieurs|maintes")
                .then_some((2, at + 2))
        })?;
        let run = tokens.any_phrase(end + 1, RUN).is_some();
        (many >= 2
            && tokens.among(end, COUNTED)
            && !tokens.among(end + 1, "sur|par")
            && (anew || run))
            .then(|| (Frequency::Yes, tokens.span(at - 1, end + 1)))
    })
}

/// « demandé un nouveau code une dizaine de fois »: how many times, said within the clause.
fn counted_ahead(tokens: &Tokens, at: usize) -> bool {
    (at + 1..(at + 10).min(tokens.len()))
        .take_while(|at| {
            !matches!(
                tokens.get(*at).map(|token| token.kind),
                Some(Kind::Sign(b'.' | b',' | b'!' | b';' | b':'))
            )
        })
        .any(|near| {
            tokens.is(near, &["fois", "reprises", "times"])
                && (tokens.among(near - 1, "plusieurs|maintes|several|many|quelques|x")
                    || tokens.is(near - 1, &["de"])
                        && tokens.among(
                            near.wrapping_sub(2),
                            "dizaine|vingtaine|douzaine|quinzaine|trentaine|centaine",
                        )
                    || number(tokens, near - 1, 3).is_some_and(|(many, _)| many > 1))
        })
}

/// « Toujours. », « Systématique ! »: a sentence that only says how often.
pub(super) fn bare(tokens: &Tokens) -> Option<(Frequency, Range<usize>)> {
    if let Some(at) = (1..tokens.len()).find(|at| set_apart(tokens, *at)) {
        return Some((Frequency::Yes, tokens.span(at, at + 1)));
    }
    let mut words = (0..tokens.len()).filter(|at| {
        !tokens.ends_line(*at)
            && !matches!(tokens.get(*at).map(|token| token.kind), Some(Kind::Sign(_)))
    });
    let only = words.next()?;
    if words.next().is_some() {
        return None;
    }
    let often = match tokens.word(only) {
        "toujours" | "tjs" | "tjrs" | "always" | "reproductible" => Frequency::Yes,
        "souvent" | "regulierement" | "frequemment" | "often" => Frequency::Intermittent,
        _ => return None,
    };
    Some((often, tokens.span(only, only + 1)))
}

/// « il vient une erreur, toujours, avec tous »: set apart by commas or brackets.
fn set_apart(tokens: &Tokens, at: usize) -> bool {
    let opens = tokens.sign(at - 1, b',') || tokens.sign(at - 1, b'(') || tokens.sign(at - 1, b'-');
    let closes = matches!(
        tokens.get(at + 1).map(|token| token.kind),
        None | Some(Kind::Sign(b',' | b'.' | b')' | b'!' | b';' | b'-') | Kind::Line)
    );
    opens && closes && tokens.among(at, "toujours|tjs|tjrs|systematiquement|always")
}

/// « Trois fois j'ai essayé, trois fois la même », « testé 4 fois, 4 fois bloqué ».
pub(super) fn echoed(tokens: &Tokens) -> Option<(Frequency, Range<usize>)> {
    let mut first: Option<(usize, u32)> = None;
    for at in 0..tokens.len() {
        let Some((many, end)) = number(tokens, at, 3) else {
            continue;
        };
        if many < 2
            || !tokens.among(
                end,
                "fois|essais|tentatives|times|reprises|coups|echecs|erreurs|clics|envois|tests",
            )
        {
            continue;
        }
        match first {
            Some((from, before)) if at - from <= 16 && end > from + 1 => {
                let works = (end..(end + 4).min(tokens.len())).any(|near| {
                    tokens.among(
                        near,
                        "reussi|reussis|ok|passe|passee|marche|fonctionne|oui|bon",
                    )
                });
                let often = match (before == many, works) {
                    (true, false) => Frequency::Yes,
                    (false, _) if many < before => Frequency::Intermittent,
                    (true, true) | (false, _) => return None,
                };
                return Some((often, tokens.span(from, end + 1)));
            }
            _ => first = Some((at, many)),
        }
    }
    None
}

fn sentence_end(tokens: &Tokens, at: usize) -> usize {
    (at..tokens.len().min(at + 18))
        .find(|at| {
            matches!(
                tokens.get(*at).map(|token| token.kind),
                Some(Kind::Sign(b'.' | b'!' | b'?'))
            ) && (!tokens.glued(at + 1) || tokens.ends_line(at + 1))
        })
        .unwrap_or(tokens.len().min(at + 18))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_again_so_many_times_comes_always() {
        for text in [
            "ça me l'a refait 4 fois",
            "il nous l'a fait trois fois de suite",
            "ça a replanté aussitôt",
            "ca l'a refait plusieurs fois ce matin",
        ] {
            assert!(came_again(&Tokens::new(text)).is_some(), "{text}");
        }
        for text in [
            "ça ne l'a pas refait 2 fois",
            "on a refait 4 fois la manip",
            "ça l'a fait 3 fois sur 10",
            "ça l'a fait deux fois",
        ] {
            assert!(came_again(&Tokens::new(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn always_may_be_set_apart() {
        for text in [
            "il vient « lecture impossible », toujours, avec tous les appels",
            "le bouton reste gris (toujours)",
            "même message à l'envoi, systématiquement.",
        ] {
            assert!(bare(&Tokens::new(text)).is_some(), "{text}");
        }
        for text in ["toujours en poste, je vous écris", "il est toujours là"] {
            assert!(bare(&Tokens::new(text)).is_none(), "{text}");
        }
    }
}
