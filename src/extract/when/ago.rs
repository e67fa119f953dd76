//! Lengths of time that lead back to a start: « il y a 20 minutes », « depuis 2 heures ».

use super::super::token::{Kind, Tokens, number, number_word};
use super::clock::{COUNTED, of_day};
use chrono::TimeDelta;

/// How long ago something began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ago {
    /// To the minute.
    Minutes(u32),
    /// To the hour, in minutes.
    Hours(u32),
    /// To the day.
    Days(u32),
    /// « depuis quelques jours »: no instant follows from it.
    Broad,
}

impl Ago {
    /// The duration of those shorter than days.
    pub fn delta(self) -> TimeDelta {
        match self {
            Self::Minutes(minutes) | Self::Hours(minutes) => TimeDelta::minutes(i64::from(minutes)),
            Self::Days(days) => TimeDelta::days(i64::from(days)),
            Self::Broad => TimeDelta::zero(),
        }
    }
}

/// « il y a 20 minutes », « depuis deux heures », « cela fait trois jours », « 2 hours ago ».
/// `hour` is the hour at which it was written, for « depuis 2h », which is either.
pub(super) fn ago(tokens: &Tokens, at: usize, hour: u32) -> Option<(Ago, usize)> {
    let word = tokens.word(at);
    let may_lead = matches!(
        word,
        "il" | "ilya"
            | "y"
            | "ya"
            | "depuis"
            | "depui"
            | "dpuis"
            | "dpui"
            | "dps"
            | "dep"
            | "2"
            | "cela"
            | "ca"
            | "sa"
            | "voila"
            | "voici"
            | "since"
            | "for"
            | "fait"
            | "past"
            | "last"
            | "l"
    );
    if let Some(end) = just_now(tokens, at) {
        return Some((Ago::Hours(0), end));
    }
    let may_count = tokens.number(at, 3).is_some()
        || !word.is_empty() && number_word(tokens, at).is_some()
        || matches!(word, "half" | "a" | "an");
    if !may_lead && !may_count {
        return None;
    }
    // « 2puis 20min »
    let texted = tokens.text(at) == "2" && tokens.glued(at + 1) && tokens.is(at + 1, &["puis"]);
    let leader = texted.then_some(at + 2).or_else(|| { tokens.any_phrase(
        at,
        concat!(
            "depui|dpuis|dpui|dps|dep|il y a|il ya|ilya|y a|ya|depuis|cela fait|ca fait|sa fait|voila|voici|since|for|",
            "depuis bientot|ca doit faire|cela doit faire|cela va faire|ca va faire|fait|past|",
            "last|l y a"
        ),
    )});
    let Some(start) = leader else {
        let (quantity, end) = quantity(tokens, at)?;
        if goes_on_for(tokens, at, end) && quantity != Ago::Broad {
            return Some((quantity, end));
        }
        return (tokens.is(end, &["ago"]) && quantity != Ago::Broad).then_some((quantity, end + 1));
    };
    let mut next = start;
    for _ in 0..3 {
        next = tokens
            .any_phrase(
                next,
                concat!("environ|env|presque|plus de|pres de|a peu pres|au moins|bientot|deja|maintenant|bien|", "facile|moins de|maintenant plus de|about|almost|over|more than|d|les|the|a peine|", "quasi|quasiment")
            )
            .unwrap_or(next);
    }
    let (quantity, end) = quantity(tokens, next)?;
    let since = texted
        || tokens.is(
            at,
            &["depuis", "depui", "dpuis", "dpui", "dps", "dep", "since"],
        );
    if tokens.is(at, &["for", "last", "past", "fait", "ya", "y"]) && quantity == Ago::Broad {
        return None;
    }
    // « depuis environ 13h30 » is an hour, « depuis environ 2h » a length.
    let about = next > start
        && tokens.any_phrase(
            start,
            "environ|env|about|a peu pres|approximativement|around",
        ) == Some(next)
        && matches!(quantity, Ago::Hours(minutes) if minutes > 360 || !minutes.is_multiple_of(15));
    if since && (next == start || about) && is_clock_after_since(tokens, next, end, quantity, hour)
    {
        return None;
    }
    Some((quantity, end))
}

/// « 48h que ça dure », « 3 jours que la carte est figée », where no one waits for an answer.
fn goes_on_for(tokens: &Tokens, at: usize, end: usize) -> bool {
    let begins = at == 0
        || matches!(
            tokens.get(at - 1).map(|token| token.kind),
            Some(Kind::Line | Kind::Sign(b'.' | b'!' | b'?'))
        ) && !tokens.glued(at);
    let waits = (end + 1..end + 7).any(|at| {
        tokens.among(
            at,
            "attends|attend|attendons|attente|vous|reponse|retour|nouvelle|nouvelles|relance|relancons|appelle|appelons|ecris|ecrit",
        )
    });
    begins && tokens.among(end, "que|qu") && !waits
}

/// « ça vient de commencer », « à l'instant », « il y a un instant »: at the time of writing.
fn just_now(tokens: &Tokens, at: usize) -> Option<usize> {
    const BEGIN: &str = "commencer|demarrer|debuter|se produire|arriver|planter|tomber|se figer|se bloquer|apparaitre|se couper|s arreter|disparaitre|nous arriver|m arriver|nous lacher|me lacher|se deconnecter|survenir|se declencher";
    let just = tokens.any_phrase(
        at,
        "vient juste de|vient tout juste de|vient a l instant de|viennent juste de|viennent de|vient de|vient d",
    );
    if let Some(end) = just {
        return tokens.any_phrase(tokens.skip_joints(end), BEGIN);
    }
    tokens
        .any_phrase(
            at,
            "a l instant|il y a un instant|y a un instant|il y a quelques instants|il y a quelques secondes|just now|a l instant meme",
        )
        .filter(|_| !(at.saturating_sub(6)..at).any(|near| tokens.among(near, "vous|appele|recu|joint|etions|etait|eu|jusqu|mail|lu")))
}

/// « depuis 14 heures » is an hour, « depuis 2 heures » a length; « depuis 2h » is the hour when
/// it was written by night, soon after.
fn is_clock_after_since(
    tokens: &Tokens,
    at: usize,
    end: usize,
    quantity: Ago,
    written: u32,
) -> bool {
    let Ago::Hours(minutes) = quantity else {
        return false;
    };
    if tokens.number(at, 2).is_none() && tokens.is(at + 1, &["heure", "heures"]) && minutes <= 360 {
        return of_day(tokens, end);
    }
    let hours = minutes / 60;
    if hours >= 24 {
        return false;
    }
    if of_day(tokens, end)
        || hours > 6
        || hours == 0
        || tokens
            .any_phrase(
                end,
                "hier|aujourd|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|heure de",
            )
            .is_some()
    {
        return true;
    }
    if tokens.is(at + 1, &["heure", "heures", "hours", "hour"]) {
        return false;
    }
    if !minutes.is_multiple_of(60) {
        return !(matches!(minutes % 60, 15 | 30 | 45) && minutes <= 180 && written >= 8);
    }
    written >= hours && written < hours + 7
}

fn quantity(tokens: &Tokens, at: usize) -> Option<(Ago, usize)> {
    // « 3/4 d'heure », « 1/2 heure »
    if let (Some(part), true, Some(whole @ (2 | 4))) = (
        tokens.number(at, 1),
        tokens.sign(at + 1, b'/'),
        tokens.number(at + 2, 1),
    ) && let Some(end) = tokens.any_phrase(at + 3, "d heure|heure|h|d h")
    {
        return Some((Ago::Minutes(part * 60 / whole), end));
    }
    if let Some(end) = tokens.any_phrase(
        at,
        concat!(
            "une demi heure|une demie heure|1 2 heure|half an hour|demi heure|",
            "une bonne demi heure|une petite demi heure"
        ),
    ) {
        return Some((Ago::Minutes(30), end));
    }
    if let Some(end) = tokens.any_phrase(
        at,
        "trois quarts d heure|trois quart d heure|3 quarts d heure",
    ) {
        return Some((Ago::Minutes(45), end));
    }
    if let Some(end) = tokens.any_phrase(
        at,
        concat!(
            "un quart d heure|un petit quart d heure|un bon quart d heure|un quart heure|",
            "quarter of an hour"
        ),
    ) {
        return Some((Ago::Minutes(15), end));
    }
    if let Some(end) = tokens.any_phrase(
        at,
        concat!(
            "quelques minutes|qq minutes|qqs minutes|a few minutes|quelques instants|quelques secondes|",
            "un instant|2 secondes"
        ),
    ) {
        return Some((Ago::Hours(5), end));
    }
    if let Some(end) = tokens.any_phrase(
        at,
        concat!(
            "quelques jours|plusieurs jours|quelque temps|quelques temps|longtemps|un moment|",
            "un certain temps|des jours|quelques heures|plusieurs heures|quelques semaines|",
            "plusieurs semaines|un mois|plusieurs mois|quelques mois|des semaines|des mois|",
            "des heures|pas mal de temps|un bout de temps|un petit moment|a few days|",
            "several days|a while|some time|qq jours|un bon moment|weeks|months|days|hours|un peu|peu|",
            "toujours|belle lurette|un bail|des lustres|des annees|plusieurs annees|trop longtemps|tres longtemps|assez longtemps"
        ),
    ) {
        return Some((Ago::Broad, end));
    }
    // Rounds: « une dizaine de minutes ».
    let mut next = at;
    if tokens.is(next, &["une", "la"]) {
        let value = match tokens.word(next + 1) {
            "dizaine" => 10,
            "quinzaine" => 15,
            "vingtaine" => 20,
            "trentaine" => 30,
            "quarantaine" => 40,
            "cinquantaine" => 50,
            _ => 0,
        };
        if value > 0 {
            let unit_at = tokens.phrase(next + 2, "de").unwrap_or(next + 2);
            if let Some((ago, end)) = unit(tokens, unit_at, value) {
                return Some((ago, end));
            }
            return (value == 15).then_some((Ago::Days(15), next + 2));
        }
    }
    let (value, after) = number(tokens, next, 3)
        .or_else(|| tokens.is(next, &["a", "an"]).then_some((1, next + 1)))?;
    next = after;
    if tokens.among(next, "bonne|bonnes|petite|petites|grosse|grosses|full|good") {
        next += 1;
    }
    unit(tokens, next, value)
}

fn unit(tokens: &Tokens, at: usize, value: u32) -> Option<(Ago, usize)> {
    let mut end = at + 1;
    let ago = match tokens.word(at) {
        "minute" | "minutes" | "min" | "mn" | "mins" | "minuts" => Ago::Minutes(value),
        "heure" | "heures" | "h" | "hour" | "hours" | "hrs" | "heur" if value <= 48 => {
            let mut minutes = value * 60;
            if let Some(extra) = tokens
                .number(end, 2)
                .filter(|extra| *extra < 60 && tokens.width(end) == 2)
            {
                if !tokens.is(end + 1, COUNTED) {
                    minutes += extra;
                    end += 1;
                }
            } else if let Some(half) = tokens.any_phrase(end, "et demie|et demi|and a half") {
                minutes += 30;
                end = half;
            } else if let Some(quarter) = tokens.phrase(end, "et quart") {
                minutes += 15;
                end = quarter;
            }
            Ago::Hours(minutes)
        }
        "jour" | "jours" | "j" | "day" | "days" | "jrs" => Ago::Days(value),
        "semaine" | "semaines" | "week" | "weeks" | "sem" => Ago::Days(value * 7),
        "mois" | "month" | "months" | "an" | "ans" | "annee" | "annees" | "year" | "years" => {
            Ago::Broad
        }
        _ => return None,
    };
    Some((ago, end))
}
