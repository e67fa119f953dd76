//! When it began: days and hours as declarants write them, resolved against the message's date.
//!
//! A little grammar over tokens: `day.rs`, `date.rs`, `clock.rs` and `ago.rs` read days, hours and lengths,
//! `mention.rs` joins those that stand together, `resolve.rs` finds the instant, `cue.rs` says
//! from the words around whether it is the start of the incident or something else. The rulings
//! are those of `spec/declaration.md`: day before month, the latest date not after the message.

use super::token::{Answer, Kind, Tokens};
use crate::domain::field::{Precision, Reading, Reason, Value};
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use std::ops::Range;

mod ago;
mod clock;
mod cue;
mod date;
mod day;
mod event;
mod mention;
mod misspelt;
mod outright;
mod resolve;
mod shift;
mod shown;
mod spoken;
mod unknown;
mod until;
mod zone;

use mention::Mention;
pub use unknown::unknown;

/// What relative times count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The Date of the message whose words they are.
    pub date: DateTime<FixedOffset>,
    /// The local zone of an overseas declarant.
    pub overseas: Option<Tz>,
}

/// What a time is the time of, by the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The start (« depuis », « à partir de », « ça a commencé vers »).
    Start,
    /// Nothing is said of it.
    Plain,
    /// Opening hours, an earlier incident, when it still worked, an end.
    Other,
}

/// A time in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Bytes of the text, on character boundaries.
    pub span: Range<usize>,
    /// The instant, in Europe/Paris; the message's own date where `doubt` says that none follows.
    pub at: DateTime<FixedOffset>,
    /// How exactly it is known.
    pub precision: Precision,
    /// What it is the time of.
    pub role: Role,
    /// How likely it is the start, 0 to 1.
    pub score: f32,
    /// Why it can't be used: too broad, or after the message.
    pub doubt: Option<Reason>,
    /// An hour of which no day is told: it counts from the message's day.
    pub dayless: bool,
}

/// All times of `text`, in order.
#[must_use]
pub fn find(text: &str, base: &Base) -> Vec<Found> {
    let tokens = Tokens::new(text);
    let hour = written_hour(base);
    let mut mentions = mention::mentions(&tokens, hour);
    borrow_days(&tokens, &mut mentions);
    let shift = shift::began(&tokens, &mentions);
    mentions
        .iter()
        .filter_map(|mention| {
            let cue = if Some(mention.from) == shift {
                (Role::Start, 0.1)
            } else {
                role_of(&tokens, mention)
            };
            let mut found = found(text, &tokens, mention, base, cue)?;
            if is_second(around(&tokens, mention).1) {
                found.at = second_pass(found.at);
            }
            Some(found)
        })
        .collect()
}

/// What a time is the time of, and how much that is worth.
fn role_of(tokens: &Tokens, mention: &Mention) -> (Role, f32) {
    let (before, after) = around(tokens, mention);
    let words = tokens.folded(mention.from, mention.to);
    let (ago, timed) = (mention.ago.is_some(), mention.clock.is_some());
    shown::content(before, words, after, ago, timed)
        .or_else(|| waited(tokens, mention).then_some((Role::Other, 0.12)))
        .unwrap_or_else(|| cue::role(before, after))
}

/// The time answered after a label: the first start, else the first time of any kind.
#[must_use]
pub fn answer(text: &str, base: &Base) -> Option<Answer> {
    let found = find(text, base);
    let usable = |found: &&Found| found.doubt.is_none();
    let best = found
        .iter()
        .filter(usable)
        .find(|found| found.role == Role::Start)
        .or_else(|| {
            found
                .iter()
                .filter(usable)
                .find(|found| found.role == Role::Plain)
        })
        .or_else(|| found.iter().find(usable))
        .or_else(|| found.first())?;
    // « le 13 au matin, à sa connexion de 6h50 »: the day, and then the hour of it.
    let best = found
        .iter()
        .filter(|_| best.doubt.is_none() && best.precision == Precision::Day)
        .find(|later| {
            usable(later)
                && later.span.start > best.span.start
                && later.precision != Precision::Day
                && later.role != Role::Other
                && !later.dayless
                && later.at.date_naive() == best.at.date_naive()
        })
        .unwrap_or(best);
    let reading = match &best.doubt {
        Some(reason) => Reading::Unclear(reason.clone()),
        None => Reading::Present(Value::Instant {
            at: best.at,
            precision: best.precision,
        }),
    };
    Some(Answer {
        reading,
        span: best.span.clone(),
    })
}

/// « Aucun retour sur ma déclaration. Cela fait plus de 48 heures et … »: how long an answer has been
/// waited for, told behind the sentence that complains.
fn waited(tokens: &Tokens, mention: &Mention) -> bool {
    let silent = |from: usize, to: usize| {
        (from..to).any(|at| {
            tokens
                .any_phrase(
                    at,
                    "aucun retour|aucune reponse|sans reponse|sans retour|pas de reponse|pas de retour|pas eu de retour|pas eu de reponse|pas recu de reponse|aucune nouvelle|sans nouvelle|sans nouvelles|pas de nouvelles|silence radio|no answer|no reply|any reply|any answer",
                )
                .is_some()
        })
    };
    let begins = mention.from == 0 || ends_sentence(tokens, mention.from - 1);
    let leads = tokens.among(mention.from, "cela|ca|voila|deja");
    let closes = (mention.to..mention.to + 2)
        .any(|at| tokens.is(at, &["et"]) || at >= tokens.len() || ends_sentence(tokens, at));
    mention.ago.is_some()
        && begins
        && leads
        && closes
        && silent(mention.from.saturating_sub(24), mention.from)
}

/// « 2h20, la deuxième fois »: the night the clocks go back has that hour twice.
fn is_second(after: &str) -> bool {
    const SECOND: [&str; 9] = [
        "la deuxieme fois",
        "la seconde fois",
        "la 2e fois",
        "la 2eme fois",
        "deuxieme passage",
        "second passage",
        "deuxieme 2h",
        "heure d'hiver",
        "nouvelle heure",
    ];
    let near: String = after.chars().take(40).collect();
    SECOND.iter().any(|cue| near.contains(cue))
}

fn second_pass(at: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    use chrono::TimeZone;
    let paris = chrono_tz::Europe::Paris;
    let local = at.with_timezone(&paris).naive_local();
    paris
        .from_local_datetime(&local)
        .latest()
        .map_or(at, |later| later.fixed_offset())
}

fn written_hour(base: &Base) -> u32 {
    use chrono::Timelike;
    base.date
        .with_timezone(&base.overseas.unwrap_or(chrono_tz::Europe::Paris))
        .hour()
}

fn found(
    text: &str,
    tokens: &Tokens,
    mention: &Mention,
    base: &Base,
    cue: (Role, f32),
) -> Option<Found> {
    let span = tokens.span(mention.from, mention.to);
    let read = || text.get(span.clone()).unwrap_or_default().to_owned();
    let (mut role, bonus) = cue;
    if mention.day == Some(day::Day::Broad) && mention.clock.is_none() {
        let score = if role == Role::Start { 0.4 } else { 0.2 };
        let doubt = Some(Reason::DateTooBroad { read: read() });
        return Some(Found {
            span,
            at: base.date,
            precision: Precision::Day,
            role,
            score,
            doubt,
            dayless: false,
        });
    }
    let instant = resolve::resolve(mention, base)?;
    let mut score: f32 = match (mention.day.is_some(), mention.clock.is_some()) {
        (true, true) => 0.68,
        (false, true) => 0.6,
        (true, false) => 0.45,
        (false, false) => 0.7,
    };
    match role {
        Role::Start => score += bonus,
        Role::Plain => {}
        Role::Other => score = bonus,
    }
    if resolve::ends_after(mention, base) && role != Role::Start {
        (role, score) = (Role::Other, 0.1);
    }
    let old = base.date.signed_duration_since(instant.at).num_days();
    if old > 300 && !instant.certain_year {
        // « le 3 janvier » read on the 2nd: rather the one to come, of something else.
        (role, score) = (Role::Other, 0.08);
    } else if old > 45 {
        score *= 0.6;
    }
    let doubt = instant
        .future
        .then(|| Reason::DateInFuture { read: read() });
    if doubt.is_some() {
        score *= 0.3;
    }
    Some(Found {
        at: instant.at,
        precision: instant.precision,
        score: score.clamp(0.02, 0.98),
        role,
        doubt,
        span,
        dayless: mention.day.is_none() && mention.clock.is_some(),
    })
}

/// « Hier, l'écran s'est figé à 14h30 »: an hour takes the day named in its own sentence.
fn borrow_days(tokens: &Tokens, mentions: &mut [Mention]) {
    let days: Vec<usize> = (0..mentions.len())
        .filter(|&at| mentions[at].day.is_some())
        .take(2)
        .collect();
    let given: Vec<bool> = mentions
        .iter()
        .map(|mention| mention.day.is_some() || mention.ago.is_some())
        .collect();
    for at in 0..mentions.len() {
        let hour = mentions[at];
        if hour.clock.is_none() || hour.day.is_some() {
            continue;
        }
        let alone = |day: &Mention| {
            day.clock.is_none()
                && day.ago.is_none()
                && day.day.is_some_and(|day| day != day::Day::Broad)
        };
        // « Incident du 11/03. La carte s'est figée. Constaté à 11h40. »
        let told = |day: &Mention| {
            alone(day)
                && matches!(day.day, Some(day::Day::Date { .. } | day::Day::Ago(1..)))
                && role_of(tokens, day).0 == Role::Start
        };
        // « Dimanche, pendant ma garde de 8h à 20h, … à partir de 14h10 »: over the hours between.
        let before = (at.saturating_sub(3)..at)
            .rev()
            .find(|before| given[*before])
            .map(|before| mentions[before]);
        let lender = before
            .filter(|day| {
                alone(day) && day.day.is_some() && same_sentence(tokens, day.to, hour.from)
            })
            .filter(|day| !worked(tokens, day))
            .filter(|day| !since_then(tokens, day, &hour))
            .or_else(|| {
                let next = mentions.get(at + 1).copied()?;
                (alone(&next)
                    && !worked(tokens, &next)
                    && next.from - hour.to <= 6
                    && same_sentence(tokens, hour.to, next.from))
                .then_some(next)
            })
            .or_else(|| {
                let since = hour.from > 0 && tokens.is(hour.from - 1, &["depuis", "since", "des"]);
                let day = mentions[days.first().copied().filter(|first| *first < at)?];
                let only =
                    days.get(1).is_none_or(|second| *second > at) && hour.from - day.to <= 60;
                (only && !since && hour.part.is_none() && told(&day)).then_some(day)
            });
        if let Some(lender) = lender {
            mentions[at].day = lender.day;
            mentions[at].until = lender.until;
            mentions[at].part = hour.part.or(lender.part);
        }
    }
}

/// « Hier j'étais en repos ; … depuis 7h15 », « les valeurs du 12 s'affichent depuis 9h10 »: the day is
/// another matter, and « depuis » counts from today.
fn since_then(tokens: &Tokens, day: &Mention, hour: &Mention) -> bool {
    let since = hour.from > 0 && tokens.is(hour.from - 1, &["depuis", "since", "des"]);
    since && (day.is_owned(tokens) || (day.to..hour.from).any(|at| tokens.sign(at, b';')))
}

fn worked(tokens: &Tokens, mention: &Mention) -> bool {
    role_of(tokens, mention).0 == Role::Other
}

fn same_sentence(tokens: &Tokens, from: usize, to: usize) -> bool {
    to.saturating_sub(from) <= 34 && !(from..to).any(|at| ends_sentence(tokens, at))
}

/// A full stop, a question or exclamation mark, an empty line.
fn ends_sentence(tokens: &Tokens, at: usize) -> bool {
    match tokens.get(at).map(|token| token.kind) {
        // « (M. Cottin l'a noté à 15h25) »
        Some(Kind::Sign(b'.')) => {
            !(tokens.glued(at + 1) || at > 0 && tokens.among(at - 1, "m|mr|dr|mme|mlle|pr"))
        }
        Some(Kind::Sign(b'!' | b'?')) => !tokens.glued(at + 1),
        Some(Kind::Line) => match tokens.get(at + 1).map(|token| token.kind) {
            Some(Kind::Line | Kind::Sign(b'-' | b'*' | b'>')) | None => true,
            _ => {
                at > 0
                    && matches!(
                        tokens.get(at - 1).map(|t| t.kind),
                        Some(Kind::Sign(b'.' | b':' | b'!' | b'?'))
                    )
            }
        },
        _ => false,
    }
}

/// The folded words of the mention's sentence before it and behind it, at most 25 tokens each.
fn around<'t>(tokens: &'t Tokens, mention: &Mention) -> (&'t str, &'t str) {
    let mut from = mention.from;
    while from > 0 && mention.from - from < 25 && !ends_sentence(tokens, from - 1) {
        from -= 1;
    }
    let mut to = mention.to;
    while to < tokens.len()
        && to - mention.to < 14
        && !ends_sentence(tokens, to)
        && !tokens.sign(to, b';')
    {
        to += 1;
    }
    (
        tokens.folded(from, mention.from),
        tokens.folded(mention.to, to),
    )
}

#[cfg(test)]
mod tests;
