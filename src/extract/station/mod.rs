//! Whether the workstation's prerequisites were checked (ruling 9): what is spoken of, whether a
//! check is affirmed or denied, or that the writer does not know.

use super::answer::is_unknown;
use super::token::{Answer, Kind, Tokens};
use crate::domain::field::{Reading, Value};
use crate::text::Folded;
use std::ops::Range;

mod done;
mod words;

use done::noun_is_done;
use words::{BETWEEN, DENY, STATION, TRADE, words};

/// What a text says of the prerequisites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Yes,
    No,
    Unknown,
}

impl Said {
    fn reading(self) -> Reading {
        match self {
            Self::Yes => Reading::Present(Value::YesNo(true)),
            Self::No => Reading::Present(Value::YesNo(false)),
            Self::Unknown => Reading::Unknown,
        }
    }
}

/// The answer to « la vérification des pré-requis a-t-elle été réalisée ? ».
#[must_use]
pub fn answer(text: &str) -> Option<Answer> {
    let whole = 0..text.len();
    let tokens = Tokens::new(text);
    let first = (0..tokens.len())
        .find(|at| !tokens.word(*at).is_empty())
        .map_or("", |at| tokens.word(at));
    let begins = |phrase: &str| tokens.phrase(0, phrase).is_some();
    let said = match first {
        "oui" | "yes" | "ok" | "ouais" | "o" | "x" | "y" if !begins("oui et non") => {
            Some(Said::Yes)
        }
        "non" | "no" | "n" | "nan" if !begins("non conforme") && !unknown(&tokens, text) => {
            Some(Said::No)
        }
        // « sans objet, le même poste marche avec un autre login »
        _ if begins("sans objet")
            || begins("non applicable")
            || begins("non concerne")
            || begins("not applicable") =>
        {
            Some(Said::Unknown)
        }
        _ if unknown(&tokens, text) => Some(Said::Unknown),
        _ => stated(&tokens, 0, tokens.len(), false),
    };
    said.map(|said| Answer {
        reading: said.reading(),
        span: whole,
    })
}

fn unknown(tokens: &Tokens, text: &str) -> bool {
    is_unknown(text) || ignorant(tokens, 0, tokens.len())
}

/// What a sentence of running text says of the prerequisites, and where. `next` is the sentence
/// behind it, for « Les pré-requis ? Aucune idée. ».
#[must_use]
pub fn said(text: &str, next: &str) -> Option<Answer> {
    let folded = Folded::new(text);
    let lower = folded.as_str();
    // Most sentences speak of nothing of the kind.
    if ![
        "requi",
        "req",
        "poste",
        "post",
        "navig",
        "brows",
        "version",
        "pc",
        "ordi",
        "config",
        "works",
        "station",
        "machine",
        "reseau",
        "techniques",
    ]
    .iter()
    .any(|stem| lower.contains(stem))
    {
        return None;
    }
    let tokens = Tokens::new(text);
    let words = words();
    let answer = |said: Said, at: usize| {
        let span = tokens.span(at, tokens.len());
        Some(Answer {
            reading: said.reading(),
            span,
        })
    };
    let place = station(&tokens);
    let named = (0..tokens.len()).find(|at| words.named.end(&tokens, *at).is_some());
    // « Le poste a été vérifié ? Non, pas encore. »: the answer stands behind the question.
    if text.trim_end().ends_with('?')
        && let Some(at) = named.or(place.as_ref().map(|place| place.start))
        && let Some(found) = self::answer(next)
        && next.split_whitespace().count() <= 12
    {
        return Some(Answer {
            span: tokens.span(at, tokens.len()),
            ..found
        });
    }
    if let Some(at) = named {
        if ignorant(&tokens, 0, tokens.len()) || is_unknown(text) {
            return answer(Said::Unknown, at);
        }
        if let Some(said) = stated(&tokens, 0, tokens.len(), true) {
            return answer(said, at);
        }
        let more = Tokens::new(next);
        if more.len() > 0 && ignorant(&more, 0, more.len()) {
            return answer(Said::Unknown, at);
        }
        let asked = (0..tokens.len()).any(|at| tokens.sign(at, b'?') || tokens.sign(at, b':'));
        return asked
            .then(|| stated(&more, 0, more.len(), true))
            .flatten()
            .and_then(|said| answer(said, at));
    }
    let place = place?;
    // « Je n'ai rien fait vérifier sur mon poste, je n'y connais rien »: the check is told first.
    let whether = (0..place.start + 4).any(|at| tokens.among(at, "si|whether|if"));
    let told = stated(&tokens, 0, tokens.len(), true);
    if ignorant(&tokens, 0, tokens.len()) && (whether || told != Some(Said::No)) {
        return answer(Said::Unknown, place.start);
    }
    let said = told?;
    answer(said, place.start)
}

/// A check of the workstation, or of two things that it is checked for: its tokens.
fn station(tokens: &Tokens) -> Option<Range<usize>> {
    let words = words();
    let mut checks = Vec::new();
    let mut parts: Vec<usize> = Vec::new();
    let mut kinds: Vec<&str> = Vec::new();
    for at in 0..tokens.len() {
        if words.check.end(tokens, at).is_some() {
            checks.push(at);
        }
        if words.parts.end(tokens, at).is_some() {
            let stem = tokens.word(at).trim_end_matches('s');
            if !kinds.contains(&stem) {
                kinds.push(stem);
                parts.push(at);
            }
        }
    }
    // « Chrome à jour, réseau OK », « navigateur, réseau, versions : tout est OK »: their state is told
    // in place of the check.
    let up_to_date = || {
        let told = (0..tokens.len()).any(|at| {
            tokens.any_phrase(at, "a jour|up to date").is_some()
                && !tokens.among(at.wrapping_sub(1), "mise|mises|mis|mettre")
                || kinds.len() >= 3
                    && tokens
                        .any_phrase(at, "tout est ok|tout ok|tout est bon|tout bon|tout est bien|tout est correct|all good|all fine|all ok")
                        .is_some()
        });
        let denied = (0..tokens.len()).any(|at| tokens.among(at, DENY));
        (kinds.len() >= 2 && told && !denied).then(|| parts[0]..tokens.len())
    };
    let Some(check) = checks.first().copied() else {
        return up_to_date();
    };
    // « Les postes ont été validés par la DSI »: people of the trade check more than one thing.
    let by_it = (0..tokens.len()).any(|at| {
        tokens.among(at, TRADE)
            || tokens
                .any_phrase(
                    at,
                    "service info|par l info|avec l info|support local|notre helpdesk",
                )
                .is_some()
    });
    // « J'ai vérifié avec Chrome et Firefox », « testé sur »: tried there, not checked.
    let tried = checks.iter().all(|at| {
        tokens.among(*at, "teste|testes|testee|valide|validee")
            || !tokens.among(at.wrapping_sub(1), "fait|faire")
                && tokens.among(at + 1, "avec|sur|que|qu|si|with|on|le cable|chez")
                // « l'informaticien a tout contrôlé sur le poste »
                && !(by_it && tokens.among(at + 1, "sur|on") && tokens.among(at.wrapping_sub(1), "tout|bien"))
    });
    let two = kinds.len() >= 2 && !tried;
    if two {
        return Some(check.min(parts[0])..tokens.len());
    }
    checks.iter().find_map(|check| {
        if tokens.among(
            *check,
            "teste|testes|testee|diagnostic|valide|validee|valides",
        ) && !by_it
        {
            return None;
        }
        // « rien n'a été vérifié sur ce PC »: nothing was, there.
        let nothing = (check.saturating_sub(5)..*check).any(|at| tokens.among(at, "rien|nothing"))
            && tokens.among(check + 2, "ce|mon|le|nos|notre|les|mes|this|my|l");
        if tokens.among(check + 1, "sur|on")
            && !nothing
            && !tokens.among(check.wrapping_sub(1), "fait|faire")
        {
            return None;
        }
        // Forwards: « vérifié mon poste », « vérification du poste ».
        let end = words.check.end(tokens, *check)?;
        let ahead = (end..tokens.len().min(end + 5))
            .take_while(|at| {
                *at == end
                    || tokens.among(at - 1, BETWEEN)
                    || matches!(tokens.get(at - 1).map(|t| t.kind), Some(Kind::Sign(b'\'')))
            })
            .find(|at| tokens.among(*at, STATION));
        // Backwards: « le poste a été vérifié », « poste non contrôlé ».
        let behind = (check.saturating_sub(9)..*check)
            .rev()
            .take_while(|at| {
                at + 1 == *check
                    || tokens.among(at + 1, BETWEEN)
                    || matches!(
                        tokens.get(at + 1).map(|t| t.kind),
                        Some(Kind::Sign(b'\'' | b'-' | b','))
                    )
            })
            .find(|at| tokens.among(*at, STATION));
        // « vérifié sur deux postes » is another try.
        let certified = tokens.among(
            *check,
            "certifie|certifies|homologue|homologues|qualifie|conforme|conformes",
        );
        let elsewhere = behind
            .filter(|at| !certified || at + 1 != *check)
            .is_some_and(|at| {
                at > 0
                    && (1..=3)
                        .any(|back| at >= back && tokens.is(at - back, &["sur", "on", "depuis"]))
            });
        let at = ahead.or(behind.filter(|_| !elsewhere))?;
        Some(at.min(*check)..tokens.len())
    })
}

fn ignorant(tokens: &Tokens, from: usize, to: usize) -> bool {
    let words = words();
    let known = (from..to).any(|at| {
        tokens.among(
            at,
            "oui|ok|fait|faits|yes|verifie|verifies|controle|controles",
        )
    });
    (from..to).any(|at| {
        words.ignorance.end(tokens, at).is_some()
            && match tokens.word(at) {
                // « vu, voir avec M. Pujol »
                "voir" | "voyez" | "demandez" | "a" => !known,
                // « la liste » is unknown where it is missing; « suivi la liste » is a check.
                "la" => (at.saturating_sub(4)..at).any(|near| tokens.among(near, DENY)),
                "en" | "je" => {
                    tokens.is(at, &["je"])
                        || (at.saturating_sub(4)..at).any(|near| tokens.among(near, DENY))
                }
                "veut" | "signifie" | "recouvrent" | "recouvre" => (at.saturating_sub(12).max(from)
                    ..at)
                    .any(|near| tokens.among(near, "pas|quoi|ignore")),
                _ => true,
            }
    })
}

/// Yes or no, from the words of a check; `prose` wants a word of checking or finishing.
fn stated(tokens: &Tokens, from: usize, to: usize, prose: bool) -> Option<Said> {
    let words = words();
    let mut said = None;
    let mut at = from;
    let mut denied: Option<usize> = None;
    let mut fine = false;
    while at < to {
        if let Some(end) = words.fine.end(tokens, at) {
            fine = true;
            at = end;
            continue;
        }
        if words.later.end(tokens, at).is_some() && !tokens.is(at.wrapping_sub(1), &["pas"]) {
            said = said.or(Some(Said::No));
        }
        if tokens.among(at, DENY) {
            denied = Some(at);
        } else if matches!(
            tokens.get(at).map(|t| t.kind),
            Some(Kind::Sign(b';' | b'.'))
        ) || tokens.among(at, "mais|but")
            || tokens.sign(at, b',') && denied.is_some_and(|denied| at - denied > 2)
        {
            denied = None;
        }
        let done = words
            .finished
            .end(tokens, at)
            .or_else(|| words.check.end(tokens, at));
        if let Some(end) = done {
            let before = denied.is_some_and(|denied| at - denied <= 7);
            let behind = tokens.among(end, "pas|non|jamais")
                && !tokens.among(end + 1, "de|d|seulement")
                || tokens.among(end, "aucun|aucune|none")
                    && words.named.end(tokens, end + 1).is_some();
            if before || behind {
                return Some(Said::No);
            }
            // « la vérification … n'a pas été réalisée »: the noun alone affirms nothing.
            let noun = tokens.among(at, "verification|verifications|verif|verifs|verifier|controler|valider|check|diagnostic|controle|controles")
                && !noun_is_done(tokens, at, end);
            // « l'informatique passe demain »
            let coming = tokens.among(at, "passe|passes")
                && (end..to.min(end + 4)).any(|near| {
                    tokens.any_phrase(near, "demain|la semaine prochaine|lundi|mardi|mercredi|jeudi|vendredi|cet apres midi|ce soir|bientot").is_some()
                })
                && !tokens.among(at.wrapping_sub(1), "est|a|ete|sont|ont");
            if coming {
                said = said.or(Some(Said::No));
            } else if !noun {
                said = said.or(Some(Said::Yes));
            }
        }
        at += 1;
    }
    if said.is_none() && fine {
        said = Some(Said::Yes);
    }
    if said.is_none() && !prose && denied.is_some() {
        said = Some(Said::No);
    }
    // « Sans vérification des prérequis », « contrôle jamais fait » ended above; « aucune vérif. ».
    if said.is_none()
        && (from..to).any(|at| {
            tokens.among(at, "verification|verifications|verif|verifs|controle")
                && at > 0
                && tokens.among(at - 1, "aucune|aucun|sans|pas|no|de")
                && (at.saturating_sub(2)..at)
                    .any(|near| tokens.among(near, "aucune|aucun|sans|pas|no"))
        })
    {
        said = Some(Said::No);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(answer: Option<Answer>) -> Option<Reading> {
        answer.map(|answer| answer.reading)
    }

    #[test]
    fn an_answer_is_yes_no_or_unknown() {
        for (text, expected) in [
            ("l'informatique passe demain", Some(false)),
            ("demandé à la DSI, pas encore de retour", Some(false)),
            ("la DSI est passée, tout est aux normes", Some(true)),
            ("grille passée par la DSI, tout est au vert", Some(true)),
            (
                "la DSI a fait le tour des PC, tout est conforme",
                Some(true),
            ),
            ("nos postes ont été passés en revue mardi", Some(true)),
            ("oui", Some(true)),
            ("Oui, voir avec M. Pujol", Some(true)),
            ("vérifiés, rien à signaler", Some(true)),
            ("ok", Some(true)),
            ("faite par mes soins vendredi", Some(true)),
            ("tout est bon", Some(true)),
            ("nickel, vu avec la DSI", Some(true)),
            ("normalement oui", Some(true)),
            ("la DSI dit que oui", Some(true)),
            ("contrôlé hier, pas de problème", Some(true)),
            ("non pas faite", Some(false)),
            ("je n'ai rien fait vérifier", Some(false)),
            ("has not been checked by IT yet", Some(false)),
            ("à prévoir", Some(false)),
            ("à faire", Some(false)),
            ("pas encore", Some(false)),
            ("pas fait", Some(false)),
            ("pas à ma connaissance", Some(false)),
            ("négatif", Some(false)),
            ("juste redémarré le PC", Some(false)),
        ] {
            let expected = expected.map(|e| Reading::Present(Value::YesNo(e)));
            assert_eq!(value(answer(text)), expected, "{text}");
        }
        for text in [
            "je ne sais pas ce que c'est",
            "c'est quoi ?",
            "aucune idée",
            "je ne vois pas de quoi il s'agit",
            "je n'ai pas la liste de ces pré-requis",
            "voir avec la DSI",
            "pas compris la question",
            "Je ne sais pas, je demande à Bertille",
            "je n'ai pas d'avis sur la question",
            "c'est du chinois",
            "je ne peux pas me prononcer",
        ] {
            assert_eq!(value(answer(text)), Some(Reading::Unknown), "{text}");
        }
    }

    #[test]
    fn a_sentence_says_whether_the_workstation_was_checked() {
        for (text, expected) in [
            (
                "Le navigateur, sa version et les flux réseau du poste ont été contrôlés, tout est conforme.",
                Some(true),
            ),
            (
                "versions de Firefox et de Windows, proxy et pare-feu vérifiés par mes soins",
                Some(true),
            ),
            (
                "Our IT checked the workstation (browser and network), all good.",
                Some(true),
            ),
            (
                "Je n'ai rien fait vérifier sur mon poste, je n'y connais rien",
                Some(false),
            ),
            ("Le poste a été vérifié par l'informatique", Some(true)),
            ("J'ai fait contrôler mon poste", Some(true)),
            ("Les postes ont été validés par la DSI.", Some(true)),
            ("La DSI a validé nos PC en février", Some(true)),
            ("poste testé par l'informaticien de garde", Some(true)),
            ("Les postes n'ont pas été validés par la DSI", Some(false)),
            ("Pré-requis contrôlés par la DSI", Some(true)),
            (
                "Pas de souci côté prérequis, l'informatique les a contrôlés",
                Some(true),
            ),
            ("Je n'ai pas fait contrôler les postes.", Some(false)),
            ("Les pré-requis n'ont pas été vérifiés", Some(false)),
            (
                "Aucune vérification des prérequis n'a été faite",
                Some(false),
            ),
            ("Personne n'a contrôlé le poste", Some(false)),
            ("Les prérequis restent à vérifier", Some(false)),
            ("Je n'ai vérifié aucun prérequis", Some(false)),
            (
                "M. Pagès a vérifié que nos postes répondaient bien aux prérequis publiés : c'est le cas",
                Some(true),
            ),
            (
                "Vérifications réseau et poste faites par l'astreinte : RAS.",
                Some(true),
            ),
            (
                "L'informatique est passée vérifier les ordis hier, RAS.",
                Some(true),
            ),
            (
                "Contrôle du navigateur et des PC effectué lundi",
                Some(true),
            ),
            ("La config est OK, vérifiée avec l'info.", Some(true)),
            ("Testé sur un poste certifié", Some(true)),
            ("Nos postes respectent les prérequis", Some(true)),
            (
                "L'informaticien a tout contrôlé sur le poste : navigateur, réseau.",
                Some(true),
            ),
            ("Navigateur, réseau, versions : tout est OK.", Some(true)),
            (
                "Le diagnostic du poste par la DSI ne montre rien",
                Some(true),
            ),
            ("Le poste a passé le contrôle de la DSI", Some(true)),
            ("Personne n'a regardé la config du poste", Some(false)),
            ("le poste na pas ete verifié", Some(false)),
            ("J'ai vérifié sur un poste voisin, pareil", None),
            ("J'ai redémarré le poste, rien n'y fait", None),
            ("J'ai vérifié sur deux postes, c'est pareil", None),
            ("J'ai vérifié le câble et relancé le navigateur", None),
            ("essayé avec Chrome et Firefox, pareil", None),
            ("Réseau ok, les autres applis marchent", None),
        ] {
            let expected = expected.map(|e| Reading::Present(Value::YesNo(e)));
            assert_eq!(value(said(text, "")), expected, "{text}");
        }
        for (text, next) in [
            (
                "Je n'ai pas su répondre pour l'environnement et les pré-requis",
                "",
            ),
            ("Je ne sais pas si les prérequis ont été vérifiés", ""),
            (
                "Nous ignorons si la vérification technique de nos postes a été effectuée.",
                "",
            ),
            ("On ignore si les postes ont été contrôlés", ""),
            ("Les pré-requis ?", "Je n'ai pas la liste."),
            (
                "Pour les prérequis il faudrait demander à nos informaticiens",
                "",
            ),
        ] {
            assert_eq!(value(said(text, next)), Some(Reading::Unknown), "{text}");
        }
    }
}
