//! Acts and what they are done to: « (impossible de) fusionner deux dossiers », « (quand on) transfère
//! un appel ».

use super::super::person::is_role;
use super::super::token::{Tokens, number_word};
use super::complaint::joint;
use super::complement::quoted;
use super::enacted::is_act;
use super::phrase::{Phrase, Source, phrase};
use super::words::{CONTRAST, GENERIC, NEVER};

/// « qd on transfère lappel », « quand j'imprime un dossier »: the act where what it is done to says
/// little by itself.
pub(super) fn done_to(source: &Source<'_>, at: usize, to: usize) -> Option<Phrase> {
    const WHEN: &str = "quand on|quand je|quand j|quand nous|quand tu|qd on|qd je|qd j|kan on|kan j|kand on|quan on|lorsqu on|lorsque je|lorsque j|lorsque nous|lorsque l on|des qu on|des que je|des que j|des que nous|des que l on|chaque fois qu on|chaque fois que je|chaque fois que j|a chaque fois qu on|au moment ou on|au moment ou je|si on|si je|si j";
    let tokens = source.tokens;
    let verb = joint(tokens, tokens.any_phrase(at, WHEN)?);
    let word = tokens.word(verb);
    if verb >= to || !is_act(word) {
        return None;
    }
    let next = verb + 1;
    // « transfère lappel »: the article and its noun in one.
    let glued = tokens
        .word(next)
        .strip_prefix('l')
        .is_some_and(|noun| matches!(noun, "appel" | "affaire" | "adresse" | "ecran"));
    let object = phrase(source, next, to)?;
    let little = object.tail == 0 && (glued || GENERIC.holds(tokens.word(object.from)));
    // « quand j'ouvre un dossier »: what is opened is the part.
    let opened = word.starts_with("ouvr");
    little.then_some(Phrase {
        from: if opened { object.from } else { verb },
        to: object.to,
        tail: 1,
    })
}

/// What an inability is about: the object of its infinitive; the infinitive too where the object
/// alone says little (« enregistrer un dossier »).
/// Where the infinitive ends, and the phrase.
pub(super) fn object(source: &Source<'_>, at: usize, to: usize) -> (usize, Option<Phrase>) {
    let tokens = source.tokens;
    let mut verb = at;
    // « de l'ouvrir », « de nous y connecter »
    while verb < to
        && (tokens.among(
            verb,
            "l|le|la|les|y|en|m|me|s|se|nous|n|lui|leur|plus|rien|pas",
        ) || tokens.sign(verb, b'\''))
        && !is_infinitive(tokens, verb)
    {
        verb += 1;
    }
    if !is_infinitive(tokens, verb) {
        return (at, phrase(source, at, to));
    }
    let next = joint(
        tokens,
        tokens
            .any_phrase(
                verb + 1,
                "a la|a l|au|aux|a|sur|dans|correctement|plus|bien|en",
            )
            .unwrap_or(verb + 1),
    );
    // « impossible de me mettre « en garde » »: the act and the state that is chosen.
    if let Some(end) = quoted(source, next, to) {
        let whole = Phrase {
            from: verb,
            to: end,
            tail: 1,
        };
        return (verb + 1, Some(whole));
    }
    let Some(found) = phrase(source, next, to) else {
        return (verb + 1, None);
    };
    // « dupliquer un horaire »: any one of them, so that the act says what the noun does not.
    let any = GENERIC.holds(tokens.word(found.from))
        || tokens.is(next, &["un", "une", "any", "a"])
        || number_word(tokens, next).is_some();
    if any && found.tail == 0 && next == verb + 1 {
        // « appeler un médecin »: whom, not what.
        let file = tokens.among(found.from, "photo|photos|image|images|mail|mails");
        if !file && NEVER.end(tokens, found.from).is_some() || is_role(tokens, found.from) {
            return (found.to, None);
        }
        // « open any file from the regulation list »
        let place = tokens
            .any_phrase(found.to, "dans|sur|from|in|on|a|au")
            .filter(|_| tokens.any_phrase(found.to, CONTRAST).is_none())
            .and_then(|after| phrase(source, joint(tokens, after), to));
        let whole = Phrase {
            from: verb,
            to: place.map_or(found.to, |place| place.to),
            tail: 1,
        };
        return (verb + 1, Some(whole));
    }
    (verb + 1, Some(found))
}

/// Whether the word at `at` is a noun though it ends as an infinitive or an adjective does:
/// « signature », « calendrier », « historique ».
pub(super) fn is_plain_noun(tokens: &Tokens, at: usize) -> bool {
    const ENDS: [&str; 4] = ["ture", "tures", "sure", "dure"];
    const NOUNS: &str = "dossier|dossiers|fichier|fichiers|calendrier|calendriers|clavier|courrier|courriers|cahier|cahiers|panier|papier|casier|echeancier|annuaire|annuaires|formulaire|formulaires|inventaire|commentaire|commentaires|itineraire|itineraires|horaire|horaires|memoire|trajectoire|observatoire|repertoire|registre|registres|filtre|filtres|fenetre|fenetres|titre|titres|nombre|chiffre|chiffres|ordre|lettre|livre|tiroir|couloir|journal|canal|signal|terminal|logiciel|materiel|appel|appels|rappel|rappels|rubrique|rubriques|statistique|statistiques|graphique|graphiques|historique|historiques|tableaux|panneaux|bordereaux|table|tables";
    let word = tokens.word(at);
    word.len() > 6 && ENDS.iter().any(|end| word.ends_with(end)) || tokens.among(at, NOUNS)
}

pub(super) fn is_infinitive(tokens: &Tokens, at: usize) -> bool {
    if is_plain_noun(tokens, at) {
        return false;
    }
    let word = tokens.word(at);
    let english = tokens.among(at, "open|see|access|log|print|send|use|find|save|close|edit|hear|receive|reach|connect|search|start");
    english
        || word.len() > 3
            && ["er", "ir", "re", "oir"]
                .iter()
                .any(|end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_named_with_what_says_little() {
        for (text, act) in [
            (
                "qd on transfère lappel au medecin sa coupe",
                Some("transfère lappel"),
            ),
            (
                "quand j'imprime un dossier la page est coupée",
                Some("imprime un dossier"),
            ),
            (
                "dès qu'on clôture une affaire elle revient",
                Some("clôture une affaire"),
            ),
            ("quand j'ouvre le planning des gardes", None),
            ("quand on regarde un dossier", None),
        ] {
            let tokens = Tokens::new(text);
            let source = Source::new(text, &tokens);
            let found = done_to(&source, 0, tokens.len());
            let words = found.map(|found| &text[tokens.span(found.from, found.to)]);
            assert_eq!(words, act, "{text}");
        }
    }
}
