//! The part of the portal that a message names: by what its complaint is about (`complaint.rs`), by
//! a table of functions (`names.txt`), by « le bouton … », « l'onglet « … » ».

use super::sentence::{About, Sentence};
use super::token::Tokens;
use crate::text::Folded;
use aho_corasick::{AhoCorasick, MatchKind};
use phrase::Source;
use std::ops::Range;
use std::sync::OnceLock;

mod complaint;
mod phrase;

/// The most that a part read from running text is worth: about 80 in 100 of the surest were right
/// on unseen messages.
const MOST: f32 = 0.8;

/// A part of the portal named in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// How likely it is what the fault concerns, 0 to 1.
    pub score: f32,
}

/// The best part of the portal that a text names. `sentences` weigh where it stands; none weigh all
/// places alike (a subject). `subject` is the folded subject line, which often names it in short.
#[must_use]
pub fn find(text: &str, folded: &Folded, sentences: &[Sentence], subject: &str) -> Option<Found> {
    let hits: Vec<Hit> = named(folded)
        .into_iter()
        .map(|(range, specific)| Hit {
            span: folded.original(range.clone()),
            range,
            specific,
        })
        .collect();
    let mut best = Best::default();
    let tokens = Tokens::new(text);
    let source = Source::new(text, &tokens);
    let placed = phrases(&source, sentences, &hits, subject, &mut best);
    for hit in &hits {
        let covered = placed.iter().any(|(span, denied)| {
            span.start <= hit.span.start
                && hit.span.end <= span.end
                && (*denied || span.len() > hit.span.len())
        });
        if covered {
            continue;
        }
        let name = &folded.as_str()[hit.range.clone()];
        let words = name.split(' ').count().min(4) as f32;
        // The portal's own name stands in many subjects.
        let whole_portal = ["si-samu", "si samu"].iter().any(|own| name.contains(own));
        let in_subject =
            !whole_portal && name.len() > 3 && subject.contains(name.trim_end_matches('s'));
        let base = if hit.specific { 0.36 } else { 0.08 }
            + 0.03 * words
            + if in_subject { 0.1 } else { 0.0 };
        let whole = if hit.specific {
            completed(folded.as_str(), hit.range.clone())
        } else {
            hit.range.clone()
        };
        let span = folded.original(whole);
        let score = base + place(sentences, &span);
        best.consider(span, score, 0.3);
    }
    for (span, score) in containers(text, folded) {
        let score = score + place(sentences, &span);
        best.consider(span, score, 0.3);
    }
    best.0.map(|mut best| {
        if let Some(fuller) = complaint::named_before(&source, &best.span) {
            best.span = fuller;
        }
        best.score = best.score.clamp(0.0, MOST);
        best
    })
}

/// A name of the table in the text: its folded bytes and the bytes that they came from.
struct Hit {
    range: Range<usize>,
    span: Range<usize>,
    specific: bool,
}

/// The best so far; among equals the first.
#[derive(Default)]
struct Best(Option<Found>);

impl Best {
    fn consider(&mut self, span: Range<usize>, score: f32, floor: f32) {
        if score > floor && self.0.as_ref().is_none_or(|best| score > best.score + 0.01) {
            self.0 = Some(Found { span, score });
        }
    }
}

/// How much the place of a name says that the fault concerns it.
fn place(sentences: &[Sentence], span: &Range<usize>) -> f32 {
    let holds =
        |sentence: &&Sentence| sentence.span.start <= span.start && span.end <= sentence.span.end;
    let about = match sentences.iter().find(holds).map(|sentence| sentence.about) {
        Some(About::Fault) => 0.3,
        Some(About::Context) => 0.12,
        Some(About::Aside) => -0.4,
        None if sentences.is_empty() => 0.2,
        None => -0.5,
    };
    let first = sentences
        .iter()
        .find(|sentence| sentence.about == About::Fault)
        .filter(holds)
        .is_some();
    about + if first { 0.1 } else { 0.0 }
}

/// Weighs the noun phrases of the sentences; gives their places, and whether each is denied.
fn phrases(
    source: &Source<'_>,
    sentences: &[Sentence],
    hits: &[Hit],
    subject: &str,
    best: &mut Best,
) -> Vec<(Range<usize>, bool)> {
    let (text, tokens) = (source.text, source.tokens);
    // A subject is one sentence.
    let short = sentences.is_empty();
    let whole = [Sentence {
        span: 0..text.len(),
        about: About::Fault,
    }];
    let sentences = if short { &whole } else { sentences };
    let mut spans = Vec::new();
    let mut at = 0;
    let mut first = true;
    for sentence in sentences {
        while at < tokens.len() && tokens.span(at, at + 1).start < sentence.span.start {
            at += 1;
        }
        let from = at;
        while at < tokens.len() && tokens.span(at, at + 1).start < sentence.span.end {
            at += 1;
        }
        let about = match sentence.about {
            About::Fault if std::mem::take(&mut first) => 0.18,
            About::Fault => 0.1,
            About::Context => -0.1,
            About::Aside => continue,
        };
        for (number, (phrase, weight)) in complaint::placed(source, from, at, short)
            .into_iter()
            .enumerate()
        {
            // What is named first is complained of; what follows comes of it.
            let weight = weight - 0.02 * number.min(4) as f32;
            let span = tokens.span(phrase.from, phrase.to);
            let known = hits
                .iter()
                .filter(|hit| span.start <= hit.span.start && hit.span.end <= span.end)
                .map(|hit| if hit.specific { 0.16 } else { 0.06 })
                .fold(0.0, f32::max);
            let said = if complaint::is_bare_generic(tokens, phrase) {
                0.0
            } else {
                shared(tokens.folded(phrase.from, phrase.to), subject)
            };
            // « Le Havre », « Vanhoutte »: a proper noun says where or who.
            let proper = known == 0.0
                && !source.shouted
                && phrase.from > from
                && source.is_capitalised(phrase.from);
            let said = if proper { -0.3 } else { said };
            let score = weight + about + known + said + 0.02 * phrase.tail.min(3) as f32;
            best.consider(span.clone(), score, 0.42);
            spans.push((span, weight < -0.5));
        }
    }
    spans
}

/// How much a phrase says what the subject line says: most where its head is the first thing named
/// there (« temps de trajet hélico faux », « Annuaire : le clic … »).
fn shared(phrase: &str, subject: &str) -> f32 {
    const EMPTY: &str = "|base|ecole|formation|regulation|declaration|declarations|incident|incidents|fiche|formulaire|probleme|problemes|pb|bug|souci|soucis|urgent|urgence|anomalie|panne|dysfonctionnement|blocage|erreur|samu|fwd|ref|demande|escalade|relance|signalement|support|portail|si|plus|pas|les|des|une|mon|mes|nos|sur|dans|pour|avec|depuis|impossible|inc|toujours|sans|reponse|encore|deux|trois|petit|gros|";
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit()))
            .map(|word| word.trim_end_matches(['s', 'x']).to_owned())
            .collect()
    };
    let said: Vec<String> = words(subject)
        .into_iter()
        .filter(|word| !EMPTY.contains(&format!("|{word}|")))
        .collect();
    let named = words(phrase);
    let common = named.iter().filter(|word| said.contains(word)).count();
    let first = said.first();
    let leads = first.is_some() && named.first() == first;
    let holds = first.is_some_and(|first| named.contains(first));
    match common {
        0 => 0.0,
        _ if said.iter().all(|word| named.contains(word)) => 0.55,
        _ if leads => 0.45 + 0.05 * common.min(3) as f32,
        _ if holds => 0.32,
        1 => 0.14,
        _ => 0.22,
    }
}

/// « de garde », « aucun rappel », « Rappel : », « votre adresse »: words that name a function only
/// where nothing beside them says otherwise.
fn means_else(name: &str, before: &str, after: &str) -> bool {
    let last = before
        .trim_end()
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    match name.trim_end_matches('s') {
        "garde" => matches!(
            last,
            "de" | "en" | "ma" | "bonne" | "prend" | "la" | "sa" | "cette"
        ),
        "rappel" => {
            matches!(
                last,
                "aucun" | "de" | "sans" | "pour" | "le" | "un" | "en" | "" | "votre" | "notre"
            ) || after.trim_start().starts_with(':')
        }
        // « formulaire d'incident », « le formulaire complété » is the declaration itself.
        "formulaire" => [
            " d'incident",
            " incident",
            " de declaration",
            " complet",
            " rempli",
            " ci-joint",
            " joint",
            " en piece",
        ]
        .iter()
        .any(|of| after.starts_with(of)),
        "adresse" => {
            matches!(last, "votre" | "mon" | "son" | "leur" | "bonne") || after.starts_with(" mail")
        }
        _ => false,
    }
}

/// A function with what it is of: « export [de la liste de garde] », « [retour de] bilan [des
/// VSAV] », « chat [avec les ambulanciers] ».
fn completed(lower: &str, range: Range<usize>) -> Range<usize> {
    const JOINTS: [&str; 12] = [
        " de la ",
        " de l'",
        " des ",
        " du ",
        " d'un ",
        " d'une ",
        " de ",
        " d'",
        " avec les ",
        " avec le ",
        " avec la ",
        " entre ",
    ];
    const NO_COMPLEMENT: &str = "|samu|smur|centre|chu|hopital|service|matin|nuit|jour|soir|hier|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|ce|cette|mon|ma|mes|notre|nos|votre|vos|leur|leurs|son|sa|ses|plus|nouveau|facon|maniere|suite|tous|tout|toute|toutes|base|salle|semaine|mois|collegue|collegues|poste|portail|si|la|le|les|production|prod|formation|";
    const ACTS: &str = "retour|retours|envoi|reception|affichage|calcul|choix|saisie|edition|suivi|modification|validation|suppression|sauvegarde|chargement|signature|modele|modeles|generation";
    let mut end = range.end;
    for _ in 0..2 {
        let rest = &lower[end..];
        let Some(joint) = JOINTS.iter().find(|joint| rest.starts_with(**joint)) else {
            break;
        };
        let word: &str = rest[joint.len()..]
            .split(|c: char| !(c.is_alphabetic() || c == '-'))
            .next()
            .unwrap_or_default();
        if word.chars().count() < 3 || NO_COMPLEMENT.contains(&format!("|{word}|")) {
            break;
        }
        end += joint.len() + word.len();
    }
    let before = &lower[..range.start];
    let start = JOINTS
        .iter()
        .find_map(|joint| {
            // The joint's leading blank belongs to the words before it.
            let noun = before.strip_suffix(*joint)?;
            let act = ACTS.split('|').find(|act| {
                noun.strip_suffix(*act)
                    .is_some_and(|lead| !lead.ends_with(char::is_alphanumeric))
            })?;
            Some(noun.len() - act.len())
        })
        .unwrap_or(range.start);
    start..end
}

/// Whether a text names a function of the portal.
#[must_use]
pub fn names_one(folded: &Folded) -> bool {
    named(folded).iter().any(|(_, specific)| *specific)
}

struct Table {
    automaton: AhoCorasick,
    specific: Vec<bool>,
}

fn table() -> Option<&'static Table> {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let mut names = Vec::new();
            let mut specific = Vec::new();
            let mut is_specific = true;
            for line in include_str!("names.txt").lines() {
                match line {
                    "" => {}
                    "[specific]" => is_specific = true,
                    "[broad]" => is_specific = false,
                    line if line.starts_with('#') => {}
                    line => {
                        names.push(line);
                        specific.push(is_specific);
                    }
                }
            }
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(&names)
                .ok()
                .map(|automaton| Table {
                    automaton,
                    specific,
                })
        })
        .as_ref()
}

fn named(folded: &Folded) -> Vec<(Range<usize>, bool)> {
    let text = folded.as_str();
    let Some(table) = table() else {
        return Vec::new();
    };
    let bytes = text.as_bytes();
    let inside = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    table
        .automaton
        .find_iter(text)
        .filter_map(|hit| {
            if hit.start() > 0 && inside(hit.start() - 1) {
                return None;
            }
            let mut end = hit.end();
            if matches!(bytes.get(end), Some(b's' | b'x')) && !inside(end + 1) {
                end += 1;
            }
            // « poste d'astreinte@planning.example » and file names are no functions.
            let glued = inside(end)
                || matches!(bytes.get(end), Some(b'@'))
                || text[..hit.start()].ends_with(['@', '/']);
            (!glued && !means_else(&text[hit.start()..end], &text[..hit.start()], &text[end..]))
                .then(|| (hit.start()..end, table.specific[hit.pattern().as_usize()]))
        })
        .collect()
}

/// « l'onglet « Intervenants » », « la touche F8 », « le module transferts ».
fn containers(text: &str, folded: &Folded) -> Vec<(Range<usize>, f32)> {
    const WORDS: &str = "onglet|bouton|touche|module|rubrique|ecran|menu|page|fonction|fonctionnalite|vue|panneau|fenetre|volet|champ|icone|corbeille|tuile|encart|tab|button|screen";
    let lower = folded.as_str();
    let mut found = Vec::new();
    for word in WORDS.split('|') {
        for (at, _) in lower.match_indices(word) {
            let before = lower[..at].chars().next_back();
            let rest = &lower[at + word.len()..];
            if before.is_some_and(char::is_alphanumeric) || !rest.starts_with([' ', '\u{a0}']) {
                continue;
            }
            let start = folded.original(at..at + word.len());
            let tail = &text[start.end..];
            let trimmed = tail.trim_start();
            let skipped = tail.len() - trimmed.len();
            if let Some((open, close)) = [('«', '»'), ('"', '"'), ('“', '”')]
                .into_iter()
                .find(|(open, _)| trimmed.starts_with(*open))
                && !matches!(word, "page" | "fenetre" | "ecran")
                && let Some(length) = trimmed[open.len_utf8()..]
                    .find(close)
                    .filter(|length| *length <= 60)
            {
                let end = start.end + skipped + open.len_utf8() + length + close.len_utf8();
                found.push((start.start..end, 0.5));
            } else {
                // One word in capitals or with a digit is a name: « touche F8 », « écran REGUL ».
                let name: String = trimmed
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '-')
                    .collect();
                let shouted = text[start.clone()].chars().all(char::is_uppercase);
                let named = !shouted
                    && name.chars().next().is_some_and(char::is_uppercase)
                    && name.chars().count() <= 20
                    || matches!(word, "module" | "rubrique") && name.chars().count() > 3;
                if named && !name.is_empty() {
                    found.push((start.start..start.end + skipped + name.len(), 0.34));
                }
            }
        }
    }
    found
}
