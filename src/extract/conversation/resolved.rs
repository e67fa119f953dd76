//! Whether an answer says that the incident is over: « résolu », « c'est rentré dans l'ordre, vous
//! pouvez clore », and not « pas encore résolu » or « comment est-ce résolu ? ».

use crate::extract::token::{Kind, Tokens};
use std::ops::Range;

/// That it is over.
const OVER: &str = "resolu|resolue|resolus|resolues|rentre dans l ordre|rentree dans l ordre|rentrer dans l ordre|tout est revenu|revenu a la normale|retour a la normale|\
    retabli|retablie|regle|reglee|solutionne|solutionnee|refonctionne|refonctionnent|remarche|remarchent|fonctionne a nouveau|fonctionne de nouveau|fonctionnent a nouveau|\
    marche a nouveau|marche de nouveau|remarche bien|est reparti|est repartie|est revenu|est revenue|a disparu|ont disparu|plus de probleme|plus de souci|plus de soucis|plus aucun probleme|plus aucun souci|\
    plus le probleme|plus d actualite|tout fonctionne|tout marche|tout va bien|ca fonctionne|ca marche|c est repare|est repare|est corrige|corrige|\
    pouvez clore|pouvez cloturer|pouvez fermer|peut etre clos|peut etre cloture|peut etre ferme|peut etre cloturee|clore le dossier|cloturer le dossier|fermer le dossier|clore le ticket|cloturer le ticket|fermer le ticket|fermer le tiquet|\
    c est bon maintenant|c est bon depuis|c est bon pour nous|c est bon c est|solved|resolved|fixed|works again|working again|works now|works fine now|can close|back to normal|all good now";

/// What turns it round when it stands before, in the same clause.
const NOT: &str = "pas|non|jamais|ni|aucunement|rien|si|quand|comment|est|sera|serait|soit|sera|seront|pour|afin|espere|esperons|esperant|not|when|how|if|until|hope|hoping|can|semblait|croyais|pensais|avait|sans|attente|attend|attendons|attends|tant|jusqu";

/// Whether the words of one stretch say so, and where.
pub(super) fn find(text: &str) -> Option<Range<usize>> {
    let tokens = Tokens::new(text);
    let mut rest = Rest::default();
    let mut at = 0;
    while at < tokens.len() {
        let Some(end) = tokens.any_phrase(at, OVER) else {
            at += 1;
            continue;
        };
        if rest.stop < end {
            rest = Rest::of(&tokens, end);
        }
        if !is_turned(&tokens, at, end, &rest) {
            return (!goes_on(&tokens)).then(|| tokens.span(at, end));
        }
        at = end;
    }
    None
}

/// What a sentence still says, looked at once however often it says that it is over.
#[derive(Default)]
struct Rest {
    /// Where it ends.
    stop: usize,
    /// The last « mais » that « pas » or its like follows: « résolu pour moi mais pas pour Zoé ».
    but: Option<usize>,
}

impl Rest {
    fn of(tokens: &Tokens, from: usize) -> Self {
        const STILL: &str = "pas|toujours|encore|recommence|revient|revenu|not|still|sauf|except";
        let stop = sentence_end(tokens, from);
        let last = (from..stop).rfind(|at| tokens.among(*at, STILL));
        let but = last.and_then(|last| {
            (from..=last).rfind(|at| tokens.is(*at, &["mais", "sauf", "but", "except"]))
        });
        Self { stop, but }
    }
}

fn stops(tokens: &Tokens, at: usize) -> bool {
    matches!(
        tokens.get(at).map(|token| token.kind),
        Some(Kind::Sign(b'.' | b'!' | b'?' | b';' | b',' | b'(' | b':')) | None
    )
}

/// Where the clause of the word at `at` begins, nine words before it at most.
fn clause_start(tokens: &Tokens, at: usize) -> usize {
    let far = at.saturating_sub(9);
    (far..at)
        .rfind(|before| stops(tokens, *before) || tokens.is(*before, &["mais", "but", "donc"]))
        .map_or(far, |before| before + 1)
}

fn sentence_end(tokens: &Tokens, from: usize) -> usize {
    (from..tokens.len())
        .find(|at| {
            matches!(
                tokens.get(*at).map(|token| token.kind),
                Some(Kind::Sign(b'.' | b'!' | b'?' | b';') | Kind::Line)
            )
        })
        .unwrap_or(tokens.len())
}

fn is_turned(tokens: &Tokens, at: usize, end: usize, rest: &Rest) -> bool {
    // « comment est-ce résolu ? »; « résolu pour moi mais pas pour Zoé »
    if tokens.sign(rest.stop, b'?') || rest.but.is_some_and(|but| but >= end) {
        return true;
    }
    let closes = tokens.any_phrase(at, "pouvez clore|pouvez cloturer|pouvez fermer|peut etre clos|peut etre cloture|peut etre ferme|can close").is_some();
    let turned = (clause_start(tokens, at)..at).any(|before| {
        if !tokens.among(before, NOT) {
            return false;
        }
        match tokens.word(before) {
            // « c'est résolu », « le problème est résolu »; « est-ce que c'est résolu »
            "est" => tokens.phrase(before, "est ce").is_some(),
            // « pour moi c'est résolu »
            "pour" => !tokens.among(
                before + 1,
                "moi|nous|ma|notre|l|info|information|le|la|les|tout|toute|tous",
            ),
            // « si c'est résolu », « s'il »; « non, c'est résolu » is cut by its comma
            "non" => before + 1 == at,
            // « pas de capture car c'est résolu »
            "pas" | "not" | "rien" | "sans" | "jamais" => !(before + 1..at).any(|between| {
                tokens.among(
                    between,
                    "car|puisque|parce|vu|comme|because|since|maintenant|depuis",
                )
            }),
            "can" => !closes,
            _ => true,
        }
    });
    // « ça marche pas », « ça marche mal », « ça marche quand »
    let spoilt = tokens.among(
        end,
        "pas|plus|mal|jamais|toujours|que|quand|parfois|not|une|seulement|si",
    ) || tokens.phrase(end, "tres mal").is_some();
    turned || spoilt
}

/// « C'était rentré dans l'ordre mais ça recommence »: it is not over.
fn goes_on(tokens: &Tokens) -> bool {
    (0..tokens.len()).any(|at| {
        tokens
            .any_phrase(
                at,
                "ca recommence|a recommence|ca a repris|le probleme persiste|probleme persiste|toujours le meme probleme|toujours en panne|toujours bloque|toujours bloques|toujours pas|still not|ne fonctionne toujours|ne marche toujours|ca replante|ca a replante|est reapparu",
            )
            .is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_over_when_it_is_said_and_not_when_it_is_asked_denied_or_hoped() {
        for text in [
            "résolu",
            "Résolu, merci",
            "C'est rentré dans l'ordre, vous pouvez clore.",
            "Bonjour, le problème est résolu depuis ce matin.",
            "tout fonctionne à nouveau depuis 11h",
            "c bon ça remarche",
            "Pas de capture à envoyer car le problème a disparu.",
            "Je n'ai plus de souci, vous pouvez fermer le ticket",
            "It's fixed now, you can close the ticket",
            "pour nous c'est réglé",
            "Non, c'est résolu.",
            "plus aucun problème depuis la mise à jour",
        ] {
            assert!(find(text).is_some(), "{text}");
        }
        for text in [
            "pas encore résolu",
            "Le problème n'est toujours pas résolu",
            "comment est-ce résolu ?",
            "Est-ce que c'est résolu de votre côté ?",
            "quand sera-t-il résolu",
            "merci de me dire quand ce sera résolu",
            "en espérant que ce soit vite résolu",
            "ça marche pas",
            "ça marche parfois",
            "résolu pour moi mais toujours pas pour Zoé",
            "ça semblait résolu mais ça recommence",
            "si c'est résolu dites-le nous",
            "oui",
            "on attend le retour à la normale pour relancer",
        ] {
            assert!(find(text).is_none(), "{text}");
        }
    }
}
