//! The part of the portal that a message names: by a table of its functions (`features.txt`), by
//! « le bouton … », « l'onglet « … » », or by what « impossible de … » speaks of.

use super::sentence::{About, Sentence};
use crate::text::Folded;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;

/// A part of the portal named in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// How likely it is what the fault concerns, 0 to 1.
    pub score: f32,
}

/// The best part of the portal that a text names. `sentences` weigh where it stands; none weigh all
/// places alike (a subject).
#[must_use]
pub fn find(text: &str, folded: &Folded, sentences: &[Sentence], subject: &str) -> Option<Found> {
    let place = |span: &Range<usize>| match sentences
        .iter()
        .find(|sentence| sentence.span.start <= span.start && span.end <= sentence.span.end)
        .map(|sentence| sentence.about)
    {
        Some(About::Fault) => 0.3,
        Some(About::Context) => 0.12,
        Some(About::Aside) => -0.4,
        None if sentences.is_empty() => 0.2,
        None => -0.5,
    };
    let first_fault = sentences
        .iter()
        .find(|sentence| sentence.about == About::Fault);
    let mut best: Option<Found> = None;
    let mut consider = |span: Range<usize>, base: f32| {
        let first = first_fault.is_some_and(|sentence| {
            sentence.span.start <= span.start && span.end <= sentence.span.end
        });
        let early = if first { 0.1 } else { 0.0 };
        let score = base + place(&span) + early;
        if score > 0.3 && best.as_ref().is_none_or(|best| score > best.score + 0.01) {
            best = Some(Found { span, score });
        }
    };
    for (range, specific) in named(folded) {
        let words = folded.as_str()[range.clone()].split(' ').count().min(4) as f32;
        let name = &folded.as_str()[range.clone()];
        let in_subject = name.len() > 3 && subject.contains(name.trim_end_matches('s'));
        let base =
            if specific { 0.36 } else { 0.08 } + 0.03 * words + if in_subject { 0.1 } else { 0.0 };
        let whole = if specific {
            completed(folded.as_str(), range)
        } else {
            range
        };
        consider(folded.original(whole), base);
    }
    for (range, score) in containers(text, folded) {
        consider(range, score);
    }
    if best.is_none() {
        for sentence in sentences
            .iter()
            .filter(|sentence| sentence.about == About::Fault)
        {
            if let Some(span) = complained_of(text, &sentence.span) {
                return Some(Found { span, score: 0.45 });
            }
        }
    }
    best.map(|mut best| {
        best.score = best.score.clamp(0.0, 0.9);
        best
    })
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
            for line in include_str!("features.txt").lines() {
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
                    found.push((start.start..start.end + skipped + name.len(), 0.42));
                }
            }
        }
    }
    found
}

/// What a fault sentence is about, by its form: « impossible de X », « n'arrive plus à X », « plus
/// de X », or the words before « ne marche plus ».
fn complained_of(text: &str, sentence: &Range<usize>) -> Option<Range<usize>> {
    let words = &text[sentence.clone()];
    let folded = Folded::new(words);
    let lower = folded.as_str();
    const BEFORE: &str = "impossible de |impossible d'|n'arrive plus a |n'arrive pas a |n'arrivons plus a |n'arrivons pas a |arrive plus a |arrive pas a |\
        ne peut plus |ne peux plus |ne peut pas |ne peux pas |ne parviens plus a |ne parviens pas a |ne parvient plus a |probleme de |probleme avec |probleme d'|\
        pas moyen de |plus moyen de |pas possible de |plus possible de |pas possible d'|plus possible d'|arrive plu a |arrive po a |\
        incapable de |plus acces a |plus acces au |plus acces aux |\
        souci de |souci avec |bug sur |panne de |panne |plus de |plus d'|can't |cannot |unable to ";
    for cue in BEFORE.split('|') {
        if let Some(at) = lower.find(cue) {
            let from = at + cue.len();
            if let Some(range) = phrase(lower, from) {
                let span = folded.original(range);
                return Some(sentence.start + span.start..sentence.start + span.end);
            }
        }
    }
    const DETERMINERS: [&str; 14] = [
        "le ", "la ", "les ", "l'", "mon ", "ma ", "mes ", "nos ", "notre ", "un ", "une ", "my ",
        "our ", "the ",
    ];
    const AFTER: &str = " ne | n'| est | sont | s'est | se | reste | restent | marche | plante| hs| bug| figee| bloque| tourne| met | refuse| do not | does not | don't | doesn't | won't | no longer | keeps | stopped ";
    let end = AFTER.split('|').filter_map(|cue| lower.find(cue)).min()?;
    let head = lower[..end].rsplit([',', ':', ';', '(', '\n']).next()?;
    let start = end - head.len();
    // « since this morning my macros … »: the subject begins at its own determiner.
    let lead = [" my ", " our ", " the "]
        .iter()
        .filter_map(|word| head.rfind(word))
        .max()
        .unwrap_or(0);
    let (start, head) = (start + lead, &head[lead..]);
    let head = head.trim_start();
    let start = start + (lower[start..end].len() - head.len());
    let count = head.split_whitespace().count();
    if !(1..=6).contains(&count) || !DETERMINERS.iter().any(|word| head.starts_with(word)) {
        return None;
    }
    let span = folded.original(start..end);
    Some(sentence.start + span.start..sentence.start + span.end)
}

/// Up to five words, ending before the next clause.
fn phrase(lower: &str, from: usize) -> Option<Range<usize>> {
    const STOP: [&str; 26] = [
        "depuis",
        "car",
        "et",
        "mais",
        "qui",
        "quand",
        "lorsque",
        "sur",
        "pour",
        "alors",
        "malgre",
        "ce",
        "cette",
        "hier",
        "aujourd'hui",
        "a",
        "au",
        "que",
        "dans",
        "chez",
        "avec",
        "apres",
        "avant",
        "since",
        "from",
        "when",
    ];
    let mut end = from;
    let mut count = 0;
    for word in lower[from..].split_inclusive(' ') {
        let bare = word.trim_end();
        let clean = bare.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\n']);
        if clean.is_empty() || STOP.contains(&clean) && count > 0 || count == 5 {
            break;
        }
        end += clean.len();
        count += 1;
        if clean.len() < bare.len() {
            break;
        }
        end += word.len() - clean.len();
    }
    let kept = lower[from..end.min(lower.len())].trim_end();
    (count > 0 && kept.chars().count() > 2).then(|| from..from + kept.len())
}
