//! Hours as they are written: « 14h30 », « neuf heures et demie », « midi », « 8:15 am ».

use super::super::token::{Kind, Tokens, number, number_word};
use super::spoken::{english, pointed};

/// An hour of the day, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// 0 to 24.
    pub hour: u32,
    /// Where minutes were written.
    pub minute: Option<u32>,
    /// « minuit »: the one that ends the day named, not the one that begins it.
    pub midnight: bool,
    /// am and pm.
    pub half: Option<Half>,
}

/// Halves of the English day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
}

/// Things that are counted: « à 9h 12 postes » is nine o'clock and twelve workstations.
pub(super) const COUNTED: &[&str] = &[
    "postes",
    "arm",
    "medecins",
    "utilisateurs",
    "personnes",
    "agents",
    "appels",
    "dossiers",
    "users",
    "fois",
    "ecrans",
    "comptes",
    "collegues",
    "tablettes",
    "regulateurs",
];

/// An hour at `at`, and where it ends.
pub(super) fn clock(tokens: &Tokens, at: usize) -> Option<(Clock, usize)> {
    if let Some(found) = english(tokens, at) {
        return Some(found);
    }
    let word = tokens.word(at);
    let named = match word {
        "midi" | "noon" => Some(12),
        "minuit" | "midnight" => Some(0),
        _ => None,
    };
    // « l'après-midi » is no noon.
    let afternoon = word == "midi"
        && (at >= 1 && tokens.is(at - 1, &["apres"])
            || at >= 2 && tokens.sign(at - 1, b'-') && tokens.is(at - 2, &["apres"]));
    if let Some(hour) = named.filter(|_| !afternoon) {
        let (minute, hour, end) =
            spoken_minutes(tokens, at + 1, hour).unwrap_or((None, hour, at + 1));
        let midnight = hour == 0 && minute.is_none();
        return Some((
            Clock {
                hour,
                minute,
                midnight,
                half: None,
            },
            end,
        ));
    }
    if let Some(hour) = tokens.number(at, 2) {
        let joined = at > 0
            && tokens.glued(at)
            && matches!(
                tokens.get(at - 1).map(|t| t.kind),
                Some(Kind::Number | Kind::Sign(b'.' | b':' | b'/' | b'_' | b'#'))
            );
        // « -00:47 » is a length that ran backwards.
        let negative = hour == 0 && at > 0 && tokens.glued(at) && tokens.sign(at - 1, b'-');
        if hour > 24 || negative || joined && !tokens.sign(at - 1, b'/') {
            return None;
        }
        return digital(tokens, at, hour);
    }
    let (hour, next) = number_word(tokens, at)?;
    if hour > 24 || !tokens.is(next, &["heure", "heures"]) {
        return None;
    }
    let end = next + 1;
    let minutes = spoken_minutes(tokens, end, hour);
    let cued = at > 0
        && tokens.is(at - 1, &["a", "vers", "des", "aux", "les", "depuis"])
        && !tokens.is(at.wrapping_sub(2), &["toutes", "tous", "dans"]);
    let spoken = cued && minutes.is_some();
    if minutes.is_none() && !cued && !of_day(tokens, end) || lasts(tokens, at, end) && !spoken {
        return None;
    }
    let (minute, hour, end) = minutes.unwrap_or((None, hour, end));
    Some((
        Clock {
            hour,
            minute,
            midnight: false,
            half: None,
        },
        end,
    ))
}

fn digital(tokens: &Tokens, at: usize, hour: u32) -> Option<(Clock, usize)> {
    let mut clock = Clock {
        hour,
        minute: None,
        midnight: false,
        half: None,
    };
    let next = at + 1;
    // 14:30, 14:30:05
    if tokens.sign(next, b':')
        && tokens.glued(next)
        && tokens.glued(next + 1)
        && tokens.width(next + 1) == 2
    {
        clock.minute = tokens.number(next + 1, 2).filter(|minute| *minute < 60);
        clock.minute?;
        let mut end = next + 2;
        if tokens.sign(end, b':')
            && tokens.glued(end)
            && tokens.width(end + 1) == 2
            && tokens.number(end + 1, 2).is_some()
        {
            end += 2;
        }
        if tokens.is(end, &["h", "hrs"]) {
            end += 1;
        }
        let (half, end) = half(tokens, end);
        clock.half = half;
        return (hour < 24).then_some((clock, end));
    }
    // « 7.30 pm »: a point parts only where am or pm follows.
    if tokens.sign(next, b'.')
        && tokens.glued(next)
        && tokens.glued(next + 1)
        && tokens.width(next + 1) == 2
        && let Some(minute) = tokens.number(next + 1, 2).filter(|minute| *minute < 60)
        && let (Some(half), end) = half(tokens, next + 2)
    {
        clock.minute = Some(minute);
        clock.half = Some(half);
        return (1..=12).contains(&hour).then_some((clock, end));
    }
    // « since about 9.30 this morning », « vers 9.30 »
    if let Some((minute, end)) = pointed(tokens, at) {
        clock.minute = Some(minute);
        return (hour < 24).then_some((clock, end));
    }
    if let (Some(half), end) = half(tokens, next) {
        clock.half = Some(half);
        return (1..=12).contains(&hour).then_some((clock, end));
    }
    if tokens.is(next, &["o"]) && tokens.sign(next + 1, b'\'') && tokens.is(next + 2, &["clock"]) {
        return Some((clock, next + 3));
    }
    if tokens.among(next, "h|heure|heures|heur|hrs|hr|hre|hres|hh") {
        let spelled = tokens.word(next).starts_with("heur");
        let mut end = next + 1;
        // « 9h.30 », « 9h:30 »
        if (tokens.sign(end, b':') || tokens.sign(end, b'.'))
            && tokens.glued(end)
            && tokens.glued(end + 1)
            && tokens.number(end + 1, 2).is_some()
        {
            end += 1;
        }
        let minute = tokens
            .number(end, 2)
            .filter(|minute| *minute < 60)
            .filter(|_| {
                let follows = tokens.is(end + 1, COUNTED)
                    || tokens.sign(end + 1, b'/')
                    || tokens.is(end + 1, &["h", "heures"]);
                (tokens.glued(end) || tokens.width(end) == 2) && !follows
            });
        if let Some(minute) = minute {
            clock.minute = Some(minute);
            end += 1;
            if tokens.is(end, &["mn", "min", "m", "mins", "minutes", "h"])
                || tokens.sign(end, b'\'') && tokens.glued(end)
            {
                end += 1;
            }
        } else if let Some((minute, adjusted, after)) = spoken_minutes(tokens, end, hour) {
            clock.minute = minute;
            clock.hour = adjusted;
            end = after;
        }
        if hour == 24 && clock.minute != Some(0)
            || tokens.sign(end, b'/') && tokens.number(end + 1, 2).is_some_and(|d| d == 24)
        {
            return None;
        }
        if clock.minute.is_none() && lasts(tokens, at, end)
            || clock.minute.is_some() && measured(tokens, at, end)
            || spelled
                && hour <= 1
                && !of_day(tokens, end)
                && clock.minute.is_none()
                && !tokens.is(at.wrapping_sub(1), &["a", "vers"])
        {
            return None;
        }
        return Some((clock, end));
    }
    // « since 8 », « at 8 this morning »
    let cued = at > 0 && tokens.is(at - 1, &["since", "at", "around"]);
    let bare = tokens.ends_line(next)
        || matches!(tokens.get(next).map(|t| t.kind), Some(Kind::Sign(b',' | b'.' | b';' | b'!' | b')')) if !tokens.glued(next + 1))
        || tokens.among(
            next,
            "this|in|yesterday|today|on|last|and|we|i|the|sharp|no|tonight",
        );
    (cued && bare && hour < 24).then_some((clock, next))
}

pub(super) fn half(tokens: &Tokens, at: usize) -> (Option<Half>, usize) {
    match tokens.word(at) {
        "am" => (Some(Half::Am), at + 1),
        "pm" => (Some(Half::Pm), at + 1),
        letter @ ("a" | "p") if tokens.sign(at + 1, b'.') && tokens.is(at + 2, &["m"]) => {
            let half = if letter == "a" { Half::Am } else { Half::Pm };
            (Some(half), at + 3)
        }
        _ => (None, at),
    }
}

/// « et demie », « et quart », « moins le quart », « moins dix », « trente », « et quelques »,
/// « pile »: minutes, the hour they belong to, and where they end.
fn spoken_minutes(tokens: &Tokens, at: usize, hour: u32) -> Option<(Option<u32>, u32, usize)> {
    let before = (hour + 23) % 24;
    for (phrase, minute, hour) in [
        ("et demie", Some(30), hour),
        ("et demi", Some(30), hour),
        ("et quart", Some(15), hour),
        ("un quart", Some(15), hour),
        ("trois quarts", Some(45), hour),
        ("moins le quart", Some(45), before),
        ("moins quart", Some(45), before),
        ("moins un quart", Some(45), before),
        ("et quelques", None, hour),
        ("passees", None, hour),
        ("passee", None, hour),
        ("pile", None, hour),
        ("precises", None, hour),
        ("tapantes", None, hour),
        ("environ", None, hour),
        ("env", None, hour),
    ] {
        if let Some(end) = tokens.phrase(at, phrase) {
            return Some((minute, hour, end));
        }
    }
    if tokens.is(at, &["moins"])
        && let Some((minute @ 1..=30, end)) = number(tokens, at + 1, 2)
    {
        return Some((Some(60 - minute), before, end));
    }
    let (minute, end) = number(tokens, at, 2)?;
    if !(1..60).contains(&minute)
        || minute == 1
        || tokens.is(end, COUNTED)
        || tokens.sign(end, b'/')
        || tokens.is(end, &["h", "heures"])
    {
        return None;
    }
    if tokens.number(at, 2).is_none() && minute < 5 {
        return None;
    }
    let end = if tokens.is(end, &["minutes", "min", "mn"]) {
        end + 1
    } else {
        end
    };
    Some((Some(minute), hour, end))
}

/// Whether « du matin », « du soir » … follows.
pub(super) fn of_day(tokens: &Tokens, at: usize) -> bool {
    tokens
        .any_phrase(
            at,
            "du matin|du soir|de l apres|de l aprem|de la nuit|du mat|cette nuit|ce matin",
        )
        .is_some()
        || tokens.is(at, &["de"]) && tokens.is(at + 1, &["l"])
}

/// « annonce 2h10 au lieu de 25 min », « en 1h20 »: a length in hours and minutes.
fn measured(tokens: &Tokens, at: usize, end: usize) -> bool {
    at > 0
        && tokens.among(
            at - 1,
            "annonce|dure|met|mettait|prend|prenait|en|pendant|durant|compte|estime|calcule|affiche|affichait|indique",
        )
        || tokens
            .any_phrase(end, "au lieu|de trajet|de route|de transport|de vol|de delai|de retard|d attente")
            .is_some()
}

/// Whether the words around make it a length of time (« pendant 2 heures », « sous 24 h »).
fn lasts(tokens: &Tokens, at: usize, end: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    let one = before(1);
    let lead = matches!(
        one,
        "pendant"
            | "durant"
            | "en"
            | "sous"
            | "environ"
            | "presque"
            | "bonnes"
            | "petites"
            | "encore"
            | "toutes"
            | "chaque"
            | "prend"
            | "dure"
            | "for"
    ) && !(one == "environ" && matches!(before(2), "a" | "vers" | "depuis"))
        || one == "les" && matches!(before(2), "toutes" | "dans" | "sous" | "tous")
        || one == "de"
            // « de garde de 8h à 20h »
            && !(of_day(tokens, end)
                || tokens.is(end, &["a"]) && tokens.number(end + 1, 2).is_some()
                || matches!(before(4), "prise" | "prises"))
            && matches!(
                before(2),
                "plus"
                    | "moins"
                    | "garde"
                    | "delai"
                    | "pres"
                    | "attente"
                    | "coupure"
                    | "gardes"
                    | "retard"
                    | "bout"
                    | "etait"
                    | "poste"
                    | "decalage"
                    | "vacation"
                    | "maximum"
            )
        || one == "dans";
    let digits = tokens.width(at) == 2 && tokens.number(at, 2).is_some_and(|hours| hours >= 24);
    let trail = tokens.is(end, &["apres", "avant", "plus", "durant"])
        && tokens.is(end + 1, &["tard", "tot", "que", ""])
        && tokens.is(end, &["plus"])
        || tokens
            .any_phrase(
                end,
                concat!("au lieu|de trajet|de route|de transport|de vol|de delai|d avance|plus tard|plus tot|dans le futur|de retard|d attente|de decalage|de plus|sur 24|de travail|de coupure|", "d affilee")
            )
            .is_some();
    lead || digits || trail
}
