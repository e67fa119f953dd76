//! Answers that choose: production or training, yes or no, always, sometimes or never; and the
//! ways of saying « I don't know », « me » and « this address ».

use super::cues::{Cues, Group};
use super::token::Answer;
use crate::domain::field::{Environment, Frequency, Reading, Reason, Value};
use crate::text::{Folded, fold};
use std::ops::Range;

/// Whether the answer says that the declarant does not know or that it does not apply.
#[must_use]
pub fn is_unknown(text: &str) -> bool {
    const WHOLE: &str = "nsp|ne sait pas|inconnu|inconnue|sans objet|non concerne|non applicable|\
        n/a|na|so|unknown|sais pas|ignore|a determiner|non communique|non connu|pas d'idee|aucune idee";
    let folded = fold(text);
    let said = bare(&folded);
    one_of(WHOLE, said)
        || Cues::scan(&folded).has(Group::Unknown)
            && !contains_one("si c'est|pourquoi|mais ", &folded)
}

/// Whether the answer points to the declarant: « moi », « idem », « lui-même ».
#[must_use]
pub fn is_self(text: &str) -> bool {
    const WHOLE: &str = "moi|moi-meme|moi meme|idem|id|le declarant|la declarante|declarant|lui-meme|\
        lui meme|elle-meme|elle meme|le meme|la meme|meme|meme personne|idem declarant|myself|me|same|\
        mon compte|moi uniquement|moi seul|moi seule|uniquement moi|que moi|mon poste|seulement moi|\
        idem que le declarant|idem que declarant|c'est moi|juste moi";
    const END: &str = "(me)|(moi)|(moi-meme)|(idem)";
    const START: &str = "moi (|moi,|moi-meme (|moi-meme,|idem (|moi uniquement|idem,|moi seul";
    let folded = fold(text);
    one_of(WHOLE, bare(&folded))
        || END.split('|').any(|end| folded.trim_end().ends_with(end))
        || (folded.len() < 60
            && !folded.contains(" et ")
            && START
                .split('|')
                .any(|start| folded.trim_start().starts_with(start)))
}

/// Whether the answer points to the address that the message came from.
#[must_use]
pub fn is_this_address(text: &str) -> bool {
    const CUES: &str = "celle-ci|celle ci|celui-ci|celui ci|cette adresse|cette boite|ce mail|la mienne|\
        le mien|ci-dessus|ci dessus|idem|mon adresse|meme adresse|celle de ce|expediteur|cet email|\
        cet e-mail|this one|celle d'envoi|celle de l'envoi|this address";
    let folded = fold(text);
    folded.len() < 70 && (contains_one(CUES, &folded) || bare(&folded) == "moi")
}

fn bare(folded: &str) -> &str {
    folded.trim_matches(|c: char| !c.is_alphanumeric())
}

fn one_of(list: &str, word: &str) -> bool {
    list.split('|').any(|item| item == word)
}

fn contains_one(list: &str, text: &str) -> bool {
    list.split('|').any(|item| text.contains(item))
}

/// The address in an answer or a line, lower case, with its bytes.
#[must_use]
pub fn address(text: &str) -> Option<(String, Range<usize>)> {
    let at = text.find('@')?;
    let local = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    let domain = |c: char| c.is_alphanumeric() || ".-".contains(c);
    let start = text[..at]
        .char_indices()
        .rev()
        .take_while(|(_, c)| local(*c))
        .last()
        .map(|(start, _)| start)?;
    let length: usize = text[at + 1..]
        .chars()
        .take_while(|c| domain(*c))
        .map(char::len_utf8)
        .sum();
    let mut end = at + 1 + length;
    while text[..end].ends_with(['.', '-']) {
        end -= 1;
    }
    let found = text.get(start..end)?;
    let (_, host) = found.split_once('@')?;
    let top = host.rsplit('.').next().unwrap_or_default();
    (host.contains('.')
        && !host.contains("..")
        && top.chars().count() >= 2
        && top.chars().all(char::is_alphabetic))
    .then(|| (found.to_lowercase(), start..end))
}

/// The answer to « environnement concerné ».
#[must_use]
pub fn environment(text: &str) -> Option<Answer> {
    let found = environments(text);
    let span = found.first()?.span.start..found.last()?.span.end;
    let affirmed = |which| found.iter().any(|e| e.which == which && !e.denied);
    let denied = |which| found.iter().any(|e| e.which == which && e.denied);
    let production = affirmed(Environment::Production);
    let training = affirmed(Environment::Training);
    let reading = match (production, training) {
        (true, true) => Reading::Unclear(Reason::BothEnvironments),
        (true, false) => Reading::Present(Value::Environment(Environment::Production)),
        (false, true) => Reading::Present(Value::Environment(Environment::Training)),
        // « pas en prod »: then it is the other.
        (false, false) if denied(Environment::Production) && !denied(Environment::Training) => {
            Reading::Present(Value::Environment(Environment::Training))
        }
        (false, false) if denied(Environment::Training) && !denied(Environment::Production) => {
            Reading::Present(Value::Environment(Environment::Production))
        }
        (false, false) => return None,
    };
    let span = found
        .iter()
        .find(|e| !e.denied && production != training)
        .map_or(span, |e| e.span.clone());
    Some(Answer { reading, span })
}

/// An environment named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Which.
    pub which: Environment,
    /// « pas en prod », « pas vu en formation ».
    pub denied: bool,
}

/// The environments that an answer names, in order.
#[must_use]
pub fn environments(text: &str) -> Vec<Named> {
    let folded = Folded::new(text);
    let mut found = words(&folded)
        .filter_map(|(word, range)| {
            let which = match word {
                "production" | "prod" | "reel" | "live" | "exploitation" | "reelle" | "reelles"
                | "prd" | "reels" | "vrai" | "vraie" | "operationnel" | "operationnelle"
                | "officiel" | "officielle" => Environment::Production,
                "formation" | "form" | "ecole" | "sandbox" | "training" | "bac" | "formations"
                | "entrainement" | "demo" | "demonstration" | "simulation" | "simulateur"
                | "pedagogique" | "exercice" | "apprentissage" => Environment::Training,
                _ => return None,
            };
            if word == "bac" && !folded.as_str()[range.end..].starts_with(" a sable") {
                return None;
            }
            Some(Named {
                denied: is_denied(&folded.as_str()[..range.start]),
                span: folded.original(range),
                which,
            })
        })
        .collect::<Vec<_>>();
    // « les deux »: both are meant.
    if found.is_empty() {
        for cue in ["les deux", "les 2", "both"] {
            if let Some(at) = folded.as_str().find(cue) {
                let span = folded.original(at..at + cue.len());
                found = [Environment::Production, Environment::Training]
                    .map(|which| Named {
                        span: span.clone(),
                        which,
                        denied: false,
                    })
                    .to_vec();
                break;
            }
        }
    }
    found
}

/// Whether the words before end in a negation that has not been closed by a comma or a « mais ».
pub(super) fn is_denied(before: &str) -> bool {
    let clause = before
        .rsplit([',', ';', '.', ':', '\n', '('])
        .next()
        .unwrap_or_default();
    let mut last = clause
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .rev()
        .take(6)
        .collect::<Vec<_>>();
    last.reverse();
    let mut denied = false;
    for (index, word) in last.iter().enumerate() {
        match *word {
            "pas" | "non" | "hors" | "sauf" | "not" | "jamais" | "ni" | "aucun" | "sans" => {
                // « plus rien en prod » and « pas d'accès à la prod » deny something else.
                denied = !matches!(
                    last.get(index + 1),
                    Some(&"d" | &"de" | &"acces" | &"seulement" | &"que")
                );
            }
            "mais" | "but" => denied = false,
            _ => {}
        }
    }
    denied
}

/// The answer to « la vérification des pré-requis a-t-elle été réalisée ? » (ruling 9).
#[must_use]
pub fn prerequisites(text: &str) -> Option<Answer> {
    let folded = Folded::new(text);
    let whole = folded.original(0..folded.as_str().len());
    let said = folded.as_str().trim();
    let reading = |value| {
        Some(Answer {
            reading: Reading::Present(Value::YesNo(value)),
            span: whole.clone(),
        })
    };
    const WHAT: &str = "c'est quoi|qu'est-ce que|qu'est ce que|kesako|what is|what are";
    if is_unknown(text) || contains_one(WHAT, said) {
        return Some(Answer {
            reading: Reading::Unknown,
            span: whole,
        });
    }
    let first = said
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    match first {
        "oui" | "yes" | "ok" | "ouais" | "o" | "x" | "y" if !said.starts_with("oui et non") => {
            return reading(true);
        }
        "non" | "no" | "n" | "nan" if !said.contains("non conforme") => return reading(false),
        _ => {}
    }
    let cues = Cues::scan(folded.as_str());
    if cues.has(Group::PrerequisitesNo) {
        return reading(false);
    }
    if cues.has(Group::PrerequisitesYes) {
        return reading(true);
    }
    None
}

/// The answer to « l'incident peut-il être reproduit ? », or how often a sentence says it happens.
#[must_use]
pub fn frequency(text: &str) -> Option<Answer> {
    let folded = Folded::new(text);
    let whole = folded.original(0..folded.as_str().len());
    if is_unknown(text) && how_often(&folded).is_none() {
        return Some(Answer {
            reading: Reading::Unknown,
            span: whole,
        });
    }
    let present = |value, span| {
        Some(Answer {
            reading: Reading::Present(Value::Frequency(value)),
            span,
        })
    };
    if let Some((value, span)) = how_often(&folded) {
        return present(value, span);
    }
    let said = folded.as_str().trim();
    let first = said
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    match first {
        "oui" | "yes" | "ouais" | "o" | "x" | "y" | "reproductible" | "ok" | "affirmatif"
        | "toujours" | "systematique" | "systematiquement" | "always" => {
            present(Frequency::Yes, whole)
        }
        "non" | "no" | "n" | "nan" | "jamais" | "never" | "pas" => present(Frequency::No, whole),
        "parfois" | "quelquefois" | "sometimes" => present(Frequency::Intermittent, whole),
        _ => None,
    }
}

/// How often a sentence says that it happens; « sometimes » before « always », since « toujours,
/// enfin une fois sur deux » means the former.
#[must_use]
pub fn how_often(folded: &Folded) -> Option<(Frequency, Range<usize>)> {
    let text = folded.as_str();
    let cues = Cues::scan(text);
    // « 3 fois sur 3 » is always, whatever « fois sur » may say of other numbers.
    let fraction = |range: &Range<usize>| text[range.clone()].starts_with("fois sur");
    let whole = |range: &Range<usize>| fraction(range) && same_fraction(text, range.start);
    if let Some(range) = cues.of(Group::Sometimes).find(|range| !whole(range)) {
        return Some((Frequency::Intermittent, folded.original(range)));
    }
    if let Some(range) = cues.first(Group::Never) {
        return Some((Frequency::No, folded.original(range)));
    }
    cues.of(Group::Always)
        .find(|range| !is_denied(&text[..range.start]) && (whole(range) || !fraction(range)))
        .map(|range| (Frequency::Yes, folded.original(range)))
}

/// « 3 fois sur 3 », « trois fois sur trois »: `at` is where « fois » begins.
fn same_fraction(text: &str, at: usize) -> bool {
    let many = text[..at]
        .split_whitespace()
        .next_back()
        .unwrap_or_default();
    let all = text[at..].split_whitespace().nth(2).unwrap_or_default();
    !many.is_empty() && bare(many) == bare(all)
}

/// Words of a folded text with their bytes.
fn words(folded: &Folded) -> impl Iterator<Item = (&str, Range<usize>)> {
    let text = folded.as_str();
    let mut at = 0;
    text.split(|c: char| !c.is_alphanumeric()).map(move |word| {
        let range = at..at + word.len();
        at = range.end + text[range.end..].chars().next().map_or(1, char::len_utf8);
        (word, range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(answer: Option<Answer>) -> Option<Reading> {
        answer.map(|answer| answer.reading)
    }

    #[test]
    fn an_environment_is_what_is_affirmed() {
        use Environment::{Production, Training};
        for (text, expected) in [
            ("production", Some(Production)),
            ("en prod bien sûr", Some(Production)),
            ("PRODUCTION", Some(Production)),
            ("en réel", Some(Production)),
            ("production, pas formation", Some(Production)),
            ("prod (pas vu en formation)", Some(Production)),
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
            let expected = expected.map(|e| Reading::Present(Value::Environment(e)));
            assert_eq!(value(environment(text)), expected, "{text}");
        }
        for text in ["formation et production", "les deux", "prod + formation"] {
            assert_eq!(
                value(environment(text)),
                Some(Reading::Unclear(Reason::BothEnvironments)),
                "{text}"
            );
        }
        assert_eq!(environment("le poste 3"), None);
    }

    #[test]
    fn prerequisites_are_checked_not_checked_or_unknown() {
        for (text, expected) in [
            ("oui", Some(true)),
            ("Oui, voir avec M. Pujol", Some(true)),
            ("vérifiés, rien à signaler", Some(true)),
            ("ok", Some(true)),
            ("faite par mes soins vendredi", Some(true)),
            ("tout est bon", Some(true)),
            ("nickel, vu avec la DSI", Some(true)),
            ("non pas faite", Some(false)),
            ("je n'ai rien fait vérifier", Some(false)),
            ("has not been checked by IT yet", Some(false)),
            ("à prévoir", Some(false)),
            ("pas encore", Some(false)),
            ("pas fait", Some(false)),
        ] {
            let expected = expected.map(|e| Reading::Present(Value::YesNo(e)));
            assert_eq!(value(prerequisites(text)), expected, "{text}");
        }
        for text in ["je ne sais pas ce que c'est", "c'est quoi ?", "aucune idée"] {
            assert_eq!(value(prerequisites(text)), Some(Reading::Unknown), "{text}");
        }
    }

    #[test]
    fn frequencies_are_always_sometimes_or_never() {
        use Frequency::{Intermittent, No, Yes};
        for (text, expected) in [
            ("oui", Yes),
            ("oui, à chaque transfert", Yes),
            ("Oui, systématiquement", Yes),
            ("3 fois sur 3.", Yes),
            ("en permanence", Yes),
            ("parfois oui, parfois non", Intermittent),
            ("une fois sur deux", Intermittent),
            ("Yes but not always, maybe 1 time on 5.", Intermittent),
            ("oui mais pas à chaque fois", Intermittent),
            ("non c'est passé", No),
            ("non, pas à la demande", No),
            ("jamais revenu depuis", No),
            ("ça ne s'est produit qu'une fois", No),
            ("impossible à refaire", No),
            ("je n'arrive pas à le provoquer à nouveau", No),
            ("c'est immanquable", Yes),
            ("je reproduis sans peine", Yes),
            ("every single time", Yes),
            ("par à-coups", Intermittent),
            ("once in a while", Intermittent),
            ("aléatoirement", Intermittent),
        ] {
            let expected = Some(Reading::Present(Value::Frequency(expected)));
            assert_eq!(value(frequency(text)), expected, "{text}");
        }
        assert_eq!(value(frequency("je ne sais pas")), Some(Reading::Unknown));
    }

    #[test]
    fn answers_may_point_elsewhere() {
        for text in [
            "moi",
            "Moi-même",
            "idem",
            "lui-même",
            "moi uniquement",
            "Dr Paul Roy (moi)",
        ] {
            assert!(is_self(text), "{text}");
        }
        for text in ["Paul Martin", "moi et Sabrina", "l'équipe"] {
            assert!(!is_self(text), "{text}");
        }
        for text in [
            "celle-ci",
            "celui-ci",
            "cette adresse",
            "la mienne",
            "celle ci-dessus",
        ] {
            assert!(is_this_address(text), "{text}");
        }
        let (found, span) = address("A.Roy@CH-X.example<mailto:a.roy@ch-x.example>").unwrap();
        assert_eq!((found.as_str(), span), ("a.roy@ch-x.example", 0..18));
        assert_eq!(address("a.roy@hopital"), None);
    }
}
