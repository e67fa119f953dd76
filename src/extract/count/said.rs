//! Numbers that words lead to: « on est 6 », « nb users 1 », « passés de 2 à 5 », « les postes 3 et 7 ».

use super::super::token::{Kind, Lexicon, Tokens, phrase};
use super::amount::{amount, counted, one_amount, out_of};
use super::people::{AFFECTED, Draft, OTHER_UNITS, ordinal, sum};
use std::sync::LazyLock;

/// « on est 6 »: words that count who speaks.
static US: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "on est|on e|on etait|on sera|on serait|on doit etre|on devrait etre|on se retrouve|on en est|on etaient|on es|on est passe|on est passes|on est monte|",
        "on est montes|nous sommes|nous etions|nous serions|nous serons|nous devons etre|nous voila|nous en sommes|nous sommes passes|we are|we re|we were|there are|",
        "there were|they are|they re|ils sont|elles sont|ns sommes|on reste|nous restons|moi ca fait|ca en fait|ca fait|nous faisons|c est"
    ))
});

/// Words between « on est » and the number.
const FILLERS: &str = "environ|au moins|au minimum|plus de|bien|deja|maintenant|desormais|actuellement|aujourd hui|a|au total|about|seulement|que|donc|ici|tous|toutes|\
    a peu pres|encore|en tout|now|only|at least|around|pour l instant|peut etre|minimum|a present|ce soir|cette nuit|ce matin|presque|quasiment|bel et bien|plus que|apparemment";

/// « on est 6 », « nous sommes deux à l'utiliser », « on est passés de 2 à 5 ».
pub(super) fn us(tokens: &Tokens, at: usize) -> Option<Draft> {
    if let Some(draft) = grown(tokens, at) {
        return Some(draft);
    }
    let mut next = US.end(tokens, at)?;
    // « le bandeau affiche 2 agents alors qu'on est 7 »: how many are there.
    if at > 1 && tokens.among(at - 1, "qu|que") && tokens.is(at - 2, &["alors"]) {
        return None;
    }
    let weak = tokens.is(at, &["c", "ca", "ils", "elles", "they", "there"]);
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
        || tokens.sign(end, b':') && tokens.glued(end + 1)
        || ordinal(tokens, end)
        || article
        || the && unit.is_none() && affected.is_none();
    let weak = weak && unit.is_none() && affected.is_none() && !they(tokens, at, end);
    if other || min == 0 || min > 5000 || weak {
        return None;
    }
    let (min, max, end) = match unit {
        Some(after) => sum(tokens, min, max, after),
        None => {
            let end = affected.unwrap_or(end);
            in_two_places(tokens, end).map_or((min, max, end), |(more, after)| {
                (min.saturating_add(more), max.saturating_add(more), after)
            })
        }
    };
    let end = out_of(tokens, end).unwrap_or(end);
    Some(Draft::exact(min, max, all, end, 0.85))
}

/// « … pour les stagiaires. Ils sont douze. »: people spoken of before, whose number closes the
/// clause at `end`.
fn they(tokens: &Tokens, at: usize, end: usize) -> bool {
    let end = phrase!(
        tokens,
        end,
        "en journee|en semaine|de jour|de nuit|la nuit|le jour|le soir|le matin|par garde|par equipe|par vacation|par poste|le week end|au total|en tout|en salle|ce jour|aujourd hui|ce soir|cette nuit|in total|on duty|on shift|today|tonight|in the room"
    )
    .unwrap_or(end);
    let closed = matches!(
        tokens.get(end).map(|token| token.kind),
        None | Some(Kind::Line | Kind::Sign(b'.' | b',' | b')' | b'!' | b';'))
    ) && !(tokens.sign(end, b'.') && tokens.glued(end + 1));
    tokens.among(at, "ils|elles|they")
        && closed
        && (at.saturating_sub(40)..at).any(|at| {
            (tokens.word(at).ends_with('s') || at > 0 && tokens.among(at - 1, "chaque|every|each"))
                && !tokens.among(at, MACHINES)
                && (counted(tokens, at).is_some() || super::company::person(tokens, at).is_some())
        })
}

/// Machines, which stand for those who sit at them, but are not « they ».
const MACHINES: &str = "postes|ecrans|tablettes|comptes|positions|sessions|consoles|stations|machines|ordinateurs|pcs|casques|telephones|smartphones|portables|pupitres|terminaux|identifiants|logins|cas";

/// « 2 en salle et 2 au PC évasan », « deux de jour et trois de nuit »: how many more, behind the
/// first number.
pub(super) fn in_two_places(tokens: &Tokens, end: usize) -> Option<(u32, usize)> {
    const AT: &str = "en|au|aux|a|dans|de|sur|cote|du|in|at|on";
    let mut end = end;
    let mut sum = 0_u32;
    // « 2 en salle, 1 au SMUR et 1 en télétravail »: « et » stands before the last one.
    for _ in 0..6 {
        if !tokens.among(end, AT) {
            return None;
        }
        let joint = (end + 1..end + 6)
            .take_while(|at| {
                tokens
                    .get(*at)
                    .is_some_and(|token| token.kind == Kind::Word || tokens.sign(*at, b','))
            })
            .find(|at| tokens.among(*at, "et|plus|and") || tokens.sign(*at, b','))?;
        let (more, most, after) = amount(tokens, joint + 1)?;
        let placed = tokens.among(after, AT) && !tokens.among(after, OTHER_UNITS);
        if !placed || more != most || !(1..=200).contains(&more) {
            return None;
        }
        sum = sum.saturating_add(more);
        if !tokens.sign(joint, b',') {
            return Some((sum, after));
        }
        end = after;
    }
    None
}

/// « 2 en salle, 1 au SMUR et 1 en télétravail » as an answer.
pub(super) fn placed(tokens: &Tokens) -> Option<Draft> {
    let (min, max, end) = amount(tokens, 0)?;
    let (more, end) = in_two_places(tokens, end)?;
    let other = tokens.among(end, OTHER_UNITS);
    (!other).then(|| Draft::exact(min + more, max + more, false, end, 0.8))
}

/// « cela n'en touche que 3 », « ça n'en concerne que deux »: of those spoken of before.
pub(super) fn only_some(tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(
        tokens,
        at,
        "en touche que|en concerne que|en affecte que|en impacte que|en gene que|en bloque que|n en touche que|n en concerne que"
    )?;
    let (min, max, end) = amount(tokens, next)?;
    let other = tokens.among(end, OTHER_UNITS) || tokens.sign(end, b'%');
    (!other).then(|| Draft::exact(min, max, false, end, 0.9))
}

/// « Nb users 1 », « # of users: 6 to 8 », « utilisateurs impactés : 4 » in running text.
pub(super) fn asked(tokens: &Tokens, at: usize) -> Option<Draft> {
    let next = phrase!(
        tokens,
        at,
        "nb users|nb user|nb d utilisateurs|nb utilisateurs|nb de personnes|nb personnes|nb pers|nb impactes|nb de postes|nb postes|nb d arm|nb d agents|nbre d utilisateurs|nbre de personnes|nbre utilisateurs|nombre d utilisateurs|         nombre d utilisateurs impactes|nombre de personnes|nombre de postes|nombre d agents|nombre d arm|nombre de personnes impactees|nombre d impactes|number of users|of users|users affected|users impacted|affected users|impacted users|no of users|         number of people|utilisateurs impactes|utilisateurs touches|utilisateurs concernes|personnes touchees|personnes impactees|postes touches|postes impactes|agents touches|agents impactes|impactes|impactees|nombre d utilisateurs concernes|nombre d utilisateurs touches|effectif touche"
    )?;
    let next = phrase!(
        tokens,
        next,
        "impactes est de|touches est de|concernes est de|impactes est|touches est|concernes est|impactes|touches|concernes|impactees|est de|est d|est estime a|s eleve a|serait de|est|is|are"
    )
    .unwrap_or(next);
    let next = if tokens.sign(next, b':') || tokens.sign(next, b'=') || tokens.sign(next, b'-') {
        next + 1
    } else {
        next
    };
    let (min, max, end) = amount(tokens, next)?;
    let one = tokens.is(next, &["un", "une"])
        && tokens
            .get(end)
            .is_some_and(|token| token.kind == Kind::Word)
        && !tokens.among(end, "seul|seule|seulement|uniquement|a");
    let listed = one || tokens.is(next, &["les"]);
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

/// « le poste 4 et le poste 7 », « le poste 2, le 3 et le 5 »: as many as are named.
fn one_by_one(tokens: &Tokens, at: usize) -> Option<Draft> {
    const ONE: &str = "poste|position|ecran|tablette|console|pupitre|workstation";
    let numbered = |at: usize| tokens.number(at, 2).map(|_| at + 1);
    let mut end = phrase!(tokens, at, "le poste|la position|l ecran|la tablette|la console|le pupitre|workstation|au poste|du poste|a la position|poste|position").and_then(numbered)?;
    let mut many = 1;
    for _ in 0..20 {
        let next = if tokens.sign(end, b',') {
            phrase!(tokens, end + 1, "et").unwrap_or(end + 1)
        } else if let Some(next) = phrase!(tokens, end, "et|et sur|et aussi|ainsi que|puis|and") {
            next
        } else {
            break;
        };
        let next = phrase!(tokens, next, "sur|pareil sur|a").unwrap_or(next);
        let Some(the) = phrase!(tokens, next, "le|la|l|au|du|workstation|poste|position") else {
            break;
        };
        let unit = if tokens.among(the, ONE) { the + 1 } else { the };
        let Some(after) = numbered(unit).filter(|after| !tokens.among(*after, OTHER_UNITS)) else {
            break;
        };
        many += 1;
        end = after;
    }
    (many > 1).then(|| Draft::exact(many, many, false, end, 0.72))
}

/// « les postes 3 et 7 », « positions 2, 4 et 6 »: as many as are named.
pub(super) fn places(tokens: &Tokens, at: usize) -> Option<Draft> {
    if let Some(draft) = one_by_one(tokens, at) {
        return Some(draft);
    }
    let plural = tokens.among(
        at,
        "postes|positions|ecrans|consoles|tablettes|pupitres|pcs|stations|comptes|workstations",
    );
    // « les tablette smur 2 et 4 »
    let article = at > 0 && tokens.among(at - 1, "les|nos|mes|des|aux");
    let singular = tokens.among(
        at,
        "poste|position|ecran|console|tablette|pupitre|pc|station",
    );
    if !(plural || article && singular) {
        return None;
    }
    // « les postes ARM 1, 3 et 4 »
    let at = phrase!(tokens, at + 1, "de regulation|de regul|de nuit|de jour|regulation|regul|arm|medecin|medecins|smur|samu|regulateur|regulateurs|ide|du smur|des arm|numero|numeros")
        .map_or(at, |next| next - 1);
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
