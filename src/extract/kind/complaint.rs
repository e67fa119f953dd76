//! Whether a message escalates: it asks for that outright, or complains that we are silent.

use super::super::cues::Group;
use super::Facts;
use super::silence::is_left_silent;
use super::unanswered::is_unanswered;
use crate::domain::why::Why;
use crate::extract::lexicon::mentions;
use crate::extract::token::{Kind, Tokens, number};
use std::ops::Range;

/// What was sent to us.
const SENT: &str = "mail|mails|message|messages|courriel|courriels|relance|relances|appel|appels|signalement|signalements|rappel|rappels|declaration|declarations|\
    ticket|tickets|incident|incidents|demande|demandes|email|emails|reminder|reminders";
/// What we owe.
const ANSWER: &str = "reponse|reponses|retour|retours|nouvelle|nouvelles|rappel|suite|suites|solution|intervention|reaction|answer|reply|feedback";
/// Nobody, nothing.
const NONE: &str = "aucun|aucune|pas|sans|zero|jamais|toujours|ni|no|not|never";

/// Whether the writer complains that nothing came, or asks for escalation.
pub(super) fn escalates(words: &Facts, subject: &str) -> Option<Why> {
    let asks = |cue: &str| {
        const ASKS: &str = "demande d'escalade|demandons l'escalade|demande l'escalade|demandons une escalade|demande une escalade|\
            activer l'escalade|please escalate|we request escalation|escalader|case escalade|par l'escalade|a l'escalade|en escalade|j'escalade|nous escaladons|monter d'un niveau|monter d'un cran|niveau superieur|niveau au dessus|niveau au-dessus|echelon superieur|echelon au-dessus|echelon au dessus|a votre hierarchie|remonter d'un niveau|escalate this|escalate it|you escalate|to escalate|be escalated|soit escalad|etre escalad|escaladee au|d'escalader";
        mentions(ASKS, cue)
    };
    let in_subject = words.subject.has(Group::Escalation);
    let said: Vec<&str> = words
        .own
        .of(Group::Escalation)
        .filter(|range| !is_of_others(&words.text, range))
        .map(|range| &words.text[range])
        .collect();
    if words.own.has(Group::Newsletter) && words.faults() == 0 {
        return None;
    }
    let tokens = Tokens::new(&words.text);
    if said.iter().any(|cue| asks(cue))
        || asks(subject)
        || (in_subject && subject.contains("escalade"))
        || asks_outright(&tokens)
    {
        return Some(Why::AsksEscalation);
    }
    // « toujours rien » and « relance » alone may speak of something else than our silence.
    let weak = |cue: &&&str| {
        matches!(
            **cue,
            "toujours rien"
                | "toujours personne"
                | "relance"
                | "hors delai"
                | "escalade"
                | "escalation"
                | "delai annonce"
                | "delai depasse"
                | "delai est depasse"
                | "relance :"
                | "still waiting for"
        )
    };
    let strong = said.len() - said.iter().filter(weak).count();
    if strong > 0 {
        return Some(Why::ComplainsOfSilence);
    }
    let silent = subject.contains("relance")
        || ["sans reponse", "sans retour", "sans nouvelle"]
            .iter()
            .any(|cue| subject.contains(cue));
    if in_subject && (!said.is_empty() || silent) || silent && mentions(TOLD, &words.text) {
        return Some(Why::Reminder);
    }
    if said.len() >= 2
        || waits_in_vain(&words.text)
        || waits(&tokens)
        || is_left_silent(&tokens)
        || is_unanswered(&tokens)
    {
        return Some(Why::ComplainsOfSilence);
    }
    None
}

/// « J'ai appelé notre DSI, aucune réponse depuis ce matin », « on relance le navigateur », « toujours
/// rien dans la colonne », « sans réponse du serveur »: words of silence, no complaint about ours.
fn is_of_others(text: &str, cue: &Range<usize>) -> bool {
    const REDONE: &str = " le navigateur| la page| le poste| le pc| l'appli| la session| le portail| l'ordi| la recherche| l'impression| le service| le module| le bandeau| l'appel| un appel| la machine";
    const SHOWN: &str = " dans | a l'ecran| a l'affichage| sur la carte| sur l'ecran| en bas| en haut| au niveau| cote ";
    const OF: &str = " du | de la | de l'| des ";
    let before = &text[text.floor_char_boundary(cue.start.saturating_sub(NEAR))..cue.start];
    let after = &text[cue.end..text.floor_char_boundary(cue.end + NEAR)];
    let starts = |list: &str| list.split('|').any(|word| after.starts_with(word));
    match &text[cue.clone()] {
        "relance" | "je relance" => starts(REDONE),
        "toujours rien" => starts(SHOWN),
        words => {
            let sentence = before
                .rsplit(['.', '!', '?', '\n'])
                .next()
                .unwrap_or_default();
            let next = after
                .split(['.', '!', '?', '\n', ','])
                .next()
                .unwrap_or_default();
            let ours = [sentence, words, next]
                .iter()
                .any(|part| mentions(OURS, part));
            !ours && (mentions(OTHERS, sentence) || starts(OF))
        }
    }
}

/// So many bytes of a sentence are looked at on either side: one without an end is no sentence.
const NEAR: usize = 400;

/// People and services that are not the support.
pub(super) const OTHERS: &str = "dsi|informatique|hotline|help desk|helpdesk|technicien|operateur|orange|editeur|prestataire|fournisseur|collegue";
/// The support, as it is addressed.
const OURS: &str = "vous|votre|vos |support|si-samu|your";

/// « Nous demandons par la présente l'escalade », « je souhaite que ma demande soit traitée au niveau
/// supérieur », « pouvez-vous faire remonter l'incident à votre niveau 2 ».
fn asks_outright(tokens: &Tokens) -> bool {
    const WANT: &str = "demande|demandons|demander|sollicite|sollicitons|solliciter|souhaite|souhaitons|souhaiterais|souhaiterions|veux|voulons|voudrais|voudrions|reclame|reclamons|\
        exige|exigeons|merci|pouvez|pourriez|faut|faudrait|veuillez|aimerais|aimerions|besoin|svp|please|want|request|requesting|could|can";
    const STEP: &str = "niveau superieur|niveau au dessus|niveau 2|niveau 3|niveau n 2|niveau n 3|niveau n2|niveau n3|n2|n3|deuxieme niveau|second niveau|troisieme niveau|niveau de support superieur|\
        echelon superieur|echelon au dessus|votre hierarchie|votre direction|votre responsable|vos responsables|votre chef|next level|higher level|level 2|level 3|second level|your manager";
    const RAISED: &str = "traite|traitee|traites|pris|prise|passe|passee|passer|passez|transmis|transmise|transmettre|transmettez|remonte|remontee|remonter|remontez|monte|monter|\
        montez|porte|portee|porter|bascule|basculer|basculez|transfere|transferer|transferez|confie|confiee|confier|soumis|soumettre|adresse|adresser|adressez|saisir|activer|activez|declencher|\
        raise|raised|pass|passed|move|moved|bring|brought|hand|handed";
    // « J'active l'escalade », « nous déclenchons la procédure d'escalade »
    const RAISES: &str = "active|activons|declenche|declenchons|engage|engageons|invoque|invoquons|enclenche|enclenchons|actionne|actionnons|recours|recourons";
    const CASE: &str = "ticket|dossier|incident|demande|affaire|declaration|signalement|sujet|probleme|panne|cas|anomalie|souci|bug|astreinte|support|it|this|case|issue|ca|cela";
    (0..tokens.len()).any(|at| {
        let near = |back: usize| {
            (at.saturating_sub(back)..at)
                .rev()
                .take_while(|near| !ends_sentence(tokens, *near))
        };
        if tokens.among(at, "escalade|escalation") {
            let named = tokens.among(at.wrapping_sub(2), "d|de") || tokens.among(at.wrapping_sub(1), "de");
            let inside = tokens
                .any_phrase(at + 1, "au medecin|vers le medecin|du medecin|medecin|entre|d appel|de l appel|des appels")
                .is_some();
            let raised = near(5).any(|near| tokens.among(near, RAISES))
                && near(9).all(|near| !tokens.among(near, "quand|lorsque|si|des|bouton|menu"));
            let wanted = !named && near(9).any(|near| tokens.among(near, WANT));
            return !inside && (raised || wanted || is_wanted_behind(tokens, at));
        }
        tokens.any_phrase(at, STEP).is_some_and(|end| {
            // « faire intervenir le N3 » names no case.
            let comes = near(4).any(|near| tokens.among(near, "intervenir"));
            !tokens.among(end, "de")
                && (comes
                    || near(9).any(|near| tokens.among(near, RAISED))
                        && near(16).any(|near| tokens.among(near, CASE)))
                && near(22).any(|near| tokens.among(near, WANT))
        })
    })
}

/// « une escalade : nous la demandons », « escalade souhaitée », « prévoit l'escalade, merci de
/// l'activer »: asked for behind its name.
fn is_wanted_behind(tokens: &Tokens, at: usize) -> bool {
    const IT: &str = "la demandons|la demande|la sollicitons|la sollicite|la souhaitons|la souhaite|la reclame|la reclamons|l active|l activons|l activer|la declencher|la declenche|la declenchons|l engager|l appliquer|la lancer|la mettre en oeuvre";
    const WANTED: &str =
        "demandee|souhaitee|sollicitee|requise|reclamee|exigee|requested|required|needed";
    tokens.among(at + 1, WANTED)
        || (at + 1..at + 16)
            .take_while(|near| !ends_sentence(tokens, *near))
            .any(|near| tokens.any_phrase(near, IT).is_some())
}

/// « Cela fait quatre jours que nous attendons un retour », « malgré deux relances », « trois mails et
/// pas une réponse », « aucune nouvelle de mon signalement », « votre délai est largement dépassé ».
fn waits(tokens: &Tokens) -> bool {
    (0..tokens.len()).any(|at| {
        waits_long(tokens, at)
            || in_spite(tokens, at)
            || none_came(tokens, at)
            || is_overdue(tokens, at)
            || none_of_ours(tokens, at)
            || sent_again(tokens, at)
            || nobody_called(tokens, at)
            || breaks_promise(tokens, at)
    })
}

/// « notre second rappel concernant », « mon quatrième courriel », « deux déclarations restées sans
/// suite »: what was sent more than once.
fn sent_again(tokens: &Tokens, at: usize) -> bool {
    if !tokens.among(at, SENT) || at == 0 {
        return false;
    }
    let ordinal = tokens.among(
        at - 1,
        "deuxieme|second|seconde|troisieme|quatrieme|cinquieme|sixieme|nieme|enieme|second|third|fourth",
    );
    let own = at > 1 && tokens.among(at - 2, "mon|ma|notre|my|our");
    let left = tokens.among(at + 1, "reste|restee|restes|restees|demeure|demeurees")
        && tokens.among(at + 2, "sans|lettre")
        && (number(tokens, at - 1, 2).is_some() || tokens.among(at - 1, "mes|nos|mon|ma|notre"));
    ordinal && own || left
}

/// « vous deviez revenir vers moi mercredi », « vous m'aviez promis un rappel », « vous vous étiez
/// engagés à nous répondre »: what we said we would do.
fn breaks_promise(tokens: &Tokens, at: usize) -> bool {
    const OWED: &str = "revenir|rappeler|recontacter|repondre|rappel|reponse|retour";
    let Some(end) = tokens.any_phrase(
        at,
        "vous deviez|vous aviez promis|vous m aviez promis|vous nous aviez promis|vous aviez annonce|vous m aviez annonce|vous nous aviez annonce|vous m aviez dit|vous nous aviez dit|vous vous etiez engages|vous vous etiez engage|vous etiez cense|vous etiez censes|you were supposed to|you promised",
    ) else {
        return false;
    };
    (end..end + 5)
        .take_while(|near| !ends_sentence(tokens, *near))
        .any(|near| tokens.among(near, OWED) || tokens.phrase(near, "call back").is_some())
}

/// « nous n'avons toujours pas été recontactés », « sans que personne ne nous ait rappelés », « le
/// support n'a pas donné suite ».
fn nobody_called(tokens: &Tokens, at: usize) -> bool {
    const CALLED: &str = "recontacte|recontactes|recontactee|recontactees|rappele|rappeles|rappelee|rappelees|contacte|contactes|contactee|contactees|repondu|\
        called|contacted|answered";
    let called = tokens.among(at, CALLED)
        || tokens.among(at, "donne|donnee") && tokens.among(at + 1, "suite|signe");
    if !called {
        return false;
    }
    let from = sentence_start(tokens, at);
    let near = |back: usize, words: &'static str| {
        (at.saturating_sub(back).max(from)..at).any(|near| tokens.among(near, words))
    };
    let sentence = tokens.folded(from, at + 1);
    let passive = tokens.among(at.wrapping_sub(1), "ete|been") && near(7, "nous|j|je|on|we|i");
    let active = near(3, "a|ait|avez|ont|aient|has|have")
        && (near(4, "nous|m|me|us") || near(6, "support|hotline|vous|service"))
        && !near(4, "avons|ai");
    near(7, "pas|jamais|personne|toujours|aucun|nobody|not|never")
        && (passive || active)
        && (!mentions(OTHERS, sentence) || mentions(OURS, sentence))
}

/// « nous attendons une réponse depuis lundi »: a wait of the writer's own, that lasts.
fn waits_long(tokens: &Tokens, at: usize) -> bool {
    let before = |back: usize, words: &'static str| {
        (at.saturating_sub(back)..at)
            .rev()
            .take_while(|near| !ends_sentence(tokens, *near) && !tokens.ends_line(*near))
            .any(|near| tokens.among(near, words))
    };
    let own = tokens.among(at, "attends|attendons|attend|waiting")
        && before(4, "j|je|nous|on|i|we")
        || tokens.among(at, "attente") && before(4, "restons|reste|sommes|suis|toujours");
    if !own {
        return false;
    }
    let owed = (at + 1..at + 7)
        .take_while(|near| !ends_sentence(tokens, *near))
        .find(|near| tokens.among(*near, ANSWER));
    let Some(owed) = owed else {
        return false;
    };
    // « une réponse du serveur », « un retour de la DSI »: others let the writer wait.
    let of = owed + 1;
    let others = tokens.among(of, "d|de|du|des|from")
        && !(of + 1..of + 4).any(|near| tokens.among(near, "votre|vos|vous|support|you"));
    let lasts = before(12, "fait|voila|toujours|still")
        || (of..of + 9)
            .take_while(|near| !ends_sentence(tokens, *near))
            .any(|near| tokens.among(near, "depuis|malgre|vain|since|despite"));
    !others && lasts
}

/// « malgré mes deux mails », « en dépit de nos relances ».
fn in_spite(tokens: &Tokens, at: usize) -> bool {
    let Some(end) = tokens.any_phrase(at, "malgre|en depit de|en depit d|despite") else {
        return false;
    };
    let ours = |near: usize| {
        tokens.among(
            near,
            "mes|nos|mon|notre|plusieurs|my|our|les|de|tous|ces|multiples|nombreuses|nombreux",
        ) || number(tokens, near, 2).is_some()
    };
    (end..end + 4)
        .find(|near| tokens.among(*near, SENT))
        .is_some_and(|sent| {
            sent > end
                && (end..sent).all(ours)
                && !(tokens.among(sent, "appel|appels|demande|demandes")
                    && tokens.among(sent + 1, "de|des|du|entrant|entrants|recus|d"))
                && tokens
                    .any_phrase(
                        sent + 1,
                        "a la dsi|a notre dsi|a l informatique|a la hotline|au service",
                    )
                    .is_none()
        })
}

/// « trois mails et pas une réponse », « deux relances, aucun retour ».
fn none_came(tokens: &Tokens, at: usize) -> bool {
    let Some((many, sent)) = number(tokens, at, 2) else {
        return false;
    };
    let sent_to_us = many >= 2
        && tokens.among(
            sent,
            "mails|messages|courriels|relances|appels|signalements|tickets|emails|reminders",
        );
    let none = (sent + 1..sent + 5).find(|near| tokens.among(*near, NONE));
    sent_to_us
        && none.is_some_and(|none| {
            (none + 1..none + 4).any(|near| tokens.among(near, ANSWER))
                && !(sent + 1..none).any(|near| ends_sentence(tokens, near))
        })
}

/// « aucune nouvelle de mon signalement », « pas de suite à notre déclaration ».
fn none_of_ours(tokens: &Tokens, at: usize) -> bool {
    if !tokens.among(at, "aucun|aucune|pas|sans|jamais|no") {
        return false;
    }
    let Some(owed) = (at + 1..at + 4).find(|near| tokens.among(*near, ANSWER)) else {
        return false;
    };
    let led = tokens.among(owed + 1, "de|a|sur|pour|concernant|quant|about|to|on");
    let own = (owed + 2..owed + 4).find(|near| tokens.among(*near, "mon|ma|mes|notre|nos|my|our"));
    led && own.is_some_and(|own| {
        (own + 1..own + 3).any(|near| {
            tokens.among(near, SENT)
                && !tokens.among(near, "appel|appels")
                && !(tokens.among(near, "demande|demandes|message|messages")
                    && tokens.among(near + 1, "de|d|des|aux|au"))
        })
    })
}

/// « votre délai de réponse est largement dépassé »; a « délai dépassé » alone may be an error's words.
fn is_overdue(tokens: &Tokens, at: usize) -> bool {
    tokens.among(at, "delai|delais")
        && (at + 1..at + 13)
            .take_while(|near| !ends_sentence(tokens, *near))
            .find(|near| tokens.among(*near, "depasse|depasses|expire|ecoule|ecoules"))
            .is_some_and(|over| {
                tokens.among(at.wrapping_sub(1), "votre|vos")
                    || (at..over).any(|near| {
                        tokens.among(near, "annonce|annonces|promis|contractuel|contractuels")
                    })
            })
}

/// Where the sentence of the word at `at` begins, fourteen words before it at most.
pub(super) fn sentence_start(tokens: &Tokens, at: usize) -> usize {
    (at.saturating_sub(14)..at)
        .rev()
        .take_while(|near| !ends_sentence(tokens, *near))
        .last()
        .unwrap_or(at)
}

/// Whether a clause ends at `at`: its sentence, its line, or at a comma.
pub(super) fn closes(tokens: &Tokens, at: usize) -> bool {
    ends_sentence(tokens, at) || tokens.ends_line(at) || tokens.sign(at, b',')
}

pub(super) fn ends_sentence(tokens: &Tokens, at: usize) -> bool {
    matches!(
        tokens.get(at).map(|token| token.kind),
        Some(Kind::Sign(b'.' | b'!' | b'?')) | None
    ) && !tokens.glued(at + 1)
}

/// That an earlier report was sent to us.
const TOLD: &str = "declare |declare,|signale |vous ai ecrit|vous avons ecrit|vous ai appele|vous avons appele|ma declaration|notre declaration|mon signalement|notre signalement|mon ticket|notre ticket|ticket ouvert|ticket cree|incident ouvert|mon incident|notre incident|mon mail d|notre mail d|mon message d|notre message d|mes mails|mes messages|nos messages|nos mails|i reported|we reported|my report|our report";

/// Whether the writer says that an earlier report has met with no answer: « j'ai déclaré à 14h et
/// depuis rien ». What they told their own computer service or colleagues is none.
fn waits_in_vain(text: &str) -> bool {
    const NOTHING: &str = "personne ne m'|personne ne nous|personne n'a |sans reponse|pas de reponse|aucune reponse|pas eu de reponse|sans retour|pas de retour|aucun retour|pas eu de retour|sans nouvelle|pas de nouvelle|aucune nouvelle|silence|ni reponse|ni rappel|ni retour|ni numero|ni accuse|\
        pas eu d'accuse|pas recu d'accuse|pas eu de rappel|pas recu de rappel|pas rappele|pas ete rappele|jamais rappele|jamais ete rappele|jamais repondu|depuis rien|depuis, rien|depuis plus rien|et rien depuis|et toujours rien|rien recu de|rien vu venir|aucun rappel,|aucun rappel.|aucun rappel de|aucun rappel a ce|aucun suivi|aucune suite|reste sans suite|restee sans suite|\
        toujours pas traite|toujours pas ete traite|toujours pas pris en charge|toujours pas prise en charge|toujours pas ete pris|aucune prise en charge|aucun technicien|rien n'a bouge|rien n'a avance|rien ne bouge|rien n'avance|rien n'a ete fait|aucune avancee|no answer|no reply|nobody|no one|nothing since|not heard";
    const OWN: &str = "dsi|informatique|hotline|help desk|helpdesk|technicien de|cadre|operateur|orange|collegue|editeur|hierarchie|appelant|patient|famille|abonne";
    TOLD.split('|').any(|told| {
        text.match_indices(told).take(8).any(|(at, _)| {
            let near = &text[at..text.floor_char_boundary(at + 160)];
            mentions(NOTHING, near) && !mentions(OWN, near)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escalation_is_asked_for_in_many_words() {
        for text in [
            "nous demandons par la presente l'escalade vers votre niveau 3",
            "nous sollicitons l'escalade de l'incident",
            "je souhaite que ma demande soit traitee au niveau superieur",
            "pouvez-vous faire remonter notre incident a votre niveau 2 ?",
            "merci de passer ce ticket au niveau superieur",
            "please raise this issue to the next level",
        ] {
            assert!(asks_outright(&Tokens::new(text)), "{text}");
        }
        for text in [
            "la notification d'escalade ne s'affiche plus, merci de regarder",
            "le patient est passe au niveau superieur de gravite",
            "le dossier passe au niveau 2 tout seul",
            "on demande une escalade au medecin et rien ne part",
        ] {
            assert!(!asks_outright(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn a_long_wait_for_us_is_a_complaint() {
        for text in [
            "cela fait quatre jours que nous attendons un retour de votre part",
            "nous restons dans l'attente d'une reponse depuis le 10 novembre",
            "malgre mes deux mails de la semaine derniere, rien",
            "trois mails et pas une reponse",
            "deux relances, aucun retour",
            "je n'ai recu aucune nouvelle de mon signalement de vendredi",
            "votre delai de reponse de 4h est largement depasse",
            "toujours dans l'attente de votre retour malgre mes relances",
            "ceci est notre second rappel concernant la panne",
            "deux declarations restees sans suite",
            "nous n'avons toujours pas ete recontactes",
            "sans que personne ne nous ait rappeles",
            "le support n'a pas donne suite a notre appel",
        ] {
            assert!(waits(&Tokens::new(text)), "{text}");
        }
        for text in [
            "nous attendons un retour de la dsi depuis lundi",
            "on attend une reponse du serveur depuis une minute",
            "j'attends votre retour, cordialement",
            "malgre plusieurs appels de patients la liste reste vide",
            "le message « delai de reponse depasse » s'affiche",
            "aucune reponse a nos demandes de renfort",
            "deux appels sont passes puis plus rien",
            "le deuxieme message s'affiche mais pas le premier",
            "le patient n'a pas ete rappele",
            "nous n'avons pas rappele le patient",
            "le prestataire radio ne nous a jamais rappeles",
        ] {
            assert!(!waits(&Tokens::new(text)), "{text}");
        }
    }

    #[test]
    fn silence_of_others_is_no_complaint_about_ours() {
        let silent = |text: &str| {
            super::super::super::cues::Cues::scan(text)
                .of(Group::Escalation)
                .all(|range| is_of_others(text, &range))
        };
        for text in [
            "j'ai appele notre dsi, aucune reponse depuis ce matin",
            "quand on relance le navigateur la carte revient",
            "toujours rien dans la colonne statut",
            "le message reste sans reponse du serveur",
        ] {
            assert!(silent(text), "{text}");
        }
        for text in [
            "aucune reponse depuis lundi",
            "la dsi a tout controle, aucune reponse de votre part",
            "je relance pour la carte",
        ] {
            assert!(!silent(text), "{text}");
        }
    }

    #[test]
    fn a_report_without_answer_is_waited_for_in_vain() {
        for text in [
            "j'ai declare a 14h la panne et personne ne m'a rappele",
            "notre declaration de lundi reste sans reponse",
            "i reported it yesterday, still no answer",
            "notre incident du 12 n'est toujours pas traite",
            "ticket ouvert vendredi, aucun suivi",
        ] {
            assert!(waits_in_vain(text), "{text}");
        }
        for text in [
            "j'ai signale a la dsi ce matin, pas de reponse",
            "je vous ai ecrit hier, merci de votre retour",
            "le patient n'a pas de reponse",
        ] {
            assert!(!waits_in_vain(text), "{text}");
        }
    }
}
