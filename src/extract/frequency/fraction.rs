//! How many times of how many: « 9 fois sur 10 », « sur dix appels, trois ont planté ».

use super::NOT;
use super::beside::is_oversight;
use crate::domain::field::Frequency;
use crate::extract::token::{Tokens, number};
use std::ops::Range;

/// « 9 fois sur 10 » is sometimes, « 3 fois sur 3 » and « trois essais sur trois » always.
pub(super) fn fraction(tokens: &Tokens) -> Option<(Frequency, Range<usize>)> {
    for at in 0..tokens.len() {
        let Some((many, next)) = number(tokens, at, 3) else {
            continue;
        };
        if !tokens.among(next, "appels|dossiers|bilans|alertes|envois|connexions|appel|dossier|bilan|alerte|envoi|connexion|trace|traces|fiche|fiches|transfert|transferts|sms|message|messages|mail|mails|bip|bips|ordre|ordres|\
            demarrage|demarrages|lancement|lancements|declenchement|declenchements|synchronisation|synchronisations|actualisation|actualisations|rafraichissement|rafraichissements|numerotation|numerotations|sonnerie|sonneries|decroche|decroches|scenario|scenarios|\
            itineraire|itineraires|calcul|calculs|cloture|clotures|validation|validations|signature|signatures|sauvegarde|sauvegardes|pdf|fax|lien|liens|conference|conferences|export|exports|recherche|recherches|ouverture|ouvertures|chargement|chargements|impression|impressions|notification|notifications|rappel|rappels|transmission|transmissions|\
            affaire|affaires|intervention|interventions|patient|patients|enregistrement|enregistrements|demande|demandes|requete|requetes|document|documents|ecg|adresse|adresses|photo|photos|\
            image|images|video|videos|visio|visios|courrier|courriers|compte rendu|engagement|engagements|ticket|tickets|prescription|prescriptions|ordonnance|ordonnances|saisie|saisies|fois|coup|coups|essai|essais|tentative|tentatives|times|time|clic|clics|out") {
            continue;
        }
        if is_oversight(tokens, at) {
            continue;
        }
        let Some(over) = (next + 1..next + 3).find(|at| tokens.among(*at, "sur|out|on|in")) else {
            continue;
        };
        let over = if tokens.is(over + 1, &["of", "les"]) {
            over + 1
        } else {
            over
        };
        let Some((all, end)) = whole(tokens, over + 1) else {
            continue;
        };
        // « testé cinq fois sur les cinq postes » counts workstations.
        if tokens.among(
            end,
            "poste|postes|dossiers|ecrans|pc|tablettes|machines|ordinateurs|appels",
        ) && many != all
        {
            continue;
        }
        return Some((often(many, all), tokens.span(at, end)));
    }
    None
}

/// What so many of so many come to.
fn often(many: u32, all: u32) -> Frequency {
    match many {
        0 => Frequency::No,
        many if many >= all => Frequency::Yes,
        _ => Frequency::Intermittent,
    }
}

/// « dans 50 % des cas », « 100 % du temps »: how many of a hundred.
pub(super) fn percent(tokens: &Tokens) -> Option<(Frequency, Range<usize>)> {
    (0..tokens.len()).find_map(|at| {
        let many = tokens.number(at, 3)?;
        let behind = if tokens.sign(at + 1, b'%') {
            at + 2
        } else {
            tokens.any_phrase(at + 1, "pour cent|pct|percent")?
        };
        let end = tokens.any_phrase(
            behind,
            "des cas|du temps|des fois|des appels|des essais|des tentatives|des envois|des dossiers|des bilans|of the time|of cases|of the cases",
        )?;
        (many <= 100).then(|| (often(many, 100), tokens.span(at, end)))
    })
}

/// The number behind « sur », exact or round, and where it ends.
fn whole(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    about(tokens, at).or_else(|| number(tokens, at, 3))
}

/// « une quinzaine »: a round number, and where it ends.
fn about(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    const ROUND: [(&str, u32); 7] = [
        ("huitaine", 8),
        ("dizaine", 10),
        ("douzaine", 12),
        ("quinzaine", 15),
        ("vingtaine", 20),
        ("trentaine", 30),
        ("centaine", 100),
    ];
    let noun = at + usize::from(tokens.is(at, &["une", "la"]));
    let (_, many) = ROUND.iter().find(|(word, _)| tokens.is(noun, &[word]))?;
    Some((*many, noun + 1))
}

/// « une à deux fois par vacation », « trois ou quatre fois par nuit »: now and then.
pub(super) fn per_period(tokens: &Tokens) -> Option<Range<usize>> {
    // « Deux fois par jour » alone does not say what.
    (1..tokens.len()).find_map(|at| {
        let (_, end) = number(tokens, at, 3)
            .or_else(|| tokens.among(at, "plusieurs|quelques|several").then_some((2, at + 1)))?;
        let end = tokens
            .among(end, "a|ou|to|or")
            .then(|| number(tokens, end + 1, 3))
            .flatten()
            .map_or(end, |(_, end)| end);
        if !tokens.among(end, "fois|times") {
            return None;
        }
        let per = tokens.any_phrase(end + 1, "par|dans la|dans le|per|a|an")?;
        tokens
            .among(
                per,
                "jour|jours|heure|heures|nuit|nuits|vacation|vacations|garde|gardes|semaine|semaines|journee|matinee|soiree|poste|service|mois|day|hour|night|shift|week",
            )
            .then(|| tokens.span(at, per + 1))
    })
}

/// « Sur dix appels, trois ont planté »: how many of how many, the whole first.
pub(super) fn of_so_many(tokens: &Tokens) -> Option<(Frequency, Range<usize>)> {
    const FAILS: &str = "plante|plantent|plantes|coupe|coupent|coupes|echoue|echouent|echoues|rate|rates|ratent|bloque|bloquent|bloques|perdu|perdus|perdues|echec|echecs|disparu|tombe|tombes|failed|dropped";
    for at in 0..tokens.len() {
        if !tokens.among(at, "sur|out") {
            continue;
        }
        let from = at + 1 + usize::from(tokens.among(at + 1, "les|of|mes|nos"));
        let Some((all, next)) = whole(tokens, from) else {
            continue;
        };
        let tries = (next..next + 3).any(|near| {
            tokens.among(near, "appels|essais|tentatives|envois|fiches|dossiers|fois|bilans|alertes|transferts|calls|tries|attempts")
        });
        if !tries || all < 2 {
            continue;
        }
        let Some(comma) = (next..next + 8).find(|near| tokens.sign(*near, b',')) else {
            continue;
        };
        let Some((many, end)) = number(tokens, comma + 1, 3) else {
            continue;
        };
        let fails = (end..end + 5).find(|near| tokens.among(*near, FAILS));
        let denied = (end..end + 5).any(|near| tokens.among(near, NOT));
        let Some(fails) = fails.filter(|_| !denied && many > 0) else {
            continue;
        };
        return Some((often(many, all), tokens.span(at, fails + 1)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_a_shift_are_now_and_then() {
        for text in [
            "il plante une à deux fois par vacation",
            "ça coupe trois ou quatre fois par nuit",
            "ça se fige plusieurs fois dans la journée",
        ] {
            assert!(per_period(&Tokens::new(text)).is_some(), "{text}");
        }
        for text in [
            "Deux fois par jour, trois appels.",
            "testé deux fois par moi",
        ] {
            assert!(per_period(&Tokens::new(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn so_many_of_a_hundred() {
        for (text, expected) in [
            ("dans 50 % des cas environ", Some(Frequency::Intermittent)),
            ("100% du temps", Some(Frequency::Yes)),
            (
                "about 30 percent of the time",
                Some(Frequency::Intermittent),
            ),
            ("ça monte à 80 % puis ça coupe", None),
            ("le taux affiche 137 % des appels", None),
        ] {
            let found = percent(&Tokens::new(text)).map(|(often, _)| often);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn so_many_of_so_many_is_now_and_then_or_always() {
        for (text, expected) in [
            ("4 fois sur une quinzaine d'appels", Frequency::Intermittent),
            ("deux essais sur une dizaine", Frequency::Intermittent),
            ("3 essais sur 3", Frequency::Yes),
        ] {
            let found = fraction(&Tokens::new(text)).map(|(often, _)| often);
            assert_eq!(found, Some(expected), "{text}");
        }
        for (text, expected) in [
            (
                "Sur dix appels ce matin, trois ont planté",
                Some(Frequency::Intermittent),
            ),
            (
                "sur une vingtaine d'envois, 5 ont échoué",
                Some(Frequency::Intermittent),
            ),
            ("Sur 4 essais, 4 échecs", Some(Frequency::Yes)),
            ("sur les 3 appels, deux ARM étaient là", None),
            ("sur 2 postes, 2 sont bloqués", None),
        ] {
            let found = of_so_many(&Tokens::new(text)).map(|(often, _)| often);
            assert_eq!(found, expected, "{text}");
        }
    }
}
