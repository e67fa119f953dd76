//! Days, hours and zones that stand together make one mention (« hier soir vers 23h20 »).

use super::super::token::{Kind, Tokens};
use super::ago::{Ago, ago};
use super::clock::{Clock, clock};
use super::day::{Day, Part, bare_number, day, night_between, part_of_day};
use super::zone::{Zone, zone};

/// What was written about one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mention {
    /// First token.
    pub from: usize,
    /// Behind the last token.
    pub to: usize,
    pub day: Option<Day>,
    /// The second day of a night between two.
    pub until: Option<Day>,
    pub part: Option<Part>,
    pub clock: Option<Clock>,
    /// The end of « 14h30-15h ».
    pub end_clock: Option<Clock>,
    pub ago: Option<Ago>,
    pub zone: Option<Zone>,
    /// Days from the day that is named to that of the hour: « hier 20h (1h à Paris) ».
    pub shift: i64,
}

impl Mention {
    fn takes(&self, other: &Self) -> bool {
        self.ago.is_none()
            && other.ago.is_none()
            && (self.clock.is_none() || other.clock.is_none())
            && !(self.zone.is_some() && (other.zone.is_some() || other.clock.is_some()))
            && !(self.until.is_some() && other.day.is_some())
            && match (self.day, other.day) {
                (Some(Day::Broad | Day::Ahead), Some(_))
                | (Some(_), Some(Day::Broad | Day::Ahead)) => false,
                // « hier mercredi »
                (Some(Day::Ago(_)), Some(Day::Weekday { .. })) => other.from - self.to <= 1,
                (Some(one), Some(two)) => explicit(one) != explicit(two),
                _ => true,
            }
    }

    /// Whether a day without an hour tells whose something is: « les valeurs d'hier », « le planning
    /// du 12 »; not « la journée d'hier », « l'incident du 12 ».
    pub fn is_owned(&self, tokens: &Tokens) -> bool {
        const TIMES: &str = "journee|soiree|matinee|nuit|fin|debut|milieu|courant|cours|garde|vacation|releve|apres|midi|matin|soir|partir|incident|panne|probleme|souci|\
            bug|anomalie|date|jour|dysfonctionnement|blocage|coupure|plantage|evenement|declaration|partir|compter|depuis|heure";
        let lead = |back: usize| self.from.checked_sub(back);
        let of = lead(1)
            .filter(|at| tokens.among(*at, "de|du|des"))
            .or_else(|| {
                let of = lead(2)?;
                (tokens.sign(of + 1, b'\'') && tokens.is(of, &["d"])).then_some(of)
            });
        self.clock.is_none()
            && of
                .and_then(|of| of.checked_sub(1))
                .is_some_and(|at| !tokens.word(at).is_empty() && !tokens.among(at, TIMES))
    }

    fn join(&mut self, other: &Self) {
        self.to = other.to;
        self.day = match (self.day, other.day) {
            (Some(one), Some(two)) => Some(if explicit(two) { two } else { one }),
            (one, two) => one.or(two),
        };
        self.until = self.until.or(other.until);
        self.part = self.part.or(other.part);
        self.clock = self.clock.or(other.clock);
        self.end_clock = self.end_clock.or(other.end_clock);
        self.zone = self.zone.or(other.zone);
    }
}

/// Whether the second is a time about the named noon or midnight of the first.
fn tells_noon(named: Option<Clock>, told: Option<Clock>) -> bool {
    let (Some(named), Some(told)) = (named, told) else {
        return false;
    };
    named.minute.is_none()
        && match named.hour {
            12 => (11..=14).contains(&told.hour),
            0 => matches!(told.hour, 23 | 0 | 24),
            _ => false,
        }
}

fn explicit(day: Day) -> bool {
    matches!(day, Day::Date { .. } | Day::Numbered { .. })
}

/// All mentions, in order. `hour` is the hour at which the text was written.
pub(super) fn mentions(tokens: &Tokens, hour: u32) -> Vec<Mention> {
    let mut list: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(mut next) = atom(tokens, at, hour, list.last()) else {
            at += 1;
            continue;
        };
        next.from = at;
        at = next.to.max(at + 1);
        range_end(tokens, &mut next);
        at = at.max(next.to);
        match list.last_mut() {
            // « hier midi, 12h20 »: the figures say which minute of noon.
            Some(last)
                if next.day.is_none()
                    && next.from - last.to.min(next.from) <= 2
                    && tokens.is(last.to.wrapping_sub(1), &["midi", "minuit"])
                    && tells_noon(last.clock, next.clock)
                    && fills(tokens, last.to, next.from) =>
            {
                last.clock = next.clock;
                last.to = next.to;
            }
            // « ce matin quand j'ai ouvert la session, 8h30 »: the day, what was done, its hour.
            Some(last)
                if last.day.is_some()
                    && last.clock.is_none()
                    && next.day.is_none()
                    && next.clock.is_some()
                    && tells_event(tokens, last.to, next.from) =>
            {
                last.join(&next);
            }
            Some(last)
                if last.takes(&next)
                    && fills(tokens, last.to, next.from)
                    && !is_owned_day(tokens, last, &next) =>
            {
                last.join(&next);
            }
            _ => list.push(next),
        }
    }
    list.retain(|mention| {
        mention.day.is_some() || mention.clock.is_some() || mention.ago.is_some()
    });
    prefer_paris(&mut list);
    list
}

fn atom(tokens: &Tokens, at: usize, hour: u32, last: Option<&Mention>) -> Option<Mention> {
    let kind = tokens.get(at)?.kind;
    if !matches!(kind, Kind::Word | Kind::Number) {
        return None;
    }
    let near = last.filter(|last| at.saturating_sub(last.to) <= 4);
    if let Some((ago, to)) = ago(tokens, at, hour) {
        return Some(match ago {
            Ago::Days(days) => Mention {
                day: Some(Day::Ago(days)),
                to,
                ..Mention::default()
            },
            Ago::Broad => Mention {
                day: Some(Day::Broad),
                to,
                ..Mention::default()
            },
            exact => Mention {
                ago: Some(exact),
                to,
                ..Mention::default()
            },
        });
    }
    if let Some((first, second, to)) = night_between(tokens, at) {
        return Some(Mention {
            day: Some(first),
            until: Some(second),
            part: Some(Part::Night),
            to,
            ..Mention::default()
        });
    }
    if let Some((day, part, to)) = day(tokens, at) {
        return Some(Mention {
            day: Some(day),
            part,
            to,
            ..Mention::default()
        });
    }
    if let Some((clock, to)) = clock(tokens, at) {
        return Some(Mention {
            clock: Some(clock),
            to,
            ..Mention::default()
        });
    }
    if let Some(near) = near {
        // « le 11/3 08.10 »: a point parts hour and minute right behind a day.
        if near.day.is_some()
            && near.clock.is_none()
            && fills(tokens, near.to, at)
            && let (Some(hour @ 0..=23), Some(minute @ 0..=59)) =
                (tokens.number(at, 2), tokens.number(at + 2, 2))
            && tokens.sign(at + 1, b'.')
            && tokens.glued(at + 1)
            && tokens.glued(at + 2)
            && tokens.width(at + 2) == 2
            && !tokens.glued(at + 3)
        {
            return Some(Mention {
                clock: Some(Clock {
                    hour,
                    minute: Some(minute),
                    midnight: false,
                    half: None,
                }),
                to: at + 3,
                ..Mention::default()
            });
        }
        if near.clock.is_some()
            && near.zone.is_none()
            && fills(tokens, near.to, at)
            && let Some((zone, to)) = zone(tokens, at)
        {
            return Some(Mention {
                zone: Some(zone),
                to,
                ..Mention::default()
            });
        }
        if (near.day.is_some() || near.clock.is_some())
            && near.part.is_none()
            && let Some((part, to)) = part_of_day(tokens, at)
        {
            return Some(Mention {
                part: Some(part),
                to,
                ..Mention::default()
            });
        }
    }
    // « depuis le 26 », « le 26 à 14h », « dès le 13 ».
    if at >= 1 && tokens.is(at - 1, &["le"]) && kind == Kind::Number {
        let (day, _, to) = bare_number(tokens, at)?;
        let cued = at >= 2
            && tokens.is(at - 2, &["depuis", "des", "since"])
            && !tokens.is(to, &["a", "au"]);
        let next = if tokens.is(to, &["a", "vers"]) {
            to + 1
        } else {
            to
        };
        let timed = clock(tokens, next).is_some() || part_of_day(tokens, to).is_some();
        return (cued || timed).then_some(Mention {
            day: Some(day),
            to,
            ..Mention::default()
        });
    }
    None
}

/// « les valeurs d'hier depuis 8h20 »: whose the values are, and then since when.
fn is_owned_day(tokens: &Tokens, day: &Mention, next: &Mention) -> bool {
    day.is_owned(tokens) && (day.to..next.from).any(|at| tokens.among(at, "depuis|since|des"))
}

/// « 14h30-15h », « 14h à 15h », « entre 14h et 15h »: the start counts, the end is kept aside.
fn range_end(tokens: &Tokens, mention: &mut Mention) {
    let Some(first) = mention.clock else { return };
    let at = mention.to;
    let between = mention.from > 0 && tokens.is(mention.from - 1, &["entre", "between"]);
    let joins = tokens.sign(at, b'-')
        || tokens.sign(at, b'/')
        || tokens.is(at, &["a", "to"])
        || between && tokens.is(at, &["et", "and"]);
    if joins && let Some((second, end)) = clock(tokens, at + 1) {
        mention.end_clock = Some(second);
        mention.to = end;
    } else if between && tokens.is(at, &["et"]) {
        return;
    }
    // « entre 14 et 15h » leaves the first hour bare.
    if mention.end_clock.is_none() && mention.from >= 3 {
        let from = mention.from;
        let bare = tokens.number(from - 2, 2).filter(|hour| *hour < 24);
        if tokens.is(from - 1, &["et", "a"])
            && tokens.is(from - 3, &["entre", "de"])
            && let Some(hour) = bare
        {
            mention.end_clock = Some(first);
            mention.clock = Some(Clock {
                hour,
                minute: None,
                midnight: false,
                half: None,
            });
        }
    }
}

/// Whether a short clause of what was done stands between a day and its hour: « quand j'ai ouvert la
/// session, », « à la prise de poste : ».
fn tells_event(tokens: &Tokens, from: usize, to: usize) -> bool {
    let short = to > from + 2 && to - from <= 10;
    let led = tokens
        .any_phrase(
            from,
            "quand j|quand je|quand on|quand nous|lorsque j|lorsque je|en ouvrant|en arrivant|en prenant|en lancant|en me connectant|en nous connectant|a l ouverture|a la prise|a la connexion|a mon arrivee|a notre arrivee|au demarrage|au lancement|a l allumage|a la releve|when i|when we",
        )
        .is_some();
    let mark = to > 0
        && (tokens.sign(to - 1, b',') || tokens.sign(to - 1, b':') || tokens.sign(to - 1, b'('));
    short
        && led
        && mark
        && (from..to - 1).all(|at| {
            matches!(
                tokens.get(at).map(|token| token.kind),
                Some(Kind::Word | Kind::Sign(b'\'' | b'-'))
            )
        })
}

/// Whether only small words stand between two parts of one mention.
fn fills(tokens: &Tokens, from: usize, to: usize) -> bool {
    let mut lines = 0;
    to >= from
        && to - from <= 6
        && (from..to).all(|at| match tokens.get(at).map(|token| token.kind) {
            Some(Kind::Word) => {
                tokens.among(at, concat!("a|vers|aux|alentours|alentour|de|des|les|le|la|l|du|en|dans|environ|at|on|around|", "about|env|sur|coup|exactement|precisement|soit|d|au|apres|entre|t|fin|debut|heure|", "approximativement|plus|ou|moins|disons|je|dirais|in|since|depuis|partir|h|paques|pentecote|ascension|ferie|poste|garde|service|vacation|releve|journee|soiree|matinee|milieu|cours|pause|fin|juste|pile|tout|precis")) && !(tokens.is(at, &["ou", "apres", "depuis", "since"])
                    && to - from < 2
                    && tokens.is(at, &["ou"]))
            }
            Some(Kind::Sign(sign)) => matches!(
                sign,
                b',' | b'('
                    | b')'
                    | b':'
                    | b'-'
                    | b'/'
                    | b'\''
                    | b'~'
                    | b'|'
                    | b'"'
                    | b'@'
                    | b';'
                    | b'>'
            ),
            Some(Kind::Line) => {
                lines += 1;
                lines <= 1
            }
            _ => false,
        })
}

/// « 16h heure de Paris (10h chez nous) »: where both are given, Paris counts.
fn prefer_paris(list: &mut Vec<Mention>) {
    let mut at = 1;
    while at < list.len() {
        let (one, two) = (list[at - 1], list[at]);
        let near = two.from - one.to.min(two.from) <= 5;
        let paris =
            |mention: &Mention| mention.clock.is_some() && mention.zone == Some(Zone::Paris);
        if near
            && paris(&one)
            && two.clock.is_some()
            && two.zone != Some(Zone::Paris)
            && (two.day.is_none() || one.day.is_none())
        {
            list[at - 1].day = one.day.or(two.day);
            if one.day.is_none() && two.day.is_some() {
                list[at - 1].shift = day_apart(two.clock, one.clock);
            }
            list.remove(at);
        } else if near && paris(&two) && one.clock.is_some() && one.zone != Some(Zone::Paris) {
            list[at].day = two.day.or(one.day);
            if two.day.is_none() && one.day.is_some() {
                list[at].shift = day_apart(one.clock, two.clock);
            }
            list[at].part = two.part.or(one.part);
            list[at].from = one.from;
            list.remove(at - 1);
        } else {
            at += 1;
        }
    }
}

/// How many days the day in Paris is ahead of the local one, from the hours of both: no zone is
/// twelve hours away.
fn day_apart(local: Option<Clock>, paris: Option<Clock>) -> i64 {
    match (local, paris) {
        (Some(local), Some(paris)) if local.hour > paris.hour + 12 => 1,
        (Some(local), Some(paris)) if paris.hour > local.hour + 12 => -1,
        _ => 0,
    }
}
