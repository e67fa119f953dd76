//! Complaints that we are silent which say no more than what was sent, and that nothing came of it:
//! « j'ai écrit à 8h15, il est 18h et personne n'a répondu », « on devait me rappeler ».

use super::complaint::{closes, ends_sentence};
use crate::extract::token::{Tokens, number};

/// So many words after the report sent to us are looked at for the silence.
const NEAR: usize = 48;

/// Whether a text complains so of us.
pub(super) fn is_left_silent(tokens: &Tokens) -> bool {
    (0..tokens.len()).any(|at| {
        told_us(tokens, at).is_some_and(|end| nothing_came(tokens, at, end))
            || was_promised(tokens, at)
            || reminds(tokens, at)
            || none_after_ours(tokens, at)
    })
}

/// « je vous ai écrit mardi », « j'ai appelé ce matin », « nous avons signalé à 9h »: a report to us,
/// not to the doctor or the computer service. Where it ends.
fn told_us(tokens: &Tokens, at: usize) -> Option<usize> {
    if !tokens.among(
        at,
        "ecrit|appele|appeles|appelee|signale|declare|alerte|contacte|contactes|envoye",
    ) {
        return None;
    }
    let before = |back: usize, words: &'static str| {
        (at.saturating_sub(back)..at).any(|near| tokens.among(near, words))
    };
    if !before(2, "ai|avons|avais|avions") {
        return None;
    }
    let end = at + 1;
    let us = before(3, "vous")
        || tokens
            .any_phrase(
                end,
                "au support|le support|a votre|votre|vos|au si samu|a l assistance",
            )
            .is_some();
    let when = tokens.among(
        end,
        "ce|cette|hier|avant|des|vers|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|deux|trois|pour|plusieurs|il",
    ) || tokens.among(end, "a|le")
        && tokens.number(end + 1, 2).is_some();
    let mailed = tokens
        .any_phrase(
            end,
            "un mail|un message|un courriel|une declaration|la fiche|le formulaire",
        )
        .is_some()
        && !(end + 2..end + 5).any(|near| tokens.among(near, "au|aux"));
    let named = tokens.among(at, "signale|declare") && tokens.among(end, "la|l|le|les|cette|ce");
    let takes = match tokens.word(at) {
        "envoye" => mailed,
        _ => us || when || mailed || named,
    };
    takes.then_some(end)
}

/// Whether the silence is said after `end`: by those who call back, since mere « personne n'a
/// répondu » to a call may be the fault.
fn nothing_came(tokens: &Tokens, at: usize, end: usize) -> bool {
    const OTHERS: &str = "dsi|informatique|hotline|helpdesk|technicien|orange|operateur|editeur|collegue|collegues|medecin|patient|appelant|famille|equipe|destinataire|confrere";
    let called = tokens.among(at, "appele|appeles|appelee|alerte");
    let last = (end + NEAR).min(tokens.len());
    if (at..last).any(|near| tokens.among(near, OTHERS)) {
        return false;
    }
    (end..last).any(|near| {
        let answered = tokens.any_phrase(
            near,
            "personne n a repondu|personne ne repond|personne n a donne suite|pas eu de reponse|pas recu de reponse|pas eu d accuse|pas recu d accuse|aucun accuse|aucune reponse|aucun retour|pas de reponse|pas de retour|sans reponse|nobody answered|no answer|no reply",
        );
        let silent = tokens.any_phrase(
            near,
            "personne ne s est manifeste|personne ne se manifeste|personne n a rappele|personne ne m a rappele|personne ne nous a rappele|aucun rappel|pas ete rappele|pas ete rappeles|jamais ete rappele|pas de nouvelles|pas de nouvelle|aucune nouvelle|silence radio|nobody called back",
        );
        let nothing = tokens
            .any_phrase(near, "rien depuis|plus rien depuis|toujours rien|et rien|puis rien")
            .is_some_and(|over| closes(tokens, over));
        silent.is_some() || nothing || answered.is_some() && !called
    })
}

/// « on devait me rappeler dans l'heure », « on nous avait dit sous 4h », « vous m'aviez assuré que … ».
fn was_promised(tokens: &Tokens, at: usize) -> bool {
    const OWED: &str = "rappeler|recontacter|repondre|rappellerait|recontacterait|rappelleriez|recontacteriez|repondrait|rappelle|recontacte";
    let Some(end) = tokens.any_phrase(
        at,
        "on devait|quelqu un devait|votre collegue devait|un technicien devait|on m avait dit|on nous avait dit|on m avait assure|on nous avait assure|on m a dit|on nous a dit|on m avait promis|on nous avait promis|vous m aviez assure|vous nous aviez assure|vous aviez dit",
    ) else {
        return false;
    };
    let rest = (end..end + 9).take_while(|near| !ends_sentence(tokens, *near));
    let ours = |near: usize| tokens.among(near, OWED) && tokens.among(near - 1, "me|nous");
    let mut rest = rest.peekable();
    rest.any(|near| {
        ours(near)
            || tokens.among(near, "sous")
                && number(tokens, near + 1, 2)
                    .is_some_and(|(_, unit)| tokens.among(unit, "h|heures|heure|jours|jour"))
                && !(end..near).any(|between| tokens.among(between, "patient|medecin|lit|lits"))
    })
}

/// « Deuxième mail. », « Second courriel, le premier n'a pas eu de réponse. »
fn reminds(tokens: &Tokens, at: usize) -> bool {
    let starts = at == 0 || tokens.ends_line(at - 1) || ends_sentence(tokens, at - 1);
    starts
        && tokens.among(at, "deuxieme|second|seconde|troisieme|quatrieme")
        && tokens.among(at + 1, "mail|courriel|message")
        && (at + 2..(at + 36).min(tokens.len())).any(|near| {
            tokens
                .any_phrase(
                    near,
                    "aucune reponse|aucun retour|aucune suite|aucune nouvelle|pas de reponse|pas eu de reponse|pas de retour|sans reponse|sans retour|sans suite",
                )
                .is_some()
        })
}

/// « aucun retour suite à mon mail », « pas de nouvelle depuis mon message ».
fn none_after_ours(tokens: &Tokens, at: usize) -> bool {
    let Some(end) = tokens.any_phrase(
        at,
        "aucun retour|aucune reponse|aucune nouvelle|aucune suite|pas de retour|pas de reponse|pas de nouvelle|pas de nouvelles|pas eu de retour|pas eu de reponse|toujours rien",
    ) else {
        return false;
    };
    tokens
        .any_phrase(
            end,
            "suite a mon|suite a ma|suite a mes|suite a notre|suite a nos|apres mon|apres ma|apres mes|apres notre|apres nos|depuis mon|depuis ma|depuis notre|malgre mon|malgre ma|malgre mes",
        )
        .is_some_and(|sent| {
            tokens.among(
                sent,
                "mail|mails|message|messages|courriel|appel|appels|signalement|declaration|relance|relances",
            ) && !tokens.among(sent + 1, "aux|au|du")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_after_a_report_is_complained_of() {
        for text in [
            "j'ai ecrit ce matin a 8h15 pour les fiches qui ne s'envoient plus. il est bientot 18h et personne n'a repondu.",
            "je vous ai ecrit mardi pour la carte figee, rien depuis.",
            "cela fait trois jours que j'ai signale la panne de l'annuaire et personne ne s'est manifeste.",
            "j'ai appele ce matin a 8h, on devait me rappeler dans l'heure. toujours rien.",
            "on nous avait dit « sous 4h ». cela fait deux jours.",
            "deuxieme mail. la carte est figee. le premier n'a eu aucune reponse.",
            "je n'ai eu aucun retour suite a mon mail de ce matin",
            "nous avons appele hier et nous n'avons pas ete rappeles",
        ] {
            assert!(is_left_silent(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn what_was_told_to_others_or_only_mentioned_is_no_complaint() {
        for text in [
            "j'ai appele la dsi ce matin, pas de reponse de leur part.",
            "j'ai ecrit au medecin par la messagerie a 8h15, personne n'a repondu.",
            "j'ai envoye un sms d'alerte a 7h et personne ne l'a recu. aucune reponse de l'equipe.",
            "j'ai appele ce matin pour un transfert, personne n'a repondu.",
            "j'ai signale le meme souci il y a un mois, vous l'aviez regle. il revient.",
            "on devait rappeler le patient et le numero n'apparait plus.",
            "deuxieme message : la carte est figee aussi.",
            "suite a mon appel de ce matin, voici le detail",
            "je vous ai appele a 10h, votre collegue m'a demande d'ecrire.",
        ] {
            assert!(!is_left_silent(&Tokens::new(text)), "{text}");
        }
    }
}
