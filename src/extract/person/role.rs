//! Jobs: a table of what a role begins with and of the words that go on with it.

use super::super::token::{Kind, Tokens};
use crate::text::fold;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Phrases by their first word.
type Phrases = HashMap<&'static str, Vec<&'static str>>;

static ROLES: LazyLock<(Phrases, Phrases)> = LazyLock::new(|| {
    let mut tables = (HashMap::new(), HashMap::new());
    let mut more = false;
    for line in include_str!("roles.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        match line {
            "[begin]" => more = false,
            "[more]" => more = true,
            phrase => {
                let table: &mut Phrases = if more { &mut tables.1 } else { &mut tables.0 };
                let first = phrase.split(' ').next().unwrap_or(phrase);
                table.entry(first).or_default().push(phrase);
            }
        }
    }
    tables
});

/// Words kept in capitals.
const ACRONYMS: &str = "mrl|mru|osnp|arm|parm|ide|iade|iao|ioa|tim|dsi|rsi|rssi|dpo|si|samu|smur|cesu|crra|sih|dim|amu|ars|gip|ama|sas|ssi|it";

fn longest(tokens: &Tokens, at: usize, table: &Phrases) -> Option<usize> {
    table
        .get(tokens.word(at))?
        .iter()
        .filter_map(|phrase| tokens.phrase(at, phrase))
        // « Formatrice - CESU 37 »: what stands behind the dash is no part of the job.
        .filter(|end| !(at..*end).any(|at| tokens.sign(at, b'-') && !tokens.glued(at)))
        .max()
}

/// Where the role that begins at `at` ends, in its shortest form (« médecin régulateur »).
pub(super) fn role(tokens: &Tokens, at: usize) -> Option<usize> {
    let mut end = match longest(tokens, at, &ROLES.0) {
        Some(end) => compound(tokens, at, end),
        None => qualified(tokens, at)?,
    };
    for _ in 0..5 {
        let next = tokens.skip_joints(end);
        // « resp. SI », « méd. régulateur »: the point belongs to the abbreviation.
        let short = tokens.among(end - 1, "resp|ass|dir|med|inf|tech|coord|adj|ing|secr");
        // « Formatrice - CESU 37 »: a dash between blanks parts the job from the place.
        let parted = tokens.sign(end, b'-') && !tokens.glued(end);
        let joined = if next > end && (tokens.sign(end, b'.') && !short || parted) {
            end
        } else {
            next
        };
        if let Some(after) = longest(tokens, joined, &ROLES.1) {
            end = after;
        } else if tokens.is(end, &["et"])
            && let Some(after) = longest(tokens, end + 1, &ROLES.0)
        {
            end = after;
        } else if let Some(after) = deputised(tokens, end) {
            end = after;
        } else {
            break;
        }
    }
    // « secrétaire pédagogique du CESU 86 »: the place is no part of the job.
    let numbered = tokens
        .get(end)
        .is_some_and(|token| token.kind == Kind::Number);
    let placed = tokens.among(end - 1, "cesu|crra|sas") && tokens.is(end.wrapping_sub(2), &["du"]);
    if numbered && placed && end > at + 2 {
        end -= 2;
    }
    Some(end)
}

/// « adjointe au responsable de salle », « assistant de la cadre »: behind the job of the one whom
/// a deputy, whose own ends at `end`, stands in for.
fn deputised(tokens: &Tokens, end: usize) -> Option<usize> {
    if !tokens.among(
        end - 1,
        "adjoint|adjointe|assistant|assistante|suppleant|suppleante|second|seconde|deputy|assistants",
    ) {
        return None;
    }
    let next = tokens.any_phrase(end, "au|a la|a l|aux|du|de la|de l|to the|of the")?;
    longest(tokens, tokens.skip_joints(next), &ROLES.0)
}

/// Words that end an English job of several: « hospital IT support engineer ».
const HEADS: &str = "engineer|manager|lead|leader|coordinator|operator|technician|nurse|physician|doctor|supervisor|analyst|officer|specialist|administrator|dispatcher|consultant|trainer|director|secretary|assistant|pharmacist|paramedic|clerk|handler|regulator|architect|developer|midwife|dentist";

/// Whether an English job ends with the word at `at`.
pub(super) fn is_head(tokens: &Tokens, at: usize) -> bool {
    tokens.among(at, HEADS)
}

/// « dispatcher supervisor »: behind the English job of which the one of tokens `at..end` is a part.
fn compound(tokens: &Tokens, at: usize, end: usize) -> usize {
    let english =
        end == at + 1 && (is_head(tokens, at) || tokens.among(at, "referent|deputy|senior|junior"));
    if english && is_head(tokens, end) && !tokens.ends_line(end - 1) {
        end + 1
    } else {
        end
    }
}

/// « night shift nurse », « head of the night team »: an English job that the table does not hold,
/// known by the words before its head.
fn qualified(tokens: &Tokens, at: usize) -> Option<usize> {
    const OF: &str = "night|day|evening|shift|medical|regulation|dispatch|it|call|room|dispatching|telephony|control|emergency|nursing|the|our";
    const UNITS: &str =
        "team|shift|room|unit|department|staff|service|crew|office|desk|centre|center";
    if tokens.among(at, "night|day|evening|shift|ward|referent|medical|telephony|dispatching|regulation|deputy|it|emergency") {
        return headed(tokens, at).filter(|end| *end > at + 1);
    }
    let next = tokens.any_phrase(
        at,
        "head of|leader of|manager of|supervisor of|in charge of",
    )?;
    (next..next + 5)
        .take_while(|near| *near == next || tokens.among(near - 1, OF))
        .find(|near| tokens.among(*near, UNITS))
        .map(|unit| unit + 1)
}

/// Where the English job of up to five words that begins at `at` ends, its head last: « night shift
/// supervisor ».
pub(super) fn headed(tokens: &Tokens, at: usize) -> Option<usize> {
    const NO_PART: &str = "the|a|an|as|tonight|today|i|am|and|for|of|is|my|our|le|la|de|du|je|suis|et|at|in|on|from|to|with|not|who|that|your|his|her|their|be|was|has|have|can";
    let mut end = None;
    for next in at..at + 5 {
        let part = tokens
            .get(next)
            .is_some_and(|token| token.kind == Kind::Word)
            && !tokens.among(next, NO_PART)
            && (next == at || !tokens.ends_line(next - 1));
        if !part {
            break;
        }
        if is_head(tokens, next) {
            end = Some(next + 1);
        }
    }
    end
}

/// Where a role that stands alone (after a label, on a signature's line) ends: it takes the words
/// up to the place or the end of the clause (« responsable du centre de services »).
pub(super) fn role_alone(tokens: &Tokens, at: usize, stop: usize) -> Option<usize> {
    let mut end = role(tokens, at)?.min(stop);
    let short = end;
    while end < stop && end - at < 12 {
        let token = tokens.get(end)?;
        match token.kind {
            Kind::Word => {
                let place = tokens.among(end, "samu|chu|ch|chru|hopital|tel|poste|pour|ce|cette|chez|mail|sur|tapant|a|au|aux|at|here|pole|qui|je|et|nous|n|ne|est|sont|ont|que|dans|depuis");
                let software = tokens.is(end, &["samu"]) && tokens.is(end.wrapping_sub(2), &["si"])
                    || tokens.is(end, &["pole", "et"]);
                if place && !software {
                    break;
                }
                end += 1;
            }
            Kind::Sign(b'\'' | b'-' | b'/') if tokens.glued(end) && tokens.glued(end + 1) => {
                end += 1;
            }
            _ => break,
        }
    }
    // No dangling small word: « responsable du [SAMU 74] ».
    while end > short
        && (tokens.among(end - 1, "de|du|des|d|la|le|les|l|et|en|a")
            || matches!(tokens.get(end - 1).map(|t| t.kind), Some(Kind::Sign(_))))
    {
        end -= 1;
    }
    Some(end.max(short))
}

/// A role as it is kept: as written; one shouted whole is lowered but for its acronyms.
pub(super) fn written(text: &str, span: &Range<usize>) -> String {
    let role = text.get(span.clone()).unwrap_or_default();
    let shouted = role.chars().all(|c| !c.is_lowercase());
    let words: Vec<String> = role
        .split_whitespace()
        .map(|word| {
            let folded = fold(word);
            let mut parts = folded.split(|c: char| !c.is_alphabetic());
            let acronym = parts.any(|part| ACRONYMS.split('|').any(|one| one == part));
            if shouted && !acronym {
                word.to_lowercase()
            } else {
                word.to_owned()
            }
        })
        .collect();
    words.join(" ")
}
