//! Answers in a few words: as in a text message (« tt le tps », « tjrs », « a chak x »), or a name
//! between quotes.

use crate::domain::field::Frequency;
use crate::extract::lexicon::{is_one_of, mentions};
use crate::text::fold;
use std::ops::Range;

/// How often, in short writing that no sentence is written in.
pub(super) fn frequency(text: &str) -> Option<Frequency> {
    const ALWAYS: &str = "tt le tps|tt le temps|tout le tps|tjrs|tjs|tjr|toujour|chak|a chaq |a chq|ts les|tlt|systematik";
    const SOMETIMES: &str = "parfoi |des x|1x sur|une x sur|1 x sur|2 tps en tps|de tps en tps|2 temps en temps|qqfois|qques fois|qqs fois|d fois";
    let folded = format!("{} ", fold(text));
    let denied = mentions("pas |plus |jamais ", &folded);
    if denied || folded.split_whitespace().count() > 8 {
        return None;
    }
    if mentions(SOMETIMES, &folded) {
        return Some(Frequency::Intermittent);
    }
    mentions(ALWAYS, &folded).then_some(Frequency::Yes)
}

/// Whether it was done, of words that begin by saying so: « c'est fait depuis ce matin ».
pub(super) fn checked(text: &str) -> Option<bool> {
    const DONE: &str = "c'est fait|c fait|fait |fait,|faite|faits|c'est bon|c bon|verifie|controle|done|checked|deja fait|deja verifie";
    const UNDONE: &str = "pas fait|pas encore|pas verifie|non fait|jamais fait|c'est pas fait|ce n'est pas fait|not done|not yet|pas eu le temps";
    let folded = format!("{} ", fold(text).trim());
    let begins = |list: &str| list.split('|').any(|words| folded.starts_with(words));
    if begins(UNDONE) {
        return Some(false);
    }
    begins(DONE).then_some(true)
}

/// The name between quotes that an answer gives for a part: « la partie « tableau des astreintes » ».
pub(super) fn between_quotes(text: &str) -> Option<Range<usize>> {
    for (open, close) in [('«', '»'), ('"', '"'), ('“', '”')] {
        let Some((before, rest)) = text.split_once(open) else {
            continue;
        };
        let Some((inside, _)) = rest.split_once(close) else {
            continue;
        };
        let kinds = "partie|onglet|module|rubrique|ecran|menu|page|fonction|fonctionnalite|vue|part|tab|screen|feature";
        let last = fold(before.trim_end());
        let last = last.rsplit(|c: char| !c.is_alphanumeric()).next();
        let name = inside.trim();
        if name.is_empty() || !is_one_of(kinds, last.unwrap_or_default()) {
            continue;
        }
        let from = before.len() + open.len_utf8() + (inside.len() - inside.trim_start().len());
        return Some(from..from + name.len());
    }
    None
}
