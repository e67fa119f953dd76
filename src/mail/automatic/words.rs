//! Subjects, senders and phrases of machines, in the languages that reach a French support.

use super::report::prose;
use super::{Automatic, Report};
use crate::text::fold;
use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// How the subjects of out-of-office assistants begin, folded; nobody writes them by hand.
const REPLY_SUBJECTS: [&str; 20] = [
    "reponse automatique",
    "reponse auto",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto:",
    "out of office",
    "out of the office",
    "absence du bureau",
    "absent du bureau",
    "message d'absence",
    "automatische antwort",
    "abwesenheit",
    "respuesta automatica",
    "risposta automatica",
    "resposta automatica",
    "automatisch antwoord",
    "accuse de reception automatique",
];

/// How subjects begin that assistants write, and people who tell of a leave too, folded.
const ABSENCE_SUBJECTS: [&str; 6] = [
    "absence :",
    "absence:",
    "absence -",
    "absence jusqu",
    "absent(e)",
    "je suis absent",
];

/// Subjects of mail servers, folded.
const BOUNCE_SUBJECTS: [&str; 31] = [
    "undelivered mail returned",
    "undeliverable",
    "undelivered",
    "mail delivery failed",
    "mail delivery failure",
    "mail delivery system",
    "mail delivery problem",
    "delivery status notification",
    "delivery failure",
    "delivery notification",
    "delivery delayed",
    "delayed mail",
    "failure notice",
    "permanent delivery failure",
    "returned mail",
    "mail system error",
    "message delivery failure",
    "non remis",
    "non-remis",
    "non distribue",
    "echec de la remise",
    "echec de remise",
    "echec de la distribution",
    "echec d'envoi",
    "avis de non",
    "rapport de non-remise",
    "notification d'etat de remise",
    "en attente de remise",
    "retard de remise",
    "remise differee",
    "warning: message",
];

/// Phrases of responders; weak, since people write about being away too.
const REPLY_PHRASES: [&str; 22] = [
    "reponse automatique",
    "message automatique d'absence",
    "ceci est un message automatique",
    "je suis actuellement absent",
    "je suis absent",
    "actuellement en conges",
    "je suis en conges",
    "je suis actuellement en conge",
    "absent du bureau",
    "je ne consulterai pas",
    "sans acces a ma messagerie",
    "de retour le",
    "a mon retour",
    "out of the office",
    "out of office",
    "i am away",
    "i'm away",
    "i will be away",
    "on annual leave",
    "this is an automated",
    "on my return",
    "automated response",
];

/// Phrases of mail servers about a mail that did not arrive.
const BOUNCE_PHRASES: [&str; 30] = [
    "could not be delivered",
    "couldn't be delivered",
    "wasn't able to deliver",
    "was not delivered",
    "wasn't delivered",
    "unable to deliver",
    "delivery to the following recipient",
    "failed permanently",
    "permanent fatal errors",
    "undeliverable",
    "has not been delivered",
    "delivery attempts will continue",
    "undelivered",
    "message could not be sent",
    "n'a pu etre remis",
    "n'a pas pu etre remis",
    "n'a pas encore pu etre remis",
    "n'a pas pu etre distribue",
    "n'a pas ete remis",
    "n'a pas ete distribue",
    "impossible de remettre",
    "echec de la remise",
    "remise a echoue",
    "remise aux destinataires",
    "n'a pas pu etre livre",
    "n'a pu etre delivre",
    "n'a pas pu etre delivre",
    "adresse du destinataire rejetee",
    "sera definitivement abandonne",
    "boite aux lettres introuvable",
];

const DELAY_PHRASES: [&str; 8] = [
    "n'a pas encore pu etre remis",
    "delivery attempts will continue",
    "nouvelle tentative",
    "will be retried",
    "still being retried",
    "message will continue to be",
    "has been delayed",
    "remise differee",
];

fn phrases() -> impl Iterator<Item = &'static str> {
    let both = REPLY_PHRASES.into_iter().chain(BOUNCE_PHRASES);
    both.chain(DELAY_PHRASES)
}

static PHRASES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(phrases()).ok());

/// Tells whether there is any, which costs less than to find them all: most mail has none.
static ANY: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst);
    builder.build(phrases()).ok()
});

/// Adds the facts that the body's words give, and reads a mailer-daemon's prose.
pub(super) fn read(facts: &mut Automatic, text: &str) {
    // Phrases run over line ends, which wrapped text puts anywhere.
    let mut head = fold(&text[..text.floor_char_boundary(8 * 1024)]).into_bytes();
    for byte in &mut head {
        if matches!(byte, b'\n' | b'\t') {
            *byte = b' ';
        }
    }
    let mut delayed = false;
    let any = ANY.as_ref().is_none_or(|any| any.is_match(&head));
    if let Some(phrases) = PHRASES.as_ref().filter(|_| any) {
        for found in phrases.find_overlapping_iter(&head) {
            match found.pattern().as_usize() {
                n if n < REPLY_PHRASES.len() => facts.auto_reply_words = true,
                n if n < REPLY_PHRASES.len() + BOUNCE_PHRASES.len() => facts.bounce_words = true,
                _ => delayed = true,
            }
        }
    }
    let daemon = facts.daemon_sender || facts.null_sender || facts.bounce_subject;
    let reports = matches!(
        facts.report,
        None | Some(Report::DeliveryStatus | Report::Other)
    );
    if facts.bounce_words && daemon && reports {
        let found = prose(text, delayed);
        let bounce = facts.bounce.get_or_insert_default();
        bounce.action = bounce
            .action
            .or(found.action.filter(|_| bounce.status.is_none()));
        bounce.message_id = bounce.message_id.take().or(found.message_id);
        bounce.recipient = bounce.recipient.take().or(found.recipient);
        bounce.status = bounce.status.take().or(found.status);
    }
}

pub(super) fn is_auto_reply_subject(subject: &str) -> bool {
    begins(subject, &REPLY_SUBJECTS)
        || begins(subject, &["[auto]", "[auto-reply]", "[absence]"])
        || is_absence_subject(subject)
}

pub(super) fn is_absence_subject(subject: &str) -> bool {
    begins(subject, &ABSENCE_SUBJECTS)
}

fn begins(subject: &str, starts: &[&str]) -> bool {
    let folded = fold(subject);
    let bare = without_prefix(&folded);
    starts.iter().any(|start| bare.starts_with(start))
}

pub(super) fn is_bounce_subject(subject: &str) -> bool {
    let folded = fold(subject);
    // A person's answer or forward of a bounce is a person's mail.
    BOUNCE_SUBJECTS
        .iter()
        .any(|words| folded.starts_with(words))
        // Old Exchange servers write it behind the subject.
        || folded.contains(": non remis")
        || folded.split([':', '-']).next().is_some_and(|start| {
            matches!(
                start.trim(),
                "avertissement" | "warning" | "non remis" | "notification"
            )
        }) && BOUNCE_SUBJECTS.iter().any(|words| folded.contains(words))
}

/// « RE: Out of office » comes from responders that answer to an answer.
fn without_prefix(folded: &str) -> &str {
    let rest = folded.trim_start();
    ["re:", "re :", "tr:", "fwd:"]
        .iter()
        .find_map(|p| rest.strip_prefix(p))
        .unwrap_or(rest)
        .trim_start()
}

pub(super) fn is_daemon(local: &str, name: &str) -> bool {
    let local = local.replace(['-', '_', '.'], "");
    let name = fold(name);
    matches!(
        local.as_str(),
        "mailerdaemon"
            | "mdaemon"
            | "postmaster"
            | "maildeliverysubsystem"
            | "mailsystem"
            | "bounce"
            | "bounces"
    ) || local.starts_with("microsoftexchange")
        || local.starts_with("mailerdaemon")
        || local.starts_with("maildaemon")
        || [
            "mail delivery",
            "mailer-daemon",
            "mailer daemon",
            "mail system",
            "systeme de remise",
            "administrateur du courrier",
        ]
        .iter()
        .any(|words| name.contains(words))
}

pub(super) fn is_no_reply(local: &str) -> bool {
    let local = local.replace(['-', '_', '.'], "");
    [
        "noreply",
        "donotreply",
        "nepasrepondre",
        "nepasreponse",
        "sansreponse",
        "pasdereponse",
    ]
    .iter()
    .any(|words| local.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_of_responders_and_servers_are_known() {
        for (subject, reply, bounce) in [
            ("Réponse automatique : [SI-SAMU #2026-000199]", true, false),
            ("Absence jusqu'au 9 mars", true, false),
            ("Out of office: Re: x", true, false),
            ("Automatische Antwort: x", true, false),
            ("RE: Automatic reply: x", true, false),
            ("Undelivered Mail Returned to Sender", false, true),
            ("Avis de non-remise", false, true),
            ("Avertissement : message en attente de remise", false, true),
            ("Non remis : votre déclaration", false, true),
            ("failure notice", false, true),
            ("RE: votre message : non remis (délai dépassé)", false, true),
            ("absence de carte sur le poste 4", false, false),
            ("TR: Undeliverable: x", false, false),
            ("carto HS", false, false),
        ] {
            assert_eq!(
                (is_auto_reply_subject(subject), is_bounce_subject(subject)),
                (reply, bounce),
                "{subject}"
            );
        }
    }

    #[test]
    fn phrases_are_weak_facts_found_in_one_pass() {
        for (text, reply, bounce) in [
            (
                "Actuellement en congés, je ne consulterai pas vos messages",
                true,
                false,
            ),
            ("I'm away from my desk until Monday", true, false),
            (
                "Votre message n'a pu être remis au(x) destinataire(s)",
                false,
                true,
            ),
            ("your message could not\nbe delivered", false, true),
            ("plus de carto depuis 14h12", false, false),
        ] {
            let mut facts = Automatic::default();
            read(&mut facts, text);
            assert_eq!(
                (facts.auto_reply_words, facts.bounce_words),
                (reply, bounce),
                "{text}"
            );
        }
    }
}
