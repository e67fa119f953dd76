//! Days as they are written: relative, by weekday, numeric, with the month's name, and nights.

use super::super::token::Tokens;
use super::date::{month_date, numeric};
use super::misspelt;
use chrono::Weekday;

/// A day, as written; `resolve.rs` finds the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// A date; without a year the latest not after the message's.
    Date {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
    /// « mardi 26 », « le 26 ».
    Numbered { weekday: Option<Weekday>, day: u32 },
    /// A weekday of the latest week, of the one before (« dernier »), of last week.
    Weekday { weekday: Weekday, week: Week },
    /// So many days ago; 0 is today.
    Ago(u32),
    /// « cette nuit », « la nuit dernière ».
    Night,
    /// « la semaine dernière »: no day follows from it.
    Broad,
    /// « demain », « lundi prochain »: of something to come, never of a start.
    Ahead,
}

/// Which week's day is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Week {
    /// The latest such day not after the message.
    Latest,
    /// The latest such day before the message's day.
    Before,
    /// The calendar week before the message's.
    Last,
}

/// Part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// A day at `at` with the part of it that is named, and where it ends.
pub(super) fn day(tokens: &Tokens, at: usize) -> Option<(Day, Option<Part>, usize)> {
    // « sept heures trente » is no September.
    if tokens.is(at, &["sept"]) && tokens.is(at + 1, &["heure", "heures", "h"]) {
        return None;
    }
    let (day, part, end) = named(tokens, at)
        .or_else(|| weekday(tokens, at))
        .or_else(|| numeric(tokens, at).map(|(day, end)| (day, None, end)))
        .or_else(|| month_date(tokens, at).map(|(day, end)| (day, None, end)))?;
    if part.is_some() || matches!(day, Day::Broad | Day::Ahead) {
        return Some((day, part, end));
    }
    match part_of_day(tokens, tokens.skip_joints(end)) {
        Some((part, end)) => Some((day, Some(part), end)),
        None => Some((day, None, end)),
    }
}

fn named(tokens: &Tokens, at: usize) -> Option<(Day, Option<Part>, usize)> {
    let word = tokens.word(at);
    if !matches!(
        word.as_bytes().first(),
        Some(b'a'..=b'd' | b'f' | b'h' | b'j' | b'l'..=b'o' | b'r'..=b't' | b'y')
    ) {
        return None;
    }
    // « depuis février », « depuis le mois de mai »
    if super::date::month(word).is_some()
        && tokens.width(at) >= 3
        && at > 0
        && (tokens.is(at - 1, &["depuis", "des", "since"])
            || at > 1 && tokens.is(at - 1, &["de", "d"]) && tokens.is(at - 2, &["mois"]))
        && super::date::month_date(tokens, at).is_none()
    {
        return Some((Day::Broad, None, at + 1));
    }
    if tokens.phrase(at, "ce jour la").is_some() {
        return None;
    }
    // « début janvier », « fin mars »
    if tokens.among(at, "debut|fin|mi|courant")
        && let next = tokens.skip_joints(at + 1)
        && super::date::month(tokens.word(next)).is_some()
        && tokens.width(next) > 3
    {
        return Some((Day::Broad, None, next + 1));
    }
    NAMED
        .iter()
        .filter_map(|(phrases, day, part)| Some((*day, *part, tokens.any_phrase(at, phrases)?)))
        .max_by_key(|(_, _, end)| *end)
        .or_else(|| bare_part(tokens, at))
}

/// « depuis la fin d'après-midi », « ce début de matinée »: a part of the day of writing.
fn bare_part(tokens: &Tokens, at: usize) -> Option<(Day, Option<Part>, usize)> {
    const EDGE: &str = "debut|fin|milieu|courant";
    let since = at > 0 && tokens.among(at - 1, "depuis|dpuis|dps|des|since");
    let this = tokens.among(at, "ce|cette") && tokens.among(at + 1, EDGE);
    if !(since || this) {
        return None;
    }
    let led = tokens.among(at, "la|le|l|ce|cette|the") && !tokens.ends_line(at + 1);
    let next = if led { tokens.skip_joints(at + 1) } else { at };
    let (part, end) = part_of_day(tokens, next)?;
    // « depuis la nuit de samedi », « depuis le matin du 3 »: another day follows.
    let dated = tokens.among(end, "de|du|d|ou|dernier|derniere") || tokens.is(next, &["am"]);
    let day = if part == Part::Night {
        Day::Night
    } else {
        Day::Ago(0)
    };
    (!dated).then_some((day, Some(part), end))
}

/// Days named by words alone.
const NAMED: &[(&str, Day, Option<Part>)] = &[
    (
        "aujourd hui|aujourdhui|aujourd hui meme|aujourdui|auj|ajd|ce jour|cejour|today|tout a l heure",
        Day::Ago(0),
        None,
    ),
    (
        "ce matin|ce mat|cematin|c matin|se matin|cmatin|this morning",
        Day::Ago(0),
        Some(Part::Morning),
    ),
    ("ce midi", Day::Ago(0), Some(Part::Noon)),
    (
        "cet apres midi|cette apres midi|cet aprem|cette aprem|cet apresmidi|this afternoon",
        Day::Ago(0),
        Some(Part::Afternoon),
    ),
    ("ce soir|this evening", Day::Ago(0), Some(Part::Evening)),
    (
        "cette nuit|cet nuit|la nuit derniere|la nuit passee|nuit derniere|last night|tonight",
        Day::Night,
        Some(Part::Night),
    ),
    (
        "avant hier|avanthier|the day before yesterday",
        Day::Ago(2),
        None,
    ),
    ("hier|heir|hyer|yesterday", Day::Ago(1), None),
    (
        concat!(
            "la semaine derniere|la semaine passee|le mois dernier|le week end dernier|ce week end|ce weekend|ce w e|ce we|le w e dernier|le we dernier|",
            "le weekend dernier|debut de semaine|debut de la semaine|cette semaine|l autre jour|",
            "ces derniers jours|ces jours ci|recemment|last week|recently|ces derniers temps|ces temps ci|dernierement|",
            "debut du mois|le debut du mois|debut de mois|debut de l annee|le debut de l annee|le debut de la semaine|",
            "la fin du mois dernier|fin du mois dernier|la fin du mois|la fin de la semaine derniere|ce mois ci|cette annee|le mois passe|l an dernier|l annee derniere|last month|lately|ces dernieres semaines|",
            "ces dernieres heures|ces derniers mois|les derniers jours|the other day|this week|la derniere fois|la nouvelle annee"
        ),
        Day::Broad,
        None,
    ),
    (
        "demain|apres demain|la semaine prochaine|le mois prochain|tomorrow|next week|demain matin|demain soir|ce week end prochain",
        Day::Ahead,
        None,
    ),
];

fn weekday_name(word: &str) -> Option<Weekday> {
    Some(match word {
        "lundi" | "monday" => Weekday::Mon,
        "mardi" | "tuesday" => Weekday::Tue,
        "mercredi" | "wednesday" => Weekday::Wed,
        "jeudi" | "thursday" => Weekday::Thu,
        "vendredi" | "friday" => Weekday::Fri,
        "samedi" | "saturday" => Weekday::Sat,
        "dimanche" | "sunday" => Weekday::Sun,
        _ => return misspelt::weekday(word),
    })
}

fn weekday_short(word: &str) -> Option<Weekday> {
    Some(match word {
        "lun" | "mon" => Weekday::Mon,
        "mar" | "tue" => Weekday::Tue,
        "mer" | "wed" => Weekday::Wed,
        "jeu" | "thu" => Weekday::Thu,
        "ven" | "fri" => Weekday::Fri,
        "sam" | "sat" => Weekday::Sat,
        "dim" | "sun" => Weekday::Sun,
        _ => return None,
    })
}

fn weekday(tokens: &Tokens, at: usize) -> Option<(Day, Option<Part>, usize)> {
    let last = tokens.is(at, &["last"]);
    let at = if last { at + 1 } else { at };
    let word = tokens.word(at);
    let Some(weekday) = weekday_name(word) else {
        // « lun. 12/03 », « ven 14 mars »: an abbreviation only with a date behind it.
        weekday_short(word)?;
        let next = tokens.skip_joints(at + 1);
        let next = if tokens.sign(next, b',') {
            next + 1
        } else {
            next
        };
        let (day, end) = numeric(tokens, next).or_else(|| month_date(tokens, next))?;
        return Some((day, None, end));
    };
    // Opening days: « du lundi au vendredi », « lundi-vendredi ».
    let joint = tokens.skip_joints(at + 1);
    let over = if tokens.is(joint, &["au", "a", "to"]) {
        joint + 1
    } else {
        joint
    };
    let night = at >= 2 && tokens.is(at - 1, &["de"]) && tokens.is(at - 2, &["nuit"]);
    if over > at + 1 && weekday_name(tokens.word(over)).is_some() && !night {
        return None;
    }
    if at > 0
        && (tokens.is(at - 1, &["chaque", "prochain"])
            || tokens.is(at - 1, &["au"]) && at >= 2 && weekday_name(tokens.word(at - 2)).is_some())
    {
        return None;
    }
    let mut next = at + 1;
    if tokens.is(next, &["prochain", "next"]) || at > 0 && tokens.is(at - 1, &["next"]) {
        return Some((Day::Ahead, None, next + 1));
    }
    let comma = if tokens.sign(next, b',') {
        next + 1
    } else {
        next
    };
    let comma = if tokens.is(comma, &["le"]) {
        comma + 1
    } else {
        comma
    };
    if let Some((day, end)) = numeric(tokens, comma).or_else(|| month_date(tokens, comma)) {
        return Some((day, None, end));
    }
    if let Some(number) = tokens
        .number(comma, 2)
        .filter(|number| (1..=31).contains(number))
    {
        let ordinal = if tokens.is(comma + 1, &["er"]) {
            comma + 2
        } else {
            comma + 1
        };
        let hour = tokens.is(
            ordinal,
            &["h", "heure", "heures", "hrs", "postes", "arm", "min"],
        ) || tokens.sign(ordinal, b':') && tokens.glued(ordinal + 1);
        if !hour {
            return Some((
                Day::Numbered {
                    weekday: Some(weekday),
                    day: number,
                },
                None,
                ordinal,
            ));
        }
    }
    let part = part_of_day(tokens, next);
    if let Some((_, end)) = part {
        next = end;
    }
    let mut week = if last { Week::Before } else { Week::Latest };
    if tokens.is(next, &["dernier", "derniere", "passe", "last", "denier"]) {
        week = Week::Before;
        next += 1;
    } else if let Some(end) = tokens.any_phrase(
        next,
        concat!(
            "de la semaine derniere|de la semaine passee|la semaine derniere|semaine derniere|",
            "of last week"
        ),
    ) {
        week = Week::Last;
        next = end;
    }
    Some((
        Day::Weekday { weekday, week },
        part.map(|(part, _)| part),
        next,
    ))
}

/// A part of the day behind a day or an hour: « matin », « au soir », « en fin de matinée »,
/// « dans l'après-midi », « du matin ».
pub(super) fn part_of_day(tokens: &Tokens, at: usize) -> Option<(Part, usize)> {
    let mut next = at;
    if let Some(end) = tokens.any_phrase(
        next,
        concat!(
            "en fin de|en fin d|en debut de|en debut d|en milieu de|en milieu d|dans la|dans l|",
            "au|le|en|du|de la|de l|dans le courant de la|dans le courant de l|fin de|fin d|",
            "debut de|debut d|milieu de|milieu d|in the|courant"
        ),
    ) {
        next = tokens.skip_joints(end);
    }
    let (part, end) = [
        (
            "apres midi|apresmidi|aprem|apm|am|afternoon",
            Part::Afternoon,
        ),
        ("matin|mat|matinee|morning", Part::Morning),
        ("soir|soiree|evening", Part::Evening),
        ("nuit|night", Part::Night),
    ]
    .iter()
    .filter_map(|(phrases, part)| Some((*part, tokens.any_phrase(next, phrases)?)))
    .max_by_key(|(_, end)| *end)?;
    let abbreviated = tokens.is(next, &["am"]);
    (!abbreviated || next == at).then_some((part, end))
}

/// The two days of « la nuit de mardi à mercredi », « la nuit du 12 au 13 mars ».
pub(super) fn night_between(tokens: &Tokens, at: usize) -> Option<(Day, Day, usize)> {
    let start = tokens.any_phrase(at, "nuit de|nuit du|garde du|garde de nuit du")?;
    let (first, _, end) = day(tokens, start).or_else(|| bare_number(tokens, start))?;
    if !tokens.is(end, &["a", "au"]) {
        return None;
    }
    let next = if tokens.is(end + 1, &["le"]) {
        end + 2
    } else {
        end + 1
    };
    let (second, _, end) = day(tokens, next).or_else(|| bare_number(tokens, next))?;
    // « du 12 au 13 mars »: the month stands once.
    let first = match (first, second) {
        (
            Day::Numbered { weekday: None, day },
            Day::Date {
                year,
                month,
                day: last,
            },
        ) if day < last => Day::Date { year, month, day },
        _ => first,
    };
    Some((first, second, end))
}

/// « le 26 » where the words around make it a day.
pub(super) fn bare_number(tokens: &Tokens, at: usize) -> Option<(Day, Option<Part>, usize)> {
    let day = tokens.number(at, 2).filter(|day| (1..=31).contains(day))?;
    let end = if tokens.is(at + 1, &["er"]) {
        at + 2
    } else {
        at + 1
    };
    Some((Day::Numbered { weekday: None, day }, None, end))
}
