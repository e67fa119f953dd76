//! Hours as English speaks them: « half past seven », « a quarter to nine », « seven o'clock »; and
//! those with a point: « depuis 7.30 ».

use super::super::token::{Kind, Tokens, number};
use super::clock::{Clock, Half, half};

/// An hour spoken in English at `at`, and where it ends.
pub(super) fn english(tokens: &Tokens, at: usize) -> Option<(Clock, usize)> {
    let (hour, minute, end) = minutes_first(tokens, at).or_else(|| hour_alone(tokens, at))?;
    let (half, end) = match half(tokens, end) {
        (None, _) => (of_day(tokens, end), end),
        found => found,
    };
    let clock = Clock {
        hour,
        minute,
        midnight: false,
        half,
    };
    Some((clock, end))
}

/// « half past seven », « twenty past 8 », « a quarter to nine »: hour, minute, and where they end.
fn minutes_first(tokens: &Tokens, at: usize) -> Option<(u32, Option<u32>, usize)> {
    let (minute, next) = if let Some(next) = tokens.any_phrase(at, "half") {
        (30, next)
    } else if let Some(next) = tokens.any_phrase(at, "a quarter|quarter") {
        (15, next)
    } else {
        let (minute, next) = number(tokens, at, 2)?;
        (minute, tokens.any_phrase(next, "minutes").unwrap_or(next))
    };
    // « 5 to 10 users » is no hour: a number counts back from none.
    let back = minute == 15 && tokens.is(next, &["to"]) && tokens.is(next - 1, &["quarter"]);
    if !back && !tokens.is(next, &["past"]) || !(1..60).contains(&minute) {
        return None;
    }
    let (hour, end) = number(tokens, next + 1, 2).filter(|(hour, _)| (1..=12).contains(hour))?;
    Some(if back {
        ((hour + 11) % 12, Some(45), end)
    } else {
        (hour, Some(minute), end)
    })
}

/// « seven o'clock », « nine pm »: an hour in words, and where it ends.
fn hour_alone(tokens: &Tokens, at: usize) -> Option<(u32, Option<u32>, usize)> {
    if tokens.number(at, 2).is_some() {
        return None;
    }
    let (hour, end) = number(tokens, at, 2).filter(|(hour, _)| (1..=12).contains(hour))?;
    let clock =
        tokens.is(end, &["o"]) && tokens.sign(end + 1, b'\'') && tokens.is(end + 2, &["clock"]);
    if clock {
        return Some((hour, None, end + 3));
    }
    half(tokens, end).0.map(|_| (hour, None, end))
}

/// « … in the evening »: which half of the day.
fn of_day(tokens: &Tokens, end: usize) -> Option<Half> {
    if tokens
        .any_phrase(end, "in the morning|this morning")
        .is_some()
    {
        return Some(Half::Am);
    }
    tokens
        .any_phrase(
            end,
            "in the evening|in the afternoon|at night|tonight|this evening|this afternoon|last night|yesterday evening|yesterday afternoon",
        )
        .map(|_| Half::Pm)
}

/// Minutes behind a point, where the words around want an hour: « version 9.30 » is none.
pub(super) fn pointed(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let tight = tokens.sign(at + 1, b'.') && tokens.glued(at + 1) && tokens.glued(at + 2);
    if !tight || tokens.width(at + 2) != 2 || at == 0 {
        return None;
    }
    let minute = tokens.number(at + 2, 2).filter(|minute| *minute < 60)?;
    let end = at + 3;
    let goes_on = matches!(
        tokens.get(end).map(|t| t.kind),
        Some(Kind::Sign(b'.' | b'%' | b'-'))
    ) && tokens.glued(end)
        && tokens.glued(end + 1);
    if goes_on || tokens.among(end, "s|sec|secondes|seconds|ms|mo|go|km|euros") {
        return None;
    }
    let led = tokens.among(at - 1, "vers|morning|afternoon|evening")
        || tokens.among(at - 1, "about|around|approximately")
            && tokens.among(at.wrapping_sub(2), "since|at|from");
    let named = tokens.among(at - 1, "at|since|from|about|around|depuis|a|des|vers|de")
        && tokens
            .any_phrase(
                end,
                "this morning|this afternoon|this evening|today|yesterday|last night|in the morning|ce matin|ce soir|cet apres|hier|cette nuit|aujourd hui|du matin|du soir",
            )
            .is_some();
    // « depuis 7.30, plus rien »
    let since = tokens.among(at - 1, "depuis|des|dps|dpuis")
        && (tokens.ends_line(end)
            || matches!(
                tokens.get(end).map(|t| t.kind),
                Some(Kind::Sign(b',' | b'.' | b';' | b')'))
            ));
    (led || named || since).then_some((minute, end))
}

#[cfg(test)]
mod tests {
    use super::english;
    use crate::extract::token::Tokens;

    #[test]
    fn hours_are_spoken_in_english() {
        for (text, hour, minute) in [
            ("half past seven", 7, Some(30)),
            ("a quarter to nine", 8, Some(45)),
            ("quarter past 3 pm", 3, Some(15)),
            ("ten past two", 2, Some(10)),
            ("seven o'clock", 7, None),
            ("nine pm", 9, None),
        ] {
            let found = english(&Tokens::new(text), 0).map(|(clock, _)| (clock.hour, clock.minute));
            assert_eq!(found, Some((hour, minute)), "{text}");
        }
        for text in [
            "5 to 10 users",
            "half of the room",
            "seven users",
            "two past incidents",
        ] {
            assert!(english(&Tokens::new(text), 0).is_none(), "{text}");
        }
    }
}
