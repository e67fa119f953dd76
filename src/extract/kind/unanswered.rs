//! Complaints about a ticket that nothing came of, by what is said of the ticket itself: « accusé reçu,
//! et depuis plus rien », « complet depuis 48 h et personne ne nous a appelés », « pas la moindre
//! nouvelle ».

use super::complaint::{OTHERS, closes, ends_sentence, sentence_start};
use crate::extract::token::{Tokens, number};

/// What was sent to us, and what we gave for it.
const CASE: &str = "dossier|ticket|declaration|signalement|demande|fiche|accuse|numero|reference|mail|message|courriel";

/// What we owe.
const OWED: &str =
    "nouvelle|nouvelles|retour|reponse|suite|contact|signe|explication|news|reply|answer|update";

/// So many words around a ticket are looked at.
const NEAR: usize = 28;

/// Whether a text complains so of us.
pub(super) fn is_unanswered(tokens: &Tokens) -> bool {
    (0..tokens.len()).any(|at| {
        then_nothing(tokens, at)
            || nobody_called_about(tokens, at)
            || not_the_least(tokens, at)
            || still_waiting(tokens, at)
            || had_time(tokens, at)
            || none_from_you(tokens, at)
            || no_news_of(tokens, at)
    })
}

fn case_before(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(NEAR)..at).any(|near| tokens.among(near, CASE))
}

/// « accusé reçu dans la foulée, et depuis plus rien. »: nothing follows in the sentence.
fn then_nothing(tokens: &Tokens, at: usize) -> bool {
    const DONE: &str = "accuse|numero|reference|complet|complete|completee|completes|ouvert|ouverte|enregistre|enregistree|recu|recue|envoye|envoyee|depose|deposee";
    tokens
        .any_phrase(
            at,
            "et depuis plus rien|puis plus rien|depuis plus rien|et depuis rien|depuis c est le silence|depuis silence|puis silence|puis rien|puis le silence|and nothing since|nothing since",
        )
        .is_some_and(|end| closes(tokens, end))
        && case_before(tokens, at)
        && (at.saturating_sub(NEAR)..at).any(|near| tokens.among(near, DONE))
}

/// « le ticket est complet et personne ne nous a appelés »
fn nobody_called_about(tokens: &Tokens, at: usize) -> bool {
    tokens
        .any_phrase(
            at,
            "personne ne nous a|personne ne m a|personne nous a|personne m a|personne ne nous rappelle|personne ne me rappelle|nobody has|nobody",
        )
        .is_some_and(|end| {
            tokens.among(
                end,
                "appele|appeles|appelee|rappele|rappeles|rappelee|contacte|contactes|contactee|recontacte|recontactes|repondu|called|contacted|answered",
            ) || tokens.among(end - 1, "rappelle")
        })
        && case_before(tokens, at)
}

/// « pas eu la moindre nouvelle », « sans le moindre retour »
fn not_the_least(tokens: &Tokens, at: usize) -> bool {
    tokens.among(at, "moindre")
        && tokens.among(at + 1, OWED)
        && (at.saturating_sub(6)..at).any(|near| tokens.among(near, "pas|sans|jamais|aucun|ni"))
        && !of_others(tokens, at)
}

/// « Toujours en attente d'une prise en charge »
fn still_waiting(tokens: &Tokens, at: usize) -> bool {
    let Some(end) = tokens.any_phrase(at, "toujours en attente|encore en attente|still waiting")
    else {
        return false;
    };
    (end..end + 4).any(|near| {
        tokens.among(near, OWED)
            || tokens
                .any_phrase(near, "prise en charge|solution|rappel")
                .is_some()
    }) && !of_others(tokens, at)
}

/// « Vous aviez 4h pour répondre »
fn had_time(tokens: &Tokens, at: usize) -> bool {
    tokens.phrase(at, "vous aviez").is_some_and(|end| {
        number(tokens, end, 3).is_some_and(|(_, unit)| {
            tokens.among(unit, "h|heure|heures|jour|jours|min|minutes")
                && tokens.among(unit + 1, "pour")
        })
    })
}

/// « sans solution ni contact de votre part », « aucun signe de votre part »
fn none_from_you(tokens: &Tokens, at: usize) -> bool {
    tokens.phrase(at, "de votre part").is_some()
        && (at.saturating_sub(4)..at).any(|near| tokens.among(near, OWED))
        && (at.saturating_sub(7)..at)
            .any(|near| tokens.among(near, "sans|ni|aucun|aucune|pas|jamais|zero"))
}

/// « pas de nouvelles du dossier », « sans nouvelles de mon ticket »
fn no_news_of(tokens: &Tokens, at: usize) -> bool {
    tokens
        .any_phrase(
            at,
            "pas de nouvelles|pas de nouvelle|sans nouvelles|sans nouvelle|aucune nouvelle|pas de retour|sans retour|aucun retour|aucune suite|pas de suite",
        )
        .is_some_and(|end| {
            tokens.among(end, "du|de|sur|a|concernant|pour")
                && (end + 1..end + 4).any(|near| tokens.among(near, "dossier|ticket|declaration|signalement|demande|incident"))
        })
}

/// Whether the sentence speaks of somebody else than the support.
fn of_others(tokens: &Tokens, at: usize) -> bool {
    const CALLERS: &str = "medecin|patient|appelant";
    (sentence_start(tokens, at)..at + 10)
        .take_while(|near| *near < at || !ends_sentence(tokens, *near))
        .any(|near| tokens.among(near, OTHERS) || tokens.among(near, CALLERS))
}

#[cfg(test)]
mod tests {
    use super::is_unanswered;
    use crate::extract::token::Tokens;

    #[test]
    fn a_ticket_that_nothing_came_of_is_complained_about() {
        for text in [
            "Dossier complété vendredi à 14h, accusé reçu dans la foulée, et depuis plus rien.",
            "Ticket ouvert mardi, numéro reçu, puis plus rien. La carte est toujours grise.",
            "Déclaration enregistrée à 8h, depuis silence.",
            "Cela fait 48 h que le ticket est complet et personne ne nous a appelés.",
            "Ma demande date d'hier, personne ne m'a contacté.",
            "Nous n'avons pas eu la moindre nouvelle depuis l'accusé de réception de jeudi.",
            "Trois jours sans le moindre retour.",
            "Toujours en attente d'une prise en charge, le planning est vide.",
            "Toujours en attente de votre réponse.",
            "Vous aviez 4h pour répondre, on en est à 3 jours.",
            "Quatre jours sans solution ni contact de votre part.",
            "Pas de nouvelles du dossier 26-00044, ça grésille toujours.",
            "Aucune suite à ma déclaration.",
        ] {
            assert!(is_unanswered(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn what_shows_nothing_or_others_do_not_answer_is_no_complaint_about_us() {
        for text in [
            "Depuis 9h plus rien ne s'affiche dans la liste des appels.",
            "On ouvre le dossier, le message s'affiche, puis plus rien ne répond.",
            "Le statut reste toujours en attente sur la fiche.",
            "Le DSI n'a pas donné la moindre réponse.",
            "Personne ne nous a appelés depuis 10h, la ligne est muette.",
            "Nous n'avons pas la moindre idée de la cause.",
            "Merci de votre retour.",
        ] {
            assert!(!is_unanswered(&Tokens::new(text)), "{text}");
        }
    }
}
