//! A name that closes a text, or that is to be called.

use super::super::token::{Kind, Tokens};
use super::job::is_told_of;
use super::name::{Shape, Unit, arranged, is_particle, unit};
use super::prose::{begins_sentence, role_behind, run};
use super::{Found, is_common, is_place_word, role, titles};

/// A name that closes the text: « Kevin », « jordan, poste 2214 », « Quentin Bellanger, samu 53 »,
/// « rappeler Vanhoutte au 03 … ».
pub(super) fn closing(text: &str, tokens: &Tokens) -> Option<Found> {
    if let Some(person) = to_be_called(text, tokens) {
        return Some(person);
    }
    let mut end = above_numbers(tokens);
    while end > 0
        && matches!(
            tokens.get(end - 1).map(|t| t.kind),
            Some(Kind::Line | Kind::Sign(b'.' | b'!' | b'-' | b')'))
        )
    {
        end -= 1;
    }
    let mut start = end;
    while start > 0 && end - start < 24 && !begins_sentence(tokens, start) {
        start -= 1;
    }
    let start = titles(tokens, farewell(tokens, start, end), end);
    // « Technicien : Grégory Pavy »: whom a ticket is given to, not its writer.
    if (start.saturating_sub(4)..start).any(|at| {
        tokens.among(
            at,
            "technicien|technicienne|assigne|assignee|attribue|attribuee|affecte|intervenant|intervenante|resolveur|traite|observateur|technician|assignee|valideur|destinataire",
        ) && (at + 1..start).any(|at| tokens.sign(at, b':'))
    }) {
        return None;
    }
    let mut units = run(text, tokens, start, true);
    if let [given] = units.as_slice()
        && let Some(surname) = small_surname(text, tokens, given)
    {
        units.push(surname);
    }
    let last = units.last()?.to;
    // « J. Durand 03 83 … », « Nadia 06 … »
    let numbered = super::signature::before_numbers(tokens, start, end) == last;
    let near = end - start < 15;
    let whole = last >= end
        || numbered
        || near
            && matches!(
                tokens.get(last).map(|t| t.kind),
                Some(Kind::Sign(b',' | b'-' | b'(' | b'/' | b'.') | Kind::Line)
            );
    let known = units.iter().any(Unit::is_given)
        || units.len() > 1 && units.iter().all(|unit| unit.shape != Shape::Lower);
    if !whole || !known || units[0].from != start {
        return None;
    }
    // « Pascal, la carto est figée »: whom the words are for.
    const SPEAKS_ON: &str = "le|la|les|l|je|j|on|nous|il|elle|ils|ca|c|ce|cela|plus|impossible|peux|pouvez|pourrais|pourriez|peut|voici|ci|merci|un|une|des|depuis|notre|nos|mon|ma|mes|the|please|can|we|i|our|there|tu|vous|rien|aucun|aucune|pour|voir|faut|toujours|encore";
    if tokens.sign(last, b',') && tokens.among(last + 1, SPEAKS_ON) {
        return None;
    }
    // « Julie Roux, ARM, est bloquée »: told of by another.
    if role_behind(tokens, last).is_some_and(|(_, end)| is_told_of(text, tokens, end)) {
        return None;
    }
    let span = tokens.span(units[0].from, last);
    Some(Found {
        span,
        name: Some(arranged(&units)),
        role: None,
        writer: true,
        contact: is_contact(tokens, start),
        score: 0.6,
    })
}

/// The surname behind a given name in letters that mark nothing, on a line of their own: « JEROME
/// PASQUET » below words in capitals, « nadia benali 06 12 34 56 78 ».
fn small_surname<'t>(text: &'t str, tokens: &'t Tokens, given: &Unit<'_>) -> Option<Unit<'t>> {
    let from = given.from;
    let begins = from == 0 || tokens.ends_line(from - 1);
    let fits = given.shape == Shape::Lower && given.is_given() && given.folded.len() > 2;
    if !begins || !fits || tokens.ends_line(given.to) {
        return None;
    }
    let surname = unit(text, tokens, given.to)?;
    let other = is_common(surname.folded)
        || is_place_word(surname.folded)
        || is_particle(surname.folded)
        || role::role(tokens, surname.from).is_some();
    let closed = tokens.ends_line(surname.to)
        || matches!(
            tokens.get(surname.to).map(|t| t.kind),
            Some(Kind::Number | Kind::Sign(b',' | b'-' | b'(' | b'/'))
        );
    (surname.folded.len() > 2 && !other && closed).then_some(surname)
}

/// Where the text ends but for the lines below that hold a number to call and no more.
fn above_numbers(tokens: &Tokens) -> usize {
    let mut end = tokens.len();
    for _ in 0..3 {
        let mut start = end;
        let mut numbers = 0;
        while start > 0 && !tokens.ends_line(start - 1) {
            start -= 1;
            match tokens.get(start).map(|token| token.kind) {
                Some(Kind::Number) => numbers += 1,
                Some(Kind::Sign(_)) => {}
                _ if tokens.among(start, "tel|t|tph|port|portable|mobile|mob|gsm|fixe|direct|ligne|directe|dect|poste|bureau|p|m|d|et|ou|phone") => {}
                _ => return end,
            }
        }
        if start == 0 || start < end && numbers < 2 {
            return end;
        }
        end = start - 1;
    }
    end
}

/// Steps over « Cdt, », « Merci », « Bien à vous ».
pub(super) fn farewell(tokens: &Tokens, from: usize, to: usize) -> usize {
    let mut at = from;
    // « A. BENOIT » is an initial.
    let initial = |at: usize| {
        !tokens.word(at).is_empty() && tokens.width(at) == 1 && tokens.sign(at + 1, b'.')
    };
    while at < to && !initial(at) && (tokens.among(at, "cdt|cdlt|cordialement|merci|bien|a|vous|bonne|journee|soiree|garde|nuit|salutations|sincerement|d|avance|regards|best|thanks|bav") || matches!(tokens.get(at).map(|t| t.kind), Some(Kind::Sign(_)))) {
        at += 1;
    }
    at
}

fn to_be_called(text: &str, tokens: &Tokens) -> Option<Found> {
    (0..tokens.len()).find_map(|at| {
        if !tokens.among(
            at,
            "rappeler|contacter|joindre|demander|appeler|rappelez|demandez",
        ) {
            return None;
        }
        let units = run(text, tokens, at + 1, false);
        let last = units.last()?.to;
        // « rappeler Nadia Ferchaux, ARM, au 06 … »
        let comma = usize::from(tokens.sign(last, b',') || tokens.sign(last, b'('));
        let job = role::role(tokens, last + comma).map(|end| (last + comma, end));
        let behind = job.map_or(last, |(_, end)| {
            if tokens.sign(end, b',') || tokens.sign(end, b')') {
                end + 1
            } else {
                end
            }
        });
        let reached = tokens.among(behind, "au|a|poste|tel|sur")
            || tokens.get(behind).is_some_and(|t| t.kind == Kind::Number);
        let role = job.map(|(from, to)| {
            let span = tokens.span(from, to);
            (role::written(text, &span), span)
        });
        let span = tokens.span(units[0].from, last);
        (units[0].from == at + 1 && reached).then(|| Found {
            span,
            name: Some(arranged(&units)),
            role,
            writer: true,
            contact: true,
            score: 0.4,
        })
    })
}

/// « Le Directeur de garde » on a line of its own near the end: who signs by their office.
pub(super) fn closing_role(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let alone = at > 0 && tokens.ends_line(at - 1) && tokens.len() - at <= 16;
    if !alone || !tokens.among(at, "le|la|l|the|votre") {
        return None;
    }
    let from = tokens.skip_joints(at + 1);
    let end = role::role(tokens, from)?;
    let ends = tokens.ends_line(end) || tokens.sign(end, b',') || tokens.among(end, "du|de|des|d");
    ends.then(|| (Found::of_job(text, tokens, from, end, 0.7), end))
}

/// « SAMU 59, superviseur ARM. »: a job, alone behind the SAMU that opens the sentence.
pub(super) fn closes_behind_samu(tokens: &Tokens, at: usize) -> bool {
    at >= 3
        && tokens.sign(at - 1, b',')
        && tokens.number(at - 2, 3).is_some()
        && tokens.is(at - 3, &["samu"])
        && (at == 3 || super::prose::begins_sentence(tokens, at - 3))
        && role::role(tokens, at).is_some_and(|end| tokens.sign(end, b'.') || tokens.ends_line(end))
}

/// Whether the words before `at` on its line make what follows the one to call: « Contact sur
/// place : », « Votre interlocuteur : ».
pub(super) fn is_contact(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(6)..at)
        .rev()
        .take_while(|before| !tokens.ends_line(*before) && !tokens.sign(*before, b'.'))
        .any(|before| {
            tokens.among(
                before,
                "contact|contacts|interlocuteur|interlocutrice|contacter|joindre|demander|appeler|rappeler|rappelez|correspondant|referent|voir",
            )
        })
}
