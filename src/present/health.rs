//! What is wrong with the service, in words for support and for the operator.

use crate::domain::health::Subject;

/// What is wrong: the beginning of a sentence that « depuis » goes on.
#[must_use]
pub fn title(subject: Subject, cause: &str, count: u64) -> String {
    let counted = |one: &str, many: &str| match count {
        0 => capital(many),
        1 => format!("1\u{a0}{one}"),
        more => format!("{more}\u{a0}{many}"),
    };
    match subject {
        Subject::Mailbox if cause == "silent" => "Boîte muette".to_owned(),
        Subject::Mailbox => "Boîte injoignable".to_owned(),
        Subject::Sending => counted(
            "message attend d’être envoyé",
            "messages attendent d’être envoyés",
        ),
        Subject::Database => "La base n’enregistre plus rien".to_owned(),
        Subject::Ledger => counted(
            "message de la boîte n’est pas enregistré",
            "messages de la boîte ne sont pas enregistrés",
        ),
        Subject::Stuck => counted(
            "message reçu attend d’être lu",
            "messages reçus attendent d’être lus",
        ),
        Subject::Circuit => "Envois automatiques suspendus".to_owned(),
        Subject::Quarantine => counted(
            "message n’a pas pu être lu",
            "messages n’ont pas pu être lus",
        ),
    }
}

/// Why it is wrong, where the cause says more than the title: part of a sentence, without its stop.
#[must_use]
pub fn why(subject: Subject, cause: &str) -> &'static str {
    match (subject, cause) {
        (Subject::Mailbox, "auth") => "le serveur refuse le compte ou le mot de passe",
        (Subject::Mailbox | Subject::Sending, "tls") => {
            "pas de connexion protégée (certificat ou TLS)"
        }
        (Subject::Mailbox, "network") => "le serveur ne répond pas",
        (Subject::Mailbox, "protocol") => "le serveur ne répond pas comme prévu",
        (Subject::Mailbox, "folder") => "le dossier ne peut pas être lu",
        (Subject::Mailbox, "silent") => "plus aucun relevé n’aboutit",
        (Subject::Sending, "login") => "le serveur d’envoi refuse le compte ou le mot de passe",
        (Subject::Sending, "folder") => "le dossier d’envoi ne peut pas être écrit",
        (Subject::Sending, "overdue") => "leur heure est passée",
        (Subject::Sending, _) => "le serveur d’envoi ne répond pas",
        (Subject::Database, "not_stored") => {
            "les messages relevés ne sont pas pris\u{a0}: disque plein\u{a0}?"
        }
        (Subject::Database, _) => "disque plein, base arrêtée ou verrouillée\u{a0}?",
        (Subject::Ledger, _) => "ils sont redemandés à chaque relevé",
        (Subject::Circuit, _) => "une limite d’envoi est dépassée",
        _ => "",
    }
}

/// What follows from it, and what to do.
#[must_use]
pub fn remedy(subject: Subject) -> &'static str {
    match subject {
        Subject::Mailbox => {
            "Aucune déclaration par courriel n’arrive. Prévenez l’administrateur\u{a0}:"
        }
        Subject::Sending => "Les déclarants n’ont pas encore de réponse. Commande\u{a0}:",
        Subject::Database => {
            "Les messages restent dans la boîte, rien n’est perdu. Prévenez l’administrateur\u{a0}:"
        }
        Subject::Ledger | Subject::Stuck => "Prévenez l’administrateur\u{a0}:",
        Subject::Circuit => "Plus aucun courriel automatique ne part. Commande\u{a0}:",
        Subject::Quarantine => "Aucune réponse automatique n’est partie.",
    }
}

/// The command that tells more, or helps.
#[must_use]
pub fn command(subject: Subject) -> &'static str {
    match subject {
        Subject::Mailbox | Subject::Database | Subject::Ledger | Subject::Stuck => "vigie check",
        Subject::Sending => "vigie outbox list",
        Subject::Circuit => "vigie outbox resume",
        Subject::Quarantine => "",
    }
}

fn capital(text: &str) -> String {
    super::french::capital(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_wrong_has_words() {
        for subject in Subject::ALL {
            for count in [0, 1, 3] {
                let words = title(subject, "", count);
                assert!(words.chars().next().is_some_and(|c| !c.is_lowercase()));
            }
            assert!(!remedy(subject).is_empty());
        }
        assert_eq!(
            title(Subject::Sending, "connect", 1),
            "1\u{a0}message attend d’être envoyé"
        );
    }

    #[test]
    fn b8_each_kind_of_failure_has_words_of_its_own() {
        let kinds = ["auth", "tls", "network", "protocol", "folder", "silent"];
        let mut words: Vec<&str> = kinds
            .iter()
            .map(|kind| why(Subject::Mailbox, kind))
            .collect();
        words.push(why(Subject::Database, "not_stored"));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), kinds.len() + 1);
        assert!(words.iter().all(|words| !words.is_empty()));
    }
}
