//! Times that tell no start whatever stands near them.

use super::Role;
use super::cue::tail;

/// Times that tell no start whatever stands near: what a screen shows, how old a file is, which
/// day it is now. `ago` says that `words` are a length, `timed` that they hold an hour.
pub(super) fn content(
    before: &str,
    words: &str,
    after: &str,
    ago: bool,
    timed: bool,
) -> Option<(Role, f32)> {
    const STUCK: [&str; 16] = [
        "fige", "bloque", "arret", "reste", "coince", "stopp", "cale ", "calee", "affich",
        "indiqu", "montre", "marque", "remonte", "repass", "stuck", "gele",
    ];
    const SHOWN: [&str; 31] = [
        " date du",
        " date de",
        " position du",
        " positions du",
        " liste du",
        " releve de",
        " releve du",
        " releves de",
        " valeur de",
        " valeurs de",
        " version de",
        " version du",
        " bulletin de",
        " point de",
        " mise a jour de",
        " chiffres de",
        " chiffres du",
        " donnees de",
        " donnees du",
        " celui de",
        " celui du",
        " celle de",
        " celle du",
        " ceux de",
        " ceux du",
        " celles de",
        " celles du",
        " heure de",
        " etat de",
        " etat du",
        " planning du",
    ];
    const QUEUED: [&str; 14] = [
        "en attente",
        "ouverts",
        "ouvertes",
        "ouvert",
        "clos",
        "close",
        "closes",
        "inactif",
        "inactifs",
        "inactives",
        "archives",
        "crees",
        "non lus",
        "en cours",
    ];
    const SUPPORT: [&str; 16] = [
        "votre 0 8",
        "votre 08",
        "votre numero",
        "votre standard",
        "votre ligne",
        "votre hotline",
        "votre support",
        "votre service",
        "votre telephone",
        "le 0 8",
        "le 08",
        "la hotline",
        "chez vous",
        "vous ne rep",
        "vous appelle",
        "your line",
    ];
    let lead = before.trim_end();
    let near = tail(lead, 44);
    if ago {
        let since = words.starts_with("depuis") || words.starts_with("since");
        let old = [" plus de ", " moins de ", " more than "]
            .iter()
            .any(|cue| words.contains(cue));
        let queued = QUEUED.iter().any(|cue| lead.ends_with(cue)) && !near.contains("rest");
        if since && old && queued {
            return Some((Role::Other, 0.05));
        }
        let clause = tail(lead, 70);
        // « je vous ai répondu le 19 et depuis plus rien, ça fait 9 jours »
        let unanswered = words.contains("fait")
            && [
                "repondu",
                "relance",
                "ecrit",
                "signale",
                "declare",
                "plus rien, ",
                "sans nouvelle",
            ]
            .iter()
            .any(|cue| clause.contains(cue));
        if unanswered {
            return Some((Role::Other, 0.05));
        }
        let silent = [
            "repond",
            "decroch",
            "injoignable",
            "sonne",
            "personne au",
            "answer",
        ]
        .iter()
        .any(|cue| clause.contains(cue) || after.contains(cue));
        return (silent && SUPPORT.iter().any(|cue| clause.contains(cue)))
            .then_some((Role::Other, 0.05));
    }
    // « aucune réponse à ce jour »: until now
    if !timed && words.starts_with("ce jour") && (lead == "a" || lead.ends_with(" a")) {
        return Some((Role::Other, 0.05));
    }
    // « surtout l'après-midi », « plutôt le soir », « que la nuit »: when it is wont to come.
    let part = words.starts_with("l'apres")
        || words.starts_with("apres-midi")
        || [
            "matin", "soir", "nuit", "midi", "le matin", "le soir", "la nuit", "le midi",
        ]
        .contains(&words.trim());
    let bare = lead
        .strip_suffix("l'")
        .or(lead.strip_suffix(" le"))
        .or(lead.strip_suffix(" la"))
        .unwrap_or(lead)
        .trim_end();
    if !timed
        && part
        && [
            "surtout",
            "plutot",
            "souvent",
            "generalement",
            "toujours",
            "seulement",
            "uniquement",
            "en general",
            "que",
        ]
        .iter()
        .any(|word| bare.ends_with(word))
    {
        return Some((Role::Other, 0.05));
    }
    // « il est 14h20 »
    let now_is = [
        "il est",
        "il est bientot",
        "il est presque",
        "il est deja",
        "il est maintenant",
        "il est pres de",
        "il est plus de",
        "il sera bientot",
    ];
    if timed && now_is.iter().any(|cue| lead.ends_with(cue)) {
        return Some((Role::Other, 0.05));
    }
    // « nous sommes lundi », « on est le 4 »
    let now = [
        "nous sommes",
        "on est",
        "we are",
        "nous sommes le",
        "on est le",
        "nous sommes deja",
        "on est deja",
    ]
    .iter()
    .any(|cue| lead.ends_with(cue));
    if now && !timed {
        return Some((Role::Other, 0.05));
    }
    // « je l'ai remarqué hier »: « marque » shows something only where the word begins so.
    let begins = |text: &str, at: usize| !text[..at].ends_with(char::is_alphanumeric);
    let at = STUCK
        .iter()
        .filter_map(|cue| near.rfind(cue))
        .filter(|at| !near[*at..].starts_with("marque") || begins(near, *at))
        .max();
    let on = |ends: &[&str]| {
        ends.iter().any(|end| {
            lead.strip_suffix(end)
                .is_some_and(|rest| end.starts_with(' ') || begins(lead, rest.len()))
        })
    };
    // « bloqué sur lundi 7h02 », « figé à la date du 9 », « s'arrête au 9 novembre »
    let held = at.is_some_and(|at| {
        let rest = &near[at..];
        let back = [
            "ca remonte a",
            "cela remonte a",
            "probleme remonte a",
            "souci remonte a",
            "panne remonte a",
            "incident remonte a",
            "debut remonte a",
        ];
        !rest.contains([',', ';', '.'])
            && !on(&back)
            && (on(&[
                " sur",
                " sur le",
                " sur la date du",
                " a la date du",
                " a celle du",
                " a celui du",
            ]) || !timed && on(&[" au", " jusqu'au", " a"]) && !rest.contains("depuis"))
    });
    // « celles d'hier »
    let of = lead
        .strip_suffix("d'")
        .map_or_else(|| lead.to_owned(), |noun| format!("{noun}de"));
    let shown = SHOWN.iter().any(|end| of.ends_with(end))
        && at.is_some()
        && !near.contains("depuis")
        && !near.contains("since");
    // « le dernier bulletin visible date du 9 mars », « ceux d'hier, je peux les lire »: how old what is
    // there is.
    let dated = !timed
        && ["date du", "date de", "datent du", "datent de"]
            .iter()
            .any(|end| of.ends_with(end))
        && ["dernier", "derniere", "affich", "visible", "bulletin"]
            .iter()
            .any(|old| near.contains(old));
    let pronoun = !timed
        && ["ceux de", "celles de", "ceux du", "celles du"]
            .iter()
            .any(|end| of.ends_with(end));
    // « le lecteur reste à 0:00 », « l'horloge affiche 14h12 »: what a screen shows.
    let face = timed
        && on(&[
            "reste a",
            "reste sur",
            "restent a",
            "affiche",
            "affichent",
            "indique",
            "indiquent",
            "marque",
            "n'affiche que",
            "shows",
            "reads",
            "stays at",
        ]);
    let zero = ["0:00", "00:00", "0h00", "00h00"].contains(&words.trim()) && at.is_some();
    (held || shown || dated || pronoun || face || zero).then_some((Role::Other, 0.05))
}
