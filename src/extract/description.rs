//! The declarant's own words on what goes wrong and what was expected: the labelled description,
//! else the sentences of running text that are no greeting, thanks, contact or attachment, else a
//! subject that says it.

use super::excerpt::Excerpt;
use super::frame::{is_form, is_number_line};
use super::lexicon::mentions;
use super::person::{is_given, is_role};
use super::sentence::{About, Sentence};
use super::token::Tokens;
use crate::text::fold;
use std::ops::Range;

/// A description and where it begins and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The sentences kept, joined by a blank or, where lines ended, by a line end.
    pub text: String,
    /// Bytes of the excerpt from the first sentence kept to the last.
    pub span: Range<usize>,
    /// A fault is named in them.
    pub faulty: bool,
}

/// The sentences that describe. `names` are words of people's names: a sentence of nothing else is
/// a signature.
#[must_use]
pub fn of_sentences(words: &Excerpt, sentences: &[Sentence], names: &[String]) -> Option<Found> {
    let mut kept: Vec<&Sentence> = sentences
        .iter()
        .filter(|sentence| sentence.about != About::Aside)
        .filter(|sentence| {
            let said = &words.text[sentence.span.clone()];
            !is_signature(said, names)
                && !is_form(said)
                && !is_number_line(said)
                && !is_of_the_station(sentence.about, said)
        })
        .collect();
    // « Dr Hugues Pelletier » on a line of its own signs, and what stands below belongs to it.
    let signed = (1..kept.len()).find(|at| {
        let said = &words.text[kept[*at].span.clone()];
        kept.len() - at <= 5
            && words.text[..kept[*at].span.start]
                .trim_end_matches([' ', '\t'])
                .ends_with('\n')
            && is_titled_name(said)
            && kept[*at..].iter().all(|below| below.about != About::Fault)
    });
    if let Some(signed) = signed {
        kept.truncate(signed);
    }
    // A job or a bare name on the last lines signs, though no « Cordialement » stands above.
    while kept.len() > 1
        && kept.last().is_some_and(|last| {
            last.about == About::Context && signs(&words.text[last.span.clone()], names)
        })
    {
        kept.pop();
    }
    let first = kept.first()?;
    let last = kept.last()?;
    let mut text = String::new();
    let mut end = first.span.start;
    for sentence in &kept {
        if !text.is_empty() {
            let between = &words.text[end..sentence.span.start];
            text.push(if between.contains('\n') { '\n' } else { ' ' });
        }
        text.push_str(words.text[sentence.span.clone()].trim());
        end = sentence.span.end;
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 3).then(|| Found {
        span: first.span.start..last.span.end,
        faulty: kept.iter().any(|sentence| sentence.about == About::Fault),
        text,
    })
}

/// A labelled description, without the asides at its end (« Merci d'avance »).
#[must_use]
pub fn of_answer(text: &str, sentences: &[Sentence]) -> Option<Range<usize>> {
    let kept = |sentence: &&Sentence| {
        sentence.about != About::Aside && !is_form(&text[sentence.span.clone()])
    };
    let first = sentences.iter().find(kept).or_else(|| sentences.first())?;
    let last = sentences
        .iter()
        .rev()
        .find(kept)
        .or_else(|| sentences.last())?;
    let mut span = first.span.start..last.span.end.max(first.span.end);
    // « jnz » on the last line: initials.
    if let Some((above, initials)) = text[span.clone()].rsplit_once('\n')
        && (2..=4).contains(&initials.trim().chars().count())
        && initials.trim().chars().all(char::is_alphabetic)
        && !matches!(
            fold(initials.trim()).as_str(),
            "oui" | "non" | "ok" | "hs" | "ko" | "sms"
        )
    {
        span.end = span.start + above.trim_end().len();
    }
    let words = fold(&text[span.clone()]);
    let words = words.trim();
    (words.chars().filter(|c| c.is_alphabetic()).count() >= 3).then_some(span)
}

/// Whether folded words send the reader to the subject: « cf. objet », « tout est dans le titre ».
#[must_use]
pub fn names_subject(folded: &str) -> bool {
    const SUBJECT: &str = "voir objet|voir l'objet|voir en objet|voir l objet|cf objet|cf. objet|cf l'objet|cf. l'objet|voir titre|voir le titre|cf titre|cf. titre|cf le titre|dans le titre|dans l'objet|dans le sujet|voir sujet|voir le sujet|cf sujet|cf. sujet|comme en objet|tout est en objet|est en objet|indique en objet|see subject|see the subject|as per subject|in the subject";
    mentions(SUBJECT, folded)
}

/// Whether the words only point to an attachment or to the subject.
#[must_use]
pub fn points_elsewhere(text: &str) -> bool {
    let folded = fold(text);
    if names_subject(&folded) && folded.split_whitespace().count() <= 8 {
        return true;
    }
    let count = folded.split_whitespace().count();
    const CUES: &str = "voir|cf|ci-joint|piece jointe|pj|capture|photo|see attach|attached";
    // « Impossible de joindre une photo »
    const FAULTS: &str = "erreur|impossible|echoue|echec";
    count <= 8 && mentions(CUES, &folded) && !mentions(FAULTS, &folded)
}

/// « 11:31 N. Servais (helpdesk) : poste vérifié »: an entry of a ticket tool's journal, led by its
/// time or day and who wrote it, is not the declarant's.
#[must_use]
pub fn is_journal(text: &str) -> bool {
    let tokens = Tokens::new(text);
    // « 11:31 », « 15/09 13:50 », « 2026-05-20 »
    let mut at = 0;
    while tokens.number(at, 4).is_some() {
        let marked = [b':', b'/', b'-', b'.']
            .iter()
            .any(|mark| tokens.sign(at + 1, *mark))
            || tokens.is(at + 1, &["h"]);
        at += if marked { 2 } else { 1 };
    }
    if at < 3 {
        return false;
    }
    let named = tokens.get(at).is_some_and(|_| !tokens.word(at).is_empty())
        && text[tokens.span(at, at + 1)].starts_with(char::is_uppercase);
    named && (at..(at + 8).min(tokens.len())).any(|at| tokens.sign(at, b':'))
}

/// The part of a subject that may describe: without « Re: », « TR: », marks and « URGENT ».
#[must_use]
pub fn of_subject(subject: &str) -> Option<Range<usize>> {
    const PREFIXES: [&str; 12] = [
        "re:",
        "re :",
        "tr:",
        "tr :",
        "fw:",
        "fwd:",
        "ref:",
        "urgent",
        "[ext]",
        "[externe]",
        "[external]",
        "rep:",
    ];
    const GENERIC: [&str; 38] = [
        "declaration d'incident",
        "declaration incident",
        "incident",
        "incidents",
        "fiche incident",
        "formulaire incident",
        "demande",
        "probleme",
        "pb",
        "urgent",
        "si-samu",
        "si samu",
        "declaration d'incident si-samu",
        "declaration",
        "support",
        "signalement",
        "signalement incident",
        "bug",
        "souci",
        "help",
        "aide",
        "problem",
        "bonjour",
        "panne",
        "anomalie",
        "(sans objet)",
        "incident si-samu",
        "incident si samu",
        "escalade",
        "demande d'escalade",
        "formulaire",
        "fiche",
        "a completer",
        "complement",
        "complement d'information",
        "precision",
        "question",
        "relance",
    ];
    let mut start = 0;
    loop {
        let rest = subject[start..].trim_start_matches([' ', ':', '-', '–', '!', ',', '\u{a0}']);
        start = subject.len() - rest.len();
        let head: String = fold(&rest.chars().take(12).collect::<String>());
        let Some(prefix) = PREFIXES.iter().find(|prefix| head.starts_with(**prefix)) else {
            break;
        };
        // Prefixes hold no folded ligature: characters correspond one to one.
        let length: usize = rest
            .chars()
            .take(prefix.chars().count())
            .map(char::len_utf8)
            .sum();
        start += length;
    }
    let text = subject[start..].trim_end();
    let folded = fold(text);
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != ')');
    // « Fiche incident SAMU 48 »
    let placed = bare
        .split_once(" samu")
        .filter(|(_, place)| place.split_whitespace().count() <= 2)
        .map_or(bare, |(title, _)| title.trim_end_matches(" du"));
    let generic = GENERIC.contains(&placed) || bare.starts_with("message from");
    (!generic && bare.chars().filter(|c| c.is_alphabetic()).count() >= 3)
        .then(|| start..start + text.len())
}

/// « Dr Hugues Pelletier », « Mme LE GOFF »: a title, one to three words with a capital and no more.
fn is_titled_name(sentence: &str) -> bool {
    let mut words = sentence.split_whitespace();
    let titled = words.next().is_some_and(|first| {
        matches!(
            fold(first).trim_end_matches('.'),
            "dr" | "docteur"
                | "pr"
                | "professeur"
                | "mme"
                | "madame"
                | "m"
                | "mr"
                | "monsieur"
                | "mlle"
        )
    });
    let rest: Vec<&str> = words.collect();
    titled
        && (1..=3).contains(&rest.len())
        && rest.iter().all(|word| word.starts_with(char::is_uppercase))
}

/// « Directrice de garde », « Anne-Claire Maugendre », « le standard »: few words without a verb.
fn signs(sentence: &str, names: &[String]) -> bool {
    let tokens = Tokens::new(sentence);
    let words: Vec<&str> = sentence
        .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '\''))
        .filter(|word| !word.is_empty())
        .collect();
    let capitals = words
        .iter()
        .filter(|word| word.starts_with(char::is_uppercase))
        .count();
    let stops = sentence.trim_end().ends_with(['.', '!', '?']);
    let named = words
        .first()
        .is_some_and(|first| first.starts_with(char::is_uppercase) && names.contains(&fold(first)));
    // « A. Bouscary, cadre SAMU-SMUR »: the job stands behind a name of the message.
    let introduced = words
        .iter()
        .take(3)
        .any(|word| word.starts_with(char::is_uppercase) && names.contains(&fold(word)))
        && (1..8).any(|at| is_role(&tokens, at));
    let figures = words
        .iter()
        .filter(|word| word.chars().all(|c| c.is_ascii_digit()))
        .count();
    words.len() <= 6
        && !stops
        && (named
            || introduced
            || presents(&tokens)
            || is_unit(&tokens)
            || is_role(&tokens, 0)
            || words.len() >= 2 && capitals > 0 && capitals + figures == words.len())
}

/// « Le secrétariat médical », « L'équipe du CESU 44 »: a unit that signs, without a verb.
fn is_unit(tokens: &Tokens) -> bool {
    const UNITS: &str = "secretariat|equipe|regulation|regul|salle|direction|cellule|coordination|service|astreinte|permanence|accueil|cadre|encadrement|pole|dsi|informatique|superviseur|superviseuse|cesu|samu|smur";
    const SAYS: &str = "est|sont|a|ont|ne|n|se|s|ci|dessous|qui|que|plus|depuis|vide|bloque|bloquee|muet|muette|entier|entiere";
    let from = usize::from(tokens.among(0, "le|la|l|les"));
    from > 0
        && tokens.among(tokens.skip_joints(from), UNITS)
        && !(0..tokens.len()).any(|at| tokens.among(at, SAYS))
}

/// « Pascal, superviseur Samu 67 »: a first name and, behind it, a job.
fn presents(tokens: &Tokens) -> bool {
    is_given(tokens.word(0)) && (1..8).any(|at| is_role(tokens, at))
}

/// « Je ne sais pas ce que sont les prérequis, notre poste est géré par le ministère »: no word on
/// what goes wrong.
fn is_of_the_station(about: About, sentence: &str) -> bool {
    let folded = fold(sentence);
    ["prerequis", "pre-requis", "pre requis", "prerequisite"]
        .iter()
        .any(|cue| folded.contains(cue))
        && (about == About::Context
            || folded.contains("ne sais pas")
            || folded.contains("don't know"))
}

/// « jnz » below Jean-Noël Zimmer's message: two to four letters that begin the names.
fn is_initials(word: &str, names: &[String]) -> bool {
    let count = word.chars().count();
    (2..=4).contains(&count)
        && word
            .chars()
            .all(|letter| names.iter().any(|name| name.starts_with(letter)))
}

fn is_signature(sentence: &str, names: &[String]) -> bool {
    const ROLES: [&str; 45] = [
        "dr",
        "docteur",
        "pr",
        "mme",
        "mlle",
        "m",
        "mr",
        "arm",
        "medecin",
        "regulateur",
        "regulatrice",
        "interne",
        "infirmier",
        "infirmiere",
        "cadre",
        "samu",
        "smur",
        "crra",
        "ch",
        "chu",
        "hopital",
        "de",
        "du",
        "la",
        "assistant",
        "assistante",
        "regulation",
        "medicale",
        "sante",
        "referent",
        "technicien",
        "urgentiste",
        "nuit",
        "jour",
        "aide",
        "ph",
        "permanencier",
        "permanenciere",
        "secretaire",
        "coordinatrice",
        "coordinateur",
        "superviseur",
        "superviseure",
        "responsable",
        "salle",
    ];
    let folded = fold(sentence);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let named = words
        .iter()
        .filter(|word| names.iter().any(|name| name == *word))
        .count();
    words.len() <= 9
        && named > 0
        && words.iter().all(|word| {
            word.chars().count() == 1
                || ROLES.contains(word)
                || names.iter().any(|name| name == word)
        })
        || (words.len() == 1 && (named == 1 || is_initials(words[0], names)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_describes_without_its_marks() {
        for (subject, expected) in [
            ("Re: carto figée", Some("carto figée")),
            ("URGENT URGENT PLUS DE PORTAIL", Some("PLUS DE PORTAIL")),
            ("TR: TR: carte blanche", Some("carte blanche")),
            ("DECLARATION D'INCIDENT", None),
            ("incident", None),
            ("Fiche incident SAMU 48", None),
            ("Déclaration d'incident du SAMU 2A", None),
            ("SAMU 48 carte figée", Some("SAMU 48 carte figée")),
            ("Demande", None),
        ] {
            assert_eq!(
                of_subject(subject).map(|range| &subject[range]),
                expected,
                "{subject}"
            );
        }
    }

    #[test]
    fn a_titled_name_on_its_own_line_signs() {
        for line in [
            "Dr Hugues Pelletier",
            "Mme LE GOFF",
            "Docteur Anne Roy",
            "M. Kowal",
        ] {
            assert!(is_titled_name(line), "{line}");
        }
        for line in [
            "Dr Roy ne voit plus la carte",
            "M. Kowal du service informatique est passé",
            "Mme",
            "La carte",
        ] {
            assert!(!is_titled_name(line), "{line}");
        }
    }

    #[test]
    fn words_that_point_to_an_attachment_describe_nothing() {
        for text in [
            "voir pièce jointe",
            "cf capture jointe",
            "Ci-joint une photo",
            "Carte blanche… voir objet",
            "cf. objet. Merci.",
            "Tout est dans le titre !",
        ] {
            assert!(points_elsewhere(text), "{text}");
        }
        assert!(!points_elsewhere("Impossible de joindre une photo"));
        assert!(!points_elsewhere(
            "la carte reste grise depuis ce matin, la photo est jointe plus bas"
        ));
    }

    #[test]
    fn a_job_behind_a_name_a_place_or_a_unit_on_the_last_line_signs() {
        let names = ["alain".to_owned(), "bouscary".to_owned()];
        for line in [
            "A. Bouscary, cadre SAMU-SMUR",
            "SAMU 82 Montauban",
            "SDIS 34",
            "Le secrétariat médical",
            "L'équipe du CESU 44",
            "La régulation",
        ] {
            assert!(signs(line, &names), "{line}");
        }
        for line in [
            "La salle est dans le noir",
            "Le secrétariat ne voit plus rien",
            "2 collègues touchées.",
            "écran noir poste 4",
        ] {
            assert!(!signs(line, &names), "{line}");
        }
    }

    #[test]
    fn a_technicians_entry_in_a_ticket_is_not_the_declarants() {
        for text in [
            "11:31 N. Servais (helpdesk) : poste ARM-03 vérifié ce jour",
            "15/09 13:50 Wurtz : pilotes à jour",
            "2026-05-20 Karine Wurtz : transmis au fournisseur",
        ] {
            assert!(is_journal(text), "{text}");
        }
        for text in [
            "14h30 : la carte se fige",
            "3 postes sont muets : le 2, le 4 et le 5",
            "À 11:31 le portail a dit : erreur",
        ] {
            assert!(!is_journal(text), "{text}");
        }
    }
}
