//! Whether the words report that a whole service is out of use (ruling 11): the portal, the
//! telephony or the call intake of a whole SAMU, or everyone. A flag for support, no more.

use super::cues::{Cues, Group};
use super::lexicon::mentions;
use super::sentence::{About, Sentence};
use crate::text::fold;

/// Whether the text of one voice, with its subject, reports a major incident.
#[must_use]
pub fn suspected(subject: &str, text: &str, sentences: &[Sentence]) -> bool {
    let mut scope = Scope::default();
    let mut whole_out = false;
    let mut calls_out = false;
    let mut records_out = false;
    let described = sentences
        .iter()
        .filter(|sentence| sentence.about != About::Aside)
        .map(|sentence| &text[sentence.span.clone()]);
    for words in described.chain([subject]) {
        let folded = fold(words);
        let cues = Cues::scan(&folded);
        scope.read(&folded, &cues);
        whole_out |= is_out(&folded, &cues);
        calls_out |= no_call_comes(&folded);
        records_out |= no_record_opens(&folded);
    }
    let whole_samu = scope.everyone || scope.samu && is_short(text);
    calls_out && (scope.wide || !scope.few)
        || records_out && (scope.wide || scope.samu && !scope.few)
        || whole_out && whole_samu && (scope.wide || !scope.few)
}

/// For whom it is out of use.
#[derive(Debug, Default)]
struct Scope {
    /// A word for everyone, or for the whole of something.
    everyone: bool,
    /// Words that can only mean all of the room.
    wide: bool,
    /// A SAMU is named.
    samu: bool,
    /// One or some people or posts only.
    few: bool,
}

impl Scope {
    fn read(&mut self, folded: &str, cues: &Cues) {
        const WIDE: &str = "tout le monde|tt le monde|tous les postes|ts les postes|toutes les positions|tous les utilisateurs|toute la salle|toute la regul|toute l'equipe|tous les arm|tous les sites|tous les plateaux|\
            toutes les salles|tout le samu|tout le service|tout le centre|l'ensemble des postes|l'ensemble du samu|l'ensemble de la salle|l'ensemble des positions|l'ensemble du plateau|aucun poste|aucune position|aucun des postes|\
            aucun utilisateur|aucun arm|aucun agent|plus personne|personne ne|personne n'|aucun de nos|aucune de nos|plus un seul poste|plus un poste|pas un seul poste|plus un seul arm|plus un seul utilisateur|plus une seule position|partout|sur papier|au papier|mode papier|papier crayon|feuilles papier|mode degrade|la totalite d|l'integralite des|\
            samu voisin|bascules|bascule sur le samu|bascule vers le samu|debordement|delestage|deroutes|renvoyes vers le samu|renvoyes au samu|everyone|everybody|nobody|all workstations|all positions|whole room|whole samu";
        const FEW: &str = "pour moi|chez moi|mon poste|ma position|mon bandeau|mon ecran|mon pc|ma session|mon compte|moi et |et moi|moi seul|moi uniquement|que moi|un seul poste|le poste de|sur un poste|sur ce poste|d'un poste|\
            pour deux|pour 2 |nous deux|on est deux|deux postes| 2 postes|deux personnes| 2 personnes|deux collegues|trois postes| 3 postes|quelques postes|certains postes|plusieurs postes|une partie des|un collegue|une collegue|\
            ma collegue|mon collegue|je ne recois|je recois|j'ai plus|je n'ai plus|mes appels|a mon poste|les autres postes|les autres vont|les autres fonction|les autre sa |les autres ca |les autres sa |les autres oui|les autres ok|les autres y arriv|les autres c'est bon|collegues oui|collegues y arriv|collegues n'ont pas|me connecter|me co |me loguer|me reconnecter|m'identifier|mon mdp|mon mot de passe|ma collegue y arrive|un arm |une arm |un medecin |l'agent |l'arm |l'operateur ne |l'operateur n'|l'operateur a |l'operatrice ne |l'operatrice n'|l'operatrice a |un agent|un operateur|un poste sur|une position sur|un ecran sur|sa session|son poste|son bandeau|tant qu'il ne|tant qu'elle ne|tant qu'on ne|for me|my station|my workstation";
        let one_of = |list: &'static str| mentions(list, folded);
        self.everyone |= cues.has(Group::Everyone) || one_of(WIDE);
        self.wide |= one_of(WIDE);
        self.few |= one_of(FEW);
        self.samu |= folded.contains("samu") && names_a_samu(folded);
    }
}

/// « Plus un seul appel 15 n'arrive », « nous ne recevons plus d'appels », « les lignes du 15 sont
/// muettes »: the call intake itself, not a list or a history of calls.
fn no_call_comes(folded: &str) -> bool {
    const NONE: &str = "plus aucun appel|plus un seul appel|plus un appel|plus le moindre appel|aucun appel|pas un appel|pas un seul appel|plus d'appel|zero appel|aucun des appels|plus aucune communication|plus aucun 15|plus de 15 |\
        appels n'arrivent plus|appels n'arrivent pas|appels ne nous arrivent|appels ne nous parviennent|appels n'arrivent ni|appels n'aboutissent plus|appels n'entrent plus|appels ne rentrent plus|appels ne passent plus|\
        appels ne tombent plus|appels entrants ne|appels entrants n'|appels du 15 ne|appels du 15 n'|appels 15 ne|appels 15 n'|recevons plus d'appel|recevons plus les appels|recevons plus aucun appel|recoit plus d'appel|recoit plus les appels|recoit plus aucun appel|\
        recoit plus rien|ne sonne plus nulle part|plus rien ne sonne|le 15 ne sonne|le 15 ne repond|le 15 est injoignable|le 15 est muet|lignes 15 muettes|lignes 15 sont|lignes 15 coupees|lignes 15 hs|lignes 15 en |lignes du 15 |ligne 15 coupee|15 sonne dans le vide|le 15 sonne occupe|no calls|no call |calls no longer|not receiving any call";
    const COMES: &str = "arriv|recev|recoi|rentr|entrent|entre |present|tomb|sonn|parvien|abouti|remont|achemin|passe|distribu|descend|decroch|prendre|traite|muet|coupe|injoignable|repond|vide|nous|samu|come|coming|getting|receiv|reach";
    const LISTED: &str = "historique|journal|liste|statisti|tableau|compteur|archiv|reecoute|enregistrement|recherche|export|rapport|fiche d'appel|numero de l'appelant|sur la carte|aucun accuse|aucun retour|aucune reponse|de votre part|rappel automatique|sortant|emettre|emis |formation|base ecole|bac a sable|exercice";
    let one_of = |list: &'static str| mentions(list, folded);
    // « le bandeau affiche « téléphonie déconnectée » » is no slowness.
    one_of(NONE) && one_of(COMES) && !one_of(LISTED) && !one_of(SLOW)
}

/// « aucune fiche de prise d'appel ne s'ouvre », « impossible de créer le moindre dossier »: no
/// call can be taken down, whichever it is.
fn no_record_opens(folded: &str) -> bool {
    const NONE: &str = "aucune fiche de prise d'appel|aucune fiche d'appel|aucune fiche ne s'ouvre|aucune fiche n'est|plus aucune fiche|plus une seule fiche|plus une fiche|pas une fiche|aucun dossier ne s'ouvre|aucun dossier ne peut|plus aucun dossier|plus un seul dossier|\
        plus un dossier|impossible d'ouvrir la moindre|impossible de creer le moindre|impossible de creer un dossier|impossible de creer une affaire|impossible d'ouvrir une fiche|impossible d'ouvrir un dossier|impossible de prendre un appel|\
        impossible de prendre les appels|impossible de prendre le moindre|impossible de prendre des appels|plus possible de prendre|ne pouvons plus prendre d'appel|ne peut plus prendre d'appel|ne pouvons plus prendre les appels|ne peut plus prendre les appels|\
        ne pouvons plus decrocher|ne peut plus decrocher|peut plus ouvrir de fiche|peut plus ouvrir de dossier|peut plus creer de dossier|pouvons plus creer de dossier|pouvons plus ouvrir de dossier|service d'accueil des appels indisponible";
    const PART: &str = "formation|base ecole|bac a sable|exercice|archive|historique|ancien|clotur|fiche reflexe|fiches reflexes|transfere|transmis|recherche|export|imprim";
    let one_of = |list: &'static str| mentions(list, folded);
    one_of(NONE) && !one_of(PART) && !is_slow(folded)
}

/// Slow, or failing now and then only.
const SLOW: &str = "lent|rame|ralenti|saccad|par moment|parfois|de temps en temps|intermitten|apres 5 min|au bout de";

fn is_slow(folded: &str) -> bool {
    const THROWN_OUT: &str = "ejecte|deconnect";
    // Whoever is thrown out and can't come back is out.
    const FOR_GOOD: &str = "personne n'arrive a se re|impossible de se re|ne peut plus se re|ne peuvent plus se re|ne peut se re|reconnexion impossible|plus moyen de se re";
    mentions(SLOW, folded) || mentions(THROWN_OUT, folded) && !mentions(FOR_GOOD, folded)
}

/// A whole service and « out of use » near each other, not slowness, not one function of it.
fn is_out(folded: &str, cues: &Cues) -> bool {
    const PART: &str = "page |onglet|module|bouton|menu |rubrique|fonction|ecran |export|carte |impression|messagerie|planning|statisti|annuaire|fiche|liste|formation";
    if is_slow(folded) {
        return false;
    }
    cues.of(Group::Whole).any(|whole| {
        cues.of(Group::Out).any(|out| {
            let near = out.start < whole.end + 60 && whole.start < out.end + 40;
            let between = if out.start < whole.start {
                &folded[out.end.min(whole.start)..whole.start]
            } else {
                &folded[whole.end.min(out.start)..out.start]
            };
            let inside = || out.start < whole.start && is_inside(&folded[out.clone()], between);
            near && !inside() && !mentions(PART, between) && !led_by_part(folded, whole.start)
        })
    })
}

/// « les bilans n'arrivent plus sur le portail »: what stands before the verb is out, not the whole.
fn is_inside(out: &str, between: &str) -> bool {
    let is_verb = out.starts_with("n'") || out.starts_with("ne ") || out.ends_with(" plus");
    let between = between.trim();
    is_verb
        && ["sur", "dans", "depuis", "via", "on", "in"]
            .iter()
            .any(|place| {
                between
                    .strip_prefix(place)
                    .is_some_and(|rest| rest.starts_with(' '))
            })
}

/// « le module carto du portail »: one function of it only.
fn led_by_part(folded: &str, at: usize) -> bool {
    let before = folded[..at].trim_end();
    let Some(before) = ["du", "de", "de la", "de l'", "dans le", "dans la", "sur le"]
        .iter()
        .find_map(|word| before.strip_suffix(word))
    else {
        return false;
    };
    let last = before.split_whitespace().next_back().unwrap_or_default();
    // « erreur 500 sur le portail »
    let is_code = last.bytes().all(|byte| byte.is_ascii_digit());
    !is_code
        && !matches!(
            last,
            "" | "l'ensemble"
                | "totale"
                | "panne"
                | "acces"
                | "l'acces"
                | "coupure"
                | "perte"
                | "indisponibilite"
                | "arret"
                | "ejecter"
                | "ejecte"
                | "ejectes"
                | "ejectees"
                | "deconnectes"
                | "plus"
                | "aucune"
                | "aucun"
                | "pas"
                | "chute"
                | "service"
                | "lancement"
                | "l'ouverture"
                | "ouverture"
                | "demarrage"
                | "chargement"
                | "connexion"
                | "d'accueil"
                | "site"
                | "l'adresse"
        )
}

fn names_a_samu(folded: &str) -> bool {
    folded.match_indices("samu").any(|(at, _)| {
        let before = folded[..at].trim_end();
        let after = folded[at + 4..].trim_start();
        !before.ends_with("si")
            && !before.ends_with("si-")
            && (after.starts_with(|c: char| c.is_ascii_digit())
                || after.starts_with("de ")
                || after.starts_with("d'")
                || after.starts_with("du "))
    })
}

fn is_short(text: &str) -> bool {
    text.split_whitespace().count() <= 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn suspect(text: &str) -> bool {
        let folded = Folded::new(text);
        let cues = Cues::scan(folded.as_str());
        suspected(
            "",
            text,
            &super::super::sentence::sentences(text, &folded, &cues),
        )
    }

    #[test]
    fn a_whole_service_out_for_everyone_is_suspected() {
        for text in [
            "Portail SI-Samu totalement inaccessible depuis 7h20, plus personne ne se connecte",
            "PORTAIL SI SAMU INACCESSIBLE POUR TOUT LE MONDE AU SAMU 13",
            "La téléphonie est HS, plus aucun appel n'arrive, tous les postes sont muets",
            "Portail inaccessible sur les trois plateaux, sur toutes les positions. Mode dégradé papier",
            "Plus un seul appel 15 n'arrive sur aucun poste depuis 2h21. Bandeau gris partout.",
            "Aucune fiche de prise d'appel ne s'ouvre, sur aucun poste du SAMU 58. Régulation sur papier.",
            "Plus aucun appel ne nous arrive depuis 11h. Tous les postes sont concernés.",
            "Depuis 3h nous ne recevons plus aucun appel au SAMU 19, ils sont basculés chez nos voisins",
            "On ne peut plus créer de dossier, personne n'y arrive, ni ARM ni médecins",
            "Les appels du 15 n'arrivent plus du tout en salle",
            "PLUS AUCUN APPEL 15 NE REMONTE DANS LE BANDEAU DEPUIS 04H50 TOUTES LES POSITIONS SONT TOUCHEES",
            "Plus aucun appel 15 n'aboutit au SAMU 2B, l'opérateur confirme que ses liens sont bons",
            "Plus aucun appel n'arrive au centre 15, le bandeau affiche « téléphonie déconnectée »",
            "Plus personne au SAMU 68 n'a accès au portail.",
            "SAMU 62 : plus de téléphonie sur la totalité du plateau depuis 4h10",
            "Plus aucun poste du SAMU 44 n'accède au portail depuis 9h30, toute la régulation est à l'arrêt.",
            "Depuis 6h12 aucun utilisateur de notre SAMU ne peut ouvrir le portail.",
            "Tous les ARM et médecins sont éjectés du portail et personne ne peut se reconnecter.",
            "Le site du SI-Samu ne s'ouvre plus sur aucun de nos 14 postes",
            "SAMU 59 : plus aucun accès au portail pour l'ensemble de la régulation depuis 20h05, message \"service indisponible\".",
            "Le portail SI-Samu ne charge plus chez nous (SAMU 17), tout le monde est sur papier.",
            "Toutes les lignes 15 sont coupées depuis 3h.",
            "Erreur 500 sur le portail pour toute la régulation, impossible de réguler.",
            "Le serveur semble tombé, plus un seul poste ne se connecte au SI-SAMU.",
            "Perte totale du SI-Samu et de la téléphonie à 11h22, les appels sont basculés sur le SAMU 49.",
            "Écran blanc au lancement du portail pour toute l'équipe, régulation au papier crayon",
        ] {
            assert!(suspect(text), "{text}");
        }
    }

    #[test]
    fn one_function_slowness_or_one_person_is_not() {
        for text in [
            "L'écran affiche « envoyé » et personne ne reçoit rien. Depuis mardi : aucun accusé, aucun appel de votre part.",
            "Bilans smur qui n'arrivent plus sur le portail depuis 18h environ. samu 19. On est obligé de tout prendre par téléphone.",
            "La carte ne s'ouvre plus dans le portail au SAMU 33, c'est pareil pour tout le monde.",
            "slt arm samu 10, jarrive plu a me co au portail, sa me dit compte bloqué. les autre sa marche.",
            "Je n'accède plus au portail, mes collègues oui.",
            "Tous les ARM sont éjectés du portail deux fois par garde au SAMU 21.",
            "La carte est grise pour tout le monde",
            "Le portail est lent pour tous les utilisateurs",
            "La messagerie du portail ne marche plus pour toute la salle",
            "Plusieurs personnes se font éjecter du portail au bout de 5 min",
            "Je n'arrive plus à me connecter au portail, ma collègue y arrive",
            "Le bandeau téléphonique est bloqué sur PAUSE pour moi et pour Morgane. Samu 58",
            "Plus aucun appel n'arrive sur mon poste, les autres postes vont bien",
            "Aucun appel ne remonte dans l'historique depuis ce matin, pour tout le monde",
            "Je ne reçois plus d'appels sur mon bandeau au SAMU 19",
            "Après une pause, l'agent ne reçoit plus aucun appel tant qu'il ne ferme pas sa session",
            "Un poste sur neuf ne reçoit plus aucun appel",
            "L'ARM ne reçoit plus aucun appel sur son poste après une pause",
            "Impossible d'ouvrir un dossier archivé, tous les postes ont le souci",
        ] {
            assert!(!suspect(text), "{text}");
        }
    }
}
