//! Production or training: which words name an environment, and whether the words around affirm
//! it, deny it, or say that all is well there.

use super::lexicon::{is_one_of, mentions};
use super::token::{Answer, Tokens};
use crate::domain::field::{Environment, Reading, Reason, Value};
use std::ops::Range;

mod stance;
mod word;

use stance::{is_absent, stance};
use word::word;

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
        let joined = two.0 - one.1 <= 5
            && (one.1..two.0).all(|at| {
                tokens.among(
                    at,
                    "et|ou|en|de|d|and|or|la|sur|comme|que|aussi|egalement|l|le|on|the|base",
                ) || tokens.sign(at, b'\'')
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
        let absent = which == Environment::Training && is_absent(&tokens, from);
        list.push(Named {
            span: tokens.span(from, to),
            which,
            stance: if absent {
                Stance::Aside
            } else {
                stance(&tokens, from, to, floor, roof)
            },
            meant,
        });
    }
    set_apart(&mut list, text);
    for index in 1..list.len() {
        if fails_only_there(&list[index - 1], &list[index], text) {
            list[index].stance = Stance::Affirmed;
        }
    }
    list
}

/// « C'est en production ; en formation ils n'ont pas encore de compte », « sur le réel ce bouton
/// n'existe évidemment pas »: beside the other environment, one where the thing can't be met at all.
fn set_apart(list: &mut [Named], text: &str) {
    const ABSENT: &str = "pas encore|pas de compte|pas d'acces|pas acces|aucun compte|aucun acces|n'existe|n'y a pas|n'y est pas|pas installe|pas deploye|pas active|pas prevu|pas ouvert|ne sert pas|rien a voir|inutile d|n'y touche|l'a ferme|l'avons ferme|est fermee|a ete ferme|l'a supprime|a ete supprime|l'a arrete|a ete arrete|n'y suis pas|n'y sommes pas";
    let affirmed = |list: &[Named], which| {
        list.iter()
            .any(|named| named.which == which && named.stance == Stance::Affirmed && named.meant)
    };
    if !(affirmed(list, Environment::Production) && affirmed(list, Environment::Training)) {
        return;
    }
    let apart: Vec<usize> = (0..list.len())
        .filter(|index| {
            let named = &list[*index];
            let roof = list
                .get(index + 1)
                .map_or(text.len(), |next| next.span.start);
            let far = text.floor_char_boundary(roof.min(named.span.end + 90));
            let behind = crate::text::fold(text.get(named.span.end..far).unwrap_or_default());
            let clause = behind
                .split(['.', '!', '?', ';', '\n'])
                .next()
                .unwrap_or_default();
            named.stance == Stance::Affirmed && mentions(ABSENT, clause)
        })
        .collect();
    let [only] = apart[..] else {
        return;
    };
    list[only].stance = Stance::Aside;
}

/// « ça marche en formation mais pas en production »: what is denied of the second is that it works.
fn fails_only_there(one: &Named, two: &Named, text: &str) -> bool {
    let between = text.get(one.span.end..two.span.start).unwrap_or_default();
    let between = crate::text::fold(between);
    one.stance == Stance::Aside
        && two.stance == Stance::Denied
        && one.which != two.which
        && between.len() < 40
        && ["mais pas ", "pas ", "et pas ", "but not "]
            .iter()
            .any(|lead| {
                between
                    .split(',')
                    .any(|clause| clause.trim_start().starts_with(lead))
            })
}

/// The answer to « environnement concerné ».
#[must_use]
pub fn answer(text: &str) -> Option<Answer> {
    let mut found = named(text);
    if found.is_empty() {
        found = both(text).or_else(|| letter(text))?;
    }
    if let Some(behind) = choice_left_in(text, &found) {
        found.drain(..behind);
    }
    if let Some(only) = only(text, &found) {
        found = vec![found.swap_remove(only)];
    }
    if found.iter().any(|named| !is_event(text, named)) {
        found.retain(|named| !is_event(text, named));
    }
    let reading = reading(&found, true)?;
    let affirmed = found.iter().find(|named| named.stance == Stance::Affirmed);
    let span = match (&reading, affirmed) {
        (Reading::Present(_), Some(named)) => named.span.clone(),
        _ => found.first()?.span.start..found.last()?.span.end,
    };
    Some(Answer { reading, span })
}

/// « formation, production ? production »: how many of the names are the question's own choice, which
/// a sign of asking or pointing parts from the answer.
fn choice_left_in(text: &str, found: &[Named]) -> Option<usize> {
    let [one, two, answer, ..] = found else {
        return None;
    };
    let between = text.get(two.span.end..answer.span.start)?;
    let points = between
        .trim_start()
        .starts_with(['?', ':', '=', '→', '>', '-', '–']);
    let leads = text.get(..one.span.start)?;
    let bare = !leads.contains(char::is_alphanumeric);
    let label = leads.trim_end().ends_with(':') && leads.len() <= 40;
    (one.which != two.which && points && (bare || label)).then_some(2)
}

/// « un exercice », « pendant la session de formation »: what was going on, which names no environment
/// beside one that does.
fn is_event(text: &str, named: &Named) -> bool {
    const EVENTS: &str = "exercice|exercices|simulation|demonstration|entrainement";
    const OF: &str = "exercice de|exercices de|session de|journee de|seance de|stage de|module de|cours de|jour de";
    let word = crate::text::fold(text.get(named.span.clone()).unwrap_or_default());
    let from = text.floor_char_boundary(named.span.start.saturating_sub(24));
    let before = crate::text::fold(text.get(from..named.span.start).unwrap_or_default());
    named.which == Environment::Training
        && (!named.meant && is_one_of(EVENTS, &word)
            || OF.split('|').any(|lead| before.trim_end().ends_with(lead)))
}

/// « formation uniquement, la prod … »: the one that stands alone by the writer's own word.
fn only(text: &str, found: &[Named]) -> Option<usize> {
    if found.len() < 2 {
        return None;
    }
    let mut alone = found.iter().enumerate().filter(|(at, named)| {
        let roof = found.get(at + 1).map_or(text.len(), |next| next.span.start);
        let next = text.get(named.span.end..roof).unwrap_or_default();
        let next = crate::text::fold(next);
        named.stance == Stance::Affirmed
            && ["uniquement", "seulement", "seule", "exclusivement", "only"]
                .iter()
                .any(|word| next.trim_start().starts_with(word))
    });
    let first = alone.next()?.0;
    alone.next().is_none().then_some(first)
}

/// What running text says: what is affirmed; where nothing is, the other of what is denied.
#[must_use]
pub fn said(text: &str) -> Option<Answer> {
    let found: Vec<Named> = named(text)
        .into_iter()
        .filter(|named| named.meant)
        .collect();
    let found = match only(text, &found) {
        Some(only) => found.into_iter().skip(only).take(1).collect(),
        None => found,
    };
    let Some(reading) = reading(&found, false) else {
        return unknown(text);
    };
    // « Prod ou formation, aucune idée »
    if let Reading::Unclear(_) = reading
        && let Some(unknown) = unknown(text)
        && found.iter().all(|named| {
            unknown.span.start <= named.span.end && named.span.start <= unknown.span.end + 24
        })
    {
        return Some(unknown);
    }
    let span = found
        .iter()
        .find(|named| named.stance == Stance::Affirmed)
        .or(found.first())?
        .span
        .clone();
    Some(Answer { reading, span })
}

/// « Pour l'environnement je ne sais pas vous répondre », « prod ou formation, aucune idée ».
fn unknown(text: &str) -> Option<Answer> {
    let tokens = Tokens::new(text);
    (0..tokens.len()).find_map(|at| {
        let asked = tokens.among(at, "environnement|environement|environnements|environment")
            || tokens.among(at, "prod|production|formation")
                && tokens.among(at + 1, "ou|or")
                && (at + 2..at + 6)
                    .any(|near| tokens.among(near, "prod|production|formation|ecole|training"));
        if !asked {
            return None;
        }
        let near = at.saturating_sub(12)..(at + 12).min(tokens.len());
        let stop = |at: usize| {
            matches!(
                tokens.get(at).map(|t| t.kind),
                Some(crate::extract::token::Kind::Sign(b'.' | b'!' | b';'))
            )
        };
        near.filter_map(|not| Some((not, tokens.any_phrase(not, IGNORANCE)?)))
            .find(|(not, end)| {
                let between = if *not < at { *end..at } else { at..*not };
                let related = *not > at
                    || tokens
                        .any_phrase(
                            *end,
                            "quel|sur quel|si|dans quel|de quel|which|l|vous dire|prod|ce que|ce qu|du tout|trop|bien|what|whether|la difference",
                        )
                        .is_some();
                related && !between.clone().any(stop)
            })
            .map(|(not, end)| Answer {
                reading: Reading::Unknown,
                span: tokens.span(not.min(at), end.max(at + 1)),
            })
    })
}

/// Not to know which.
const IGNORANCE: &str = "sais pas|sait pas|savons pas|sais plus|ignore|ignorons|aucune idee|pas la moindre idee|saurais dire|saurais pas|saurai pas|\
    don t know|no idea|not sure|sais rien|peux pas dire|peux pas vous dire|connais pas";

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
            (
                "Uniquement en production, sur le site de formation c'est correct.",
                Some(Production),
            ),
            (
                "C'est en prod ; la base école affiche tout.",
                Some(Production),
            ),
            ("c'est en prod, les prérequis aucune idée", Some(Production)),
            (
                "c'est sur la base école, combien on est aucune idée",
                Some(Training),
            ),
            (
                "C'est le système vrai, pas celui de l'école.",
                Some(Production),
            ),
            (
                "C'est sur la production ; en formation ils n'ont pas encore de compte.",
                Some(Production),
            ),
            (
                "Dans le bac à sable il est grisé. Sur l'environnement réel ce bouton n'existe évidemment pas.",
                Some(Training),
            ),
            (
                "En formation le bouton est grisé. La prod n'y a pas droit, inutile d'y chercher.",
                Some(Training),
            ),
            (
                "Les deux en production, nous n'utilisons plus la base de formation.",
                Some(Production),
            ),
            ("on ne travaille plus en formation", Some(Production)),
            ("Rien à voir avec la plateforme école.", Some(Production)),
            ("every single time, live system", Some(Production)),
            ("C'est la vraie plateforme.", Some(Production)),
            ("on est sur la vraie base", Some(Production)),
            ("It's the real platform", Some(Production)),
            ("ça ne s'affiche pas en prod", Some(Production)),
            ("la carte n'est pas à jour en production", Some(Production)),
            ("on the formation platform only", Some(Training)),
            (
                "c'est l'outil de production, pas celui des cours",
                Some(Production),
            ),
            (
                "sur l'environnement « Formation » des élèves",
                Some(Training),
            ),
            (
                "Le bandeau orange « FORMATION » est affiché",
                Some(Training),
            ),
            ("le dossier « Formation » a disparu", None),
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
            ("la formation du 24 mars est décalée au 31", None),
            ("la formation prévue jeudi est annulée", None),
            ("je n'ai pas suivi la formation initiale", None),
            (
                "c'est en production, la base école n'a rien",
                Some(Production),
            ),
            ("C'est en formation, la prod imprime bien.", Some(Training)),
            (
                "En prod, la base école affiche tout correctement",
                Some(Production),
            ),
            (
                "En formation, en prod les fiches sortent bien",
                Some(Training),
            ),
            (
                "Cela ne se produit pas sur la plateforme d'entraînement.",
                Some(Production),
            ),
            (
                "Bloquant en régulation. Formation non concernée.",
                Some(Production),
            ),
            ("ça ne le fait pas sur la base école", Some(Production)),
            ("l'incident n'existe pas en formation", Some(Production)),
            ("Sur la base de formation je ne sais pas.", None),
            (
                "On a tenu trois jours en formation sans jamais voir ça, là c'est la prod.",
                Some(Production),
            ),
            (
                "en production la carte s'affiche bien mal",
                Some(Production),
            ),
            (
                "Production only, the training instance exports fine.",
                Some(Production),
            ),
            (
                "We use the live platform, I never go on training.",
                Some(Production),
            ),
            (
                "Concerning the environment: real, not school.",
                Some(Production),
            ),
        ] {
            let expected = expected.map(|which| Reading::Present(Value::Environment(which)));
            assert_eq!(value(said(text)), expected, "{text}");
        }
    }

    #[test]
    fn nobody_knows_which_environment_it_is() {
        for text in [
            "Pour l'environnement je ne sais pas vous répondre, il n'y a qu'une icône.",
            "Prod ou formation, aucune idée.",
            "Je ne sais pas sur quel environnement je travaille",
            "L'environnement ? Je l'ignore",
        ] {
            assert_eq!(value(said(text)), Some(Reading::Unknown), "{text}");
        }
        for text in [
            "Je ne sais pas pourquoi. C'est notre environnement de travail.",
            "l'environnement est bruyant",
        ] {
            assert_eq!(value(said(text)), None, "{text}");
        }
    }

    #[test]
    fn an_environment_that_is_denied_or_works_is_not_the_one() {
        for (text, expected) in [
            (
                "En bac à sable tout va bien, donc c'est la prod.",
                Some(Production),
            ),
            (
                "Ça marche en formation mais pas en production.",
                Some(Production),
            ),
            (
                "Exercice sur la base d'entraînement, pas d'impact sur le réel.",
                Some(Training),
            ),
            ("Nous étions en simulation.", Some(Training)),
            ("sur la plateforme CESU, rien en réel", Some(Training)),
            ("C'est du vrai, pas de l'exercice.", Some(Production)),
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
            (
                "vous avez noté la production alors qu'il s'agit de la formation",
                Some(Training),
            ),
            (
                "Sur l'environnement école plus rien ne démarre, en prod je n'ai rien vu",
                Some(Training),
            ),
            (
                "Rien constaté en prod, c'est sur la base école",
                Some(Training),
            ),
            (
                "en prod, je n'ai pas accès à la base école",
                Some(Production),
            ),
            (
                "c'est la production, nous n'avons pas de base école",
                Some(Production),
            ),
            ("en formation ça ne le fait pas", Some(Production)),
            ("en prod je ne vois rien", Some(Production)),
            ("pas d'accès à la prod", Some(Production)),
            ("lent sur le système productif", Some(Production)),
            ("Produktion, seit 8 Uhr", Some(Production)),
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
            (
                "Production (la formation n'a pas le bandeau)",
                Some(Production),
            ),
            (
                "prod (nos élèves n'ont pas de base école)",
                Some(Production),
            ),
            ("base école", Some(Training)),
            ("le bac à sable", Some(Training)),
            ("version de démonstration", Some(Training)),
            ("plateforme école", Some(Training)),
            ("le simulateur", Some(Training)),
            ("base réelle", Some(Production)),
            ("environnement réel", Some(Production)),
            ("le vrai portail", Some(Production)),
            ("formation, pas la prod", Some(Training)),
            ("formation uniquement, la prod imprime bien", Some(Training)),
            ("prod seulement ; formation à vérifier", Some(Production)),
            ("training only, live looks fine to me", Some(Training)),
            ("formation, production ? production", Some(Production)),
            ("production / formation : formation", Some(Training)),
            ("formation, production => production", Some(Production)),
            ("?e : formation, production ? production", Some(Production)),
            (
                "formation, production ? production (c'était un exercice mais sur la vraie base)",
                Some(Production),
            ),
            ("production, pendant un exercice", Some(Production)),
            (
                "production (vu lors de la session de formation)",
                Some(Production),
            ),
            ("un exercice", Some(Training)),
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
