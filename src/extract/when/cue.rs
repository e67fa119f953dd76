//! What the words around a time say of it: the start of the incident, or something else.

use super::super::lexicon::{is_one_of, mentions, pieces};
use super::Role;
use super::event::{began, is_count_sent, is_event, is_first_hit, is_habit};
use super::outright::told_outright;
use super::until::broke;

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
    "revenu|resolu|termin|fini |verifi|pre-requis|prerequis|ete valide|est valide|sont valide|en revue|le tour des p|le tour de nos p|ete controle|a controle|ont controle|passe en revue|notre appel|mon appel|appele le support|appele la hotline|appele votre|appele vos|telephone au support|ecrit au support|signale au support|prevenu le support|called support|called the support|told you|wrote to you|declaration d|mail d|message d|recu|courriel d|bascul|la coupure|coupure de courant|coupure electrique|coupure prevue|coupure programmee|",
    "meme souci|meme probleme|meme panne|comme |encore|toujours|lun-|lundi au|ma fiche|absen|present|permanence|horaire|",
    "redemarr|reboot|rebranch|reinstall|reunion|intervention|formation du|formation de |session de|session du|visite du|visite de|seance du|homolog|recette|certifie|qualifie|rdv|vu avec|avant |apres |last incident|previous incident|dernier incident|incident precedent|incident of this kind|similar incident|request of|mail of|e-mail of|email of|sent on|deja eu|deja arrive|la derniere fois|",
    "j'attends|votre appel|votre rappel|d'attente|temps de |on attend |nous attendons |attendu a|attendue|prevu|reprend|demain|prochain|je pars|finis|decolle|normale|remarche|refonctionne|",
    "annonce|duree|au lieu|ddn|naissance|facture|rendez-vous|mail du|courrier du|decret|arrete du|",
    "avons installe|ont installe|ai installe|a ete installe|ont ete installe|avons recu le|ont mis a jour|a mis a jour|ont actualise|a actualise|ont rempli|precedent|fonctionnait|marchait|rentre|reviens|retour|pars |prend le relais|ticket|fait par|faite par|echange"
);
/// Words anywhere in the clause that tell of the time when it worked.
const WORKED: &str = concat!(
    "voyais|voyait|voyions|marchait|marchaient|fonctionnait|fonctionnaient|pouvais|pouvait|pouvions|allait bien|was working|worked|i could|we could|",
    "on les avait|on l'avait|on avait encore|sans probleme|sans souci|aucun probleme|aucun souci|nickel|tout allait|s'est bien passe|s'est bien deroule|"
);
/// Words of the clause itself that tell of the last time it worked.
const LAST_GOOD: &str = concat!(
    "dernier bon|derniere bonne|derniers bons|dernieres bonnes|qui a fonctionne|qui a marche|qui ait fonctionne|qui ait marche|etait correct|etaient correct|",
    "etait complet|etait a jour|etaient a jour|etait juste|etaient juste|etait bon |etaient bons|y etait encore|y etaient encore|was fine|was correct"
);
/// What happens on other days.
const USUAL: &str = "d'habitude|habituellement|en temps normal|en general|normalement |d'ordinaire|usually|normally";
/// It works again, behind a time.
const BACK: &str = "est revenu|sont revenu|est retabli|sont retabli|s'est retabli|se sont retabli|est rentre|a refonctionne|a remarche|est reparti|sont reparti|came back|was back";
/// The writer's own day begins.
const OWN_DAY: &str = "j'ai commence a|j ai commence a|nous avons commence a|j'ai embauche a|j'ai pris mon poste a|j'ai pris mon service a|j'ai pris ma garde a|\
    pris mon poste a|pris mon service a|pris ma garde a|j'ai pris la garde a|j'ai releve l'equipe a|suis arrive a|suis arrivee a|j'embauchais a";
/// Entered or written since some hour.
const ENTERED: &str = "saisies|saisis|saisie|saisi|notees|notes|enregistrees|enregistres|crees|creees|entrees|entres|ecrites|ecrits|consignees|consignes|traites|traitees|clos|closes|archives|archivees";
/// What the writer did not get to tell.
const UNSAID: &str = "pas eu le temps|oublie de |omis de |pas pu vous |pas pense a vous";
/// Words that lead to something else elsewhere and not here: « au retour d'inter », « encore un souci ».
const HERE: [&str; 17] = [
    "planning des gardes",
    "planning de garde",
    "planning de la garde",
    "tableau de garde",
    "tableau des gardes",
    "tour de garde",
    "liste de garde",
    "liste des gardes",
    "pharmacies de garde",
    "se ferme",
    "s'est ferme",
    "se sont ferme",
    "au retour",
    "en intervention",
    "encore un ",
    "encore une ",
    "sur intervention",
];
/// Participles of telling, right before a time.
const TOLD: [&str; 11] = [
    "repondu", "replied", "signale", "signalee", "signales", "declare", "declaree", "remonte",
    "relance", "appeles", "reported",
];
/// An earlier incident, to which this one is likened.
const SAME_AS: &str = "meme panne que|meme probleme que|meme souci que|meme incident que|meme bug que|meme erreur que|meme chose que|comme celui d|comme celle d|comme le |identique a ";
/// What passed between the declarant and support.
const WITH_US: &str = "vous ai |vous avais |vous avons |vous ont ete |vous a ete |vous avez |vous aviez |m'avez |m'aviez |nous avez |eu au telephone|eue au telephone|\
    eu au tel|eu en ligne|au bout du fil|promis|votre collegue|votre technicien|un de vos |une de vos |you have |i sent you|your colleague";
/// People who are somewhere.
const PRESENT: &str = "en salle|en poste|sur place|en session|arrives|arrivee";
/// When the writer can be had.
const REACHED: &str = "joignable|disponible|me joindre|m'appeler|me rappeler|rappelez|appelez|en reunion|en conge|de garde a partir|reachable|available";
/// Changes after which something broke: « depuis la mise à jour de mardi ».
const CHANGE: &str = "version|patch|deploiement|livraison|mise a jour|maj|changement|bascule|migration|montee de version|update|passage|remplacement|installation|coupure|reprise|retour";

/// The role of a time, and how much it is worth, from the folded words around it: those of its
/// sentence before it and behind it.
pub(super) fn role(before: &str, after: &str) -> (Role, f32) {
    // « Tout allait bien jusqu'à la pause ; à 15h20 … », « … puis à 15h20 »
    let near = tail(before, 34);
    let near = near.rsplit(';').next().unwrap_or(near);
    let near = near.rsplit(" puis ").next().unwrap_or(near);
    let has = |text: &str, words: &'static str| mentions(words, text);
    // At a word's beginning: « recommencé » is no beginning.
    let begun = |words: &'static str| {
        let last = || {
            pieces(words)
                .filter_map(|word| near.rfind(word))
                .filter(|at| !near[..*at].ends_with(|c: char| c.is_alphanumeric()))
                .max()
        };
        has(near, words).then(last).flatten()
    };
    // « I reported the frozen list on Monday », « j'ai déclaré l'incident hier »: a few words between.
    let own_telling = [
        "i reported ",
        "we reported ",
        "j'ai signale ",
        "j'ai declare ",
        "nous avons signale ",
        "nous avons declare ",
        "ai deja signale ",
        "on a signale ",
    ]
    .iter()
    .filter_map(|told| before.rfind(told).map(|at| &before[at + told.len()..]))
    .any(|between| {
        between.split_whitespace().count() <= 8
            && !between.contains([',', ';', ':', '.'])
            && ![
                "depuis", "since", "apparu", "survenu", "commenc", "qui ", "que ", "started",
            ]
            .iter()
            .any(|start| between.contains(start))
    });
    if own_telling {
        return (Role::Other, 0.15);
    }
    if broke(tail(before, 90), after) {
        return (Role::Start, 0.15);
    }
    // « déjà signalé ça le 2 février », « signalé à 8h10 »: the time of the telling.
    let mut told = near.split(|c: char| !c.is_alphanumeric()).rev();
    let goes_back =
        near.trim_end().ends_with("ca remonte a") || near.trim_end().ends_with("cela remonte a");
    if !goes_back
        && told
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
    let since = ["depuis", "since", "dpuis", "depui ", "dps "]
        .iter()
        .filter_map(|word| before.rfind(word))
        .max();
    // « depuis 8h50, jusque là tout allait »: behind « depuis » only its own clause can say so.
    let own_after = if since.is_some_and(|since| before.len() - since < 10) {
        after.split([',', ';']).next().unwrap_or(after)
    } else {
        after
    };
    let worked = has(own_after, WORKED) && !after.contains("ne marchait") || has(clause, WORKED);
    if let Some(told) = told_outright(before, since, clause, after) {
        return told;
    }
    // « à 11h elle est revenue toute seule », « à 16h tout est rentré dans l'ordre »
    if since.is_none() && is_back(after) {
        return (Role::Other, 0.12);
    }
    // « pas eu le temps hier de compléter », « j'ai oublié de préciser hier »
    if has(clause, UNSAID) {
        return (Role::Other, 0.12);
    }
    // « la dernière bonne transmission date de samedi 22h40 », « vendredi il était correct »
    let own = tail(before, 70).rsplit([',', ';']).next().unwrap_or(near);
    let next = after.split([',', ';']).next().unwrap_or(after);
    if worked || has(own, LAST_GOOD) || has(next, LAST_GOOD) {
        return (Role::Other, 0.12);
    }
    // « Ça a commencé vers 10h45 », « … a démarré juste après la coupure de 14h »: said outright.
    if began(tail(before, 74)) {
        return (Role::Start, 0.36);
    }
    // « 3e mail depuis jeudi »: since when we are written to.
    if since.is_some_and(|since| before.len() - since < 20 && is_count_sent(&before[..since])) {
        return (Role::Other, 0.1);
    }
    // « J'ai 8 élèves en salle depuis 9h »: since when they have been there.
    if since.is_some_and(|since| {
        let lead = before[..since].trim_end();
        before.len() - since < 24 && PRESENT.split('|').any(|word| lead.ends_with(word))
    }) {
        return (Role::Other, 0.15);
    }
    if let Some(since) = since {
        let between = &before[since..];
        if between.len() < 20 {
            // « les lignes saisies depuis minuit ont disparu »: since when they were entered, unless
            // nothing else is told.
            let entered = before[..since].split_whitespace().next_back();
            let entered = entered.is_some_and(|word| is_one_of(ENTERED, word));
            return (Role::Start, if entered { -0.06 } else { 0.3 });
        }
        if between.len() < 70 && has(between, CHANGE) {
            return (Role::Start, 0.2);
        }
        if between.len() < 90 && is_event(between) {
            return (Role::Start, 0.24);
        }
    }
    // « D'habitude les chiffres tombent à 6h »: when it comes on other days.
    let usual = own.rsplit(" mais ").next().unwrap_or(own);
    let usual = usual.rsplit(" et ").next().unwrap_or(usual);
    if has(usual, USUAL) {
        return (Role::Other, 0.1);
    }
    // « les éléments vous ont été envoyés mardi », « votre collègue m'avait promis »: our dealings.
    if has(clause, WITH_US) {
        return (Role::Other, 0.12);
    }
    if is_first_hit(tail(before, 60)) {
        return (Role::Start, 0.24);
    }
    // « joignable à partir de 16h »: the hours of the writer, not of the fault.
    // « joignable sur le 03 53 01 25 71 à partir de 19h »: a telephone number stands between.
    let far = tail(before, 70).rsplit([';', '.']).next().unwrap_or(near);
    let telephone = far.bytes().filter(u8::is_ascii_digit).count() >= 9;
    if has(clause, REACHED) || telephone && has(far, REACHED) {
        return (Role::Other, 0.12);
    }
    // « dès le début de la garde à 9h »
    if [
        "debut de la garde",
        "debut de ma garde",
        "debut de garde",
        "debut de notre garde",
        "prise de garde",
        "debut de ma vacation",
        "debut de vacation",
        "debut de la vacation",
    ]
    .iter()
    .any(|shift| near.contains(shift))
    {
        return (Role::Start, 0.2);
    }
    if near.trim_end().ends_with(" vu a") || near.trim_end().ends_with(" vue a") {
        return (Role::Start, 0.22);
    }
    // « j'ai commencé à 7h et je l'ai vu à 10h »: the writer's own day begins.
    if OWN_DAY
        .split('|')
        .any(|own| clause.trim_end().ends_with(own))
    {
        let more = after
            .as_bytes()
            .windows(2)
            .any(|pair| pair[0].is_ascii_digit() && pair[1] == b'h');
        let role = if more { Role::Other } else { Role::Plain };
        return (role, 0.12);
    }
    // « nous consultons ce tableau chaque matin à 8h30 »
    if is_habit(near) {
        return (Role::Other, 0.08);
    }
    if follows_event(clause, after) {
        return (Role::Start, 0.12);
    }
    // « ça marchait encore ce midi, et à 17h20 la carte s'est vidée »
    let own_part = near.rsplit(", et ").next().unwrap_or(near);
    let cut = near.len() - own_part.len();
    let last_other = || {
        pieces(OTHER_BEFORE)
            .filter_map(|word| own_part.rfind(word).map(|at| (at + cut, word.len())))
            .filter(|(from, length)| {
                !HERE.iter().any(|here| {
                    near.match_indices(here)
                        .any(|(at, _)| at <= *from && from + length <= at + here.len())
                })
            })
            .map(|(from, _)| from)
            .max()
    };
    let other = has(own_part, OTHER_BEFORE).then(last_other).flatten();
    // « même panne que celle du 3 novembre »: the longer words hold the shorter.
    match (begun(START).filter(|_| !has(near, SAME_AS)), other) {
        (Some(start), Some(other)) if start >= other => (Role::Start, 0.2),
        (_, Some(_)) => (Role::Other, 0.15),
        (Some(_), None) => (Role::Start, 0.22),
        (None, None) if since.is_some_and(|since| before.len() - since < 80) => (Role::Start, 0.1),
        (None, None) => (Role::Plain, 0.0),
    }
}

/// « Après le redémarrage de 5h ce matin, la carte … », « au retour de la coupure de 3h20, … »: the
/// time of what the fault followed, where the sentence goes on behind it.
fn follows_event(clause: &str, after: &str) -> bool {
    const BEHIND: [&str; 9] = [
        "apres ",
        "juste apres ",
        "suite a ",
        "suite au ",
        "a la suite d",
        "au retour d",
        "des le ",
        "des la ",
        "a l'issue d",
    ];
    const EVENT: &str = "redemarrage|reboot|mise a jour|maj|coupure|bascule|maintenance|changement|reprise|migration|deploiement|basculement|releve|micro-coupure|patch|livraison|passage";
    let clause = clause.trim_start();
    let clause = clause.strip_prefix("et ").unwrap_or(clause);
    BEHIND.iter().any(|lead| clause.starts_with(lead))
        && EVENT.split('|').any(|event| clause.contains(event))
        && (after.contains(',')
            || after.trim().trim_matches('.').is_empty() && clause.starts_with("suite "))
        && ![
            "remarch",
            "refonctionn",
            "retabli",
            "revenu",
            "rentre dans",
            "repart",
        ]
        .iter()
        .any(|back| after.contains(back))
}

/// « … elle est revenue toute seule »: the clause behind a time says that it works again then.
fn is_back(after: &str) -> bool {
    let clause = after
        .split(|c: char| matches!(c, ',' | ';') || c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    let clause = clause.split(" et ").next().unwrap_or_default();
    let clause = clause.split(" puis ").next().unwrap_or_default();
    BACK.split('|').any(|back| {
        clause
            .find(back)
            .is_some_and(|at| !clause[..at].ends_with("n'") && !clause[..at].contains("pas "))
    })
}

pub(super) fn tail(text: &str, width: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(width))..]
}
