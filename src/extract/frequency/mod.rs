//! How often it happens, and whether it can be had again: always, sometimes, not; or that nobody
//! dared to try.
//!
//! Phrases stand in `cues.txt`; what is read here is what phrases can't hold: « 9 fois sur 10 »,
//! « on n'arrive pas à le reproduire », « refait deux fois, pareil ».

use super::answer::{is_denied, is_unknown};
use super::cues::{Cues, Group};
use super::token::{Answer, Kind, Tokens, number};
use crate::domain::field::{Frequency, Reading, Reason, Value};
use crate::extract::lexicon::mentions;
use crate::text::Folded;
use std::ops::Range;

mod beside;
mod fraction;
mod of_fault;
mod tried;
mod unsure;

use beside::{at_a_later_try, comes_again, easy, is_led_elsewhere, not_with_all, some_and_others};
use fraction::{fraction, of_so_many, per_period, percent};
use of_fault::{is_of_people, is_of_the_fault};
use tried::{retried, untried};
use unsure::{bare_fraction, unsure};

/// What a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Often {
    /// How often.
    Known(Frequency),
    /// It was not tried again.
    Untried,
    /// The writer does not know.
    Unknown,
}

impl Often {
    /// As a field's reading; `words` are those that say so.
    #[must_use]
    pub fn reading(self, words: &str) -> Reading {
        match self {
            Self::Known(frequency) => Reading::Present(Value::Frequency(frequency)),
            Self::Untried => Reading::Unclear(Reason::NotClear {
                read: words.trim().to_owned(),
            }),
            Self::Unknown => Reading::Unknown,
        }
    }
}

/// To have it again; those of the second list want an object that is the fault.
const AGAIN: &str = "reproduire|reproduis|reproduit|reproduits|reproduite|reproduisons|reproduisent|reprovoquer|provoquer|reproductible|reproductibles|\
    reproduced|reproduce|reproducible|reproduisible|rejouer|reproduction";
const REDO: &str = "remontrer|redemontrer|refaire|refait|refais|refaisons|retrouver|ravoir|redo|repeat|recommencer";
const FAULT: &str = "le|la|l|probleme|bug|beug|incident|erreur|manip|manipulation|manoeuvre|ca|cela|test|essai|souci|phenomene|anomalie|it|that|blocage|panne|coup|pb";
const NOT: &str =
    "pas|plus|jamais|impossible|not|cannot|couldn|unable|non|aucun|sans|can|rien|never|pu";
/// Reads a sentence of running text; where in it.
#[must_use]
pub fn said(text: &str) -> Option<(Often, Range<usize>)> {
    let folded = Folded::new(text);
    let cues = Cues::scan(folded.as_str());
    let tokens = Tokens::new(text);
    let known = |frequency, range| Some((Often::Known(frequency), range));
    if let Some((frequency, range)) = fraction(&tokens)
        .or_else(|| of_so_many(&tokens))
        .or_else(|| percent(&tokens))
    {
        return known(frequency, range);
    }
    if let Some(range) = per_period(&tokens)
        .or_else(|| not_with_all(&tokens))
        .or_else(|| at_a_later_try(&tokens))
        .or_else(|| some_and_others(&tokens))
    {
        return known(Frequency::Intermittent, range);
    }
    let lower = folded.as_str();
    let fractions = |range: &Range<usize>| lower[range.clone()].starts_with("fois sur");
    // « et ça revient en arrière »: somewhere, not now and then.
    let elsewhere = |range: &Range<usize>| {
        lower[range.clone()].ends_with("revient")
            && [" en ", " a l", " au ", " sur ", " a la "]
                .iter()
                .any(|place| lower[range.end..].starts_with(place))
    };
    // « essayé beaucoup de fois »: how often it was tried.
    let tries = |range: &Range<usize>| {
        lower[range.clone()].ends_with("des fois")
            && ["beaucoup ", "plein ", "plus ", "la plupart "]
                .iter()
                .any(|many| lower[..range.start].ends_with(many))
    };
    if let Some(range) = cues.of(Group::Sometimes).find(|range| {
        !fractions(range)
            && !elsewhere(range)
            && !tries(range)
            && !is_of_people(&lower[..range.start], &lower[range.end..])
    }) {
        return known(Frequency::Intermittent, folded.original(range));
    }
    if let Some((frequency, range)) = tried::bare(&tokens)
        .or_else(|| tried::echoed(&tokens))
        .or_else(|| tried::came_again(&tokens))
    {
        return known(frequency, range);
    }
    if let Some(range) = unsure::lone_fraction(&tokens) {
        return known(Frequency::Intermittent, range);
    }
    if let Some(range) = easy(&tokens) {
        return known(Frequency::Yes, range);
    }
    if let Some((often, range)) = untried(&tokens) {
        return Some((often, range));
    }
    // « could not reproduce it on the training base »
    let there = |range: &Range<usize>| {
        let again = &lower[range.clone()];
        let said = ["reprod", "refaire"]
            .iter()
            .any(|word| again.contains(word));
        let behind = Tokens::new(&lower[range.end..]);
        let next = usize::from(behind.among(0, "it|le|l|ca|cela"));
        said && is_led_elsewhere(&behind, next)
    };
    // « ne remonte plus rien depuis 19h30 » fails on; « cela ne part pas une seule fois » always.
    let fails = |range: &Range<usize>| {
        let cue = &lower[range.clone()];
        let behind = &lower[..range.start];
        match cue {
            "plus rien depuis" => behind
                .split_whitespace()
                .rev()
                .take(3)
                .any(|word| word == "ne" || word.starts_with("n'")),
            "une seule fois" => behind.ends_with("pas "),
            _ => false,
        }
    };
    if let Some(range) = cues
        .of(Group::Never)
        .find(|range| !there(range) && !fails(range))
    {
        return known(Frequency::No, folded.original(range));
    }
    if let Some(range) = unsure(&tokens) {
        return Some((Often::Unknown, range));
    }
    if let Some((often, range)) = again(&tokens) {
        return Some((often, range));
    }
    if let Some((frequency, range)) = retried(&tokens) {
        return known(frequency, range);
    }
    cues.of(Group::Always)
        .find(|range| {
            !fractions(range)
                && !is_denied(&lower[..range.start])
                && is_of_the_fault(
                    &lower[..range.start],
                    &lower[range.clone()],
                    &lower[range.end..],
                )
        })
        .and_then(|range| known(Frequency::Yes, folded.original(range)))
}

/// « reproduit à l'identique », « impossible de le refaire », « je ne sais pas si c'est
/// reproductible ».
fn again(tokens: &Tokens) -> Option<(Often, Range<usize>)> {
    for at in 0..tokens.len() {
        let redo = tokens.among(at, REDO)
            && ((at.saturating_sub(1)..at).any(|near| tokens.among(near, "le|l|la|it"))
                || (at + 1..(at + 3).min(tokens.len())).any(|near| tokens.among(near, FAULT) && !tokens.among(near, "le|la|l"))
                || (at + 1..(at + 4).min(tokens.len())).any(|near| tokens.among(near, "probleme|bug|incident|erreur|manip|manipulation|test|essai|souci|anomalie|panne")));
        if !tokens.among(at, AGAIN) && !redo {
            continue;
        }
        let from = clause_start(tokens, at);
        let span = tokens.span(from.max(at.saturating_sub(8)), at + 1);
        if (from..at).any(|near| {
            tokens.among(near, "sais|sait|savons|ignore|know")
                && (near.saturating_sub(2)..near + 3)
                    .any(|not| tokens.among(not, "pas|ignore|not|don"))
        }) {
            return Some((Often::Unknown, span));
        }
        let denied = (from.max(at.saturating_sub(9))..at).any(|near| denies(tokens, near));
        if denied && is_led_elsewhere(tokens, at + 1) {
            continue;
        }
        // « on a tenté de le provoquer à nouveau, sans succès »
        let in_vain = (from.max(at.saturating_sub(6))..at)
            .any(|near| tokens.among(near, "tente|essaye|essayer|cherche|voulu|tried"))
            && (at + 1..at + 6).any(|near| {
                tokens
                    .any_phrase(near, "sans succes|en vain|sans resultat|sans y parvenir|sans y arriver|without success")
                    .is_some()
            });
        let denied = denied || in_vain;
        if denied {
            return Some((Often::Known(Frequency::No), span));
        }
        let able = (from.max(at.saturating_sub(6))..at).any(|near| {
            tokens.among(near, "peux|peut|pouvons|pouvez|arrive|arrivons|facile|facilement|aise|simple|parviens|reussi|pu|easy|can|possible|bien|reussis|sait|sais|easily")
        });
        let participle = tokens.among(at, "reproduit|reproduits|reproduite|reproduced")
            && !(from..at).any(|near| tokens.among(near, "se|s|sera|si|etait|sest|soit"));
        let comes = tokens.is(at, &["reproduit"]) && comes_again(tokens, at, from);
        let stated = comes
            || tokens.among(
                at,
                "reproductible|reproducible|reproduisible|reproduis|reproduisons",
            );
        if (able && (tokens.among(at, AGAIN) || redo)) || participle || stated {
            return Some((Often::Known(Frequency::Yes), span));
        }
    }
    None
}

/// Whether the word denies that it can be had again: « sans problème » and « bien pu » do not.
fn denies(tokens: &Tokens, at: usize) -> bool {
    if tokens.is(at, &["impossible"])
        || tokens.is(at, &["mal"]) && tokens.is(at.wrapping_sub(1), &["du"])
    {
        return true;
    }
    let easily =
        tokens.among(at, "sans") && tokens.among(at + 1, "probleme|souci|peine|mal|difficulte");
    let can = tokens.is(at, &["can"]) && !tokens.sign(at + 1, b'\'');
    let able = tokens.is(at, &["pu", "rien"])
        && (at.saturating_sub(2)..at).all(|not| !tokens.among(not, "pas|ne|n"));
    tokens.among(at, NOT) && !tokens.among(at + 1, "de|d|acces") && !easily && !can && !able
}

fn clause_start(tokens: &Tokens, at: usize) -> usize {
    let mut from = at;
    while from > 0 && at - from < 14 {
        let stop = matches!(
            tokens.get(from - 1).map(|token| token.kind),
            Some(Kind::Sign(b'.' | b'!' | b'?' | b';' | b',' | b'(' | b':'))
        ) || tokens.among(from - 1, "mais|but");
        if stop {
            break;
        }
        from -= 1;
    }
    from
}

/// The answer to « l'incident peut-il être reproduit ? ».
#[must_use]
pub fn answer(text: &str) -> Option<Answer> {
    let folded = Folded::new(text);
    let whole = 0..text.len();
    let lower = folded.as_str().trim();
    let present = |value| {
        Some(Answer {
            reading: Reading::Present(Value::Frequency(value)),
            span: whole.clone(),
        })
    };
    let tokens = Tokens::new(text);
    let one_of = |list: &'static str| mentions(list, lower);
    // « un sur quatre environ », « roughly one out of three »
    if let Some((frequency, _)) = bare_fraction(&tokens) {
        return present(frequency);
    }
    // « 3/5 », « 5 sur 5 »
    if let Some((many, next)) = number(&tokens, 0, 2).or_else(|| {
        let at = (0..tokens.len()).find(|at| tokens.number(*at, 2).is_some())?;
        (tokens.sign(at + 1, b'/'))
            .then(|| number(&tokens, at, 2))
            .flatten()
    }) && (tokens.sign(next, b'/') || tokens.is(next, &["sur"]))
        && let Some((all, end)) = number(&tokens, next + 1, 2)
        && !tokens.sign(end, b'/')
        && all > 0
    {
        return present(match many {
            0 => Frequency::No,
            many if many >= all => Frequency::Yes,
            _ => Frequency::Intermittent,
        });
    }
    let said = said(text);
    let doubtful = said
        .as_ref()
        .is_none_or(|(often, _)| !matches!(often, Often::Known(_)));
    if doubtful && (is_unknown(text) || one_of("sais pas|sait pas|aucune idee|pas d'idee|ignore")) {
        return Some(Answer {
            reading: Reading::Unknown,
            span: whole,
        });
    }
    if one_of("oui et non|ca depend|selon les|pas forcement") {
        return present(Frequency::Intermittent);
    }
    if let Some((often, span)) = said {
        return Some(Answer {
            reading: often.reading(text),
            span,
        });
    }
    if one_of(
        "pas essaye|pas teste|pas tente|pas verifie|non teste|not tried|not tested|a tester|a verifier|a voir|pas re-|a confirmer",
    ) {
        return Some(Answer {
            reading: Often::Untried.reading(text),
            span: whole,
        });
    }
    let has = |words: &'static str| (0..tokens.len()).any(|at| tokens.among(at, words));
    let first = (0..tokens.len())
        .find(|at| !tokens.word(*at).is_empty())
        .map_or("", |at| tokens.word(at));
    match first {
        "oui" | "yes" | "ouais" | "o" | "x" | "y" | "reproductible" | "ok" | "affirmatif"
        | "toujours" | "systematique" | "systematiquement" | "always" | "tjs" | "tjrs" | "tt"
        | "oue" | "ui" | "si" => present(Frequency::Yes),
        "non" | "no" | "n" | "nan" | "jamais" | "never" | "pas" | "negatif" | "nope" => {
            present(Frequency::No)
        }
        "parfois" | "quelquefois" | "sometimes" => present(Frequency::Intermittent),
        _ if one_of(
            "souvent|frequent|plupart du temps|regulierement|rarement|presque toujours|quasi|de plus en plus|often|rarely|most of the time|assez|plusieurs fois|de temps",
        ) =>
        {
            present(Frequency::Intermittent)
        }
        _ if has("oui|yes|ouais") && !has("non|pas") => present(Frequency::Yes),
        _ if one_of(
            "sans probleme|sans souci|facilement|aisement|sans difficulte|quand on veut|a la demande|autant qu",
        ) =>
        {
            present(Frequency::Yes)
        }
        _ if one_of("une fois|1 fois|seule fois|once") => present(Frequency::No),
        _ if has("non|no") && !has("oui") => present(Frequency::No),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Frequency::{Intermittent, No, Yes};

    #[test]
    fn an_answer_is_always_sometimes_or_never() {
        for (text, expected) in [
            ("pas avec toutes les communes", Intermittent),
            ("pas sur tous les dossiers", Intermittent),
            ("impossible de retomber dessus", No),
            ("oui", Yes),
            ("oui, à chaque transfert", Yes),
            ("Oui, systématiquement", Yes),
            ("3 fois sur 3.", Yes),
            ("en permanence", Yes),
            ("a priori oui", Yes),
            ("je pense que oui", Yes),
            ("oui, refait deux fois", Yes),
            ("sans problème", Yes),
            ("oui (5/5)", Yes),
            ("c'est immanquable", Yes),
            ("je reproduis sans peine", Yes),
            ("every single time", Yes),
            ("parfois oui, parfois non", Intermittent),
            ("une fois sur deux", Intermittent),
            ("9 fois sur 10", Intermittent),
            ("Yes but not always, maybe 1 time on 5.", Intermittent),
            ("oui mais pas à chaque fois", Intermittent),
            ("oui et non", Intermittent),
            ("souvent", Intermittent),
            ("la plupart du temps", Intermittent),
            ("rarement", Intermittent),
            ("3/5", Intermittent),
            ("par à-coups", Intermittent),
            ("pas à chaque courrier, un sur quatre environ", Intermittent),
            ("pas sur chaque appel", Intermittent),
            ("not on every call, roughly one out of three", Intermittent),
            ("un bip sur cinq", Intermittent),
            ("ne rate jamais", Yes),
            ("once in a while", Intermittent),
            ("aléatoirement", Intermittent),
            ("non c'est passé", No),
            ("non, pas à la demande", No),
            ("jamais revenu depuis", No),
            ("ça ne s'est produit qu'une fois", No),
            ("une fois", No),
            ("environ un sur trois", Intermittent),
            ("facile à refaire", Yes),
            ("ça se refait facilement", Yes),
            ("reproduit sur commande", Yes),
            ("impossible à refaire", No),
            ("je n'arrive pas à le provoquer à nouveau", No),
        ] {
            let expected = Some(Reading::Present(Value::Frequency(expected)));
            assert_eq!(
                answer(text).map(|answer| answer.reading),
                expected,
                "{text}"
            );
        }
        for text in [
            "je ne sais pas",
            "pas essayé, je ne sais pas",
            "aucune idée",
        ] {
            assert_eq!(
                answer(text).map(|answer| answer.reading),
                Some(Reading::Unknown),
                "{text}"
            );
        }
        for text in ["pas retenté", "je n'ose pas recommencer !", "pas essayé"] {
            let reading = answer(text).map(|answer| answer.reading);
            assert!(
                matches!(reading, Some(Reading::Unclear(_))),
                "{text}: {reading:?}"
            );
        }
    }

    #[test]
    fn whether_it_comes_again_is_not_known() {
        for text in [
            "Pour savoir si ça peut se reproduire je ne sais pas, on n'a pas refait de séance depuis.",
            "Aucune idée si ça se reproduit.",
            "Quant à la reproductibilité, je ne saurais vous dire.",
            "je ne peux pas vous dire si le bug se reproduit",
            "Reproductible, je l'ignore.",
        ] {
            assert_eq!(
                said(text).map(|(often, _)| often),
                Some(Often::Unknown),
                "{text}"
            );
        }
        for text in [
            "Je ne sais pas pourquoi, mais c'est reproductible",
            "C'est reproductible. Aucune idée de la cause.",
        ] {
            assert_eq!(
                said(text).map(|(often, _)| often),
                Some(Often::Known(Yes)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_sentence_tells_how_often() {
        for (text, expected) in [
            (
                "J'ai refait la même chose ensuite, aucun problème.",
                Some(No),
            ),
            ("On a beau recommencer, ça échoue.", Some(Yes)),
            ("ça vient et ça repart", Some(Intermittent)),
            ("pas revu depuis", Some(No)),
            ("À chaque fois on me dit d'attendre.", None),
            ("Reproduit à l'identique par le technicien.", Some(Yes)),
            ("C'est sur chaque appel.", Some(Yes)),
            ("ça arrive à toutes les fiches", Some(Yes)),
            ("« numéro non attribué » à chaque coup", Some(Yes)),
            (
                "J'ai essayé beaucoup des fois et toujours la même chose",
                Some(Yes),
            ),
            ("impossible de vous le remontrer", Some(No)),
            ("je ne peux pas vous le remontrer", Some(No)),
            (
                "Un démarrage sur trois finit par passer.",
                Some(Intermittent),
            ),
            ("deux lancements sur cinq échouent", Some(Intermittent)),
            ("une clôture sur quatre est perdue", Some(Intermittent)),
            ("refait deux fois, pareil", Some(Yes)),
            ("J'ai recommencé trois fois, même résultat.", Some(Yes)),
            ("Essai refait à froid à 22h : même chose.", Some(Yes)),
            ("Testé 3 fois, 3 échecs.", Some(Yes)),
            ("Toujours.", Some(Yes)),
            ("ça ne rate jamais", Some(Yes)),
            ("ça ne loupe jamais, hélas", Some(Yes)),
            ("Toujours la même chose, chaque dossier.", Some(Yes)),
            ("Trois fois j'ai essayé, trois fois la même.", Some(Yes)),
            ("Quatre tentatives, quatre erreurs", Some(Yes)),
            (
                "J'ai demandé un nouveau code une dizaine de fois : toujours rien.",
                Some(Yes),
            ),
            ("J'ai recliqué plusieurs fois, sans succès.", Some(Yes)),
            (
                "J'ai renvoyé le bilan à trois reprises, même erreur",
                Some(Yes),
            ),
            ("un tracé sur trois à peu près", Some(Intermittent)),
            ("deux transferts sur cinq échouent", Some(Intermittent)),
            ("8 envois sur 8 bloqués", Some(Yes)),
            (
                "Ça tient dix minutes, puis ça recommence.",
                Some(Intermittent),
            ),
            ("Trois médecins sur quatre le voient", None),
            ("Deux fois par jour, trois appels.", None),
            ("J'ai cliqué une fois, rien.", None),
            ("Facile à reproduire : cliquer deux fois.", Some(Yes)),
            ("ça le fait à chaque mise à jour", Some(Yes)),
            ("On ne peut pas le reproduire.", Some(No)),
            ("On n'a pas réussi à refaire le problème.", Some(No)),
            ("je ne peux évidemment pas le refaire", Some(No)),
            ("J'ai réessayé, ça ne le fait plus.", Some(No)),
            ("ça plante 2 fois sur 5", Some(Intermittent)),
            ("trois fois sur quatre la carte se fige", Some(Intermittent)),
            ("L'alerte devrait sonner à chaque appel.", None),
            ("Avant on pouvait le faire à chaque fois.", None),
            ("ceux que nous consultons à chaque relève", None),
            ("il faut refaire la saisie", None),
            ("J'ai relancé le navigateur, pareil.", None),
        ] {
            let found = said(text).map(|(often, _)| often);
            assert_eq!(found, expected.map(Often::Known), "{text}");
        }
        for text in [
            "Je ne sais pas si c'est reproductible",
            "je ne sais pas si cela se reproduirait",
            "J'ignore si ça recommencera.",
            "aucune idée si le bug se reproduira",
        ] {
            let unknown = said(text).map(|(often, _)| often);
            assert_eq!(unknown, Some(Often::Unknown), "{text}");
        }
        for text in [
            "je n'ose pas recommencer !",
            "on n'a pas retenté",
            "je n'ai pas essayé de le reproduire",
        ] {
            assert_eq!(
                said(text).map(|(often, _)| often),
                Some(Often::Untried),
                "{text}"
            );
        }
    }
}
