//! Numbers of people: « 6 », « les 5 ARM », « 4 à 5 », « 3 ARM + 2 médecins », « on est 6 »,
//! « les 7 de ma vacation », « 3 touchés », « les postes 3 et 7 ».

use super::super::token::{Kind, Tokens, phrase};
use super::amount::{amount, counted, out_of, round_number};
use super::company;
use super::listed::listed;
use super::places::{devices, none_of, of_ours, one_machine_more, struck_all, struck_among};
use super::said::{asked, only_some, placed, places, us};
use super::spoken_of::{halved, hurt, out_of_things, spoken_of, tried_too};
use super::with_me::and_the_writer;
use crate::domain::field::Count;

/// What a bare number counts instead of people.
pub(super) const OTHER_UNITS: &str = "h|heure|heures|hr|hrs|min|mn|minute|minutes|minuscules|jour|jours|semaine|semaines|mois|an|ans|annees|fois|coup|coups|essais|essai|tentatives|reprises|er|ere|re|eme|ieme|e|nd|nde|\
    janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|km|m|metres|kilometres|sec|secondes|s|ms|samu|appel|appels|dossier|dossiers|affaires|fiches|\
    pixels|go|mo|lignes|clics|pages|crews|equipages|vehicules|smur|lits|patients|victimes|blesses|sites|hours|times|days|calls|files|tickets|quarts|doigts|degres|euros|captures|photos|piece|pieces";
/// Words behind a bare number of people that say it is one.
pub(super) const AFFECTED: &str = "touche|touches|touchees|impacte|impactes|impactees|concerne|concernes|concernees|bloque|bloques|bloquees|affectes|affectees|genes|genees|a l avoir|a me l avoir|a nous l avoir|a m en avoir|a m en parler|a m avoir|a nous avoir|a le voir|a la voir|a avoir|dans ce cas|\
    dans le meme cas|a avoir le|a ne plus|pareil|pareils|pareilles|a l utiliser|a s en servir|impacted|affected|d entre nous|d entre eux|of us|a etre|a subir|ki ont|qui ont|qui sommes|qui sont touches|a nous plaindre|a le constater|a constater|a rencontrer";

/// What stands at one place.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub count: Count,
    /// Behind the last token.
    pub end: usize,
    pub vague: bool,
    pub score: f32,
}

impl Draft {
    pub fn exact(min: u32, max: u32, all: bool, end: usize, score: f32) -> Self {
        Self {
            count: Count {
                min: Some(min),
                max: Some(max),
                all,
            },
            end,
            vague: false,
            score,
        }
    }
}

/// Numbers of things that are counted: « les 5 ARM », « 3 ARM + 2 médecins », « on est 6 ».
pub(super) fn people(tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    if let Some(draft) = us(tokens, at)
        .or_else(|| only_some(tokens, at))
        .or_else(|| asked(tokens, at))
        .or_else(|| (answer && at == 0).then(|| placed(tokens)).flatten())
        .or_else(|| none_of(tokens, at))
        .or_else(|| places(tokens, at))
        .or_else(|| listed(tokens, at))
    {
        return Some(draft);
    }
    let single = phrase!(
        tokens,
        at,
        "un seul|une seule|1 seul|1 seule|only one|a single"
    );
    if let Some(next) = single {
        let end = counted(tokens, next);
        return end
            .or(answer.then_some(next))
            .map(|end| Draft::exact(1, 1, false, end, 0.75));
    }
    let article = tokens.is(at, &["un", "une", "a", "one"]) && round_number(tokens, at).is_none();
    // « un médecin et deux ARM » counts, « un ARM » alone only tells of somebody.
    let listed = || {
        let next = plus(tokens, counted(tokens, at + 1)?)?;
        counted(tokens, amount(tokens, next)?.2)
    };
    if article && !answer && listed().is_none() {
        return None;
    }
    if names_something(tokens, at) {
        let listed = answer
            && at > 0
            && tokens.is(at - 1, &["poste", "position", "ecran", "tablette"])
            && tokens.number(at, 4).is_some();
        return listed.then(|| Draft::exact(1, 1, false, at + 1, 0.5));
    }
    if answer && let Some((many, end)) = devices(tokens, at) {
        return Some(Draft::exact(many, many, false, end, 0.8));
    }
    let (min, max, end) = amount(tokens, at)?;
    let rest = counted(tokens, end).is_none() && out_of_things(tokens, at);
    if ordinal(tokens, end) || rest || tried_too(tokens, at) {
        return None;
    }
    if let Some(after) = counted(tokens, end) {
        // « les postes à deux écrans »: what a post has.
        let has = at > 0
            && tokens.is(at - 1, &["a", "avec"])
            && tokens.among(after - 1, "ecran|ecrans|moniteurs");
        if has
            || halved(tokens, at)
            || hurt(tokens, after)
            || only_tried(tokens, at, after)
            || spoken_of(tokens, at, after)
        {
            return None;
        }
        let (min, max, end) = sum(tokens, min, max, after);
        let (max, end) = stretched(tokens, max, end).unwrap_or((max, end));
        if let Some(end) = and_the_writer(tokens, end) {
            return Some(Draft::exact(min + 1, max + 1, false, end, 0.85));
        }
        let end = out_of(tokens, end).unwrap_or(end);
        return (min <= 5000).then(|| Draft::exact(min, max, false, end, 0.72));
    }
    // « 4 sur 6 postes », « 4 des 6 postes »
    if let Some(after) = out_of(tokens, end)
        && let Some(after) = counted(tokens, after)
    {
        return Some(Draft::exact(min, max, false, after, 0.72));
    }
    if let Some(after) = struck_among(tokens, at, end) {
        return Some(Draft::exact(min, max, false, after, 0.75));
    }
    let many = min > 1 && min <= 5000;
    // « une vingtaine en comptant les médecins »
    if let Some(after) = phrase!(
        tokens,
        end,
        "en comptant|y compris les|en incluant|medecins compris|arm compris|tous confondus|toutes confondues|tous metiers confondus|including the|counting the"
    )
    .filter(|_| many)
    {
        return Some(Draft::exact(min, max, false, after, 0.75));
    }
    if let Some(after) =
        phrase!(tokens, end, AFFECTED).filter(|_| many && !of_things(tokens, at, end))
    {
        return Some(Draft::exact(min, max, false, after, 0.75));
    }
    if let Some(after) = struck_all(tokens, at, end).filter(|_| many) {
        return Some(Draft::exact(min, max, false, after, 0.78));
    }
    if let Some(after) = of_ours(tokens, end).filter(|_| many) {
        return Some(Draft::exact(min, max, false, after, 0.72));
    }
    if !answer || min > 5000 {
        return None;
    }
    bare(tokens, min, max, end)
}

/// « une vingtaine de collègues, voire 25 », « 4 postes (peut-être 5) »: how many they may be.
fn stretched(tokens: &Tokens, max: u32, end: usize) -> Option<(u32, usize)> {
    let next = if tokens.sign(end, b',') || tokens.sign(end, b'(') {
        end + 1
    } else {
        end
    };
    let next = phrase!(
        tokens,
        next,
        "voire meme|voire|peut etre meme|peut etre|ou meme|maybe|even"
    )?;
    let (more, _, after) = amount(tokens, next)?;
    let other = tokens.among(after, OTHER_UNITS)
        || tokens
            .get(after)
            .is_some_and(|token| token.kind == Kind::Word)
            && counted(tokens, after).is_none();
    (more > max && !other).then(|| (more, counted(tokens, after).unwrap_or(after)))
}

/// « j'ai essayé sur les deux ordinateurs du box. »: machines on which a trial was made, of which
/// no more is said.
fn only_tried(tokens: &Tokens, at: usize, end: usize) -> bool {
    let machines = tokens.among(
        end - 1,
        "ordinateurs|ordis|postes|pc|tablettes|ecrans|telephones|navigateurs|machines|portables|smartphones|sessions|comptes|computers|workstations|consoles|casques",
    ) || (at..end).any(|at| tokens.among(at, "ordinateurs|postes|pc|tablettes|navigateurs"));
    let tried = (at.saturating_sub(4)..at).any(|at| {
        tokens.among(
            at,
            "essaye|essayer|essayes|teste|tester|tente|tenter|retente|reessaye|redemarre|redemarrer|reteste|tried|tested",
        )
    });
    let stop = (end..end + 9).find(|at| {
        !tokens
            .get(*at)
            .is_some_and(|token| token.kind == Kind::Word)
            && !tokens.sign(*at, b'\'')
    });
    let closed = stop.is_some_and(|at| {
        matches!(
            tokens.get(at).map(|token| token.kind),
            None | Some(Kind::Line | Kind::Sign(b'.' | b'!' | b';'))
        )
    });
    let alike = stop.is_some_and(|stop| {
        (end..stop).any(|at| {
            tokens.among(
                at,
                "pareil|pareils|idem|meme|memes|aussi|bloque|plus|pas|same|sans|rien|ko|hs",
            )
        }) || tokens.among(
            stop + 1,
            "pareil|idem|meme|toujours|rien|tous|same|partout|impossible",
        ) || phrase!(
            tokens,
            stop + 1,
            "c est pareil|c est la meme|la meme|les deux"
        )
        .is_some()
    });
    machines && tried && closed && !alike
}

/// « il y en a eu quatre et les quatre pareil »: the things spoken of before are alike.
fn of_things(tokens: &Tokens, at: usize, end: usize) -> bool {
    // « 3 essais avec 3 témoins, les trois pareil »
    let named_before = || {
        let value = amount(tokens, at).map(|(min, ..)| min);
        (at.saturating_sub(20)..at).any(|before| {
            amount(tokens, before).is_some_and(|(min, _, end)| {
                end < at
                    && Some(min) == value
                    && counted(tokens, end).is_none()
                    && (tokens.among(end, OTHER_UNITS)
                        || tokens.width(end) > 3 && tokens.word(end).ends_with('s'))
            })
        })
    };
    tokens.among(end, "pareil|pareils|pareilles|concernes|concernees|touches")
        && (named_before() || (at.saturating_sub(14)..at).any(|at| {
            phrase!(
                tokens,
                at,
                "y en a eu|en a eu|en ai eu|en avons eu|on en a recu|en a recu|en ai recu|en avons recu|en est arrive|y en a deja eu|j en ai essaye|en ai teste|en a ouvert|en ai ouvert"
            )
            .is_some()
        }))
}

/// A number alone as an answer: « 4 », « 3 + 2 », « 4/6 ».
fn bare(tokens: &Tokens, mut min: u32, mut max: u32, mut end: usize) -> Option<Draft> {
    let other = tokens.among(end, OTHER_UNITS)
        || tokens.sign(end, b'%')
        || tokens.sign(end, b':') && tokens.glued(end + 1)
        || tokens.sign(end, b'/') && !tokens.glued(end);
    if other {
        return None;
    }
    for _ in 0..8 {
        if !tokens.sign(end, b'+') && !tokens.is(end, &["plus"]) {
            break;
        }
        if let Some(after) = one_more(tokens, end + 1) {
            min = min.saturating_add(1);
            max = max.saturating_add(1);
            end = after;
            continue;
        }
        let Some(more) = tokens.number(end + 1, 4) else {
            break;
        };
        min = min.saturating_add(more);
        max = max.saturating_add(more);
        end += 2;
    }
    if let Some(after) = out_of(tokens, end) {
        end = after;
    }
    let total = phrase!(
        tokens,
        end,
        "au total|en tout|au final|total|a present|maintenant|desormais|in total|altogether"
    );
    // « 3 - Faible (1 utilisateur) », « 2 téléphones rouges, 11 personnes »: a degree, a thing.
    let degree = tokens.sign(end, b'-')
        && tokens
            .get(end + 1)
            .is_some_and(|token| token.kind == Kind::Word);
    let word = tokens.word(end);
    let thing = word.len() > 3
        && word.ends_with('s')
        && !tokens.among(
            end,
            "dans|sans|mais|nous|sous|puis|alors|apres|tous|toutes|vers|dessus|depuis|sûrs|certains|autres",
        );
    let score = if degree || thing {
        0.35
    } else if total.is_some() {
        0.85
    } else {
        0.6
    };
    Some(Draft::exact(min, max, false, total.unwrap_or(end), score))
}

/// « poste 2 », « n° 4 », « version 3 », « 12/03 », « 14h30 »: the number names, it does not count.
fn names_something(tokens: &Tokens, at: usize) -> bool {
    // « 01 » alone is an answer; beside other numbers it belongs to a telephone's.
    if tokens.text(at).starts_with('0') && !(at == 0 && tokens.get(1).is_none()) {
        return true;
    }
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    let digits = tokens.get(at).is_some_and(|t| t.kind == Kind::Number);
    let glued = digits && tokens.glued(at);
    tokens.among(
        before,
        concat!(
            "poste|ecran|position|tablette|n|numero|no|num|salle|samu|niveau|etape|version|secteur|dossier|affaire|",
            "departement|page|priorite|compte|code|erreur|error|ticket|ligne|chambre|bureau|etage|windows|chrome|firefox|edge|build|lot|tel|telephone|portable|fax|centre|rpps|finess|box|batiment|bat|cesu|sdis|v|dect|release|arm|pc"
        ),
    ) && digits
        || tokens.sign(before, 0xb0)
        || tokens.sign(before, 0x1a) && glued
        || tokens.sign(before, b'#')
        || glued
            && matches!(
                tokens.get(before).map(|t| t.kind),
                Some(Kind::Word | Kind::Sign(b'/' | b':' | b'.' | b',' | b'-' | b'_'))
            )
            && (tokens.get(before).is_some_and(|t| t.kind == Kind::Word)
                || before > 0
                    && tokens.glued(before)
                    && tokens
                        .get(before - 1)
                        .is_some_and(|t| matches!(t.kind, Kind::Number | Kind::Word)))
        || digits
            && tokens
                .get(before)
                .is_some_and(|t| t.kind == Kind::Number)
}

/// « la 1ère », « le 2e »
pub(super) fn ordinal(tokens: &Tokens, end: usize) -> bool {
    tokens.glued(end)
        && tokens.among(end, "er|ere|re|e|eme|ieme|nd|nde|st|th|rd|h|mn|min|km|x")
        && end > 0
        && tokens.get(end - 1).is_some_and(|t| t.kind == Kind::Number)
}

/// « 3 ARM + 2 médecins et la cadre »: the sum, from behind the first noun on.
pub(super) fn sum(
    tokens: &Tokens,
    mut min: u32,
    mut max: u32,
    mut end: usize,
) -> (u32, u32, usize) {
    for _ in 0..8 {
        let Some(next) = plus(tokens, end) else { break };
        if let Some(after) = one_more(tokens, next).or_else(|| one_machine_more(tokens, end, next))
        {
            min = min.saturating_add(1);
            max = max.saturating_add(1);
            end = after;
            continue;
        }
        let Some((more_min, more_max, after)) = amount(tokens, next) else {
            break;
        };
        let Some(after) = counted(tokens, after) else {
            break;
        };
        min = min.saturating_add(more_min);
        max = max.saturating_add(more_max);
        end = after;
    }
    (min, max, end)
}

fn plus(tokens: &Tokens, at: usize) -> Option<usize> {
    let at = company::qualified(tokens, at);
    if tokens.sign(at, b'+') || tokens.sign(at, b'&') {
        return Some(at + 1);
    }
    if tokens.sign(at, b',') {
        return Some(phrase!(tokens, at + 1, "et|plus").unwrap_or(at + 1));
    }
    phrase!(
        tokens,
        at,
        "ni pour|ni chez|ni|et pour|et chez|et|plus|ainsi que|and|avec|sans compter"
    )
}

/// « … et la cadre de nuit », « … + moi »: one person more.
fn one_more(tokens: &Tokens, at: usize) -> Option<usize> {
    if let Some(end) = phrase!(tokens, at, "moi meme|moi|me|myself|pour moi|chez moi") {
        return (!tokens.among(end, "compris|comprise|inclus|incluse|included")).then_some(end);
    }
    let next = phrase!(tokens, at, "la|le|l|notre|mon|ma")?;
    company::person(tokens, tokens.skip_joints(next))
}
