//! The part of the portal that a message names: by what its complaint is about (`complaint.rs`), by
//! a table of functions (`table.rs`), by « le bouton … », « l'onglet « … » ».

use super::sentence::{About, Sentence};
use super::token::Tokens;
use crate::text::Folded;
use phrase::Source;
use std::ops::Range;
use table::{completed, named};

mod complaint;
mod complement;
mod enacted;
mod fuller;
mod lead;
mod object;
mod phrase;
mod table;
mod words;

/// The most that a part read from running text is worth: about 80 in 100 of the surest were right
/// on unseen messages.
const MOST: f32 = 0.8;

/// What « les messages », « la liste » alone is worth.
const BARE: f32 = 0.4;

/// Whether the text tells of the act that the subject names, so that the subject names the part.
#[must_use]
pub fn is_named_by_subject(text: &str, subject: &str) -> bool {
    enacted::is_enacted(&Tokens::new(text), subject)
}

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
    let bare = best.bare.map(|span| Found { span, score: BARE });
    best.found.or(bare).map(|mut best| {
        if let Some(fuller) = fuller::named_before(&source, &best.span) {
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
struct Best {
    found: Option<Found>,
    /// What says little by itself, for where nothing says more.
    bare: Option<Range<usize>>,
}

impl Best {
    fn consider(&mut self, span: Range<usize>, score: f32, floor: f32) {
        if score > floor
            && self
                .found
                .as_ref()
                .is_none_or(|best| score > best.score + 0.01)
        {
            self.found = Some(Found { span, score });
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

/// What a head that parts of portals have is worth: « tableau des équipes », « suivi des ambulances ».
fn headed(tokens: &Tokens, phrase: phrase::Phrase) -> f32 {
    // « page « délai dépassé » »: what a screen says.
    let said = tokens.sign(phrase.to.saturating_sub(1), b'"')
        && tokens.among(phrase.from, "ecran|fenetre|alerte");
    if phrase.tail > 0 && !said && words::HEADS.holds(tokens.word(phrase.from)) {
        0.12
    } else {
        0.0
    }
}

/// Where a sentence begins to say what ought to be: what it names from there need not be what fails.
fn expects(sentence: &str) -> Option<usize> {
    const CUES: [&str; 12] = [
        "on attend",
        "nous attend",
        "j'attend",
        "je m'attend",
        "devrait ",
        "devraient ",
        "il faudrait",
        "il faut ",
        "normalement",
        "en temps normal",
        "d'habitude",
        "should ",
    ];
    let folded = Folded::new(sentence);
    CUES.iter()
        .filter_map(|cue| folded.as_str().find(cue))
        .min()
        .map(|at| folded.original(at..at).start)
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
        let next = hits.partition_point(|hit| hit.span.start < sentence.span.start);
        let touched = hits
            .get(next)
            .is_some_and(|hit| hit.span.start < sentence.span.end);
        let lone = !short && at - from <= 2 && sentence.about == About::Context && !touched;
        // « kev » below the words signs.
        if lone {
            continue;
        }
        let expected = (sentence.about == About::Context)
            .then(|| expects(&text[sentence.span.clone()]))
            .flatten()
            .map_or(usize::MAX, |at| sentence.span.start + at);
        for (number, (phrase, weight)) in complaint::placed(source, from, at, short)
            .into_iter()
            .enumerate()
        {
            // What is named first is complained of; what follows comes of it.
            let weight = weight - 0.02 * number.min(4) as f32;
            let span = tokens.span(phrase.from, phrase.to);
            // « bons de transport »: « transport » alone is part of a longer name of the table.
            let span = hits
                .iter()
                .find(|hit| {
                    hit.specific
                        && hit.span.len() > span.len()
                        && hit.span.start <= span.start
                        && span.end <= hit.span.end
                })
                .map_or(span, |hit| hit.span.clone());
            let known = hits
                .iter()
                .filter(|hit| span.start <= hit.span.start && hit.span.end <= span.end)
                .map(|hit| if hit.specific { 0.16 } else { 0.06 })
                .fold(0.0, f32::max);
            let known = known.max(headed(tokens, phrase));
            let said = if complaint::is_bare_generic(tokens, phrase) {
                if !short && weight >= 0.1 {
                    best.bare.get_or_insert_with(|| span.clone());
                }
                0.0
            } else {
                let said = shared(tokens.folded(phrase.from, phrase.to), subject);
                // « lancer le scénario » names what is pressed, however near the subject is.
                let pressed = tokens.sign(phrase.from, b'"')
                    && ["er", "ir"]
                        .iter()
                        .any(|end| tokens.word(phrase.from + 1).ends_with(end));
                if pressed || span.start >= expected {
                    said.min(0.1)
                } else {
                    said
                }
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
    // « indispo véhicule » in short is « indisponibilité d'un véhicule ».
    let short =
        |one: &str, two: &str| one.len() >= 5 && two.len() >= one.len() + 3 && two.starts_with(one);
    let named: Vec<String> = named
        .into_iter()
        .map(|word| {
            let abbreviated = said
                .iter()
                .find(|said| short(said, &word) || short(&word, said));
            abbreviated.cloned().unwrap_or(word)
        })
        .collect();
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

/// Whether a text names a function of the portal.
#[must_use]
pub fn names_one(folded: &Folded) -> bool {
    named(folded).iter().any(|(_, specific)| *specific)
}

/// Whether a text names a function of the portal, or what holds one.
#[must_use]
pub fn names_any(folded: &Folded) -> bool {
    !named(folded).is_empty()
}

/// « l'onglet « Intervenants » », « la touche F8 », « le module transferts »; of « la partie « Bilans » »
/// the name alone.
fn containers(text: &str, folded: &Folded) -> Vec<(Range<usize>, f32)> {
    const WORDS: &str = "onglet|bouton|touche|module|rubrique|ecran|menu|page|fonction|fonctionnalite|vue|panneau|fenetre|volet|champ|icone|corbeille|tuile|encart|partie|tab|button|screen|part";
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
                let inside = start.end + skipped + open.len_utf8();
                let name = &text[inside..inside + length];
                let lead = name.len() - name.trim_start().len();
                found.push(match word {
                    "partie" | "part" if !name.trim().is_empty() => {
                        let from = inside + lead;
                        (from..from + name.trim().len(), 0.5)
                    }
                    _ => (start.start..inside + length + close.len_utf8(), 0.5),
                });
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

#[cfg(test)]
mod tests {
    use super::find;
    use crate::extract::cues::Cues;
    use crate::extract::sentence::sentences;
    use crate::text::Folded;

    fn part(text: &str) -> Option<&str> {
        let folded = Folded::new(text);
        let cues = Cues::scan(folded.as_str());
        let sentences = sentences(text, &folded, &cues);
        find(text, &folded, &sentences, "").map(|found| &text[found.span])
    }

    #[test]
    fn a_bare_name_is_completed_by_the_fuller_one_before_it() {
        for (text, expected) in [
            (
                "Je consulte la carte des tensions hospitalières.\nLa carte devrait être verte, elle reste grise.",
                "carte des tensions hospitalières",
            ),
            (
                "Nous tenons le planning des effecteurs.\nLe planning ne s'affiche plus.",
                "planning des effecteurs",
            ),
        ] {
            assert_eq!(part(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn heads_of_portals_outweigh_what_ought_to_be_and_what_is_around() {
        for (text, expected) in [
            (
                "Un SMUR a été affiché « -57 min » sur le tableau des équipes, et depuis tous les délais y sont faux. On attend des durées positives.",
                "tableau des équipes",
            ),
            (
                "le suivi des ambulances privées affiche « libre » alors qu'elles roulent. D'habitude les couleurs changent.",
                "suivi des ambulances privées",
            ),
            (
                "Quand j'ouvre le DMP de la personne, page blanche, mais le consentement je l'ai coché.",
                "DMP de la personne",
            ),
        ] {
            assert_eq!(part(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_named_between_quotes_is_the_part() {
        for (text, expected) in [
            (
                "Rien ne s'affiche. Cela concerne la partie « tableau des astreintes » du portail.",
                "tableau des astreintes",
            ),
            (
                "Le clic ne fait rien dans l'onglet « Intervenants ».",
                "onglet « Intervenants »",
            ),
            (
                "Nothing shows in the part \"shift board\" of the portal.",
                "shift board",
            ),
        ] {
            assert_eq!(part(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_says_little_is_better_than_nothing_and_a_denied_part_is_nothing() {
        assert_eq!(part("Les messages n'arrivent plus."), Some("messages"));
        assert_eq!(
            part("Ce n'est plus les statistiques qui ne marchent pas."),
            None
        );
    }
}
