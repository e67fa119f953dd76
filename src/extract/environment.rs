//! Production or training: which words name an environment, and whether the words around affirm
//! it, deny it, or say that all is well there.

use super::token::{Answer, Kind, Tokens};
use crate::domain::field::{Environment, Reading, Reason, Value};
use std::ops::Range;

/// What the words around an environment say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stance {
    /// The fault is there.
    Affirmed,
    /// « pas en prod », « la base école je n'y vais jamais ».
    Denied,
    /// « en formation tout va bien », « pas testé en formation »: it is spoken of and says nothing.
    Aside,
}

/// An environment named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Which.
    pub which: Environment,
    /// What is said of it.
    pub stance: Stance,
    /// The word can mean nothing else, even in running text.
    pub meant: bool,
}

/// What the portal is called.
const PORTAL: &str = "base|bases|environnement|env|envt|portail|plateforme|plate|version|site|appli|application|systeme|\
    system|si|outil|serveur|instance|mode|interface|logiciel|espace|platform|environment|portal|server|samu|forme|console|prod|\
    production|url|adresse|lien|contexte";
/// Between the environment's word and the fault.
const CONTRAST: &str = "mais|alors|tandis|contrairement|but|whereas|while|cependant|toutefois|or";
/// All is well.
const WELL: &str = "marche|marchent|fonctionne|fonctionnent|va bien|vont bien|tourne|passe|ras|rien a signaler|tout va|tout est normal|\
    est normal|c est bon|c est ok|ok|nickel|pas de souci|pas de soucis|pas de probleme|pas de probleme|pas d anomalie|aucun souci|aucun probleme|aucune anomalie|\
    sans souci|sans probleme|sans anomalie|works|is fine|all good|no problem|no issue|rien de tel|rien d anormal|impeccable|n a rien";
/// Not there, in words that may stand behind the environment.
const UNTOUCHED: &str = "touche|touchee|touches|concerne|concernee|concernes|impacte|impactee|affecte|affectee|utilisee|\
    affected|used|impacted";
/// Verbs of use that deny a place only with « y » or « l' »: « je n'y vais jamais ».
const USE: &str =
    "utilise|utilisons|vais|va|vas|allons|allez|travaille|travaillons|connecte|sert|sers";
/// It was not looked at there.
const UNTRIED: &str =
    "teste|testee|tester|essaye|essayer|verifie|regarde|vu|vue|tried|tested|retrouve|reproduit";
const NOT: &str = "pas|jamais|non|not|never|aucunement|nullement";

/// The environments that a text names, in order; `meant` says which of them running text means.
#[must_use]
pub fn named(text: &str) -> Vec<Named> {
    let tokens = Tokens::new(text);
    let mut hits: Vec<(usize, usize, Environment, bool)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match word(&tokens, at) {
            Some((end, which, meant)) => {
                hits.push((at, end, which, meant));
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    // « formation et production »: one names the other.
    for index in 1..hits.len() {
        let (one, two) = (hits[index - 1], hits[index]);
        let joined = two.0 - one.1 <= 3
            && (one.1..two.0).all(|at| {
                tokens.among(at, "et|ou|en|and|or|la|sur|comme|que")
                    || tokens.sign(at, b'+')
                    || tokens.sign(at, b'/')
            });
        if joined && one.2 != two.2 && (one.3 || two.3) {
            hits[index - 1].3 = true;
            hits[index].3 = true;
        }
    }
    let mut list = Vec::with_capacity(hits.len());
    for (index, (from, to, which, meant)) in hits.iter().copied().enumerate() {
        let floor = index.checked_sub(1).map_or(0, |before| hits[before].1);
        let roof = hits.get(index + 1).map_or(tokens.len(), |next| next.0);
        list.push(Named {
            span: tokens.span(from, to),
            which,
            stance: stance(&tokens, from, to, floor, roof),
            meant,
        });
    }
    list
}

/// A word or phrase at `at` that names an environment: where it ends, which, and whether it is
/// meant whatever stands around it.
fn word(tokens: &Tokens, at: usize) -> Option<(usize, Environment, bool)> {
    use Environment::{Production, Training};
    let word = tokens.word(at);
    let last = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    let portal = |back: usize| at >= back && tokens.among(at - back, PORTAL);
    // « base de formation », « plateforme d'entraînement »
    let of_portal = portal(1)
        || tokens.is(at.wrapping_sub(1), &["de", "d"]) && portal(2)
        || at >= 3 && tokens.sign(at - 1, b'\'') && last(2) == "d" && portal(3);
    let next = tokens.skip_joints(at + 1);
    let portal_next = tokens.among(next, PORTAL);
    let led = |words: &[&str]| words.contains(&last(1));
    Some(match word {
        "prod" | "production" | "prd" => {
            let made = tokens.among(at.wrapping_sub(1), "en")
                && matches!(
                    last(2),
                    "mise" | "mises" | "passage" | "passe" | "mettre" | "mis"
                )
                || matches!(last(1), "mise" | "mises")
                || last(1) == "de" && matches!(last(2), "cours" | "outil" | "ligne" | "chaine")
                || word == "production"
                    && tokens.is(at + 1, &["de", "d", "des", "du"])
                    && led(&["la", "une", "notre", "sa", "leur"])
                    && !matches!(last(2), "sur" | "en" | "dans" | "est" | "de");
            (at + 1, Production, !made)
        }
        "reel" | "reels" | "reelle" | "reelles" => {
            let real = led(&["en", "conditions", "condition", "situation", "exploitation"])
                || portal(1)
                || led(&["du", "le"]) && matches!(last(2), "sur" | "est" | "dans");
            (at + 1, Production, real && last(1) != "temps")
        }
        "vrai" | "vraie" | "vrais" | "vraies" => {
            let real = portal_next && tokens.among(next, "base|environnement|portail|plateforme|plate|version|site|appli|application|systeme|outil|serveur|prod|production|si|samu|env");
            (
                at + 1,
                Production,
                real || last(1) == "de" && last(2) == "pour",
            )
        }
        "real" => {
            if !(portal_next || tokens.is(next, &["thing", "one"])) {
                return None;
            }
            (at + 1, Production, true)
        }
        "live" => (at + 1, Production, led(&["en", "on", "in"]) || portal_next),
        "exploitation" => {
            if matches!(last(2), "systeme" | "systemes")
                || matches!(last(3), "systeme" | "systemes")
            {
                return None;
            }
            (at + 1, Production, of_portal || led(&["en"]))
        }
        "operationnel" | "operationnelle" | "officiel" | "officielle" => {
            (at + 1, Production, portal(1))
        }
        "normal" | "normale" | "courant" | "courante" | "quotidien" | "habituel" | "habituelle"
            if portal(1) && tokens.ends_line(at + 1) || portal(1) && tokens.sign(at + 1, b',') =>
        {
            (at + 1, Production, false)
        }
        "tous" if last(1) == "de" => (tokens.phrase(at, "tous les jours")?, Production, portal(2)),
        "formation" | "formations" | "form" => (
            at + 1,
            Training,
            of_portal || portal_next || in_training(tokens, at),
        ),
        "ecole" => (
            at + 1,
            Training,
            of_portal || portal_next || led(&["en", "mode"]),
        ),
        "bac" => (tokens.phrase(at, "bac a sable")?, Training, true),
        "sandbox" => (at + 1, Training, true),
        "training" => (
            at + 1,
            Training,
            portal_next || led(&["on", "the", "not"]) || tokens.among(next, "only|one|side"),
        ),
        "entrainement" | "demo" | "demonstration" | "simulation" | "simulateur" | "pedagogique"
        | "exercice" | "exercices" | "apprentissage" | "stagiaires" => {
            if word == "stagiaires" && !of_portal {
                return None;
            }
            let drill = word == "exercice" && led(&["un"]) && last(2) == "pas";
            (at + 1, Training, of_portal || drill)
        }
        "test" | "tests" if of_portal && !led(&["samu", "outil"]) => (at + 1, Training, true),
        _ => return None,
    })
}

/// « en formation », « sur la formation », « c'est la formation »: not the course that somebody
/// attends.
fn in_training(tokens: &Tokens, at: usize) -> bool {
    let last = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    match last(1) {
        "en" => {
            let sign =
                at >= 2 && !matches!(tokens.get(at - 2).map(|token| token.kind), Some(Kind::Word));
            let course = matches!(
                last(2),
                "stagiaire"
                    | "stagiaires"
                    | "collegue"
                    | "collegues"
                    | "agent"
                    | "agents"
                    | "arm"
                    | "arms"
                    | "personnel"
                    | "parti"
                    | "partie"
                    | "partis"
                    | "parties"
                    | "suis"
                    | "sont"
                    | "etais"
                    | "etait"
                    | "etaient"
                    | "pars"
                    | "serai"
                    | "sera"
                    | "seront"
                    | "actuellement"
                    | "nouveaux"
                    | "nouveau"
                    | "nouvelle"
                    | "nouvelles"
                    | "eleve"
                    | "eleves"
                    | "etudiant"
                    | "etudiants"
                    | "interne"
                    | "internes"
                    | "medecins"
                    | "medecin"
                    | "infirmiers"
                    | "infirmieres"
                    | "gens"
                    | "personnes"
                    | "absent"
                    | "absente"
                    | "encore"
                    | "ete"
                    | "envoye"
            ) || last(2) == "est"
                && !matches!(last(3), "c" | "on")
                && !tokens.sign(at.wrapping_sub(3), b'\'');
            sign || !course
        }
        "la" => matches!(
            last(2),
            "sur" | "est" | "pas" | "dans" | "non" | "que" | "utilise" | "utilisons"
        ),
        "sur" | "est" | "env" | "pas" | "de" if matches!(last(1), "sur" | "env") => true,
        "environnement" => true,
        _ => false,
    }
}

fn stance(tokens: &Tokens, from: usize, to: usize, floor: usize, roof: usize) -> Stance {
    // The clause before: back to a stop, a comma, a contrast or the environment before.
    let mut begin = from;
    while begin > floor
        && from - begin < 14
        && !parts(tokens, begin - 1)
        && !tokens.among(begin - 1, CONTRAST)
    {
        begin -= 1;
    }
    // « Sur la base école, tout va bien »: a clause that the environment leads goes on.
    let leads = (begin..from).all(|at| {
        tokens.word(at).is_empty() && !matches!(tokens.get(at).map(|t| t.kind), Some(Kind::Number))
            || tokens.among(at, PORTAL)
            || tokens.among(at, "sur|en|la|le|l|dans|de|d|du|notre|votre|on|in|the|et|quant|a|au|qu|que|c|est|teste|essaye|alors|tout")
    });
    let bracketed = begin > 0 && tokens.sign(begin - 1, b'(');
    let mut end = to;
    let mut commas = 0;
    while end < roof && end - to < 16 && !stops(tokens, end) && !tokens.among(end, CONTRAST) {
        if tokens.sign(end, b',') || tokens.sign(end, b':') && !bracketed {
            commas += 1;
        }
        if commas > 0 && !leads || tokens.sign(end, b'(') || tokens.sign(end, b')') {
            break;
        }
        end += 1;
    }
    if denied(tokens, begin, from) {
        let untried = (begin..from).any(|at| tokens.among(at, UNTRIED));
        return if untried {
            Stance::Aside
        } else {
            Stance::Denied
        };
    }
    let negated = |at: usize, reach: usize| {
        (at.saturating_sub(reach).max(begin)..(at + 3).min(end)).any(|near| tokens.among(near, NOT))
    };
    let mut at = to;
    while at < end {
        let used = tokens.among(at, USE)
            && (at.saturating_sub(3).max(to)..at).any(|near| tokens.is(near, &["y", "l"]));
        if (tokens.among(at, UNTOUCHED) || used)
            && negated(at, 3)
            && (at..end.min(at + 3)).all(|at| !tokens.is(at, &["plus"]))
        {
            return Stance::Denied;
        }
        if tokens.among(at, UNTRIED) && negated(at, 2) && end - to < 8 {
            return Stance::Aside;
        }
        at += 1;
    }
    let except = (to..end).any(|at| tokens.among(at, "sauf|hormis|excepte|except|part"));
    if !except && (well(tokens, begin, from) || well(tokens, to, end)) {
        return Stance::Aside;
    }
    Stance::Affirmed
}

fn stops(tokens: &Tokens, at: usize) -> bool {
    match tokens.get(at).map(|token| token.kind) {
        Some(Kind::Sign(b'.' | b'!' | b'?')) => !tokens.glued(at + 1) || tokens.ends_line(at + 1),
        Some(Kind::Sign(b';')) | None => true,
        Some(Kind::Line) => {
            let item = matches!(
                tokens.get(at + 1).map(|token| token.kind),
                Some(Kind::Sign(b'-' | b'*' | b'>' | 0x1a))
            );
            item || tokens.ends_line(at + 1) || at > 0 && stops(tokens, at - 1)
        }
        _ => false,
    }
}

fn parts(tokens: &Tokens, at: usize) -> bool {
    stops(tokens, at)
        || matches!(
            tokens.get(at).map(|token| token.kind),
            Some(Kind::Sign(b',' | b':' | b'('))
        )
}

/// A negation in front that reaches the environment: « pas en prod », not « plus d'accès en prod ».
fn denied(tokens: &Tokens, begin: usize, from: usize) -> bool {
    let mut denied = false;
    for at in begin.max(from.saturating_sub(9))..from {
        if tokens.among(at, "pas|non|hors|not|jamais|ni|aucun|sans") {
            // « pas de la base de formation » denies the place, « pas de connexion à la prod » not.
            let place = (at + 1..from).all(|at| {
                tokens.word(at).is_empty()
                    || tokens.among(at, PORTAL)
                    || tokens.among(at, "de|d|la|le|l|du|les|notre")
            });
            let other = !place && tokens.among(at + 1, "d|de|acces|seulement|que|uniquement|only|possible|just|encore|mal")
                || (at + 1..from).any(|at| tokens.among(at, "depuis|quand|lorsque|pour|a|possible"))
                // « ne marche pas en prod », « je n'ai pas la carte en prod »: the fault is denied, not the place.
                || tokens.among(at, "pas|jamais") && faulty(tokens, begin, at, from);
            denied = !other;
        }
    }
    denied
}

/// « ne marche pas en prod »: a verb is denied, not the place.
fn faulty(tokens: &Tokens, begin: usize, not: usize, from: usize) -> bool {
    let place = (begin..from).any(|at| {
        tokens.among(at, "est|suis|sommes|etait|utilise|utilisons|vais|allons|alle|allee|travaille|travaillons|is|are|concerne|touche|agit|it")
            || tokens.among(at, UNTRIED)
    });
    let verb = (begin..not).any(|at| {
        tokens.among(
            at,
            "ne|n|marche|fonctionne|ca|cela|repond|ouvre|affiche|does|do|doesn|don",
        )
    });
    let nouns = (not + 1..from).any(|at| {
        !tokens.word(at).is_empty()
            && !tokens.among(at, PORTAL)
            && !tokens.among(at, UNTRIED)
            && !tokens.among(at, "en|sur|la|le|l|du|de|d|dans|on|in|the|notre|votre|a|un|une|alle|allee|constate|observe|au|ca|cela|probleme|souci|rien")
    });
    verb && (!place || nouns)
}

/// Whether one of the words for « all is well » stands there, undenied.
fn well(tokens: &Tokens, from: usize, to: usize) -> bool {
    (from..to).any(|at| {
        let Some(end) = tokens.any_phrase(at, WELL) else {
            return false;
        };
        let denied = at > from && tokens.among(at - 1, "ne|n|jamais|se")
            || at > from + 1 && tokens.among(at - 2, "ne|n")
            || tokens.among(
                end,
                "pas|plus|mal|po|pu|pa|plu|rien|jamais|que|dans|en|moins",
            )
            || tokens.among(end, "tres|super|assez") && tokens.is(end + 1, &["mal", "lentement"]);
        end <= to && !denied
    })
}

/// The answer to « environnement concerné ».
#[must_use]
pub fn answer(text: &str) -> Option<Answer> {
    let mut found = named(text);
    if found.is_empty() {
        found = both(text).or_else(|| letter(text))?;
    }
    let reading = reading(&found, true)?;
    let affirmed = found.iter().find(|named| named.stance == Stance::Affirmed);
    let span = match (&reading, affirmed) {
        (Reading::Present(_), Some(named)) => named.span.clone(),
        _ => found.first()?.span.start..found.last()?.span.end,
    };
    Some(Answer { reading, span })
}

/// What running text says: what is affirmed; where nothing is, the other of what is denied.
#[must_use]
pub fn said(text: &str) -> Option<Answer> {
    let found: Vec<Named> = named(text)
        .into_iter()
        .filter(|named| named.meant)
        .collect();
    let reading = reading(&found, false)?;
    let span = found
        .iter()
        .find(|named| named.stance == Stance::Affirmed)
        .or(found.first())?
        .span
        .clone();
    Some(Answer { reading, span })
}

fn reading(found: &[Named], answered: bool) -> Option<Reading> {
    let has = |which, stance| {
        found
            .iter()
            .any(|named| named.which == which && named.stance == stance)
    };
    let is = |which| Some(Reading::Present(Value::Environment(which)));
    use Environment::{Production, Training};
    match (
        has(Production, Stance::Affirmed),
        has(Training, Stance::Affirmed),
    ) {
        (true, true) => Some(Reading::Unclear(Reason::BothEnvironments)),
        (true, false) => is(Production),
        (false, true) => is(Training),
        (false, false) => {
            let (production, training) = (
                has(Production, Stance::Denied),
                has(Training, Stance::Denied),
            );
            match (production, training) {
                (false, true) => is(Production),
                (true, false) if answered => is(Training),
                _ => None,
            }
        }
    }
}

/// « les deux »: both are meant.
fn both(text: &str) -> Option<Vec<Named>> {
    let tokens = Tokens::new(text);
    let (at, end) = (0..tokens.len()).find_map(|at| {
        Some((
            at,
            tokens.any_phrase(at, "les deux|les 2|both|l un et l autre|partout")?,
        ))
    })?;
    let span = tokens.span(at, end);
    Some(
        [Environment::Production, Environment::Training]
            .map(|which| Named {
                span: span.clone(),
                which,
                stance: Stance::Affirmed,
                meant: true,
            })
            .to_vec(),
    )
}

/// « P », « F »: the form's two words by their first letter.
fn letter(text: &str) -> Option<Vec<Named>> {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let which = match crate::text::fold(bare).as_str() {
        "p" | "pr" => Environment::Production,
        "f" | "fo" => Environment::Training,
        _ => return None,
    };
    let start = text.find(bare)?;
    Some(vec![Named {
        span: start..start + bare.len(),
        which,
        stance: Stance::Affirmed,
        meant: true,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Environment::{Production, Training};

    fn value(answer: Option<Answer>) -> Option<Reading> {
        answer.map(|answer| answer.reading)
    }

    #[test]
    fn running_text_names_an_environment_where_the_words_can_mean_nothing_else() {
        for (text, expected) in [
            (
                "c'est sur la plateforme réelle que ça coince",
                Some(Production),
            ),
            ("sur l'environnement réel", Some(Production)),
            ("every single time, live system", Some(Production)),
            ("C'est la vraie plateforme.", Some(Production)),
            ("on est sur la vraie base", Some(Production)),
            ("It's the real platform", Some(Production)),
            ("ça ne s'affiche pas en prod", Some(Production)),
            ("la carte n'est pas à jour en production", Some(Production)),
            ("on the formation platform only", Some(Training)),
            ("sur la version de démonstration", Some(Training)),
            ("sur la base école", Some(Training)),
            ("c'est le bac à sable", Some(Training)),
            ("les durées réelles sont de 5 minutes", None),
            ("la session de formation de mars", None),
            ("pendant la démonstration du fournisseur", None),
            ("depuis la mise en production de mardi", None),
            ("le bilan est en cours de production", None),
            ("les stagiaires en formation sont arrivés", None),
            ("c'est un vrai problème", None),
        ] {
            let expected = expected.map(|which| Reading::Present(Value::Environment(which)));
            assert_eq!(value(said(text)), expected, "{text}");
        }
    }

    #[test]
    fn an_environment_that_is_denied_or_works_is_not_the_one() {
        for (text, expected) in [
            (
                "c'est bien sur la prod, la base école je n'y vais jamais",
                Some(Production),
            ),
            (
                "la plateforme de formation, on ne l'utilise pas",
                Some(Production),
            ),
            (
                "ce n'est pas la formation, c'est la production",
                Some(Production),
            ),
            (
                "en production. Sur la base de formation, pas de souci.",
                Some(Production),
            ),
            ("en prod alors qu'en formation ça marche", Some(Production)),
            ("en production (testé en formation : RAS)", Some(Production)),
            (
                "Sur la base école tout va bien, le souci est en production",
                Some(Production),
            ),
            (
                "pas testé en formation, c'est en production",
                Some(Production),
            ),
            (
                "en formation uniquement, la prod n'est pas touchée",
                Some(Training),
            ),
            (
                "la plateforme école est figée, en production tout fonctionne",
                Some(Training),
            ),
            ("c'est la formation (la prod va bien)", Some(Training)),
            ("la prod marche, elle", None),
            ("la production fonctionne bien", None),
        ] {
            let expected = expected.map(|which| Reading::Present(Value::Environment(which)));
            assert_eq!(value(said(text)), expected, "{text}");
        }
        for text in [
            "c'est pareil en prod et en formation",
            "aussi bien en production que sur la base école",
            "les deux environnements, formation et production",
        ] {
            let both = Some(Reading::Unclear(Reason::BothEnvironments));
            assert_eq!(value(said(text)), both, "{text}");
        }
    }

    #[test]
    fn an_answer_is_what_is_affirmed() {
        for (text, expected) in [
            ("production", Some(Production)),
            ("en prod bien sûr", Some(Production)),
            ("PRODUCTION", Some(Production)),
            ("en réel", Some(Production)),
            ("P", Some(Production)),
            ("production, pas formation", Some(Production)),
            ("prod (pas vu en formation)", Some(Production)),
            ("la prod (jamais allé sur la base école)", Some(Production)),
            ("portail normal, celui de tous les jours", Some(Production)),
            ("base école", Some(Training)),
            ("le bac à sable", Some(Training)),
            ("version de démonstration", Some(Training)),
            ("plateforme école", Some(Training)),
            ("le simulateur", Some(Training)),
            ("base réelle", Some(Production)),
            ("environnement réel", Some(Production)),
            ("le vrai portail", Some(Production)),
            ("formation, pas la prod", Some(Training)),
        ] {
            let expected = expected.map(|which| Reading::Present(Value::Environment(which)));
            assert_eq!(value(answer(text)), expected, "{text}");
        }
        for text in ["formation et production", "les deux", "prod + formation"] {
            let both = Some(Reading::Unclear(Reason::BothEnvironments));
            assert_eq!(value(answer(text)), both, "{text}");
        }
        assert_eq!(answer("le poste 3"), None);
    }
}
