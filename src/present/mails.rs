//! Words for our mails and for what happened to an incident.

use crate::domain::alike::{Likeness, Sign};
use crate::domain::capture::Motive;
use crate::domain::decision::{Review, Suppressed};
use crate::domain::history::{Event, EventKind, PART_BOUNCED};
use crate::domain::incident::{Concern, Status};
use crate::domain::outgoing::{MailState, Template};
use serde::de::DeserializeOwned;

/// What a mail is for.
#[must_use]
pub fn template(word: &str) -> &'static str {
    match Template::parse(word) {
        Some(Template::E1 | Template::E1b) => "Demande d’éléments manquants",
        Some(Template::E1c) => "Réponse à une panne possible",
        Some(Template::E1d) => "Copie d’écran à refaire",
        Some(Template::E2) => "Dossier complet",
        Some(Template::E3) => "Demande de ce qui reste",
        Some(Template::E4) => "Second message sans réponse",
        Some(Template::E9) => "Clôture",
        Some(Template::E9b) => "Clôture sans réponse",
        Some(Template::E10) => "Rattachement à un autre dossier",
        None => "Message",
    }
}

/// Where a mail stands.
#[must_use]
pub fn state(state: MailState) -> &'static str {
    match state {
        MailState::Review => "retenu",
        MailState::Queued => "prêt",
        MailState::Sending => "envoi en cours",
        MailState::Sent => "envoyé",
        MailState::InDoubt => "envoi incertain",
        MailState::Failed => "refusé",
        MailState::Cancelled => "annulé",
    }
}

/// A mail and where it stands, within a sentence: « demande envoyée », « accusé retenu ».
#[must_use]
pub fn said(word: &str, state: MailState) -> String {
    let (name, ending) = match Template::parse(word) {
        Some(template) if template.is_request() => ("demande", "e"),
        Some(Template::E9 | Template::E9b) => ("clôture", "e"),
        Some(Template::E10) => ("rattachement", ""),
        _ => ("accusé", ""),
    };
    match state {
        MailState::Review => format!("{name} retenu{ending}"),
        MailState::Queued => format!("{name} prêt{ending}"),
        MailState::Sending => format!("{name} en cours d’envoi"),
        MailState::Sent => format!("{name} envoyé{ending}"),
        MailState::InDoubt => format!("{name} peut-être envoyé{ending}"),
        MailState::Failed => format!("{name} refusé{ending}"),
        MailState::Cancelled => format!("{name} annulé{ending}"),
    }
}

/// Why a person must release a mail; the token where it is none that we know.
#[must_use]
pub fn review(token: &str) -> String {
    let Some(review) = read::<Review>(token) else {
        return token.to_owned();
    };
    match review {
        Review::SeveralAuthors => "le message a plusieurs auteurs",
        Review::OddAddress => "l’adresse est inhabituelle",
        Review::ReplyToElsewhere => "la réponse irait vers un autre domaine",
        Review::TicketTool => "déclaré à travers un outil de tickets",
        Review::ThroughList => "écrit à travers une liste de diffusion",
        Review::Forged => "l’expéditeur est peut-être usurpé",
        Review::UncertainKind => "la nature du message n’est pas certaine",
        Review::Undeliverable => "un message à cette adresse nous est revenu",
        Review::CircuitOpen => "les envois sont suspendus",
        Review::LikelyDuplicate => "le même message a déjà reçu une réponse",
        Review::TicketLimit => "trop de demandes pour ce dossier",
        Review::TicketInterval => "un message vient de partir pour ce dossier",
        Review::AddressHour => "trop de messages à cette adresse en une heure, sans réponse",
        Review::AddressDay => "trop de messages à cette adresse en un jour",
        Review::SameBody => "le même texte est arrivé trop souvent",
        Review::DomainLimit => "trop de messages à ce domaine",
        Review::AllLimit => "trop de messages en tout",
        Review::Mode => "chaque envoi est relu",
        Review::TooOld => "trop ancien pour partir seul",
        Review::Split => "dossiers séparés : le déclarant a lu qu’il n’avait rien à refaire",
        Review::Restored => "base rétablie depuis une sauvegarde : il est peut-être déjà parti",
    }
    .to_owned()
}

/// Why no mail was made; the token where it is none that we know.
#[must_use]
pub fn suppressed(token: &str) -> String {
    let Some(reason) = read::<Suppressed>(token) else {
        return match token {
            "by_hand" => "ouvert à la main depuis la quarantaine".to_owned(),
            _ => match Concern::parse(token) {
                Some(concern) => concern.french().to_owned(),
                None => token.to_owned(),
            },
        };
    };
    match reason {
        Suppressed::AutoReply => "c’est une réponse automatique",
        Suppressed::Bounce => "c’est un retour d’erreur",
        Suppressed::Other => "rien n’est déclaré",
        Suppressed::Reply => "c’est une réponse, classée dans le dossier",
        Suppressed::Escalation => "c’est une demande d’escalade : une personne répond",
        Suppressed::BulkList => "c’est une diffusion en nombre",
        Suppressed::Ourselves => "le message vient de notre adresse",
        Suppressed::NoReply => "l’adresse ne reçoit pas de réponse",
        Suppressed::NullSender => "l’expéditeur d’enveloppe est vide",
        Suppressed::Circling => "le message tourne en boucle",
        Suppressed::NoAddress => "il n’y a pas d’adresse où répondre",
        Suppressed::Older => "le message est antérieur à la mise en service",
        Suppressed::Off => "les envois sont coupés",
        Suppressed::Outsider => "l’expéditeur n’est pas connu dans ce dossier",
        Suppressed::AlreadyAsked => "ce qui manque a déjà été demandé",
        Suppressed::NothingBrought => "il n’apporte rien de ce qui était demandé",
        Suppressed::AlreadyComplete => "le dossier a déjà été dit complet",
        Suppressed::Resolved => "tout est rentré dans l’ordre, d’après le message",
        Suppressed::Outage => "panne générale possible : une personne suit",
        Suppressed::NothingMissing => "rien ne manque",
        Suppressed::Undeliverable => "un message à cette adresse nous est revenu",
        Suppressed::CircuitOpen => "les envois sont suspendus",
        Suppressed::MessageGone => "le message auquel répondre n’est plus là",
    }
    .to_owned()
}

fn notice(detail: &str) -> String {
    match detail.split_once(' ') {
        Some((PART_BOUNCED, part)) => format!(
            "retour d’erreur\u{a0}: le déclarant du dossier rattaché {part} n’a pas reçu notre message"
        ),
        _ => match detail {
            "auto_reply" => "réponse automatique reçue",
            "bounce" => "retour d’erreur\u{a0}: notre message n’a pas été remis",
            "delayed" => "notre message est retardé, pas encore remis",
            "arrived" => "avis de remise reçu",
            "unproven" => "retour d’erreur reçu, sans preuve qu’il porte sur notre message",
            _ => "retour ou réponse automatique reçu",
        }
        .to_owned(),
    }
}

/// One line of an incident's history.
#[must_use]
pub fn event(event: &Event) -> String {
    let detail = event.detail.as_str();
    let with = |text: &str, detail: String| {
        if detail.is_empty() {
            text.to_owned()
        } else {
            format!("{text}\u{a0}: {detail}")
        }
    };
    match event.kind {
        EventKind::Opened => "dossier ouvert".to_owned(),
        EventKind::MessageAttached => with("message rattaché", detail.to_owned()),
        EventKind::NoticeReceived => notice(detail),
        EventKind::LikelyDuplicate => with("paraît répéter le dossier", detail.to_owned()),
        EventKind::StatusChanged => with(
            "état",
            Status::parse(detail)
                .map_or_else(|| detail.to_owned(), |status| status.french().to_owned()),
        ),
        EventKind::Reread => "message relu par une version plus récente".to_owned(),
        EventKind::MailPrepared => with("message préparé", detail.to_owned()),
        EventKind::MailSuppressed => with("aucune réponse automatique", suppressed(detail)),
        EventKind::MailReleased => "envoi libéré par une personne".to_owned(),
        EventKind::MailResent => "envoi refait par une personne".to_owned(),
        EventKind::MailCancelled => "envoi annulé par une personne".to_owned(),
        EventKind::MailSetBack => with("envoi retenu", review(detail)),
        EventKind::MailSent => with("message envoyé", detail.to_owned()),
        EventKind::MailFailed => with("message refusé", detail.to_owned()),
        EventKind::MailInDoubt => "envoi incertain : à vérifier".to_owned(),
        EventKind::AlsoNames => with("le message cite aussi", detail.to_owned()),
        EventKind::AttachProposed => with(
            "le message cite sans preuve un autre dossier, à rattacher ou non",
            detail.to_owned(),
        ),
        EventKind::Follows => with("fait suite au dossier", detail.to_owned()),
        EventKind::FollowedBy => with("repris par le dossier", detail.to_owned()),
        EventKind::ValueProposed => with("autre valeur proposée", detail.to_owned()),
        EventKind::ValueAccepted => with("valeur proposée acceptée", detail.to_owned()),
        EventKind::ValueRefused => with("valeur proposée refusée", detail.to_owned()),
        EventKind::FieldCorrected => with("corrigé", detail.to_owned()),
        EventKind::FieldConfirmed => with("vérifié", detail.to_owned()),
        EventKind::FieldUnusable => with("inexploitable, à redemander", detail.to_owned()),
        EventKind::FieldUnknown => with("le déclarant ne sait pas", detail.to_owned()),
        EventKind::MailSuperseded => {
            "envoi remplacé : un autre message est arrivé avant qu’il parte".to_owned()
        }
        EventKind::Merged => with("rattaché par une personne au dossier", alike(detail)),
        EventKind::Absorbed => with("dossier rattaché par une personne", alike(detail)),
        EventKind::FieldsTaken => with("complété par le dossier rattaché", detail.to_owned()),
        EventKind::Split => with("séparé par une personne du dossier", stay(detail, "là")),
        EventKind::Parted => with("dossier séparé par une personne", stay(detail, "ici")),
        EventKind::FieldsReturned => with("rendu au dossier séparé", detail.to_owned()),
        EventKind::MailResumed if detail.is_empty() => "envoi repris".to_owned(),
        EventKind::MailResumed => format!("envoi repris, retenu\u{a0}: {}", review(detail)),
        EventKind::FoundDistinct => with(
            "n’est pas un doublon, selon une personne, du dossier",
            detail.to_owned(),
        ),
        EventKind::CaptureMasked => {
            format!("pièce {detail} masquée par une personne, l’original est détruit")
        }
        EventKind::CaptureDeleted => deleted(detail),
        EventKind::CaptureAccepted => {
            format!("pièce {detail} regardée par une personne\u{a0}: rien à masquer")
        }
    }
}

/// « pièce 2 supprimée par une personne : donnée de santé »: a number, then why.
fn deleted(detail: &str) -> String {
    let (number, why) = detail.split_once(' ').unwrap_or((detail, "other"));
    let why = match Motive::parse(why, "") {
        Some(motive) => format!("\u{a0}: {}", motive.french()),
        None => String::new(),
    };
    format!("pièce {number} supprimée par une personne{why}")
}

/// « INC-26-00055 (doublon : même entité, 25 min avant) »: a reference, then why.
fn alike(detail: &str) -> String {
    let mut words = detail.split_whitespace();
    let reference = words.next().unwrap_or_default();
    let likeness = words.next().and_then(Likeness::parse);
    let signs: Vec<String> = words
        .filter_map(|word| Sign::parse(word).map(Sign::french))
        .collect();
    match likeness {
        Some(Likeness::SameDeclaration) => {
            format!("{reference} (doublon\u{a0}: {})", signs.join(", "))
        }
        Some(Likeness::SameOutage) => {
            format!("{reference} (même panne\u{a0}: {})", signs.join(", "))
        }
        None => reference.to_owned(),
    }
}

/// « INC-26-00055 ; 2 messages arrivés entre-temps restent là »: a reference, then how many stay.
fn stay(detail: &str, place: &str) -> String {
    let (reference, stay) = detail.split_once(' ').unwrap_or((detail, "0"));
    match stay {
        "0" => reference.to_owned(),
        "1" => format!("{reference}\u{a0}; un message arrivé entre-temps reste {place}"),
        more => format!("{reference}\u{a0}; {more} messages arrivés entre-temps restent {place}"),
    }
}

fn read<T: DeserializeOwned>(token: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(token.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_words_and_unknown_ones_stay_as_they_are() {
        assert_eq!(review("ticket_limit"), "trop de demandes pour ce dossier");
        assert_eq!(suppressed("auto_reply"), "c’est une réponse automatique");
        assert_eq!(review("later"), "later");
        assert_eq!(suppressed("later"), "later");
        assert_eq!(suppressed("unreadable"), "analyse impossible");
        assert_eq!(said("E1b", MailState::Sent), "demande envoyée");
        assert_eq!(said("E2", MailState::Review), "accusé retenu");
        assert_eq!(
            alike("INC-26-00055 same_declaration entity before:25"),
            "INC-26-00055 (doublon\u{a0}: même entité, 25\u{a0}min avant)"
        );
        assert_eq!(alike("INC-26-00055"), "INC-26-00055");
        assert_eq!(stay("INC-26-00055 0", "ici"), "INC-26-00055");
        assert_eq!(
            deleted("2 health"),
            "pièce 2 supprimée par une personne\u{a0}: donnée de santé"
        );
        assert_eq!(deleted("2 other"), "pièce 2 supprimée par une personne");
    }
}
