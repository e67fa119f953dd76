//! Words of the writer's own that name no number: what of them answers which question.

use super::correct;
use super::cut::{and_parts, clauses, parts, sentences, ungreeted, unled};
use super::fit::{Fit, is_courtesy};
use super::given::{Collector, is_wrapped, trimmed};
use super::typed::Piece;
use super::unsure;
use crate::domain::field::{FieldName, Reading};
use crate::domain::form::{Item, LabelName, Separator};
use crate::extract::answer;
use crate::extract::cues::{Cues, Group};
use crate::extract::excerpt::Excerpt;
use crate::extract::lexicon::{is_one_of, mentions};
use crate::text::fold;
use std::ops::Range;

/// Lines, joined where they were only wrapped.
fn paragraphs(collector: &Collector<'_>, pieces: &[Piece]) -> Vec<Excerpt> {
    let body = collector.body;
    let mut paragraphs: Vec<Excerpt> = Vec::new();
    for piece in pieces.iter().take(MOST_LINES) {
        let text = body.text.get(piece.span.clone()).unwrap_or_default();
        if text.len() > LONGEST_LINE {
            continue;
        }
        match paragraphs.last_mut() {
            Some(last) if !piece.apart && is_wrapped(&last.text, text) => {
                last.push(&body.text, piece.span.clone(), ' ');
            }
            _ => paragraphs.push(collector.excerpt(piece.span.clone())),
        }
    }
    paragraphs
}

/// Lines of an answer that are looked at one by one.
const MOST_LINES: usize = 60;

/// The longest line that may be an answer in a few words.
const LONGEST_LINE: usize = 2_000;

/// Gives free words to the questions that are still open.
pub(super) fn read(collector: &mut Collector<'_>, pieces: &[Piece]) {
    let lines: Vec<Excerpt> = paragraphs(collector, pieces)
        .into_iter()
        .map(|words| ungreeted(&trimmed(&words)))
        .filter(|words| super::typed::says(&words.text) && !is_empty_talk(&words.text))
        .collect();
    if lines.is_empty() {
        return;
    }
    labelled(collector, &lines);
    in_order(collector, &lines);
    let all_short = lines.len() <= 3;
    let told: Vec<Excerpt> = lines.iter().flat_map(sentences).collect();
    for line in &told {
        // « formation ? non, production »: what one asks is no answer where another stands.
        if told.len() > 1 && line.text.ends_with('?') && !unsure::is_unsure(&line.text) {
            continue;
        }
        let open = collector.open();
        if let ([name], true) = (&open[..], all_short) {
            single(collector, *name, line);
            if collector.open().is_empty() {
                continue;
            }
        }
        let answers = !open.is_empty() && unique(collector, line);
        if !answers && !is_taken(collector, line) {
            correct::in_words(collector, line);
        }
    }
    both(collector, &lines);
    rest_unknown(collector, &lines);
    frames(collector, &told);
}

/// What frames an answer is told with it: « Cela touche … », « Mon adresse est … » describe nothing.
fn frames(collector: &mut Collector<'_>, sentences: &[Excerpt]) {
    const MOST_WORDS: usize = 6;
    for sentence in sentences {
        let whole = sentence.span();
        let taken = collector.given.labelled.taken.iter();
        let mut inside: Vec<Range<usize>> = taken
            .filter(|taken| taken.start >= whole.start && taken.end <= whole.end)
            .cloned()
            .collect();
        if inside.is_empty() {
            if is_empty_talk(&sentence.text) {
                collector.given.labelled.taken.push(whole);
            }
            continue;
        }
        inside.sort_by_key(|taken| taken.start);
        let mut frame = String::new();
        let mut at = whole.start;
        let end = std::iter::once(whole.end..whole.end);
        for taken in inside.into_iter().chain(end) {
            let between = at..taken.start.max(at);
            frame += collector.body.text.get(between).unwrap_or_default();
            frame.push(' ');
            at = at.max(taken.end);
        }
        let folded = fold(&frame);
        let said = folded.split(|c: char| !c.is_alphanumeric());
        let said = said.filter(|word| !word.is_empty()).count();
        let names = frame
            .split_whitespace()
            .skip(1)
            .any(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()));
        let tells_fault = said > 3 && Cues::scan(&folded).has(Group::Fault);
        if said <= MOST_WORDS && !names && !tells_fault {
            collector.given.labelled.taken.push(whole);
        }
    }
}

/// « Oui pour les deux », « non aux deux »: one word for all questions that it can answer.
fn both(collector: &mut Collector<'_>, lines: &[Excerpt]) {
    const ALL: &str = "les deux|aux deux|tout|toutes|both|a tout|partout";
    for line in lines {
        let open = collector.open();
        let folded = fold(&line.text);
        let leads = folded.starts_with("oui")
            || folded.starts_with("non")
            || folded.starts_with("yes")
            || folded.starts_with("no ");
        let short = folded.split_whitespace().count() <= 5;
        let fit = open
            .iter()
            .all(|name| collector.judge.fit(*name, &line.text) > Fit::Not);
        if leads
            && short
            && open.len() >= 2
            && fit
            && mentions(ALL, &folded)
            && !is_taken(collector, line)
        {
            let items: Vec<Item> = open.into_iter().map(Item::Field).collect();
            collector.take(&items, line);
            return;
        }
    }
}

/// Whether the words were given to a question already.
fn is_taken(collector: &Collector<'_>, words: &Excerpt) -> bool {
    let span = words.span();
    collector
        .given
        .labelled
        .taken
        .iter()
        .any(|taken| taken.start < span.end && taken.end > span.start)
}

fn is_empty_talk(text: &str) -> bool {
    let folded = fold(text);
    folded.split_whitespace().count() <= 8 && is_courtesy(answer::bare(&folded))
}

/// « prérequis oui », « env prod », « utilisateur : moi »: the name of what was asked leads.
fn labelled(collector: &mut Collector<'_>, lines: &[Excerpt]) {
    for line in lines {
        for words in sentences(line).into_iter().flat_map(|words| {
            std::iter::once(words.clone())
                .chain(clauses(&words))
                .collect::<Vec<_>>()
        }) {
            if is_taken(collector, &words) {
                continue;
            }
            let words = unled(&words);
            let Some(hit) = collector.judge.form.labels().as_written(&words.text) else {
                continue;
            };
            let LabelName::Field(mut name) = hit.name else {
                continue;
            };
            // « Les personnes concernées : moi et le Dr Roy »
            let open = collector.open();
            if name == FieldName::AffectedCount && !open.contains(&name) {
                name = FieldName::AffectedUser;
            }
            if !collector.open().contains(&name) || hit.answer >= words.text.len() {
                continue;
            }
            let rest = correct::core(&trimmed(&words.slice(hit.answer..words.text.len())));
            let short = rest.text.split_whitespace().count() <= 14;
            let fits =
                collector.judge.fit(name, &rest.text) > Fit::Not || unsure::is_unsure(&rest.text);
            let parted = !matches!(hit.separator, Separator::Nothing);
            if short && fits && (parted || !words.text.contains(". ")) {
                collector.take(&[Item::Field(name)], &rest);
            }
        }
    }
}

/// As many lines, or as many parts of the one line, as there are questions left, in their order.
fn in_order(collector: &mut Collector<'_>, lines: &[Excerpt]) {
    let open = open_numbers(collector);
    if open.len() < 2 {
        return;
    }
    let free: Vec<Excerpt> = lines
        .iter()
        .filter(|line| !is_taken(collector, line))
        .cloned()
        .collect();
    let mut attempts = vec![free.clone()];
    for line in &free {
        attempts.push(parts(line, &[',', ';', '/', '\n']));
        attempts.push(parts(line, &[';', '/', '\n', '.']));
        attempts.push(parts(line, &[',', ';', '/', '\n', '.']));
        attempts.push(and_parts(line));
    }
    for attempt in attempts {
        // Further words may follow the answers.
        if attempt.len() < open.len() || attempt.len() > open.len() + 1 {
            continue;
        }
        let fits = attempt.iter().zip(&open).all(|(words, items)| {
            words.text.split_whitespace().count() <= 14
                && (unsure::is_unsure(&words.text)
                    || super::fields_of(items)
                        .any(|name| collector.judge.fit(name, &words.text) > Fit::Not))
        });
        if fits {
            for (words, items) in attempt.iter().zip(&open) {
                collector.take(items, words);
            }
            return;
        }
    }
}

/// The items of the numbers of which nothing is answered yet.
fn open_numbers(collector: &Collector<'_>) -> Vec<Vec<Item>> {
    let open = |items: &&Vec<Item>| super::fields_of(items).all(|name| !collector.has(name));
    collector
        .asked
        .numbers
        .iter()
        .filter(open)
        .cloned()
        .collect()
}

/// The one question that is left: the whole line answers it, or a part.
fn single(collector: &mut Collector<'_>, name: FieldName, line: &Excerpt) {
    let short = line.text.split_whitespace().count() <= 12;
    if short && unsure::is_unsure(&line.text) {
        collector.take(&[Item::Field(name)], line);
        return;
    }
    let mut candidates = vec![line.clone()];
    candidates.extend(clauses(line));
    for words in candidates {
        if is_taken(collector, &words) {
            continue;
        }
        let core = correct::core(&words);
        let words = if collector.judge.fit(name, &words.text) > Fit::Not {
            words
        } else {
            core
        };
        if is_empty_talk(&words.text) || words.text.split_whitespace().count() > 14 {
            continue;
        }
        if collector.judge.fit(name, &words.text) > Fit::Not {
            collector.take(&[Item::Field(name)], &words);
            return;
        }
    }
}

/// Parts that can answer one of the open questions and no other.
fn unique(collector: &mut Collector<'_>, line: &Excerpt) -> bool {
    let mut any = false;
    if mentions("les deux|aux deux|both", &fold(&line.text)) {
        return false;
    }
    // The clauses before the whole: « ARM, en prod » answers twice.
    let mut candidates = clauses(line);
    candidates.push(line.clone());
    for clause in candidates {
        let words = correct::core(&clause);
        if is_empty_talk(&words.text) {
            continue;
        }
        let spoken = words.text.split_whitespace();
        let spoken = spoken.filter(|word| word.contains(char::is_alphanumeric));
        if spoken.count() > 8 || is_taken(collector, &words) {
            continue;
        }
        let open = collector.open();
        let mut sure: Vec<FieldName> = open
            .iter()
            .copied()
            .filter(|name| collector.judge.fit(*name, &words.text) == Fit::Sure)
            .collect();
        // Groups of people are an answer where the user is asked for and no more fits.
        if sure.is_empty() && open.contains(&FieldName::AffectedUser) && is_group(&words.text) {
            sure.push(FieldName::AffectedUser);
        }
        // « Je m'appelle … » names who writes.
        if sure.is_empty()
            && open.contains(&FieldName::DeclarantName)
            && introduces(&clause.text)
            && collector.judge.fit(FieldName::DeclarantName, &words.text) > Fit::Not
        {
            sure.push(FieldName::DeclarantName);
        }
        if let [name] = sure[..]
            && name != FieldName::Description
        {
            collector.take(&[Item::Field(name)], &words);
            any = true;
        }
    }
    any
}

/// « je m'appelle Paul Petit »
fn introduces(text: &str) -> bool {
    const LEADS: &str = "je m'appelle|je me nomme|mon nom est|mon nom c'est|moi c'est|my name is";
    let folded = fold(text);
    LEADS.split('|').any(|lead| folded.starts_with(lead))
}

/// « les ARM de jour », and no sentence about them.
pub(super) fn is_group(text: &str) -> bool {
    const VERBS: &str = "a|ont|est|sont|etait|avait|avons|va|vont|peut|peuvent|fait|font|votre|vos|has|have|is|are|your|moi|me|myself";
    let folded = fold(text);
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    crate::extract::count::names_people(text)
        && folded.split_whitespace().count() <= 10
        && !folded.contains(|c: char| c.is_ascii_digit() || c == '(')
        && !words.any(|word| is_one_of(VERBS, word))
}

/// « je ne sais pas » alone, « pour le reste, aucune idée »: what was asked and not answered.
fn rest_unknown(collector: &mut Collector<'_>, lines: &[Excerpt]) {
    const REST: &str = "le reste|les autres|tout ca|tout cela|ces questions|vos questions|autres questions|autres points|aux deux|les deux|aux questions|the rest|the others|either|any of|aucune des|rien de tout";
    for line in lines {
        for words in std::iter::once(line.clone()).chain(parts(line, &['.', '!', '?', ';'])) {
            if !unsure::is_unsure(&words.text) || is_taken(collector, &words) {
                continue;
            }
            let rest = mentions(REST, &fold(&words.text));
            let alone = lines.len() == 1 && words.text.split_whitespace().count() <= 5;
            let open = collector.open();
            if open.is_empty() || !(rest || alone) {
                continue;
            }
            for name in open {
                if name != FieldName::Description {
                    collector.decide(name, Reading::Unknown, &words, 0.85);
                }
            }
            return;
        }
    }
}
