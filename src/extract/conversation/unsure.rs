//! Answers that answer nothing: « aucune idée », « ? », « pas moi qui gère », « c'est quoi les
//! prérequis ? » (`spec/declaration.md`, ruling 9: who asks back does not know).

use crate::extract::answer;
use crate::extract::answer::is_unknown;
use crate::extract::lexicon::{is_one_of, mentions};
use crate::text::fold;

/// Whether an answer says that the writer can't tell, or asks back.
pub(super) fn is_unsure(text: &str) -> bool {
    const WHOLE: &str = "?|??|???|????|bonne question|mystere|pas sur|pas sure|pas certain|pas certaine|je l'ignore|idk|dunno|no clue|no idea|not sure|jsp|nsp|sais pas|ne sais pas|je sais pas|\
        c'est a dire|c'est-a-dire|cad|a savoir|c a d|keskecest|kesako|quesaco|aucun avis|sans reponse|pas d'info|pas d'infos|pas l'info|pas cette info|pas compris";
    const CUES: &str = "pas moi qui|pas de mon ressort|pas mon domaine|pas ma partie|je ne gere pas|je gere pas|ne m'en occupe pas|m'occupe pas|voir avec|demander a|demandez a|faut demander|c'est l'informatique|c'est la dsi|c'est le service info|\
        pas l'info|pas cette info|pas d'info|pas en mesure|pas capable de|peux pas repondre|peux pas vous dire|peux pas le dire|peux pas dire|ne saurais|saurais pas|pas au courant|pas la moindre idee|aucune idee|pas d'idee|no idea|not sure|don't know|dont know|no clue|can't say|cannot say|\
        comprends pas|comprend pas|pas compris|vois pas ce que|connais pas|je ne sais pas|je sais pas|j'sais pas|sais pas trop|on ne sait pas|on sait pas|nous ne savons pas|ne sait pas|je l'ignore|j'ignore|not my";
    const ASKED_BACK: &str = "c'est quoi|c quoi|quoi|qu'est-ce|qu'est ce|qu'entendez|que voulez|quel|quels|quelle|quelles|lequel|lesquels|comment|ou trouver|ou est-ce|ou voit|ou se trouve|kesako|c'est a dire|c'est-a-dire|cad|what|which|how|where|de quoi";
    let folded = fold(text);
    let said = folded.trim();
    let bare = answer::bare(said);
    let asks = said.contains('?');
    is_one_of(WHOLE, said)
        || is_one_of(WHOLE, bare)
        || bare.is_empty() && asks
        || is_unknown(text)
        || mentions(CUES, said)
        || asks && mentions(ASKED_BACK, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_tell_or_asks_back_is_unsure() {
        for text in [
            "je ne sais pas",
            "?",
            "??",
            "aucune idée",
            "pas moi qui gère",
            "c'est quoi les prérequis ?",
            "de quels prérequis parlez-vous ?",
            "voir avec la DSI",
            "jsp",
            "no idea",
            "Je n'ai pas l'info",
            "Qu'entendez-vous par prérequis ?",
        ] {
            assert!(is_unsure(text), "{text}");
        }
        for text in [
            "oui",
            "non",
            "les ARM de jour",
            "prod",
            "6",
            "hier soir",
            "Paul Martin",
            "toujours",
        ] {
            assert!(!is_unsure(text), "{text}");
        }
    }
}
