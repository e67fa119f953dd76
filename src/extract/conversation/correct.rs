//! Corrections of what we had understood: typed at a line of our summary (« 6 en fait »), or in
//! words that say so (« non, plutôt 15h02 »).

use super::fit::{Fit, YES_NO, counted};
use super::given::Collector;
use crate::domain::asked::Asked;
use crate::domain::field::{FieldName, Precision, Reading, Value};
use crate::domain::form::Item;
use crate::extract::excerpt::Excerpt;
use crate::extract::lexicon::{is_one_of, mentions};
use crate::extract::token::Tokens;
use crate::extract::{answer, environment, feature, when};
use crate::text::{Folded, fold};
use chrono::{Duration, NaiveTime};
use std::ops::Range;

/// « oui », « exact », « c'est bien ça »: a line of the summary that is right.
pub(super) fn confirms(text: &str) -> bool {
    const RIGHT: &str = "exact|exactement|c'est ca|c'est bien ca|c'est exact|c'est correct|correct|juste|parfait|rien a ajouter|rien a signaler|ras|right|that's right|tout est bon|tout est correct|c'est tout bon";
    let folded = fold(text);
    let bare = answer::bare(&folded);
    is_one_of(YES_NO, bare) || is_one_of(RIGHT, bare)
}

/// Takes what was typed at a line of our summary that tells `names`; false where it is none of it.
pub(super) fn at_line(collector: &mut Collector<'_>, names: &[FieldName], words: &Excerpt) -> bool {
    let core = core(&affirmed(words));
    let text = core.text.as_str();
    let mut found = Vec::new();
    for name in names {
        let fits = match name {
            FieldName::AffectedCount => counted(text).is_some(),
            FieldName::Environment => collector.judge.fit(*name, text) == Fit::Sure,
            FieldName::Feature => {
                let named = feature::names_one(&Folded::new(text));
                let bare =
                    environment::answer(text).is_some() && text.split_whitespace().count() <= 6;
                named || !bare && collector.judge.fit(*name, text) > Fit::Not
            }
            FieldName::AffectedUser => {
                !found.contains(&FieldName::AffectedCount)
                    && collector.judge.fit(*name, text) > Fit::Not
            }
            FieldName::Description => text.split_whitespace().count() >= 3,
            _ => collector.judge.fit(*name, text) > Fit::Not,
        };
        if fits {
            found.push(*name);
        }
    }
    for name in &found {
        collector.take(&[Item::Field(*name)], &core);
    }
    !found.is_empty()
}

/// The words without what leads to them and what trails: « non, plutôt », « en fait ».
pub(super) fn core(words: &Excerpt) -> Excerpt {
    const LEADS: &str = "non|oui|plutot|en fait|correction|une petite correction|petite correction|erreur|erreur de ma part|rectification|en realite|finalement|desole|pardon|c est|c|ce sont|sont|ce serait|ce sera|il s agit de|il s agit du|il s agit des|il y en a|c etait|ca touche|ca concerne|cela touche|cela concerne|concerne|touche|actually|rather|just|only|par contre|en revanche|it s|it is|maintenant|desormais|je suis|chui|chuis|suis|moi c est|moi c|moi je suis|i am|i m|my role is|ma fonction est|je m appelle|je me nomme|mon nom est|my name is|est|is|login|mon login|identifiant|compte|pour|mon poste est|et";
    const TRAILS: &str = "en fait|plutot|finalement|en realite|actually|merci";
    let tokens = Tokens::new(&words.text);
    let mut from = 0;
    loop {
        while from < tokens.len()
            && tokens.word(from).is_empty()
            && tokens.number(from, 9).is_none()
        {
            from += 1;
        }
        // « c.dupont@… » leads to nothing.
        if tokens.among(from, "c") && tokens.sign(from + 1, b'.') {
            break;
        }
        // « c'est pour tous » keeps what a count needs.
        match tokens.any_phrase(from, LEADS) {
            // « prérequis non vérifiés », « oui à chaque fois »: there they lead to nothing else.
            Some(next)
                if tokens.among(from, "oui|non")
                    && !tokens.word(next).is_empty()
                    && tokens.any_phrase(next, LEADS).is_none() =>
            {
                break;
            }
            Some(next) if next < tokens.len() && !tokens.among(next, "pour|pas") => from = next,
            _ => break,
        }
    }
    let mut to = tokens.len();
    // None of them is longer than six words.
    while let Some(start) = (to.saturating_sub(6).max(from + 1)..to)
        .find(|at| tokens.any_phrase(*at, TRAILS) == Some(to))
    {
        to = start;
        while to > from + 1 && tokens.word(to - 1).is_empty() && tokens.number(to - 1, 9).is_none()
        {
            to -= 1;
        }
    }
    if from >= to {
        return words.clone();
    }
    words.slice(tokens.span(from, to))
}

/// The part that is affirmed of « pas 2 mais 8 » and of « 17h20 et pas 17h40 ».
fn affirmed(words: &Excerpt) -> Excerpt {
    let folded = Folded::new(&words.text);
    let text = folded.as_str();
    let cut = |range: Range<usize>| words.slice(folded.original(range));
    let denied = text.find("pas ").or_else(|| text.find("not "));
    for but in [" mais ", " but "] {
        if let (Some(denied), Some(at)) = (denied, text.find(but))
            && denied < at
        {
            return cut(at + but.len()..text.len());
        }
    }
    for instead in [
        " et pas ",
        " et non ",
        " au lieu d",
        " plutot qu",
        ", pas ",
        ", not ",
        " instead of ",
        " rather than ",
    ] {
        if let Some(at) = text.find(instead).filter(|at| *at > 4) {
            return cut(0..at);
        }
    }
    words.clone()
}

/// A start that names an hour alone, on the day that the ticket knows.
pub(super) fn start(
    text: &str,
    base: &when::Base,
    asked: &Asked,
) -> Option<(Reading, Range<usize>)> {
    const DAYS: &str = "hier|aujourd|ce matin|ce soir|cette nuit|cet apres|ce midi|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|veille|avant|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|/|il y a|ago|today|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday|le 1|le 2|le 3|meme jour|lendemain|semaine|mois|jour|matinee";
    if mentions(DAYS, &fold(text)) {
        return None;
    }
    let Some(Value::Instant { at: known, .. }) = asked.known[FieldName::StartedAt].value() else {
        return None;
    };
    let evening = known
        .date_naive()
        .and_time(NaiveTime::from_hms_opt(23, 59, 0)?);
    let evening = evening.and_local_timezone(*known.offset()).single()?;
    // The day is the one that is known, not the one on which the answer is written.
    let there = when::Base {
        date: evening,
        overseas: base.overseas,
    };
    let found = when::answer(text, &there)?;
    match &found.reading {
        Reading::Present(Value::Instant { at, precision })
            if *precision != Precision::Day && (*at - *known).abs() <= Duration::hours(24) =>
        {
            Some((found.reading, found.span))
        }
        _ => None,
    }
}

/// Takes a correction out of words that say that they are one: « 6 en fait », « non, pas en formation,
/// en prod », « erreur de ma part, c'était à 15h02 ».
pub(super) fn in_words(collector: &mut Collector<'_>, words: &Excerpt) -> bool {
    const CUES: &str = "en fait|plutot|erreur|rectif|correction|je me suis trompe|me suis tromp|au lieu de|et non|finalement|en realite|pas en formation|pas en prod|actually|instead|rather|not |non |non,|corrig|pas le bon|pas la bonne";
    let folded = fold(&words.text);
    let denied = folded
        .find("pas ")
        .is_some_and(|at| folded[at..].contains(" mais "));
    if !(denied || mentions(CUES, &folded)) || words.text.split_whitespace().count() > 24 {
        return false;
    }
    let core = core(&affirmed(words));
    let begun = mentions(
        "commence|debut|depuis|a partir|demarre|started|began",
        &folded,
    );
    let known =
        |name: FieldName| matches!(collector.asked.known[name].reading, Reading::Present(_));
    let candidates: Vec<FieldName> = [
        FieldName::StartedAt,
        FieldName::AffectedCount,
        FieldName::Environment,
        FieldName::Phone,
        FieldName::Entity,
    ]
    .into_iter()
    .filter(|name| known(*name) && !collector.has(*name))
    .filter(|name| {
        let fit = collector.judge.fit(*name, &core.text);
        let timed = || begun && when::answer(&core.text, collector.judge.base).is_some();
        fit == Fit::Sure
            || *name == FieldName::StartedAt && timed()
            || *name == FieldName::AffectedCount
                && fit == Fit::May
                && core.text.split_whitespace().count() <= 3
    })
    .collect();
    let [name] = candidates[..] else {
        return false;
    };
    collector.take(&[Item::Field(name)], &core);
    true
}
