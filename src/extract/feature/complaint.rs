//! What a sentence of complaint is about, by where a noun phrase stands in it: what can't be done,
//! what is gone, what does not do as it should, what there is a problem with, where it shows.

use super::super::person::is_role;
use super::super::token::{Kind, Tokens, number_word};
use super::complement::quoted;
use super::fuller::unwrapped;
use super::lead::{event, is_call, is_ordinal, mistyped, stated};
use super::object::{done_to, is_infinitive, is_plain_noun, object};
use super::phrase::{Phrase, Source, determiner, is_adjective, is_noun, phrase};
use super::words::{
    CONTRAST, GENERIC, GONE, HEADS, NEVER, PRESSED, SEES, SYMPTOMS, TROUBLE, UNABLE, VERBAL, WHERE,
};

/// A phrase and how strongly its place makes it the part that fails, 0 to 1.
pub(super) type Placed = (Phrase, f32);

/// The phrases of tokens `from..to`, a sentence of complaint, with the weight of their place.
///
/// `short`: a subject line, whose nouns stand without articles.
pub(super) fn placed(source: &Source<'_>, from: usize, to: usize, short: bool) -> Vec<Placed> {
    let tokens = source.tokens;
    let denied = |at: usize| {
        let typed = Phrase {
            from: at,
            to: mistyped(tokens, at)?,
            tail: 2,
        };
        Some((typed, -1.0))
    };
    let mut found: Vec<Placed> = (from..to).filter_map(denied).collect();
    let mut at = from;
    let mut subject_due = true;
    // « alors que le casque marche ailleurs »: what stands behind is contrasted, not complained of.
    let mut contrast = 0.0;
    while at < to {
        // « le standard les reçoit bien »: a pronoun and its verb.
        if tokens.among(at, "le|la|les") && tokens.among(at + 1, SEES) {
            at += 2;
            continue;
        }
        if let Some(after) = tokens.any_phrase(at, CONTRAST) {
            contrast = 0.3;
            at = after;
            continue;
        }
        // « SAMU 59 LILLE »: where, not what.
        if tokens.is(at, &["samu", "smur", "crra", "ars", "sdis", "codis", "chu"]) {
            at += 1;
            while at < to && (tokens.number(at, 3).is_some() || source.is_capitalised(at)) {
                at += 1;
            }
            continue;
        }
        // « depuis la bascule de l'annuaire », « suite à l'intervention de … »: when, not what.
        if let Some(after) = event(source, at, to) {
            at = after;
            continue;
        }
        // « Ce n'est plus les statistiques, c'est le calendrier des gardes »
        if let Some(after) =
            tokens.any_phrase(at, "ce n est plus|ce n est pas|c est plus|c est pas")
            && let Some(denied) = phrase(source, after, to)
        {
            at = denied.to;
            found.push((denied, -1.0));
            continue;
        }
        if let Some(after) = tokens.any_phrase(at, "c est|il s agit de|il s agit du|il s agit des")
            && determiner(tokens, after).is_some()
            && let Some(named) = phrase(source, after, to)
        {
            at = named.to;
            add(&mut found, source, named, 0.66 - contrast);
            continue;
        }
        // « La fonctionnalité concernée est le tableau de supervision »
        if let Some(after) = stated(tokens, at)
            && let Some(named) = phrase(source, after, to)
        {
            at = named.to;
            add(&mut found, source, named, 0.8);
            continue;
        }
        // « ça affiche « Erreur de jeton » », « … : « Numéro épuisé » »: what a screen says.
        if at > from
            && tokens.sign(at, b'"')
            && (tokens.among(at - 1, SAYS) || tokens.sign(at - 1, b':'))
            && let Some(end) = quoted(source, at, to)
        {
            at = end;
            continue;
        }
        // « en pleine session »: when, not where.
        if let Some(after) = tokens.any_phrase(
            at,
            "en pleine|en plein|au milieu de la|au milieu d une|au milieu d un|en cours de",
        ) {
            at = after + 1;
            continue;
        }
        // « La rubrique exacte, c'est « consignes temporaires » »
        if let Some(after) = stated(tokens, at)
            && let Some(end) = quoted(source, after, to)
        {
            let named = Phrase {
                from: after,
                to: end,
                tail: 2,
            };
            found.push((named, 0.8));
            at = end;
            continue;
        }
        // « quand on clique sur « Fin de mission » »
        if let Some(after) = tokens.any_phrase(at, PRESSED)
            && let Some(end) = quoted(source, after, to)
        {
            let named = Phrase {
                from: after,
                to: end,
                tail: 2,
            };
            // « choisir « CH de Redon » dans le menu des destinations »: the menu, not the choice.
            let held = tokens
                .any_phrase(end, "dans|sur|from|in")
                .and_then(|after| phrase(source, joint(tokens, after), to))
                .filter(|held| held.tail > 0 && HEADS.holds(tokens.word(held.from)));
            at = held.map_or(end, |held| held.to);
            match held {
                Some(held) => found.push((held, 0.52 - contrast)),
                None => found.push((named, 0.5 - contrast)),
            }
            continue;
        }
        // « Yves, à 4h20 cette nuit … » calls somebody.
        if at == from && !short && is_call(tokens, at) {
            at += 2;
            continue;
        }
        // « qd on transfère lappel sa coupe »
        if let Some(act) = done_to(source, at, to) {
            at = act.to;
            add(&mut found, source, act, 0.58 - contrast);
            subject_due = false;
            continue;
        }
        if ends_clause(tokens, at) {
            subject_due = true;
            at += 1;
            continue;
        }
        if let Some(after) = tokens.any_phrase(at, UNABLE).filter(|after| *after < to) {
            let (verb, object) = object(source, joint(tokens, after), to);
            at = verb.max(after);
            if let Some(object) = object {
                at = object.to;
                add(&mut found, source, object, 0.62 - contrast);
            }
            subject_due = false;
            continue;
        }
        // « on entend … »: the pronoun, where no English noun follows.
        if tokens.is(at, &["on"]) && !tokens.among(at + 1, "the|my|our|any|all|their|every") {
            at += 1;
            continue;
        }
        let led = [(GONE, 0.56), (TROUBLE, 0.56), (WHERE, 0.4)]
            .into_iter()
            .find_map(|(cues, weight)| Some((tokens.any_phrase(at, cues)?, weight)));
        if let Some((after, weight)) = led.filter(|(after, _)| *after <= to) {
            let next = joint(tokens, after);
            // « plus de carto »: the preposition is the determiner.
            match phrase(source, next, to) {
                Some(phrase) => {
                    at = phrase.to;
                    add(&mut found, source, phrase, weight - contrast);
                }
                None => at = after,
            }
            continue;
        }
        // The subject leads its clause, whatever adverbs and times stand before it.
        let led = determiner(tokens, at).is_some();
        let bare = subject_due
            && is_noun(tokens, at)
            && !is_infinitive(tokens, at)
            && !tokens.among(at, VERBAL)
            && (short
                || !is_adjective(source, at)
                || is_plain_noun(tokens, at)
                || tokens.among(at + 1, "de|du|des|d"))
            && !["ons", "ez"]
                .iter()
                .any(|end| tokens.word(at).ends_with(end))
            && (short || at == from || at > 0 && ends_clause(tokens, at - 1));
        if (led || bare)
            && let Some(phrase) = phrase(source, at, to)
        {
            let weight = match (subject_due, led || at == from) {
                (true, true) => 0.6,
                (true, false) if short => 0.5,
                (true, false) => 0.4,
                (false, _) => 0.44,
            };
            at = phrase.to;
            // « Bonghjornu, la carte … » greets.
            let greets = !led && !short && phrase.tail == 0 && tokens.sign(phrase.to, b',');
            if !greets && add(&mut found, source, phrase, weight - contrast) {
                subject_due = false;
            }
            continue;
        }
        at += 1;
    }
    found
}

/// What leads to the words of a screen.
const SAYS: &str = "affichait|affichaient|disait|disaient|indiquait|indiquaient|marquait|repondait|affiche|affichent|dit|disent|indique|indiquent|marque|message|messages|erreur|mention|repond|ecrit|lit|lis|voit|vois|texte|obtient|obtiens|recoit|recois|annonce|shows|says|error|message";

/// Adds a phrase unless its head names nobody's function; whether it did.
fn add(found: &mut Vec<Placed>, source: &Source<'_>, phrase: Phrase, weight: f32) -> bool {
    let tokens = source.tokens;
    let Some(phrase) = unwrapped(source, phrase) else {
        return false;
    };
    if mistyped(tokens, phrase.from).is_some() {
        return false;
    }
    // « mail de convocation » is sent by the portal; a mail alone is between people.
    let named_of = |heads: &'static str, none: &'static str| {
        phrase.tail > 0
            && tokens.among(phrase.from, heads)
            && tokens.among(phrase.from + 1, "de|d")
            && (phrase.from + 2..phrase.to).all(|at| !tokens.among(at, none))
    };
    let sent = named_of(
        "mail|mails",
        "relance|reponse|erreur|accuse|reception|support|signalement|declaration",
    ) || tokens.phrase(phrase.from, "rappel automatique").is_some();
    // « la bascule en mode nuit », « la bascule des appels »: a function; « bascule » alone is an event.
    let sent = sent || phrase.tail > 0 && tokens.among(phrase.from, "bascule");
    // « l'heure de départ reste vide », « la date affichée est fausse »
    let shown = tokens.among(phrase.from, "heure|heures|date|dates")
        && (phrase.from + 1..phrase.to).any(|at| {
            tokens.among(
                at,
                "depart|arrivee|affichee|affiche|affichees|systeme|appel|appels|cloture|declenchement|engagement|bilan|prise",
            )
        });
    // « les demandes d'hélicoptère ne partent plus »: of the portal, unless we are asked for it.
    let requested = named_of(
        "demande|demandes",
        "support|aide|escalade|relance|incident|intervention|assistance|rappel|renseignement|renseignements|information|informations|prise|suivi|correction|depannage|traitement|retour|nouvelles|compte|acces",
    );
    let sent = sent || shown || requested;
    let other = |at: usize| {
        !sent
            && (NEVER.end(tokens, at).is_some()
                || NEVER.holds(tokens.word(at).trim_end_matches('s')))
            || number_word(tokens, at).is_some()
            || is_role(tokens, at)
    };
    // « Session CESU arrêtée », « la session du 15 au 19 » is a course.
    let near = phrase.from.saturating_sub(16)..phrase.to + 16;
    let course = tokens.among(phrase.from, "session|sessions|cours")
        && near.into_iter().any(|at| {
            tokens.among(
                at,
                "cesu|stagiaires|eleves|formateur|formatrice|apprenants|formateurs|prepare|preparons|preparer|anime|animons|animer",
            )
        });
    if course {
        return false;
    }
    // « Affectation d'un incident », « prise en charge du ticket »: our trade, not the portal's.
    let beyond = (phrase.from..phrase.to).any(|at| {
        tokens.among(
            at,
            "cellule|escalade|yeux|incident|incidents|ticket|tickets",
        )
    });
    if other(phrase.from) || is_ordinal(tokens, phrase.from) && other(phrase.from + 1) || beyond {
        return false;
    }
    // « sans retour »: an answer of ours, but « retour de bilan » is a function.
    // « position 3 » is a desk; « position de l'hélico » is a function.
    let whose =
        tokens.among(phrase.from, "position|positions") && tokens.among(phrase.to, "de|du|d");
    let bare = phrase.tail == 0
        && !whose
        && tokens.among(
            phrase.from,
            "position|positions|retour|retours|promesse|demande|suite|envoi|reception|temps|prise",
        );
    if bare {
        return false;
    }
    // « ni réponse ni même un accusé de réception »: ours.
    let answers = tokens.phrase(phrase.from, "accuse de reception").is_some()
        && (phrase.from.saturating_sub(8)..phrase.from)
            .any(|at| tokens.among(at, "ni|reponse|nouvelle|nouvelles|suite"));
    if answers {
        return false;
    }
    // « un message « … » »: what it says, not where.
    let quotes = tokens.among(
        phrase.from,
        "message|messages|mention|texte|alerte|erreur|libelle",
    ) && tokens.sign(phrase.to - 1, b'"');
    if quotes {
        return false;
    }
    // « portail inaccessible »: of a whole service out of use, the bare name says enough.
    let mut behind = phrase.to;
    while tokens.among(
        behind,
        "si|samu|est|sont|etait|reste|restent|totalement|completement|toujours|de|nouveau|prod",
    ) || tokens.sign(behind, b'-')
    {
        behind += 1;
    }
    let out = tokens.among(behind, "inaccessible|inaccessibles|indisponible|injoignable|hs|down|ko|tombe|mort|inutilisable|plante") || tokens.phrase(behind, "en panne").is_some();
    let weight = if out { weight + 0.1 } else { weight };
    let generic = !out && GENERIC.holds(tokens.word(phrase.from));
    let symptom = tokens.among(phrase.from, SYMPTOMS);
    let weight = if symptom { weight - 0.26 } else { weight };
    let weight = weight
        - match (generic, phrase.tail) {
            (true, 0) => 0.3,
            (true, _) => 0.04,
            (false, _) => 0.0,
        };
    found.push((phrase, weight));
    true
}

/// Whether a phrase says little by itself.
pub(super) fn is_bare_generic(tokens: &Tokens, phrase: Phrase) -> bool {
    phrase.tail == 0 && GENERIC.holds(tokens.word(phrase.from))
}

/// Steps over an apostrophe: « d'ouvrir ».
pub(super) fn joint(tokens: &Tokens, at: usize) -> usize {
    if tokens.sign(at, b'\'') { at + 1 } else { at }
}

fn ends_clause(tokens: &Tokens, at: usize) -> bool {
    match tokens.get(at).map(|token| token.kind) {
        Some(Kind::Sign(b',' | b';' | b':' | b'(' | b')' | b'.' | b'!' | b'?') | Kind::Line) => {
            true
        }
        Some(Kind::Sign(b'-' | b'/')) => !(tokens.glued(at) && tokens.glued(at + 1)),
        Some(Kind::Word) => tokens.among(
            at,
            "et|mais|car|puis|donc|quand|lorsque|si|que|alors|and|but|when|because",
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_fails_is_known_by_its_place() {
        for (text, expected) in [
            (
                "depuis ce matin les favoris du thésaurus ont disparu",
                "favoris du thésaurus",
            ),
            (
                "Cette nuit vers 3h la fenêtre de rappel automatique s'est mise à rappeler",
                "fenêtre de rappel automatique",
            ),
            (
                "le choix de l'effecteur reste bloqué sur VSAV",
                "choix de l'effecteur",
            ),
            (
                "impossible d'écouter les enregistrements d'appels",
                "enregistrements d'appels",
            ),
            (
                "on ne peut plus ouvrir le DMP d'un patient, ça affiche « Erreur de jeton »",
                "DMP d'un patient",
            ),
            (
                "Message « Session expirée » en ouvrant le planning des gardes",
                "planning des gardes",
            ),
            (
                "la base école refuse toute création d'affaire : « Numéro épuisé »",
                "création d'affaire",
            ),
            (
                "je ne peux plus enregistrer un dossier",
                "enregistrer un dossier",
            ),
            ("jarive plu a ouvrir les pieces jointes", "pieces jointes"),
            ("plus aucun itinéraire depuis 9h", "itinéraire"),
            (
                "il ne reçoit plus les notifications sonores",
                "notifications sonores",
            ),
            (
                "On a un problème avec le minuteur des appels en attente",
                "minuteur des appels en attente",
            ),
            (
                "Mme Ostermann n'a plus accès à la corbeille régionale",
                "corbeille régionale",
            ),
            ("I cannot open the call list", "call list"),
            (
                "La fonctionnalité concernée est le tableau de supervision des positions",
                "tableau de supervision des positions",
            ),
            (
                "le module qui ne marche plus c'est le carnet de vol",
                "carnet de vol",
            ),
            (
                "le problème porte sur la feuille d'escorte",
                "feuille d'escorte",
            ),
            ("ça coince dans la revue des sorties", "revue des sorties"),
            (
                "impossible de fusionner deux dossiers",
                "fusionner deux dossiers",
            ),
            (
                "on se retrouve sans transmission des bilans",
                "transmission des bilans",
            ),
            (
                "dès qu'on clique sur « Fin de mission » il reste engagé",
                "« Fin de mission »",
            ),
            (
                "Yves, à 4h20 les motifs de recours sont vides",
                "motifs de recours",
            ),
            (
                "on entend un écho sur la conférence à trois",
                "conférence à trois",
            ),
            (
                "Ce n'est plus les statistiques, c'est le calendrier des gardes",
                "calendrier des gardes",
            ),
            (
                "Depuis le remplacement des écrans la fenêtre du bilan s'ouvre à côté",
                "fenêtre du bilan",
            ),
            (
                "la position de l'hélico est restée bloquée",
                "position de l'hélico",
            ),
            (
                "remontée des lits figée depuis lundi 6h05",
                "remontée des lits",
            ),
            (
                "la bascule en mode astreinte échoue : le bouton revient sur « jour »",
                "bascule en mode astreinte",
            ),
            (
                "Depuis la bascule de l'annuaire, les fiches des établissements sont mélangées",
                "fiches des établissements",
            ),
            (
                "suite à l'intervention de vos équipes la corbeille régionale reste vide",
                "corbeille régionale",
            ),
            (
                "après la mise à jour de cette nuit, le calque trafic est vide",
                "calque trafic",
            ),
            (
                "Impossible de me mettre « en garde » : le bouton est grisé",
                "mettre « en garde »",
            ),
            (
                "je n'arrive pas à me déclarer « disponible »",
                "déclarer « disponible »",
            ),
            (
                "lorsque l'ARM choisit « CH de Redon » dans le menu des destinations, un autre part",
                "menu des destinations",
            ),
            (
                "Une dame m'a dit que la boîte vocale ne répond plus",
                "boîte vocale",
            ),
            (
                "je n'ai reçu ni réponse ni accusé de réception au sujet du planning des gardes",
                "planning des gardes",
            ),
            (
                "quand j appelle avec le bouton du dossier sa appelle le mauvais",
                "bouton du dossier",
            ),
            (
                "En tapant les trois premières lettres on perd la liste de propositions",
                "liste de propositions",
            ),
            (
                "quand je fais une demande de renfort, elle part ailleurs",
                "demande de renfort",
            ),
        ] {
            let tokens = Tokens::new(text);
            let source = Source::new(text, &tokens);
            let best = placed(&source, 0, tokens.len(), false)
                .into_iter()
                .reduce(|best, next| if next.1 > best.1 + 0.001 { next } else { best });
            let words = best.map(|(found, _)| &text[tokens.span(found.from, found.to)]);
            assert_eq!(words, Some(expected), "{text}");
        }
    }
}
