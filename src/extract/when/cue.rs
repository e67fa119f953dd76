//! What the words around a time say of it: the start of the incident, or something else.

use super::Role;

/// Words that lead to a start, as folded beginnings; parted by bars.
const START: &str = concat!(
    "depuis|des |dès|a partir d|commenc|debut|demarr|survenu|apparu|arrive|produit|constat|aperc|apercu|remarqu|",
    "plante|tombe|figee|fige|bloque|since|started|began|start|beginning|incident|panne|quand :|date|heure :|s'est|se sont|",
    "premiere fois|remonte|anomalie|erreur|bug|beug|blocage|plantage|crash|premier |premiere |1ere|1re |rendu compte|rendus compte|rendue compte|",
    "decouv|noticed|first|prise de poste|prise de service|vu hier|vu vers|vu le|observe|freeze|s'arrete|arret|disparu|",
    "deconnect|perdu|plus rien|plus de |ne marche|ne fonctionne|ne repond|impossible|muet|signe "
);
/// Words before a time that lead to something else.
const OTHER_BEFORE: &str = concat!(
    "jusqu|until|till|ouvert |ouverte |ouverts |joignable|disponible|dispo |ferme|prend la releve|prends la releve|passe la releve|fin de releve|ma releve|releve a|releve prevu|garde|conge|rappel|appelez|appeler|reparti|retabli|",
    "revenu|resolu|termin|fini |verifi|notre appel|mon appel|declaration d|mail d|message d|recu|courriel d|bascul|coupure|",
    "meme souci|meme probleme|meme panne|comme |encore|toujours|lun-|lundi au|ma fiche|absen|present|permanence|horaire|",
    "redemarr|reboot|rebranch|reinstall|reunion|intervention|formation du|rdv|vu avec|avant |apres |deja eu|deja arrive|la derniere fois|",
    "j'attends|votre appel|votre rappel|d'attente|temps de |on attend |nous attendons |attendu a|attendue|prevu|reprend|demain|prochain|je pars|finis|decolle|normale|remarche|refonctionne|",
    "annonce|duree|au lieu|ddn|naissance|facture|rendez-vous|mail du|courrier du|decret|arrete du|",
    "precedent|fonctionnait|marchait|rentre|reviens|retour|pars |prend le relais|ticket|fait par|faite par|echange"
);
/// Words anywhere in the clause that tell of the time when it worked.
const WORKED: &str = concat!(
    "marchait|marchaient|fonctionnait|fonctionnaient|pouvais|pouvait|pouvions|allait bien|was working|worked|i could|we could|",
    "on les avait|on l'avait|on avait encore|sans probleme|sans souci|aucun probleme|aucun souci|nickel|tout allait|"
);
/// Participles of telling, right before a time.
const TOLD: [&str; 9] = [
    "signale", "signalee", "signales", "declare", "declaree", "remonte", "relance", "appeles",
    "reported",
];
/// Changes after which something broke: « depuis la mise à jour de mardi ».
const CHANGE: &str = "version|patch|deploiement|livraison|mise a jour|maj|changement|bascule|migration|montee de version|update|passage|remplacement|installation|coupure|reprise|retour";

/// The role of a time, and how much it is worth, from the folded words around it: those of its
/// sentence before it and behind it.
pub(super) fn role(before: &str, after: &str) -> (Role, f32) {
    let near = tail(before, 34);
    let has = |text: &str, words: &str| {
        words
            .split('|')
            .any(|word| !word.is_empty() && text.contains(word))
    };
    let last = |words: &str| words.split('|').filter_map(|word| near.rfind(word)).max();
    // « déjà signalé ça le 2 février », « signalé à 8h10 »: the time of the telling.
    let mut told = near.split(|c: char| !c.is_alphanumeric()).rev();
    if told
        .by_ref()
        .filter(|word| !word.is_empty())
        .take(3)
        .any(|word| TOLD.contains(&word))
    {
        return (Role::Other, 0.15);
    }
    // « Hier tout allait bien, ce matin plus rien »: a comma parts then from now.
    let clause = near.rsplit([',', ';']).next().unwrap_or(near);
    let clause = clause.rsplit(" mais ").next().unwrap_or(clause);
    // « le patient né le 3 février »
    let born = ["ne le", "nee le", "ne(e) le"]
        .iter()
        .any(|born| near.trim_end().ends_with(born));
    if born {
        return (Role::Other, 0.02);
    }
    let worked = has(after, WORKED) && !after.contains("ne marchait") || has(clause, WORKED);
    let since = before.rfind("depuis").or_else(|| before.rfind("since"));
    if worked {
        return (Role::Other, 0.12);
    }
    if let Some(since) = since {
        let between = &before[since..];
        if between.len() < 20 {
            return (Role::Start, 0.3);
        }
        if between.len() < 70 && has(between, CHANGE) {
            return (Role::Start, 0.2);
        }
    }
    if near.trim_end().ends_with(" vu a") || near.trim_end().ends_with(" vue a") {
        return (Role::Start, 0.22);
    }
    match (last(START), last(OTHER_BEFORE)) {
        (Some(start), Some(other)) if start >= other => (Role::Start, 0.2),
        (_, Some(_)) => (Role::Other, 0.15),
        (Some(_), None) => (Role::Start, 0.22),
        (None, None) if since.is_some_and(|since| before.len() - since < 80) => (Role::Start, 0.1),
        (None, None) => (Role::Plain, 0.0),
    }
}

fn tail(text: &str, width: usize) -> &str {
    let mut from = text.len().saturating_sub(width);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}
