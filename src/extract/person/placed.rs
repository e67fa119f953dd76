//! Jobs told beside a place or in a bracket: « Véronique du SAMU 66 (cadre de santé) », « j'écris
//! pour le SAMU 67 (technicienne de proximité) »; and names told by « à l'appareil ».

use super::super::token::{Kind, Lexicon, Tokens, phrase};
use super::Found;
use super::closing::is_contact;
use super::name::{Shape, Unit, arranged, unit};
use super::prose::{begins_sentence, role_behind, run};
use super::{is_common, is_place_word, job, role, titles};
use std::sync::LazyLock;

/// Words that name a place where people of ours work.
static PLACES: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        "samu|crra|smur|cesu|ars|regul|regulation|centre 15|ch|chu|chru|ghu|hopital|sas|codis|cta|plateforme|plateau|salle|centre de regulation|maison medicale|pharmacie|agence|dsi|centre hospitalier",
    )
});
/// The most tokens between a place and the bracket or comma behind it.
const LONGEST: usize = 9;

/// Where the words end that tell who speaks, behind a name: « à l'appareil », « here ».
pub(super) fn speaks(tokens: &Tokens, at: usize) -> Option<usize> {
    phrase!(
        tokens,
        at,
        "a l appareil|a l appareil ici|au telephone|au bout du fil|qui vous parle|qui vous ecrit|qui ecrit|au clavier|a l ecran|here|speaking|writing"
    )
}

/// « du SAMU 66 (…», « au CRRA de Lyon, …»: where a place that begins at `at` ends, before the sign
/// that parts it from what follows.
fn place(tokens: &Tokens, at: usize) -> Option<usize> {
    let from = phrase!(
        tokens,
        at,
        "du|de|d|de l|de la|au|a|a l|a la|from|from the|at|at the|of the|chez|pour le|pour l|depuis le"
    )?;
    PLACES.end(tokens, tokens.skip_joints(from))?;
    for end in from..(from + LONGEST).min(tokens.len() + 1) {
        match tokens.get(end).map(|token| token.kind) {
            None | Some(Kind::Line | Kind::Sign(b',' | b'(' | b'.' | b':' | b'!' | b';')) => {
                return Some(end);
            }
            Some(Kind::Sign(b'-')) if !tokens.glued(end) => return Some(end),
            // « ARS Grand Est » has no verb.
            Some(Kind::Word)
                if tokens.among(
                    end,
                    "n|ne|est|sont|ont|qui|je|j|on|nous|il|elle|me|m|vient|signale|que|et",
                ) && !tokens.among(end - 1, "grand") =>
            {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// The job behind a place that stands behind a name: « (Mehdi) au SAMU 94, interne ».
pub(super) fn role_behind_place(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    let end = place(tokens, at)?;
    let parted = matches!(
        tokens.get(end).map(|token| token.kind),
        Some(Kind::Sign(b',' | b'(' | b'-'))
    );
    parted.then(|| role_behind(tokens, end)).flatten()
}

/// « Bonjour, Mehdi du SAMU 94, la carte … », « Loïc Kermarrec à l'appareil, … »: a name that opens
/// the message or its first sentence, and no job.
pub(super) fn opens_with_name(
    text: &str,
    tokens: &Tokens,
    at: usize,
    greeted: bool,
) -> Option<(Found, usize)> {
    if !(greeted || begins_sentence(tokens, at) && at < 8) {
        return None;
    }
    let start = titles(tokens, at, tokens.len().min(at + 3));
    let units = run(text, tokens, start, false);
    let last = units.last()?.to;
    let known = units.iter().any(Unit::is_given) || start > at || units.len() > 1;
    let end = match speaks(tokens, last) {
        Some(end) => end,
        None if greeted || at == 0 => place(tokens, last)?,
        None => return None,
    };
    let closed = matches!(
        tokens.get(end).map(|token| token.kind),
        None | Some(Kind::Line | Kind::Sign(_))
    );
    (known && closed && units[0].from == start).then(|| {
        let found = Found {
            span: tokens.span(start, last),
            name: Some(arranged(&units)),
            role: None,
            writer: true,
            contact: false,
            score: 0.7,
        };
        (found, end)
    })
}

/// « J'écris pour le SAMU 67 (technicienne de proximité) », « Ici le SAMU 48 (ambulancier SMUR) »:
/// the writer's job in a bracket behind a place, in a sentence in which the writer speaks.
pub(super) fn bracketed(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let open = at.checked_sub(1).filter(|open| tokens.sign(*open, b'('))?;
    let end = role::role(tokens, at)
        .into_iter()
        .chain(role::headed(tokens, at))
        .max()?;
    let closed = tokens.sign(end, b')') || tokens.sign(end, b',');
    let mut start = open;
    while start > 0 && open - start < 30 && !begins_sentence(tokens, start) {
        start -= 1;
    }
    let mine = (start..(start + 4).min(open))
        .any(|at| tokens.among(at, "je|j|i|ici|nous|we|this|moi|au|a|from|c"));
    let near = (open.saturating_sub(LONGEST)..open)
        .rev()
        .take_while(|at| *at >= start && !tokens.sign(*at, b')') && !tokens.sign(*at, b','))
        .find(|at| PLACES.end(tokens, *at).is_some())?;
    // « les appels vers le SAMU 59 (médecin régulateur) » speaks of others.
    let others = near > 1
        && (tokens.among(near - 1, "vers|par|avec|entre")
            || tokens.among(
                near - 2,
                "vers|par|avec|entre|appelle|appeler|et|transferer",
            )
            || tokens.among(near - 1, "nos|notre|votre|cette|ce|collegues"));
    // « nous appelons le SAMU 59 (médecin régulateur) »: an article needs a word that tells where
    // the writer is.
    let object = tokens.among(near.saturating_sub(1), "le|la|l|the")
        && !tokens.among(
            near.saturating_sub(2),
            "pour|ici|of|from|at|for|depuis|sommes|est|suis|c",
        );
    let named = (near + 1..open).any(|at| {
        unit(text, tokens, at).is_some_and(|unit| unit.is_given() && unit.shape != Shape::Lower)
    });
    (closed && mine && !others && !object && !named)
        .then(|| (Found::of_job(text, tokens, at, end, 0.6), end))
}

/// « dr lacaze, med reg », « mme moulin arm sup »: a title and a surname in small letters before a
/// job.
pub(super) fn small_titled(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let start = titles(tokens, at, tokens.len().min(at + 2));
    let opens = begins_sentence(tokens, at)
        || at > 0
            && (tokens.sign(at - 1, b',')
                || tokens.among(
                    at - 1,
                    "ici|est|c|suis|moi|merci|rappeler|joindre|demander|contact",
                ));
    if start == at || !opens {
        return None;
    }
    let word = |at: usize| {
        unit(text, tokens, at).filter(|unit| {
            unit.folded.len() > 2
                && !is_common(unit.folded)
                && !is_place_word(unit.folded)
                && role::role(tokens, at).is_none()
        })
    };
    let mut units = vec![word(start)?];
    if let Some(next) = word(units[0].to)
        && !tokens.ends_line(units[0].to)
        && role_behind(tokens, next.to).is_some()
        && role_behind(tokens, units[0].to).is_none()
    {
        units.push(next);
    }
    let last = units.last()?.to;
    let (from, to) = role_behind(tokens, last)?;
    if job::is_told_of(text, tokens, to) || job::is_told_of(text, tokens, to + 1) {
        return None;
    }
    let role_span = tokens.span(from, to);
    let found = Found {
        span: tokens.span(start, last),
        name: Some(arranged(&units)),
        role: Some((role::written(text, &role_span), role_span)),
        writer: true,
        contact: is_contact(tokens, at),
        score: 0.65,
    };
    Some((found, to))
}

#[cfg(test)]
mod tests {
    use super::super::{find_in_prose, from_header, role_from_header};

    fn writer(text: &str) -> (Option<String>, Option<String>) {
        let found = find_in_prose(text);
        let told = found.iter().filter(|person| person.writer);
        let name = told.clone().find_map(|person| person.name.clone());
        let role = told
            .clone()
            .find_map(|person| person.role.as_ref().map(|(role, _)| role.clone()));
        (name, role)
    }

    #[test]
    fn a_job_may_stand_behind_the_place_or_in_a_bracket() {
        for (text, name, role) in [
            (
                "Bonjour, c'est Véronique du SAMU 66 (cadre de santé), le planning est vide.",
                Some("Véronique"),
                Some("cadre de santé"),
            ),
            (
                "Salut, Mehdi au SAMU 94, interne en régul. la fiche reste grise",
                Some("Mehdi"),
                Some("interne"),
            ),
            (
                "J'écris pour le compte du SAMU 67 (technicienne de proximité). Les statuts restent figés.",
                None,
                Some("technicienne de proximité"),
            ),
            (
                "I write on behalf of the SAMU 59 desk (hospital IT support engineer, please excuse my English).",
                None,
                Some("hospital IT support engineer"),
            ),
            (
                "Nous appelons le SAMU 59 (médecin régulateur) sans succès.",
                None,
                None,
            ),
            (
                "Les appels vers le SAMU 59 (médecin régulateur) ne passent pas.",
                None,
                None,
            ),
        ] {
            let (told, job) = writer(text);
            assert_eq!(told.as_deref(), name, "{text}");
            assert_eq!(job.as_deref(), role, "{text}");
        }
    }

    #[test]
    fn who_speaks_may_be_told_behind_the_name() {
        for (text, name, role) in [
            (
                "Bonsoir, Loïc Kermarrec à l'appareil, ARM de nuit au SAMU 29, plus de son.",
                "Loïc Kermarrec",
                Some("ARM de nuit"),
            ),
            (
                "Bonjour à vous, OSNP Lucile Menard à l'appareil, le créneau disparaît.",
                "Lucile Menard",
                Some("OSNP"),
            ),
            (
                "Bonsoir, interne Hugo Brun au téléphone, plus de son.",
                "Hugo Brun",
                Some("interne"),
            ),
            (
                "Hi, Emily Watson here, locum dispatcher at SAMU 2B. I cannot log in.",
                "Emily Watson",
                Some("locum dispatcher"),
            ),
            (
                "Bonjour, Julie du SAMU 31, la carte est blanche.",
                "Julie",
                None,
            ),
        ] {
            let (told, job) = writer(text);
            assert_eq!(told.as_deref(), Some(name), "{text}");
            assert_eq!(job.as_deref(), role, "{text}");
        }
    }

    #[test]
    fn a_title_leads_a_surname_in_small_letters() {
        for (text, told) in [
            (
                "carto figee. dr lacaze, med reg samu 12",
                (Some("Lacaze"), Some("med reg")),
            ),
            (
                "tel muet, mme moulin arm sup samu 03",
                (Some("Moulin"), Some("arm sup")),
            ),
            ("plus de son. mr haddad ide", (Some("Haddad"), Some("ide"))),
            ("le dr lacaze, med reg, ne voit plus rien", (None, None)),
        ] {
            let (name, role) = writer(text);
            assert_eq!((name.as_deref(), role.as_deref()), told, "{text}");
        }
    }

    #[test]
    fn a_display_name_may_tell_the_place_and_the_job() {
        for (display, name, role) in [
            (
                "Anaïs MOREL - ARM SAMU 44",
                Some("Anaïs Morel"),
                Some("ARM"),
            ),
            (
                "LE GOFF Yann (médecin régulateur)",
                Some("Yann Le Goff"),
                Some("médecin régulateur"),
            ),
            ("Paul Vernet, SAMU 74", Some("Paul Vernet"), None),
            ("Régulation - DUPONT Marie", Some("Marie Dupont"), None),
            ("SAMU 44 - Salle", None, None),
            ("Ambulances Petit", None, None),
        ] {
            assert_eq!(
                from_header(display, "x@ch.example").as_deref(),
                name,
                "{display}"
            );
            let job = role_from_header(display).map(|(job, _)| job);
            assert_eq!(job.as_deref(), role, "{display}");
        }
    }
}
