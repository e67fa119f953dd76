//! Answers to « which part of the portal », and what people write beside it: the environment, that
//! they don't know its name.

use super::{Reader, one_line};
use crate::domain::field::{FieldName, Reading, Value};
use crate::domain::form::LabelName;
use crate::extract::choose::{Pool, Rank};
use crate::extract::label::Answered;
use crate::extract::{answer, entity, environment};
use crate::text::fold;
use std::ops::Range;

impl Reader<'_> {
    pub(super) fn feature(&self, answered: &Answered, pool: &mut Pool) {
        let name = FieldName::Feature;
        let text = answered.words.text.as_str();
        let evidence = self.whole(answered, 0.95);
        // « cartographie, position 3 »: where in the room is no part of the portal.
        // « formulaire du bilan, production », « SI-SAMU (production) »
        let text = match environment_beside(text) {
            Some((rest, range)) => {
                self.environment_by_the_way(answered, range, pool);
                &text[..rest]
            }
            None => text,
        };
        let text = match leading_environment(text) {
            Some((range, rest)) => {
                self.environment_by_the_way(answered, range, pool);
                &text[rest..]
            }
            None => text,
        };
        let part = text
            .match_indices(", ")
            .find(|(at, _)| {
                [
                    "position",
                    "poste",
                    "salle",
                    "bureau",
                    "prod",
                    "formation",
                    "en prod",
                    "env",
                ]
                .iter()
                .any(|place| text[at + 2..].to_lowercase().starts_with(place))
            })
            .map_or(text, |(at, _)| &text[..at]);
        // « Application : SI-SAMU (production) » names the whole, whatever fails in it.
        let whole: String = fold(part).chars().filter(|c| c.is_alphabetic()).collect();
        let rank = if matches!(
            whole
                .trim_end_matches("production")
                .trim_end_matches("prod"),
            "sisamu" | "applicationsisamu" | "logicielsisamu"
        ) {
            Rank::Signature
        } else {
            self.rank
        };
        let part = unhedged(part);
        pool.add(
            name,
            rank,
            Reading::Present(Value::Text(one_line(part))),
            evidence,
        );
    }

    /// What `range` of an answer about something else says of the environment.
    fn environment_by_the_way(&self, answered: &Answered, range: Range<usize>, pool: &mut Pool) {
        let Some(found) = environment::answer(&answered.words.text[range.clone()]) else {
            return;
        };
        let evidence = self.evidence(answered, range, 0.85);
        let rank = Rank::Prose.max(self.rank);
        pool.add(FieldName::Environment, rank, found.reading, evidence);
    }

    /// Whether the answer is an entity that the gazetteer knows and nothing else says which.
    pub(super) fn is_entity(&self, text: &str) -> bool {
        let given = self.voice.labelled.answers.iter().any(|answered| {
            answered.name == LabelName::Field(FieldName::Entity) && !answered.words.text.is_empty()
        });
        let known = entity::answer(text).is_some_and(|found| {
            matches!(
                found.reading,
                Reading::Present(Value::Entity { id: Some(_), .. })
            ) && found.span.start <= 4
        });
        !given && known
    }
}

/// « je dirais le bandeau d'appel », « a priori la carte »: what is named, without the doubt.
fn unhedged(text: &str) -> &str {
    const HEDGES: [&str; 22] = [
        "je dirais plutôt ",
        "je dirais que c'est ",
        "je dirais ",
        "je pense que c'est ",
        "je pense à ",
        "je pense ",
        "je crois que c'est ",
        "je crois ",
        "a priori ",
        "à priori ",
        "sans doute ",
        "sûrement ",
        "probablement ",
        "certainement ",
        "peut-être ",
        "c'est ",
        "c’est ",
        "il s'agit de ",
        "il s'agit du ",
        "on dirait ",
        "plutôt ",
        "euh ",
    ];
    let mut rest = text.trim_start();
    // At most three doubts stand before one name.
    for _ in 0..3 {
        let cut = HEDGES.iter().find(|hedge| {
            rest.get(..hedge.len())
                .is_some_and(|head| head.to_lowercase() == **hedge)
        });
        let Some(hedge) = cut else { break };
        let behind = rest[hedge.len()..].trim_start_matches([',', ' ']);
        if behind.chars().filter(|c| c.is_alphabetic()).count() < 3 {
            break;
        }
        rest = behind;
    }
    rest
}

/// What is said before « …, je ne connais pas le nom ».
pub(super) fn known_part(text: &str) -> Option<std::ops::Range<usize>> {
    const EMPTY: &str = "bonne question|alors|franchement|ma foi|euh|ben|bah|desole|desolee|aucun|aucune|rien|pas |non|je |on |nous |moi|la|ca|honnetement|sorry";
    if !answer::is_unknown(text) {
        return None;
    }
    let cut = text.find([',', ';', '(', '–', '—', '.'])?;
    let known = text[..cut].trim_end();
    let folded = crate::text::fold(known);
    let said = known.chars().filter(|c| c.is_alphabetic()).count() >= 4
        && !answer::is_unknown(known)
        && !EMPTY
            .split('|')
            .any(|word| folded == word || word.ends_with(' ') && folded.starts_with(word));
    (said && answer::is_unknown(&text[cut..])).then_some(0..known.len())
}

/// How people name an environment, alone, beside a part of the portal.
const ENVIRONMENTS: &str = "production|prod|en production|en prod|formation|en formation|base ecole|base de formation|bac a sable|sandbox|training|\
        environnement de production|environnement de formation|portail de production|plateforme de formation|environnement production|env prod|live|\
        sur la prod|sur la production|sur la base ecole|env. prod|base de production";

fn is_environment(folded: &str) -> bool {
    ENVIRONMENTS.split('|').any(|word| word == folded)
}

/// « PROD, les rappels programmés », « Base école – scénarios »: the environment's bytes, and where
/// the part begins behind it.
fn leading_environment(text: &str) -> Option<(std::ops::Range<usize>, usize)> {
    let cut = text.find([',', '/', '–', '—', ';', ':', '-'])?;
    let mark = text[cut..].chars().next()?.len_utf8();
    let environment = text[..cut].trim_end();
    let rest = text[cut + mark..].trim_start();
    (is_environment(&crate::text::fold(environment))
        && rest.chars().filter(|c| c.is_alphabetic()).count() >= 3)
        .then(|| (0..environment.len(), text.len() - rest.len()))
}

/// An environment that a part of the portal is answered with, at its end: where the rest ends, and
/// the environment's bytes.
pub(super) fn environment_beside(text: &str) -> Option<(usize, std::ops::Range<usize>)> {
    let trimmed = text.trim_end_matches(['.', ' ', ')']);
    let cut = trimmed
        .rfind([',', '(', '/', '–', '—', ';'])
        .filter(|cut| *cut > 0)?;
    let mark = trimmed[cut..].chars().next()?.len_utf8();
    let start =
        cut + mark + (trimmed[cut + mark..].len() - trimmed[cut + mark..].trim_start().len());
    let folded = crate::text::fold(&trimmed[start..]);
    is_environment(&folded).then(|| (trimmed[..cut].trim_end().len(), start..trimmed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_described_is_an_answer_though_its_name_is_not_known() {
        for (text, known) in [
            (
                "la colonne avec les petits drapeaux, je ne connais pas le nom",
                "la colonne avec les petits drapeaux",
            ),
            (
                "le bandeau du haut (je ne sais pas comment ça s'appelle)",
                "le bandeau du haut",
            ),
            (
                "l'écran bleu des gardes ; aucune idée du nom",
                "l'écran bleu des gardes",
            ),
        ] {
            assert_eq!(
                known_part(text).map(|range| &text[range]),
                Some(known),
                "{text}"
            );
        }
        for text in [
            "je ne sais pas",
            "Bonne question, je ne sais pas",
            "moi, je ne sais pas",
            "aucune, je ne sais pas",
            "la carte",
        ] {
            assert_eq!(known_part(text), None, "{text}");
        }
    }

    #[test]
    fn a_doubt_before_the_name_is_left_out() {
        for (text, part) in [
            ("je dirais le bandeau d'appel", "le bandeau d'appel"),
            ("A priori, la carte", "A priori, la carte"),
            ("a priori la carte", "la carte"),
            ("Je pense que c'est le module lits", "le module lits"),
            ("euh je dirais la carto", "la carto"),
            ("carte", "carte"),
        ] {
            assert_eq!(unhedged(text), part, "{text}");
        }
    }

    #[test]
    fn an_environment_may_stand_before_the_part() {
        for (text, part) in [
            (
                "PROD, les rappels programmés",
                Some("les rappels programmés"),
            ),
            ("Base école – scénarios", Some("scénarios")),
            ("production : annuaire", Some("annuaire")),
            ("carte, bilan", None),
            ("production", None),
            ("prod, 2", None),
        ] {
            let found = leading_environment(text).map(|(_, rest)| &text[rest..]);
            assert_eq!(found, part, "{text}");
        }
    }

    #[test]
    fn an_environment_may_stand_beside_the_part() {
        for (text, part, environment) in [
            (
                "formulaire « bilan » du portail, production",
                "formulaire « bilan » du portail",
                "production",
            ),
            ("SI-SAMU (prod)", "SI-SAMU", "prod"),
            ("carte / base école", "carte", "base école"),
        ] {
            let found = environment_beside(text).map(|(rest, range)| (&text[..rest], &text[range]));
            assert_eq!(found, Some((part, environment)), "{text}");
        }
        for text in [
            "production",
            "planning de formation",
            "carte, bilan",
            "l'export de la production",
        ] {
            assert_eq!(environment_beside(text), None, "{text}");
        }
    }
}
