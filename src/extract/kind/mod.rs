//! What a message is, and why (`spec/declaration.md`, `kind`): the first that fits of our own mail
//! looping back, bounce, automatic reply, escalation, reply, declaration, other.

use super::Context;
use super::cues::{Cues, Group};
use super::signs::{details, feature_named, signs};
use super::voice::{Voice, Who};
use crate::domain::declaration::{Kind, Role};
use crate::domain::form::Form;
use crate::domain::why::Why;
use crate::extract::lexicon::mentions;
use crate::mail::Email;
use crate::mail::automatic::AutoSubmitted;
use crate::text::fold;
use std::cell::OnceCell;

mod apart;
mod complaint;
mod machine;
mod question;
mod report;
mod silence;
mod unanswered;

use apart::Apart;
use complaint::escalates;
use machine::{
    answers_by_itself, bounces, came_for_bounces, forwards_ours, is_bulk, loops, never_answered,
};
use question::asks_for_information;
use report::{
    asks_repair, asks_why, asks_without_fault, clears_the_check, compares, is_news, is_planned,
    is_taken_back, names_form, passes_on, points_to_subject, tells_of_the_past, turns_to_another,
};

/// The verdict and its reason.
pub type Verdict = (Kind, Why);

/// The kind of a message.
#[must_use]
pub fn verdict(
    email: &Email<'_>,
    form: &Form,
    context: &Context<'_>,
    voices: &[Voice<'_>],
    reference: Option<&str>,
) -> Verdict {
    let subject = fold(&email.subject);
    let facts = Facts::new(email, voices, &subject);
    let looping = loops(email, form, context)
        .or_else(|| forwards_ours(email, &facts, context).then_some(Why::OwnForwarded));
    if let Some(reason) = looping {
        return (Kind::Other, reason);
    }
    if let Some(reason) = bounces(email, &facts) {
        return (Kind::Bounce, reason);
    }
    if let Some(reason) = answers_by_itself(email, &facts, &subject) {
        return (Kind::AutoReply, reason);
    }
    if came_for_bounces(email, context) {
        return (Kind::AutoReply, Why::BounceAddress);
    }
    if let Some(reason) = never_answered(email, &facts) {
        return (Kind::Other, reason);
    }
    if let Some(reason) = escalates(&facts, &subject) {
        return (Kind::Escalation, reason);
    }
    if reference.is_some() {
        return (Kind::Reply, Why::CarriesOurMark);
    }
    if email.is_unreadable() && is_personal(email) {
        return (Kind::Declaration, Why::Encrypted);
    }
    declares(email, &facts)
}

/// What the words of a message amount to.
struct Facts {
    /// Cues of the writer's own words.
    own: Cues,
    /// Cues of the subject.
    subject: Cues,
    /// The longest set of labels in one voice.
    labels: usize,
    /// Words the writer wrote.
    words: usize,
    /// Signs of a report besides the words for faults: a negation, what was expected, how often it
    /// happens, a part of the portal, a SAMU, « depuis ».
    signs: usize,
    /// Details that only a report gives: an hour, a number to call, an environment, a SAMU, the
    /// state of the workstation, how often it happens.
    details: usize,
    /// See [`Facts::apart`].
    apart: OnceCell<Apart>,
    /// A forwarded or attached message reports a fault.
    passed_on: bool,
    /// The writer's own words, folded.
    text: String,
}

impl Facts {
    fn new(email: &Email<'_>, voices: &[Voice<'_>], subject: &str) -> Self {
        let writer = voices.iter().find(|voice| voice.who == Who::Writer);
        let text = writer.map_or_else(String::new, |voice| voice.folded.as_str().to_owned());
        Self {
            own: Cues::scan(&text),
            subject: Cues::scan(subject),
            labels: voices
                .iter()
                .map(|voice| voice.labelled.fields)
                .max()
                .unwrap_or(0),
            words: text.split_whitespace().count(),
            signs: signs(&text)
                + usize::from(email.subject.len() > 3 && feature_named(&email.subject)),
            details: details(&text),
            apart: OnceCell::new(),
            passed_on: voices.iter().any(|voice| {
                let inner = voice.folded.as_str();
                voice.who == Who::Forwarded
                    && (voice.cues.has(Group::Fault)
                        || signs(inner) >= 2
                        || signs(inner) >= 1 && details(inner) >= 1 && passes_on(&text))
            }) || email
                .attached
                .iter()
                .any(|inner| Cues::scan(&fold(&inner.body.text)).has(Group::Fault)),
            text,
        }
    }

    /// What its sentences tell apart from questions, thanks, plans and absences: read where a doubt
    /// asks for it, since most messages leave none.
    fn apart(&self) -> Apart {
        *self.apart.get_or_init(|| Apart::read(&self.text))
    }

    /// How many places name a fault.
    fn faults(&self) -> usize {
        self.own.count(Group::Fault)
    }
}

fn declares(email: &Email<'_>, words: &Facts) -> Verdict {
    if is_planned(&words.text, &fold(&email.subject)) && !words.apart().reports_in_detail() {
        return (Kind::Other, Why::Letter);
    }
    let faults = words.faults();
    let subject_faults = words.subject.count(Group::Fault);
    if words.labels >= 3 {
        return (Kind::Declaration, Why::FilledForm);
    }
    if asks_without_fault(words) && subject_faults <= 1 && !has_screenshot(email) {
        return (Kind::Other, Why::Question);
    }
    if asks_for_information(&words.text)
        && subject_faults == 0
        && !words.passed_on
        && !has_screenshot(email)
    {
        return (Kind::Other, Why::Question);
    }
    let spam = words.own.count(Group::Spam) + words.subject.count(Group::Spam);
    if spam >= 2 && faults <= 1 && !words.apart().reports_in_detail() {
        return (Kind::Other, Why::Offer);
    }
    let letters = words.own.count(Group::Newsletter) + words.subject.count(Group::Newsletter);
    if (letters >= 2 && faults <= 2 && email.recipients.len() != 1 || letters >= 3)
        && !words.apart().reports_in_detail()
    {
        return (Kind::Other, Why::Letter);
    }
    // « Rétabli à 14h50 » at the end of a whole report is part of the report.
    let reported = || {
        faults > 0 && words.details >= 4
            || turns_to_another(words) && words.apart().faults > 0
            || tells_of_the_past(words)
            || compares(words)
            || clears_the_check(words)
    };
    if words.own.has(Group::Resolved)
        && faults <= 2
        && !words.own.has(Group::Attached)
        && !reported()
    {
        return (Kind::Other, Why::WorksAgain);
    }
    if is_taken_back(words) && words.details < 3 {
        return (Kind::Other, Why::WorksAgain);
    }
    if words.own.has(Group::Invitation) && faults == 0 {
        return (Kind::Other, Why::Invitation);
    }
    if faults > 0 {
        if words.own.has(Group::Question)
            && faults == 1
            && subject_faults == 0
            && !asks_why(&words.text)
            && !words.apart().reports()
            && !words.passed_on
            && !has_screenshot(email)
        {
            return (Kind::Other, Why::Question);
        }
        return (Kind::Declaration, Why::ReportsFault);
    }
    if only_thanks(email, words) {
        return (Kind::Other, Why::Thanks);
    }
    if words.passed_on {
        return (Kind::Declaration, Why::PassesOn);
    }
    if subject_faults > 0 && !words.own.has(Group::Question) && !words.own.has(Group::Thanks) {
        return (Kind::Declaration, Why::FaultInSubject);
    }
    if is_personal(email)
        && spam + letters == 0
        && (sends_form(email, words) || asks_repair(&words.text))
    {
        return (Kind::Declaration, Why::LooksLikeReport);
    }
    let asks = words.own.has(Group::Question) || words.subject.has(Group::Question);
    if asks && (words.apart().reports() || asks_why(&words.text)) {
        return (Kind::Declaration, Why::LooksLikeReport);
    }
    if asks {
        return (Kind::Other, Why::Question);
    }
    if has_screenshot(email) {
        return (Kind::Declaration, Why::SendsScreenshot);
    }
    if words.signs >= 3 && spam + letters == 0 {
        return (Kind::Declaration, Why::LooksLikeReport);
    }
    if words.apart().reports() && is_personal(email) && spam + letters == 0 && !is_news(words) {
        return (Kind::Declaration, Why::LooksLikeReport);
    }
    if spam + letters >= 1 {
        return (Kind::Other, Why::NoFault);
    }
    if subject_faults > 0 {
        return (Kind::Declaration, Why::FaultInSubject);
    }
    if points_to_subject(words)
        && is_personal(email)
        && spam + letters == 0
        && email.subject.len() > 8
    {
        return (Kind::Declaration, Why::FaultInSubject);
    }
    if words.own.has(Group::Thanks) && words.words <= 40 && words.details < 3 {
        return (Kind::Other, Why::Thanks);
    }
    // A person who writes to the support and neither thanks, asks nor invites reports something.
    if is_personal(email) && (words.details >= 2 || words.signs >= 2) && !is_news(words) {
        return (Kind::Declaration, Why::LooksLikeReport);
    }
    // … and so does one who states something, unless it is a request or a piece of news.
    if is_personal(email) && words.words >= 4 && !is_request_or_news(words) && !is_news(words) {
        return (Kind::Declaration, Why::LooksLikeReport);
    }
    (Kind::Other, Why::NoFault)
}

/// Words that ask for something to be set up, tell news, or end a conversation: no fault.
fn is_request_or_news(words: &Facts) -> bool {
    const CUES: &str = "merci de creer|merci d'ajouter|merci de bien vouloir|pouvez-vous|pouvez vous|pourriez-vous|pourriez vous|peux-tu|pourrais-tu|je souhaite|nous souhaitons|souhaiterai|j'aimerais|nous aimerions|je voudrais|nous voudrions|\
        demande de|demande d'acces|demande d'ajout|besoin d'un|besoin d'une|besoin de|ouvrir un compte|creation de compte|creer un compte|ouverture de compte|modifier le compte|supprimer le compte|\
        pour information|pour info|je vous informe|nous vous informons|je vous annonce|nous vous annoncons|a titre d'information|bien recu|bien note|c'est note|pris note|meilleurs voeux|bonne annee|\
        ci-joint|ci joint|veuillez trouver|vous trouverez|je vous prie de trouver|en piece jointe|a votre disposition|nous avons le plaisir|j'ai le plaisir|retraite|nouvelle adresse|changement d'adresse|rendez-vous|reunion|je reviens vers vous|\
        could you|can you please|would like|please find|for your information|looking forward|devis|commande|offre|candidature|stage";
    mentions(CUES, &words.text)
        || words.text.trim_end().ends_with('?')
        || words.own.has(Group::Resolved)
        || words.own.has(Group::Thanks) && words.words <= 12
}

/// « RE: Ça rame », « Merci pour votre retour rapide ! »: the subject is the old one's.
fn only_thanks(email: &Email<'_>, words: &Facts) -> bool {
    const THANKS: &str = "merci|thanks|thank you";
    const MORE: &str = "?|merci de |merci d'avance|toujours|encore|objet|titre|subject|mais |rappel|suite a donner|ci-dessous|ci-joint| ne | n'| pas | plus |depuis ";
    let subject = fold(&email.subject);
    let answers = subject.starts_with("re:") || subject.starts_with("re :");
    if !answers || words.words > 15 || words.details > 0 {
        return false;
    }
    // A line of thanks alone may be taken for the end of a letter: the whole body is looked at.
    if email.body.text.split_whitespace().nth(25).is_some() {
        return false;
    }
    let body = fold(&email.body.text);
    mentions(THANKS, &body) && !mentions(MORE, &body)
}

/// Written by a person to few, and no continuation of something else.
fn is_personal(email: &Email<'_>) -> bool {
    let facts = &email.automatic;
    !facts.no_reply_sender
        && !is_bulk(email)
        && email.recipients.len() <= 4
        && matches!(facts.auto_submitted, None | Some(AutoSubmitted::No))
}

/// « Vous trouverez la fiche en PJ »: few words, and the form as a document beside them.
fn sends_form(email: &Email<'_>, words: &Facts) -> bool {
    const FORMS: [&str; 5] = [".docx", ".doc", ".pdf", ".odt", ".rtf"];
    let mut documents = email.attachments.iter().filter_map(|attachment| {
        let name = fold(&attachment.filename);
        let form = attachment.role == Role::Document && FORMS.iter().any(|end| name.ends_with(end));
        form.then_some(name)
    });
    words.words <= 60
        && documents.any(|name| {
            names_form(&words.text) || names_form(&fold(&email.subject)) || names_form(&name)
        })
}

fn has_screenshot(email: &Email<'_>) -> bool {
    email
        .attachments
        .iter()
        .any(|attachment| attachment.role == Role::Screenshot)
}

#[cfg(test)]
mod tests {
    use super::super::extract;
    use super::*;
    use crate::domain::mark;

    fn read(headers: &str, subject: &str, body: &str) -> Kind {
        let raw = format!(
            "From: Julie Petit <j.petit@ch.example>\r\nTo: incident@support.example\r\nSubject: {subject}\r\n{headers}\
             Date: Thu, 19 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
        );
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &["incident@support.example".to_owned()],
            mark: "INC",
            key: None,
        };
        extract(&Email::parse(raw.as_bytes()), Form::si_samu(), &context).kind
    }

    #[test]
    fn faults_thanks_questions_and_complaints_are_told_apart() {
        for (subject, body, expected) in [
            (
                "carto",
                "la carte ne s'affiche plus au SAMU 44",
                Kind::Declaration,
            ),
            ("bug", "ça marche pas", Kind::Declaration),
            (
                "accès",
                "Pouvez-vous rétablir l'accès au module pour Mme Garnier ?",
                Kind::Declaration,
            ),
            (
                "compte",
                "Merci de débloquer la session du poste 4.",
                Kind::Declaration,
            ),
            (
                "bandeau",
                "Pourriez-vous remettre en service le bandeau de la salle ?",
                Kind::Declaration,
            ),
            (
                "carto",
                "C'est revenu à 10h12, puis reparti à 10h20. La carte est grise, on est trois.",
                Kind::Declaration,
            ),
            (
                "comptes",
                "Combien de jours faut-il pour un compte, y a-t-il un formulaire à part pour les internes ? Aucun incident à signaler.",
                Kind::Other,
            ),
            (
                "carto",
                "Aucune nouvelle alors que vous deviez revenir vers moi mercredi, j'active l'escalade.",
                Kind::Escalation,
            ),
            (
                "carto",
                "Vous m'aviez promis un rappel hier midi, j'attends.",
                Kind::Escalation,
            ),
            (
                "Re: carto [INC-26-00042]",
                "Nous déclenchons la procédure d'escalade, la carte est toujours figée.",
                Kind::Escalation,
            ),
            (
                "filtre",
                "Le filtre de la liste ne garde pas notre choix depuis hier, en production.",
                Kind::Declaration,
            ),
            (
                "Re: export",
                "Merci beaucoup, tout fonctionne à nouveau !",
                Kind::Other,
            ),
            (
                "carto ok",
                "c'est réglé de notre côté, bonne journée",
                Kind::Other,
            ),
            ("merci", "Merci pour votre aide.", Kind::Other),
            (
                "RE: Ça rame",
                "Merci pour votre retour rapide !",
                Kind::Other,
            ),
            (
                "Re: carte en panne",
                "Merci beaucoup à toute l'équipe",
                Kind::Other,
            ),
            (
                "Re: erreur export",
                "Bonjour, merci pour votre réponse.",
                Kind::Other,
            ),
            (
                "Carte blanche sur les 3 postes",
                "cf. objet. Merci.",
                Kind::Declaration,
            ),
            (
                "écran gris poste 4",
                "Tout est dans le titre !",
                Kind::Declaration,
            ),
            (
                "plus de son",
                "Bonjour, voir objet, merci",
                Kind::Declaration,
            ),
            (
                "bandeau",
                "Savez-vous pourquoi le bandeau se ferme quand je décroche ?",
                Kind::Declaration,
            ),
            (
                "fiches",
                "Pourriez-vous me dire pourquoi la fiche disparaît après l'appel ?",
                Kind::Declaration,
            ),
            (
                "question",
                "Do you know why the map freezes on my screen? Could you tell me",
                Kind::Declaration,
            ),
            (
                "formation",
                "Comment faire pour inscrire trois ARM à la session ?",
                Kind::Other,
            ),
            (
                "droits",
                "Pouvez-vous me dire à quelle date sort la prochaine version ?",
                Kind::Other,
            ),
            (
                "compte",
                "Est-il possible d'avoir un second compte pour la salle ?",
                Kind::Other,
            ),
            (
                "carto",
                "Toujours pas de réponse à ma déclaration de lundi, la carte est toujours figée.",
                Kind::Escalation,
            ),
            (
                "relance",
                "Nous sommes sans nouvelle de vous depuis mardi, merci de nous rappeler.",
                Kind::Escalation,
            ),
            (
                "SAMU 34",
                "Nous demandons l'escalade : le portail est bloqué.",
                Kind::Escalation,
            ),
            (
                "carto",
                "3e mail en deux jours, la carte est toujours figée.",
                Kind::Escalation,
            ),
            (
                "carto",
                "La carte est figée, je veux que ça passe au niveau au-dessus.",
                Kind::Escalation,
            ),
            (
                "carto",
                "Carte figée, personne n'a rappelé : qui est votre responsable ?",
                Kind::Escalation,
            ),
            (
                "absence",
                "Je suis absente jusqu'au 30/11. Ceci est une réponse automatique.",
                Kind::AutoReply,
            ),
            (
                "Re: carto [INC-26-00042]",
                "06 39 98 00 01, en prod",
                Kind::Reply,
            ),
        ] {
            assert_eq!(read("", subject, body), expected, "{subject}: {body}");
        }
    }

    #[test]
    fn who_writes_to_the_support_reports_unless_the_words_say_otherwise() {
        for (subject, body, expected) in [
            (
                "géoloc",
                "Samedi de 14h10 à 14h50, au SAMU 61, l'envoi échouait. Rétabli tout seul, en prod, 02 61 91 14 60.",
                Kind::Declaration,
            ),
            (
                "macros",
                "Since 7.30 pm my macros do not expand any more, every single time, live system.",
                Kind::Declaration,
            ),
            (
                "bandeau",
                "Au SAMU 22, à 9h40 : le bandeau clignotait en production. Joignable au 02 61 91 22 01.",
                Kind::Declaration,
            ),
            (
                "carto",
                "SAMU 44 : les requêtes se terminent par « délai dépassé » à chaque essai.",
                Kind::Declaration,
            ),
            (
                "Re: carto",
                "Tout est rétabli au SAMU 44, merci.",
                Kind::Other,
            ),
            (
                "pot de départ",
                "Je pars en retraite, bonne continuation à tous.",
                Kind::Other,
            ),
            (
                "merci",
                "Bravo à l'équipe du SAMU 44 pour la mise à jour, merci !",
                Kind::Other,
            ),
        ] {
            assert_eq!(read("", subject, body), expected, "{subject}: {body}");
        }
    }

    #[test]
    fn a_ticket_tools_report_is_a_declaration() {
        let generated = "Auto-Submitted: auto-generated\r\n";
        for (subject, body, expected) in [
            (
                "[GLPI #0041177] Nouveau ticket Impression des fiches",
                "Ticket : Description\nTitre : Impression des fiches\nDemandeurs : Morvan Denis\nStatut : Nouveau\nDescription : Bonjour, l'impression sort une page blanche depuis 8h. Denis Morvan, SAMU 22.",
                Kind::Declaration,
            ),
            (
                "INC0044110 assigned to your group",
                "Incident INC0044110\nCaller: Sonia Le Guen\nShort description: carte\nDescription: la carte reste figée au SAMU 29 depuis 14h",
                Kind::Declaration,
            ),
            (
                "EasyVista - Incident I260114_0007",
                "Demandeur : LE GUEN Sonia\nDétail : impossible de valider un bilan depuis ce matin\nMerci de ne pas répondre à ce message",
                Kind::Declaration,
            ),
            (
                "[GLPI #0041177] Ticket clos",
                "Ticket : Description\nDemandeurs : Morvan Denis\nVotre ticket a été clos.\nSolution apportée : redémarrage du poste en panne",
                Kind::AutoReply,
            ),
            (
                "Rapport de sauvegarde",
                "La sauvegarde de la nuit est terminée.",
                Kind::AutoReply,
            ),
        ] {
            assert_eq!(
                read(generated, subject, body),
                expected,
                "{subject}: {body}"
            );
        }
    }

    #[test]
    fn a_fault_that_went_away_by_itself_is_still_reported() {
        for (subject, body, expected) in [
            (
                "durées fausses",
                "Vers 2h30 les durées des dossiers sont devenues fausses au SAMU 61. C'est revenu à la normale tout seul vers 4h, on attendait des durées justes.",
                Kind::Declaration,
            ),
            (
                "coupure de son",
                "Hier entre 15h et 15h20 plus de son dans les casques, en production. Ça remarche sans rien faire mais on aimerait comprendre pourquoi.",
                Kind::Declaration,
            ),
            (
                "carte",
                "La carte du SAMU 33 a été grise de 8h à 9h, elle est revenue d'elle-même, on a peur que ça recommence.",
                Kind::Declaration,
            ),
            (
                "Re: carte",
                "Suite à mon message de ce matin : la carte est revenue toute seule, vous pouvez clore.",
                Kind::Other,
            ),
            (
                "carte",
                "La carte est figée au SAMU 33 alors que tout fonctionne chez nos collègues du 24.",
                Kind::Declaration,
            ),
            (
                "bilan",
                "Le bilan ne se valide plus. De mon côté tout va bien pour le reste.",
                Kind::Declaration,
            ),
            (
                "carte",
                "Carte blanche ce matin à 8h au SAMU 37, depuis c'est rentré dans l'ordre mais on aimerait savoir ce qui s'est passé.",
                Kind::Declaration,
            ),
            ("carte", "C'est revenu, merci !", Kind::Other),
        ] {
            assert_eq!(read("", subject, body), expected, "{subject}: {body}");
        }
    }

    #[test]
    fn pain_19_a_person_who_writes_through_a_list_declares() {
        for (headers, subject, body, expected) in [
            (
                "Precedence: list\r\n",
                "carto",
                "la carte ne s'affiche plus au SAMU 44",
                Kind::Declaration,
            ),
            (
                "List-Id: <regulation.ch.example>\r\nList-Unsubscribe: <mailto:x@ch.example>\r\n",
                "carto",
                "la carte ne s'affiche plus au SAMU 44",
                Kind::Declaration,
            ),
            (
                "Auto-Submitted: no (x)\r\n",
                "carto",
                "la carte ne s'affiche plus au SAMU 44",
                Kind::Declaration,
            ),
            (
                "X-Auto-Response-Suppress: OOF\r\n",
                "carto",
                "la carte ne s'affiche plus au SAMU 44",
                Kind::Declaration,
            ),
            (
                "Precedence: list\r\n",
                "congrès",
                "Le programme des journées est en ligne.",
                Kind::Other,
            ),
            (
                "Precedence: list\r\n",
                "lettre d'information",
                "La carte ne s'affiche plus : lisez notre newsletter. Pour vous désabonner, cliquez ici.",
                Kind::Other,
            ),
        ] {
            assert_eq!(read(headers, subject, body), expected, "{headers}{subject}");
        }
    }

    #[test]
    fn pain_16_a_subject_that_only_programs_write_outweighs_a_report_and_one_of_absence_does_not() {
        let report = "La carte ne s'affiche plus au SAMU 44 depuis 9h.";
        for (subject, expected) in [
            ("Réponse automatique : carto", Kind::AutoReply),
            ("RE: Réponse automatique : carto", Kind::AutoReply),
            ("Out of office: carto", Kind::AutoReply),
            ("[auto] carto", Kind::AutoReply),
            ("Absence : la carte", Kind::Declaration),
            ("Absence - carte", Kind::Declaration),
        ] {
            assert_eq!(read("", subject, report), expected, "{subject}");
        }
        let away = "Je suis absente jusqu'au 30 novembre.";
        assert_eq!(read("", "Absence : J. Petit", away), Kind::AutoReply);
    }

    #[test]
    fn pain_18_our_own_mail_is_known_in_whatever_it_comes_back() {
        let ours = "-----Message d'origine-----\r\nDe : Support <incident@support.example>\r\nEnvoyé : jeudi 19 novembre 2026 09:00\r\nÀ : Julie Petit <j.petit@ch.example>\r\nObjet : Re: carto [INC-26-00042]\r\n\r\nBonjour,\r\n\r\nVotre déclaration est enregistrée. Le bouton ne marche pas ?\r\n1) Téléphone :\r\n";
        let forwarded = "TR: Re: carto [INC-26-00042]";
        assert_eq!(read("", forwarded, ours), Kind::Other);
        let with_words = format!("La carte est figée, voir ci-dessous.\r\n\r\n{ours}");
        assert_ne!(read("", forwarded, &with_words), Kind::Other);
        assert_eq!(read("", "Re: carto [INC-26-00042]", ours), Kind::Reply);
        let alias = "Sender: x@y.example\r\n";
        let raw = format!(
            "From: Incident+alias@Support.example\r\nSubject: carto\r\n{alias}\r\nla carte ne s'affiche plus\r\n"
        );
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &["incident@support.example".to_owned()],
            mark: "INC",
            key: None,
        };
        let declaration = extract(&Email::parse(raw.as_bytes()), Form::si_samu(), &context);
        assert_eq!(declaration.kind, Kind::Other);
    }

    #[test]
    fn loop_02_what_comes_to_our_address_for_bounces_is_a_machines() {
        let (key, other) = ([7; 32], [8; 32]);
        let read = |header: &str, made: &[u8], known: Option<&[u8]>| {
            let to =
                mark::bounce_address(made, "incident@support.example", "INC-26-00042").unwrap();
            let raw = format!(
                "{header}: {to}\r\nFrom: Julie Petit <j.petit@ch.example>\r\nSubject: carto\r\n\r\nla carte ne s'affiche plus\r\n"
            );
            let context = Context {
                received_at: chrono::DateTime::UNIX_EPOCH,
                own_addresses: &["incident@support.example".to_owned()],
                mark: "INC",
                key: known,
            };
            extract(&Email::parse(raw.as_bytes()), Form::si_samu(), &context).kind
        };
        assert_eq!(read("To", &key, Some(&key)), Kind::AutoReply);
        assert_eq!(read("Delivered-To", &key, Some(&key)), Kind::AutoReply);
        assert_eq!(read("To", &other, Some(&key)), Kind::Declaration);
    }

    #[test]
    fn headers_outweigh_words() {
        for (headers, expected) in [
            ("Auto-Submitted: auto-replied\r\n", Kind::AutoReply),
            ("X-Vigie-Mail: 1\r\n", Kind::Other),
            (
                "Message-ID: <INC-26-00042.1.ab12@support.example>\r\n",
                Kind::Other,
            ),
            ("List-Unsubscribe: <mailto:x@list.example>\r\n", Kind::Other),
            ("Precedence: bulk\r\nList-Id: <x.example>\r\n", Kind::Other),
            ("X-Loop: Incident+a@Support.example\r\n", Kind::Other),
            ("X-Loop: list@hospital.example\r\n", Kind::Declaration),
            (
                "In-Reply-To: <INC-26-00042.1.ab12@support.example>\r\n",
                Kind::Reply,
            ),
        ] {
            assert_eq!(
                read(headers, "carto", "la carte ne s'affiche plus"),
                expected,
                "{headers}"
            );
        }
    }
}
