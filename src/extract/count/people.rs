//! Numbers of people: « 6 », « les 5 ARM », « 4 à 5 », « 3 ARM + 2 médecins », « on est 6 »,
//! « les 7 de ma vacation », « 3 touchés », « les postes 3 et 7 ».

use super::super::token::{Kind, Lexicon, Tokens, number, phrase};
use super::company;
use crate::domain::field::Count;
use std::sync::LazyLock;

/// Who and what is counted, folded.
static COUNTED: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(include_str!("counted.txt")));

/// « on est 6 »: words that count who speaks.
static US: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "on est|on etait|on sera|on serait|on doit etre|on devrait etre|on se retrouve|on en est|on etaient|on es|on est passe|on est passes|on est monte|",
        "on est montes|nous sommes|nous etions|nous serions|nous serons|nous devons etre|nous voila|nous en sommes|nous sommes passes|we are|we re|we were|there are|",
        "there were|ils sont|elles sont|ns sommes|on reste|nous restons|moi ca fait|ca en fait|ca fait|nous faisons|c est"
    ))
});
/// Words between « on est » and the number.
const FILLERS: &str = "environ|au moins|au minimum|plus de|bien|deja|maintenant|desormais|actuellement|aujourd hui|a|au total|about|seulement|que|donc|ici|tous|toutes|\
    a peu pres|encore|en tout|now|only|at least|around|pour l instant|peut etre|minimum|a present|ce soir|cette nuit|ce matin|presque|quasiment|bel et bien|plus que|apparemment";
/// What a bare number counts instead of people.
const OTHER_UNITS: &str = "h|heure|heures|hr|hrs|min|mn|minute|minutes|minuscules|jour|jours|semaine|semaines|mois|an|ans|annees|fois|coup|coups|essais|essai|tentatives|reprises|er|ere|re|eme|ieme|e|nd|nde|\
    janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|km|m|metres|kilometres|sec|secondes|s|ms|samu|appel|appels|dossier|dossiers|affaires|fiches|\
    pixels|go|mo|lignes|clics|pages|crews|equipages|vehicules|smur|lits|patients|victimes|blesses|sites|hours|times|days|calls|files|tickets|quarts|doigts|degres|euros|captures|photos|piece|pieces";
/// Words behind a bare number of people that say it is one.
const AFFECTED: &str = "touche|touches|touchees|impacte|impactes|impactees|concerne|concernes|concernees|bloque|bloques|bloquees|affectes|affectees|genes|genees|a l avoir|a avoir|dans ce cas|\
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
        .or_else(|| asked(tokens, at))
        .or_else(|| places(tokens, at))
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
    let (min, max, end) = amount(tokens, at)?;
    if ordinal(tokens, end) {
        return None;
    }
    if let Some(after) = counted(tokens, end) {
        if hurt(tokens, after) {
            return None;
        }
        let (min, max, end) = sum(tokens, min, max, after);
        let end = out_of(tokens, end).unwrap_or(end);
        return (min <= 5000).then(|| Draft::exact(min, max, false, end, 0.72));
    }
    // « 4 sur 6 postes », « 4 des 6 postes »
    if let Some(after) = out_of(tokens, end)
        && let Some(after) = counted(tokens, after)
    {
        return Some(Draft::exact(min, max, false, after, 0.72));
    }
    let many = min > 1 && min <= 5000;
    if let Some(after) = phrase!(tokens, end, AFFECTED).filter(|_| many) {
        return Some(Draft::exact(min, max, false, after, 0.75));
    }
    if let Some(after) = of_ours(tokens, end).filter(|_| many) {
        return Some(Draft::exact(min, max, false, after, 0.72));
    }
    if !answer || min > 5000 {
        return None;
    }
    bare(tokens, min, max, end)
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

/// « on est 6 », « nous sommes deux à l'utiliser », « on est passés de 2 à 5 ».
fn us(tokens: &Tokens, at: usize) -> Option<Draft> {
    if let Some(draft) = grown(tokens, at) {
        return Some(draft);
    }
    let mut next = US.end(tokens, at)?;
    let weak = tokens.is(at, &["c", "ca", "ils", "elles", "there"]);
    let mut all = false;
    for _ in 0..4 {
        let Some(after) = phrase!(tokens, next, FILLERS) else {
            break;
        };
        all |= tokens.is(next, &["tous", "toutes"]);
        next = after;
    }
    let (min, max, end) = amount(tokens, next)?;
    let article = tokens.is(next, &["un", "une"]) && end == next + 1;
    let the = tokens.is(next, &["le", "la", "les", "the"]);
    let unit = counted(tokens, end);
    let affected = phrase!(tokens, end, AFFECTED);
    let other = tokens.among(end, OTHER_UNITS)
        || tokens.sign(end, b'%')
        || tokens.sign(end, b'/') && !tokens.glued(end + 1)
        || tokens.sign(end, b':')
        || ordinal(tokens, end)
        || article
        || the && unit.is_none() && affected.is_none();
    if other || min == 0 || min > 5000 || (weak && unit.is_none() && affected.is_none()) {
        return None;
    }
    let (min, max, end) = match unit {
        Some(after) => sum(tokens, min, max, after),
        None => (min, max, affected.unwrap_or(end)),
    };
    let end = out_of(tokens, end).unwrap_or(end);
    Some(Draft::exact(min, max, all, end, 0.85))
}

/// « Nb users 1 », « # of users: 6 to 8 », « utilisateurs impactés : 4 » in running text.
fn asked(tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(
        tokens,
        at,
        "nb users|nb user|nb d utilisateurs|nb utilisateurs|nb de personnes|nb personnes|nb pers|nb impactes|nb de postes|nb postes|nb d arm|nb d agents|nbre d utilisateurs|nbre de personnes|nbre utilisateurs|nombre d utilisateurs|         nombre d utilisateurs impactes|nombre de personnes|nombre de postes|nombre d agents|nombre d arm|nombre de personnes impactees|nombre d impactes|number of users|of users|users affected|users impacted|affected users|impacted users|no of users|         number of people|utilisateurs impactes|utilisateurs touches|utilisateurs concernes|personnes touchees|personnes impactees|postes touches|postes impactes|agents touches|agents impactes|impactes|impactees|nombre d utilisateurs concernes|nombre d utilisateurs touches|effectif touche"
    )?;
    let next = phrase!(
        tokens,
        next,
        "impactes|touches|concernes|impactees|est de|is|are"
    )
    .unwrap_or(next);
    let next = if tokens.sign(next, b':') || tokens.sign(next, b'=') || tokens.sign(next, b'-') {
        next + 1
    } else {
        next
    };
    let (min, max, end) = amount(tokens, next)?;
    let listed = tokens.is(next, &["les", "un", "une"]);
    let other = tokens.among(end, OTHER_UNITS) || ordinal(tokens, end) || listed;
    let (min, max, end) = match counted(tokens, end) {
        Some(after) => sum(tokens, min, max, after),
        None => (min, max, end),
    };
    (!other && min <= 5000).then(|| Draft::exact(min, max, false, end, 0.85))
}

/// « passés de 2 à 5 collègues », « de deux on est montés à quatre »: the newer number.
fn grown(tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(
        tokens,
        at,
        "passe de|passes de|passee de|passees de|passons de|passent de|monte de|montes de|montees de|grimpe de|went from|gone from|est alle de|evolue de"
    )?;
    let (_, end) = one_amount(tokens, next)?;
    let end = counted(tokens, end).unwrap_or(end);
    let next = phrase!(tokens, end, "a|to|jusqu a")?;
    let (last, end) = one_amount(tokens, next)?;
    let unit = counted(tokens, end).or_else(|| phrase!(tokens, end, AFFECTED));
    let other = tokens.among(end, OTHER_UNITS);
    (!other).then(|| Draft::exact(last, last, false, unit.unwrap_or(end), 0.9))
}

/// « les postes 3 et 7 », « positions 2, 4 et 6 »: as many as are named.
fn places(tokens: &Tokens, at: usize) -> Option<Draft> {
    if !tokens.among(
        at,
        "postes|positions|ecrans|consoles|tablettes|pupitres|pcs|stations|comptes|workstations",
    ) {
        return None;
    }
    let name = |at: usize| -> Option<usize> {
        let at = phrase!(tokens, at, "n|no|numero|numeros|num").unwrap_or(at);
        let at = if tokens.sign(at, 0xb0) || tokens.sign(at, 0x1a) || tokens.sign(at, b'#') {
            at + 1
        } else {
            at
        };
        tokens.number(at, 3).map(|_| at + 1)
    };
    let mut end = name(at + 1)?;
    let mut many = 1;
    for _ in 0..30 {
        let joint = if tokens.sign(end, b',') || tokens.sign(end, b'&') || tokens.sign(end, b'+') {
            end + 1
        } else if let Some(next) = phrase!(tokens, end, "et|and|ainsi que") {
            next
        } else {
            break;
        };
        let joint = phrase!(
            tokens,
            joint,
            "la position|le poste|position|poste|le|la|et"
        )
        .unwrap_or(joint);
        let Some(after) = name(joint) else { break };
        many += 1;
        end = after;
    }
    (many > 1).then(|| Draft::exact(many, many, false, end, 0.7))
}

/// « … de ma vacation », « … de la salle »: whose they are, behind a number without a noun.
fn of_ours(tokens: &Tokens, at: usize) -> Option<usize> {
    const ROOMS: &str = "vacation|salle|equipe|garde|nuit|journee|jour|service|regul|regulation|matin|matinee|soir|soiree|apres midi|cellule|poste|unite|releve|plateau|centre|promo|promotion|groupe|bureau|team|shift|room|astreinte|secretariat|samu";
    let next = phrase!(
        tokens,
        at,
        "de ma|de mon|de la|de notre|de l|du|de nos|de mes|de cette|de ce|dans la|dans ma|dans le|dans notre|en|in the|of the|of my|on my|on the|presents|presentes"
    )?;
    let after = phrase!(tokens, tokens.skip_joints(next), ROOMS)?;
    // « les 2 dans la salle » of what?
    let bound = tokens.is(at, &["de", "du", "of"]);
    bound.then_some(after)
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
fn ordinal(tokens: &Tokens, end: usize) -> bool {
    tokens.glued(end)
        && tokens.among(end, "er|ere|re|e|eme|ieme|nd|nde|st|th|rd|h|mn|min|km|x")
        && end > 0
        && tokens.get(end - 1).is_some_and(|t| t.kind == Kind::Number)
}

/// « 3 personnes blessées », « 2 personnes à bord »: those whom a call is about.
fn hurt(tokens: &Tokens, at: usize) -> bool {
    phrase!(tokens, at, "blesse|blesses|blessees|decedees|decedes|impliquees|implique|en detresse|a bord|au sol|incarcerees|incarceres|intoxiquees|intoxiques|en attente|attendent|transportees|\
             prises en charge|dans la file|a transporter|inconscientes|agees|mortes|en arret|hospitalisees|evacuees|d astreinte informatique")
        .is_some()
}

/// « 3 ARM + 2 médecins et la cadre »: the sum, from behind the first noun on.
fn sum(tokens: &Tokens, mut min: u32, mut max: u32, mut end: usize) -> (u32, u32, usize) {
    for _ in 0..8 {
        let Some(next) = plus(tokens, end) else { break };
        if let Some(after) = one_more(tokens, next) {
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
    phrase!(tokens, at, "et|plus|ainsi que|and|avec|sans compter")
}

/// « … et la cadre de nuit », « … + moi »: one person more.
fn one_more(tokens: &Tokens, at: usize) -> Option<usize> {
    if let Some(end) = phrase!(tokens, at, "moi meme|moi|me|myself|pour moi|chez moi") {
        return Some(end);
    }
    let next = phrase!(tokens, at, "la|le|l|notre|mon|ma")?;
    company::person(tokens, tokens.skip_joints(next))
}

/// « sur 6 », « des 6 », « /6 »: out of how many.
fn out_of(tokens: &Tokens, at: usize) -> Option<usize> {
    let next = if tokens.sign(at, b'/') {
        at + 1
    } else {
        phrase!(
            tokens,
            at,
            "sur les|sur nos|sur un total de|sur|des|parmi les|out of|of the|of our"
        )?
    };
    let (_, end) = number(tokens, next, 4)?;
    Some(end)
}

/// An amount: « 4 », « 4 à 5 », « 4-5 », « quatre ou cinq », « entre 5 et 10 », « une dizaine ».
pub(super) fn amount(tokens: &Tokens, at: usize) -> Option<(u32, u32, usize)> {
    let between = phrase!(tokens, at, "entre|de|between|from")
        .filter(|_| tokens.is(at, &["entre", "between"]));
    let (min, end) = one_amount(tokens, between.unwrap_or(at))?;
    let joint = phrase!(
        tokens,
        end,
        "a|ou bien|ou|voire|jusqu a|or|to|et|ou meme|ou peut etre"
    )
    .filter(|_| !tokens.is(end, &["et"]) || between.is_some())
    .or_else(|| {
        (tokens.sign(end, b'-') || tokens.sign(end, b'/') && between.is_some()).then_some(end + 1)
    })
    .or_else(|| {
        // « 4, voire 5 », « 2, 3 postes »
        let next = tokens.sign(end, b',').then_some(end + 1)?;
        phrase!(tokens, next, "voire|peut etre|ou")
    });
    if let Some(next) = joint {
        let next = phrase!(tokens, next, "meme|peut etre|voire").unwrap_or(next);
        if let Some((max, end)) = one_amount(tokens, next)
            && max > min
        {
            return Some((min, max, end));
        }
    }
    // « 12 (douze) », « douze (12) »
    if tokens.sign(end, b'(')
        && let Some((again, after)) = number(tokens, end + 1, 4)
        && again == min
        && tokens.sign(after, b')')
    {
        return Some((min, min, after + 1));
    }
    Some((min, min, end))
}

/// « une bonne dizaine », « half a dozen »
fn round_number(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    if let Some(end) = phrase!(
        tokens,
        at,
        "une demi douzaine|une demie douzaine|une petite demi douzaine|demi douzaine|demie douzaine|half a dozen|la demi douzaine"
    ) {
        return Some((6, end));
    }
    if let Some(end) = phrase!(
        tokens,
        at,
        "une paire|a couple|un duo|un binome|les deux|tous les deux|toutes les deux|tous deux|both"
    ) && !tokens.is(at, &["les"])
    {
        return Some((2, end));
    }
    let round = phrase!(
        tokens,
        at,
        "une bonne|une petite|une grosse|une|la petite|la bonne|la|notre|ma|cette|a|bien une"
    )
    .unwrap_or(at);
    let value = match tokens.word(round) {
        "dizaine" | "dixaine" | "disaine" => 10,
        "douzaine" | "dozen" => 12,
        "quinzaine" => 15,
        "vingtaine" => 20,
        "trentaine" => 30,
        "quarantaine" => 40,
        "cinquantaine" => 50,
        "soixantaine" => 60,
        "centaine" => 100,
        _ => return None,
    };
    Some((value, round + 1))
}

fn one_amount(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let mut at = at;
    for _ in 0..3 {
        let Some(next) = phrase!(
            tokens,
            at,
            "environ|env|environs|au moins|plus de|pres de|a peu pres|les|mes|nos|ces|mini|min|minimum|au minimum|about|around|at least|les autres|approximativement|approx|autour de|aux alentours de|quelque|dans les|peut etre|tous les|all|our|the|max|au maximum|maximum|jusqu a|up to|probablement|disons|plutot"
        ) else {
            break;
        };
        let next = if tokens.sign(next, b'.') && tokens.is(at, &["env", "approx", "min", "max"]) {
            next + 1
        } else {
            next
        };
        at = next;
    }
    if let Some(round) = round_number(tokens, at) {
        return Some(round);
    }
    // « 10aine »
    let (value, end) = number(tokens, at, 4)?;
    let end = if tokens.is(end, &["aine", "aines", "zaine", "ene"]) && tokens.glued(end) {
        end + 1
    } else {
        end
    };
    let year = tokens.width(at) == 4 && (1900..2100).contains(&value);
    (!year).then_some((value, end))
}

/// Whether something counted stands at `at` (« autres » and « de » may precede it), and where it
/// and its qualification end.
pub(super) fn counted(tokens: &Tokens, at: usize) -> Option<usize> {
    let mut next = at;
    for _ in 0..4 {
        if tokens.among(next, concat!("autres|autre|de|d|des|nos|mes|les|ces|petits|nouveaux|nouvelles|of|our|my|other|the|jeunes|", "seuls|seules|differents|differentes|memes|premiers|premieres|derniers|affected|impacted|braves|pauvres|vrais")) {
            next = tokens.skip_joints(next + 1);
        }
    }
    let mut end = COUNTED.end(tokens, next)?;
    if tokens.word(next).len() < 2 {
        return None;
    }
    // « (trice)s », « (s) »
    if tokens.sign(end, b'(')
        && tokens.glued(end)
        && tokens.among(end + 1, "s|e|es|trice|trices|ne|nes")
        && tokens.sign(end + 2, b')')
    {
        end += 3;
    }
    // « postes ARM », « internes en médecine » are one thing.
    if tokens.among(
        next,
        concat!(
            "postes|poste|comptes|ecrans|tablettes|assistants|assistantes|medecins|utilisateurs|",
            "position|positions|eleves|etudiants|pc|sessions|consoles|agents|collegues|personnes"
        ),
    ) && tokens.among(
        end,
        "arm|arms|medecin|medecins|regulateurs|stagiaires|stagiaire|utilisateurs|smur|regulation|regulatrices|bilan|infirmiers|ide",
    ) {
        end += 1;
    }
    Some(end)
}
