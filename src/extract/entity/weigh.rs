//! How likely a named SAMU is the declarant's, by the words beside it.

use super::super::token::{Kind, Tokens};

/// A neighbour's SAMU is no declarant's.
pub(super) fn score(tokens: &Tokens, from: usize, to: usize) -> f32 {
    let before = tokens.folded(from.saturating_sub(5), from);
    let before = before
        .rsplit(['.', '\n', ';', '(', ':'])
        .next()
        .unwrap_or_default();
    let third = [
        "vers",
        "transfer",
        "transmis au",
        "transmettre au",
        "envoye au",
        "voisin",
        "collegues d",
        "confreres d",
        "avec le",
        "comme au",
        "comme le",
        "contrairement",
        "recu d",
        "venant d",
        "provenan",
        "aussi au",
        "aussi le",
        "chez nos",
        "renfort",
        "au profit",
        "contacte le",
        "dossier au",
        "affaire au",
        "dossiers au",
        "affaires au",
        "appel au",
        "appels au",
        "bascule",
        "basculer",
        "envoie au",
        "envoye vers",
        "transmet",
        "appele le",
        "pour le compte",
        "destination",
        "to the",
        "du cote d",
        "et le ",
        "depuis le samu",
        "avez note",
        "avez mis",
        "avez indique",
        "avez inscrit",
        "avez enregistre",
        "et non",
        "pas le ",
        "pas au ",
        "pas du ",
        "pas celui d",
        "par erreur",
        "a la place d",
    ]
    .iter()
    .any(|word| before.contains(word));
    let third = third || is_sent_there(tokens, from);
    // « pour les SAMU 14 et 61 »
    let plural = tokens.is(from, &["samus"])
        || from > 0
            && tokens.is(from - 1, &["les", "des", "aux"])
            && (tokens.among(to, "et|ou|and")
                || tokens.sign(to, b',') && tokens.number(to + 1, 3).is_some());
    let region = tokens.is(from, &["ars", "agence"]);
    let mut score: f32 = 0.88;
    if third {
        score -= 0.6;
    } else if is_own(tokens, from) {
        score += 0.08;
    }
    if plural {
        score -= 0.4;
    }
    if region {
        score -= 0.08;
    }
    // « le SAMU 79 ne le voit pas arriver »: spoken of, rather than from.
    let ours = [
        "nous sommes le",
        "on est le",
        "c'est le",
        "c est le",
        "est bien le",
    ]
    .iter()
    .any(|words| before.trim_end().ends_with(words));
    let spoken_of =
        !ours && before.trim_end().ends_with("le") || tokens.among(to, "ne|n|voit|recoit|nous");
    if spoken_of {
        score -= 0.15;
    }
    score.clamp(0.05, 0.98)
}

/// « les demandes envoyées au SAMU 19 », « les appels du SAMU 01 », « joindre le SAMU 33 »: what goes
/// there or comes from there.
fn is_sent_there(tokens: &Tokens, from: usize) -> bool {
    const SENT: &str = "envoye|envoyes|envoyee|envoyees|envoyons|transmis|transmise|transmises|transmettons|adresse|adresses|adressee|adressees|demande|demandes|demandee|demandees|\
        transferts|transfert|transfere|transferes|transferee|transferees|reorientes|reoriente|dirige|diriges|sollicite|sollicitons|joindre|joignons|contactons|contacter|partage|partages";
    const GOODS: &str = "appels|appel|fiches|fiche|dossiers|dossier|bilans|bilan|demandes|demande|alertes|alerte|renforts|renfort|patients|patient|messages|message|transferts|transfert|interventions|affaires";
    let Some(link) = from
        .checked_sub(1)
        .filter(|at| tokens.among(*at, "au|du|le|par|a|vers|aux|des"))
    else {
        return false;
    };
    let before = link.wrapping_sub(1);
    tokens.among(link, "au|par|vers|le|a|aux") && tokens.among(before, SENT)
        || tokens.among(link, "du|des") && tokens.among(before, GOODS)
}

/// « Clara Desvergnes, ARM au SAMU de Limoges », « ici le SAMU 43 », « médecin régulateur, SAMU 24 »:
/// where the writer works. « L'ARM du SAMU 19 » is another.
fn is_own(tokens: &Tokens, from: usize) -> bool {
    const JOBS: &str = "arm|medecin|regulateur|regulatrice|cadre|superviseur|superviseuse|chef|cheffe|responsable|referent|referente|infirmier|infirmiere|interne|assistant|assistante|permanencier|permanenciere";
    const OFFICES: &str = "arm|medecin|regulateur|regulatrice|cadre|superviseur|superviseuse|chef|cheffe|responsable|referent|referente|infirmier|infirmiere|interne|assistant|assistante|permanencier|permanenciere|\
        charge|chargee|conseiller|conseillere|directeur|directrice|gestionnaire|adjoint|adjointe|coordinateur|coordinatrice|coordonnateur|coordonnatrice|secretaire|technicien|technicienne|formateur|formatrice|inspecteur|inspectrice|ingenieur|ingenieure";
    let near = from.saturating_sub(4)..from;
    let job = near.clone().rev().find(|at| tokens.among(*at, JOBS));
    let others = |at: usize| {
        (at.saturating_sub(2)..at)
            .any(|at| tokens.among(at, "l|le|la|les|des|aux|un|une|d|autre|autres|leur|leurs"))
    };
    // « Je suis chargée de mission soins non programmés à l'ARS »: the job is many words long.
    let at_its = tokens.folded(from.saturating_sub(2), from);
    let placed = at_its.ends_with("a l'") || at_its.trim_end().ends_with(" au");
    let presented = placed
        && (from.saturating_sub(14)..from).any(|at| {
            tokens
                .any_phrase(at, "je suis|nous sommes")
                .is_some_and(|end| {
                    (end..from).all(|near| {
                        !matches!(
                            tokens.get(near).map(|t| t.kind),
                            Some(Kind::Sign(b'.' | b'!' | b'?' | b';' | b':' | b','))
                        )
                    }) && (end..from).any(|near| tokens.among(near, OFFICES))
                })
        });
    presented
        || job.is_some_and(|job| !others(job))
        || near.clone().any(|at| tokens.is(at, &["ici"]))
        || near.clone().any(|at| {
            tokens
                .any_phrase(at, "je suis|nous sommes|on est|chez nous")
                .is_some()
        })
}
