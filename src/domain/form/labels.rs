//! The form's labels as people mangle them, found at the start of a piece of text.
//!
//! Labels are sequences of folded words, so that accents, capitals, apostrophes, no-break spaces
//! and hyphens never matter. What stands behind the words (brackets, « concerné », « de
//! l'incident ») is skipped as part of the label; typing slips are forgiven before a colon.

use super::FieldName;
use super::opening::Openings;
use super::separator::{Separator, closing, near_colon, separator, unbroken};
use super::words::{Ahead, bare, first_word, folded, sound, sounds, words};
use std::collections::HashMap;

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelName {
    /// The answer to a field.
    Field(FieldName),
    /// The declarant's family name alone.
    Surname,
    /// The declarant's first name alone.
    Given,
    /// No field of ours, but the answer before it ends here.
    Other,
}

/// A label at the start of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelHit {
    /// What it stands for.
    pub name: LabelName,
    /// An everyday word (« date », « erreur ») that is a label only with a separator.
    pub weak: bool,
    /// It was misspelt or stood among other words.
    pub loose: bool,
    /// What follows it.
    pub separator: Separator,
    /// Where the answer begins, in bytes of the text.
    pub answer: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Variant {
    pub(super) words: Vec<String>,
    pub(super) joined: String,
    /// See [`letters`].
    pub(super) letters: u64,
    pub(super) name: LabelName,
    pub(super) weak: bool,
}

/// All labels of a form.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    pub(super) variants: Vec<Variant>,
    pub(super) by_first: HashMap<String, Vec<usize>>,
    /// How the words begin that a label or its determiner may begin with.
    pub(super) openings: Openings,
    /// Each label by its sound.
    pub(super) by_sound: HashMap<String, usize>,
    /// The sounds of the tails' words.
    pub(super) tail_sounds: Vec<String>,
    pub(super) tails: Vec<Vec<String>>,
    pub(super) prompts: Vec<(FieldName, Vec<String>)>,
    pub(super) placeholders: Vec<(Option<FieldName>, String)>,
}

/// A label, what stands in brackets behind it, and its separator fit in so many bytes.
const LONGEST_LABEL: usize = 1_000;
/// Words of a label and of what stands behind it that are looked at.
const MOST_WORDS: usize = 16;

impl Labels {
    /// The label at the start of `text` (bullets and numbers already taken off), longest first;
    /// a misspelt one where there is none as the form writes it.
    #[must_use]
    pub fn at_start(&self, text: &str) -> Option<LabelHit> {
        match self.as_written(text) {
            // « Utilisateurs conserner : »: an everyday word may be half of a misspelt label.
            Some(half) if half.weak && half.separator == Separator::Nothing => {
                Some(self.misspelt(text).unwrap_or(half))
            }
            other => other.or_else(|| self.misspelt(text)),
        }
    }

    /// The label at the start of `text`, spelt as the form knows it.
    #[must_use]
    pub fn as_written(&self, text: &str) -> Option<LabelHit> {
        // What is asked at every capital of an endless line must not look to its end each time.
        let text = &text[..text.floor_char_boundary(LONGEST_LABEL)];
        let first = first_word(text)?;
        if !self.openings.may_open(&text[first.clone()]) {
            return None;
        }
        let first = folded(&text[first]);
        let is_led = |word: &str| DETERMINERS.contains(&word);
        if !is_led(&first) && !self.by_first.contains_key(first.as_ref()) {
            return None;
        }
        let mut words = Ahead::of(text);
        let mut known = false;
        let mut skipped = 0;
        loop {
            known |= self.may_begin(&mut words, skipped);
            if skipped == 2 || !words.get(skipped).is_some_and(is_led) {
                break;
            }
            skipped += 1;
        }
        if !known {
            return None;
        }
        (0..=skipped).find_map(|from| self.exact(text, &mut words, from))
    }

    /// Whether a label may begin at the word `from`, as far as its first three words tell. Most
    /// lines end here, so that no more words are read than it takes.
    fn may_begin(&self, words: &mut Ahead<'_>, from: usize) -> bool {
        let Some(indices) = words.get(from).and_then(|word| self.by_first.get(word)) else {
            return false;
        };
        let label = |index: usize| &self.variants[index].words;
        // They stand in the order of their length: the last is the shortest.
        if indices.last().is_some_and(|&index| label(index).len() == 1) {
            return true;
        }
        let second = words.get(from + 1).map(str::to_owned);
        indices.iter().any(|&index| {
            label(index).get(1) == second.as_ref()
                && label(index)
                    .get(2)
                    .is_none_or(|third| words.get(from + 2) == Some(third))
        })
    }

    fn exact(&self, text: &str, words: &mut Ahead<'_>, from: usize) -> Option<LabelHit> {
        let indices = self.by_first.get(words.get(from)?)?;
        let variant = indices
            .iter()
            .map(|&index| &self.variants[index])
            .find(|variant| {
                let next = from + variant.words.len();
                next <= MOST_WORDS
                    && stands(&variant.words, words, from)
                    && unbroken(text, &words.until(next)[from..])
            })?;
        let next = from + variant.words.len();
        let label_end = words.word(next - 1)?.span.end;
        // « Tél. : », « Nb. : »: the stop of an abbreviation.
        let after = &text[label_end..];
        let stop = usize::from(after.starts_with('.') && !after.starts_with(".."));
        let (end, next) = self.skip_tails(text, label_end + stop, words, next);
        let (separator, answer) = separator(text, end);
        if separator == Separator::Nothing
            && !variant.weak
            && let Some(colon) = near_colon(text, end, words.until(MOST_WORDS), next)
        {
            return Some(LabelHit {
                name: variant.name,
                weak: false,
                loose: true,
                separator: Separator::Colon,
                answer: colon,
            });
        }
        Some(LabelHit {
            name: variant.name,
            weak: variant.weak,
            loose: false,
            separator,
            answer,
        })
    }

    fn skip_tails(
        &self,
        text: &str,
        mut end: usize,
        words: &mut Ahead<'_>,
        mut next: usize,
    ) -> (usize, usize) {
        loop {
            let rest = &text[end..];
            let trimmed = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '*', '_', '"', '»']);
            let at = end + (rest.len() - trimmed.len());
            if trimmed.starts_with('(') {
                let Some(close) = closing(trimmed) else {
                    return (end, next);
                };
                end = at + close;
                while next < MOST_WORDS
                    && words.word(next).is_some_and(|word| word.span.start < end)
                {
                    next += 1;
                }
                continue;
            }
            if words.word(next).is_none_or(|word| word.span.start > at + 1) {
                return (end, next);
            }
            let tail = self
                .tails
                .iter()
                .find(|tail| next + tail.len() <= MOST_WORDS && stands(tail, words, next));
            let Some(tail) = tail.filter(|tail| !tail.is_empty()) else {
                return (end, next);
            };
            next += tail.len();
            end = words.word(next - 1).map_or(end, |word| word.span.end);
        }
    }

    fn misspelt(&self, text: &str) -> Option<LabelHit> {
        let near = &text[..text.floor_char_boundary(74)];
        // A colon, or the first byte of one beyond ASCII: most lines have none.
        if memchr::memchr3(b':', b'=', 0xe2, near.as_bytes()).is_none()
            && memchr::memchr(0xef, near.as_bytes()).is_none()
        {
            return None;
        }
        first_word(text)?;
        let colon = near
            .find([':', '：', '=', '→'])
            .filter(|&at| at <= 70 && !in_figures(text, at))?;
        let cut = text[..colon].find('(').unwrap_or(colon);
        let words = words(&text[..cut], 8);
        let head: Vec<&str> = words.iter().map(|word| word.text.as_ref()).collect();
        let typed = head.join(" ");
        let length = typed.len();
        if length < 5 || head.len() > 7 {
            return None;
        }
        if let Some(variant) = self.alike(&head) {
            return Some(LabelHit {
                name: variant.name,
                weak: variant.weak,
                loose: true,
                separator: Separator::Colon,
                answer: after_colon(text, colon),
            });
        }
        let letters = letters(&typed);
        let variant = self
            .variants
            .iter()
            .filter(|variant| variant.joined.len().abs_diff(length) <= 2)
            .filter(|variant| {
                variant.joined.as_bytes().first() == typed.as_bytes().first() || length >= 8
            })
            .find(|variant| {
                let allowed = match variant.joined.len() {
                    0..=4 => 0,
                    5..=8 => 1,
                    _ => 2,
                };
                // One slip changes two letters at most: counting them is cheaper than the distance.
                allowed > 0
                    && (variant.letters ^ letters).count_ones() as usize <= 2 * allowed
                    && strsim::osa_distance(&variant.joined, &typed) <= allowed
            })?;
        Some(LabelHit {
            name: variant.name,
            weak: variant.weak,
            loose: true,
            separator: Separator::Colon,
            answer: after_colon(text, colon),
        })
    }

    /// The label that sounds like the words, whatever tails stand behind it.
    fn alike(&self, head: &[&str]) -> Option<&Variant> {
        let mut end = head.len();
        loop {
            let variant = self
                .by_sound
                .get(&sounds(head[..end].iter().copied()))
                .map(|&index| &self.variants[index])
                .filter(|variant| variant.joined.len() >= 4);
            if variant.is_some() {
                return variant;
            }
            let last = sound(head.get(end.checked_sub(1)?)?);
            if end < 2 || !self.tail_sounds.contains(&last) {
                return None;
            }
            end -= 1;
        }
    }

    /// How many bytes at the start of an answer are still the form's own question.
    #[must_use]
    pub fn prompt_length(&self, name: FieldName, answer: &str) -> usize {
        let words = words(answer, 24);
        for (_, prompt) in self.prompts.iter().filter(|(field, _)| *field == name) {
            if words.len() >= prompt.len() && prompt.iter().zip(&words).all(|(a, b)| *a == b.text) {
                let end = words[prompt.len() - 1].span.end;
                let rest = &answer[end..];
                let kept = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '?', ':', ')', '*']);
                return end + (rest.len() - kept.len());
            }
        }
        0
    }

    /// Whether the answer only repeats what an unfilled form says there.
    #[must_use]
    pub fn is_placeholder(&self, name: FieldName, answer: &str) -> bool {
        // « oui / non (rayer la mention inutile) »: the hint in brackets is the form's too.
        let head = bare(answer.split('(').next().unwrap_or_default());
        let answer = if head.is_empty() { bare(answer) } else { head };
        answer.is_empty()
            || self
                .placeholders
                .iter()
                .any(|(field, text)| field.is_none_or(|field| field == name) && *text == answer)
    }
}

/// Whether some words stand at the word `from`.
fn stands(label: &[String], words: &mut Ahead<'_>, from: usize) -> bool {
    label
        .iter()
        .zip(from..)
        .all(|(word, at)| words.get(at) == Some(word))
}

/// « 19:45 »: such a colon ends no label.
fn in_figures(text: &str, colon: usize) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes.get(colon) == Some(&b':') && colon > 0 && digit(colon - 1) && digit(colon + 1)
}

fn after_colon(text: &str, colon: usize) -> usize {
    colon + text[colon..].chars().next().map_or(1, char::len_utf8)
}

/// Which characters a text holds, one bit for those that share their last six bits.
pub(super) fn letters(text: &str) -> u64 {
    text.chars()
        .fold(0, |set, c| set | 1 << (u32::from(c) & 63))
}

pub(super) const DETERMINERS: [&str; 16] = [
    "mon", "ma", "mes", "votre", "vos", "notre", "nos", "le", "la", "les", "l", "un", "my", "your",
    "the", "n",
];

#[cfg(test)]
mod tests {
    use super::super::Form;
    use super::*;

    fn read(text: &str) -> Option<(LabelName, &str)> {
        let hit = Form::si_samu().labels().at_start(text)?;
        Some((hit.name, text[hit.answer..].trim()))
    }

    #[test]
    fn labels_are_found_however_they_are_written() {
        use FieldName as F;
        for (text, name, answer) in [
            (
                "Déclarant (nom, prénom et fonction) : Paul Roy, ARM",
                F::DeclarantName,
                "Paul Roy, ARM",
            ),
            ("DECLARANT\u{a0}: Paul Roy", F::DeclarantName, "Paul Roy"),
            ("declarant Paul Roy", F::DeclarantName, "Paul Roy"),
            (
                "Entité concernée (Samu de Nantes, ARS PDL, ...) : Samu du 74",
                F::Entity,
                "Samu du 74",
            ),
            ("Samu : SAMU 21", F::Entity, "SAMU 21"),
            ("Enitté concernée : SAMU 21", F::Entity, "SAMU 21"),
            ("Entitée consernée : SAMU 21", F::Entity, "SAMU 21"),
            ("Declarent : Paul Roy", F::DeclarantName, "Paul Roy"),
            ("Envirronemant = prod", F::Environment, "prod"),
            ("Utilisateurs conserner : moi", F::AffectedUser, "moi"),
            ("Nombre de personne impacter : 3", F::AffectedCount, "3"),
            ("Prérequit : oui", F::PrerequisitesChecked, "oui"),
            ("Reproductibilitée : oui", F::Reproducible, "oui"),
            ("of users: 3", F::AffectedCount, "3"),
            ("Utilisateur(s) concerné(s) : Paul", F::AffectedUser, "Paul"),
            ("Utilisateur -", F::AffectedUser, ""),
            ("Téléphone – 03 53 01 62 4", F::Phone, "03 53 01 62 4"),
            ("Télephonne : 0353016240", F::Phone, "0353016240"),
            ("Mon portable : 06 39 98 47 11", F::Phone, "06 39 98 47 11"),
            (
                "Tél. de la salle : 06 39 98 47 11",
                F::Phone,
                "06 39 98 47 11",
            ),
            (
                "*Adresse mail du déclarant* : a@b.example",
                F::Email,
                "a@b.example",
            ),
            (
                "Date et heure de début d’incident : ... hier 14h05",
                F::StartedAt,
                "... hier 14h05",
            ),
            ("Quand - ce jour", F::StartedAt, "ce jour"),
            ("Nb utilisateurs : 1", F::AffectedCount, "1"),
            ("Nombre d’utilisateurs impactés", F::AffectedCount, ""),
            (
                "Combien de personnes - une dizaine",
                F::AffectedCount,
                "une dizaine",
            ),
            (
                "Fonctionnalité concernée par l'incident : ...",
                F::Feature,
                "...",
            ),
            (
                "La vérification des pré-requis techniques a-t-elle réalisée sur le poste de travail ? oui",
                F::PrerequisitesChecked,
                "oui",
            ),
            ("Pré-requis vérifiés oui", F::PrerequisitesChecked, "oui"),
            (
                "L'incident peut-il être reproduit ? non",
                F::Reproducible,
                "non",
            ),
            (
                "Téléphone (lu 02 40 08 77 0, il manque un chiffre) : 0240087700",
                F::Phone,
                "0240087700",
            ),
        ] {
            assert_eq!(read(text), Some((LabelName::Field(name), answer)), "{text}");
        }
        for (name, labels) in [
            (
                F::DeclarantName,
                "Qui signale|Auteur du signalement|Décl.|Rempli par",
            ),
            (F::DeclarantRole, "Fonction exercée|Mon rôle|Job"),
            (F::Entity, "Chez|SAMU de rattachement|Étab.|Votre structure"),
            (
                F::AffectedUser,
                "Util. concerné|Qui est gêné|Touche|Collègue concerné",
            ),
            (
                F::Phone,
                "Pour me joindre|Rappel possible|Tél. de rappel|Numéro direct",
            ),
            (F::Email, "Mail pro|Mon adresse mail|Répondre à"),
            (
                F::StartedAt,
                "Ça a commencé|Première apparition|Begin|Début du bug",
            ),
            (F::Environment, "Env.|Base utilisée|Plateforme utilisée"),
            (F::Feature, "Sur quoi|Fonct.|Écran impacté|Bouton concerné"),
            (
                F::AffectedCount,
                "Nb agents|Nbre de postes|Sont touchés|Combien de gens",
            ),
            (
                F::Description,
                "Quoi|Ce que je constate|Exposé des faits|Ce qui bloque",
            ),
            (
                F::PrerequisitesChecked,
                "Vérifs du poste|Contrôle du poste|Poste vérifié|Prereq",
            ),
            (F::Reproducible, "Répétable|Ça recommence|Reprod.|How often"),
        ] {
            for label in labels.split('|') {
                let text = format!("{label} : réponse");
                assert_eq!(
                    read(&text),
                    Some((LabelName::Field(name), "réponse")),
                    "{text}"
                );
            }
        }
        assert_eq!(read("Priorité : 4"), Some((LabelName::Other, "4")));
        assert_eq!(read("Prénom : Paul"), Some((LabelName::Given, "Paul")));
    }

    #[test]
    fn a_sentence_that_mentions_a_label_word_has_no_separator() {
        let labels = Form::si_samu().labels();
        for text in [
            "Depuis 21h45 la carte est blanche",
            "Depuis 21:45 la carte est blanche",
            "Erreur 500 à chaque clic",
            "date de naissance perdue",
        ] {
            let hit = labels.at_start(text);
            assert!(
                hit.as_ref()
                    .is_none_or(|hit| hit.weak && hit.separator == Separator::Nothing),
                "{text}: {hit:?}"
            );
        }
    }

    #[test]
    fn the_forms_own_words_are_no_answer() {
        let labels = Form::si_samu().labels();
        for (name, text) in [
            (FieldName::Phone, "..."),
            (FieldName::Environment, "formation, production ?"),
            (FieldName::Environment, "Formation / Production"),
            (FieldName::Reproducible, "oui / non"),
            (FieldName::Feature, " … "),
        ] {
            assert!(labels.is_placeholder(name, text), "{text}");
        }
        assert!(!labels.is_placeholder(FieldName::Environment, "production"));
        let text = "quelle est l'erreur, quel comportement était-il attendu ? Le champ se vide";
        let at = labels.prompt_length(FieldName::Description, text);
        assert_eq!(&text[at..], "Le champ se vide");
    }
}
