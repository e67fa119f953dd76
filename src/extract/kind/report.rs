//! Doubts about a report: a ticket tool that sends it, a fault that is over, news, a withdrawal.

use super::super::cues::Group;
use super::Facts;
use crate::extract::description::names_subject;
use crate::extract::lexicon::mentions;
use crate::extract::station;
use crate::extract::token::Tokens;

/// Words that only mail servers use of a mail.
pub(super) fn is_about_delivery(text: &str) -> bool {
    const CUES: &str = "failed recipient|mailbox unavailable|smtp error|error code 5|550 |user unknown|recipient address|551 |552 |553 |554 |5.1.1|5.2.1|5.2.2|5.2.3|5.3.4|5.4.1|5.7.1|4.4.7";
    mentions(CUES, text)
}

/// Words that tell of files, wishes, exercises and meetings, or try the mailbox out.
pub(super) fn is_news(words: &Facts) -> bool {
    const CUES: &str = "vous trouverez|veuillez trouver|ci-joint|je vous informe|nous vous informons|vous souhaite|nos voeux|meilleurs voeux|fera un exercice|exercice plan blanc|sera en exercice|prevoir davantage|la reunion|aura lieu|auront lieu|se tiendra|\
        est reporte|est reportee|est avance au|test de messagerie|ceci est un test|message de test|mail de test|essai de messagerie|nouveau numero de|a compter du|a partir du 1er";
    mentions(CUES, &words.text)
}

/// « Pourriez-vous me dire si … ? Aucun dysfonctionnement à signaler de notre côté »: a question
/// of one who says outright that nothing fails.
pub(super) fn asks_without_fault(words: &Facts) -> bool {
    const DENIES: &str = "aucun dysfonctionnement|pas de dysfonctionnement|aucun incident|pas d'incident|pas un incident|aucune panne|pas de panne|n'est en panne|pas une panne|aucune anomalie|aucun probleme|pas de probleme|aucun souci|pas de souci|rien ne dysfonctionne|rien n'est casse|tout fonctionne|tout marche|rien a signaler|aucun bug|pas un bug|no incident|no problem|nothing is broken|nothing is wrong|not an incident|everything works";
    const FAILS: &str = "n'arrive|ne fonctionne|ne marche|ne s'affiche|ne s'ouvre|impossible|bloque|plus rien|cannot|can't|jusqu'a|sauf|a part ca|a part cela|a part le |a part la |a part les |a part un|hormis|mais depuis|jusque la|marche ailleurs|fonctionne ailleurs|hier encore";
    const ASKS: &str = "?|pourriez-vous|pouvez-vous|je voudrais savoir|j'aimerais savoir|savoir si|could you|renseignement";
    mentions(DENIES, &words.text) && mentions(ASKS, &words.text) && !mentions(FAILS, &words.text)
}

/// « Pouvez-vous rétablir l'accès ? », « merci de débloquer la session »: what wants mending is
/// broken.
pub(super) fn asks_repair(text: &str) -> bool {
    const ASKS: &str = "pouvez|pourriez|peux|pourrais|merci|veuillez|faudrait|svp|please|could|can";
    const REPAIR: &str = "retablir|reparer|debloquer|deverrouiller|depanner|restaurer|remedier|remettre en service|remettre en marche|remettre en route|remettre en etat|remettre d aplomb|relancer le service|restore|repair|unlock|unblock|fix";
    const OTHERS: &str = "savoir|date|quand|comment|procedure|formation|prochaine|version";
    let tokens = Tokens::new(text);
    (0..tokens.len()).any(|at| {
        tokens.any_phrase(at, REPAIR).is_some()
            && (at.saturating_sub(6)..at).any(|near| tokens.among(near, ASKS))
            && (at.saturating_sub(8)..at).all(|near| !tokens.among(near, OTHERS))
    })
}

/// « Savez-vous pourquoi l'export sort sans accents ? Avant c'était bon »: what was otherwise before.
pub(super) fn asks_why(text: &str) -> bool {
    const BEFORE: &str = "avant c'|avant, c'|avant ca|avant on|avant il|avant elle|d'habitude|d'ordinaire|jusque la|jusque-la|jusqu'a hier|jusqu'ici|normalement|used to";
    const FAILS: &str = "se ferme|se fige|se bloque|se deconnecte|se vide|se coupe|s'efface|s'arrete|s'eteint|disparai|me deconnecte|nous deconnecte|me jette|m'ejecte|saute |plante|clignote|rame|reste bloqu|reste fig|reste gris|reste blanc|reste vide|tourne en boucle|tourne dans le vide|closes|freezes|disappears|crashes";
    const WHY: [&str; 4] = ["pourquoi ", "comment se fait", "comment ca se fait", "why "];
    // « Savez-vous pourquoi le bandeau se ferme quand je décroche ? »
    let fails = WHY
        .iter()
        .filter_map(|why| text.split_once(why))
        .any(|(_, asked)| {
            mentions(
                FAILS,
                asked.split(['?', '.', '\n']).next().unwrap_or_default(),
            )
        });
    fails || mentions("pourquoi|comment se fait|why ", text) && mentions(BEFORE, text)
}

/// « cf. objet », « tout est dans le titre »: few words, which send the reader to the subject.
pub(super) fn points_to_subject(words: &Facts) -> bool {
    words.words <= 25 && names_subject(&words.text)
}

/// « la fiche », « le formulaire d'incident », « la déclaration remplie »: the service's form.
pub(super) fn names_form(text: &str) -> bool {
    const FORM: &str = "fiche incident|fiche d'incident|fiche de declaration|fiche remplie|fiche completee|fiche renseignee|la fiche en p|la fiche ci-|fiche en piece|fiche jointe|formulaire incident|formulaire d'incident|formulaire de declaration|formulaire rempli|formulaire complete|formulaire en p|formulaire joint|formulaire ci-|declaration d'incident|declaration incident|declaration remplie|declaration en p|declaration jointe|declaration ci-|fiche_incident|fiche-incident|declaration_incident|declaration-incident|formulaire_incident|formulaire-incident|incident form";
    const OTHER: &str = "inscription|formation|fiche de poste|fiche de paie|vierge|fiche reflexe";
    mentions(FORM, text) && !mentions(OTHER, text)
}

/// « Merci d'annuler ma déclaration »: nothing is left to be mended.
pub(super) fn is_taken_back(words: &Facts) -> bool {
    const CUES: &str = "annuler ma declaration|annuler notre declaration|annuler mon signalement|annuler ma demande|annulez ma|annulez notre|j'annule ma|mauvaise manipulation de ma part|fausse manipulation|fausse manoeuvre|erreur de manipulation de ma part|ne pas tenir compte|ne tenez pas compte|fausse alerte|oubliez mon|please ignore|please disregard";
    mentions(CUES, &words.text)
}

/// Whether a ticket tool passes on what a person wrote (ruling 14): it names who asks and holds
/// their description, and something in it fails. A ticket's closing or a mere receipt is none.
pub(super) fn is_ticket(words: &Facts, subject: &str) -> bool {
    const ASKER: &str = "demandeur|requester|requested by|reporter|reported by|opened by|caller|beneficiaire|appelant|declarant|signale par|ouvert par|cree par|created by|saisi par|auteur|emetteur|utilisateur :|contact :|redacteur";
    const WORDS: &str = "description|detail|message|commentaire|contenu|libelle|objet|titre|resume|suivi|summary|comments";
    const TOOL: &str = "ticket|glpi|easyvista|ev-|servicenow|service-now|itop|isilog|isiparc|mantis|jira|otrs|zammad|redmine|topdesk|incident n|incident inc|inc0|demande n|req0|ritm|numero de dossier|reference de la demande";
    const CLOSED: &str = "est clos|a ete clos|cloture de|ticket clos|ticket resolu|incident resolu|est resolu|a ete resolu|solution apportee|solution proposee|demande resolue|demande cloturee|has been resolved|has been closed|statut : clos|statut : resolu|enquete de satisfaction|a bien ete enregistree|a bien ete prise en compte|avons bien recu votre|accusons reception|accuse de reception";
    let one_of = |list: &'static str, text: &str| mentions(list, text);
    let text = words.text.as_str();
    let asked = one_of(ASKER, text) || words.labels >= 2;
    let told = one_of(WORDS, text) || words.labels >= 1;
    let fails = words.faults() > 0
        || words.subject.has(Group::Fault)
        || words.signs >= 2 && words.details >= 1;
    (one_of(TOOL, text) || one_of(TOOL, subject))
        && !one_of(CLOSED, text)
        && !one_of(CLOSED, subject)
        && asked
        && told
        && fails
}

/// Whether what works again is only the end of a report: « c'est revenu tout seul vers 4h », or a
/// remark deep in a long message that thanks for no help.
pub(super) fn tells_of_the_past(words: &Facts) -> bool {
    const ALONE: &str = "tout seul|toute seule|tous seuls|toutes seules|de lui-meme|de lui meme|d'elle-meme|d'elle meme|d'eux-memes|de soi-meme|spontanement|sans rien faire|sans intervention|sans qu'on|sans explication|\
        sans raison|sans que|puis recommence|puis revient|puis reparti|puis retombe|puis de nouveau|puis a nouveau|puis c'est reparti|puis plus rien|avant de retomber|avant de repartir|avant de recouper|avant de recommencer|pour retomber|pour repartir|reparti en panne|retombe en panne|ca recommencait|a recommence|est retombe|replante|rebelote|mais ca recommence|mais ca revient|jusqu'a la prochaine|apres redemarrage|apres un redemarrage|apres avoir redemarre|apres deconnexion|apres une deconnexion|apres reconnexion|\
        by itself|on its own|after a restart|then it came back|pour le moment|pour l'instant|en attendant|provisoirement|depuis, c'est|s'est retabli|a fini par|mais je voudrais|mais on aimerait|mais nous aimerions|mais j'aimerais|aimerait savoir|aimerions savoir|aimerais savoir|aimerait comprendre|savoir ce qui s'est|ce qui s'est passe|pour remontee|mais nous voudrions|mais on voudrait|mais je signale|mais nous signalons|\
        je signale quand meme|on signale quand meme|a toutes fins utiles|pour analyse|pour investigation|comprendre ce qui|comprendre pourquoi|d'ou ca vient|eviter que|ne se reproduise|risque de revenir|craignons|j'ai peur";
    const FOLLOWS: &str = "suite a mon|suite a ma|suite a notre|mon mail de|mon message de|ma declaration|notre declaration|mon ticket|vous pouvez clo|vous pouvez fermer|merci pour votre|merci de votre intervention|merci pour l'intervention|ne tenez pas compte|fausse alerte|rien a faire";
    let one_of = |list: &'static str| mentions(list, &words.text);
    let signs = words.details + words.signs + words.faults();
    if one_of(FOLLOWS) {
        return false;
    }
    let early = words
        .own
        .first(Group::Resolved)
        .is_some_and(|range| range.start < 60);
    one_of(ALONE) && signs >= 2 && words.words >= 12
        || words.faults() + words.signs > 0 && lasted(&words.text)
        || !early
            && !words.subject.has(Group::Resolved)
            && words.words > 40
            && words.details >= 2
            && words.faults() + words.signs >= 2
}

/// « entre 9h et 11h », « de 8h15 à 9h40 »: what failed for so long and works again is reported.
fn lasted(text: &str) -> bool {
    let tokens = Tokens::new(text);
    let hour = |at: usize| tokens.number(at, 2).is_some() && tokens.is(at + 1, &["h", "heures"]);
    (0..tokens.len()).any(|at| {
        tokens.among(at, "entre|de|between|from")
            && hour(at + 1)
            && (at + 3..at + 5).any(|to| tokens.among(to, "et|a|and|to") && hour(to + 1))
    })
}

/// Whether the words turn from what works again to another matter, with a fault behind the turn:
/// « merci, la téléphonie marche à nouveau. Par contre la carte est figée ».
pub(super) fn turns_to_another(words: &Facts) -> bool {
    const TURNS: &str = "tout autre|rien a voir|par contre|en revanche|par ailleurs|mais |sinon|autre chose|autre souci|autre probleme|autre sujet|nouveau souci|nouveau probleme|nouvel incident|nouvelle panne|deuxieme|a present|maintenant|cependant|toutefois|en plus|de plus|however|but now|another";
    let Some(works) = words.own.first(Group::Resolved) else {
        return false;
    };
    words.own.of(Group::Fault).any(|fault| {
        fault.start > works.end
            && words
                .text
                .get(works.end..fault.start)
                .is_some_and(|between| mentions(TURNS, between))
    })
}

/// Whether what works is said of others, or of other parts, only to compare: « tout fonctionne
/// chez les collègues », « de mon côté tout va bien ».
pub(super) fn compares(words: &Facts) -> bool {
    const OTHERS: &str = "chez |ailleurs|autres|collegue|confrere|de mon cote|alors que|tandis que|sauf|hormis|voisin|sinon|a part|le reste|avant|jusqu'a|jusqu'ici|jusque|pour moi|sur mon|l'autre|en formation|en prod|ecole|bac a sable|en test|en reel|preprod|en simulation|entrainement|sur le tel|firefox|chrome|edge|\
        quand |si je|si on|lorsque|une fois que|des que|elsewhere|other|for others|before|pas revenu|n'est pas re|pas retabli|n'est revenu";
    let mut any = false;
    let all = words.own.of(Group::Resolved).all(|range| {
        any = true;
        let mut from = range.start.saturating_sub(45);
        while !words.text.is_char_boundary(from) {
            from += 1;
        }
        let mut to = (range.end + 35).min(words.text.len());
        while !words.text.is_char_boundary(to) {
            to -= 1;
        }
        let around = &words.text[from..to];
        mentions(OTHERS, around)
    });
    any && all && (words.faults() > 0 || words.passed_on)
}

/// Whether what is good is the workstation that was checked: « pour les prérequis c'est bon »,
/// « workstation checked by our IT, all good », beside a fault.
pub(super) fn clears_the_check(words: &Facts) -> bool {
    let text = &words.text;
    let stops = ['.', '!', '?', '\n', ';'];
    let mut any = false;
    let all = words.own.of(Group::Resolved).all(|range| {
        any = true;
        let floor = text.floor_char_boundary(range.start.saturating_sub(160));
        let roof = text.ceil_char_boundary((range.end + 120).min(text.len()));
        let from = text[floor..range.start]
            .rfind(stops)
            .map_or(floor, |at| floor + at + 1);
        let to = text[range.end..roof]
            .find(stops)
            .map_or(roof, |at| range.end + at);
        station::said(&text[from..to], "").is_some()
    });
    any && all && words.faults() > 0
}

/// Whether a few words hand a report on: « je vous transfère le message d'une ARM », « voir
/// ci-dessous », or a label that names the declarant.
pub(super) fn passes_on(text: &str) -> bool {
    const CUES: &str = "transfere|transfert du|transmets|transmet |transmis|fais suivre|faire suivre|fait suivre|relaie|relaye|ci-dessous|ci dessous|ci-apres|plus bas|en dessous|pour suite a donner|pour action|pour traitement|pour prise en charge|a traiter|voir le message|voir le mail|voir mail|cf mail|cf. mail|\
        message de |mail de |message d'un|mail d'un|de la part de|recu de|recu cette nuit|recu ce matin|declarant|declarante|see below|forwarding|forwarded|passing on";
    text.split_whitespace().next().is_none() || mentions(CUES, text)
}

/// Whether the words announce an outage that is planned: a letter, no report. One that speaks of
/// what a planned outage left behind is a report.
pub(super) fn is_planned(text: &str, subject: &str) -> bool {
    const PLANNED: &str = "coupure programmee|coupure planifiee|coupure prevue|interruption programmee|interruption planifiee|interruption de service prevue|maintenance programmee|maintenance planifiee|maintenance prevue|operation programmee|operation planifiee|\
        operation de maintenance|coupure reseau programmee|coupure electrique programmee|coupure reseau prevue|avis de coupure|avis de maintenance|avis d'interruption|avis de travaux|maintenance preventive|bascule planifiee|intervention programmee|intervention planifiee|arret programme|arret planifie|indisponibilite programmee|indisponibilite planifiee|indisponibilite prevue|travaux programmes|travaux planifies|operation maitrisee|planned outage|planned maintenance|scheduled maintenance|scheduled outage|mise a jour programmee|mise a jour planifiee|bascule programmee";
    const AHEAD: &str = "sera interrompu|seront interrompu|sera indisponible|seront indisponibles|sera coupe|seront coupe|sera inaccessible|seront inaccessibles|sera arrete|seront arretes|sera suspendu|aura lieu|auront lieu|est prevue le|est prevu le|sera effectue|sera realise|seront realises|will be unavailable|will be down|will take place|\
        aucune action|inutile d'ouvrir|merci de ne pas ouvrir|ne pas ouvrir d'incident|ne pas declarer|dans le cadre d|\
        action attendue|actions attendues|heure de fin|fin prevue|fin estimee|duree prevue|duree estimee|duree previsible|retour a la normale prevu|adresse pour information|transmis pour information|envoye pour information|aucun impact attendu|impact attendu|impact prevu|date de l'intervention|date de l'operation|date des travaux|expected duration|end time|no action required|no action is required";
    const AFTER: &str = "depuis la|depuis l'|depuis cette|suite a la|suite a l'|suite a une|apres la|apres l'|a la suite d|lors de la|pendant la coupure|n'etait pas prevu|contrairement|since the|after the|ne fonctionne|ne marche|n'arrive|ne s'affiche";
    if !mentions(AHEAD, text) && !mentions(AHEAD, subject) {
        return false;
    }
    let count = |list: &str| {
        list.split('|')
            .filter(|cue| text.contains(cue) || subject.contains(cue))
            .count()
    };
    let planned = count(PLANNED);
    let ahead = count(AHEAD);
    planned >= 1 && ahead >= 1 && !mentions(AFTER, text)
        || ahead >= 2 && text.contains("sera ") && !mentions(AFTER, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_announced_ahead_is_planned() {
        for text in [
            "coupure programmee : l'acces sera interrompu samedi de 4h a 5h",
            "une maintenance planifiee du portail aura lieu mardi",
            "dans le cadre d'une migration l'acces sera coupe jeudi, sera retabli a 6h",
        ] {
            assert!(is_planned(text, ""), "{text}");
        }
        for text in [
            "depuis la coupure programmee d'hier le portail ne marche plus",
            "suite a la maintenance planifiee, la carte est grise",
            "la carte est grise depuis 9h",
        ] {
            assert!(!is_planned(text, ""), "{text}");
        }
    }

    #[test]
    fn a_few_words_hand_a_report_on() {
        for text in [
            "je vous transfere ceci",
            "voir ci-dessous",
            "",
            "declarant : paul roy",
        ] {
            assert!(passes_on(text), "{text}");
        }
        assert!(!passes_on("merci pour tout"));
    }
}
