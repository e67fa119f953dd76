//! A subject that names an act by its noun (« fusion de dossiers ») where the words tell of it by its
//! verb (« quand on fusionne deux dossiers, les commentaires sont perdus »): the act is what fails,
//! what stands behind is how it shows.

use super::super::token::Tokens;
use crate::extract::lexicon::is_one_of;

/// Nouns of acts and how their verbs begin, folded.
const ACTS: &[(&str, &[&str])] = &[
    ("fusion", &["fusionn"]),
    ("transfert", &["transfer"]),
    ("import", &["importe", "importo", "importa"]),
    ("export", &["exporte", "exporto", "exporta"]),
    ("cloture", &["clotur", "clor", "clos"]),
    ("impression", &["imprim"]),
    (
        "recherche",
        &["recherche", "cherch", "tape", "tapo", "tapant"],
    ),
    ("enregistrement", &["enregistr", "sauvegard"]),
    ("sauvegarde", &["sauvegard", "enregistr"]),
    ("envoi", &["envoi", "envoy"]),
    ("partage", &["partag"]),
    ("ouverture", &["ouvr"]),
    ("creation", &["cree", "creo", "creant"]),
    ("modification", &["modifi"]),
    ("suppression", &["supprim"]),
    ("validation", &["valid"]),
    ("affectation", &["affect"]),
    ("duplication", &["dupliqu"]),
    ("reecoute", &["reecout"]),
    ("rattachement", &["rattach"]),
    ("consultation", &["consult"]),
    ("archivage", &["archiv"]),
    ("signature", &["sign"]),
    ("deconnexion", &["deconnect"]),
    ("engagement", &["engag"]),
    ("fermeture", &["ferm"]),
    ("verrouillage", &["verrouill"]),
    ("deverrouillage", &["deverrouill"]),
    ("saisie", &["saisi", "tape", "tapo", "tapant"]),
    ("renvoi", &["renvoi", "renvoy"]),
    ("ajout", &["ajout"]),
    ("bascule", &["bascul"]),
    ("copie", &["copi"]),
    ("filtrage", &["filtr"]),
    ("tri", &["trie", "trio", "triant"]),
];

/// Whether a folded word is a form of the verb of an act.
pub(super) fn is_act(word: &str) -> bool {
    ACTS.iter()
        .any(|(_, verbs)| verbs.iter().any(|verb| word.starts_with(verb)))
}

/// Whether the text tells, behind « quand », « lorsque », « dès que » or « en », of the act that the
/// folded subject names first.
pub(super) fn is_enacted(tokens: &Tokens, subject: &str) -> bool {
    let words = || {
        subject
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    // « fenêtre de motif à la clôture » names a window first.
    const BEFORE: &str = "si|samu|re|tr|fwd|probleme|problemes|pb|souci|soucis|incident|urgent|erreur|bug|panne|anomalie|blocage|dysfonctionnement|impossible|lors|de|du|des|d|la|le|les|l|a|au|sur|pour|avec|plus|echec|inc|apres|pendant|depuis";
    let named = words()
        .find(|word| !is_one_of(BEFORE, word) && !word.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or_default();
    let Some((_, verbs)) = ACTS
        .iter()
        .find(|(noun, _)| named.trim_end_matches('s') == *noun)
    else {
        return false;
    };
    (0..tokens.len()).any(|at| {
        let led = tokens.any_phrase(
            at,
            "quand|lorsque|lorsqu|des que|des qu|chaque fois que|chaque fois qu|si|apres avoir|en|when|au moment de",
        );
        led.is_some_and(|next| {
            (next..next + 5)
                .take_while(|at| !tokens.ends_line(*at) && !tokens.sign(*at, b','))
                .any(|at| verbs.iter().any(|verb| tokens.word(at).starts_with(verb)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_the_act_that_the_words_tell() {
        for (subject, text) in [
            (
                "si samu fusion de dossiers",
                "Quand on fusionne deux dossiers les commentaires sont perdus",
            ),
            (
                "transfert 39",
                "lorsque je transfère un dossier, le motif d'appel ne part pas avec",
            ),
            (
                "import des gardes",
                "dès que j'importe le fichier, la page devient blanche",
            ),
            (
                "fermeture de dossier",
                "Quand nous fermons un dossier sans transport, le portail exige un hôpital",
            ),
            ("cloture", "en clôturant, le bouton reste gris"),
            (
                "recherche d'adresse",
                "quand on tape une adresse la liste propose des rues de Gironde",
            ),
            (
                "saisie adresse",
                "Lorsque je tape une rue, la carte part ailleurs",
            ),
            (
                "recherche commune",
                "en tapant trois lettres, plus rien ne sort",
            ),
        ] {
            assert!(is_enacted(&Tokens::new(text), subject), "{text}");
        }
        for (subject, text) in [
            (
                "carte",
                "quand on fusionne deux dossiers les commentaires sont perdus",
            ),
            ("fusion", "la carte reste grise"),
            (
                "fenêtre de motif à la clôture",
                "quand je clos un dossier, la fenêtre s'ouvre derrière",
            ),
        ] {
            assert!(!is_enacted(&Tokens::new(text), subject), "{text}");
        }
    }
}
