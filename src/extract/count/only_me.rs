//! The writer alone, and one other alone: « moi uniquement », « que sur mon poste », « elle seule ».

use super::super::token::{Kind, Lexicon, Tokens};
use super::clause::spared;
use super::owned::{alone, only_mine};
use std::sync::LazyLock;

static ONLY_ME: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(include_str!("only_me.txt")));

/// « moi uniquement », unless « pas que moi », « la même chose que moi ».
pub(super) fn only_me(tokens: &Tokens, at: usize, answer: bool) -> Option<usize> {
    let end = ONLY_ME
        .end(tokens, at)
        .or_else(|| only_mine(tokens, at))
        .or_else(|| alone(tokens, at))?;
    // « juste moi et Aurore »: one more follows.
    if tokens.is(end - 1, &["moi"])
        && tokens.among(end, "et|plus")
        && !tokens.among(
            end + 1,
            "moi|c|ce|ca|cela|je|j|on|nous|il|ils|elle|elles|les|le|la|l|personne|pas|uniquement|seulement|depuis|en|a|rien|pour|que|sur|chez|mes|nos|tous|tout|aucun|aucune",
        )
        && tokens
            .get(end + 1)
            .is_some_and(|token| token.kind == Kind::Word)
    {
        return None;
    }
    // « alors que chez moi tout va bien »
    if at > 0 && tokens.is(at, &["que", "qu", "ke"]) && tokens.among(at - 1, "alors|tandis|parce|pendant|dit|lorsque|puisque|bien|sache|savoir|sachant|vu|depuis|voit|vois|pense|crois|apres|avant|sans|pour") {
        return None;
    }
    let before = |words: &'static str, many: usize| {
        (at.saturating_sub(many)..at).any(|at| tokens.among(at, words))
    };
    if at > 0 && tokens.among(at - 1, "pas|not|plus|non")
        || at > 1 && tokens.among(at - 2, "pas|not") && !tokens.sign(at - 1, b',')
    {
        return None;
    }
    // « personne d'autre ne se plaint »: others may have it and say nothing.
    if tokens.phrase(at, "personne d autre") == Some(end)
        && (end..end + 5).any(|at| tokens.among(at, "plaint|plaigne|signale|remonte|dit|parle"))
    {
        return None;
    }
    // « rappel sur mon portable et lui seul »: a telephone, nobody.
    if tokens.among(end - 1, "seul|seule|uniquement|seulement")
        && tokens.among(at, "lui|elle")
        && before(
            "portable|mobile|numero|telephone|ligne|tel|gsm|bouton|module|onglet|fiche|dossier|champ|menu",
            4,
        )
    {
        return None;
    }
    // « la même chose que moi »
    if tokens.is(at, &["que", "qu"]) && end == at + 2 && tokens.is(end - 1, &["moi"]) {
        let lonely = before("ne|n|y|ya|est|only", 6)
            && !before("chose|pareil|pareils|meme|memes|comme|autant|idem|aussi", 5);
        // « Que moi pr l'instant. » is a sentence of its own.
        let begins = at == 0
            || matches!(
                tokens.get(at - 1).map(|token| token.kind),
                Some(Kind::Line | Kind::Sign(b'.' | b'!' | b';' | b'(' | b':'))
            );
        let closed = tokens.among(end, "pour|pr|a|apparemment|visiblement|semble|je")
            || !tokens
                .get(end)
                .is_some_and(|token| token.kind == Kind::Word);
        if !(lonely || answer && at == 0 || begins && closed) {
            return None;
        }
    }
    // « tout le monde sauf moi » is not me where they are affected.
    if tokens.is(at, &["sauf", "hormis"]) || tokens.phrase(at, "a part moi").is_some() {
        return spared(tokens, at.saturating_sub(1), at).then_some(end);
    }
    // « je suis seul médecin », « je suis seule sur la liste »
    if tokens.is(end - 1, &["seul", "seule"])
        && tokens.is(end, &["a"])
        && !only_one_to_do(tokens, end)
        && !tokens.among(
            end + 1,
            "priori|ce|cette|l|avoir|rencontrer|etre|subir|ne|constater|l|consulter|utiliser|ouvrir|lire|voir|regarder|saisir|travailler|exploiter|manipuler|gerer|suivre|recevoir|editer|m|y|me|lancer|remplir|tenir",
        )
    {
        return None;
    }
    Some(end)
}

/// « je suis la seule à sortir ces chiffres », « je suis le seul à faire les plannings »: whether an act
/// that nobody else does stands behind « seul », which ends before `end`.
fn only_one_to_do(tokens: &Tokens, end: usize) -> bool {
    const OTHER: &str = "pouvoir|savoir|connaitre|repondre|vous|parler|etre|declarer|signaler|ecrire|decrocher|rester|hier|premier|dernier|cahier|papier|quartier|chantier|atelier|panier|courrier|dossier";
    let article = end > 1 && tokens.among(end - 2, "le|la");
    let verb = tokens.word(end + 1);
    article
        && verb.len() > 4
        && ["er", "ir", "re"]
            .iter()
            .any(|ending| verb.ends_with(ending))
        && !tokens.among(end + 1, OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> bool {
        let tokens = Tokens::new(text);
        (0..tokens.len()).any(|at| only_me(&tokens, at, false).is_some())
    }

    #[test]
    fn one_alone_is_somebody() {
        for text in [
            "cela ne gêne que moi",
            "le Dr Roy et lui seul",
            "Je suis la seule à sortir ces chiffres",
            "je suis le seul à faire les plannings",
            "je suis la seule à remplir ce registre",
            "personne d'autre n'est touché",
        ] {
            assert!(only(text), "{text}");
        }
        for text in [
            "rappel sur mon portable et lui seul",
            "appelez ma ligne, elle seule sonne",
            "le bouton Envoyer et lui seul est grisé",
            "personne d'autre ne se plaint",
            "je suis le seul à pouvoir répondre ce soir",
            "je suis la seule à connaître le dossier",
            "juste moi et Aurore",
            "uniquement moi et Karim",
        ] {
            assert!(!only(text), "{text}");
        }
    }
}
