//! A question or a request that reports no fault: a guide, a date, a version, an account, opening
//! hours. Its other sentences may say why it is asked, never that something fails.

use super::super::cues::{Cues, Group};
use super::super::sentence::is_negated;
use super::apart::{DATED, parts};
use crate::extract::lexicon::mentions;

/// Whether a text asks for information or for an account, and reports nothing beside. It is folded.
pub(super) fn asks_for_information(text: &str) -> bool {
    let mut asked = false;
    for sentence in parts(text) {
        if asks(sentence) {
            asked = true;
        } else if reports(sentence) {
            return false;
        }
    }
    asked
}

/// « Existe-t-il un guide à jour ? », « merci de créer un compte pour Mme Martin ».
fn asks(sentence: &str) -> bool {
    const ASKS: &str = "pouvez-vous|pourriez-vous|pouvez vous|pourriez vous|auriez-vous|avez-vous|merci de |savoir |besoin d|souhait|j'aimerais|nous aimerions|je voudrais|je cherche|nous cherchons|could you|can you|we need|i need";
    const THINGS: &str = "guide|documentation|mode d'emploi|tutoriel|manuel|notice|plaquette|support de formation|supports de formation|session de formation|sessions de formation|une formation|des formations|inscri|\
        quelle date|quand sera|quand la |quand le |quand aura|quand est|quand sort|quand pourr|quelle version|prochaine version|nouvelle version|numero de version|derniere version|\
        horaires|heures d'ouverture|ouvert le|ouverts le|joignable le|joignables le|qui contacter|a qui s'adresser|a qui m'adresser|a qui dois-je|vers qui|interlocuteur|\
        creer un compte|creer des comptes|creer les comptes|creer trois|creer deux|creation d|ouvrir un compte|ouvrir des comptes|obtenir un acces|obtenir des acces|obtenir leurs acces|obtenir les acces|un acces en|acces a l'environnement|nouveaux comptes|supprimer le compte|supprimer son compte|desactiver|habilitation|\
        est-il prevu|est-ce prevu|compatible|prerequis|pre-requis|numero du support|votre numero|numero d'assistance|tarif|combien coute|points de vigilance|comment faire pour|comment fait-on pour|a quoi correspond|a quoi sert|que signifie|user guide|user manual|which version|opening hours|training session";
    // « Quand la téléphonie sera-t-elle rétablie ? », « est-ce normal … ? » report.
    const REPORTS: &str = "retabli|repare|corrige|resolu|reparti|revenir|reviendra|retour a la normale|est-ce normal|est ce normal|est-il normal|pourquoi|comment se fait|un souci|un probleme|une panne|bloque";
    (sentence.trim_end().ends_with('?') || mentions(ASKS, sentence))
        && mentions(THINGS, sentence)
        && !mentions(REPORTS, sentence)
        && !Cues::scan(sentence).has(Group::Fault)
        && (!is_negated(sentence) || mentions(UNFOUND, sentence))
}

/// What the asker looked for in vain, or never had.
const UNFOUND: &str = "ne trouve|rien trouve|pas trouve|ne sait|ne sais|ne savons|ne connai|jamais utilise|pas pu suivre|pas pu assister|pas pu participer|pas urgent|rien d'urgent|rien ne presse";

/// Whether a sentence may tell of something that fails.
fn reports(sentence: &str) -> bool {
    // « Celui que j'ai date de 2023 et les captures ne correspondent plus. »
    const DATED_PAPER: &str = "date de 19|date de 20|datent de|captures|copies d'ecran|lien que j'av|lien que nous av|version papier|celui que j|celle que j|celui que nous|celle que nous|la notre date|le notre date";
    const OVER: &str = "lenteurs ont |probleme a disparu|souci a disparu|bug a disparu|erreurs ont disparu|coupures ont disparu";
    const NOW: &str = "depuis |erreur|impossible|bloque|en panne";
    let fails = Cues::scan(sentence).has(Group::Fault) || is_negated(sentence);
    let excused = mentions(UNFOUND, sentence)
        || mentions(DATED_PAPER, sentence) && !mentions(NOW, sentence)
        || mentions(OVER, sentence) && sentence.contains("disparu");
    !excused && (fails || mentions(DATED, sentence))
}

#[cfg(test)]
mod tests {
    use super::asks_for_information;

    #[test]
    fn a_request_for_information_or_an_account_reports_nothing() {
        for text in [
            "auriez-vous un guide utilisateur ? le notre date de 2022 et les captures ne correspondent plus.",
            "quels sont les horaires de votre support le week-end ? je ne trouve pas l'information.",
            "savez-vous a quelle date la nouvelle version sera disponible ? les lenteurs ont disparu depuis mardi.",
            "nous aurions besoin de quatre acces en lecture. a qui s'adresser ?",
            "est-il prevu une session de formation ? deux arm n'ont pas pu suivre celle de juin.",
            "le portail est-il compatible avec windows 11 ? notre dsi migre en mars.",
            "merci de creer un compte pour mme martin, arm.",
            "ou peut-on telecharger la documentation ? le lien que j'avais n'est plus valable.",
        ] {
            assert!(asks_for_information(text), "{text}");
        }
    }

    #[test]
    fn a_fault_beside_a_question_is_reported() {
        for text in [
            "le lien vers le guide renvoie une erreur 404 depuis lundi.",
            "est-ce normal que la nouvelle version n'affiche plus la carte ?",
            "savez-vous quand la telephonie sera retablie ?",
            "la liste est vide. savez-vous quand sort la prochaine version ?",
            "je n'ai plus acces au module, qui contacter ?",
            "qui contacter ? la carte est grise depuis ce matin.",
            "pourquoi la nouvelle version sort-elle les fiches sans accents ?",
            "les horaires affiches sont ceux d'hier, qui contacter ? la page ne bouge pas.",
        ] {
            assert!(!asks_for_information(text), "{text}");
        }
    }
}
