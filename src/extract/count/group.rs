//! Counts without a number: everyone, the writer alone, « moi et Sabrina », « plusieurs ».

use super::super::token::{Kind, Lexicon, Tokens, phrase};
use super::amount::{amount, counted};
use super::beside::{told_behind, told_farther};
use super::clause::spared;
use super::company;
use super::only_me::only_me;
use super::people::{Draft, people};
use super::whose::whose;
use super::with_me::{like_me, same, with_me};
use crate::domain::field::Count;
use std::sync::LazyLock;

static EVERYONE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(include_str!("everyone.txt")));
static VAGUE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(include_str!("vague.txt")));

/// What is said at `at`, if anything.
pub(super) fn draft(text: &str, tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    let kind = tokens.get(at)?.kind;
    if !matches!(kind, Kind::Word | Kind::Number) {
        return None;
    }
    if kind == Kind::Word {
        if !answer && let Some(draft) = portion(tokens, at) {
            return Some(draft);
        }
        if let Some(draft) = vague(tokens, at, answer) {
            return Some(draft);
        }
        if let Some(end) = only_me(tokens, at, answer) {
            return Some(Draft::exact(1, 1, false, end, 0.85));
        }
    }
    if kind == Kind::Word
        && let Some(draft) = whose(text, tokens, at)
    {
        return Some(draft);
    }
    if let Some(draft) = with_me(text, tokens, at, answer).or_else(|| like_me(tokens, at)) {
        return Some(draft);
    }
    if kind == Kind::Word
        && let Some(draft) = everyone(tokens, at, answer)
    {
        return Some(draft);
    }
    people(tokens, at, answer)
}

fn none(end: usize, vague: bool, all: bool, score: f32) -> Draft {
    Draft {
        count: Count {
            min: None,
            max: None,
            all,
        },
        end,
        vague,
        score,
    }
}

/// « plusieurs », « quelques ARM », « on est plusieurs », « les collègues aussi ».
fn vague(tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    // « mes collègues ont pareil », « d'autres postes aussi »
    if let Some(next) = phrase!(
        tokens,
        at,
        "mes|nos|les|les autres|mes autres|d autres|des|certains de mes"
    ) && let Some(end) = phrase!(
        tokens,
        next,
        "collegues|autres collegues|confreres|autres postes|postes|arm|agents|utilisateurs|autres arm|autres"
    ) && let Some(after) = same(tokens, end)
        && !spared(tokens, at, after)
    {
        return Some(none(after, true, false, 0.45));
    }
    let end = VAGUE.end(tokens, at)?;
    let counted = counted(tokens, end);
    let negated = at > 0 && tokens.is(at - 1, &["sans", "pas", "how"]);
    if let Some(draft) = counted
        .or(answer.then_some(end))
        .and_then(|end| exemplified(tokens, end))
    {
        return Some(draft);
    }
    // « on est plusieurs », not « c'est beaucoup trop long ».
    let of_us = at > 0
        && tokens.among(at - 1, "est|sommes|etait|etions|are|semblons")
        && !tokens.is(at.wrapping_sub(2), &["c", "it"])
        && !tokens.among(end, "fois|trop|plus|moins|mieux|pire")
        || phrase!(
            tokens,
            end,
            "d entre nous|of us|a l avoir|a avoir|a se plaindre|a etre|dans ce cas"
        )
        .is_some();
    let time = tokens.among(
        end,
        "fois|minutes|min|heures|jours|secondes|appels|dossiers|essais|tentatives|semaines",
    );
    let room = end > at + 1
        && tokens.among(
            end - 1,
            "salle|equipe|monde|nous|service|regulation|postes|personnes|gens",
        );
    // « c'est la moitié de nos appels », « presque tous nos dossiers »: things, nobody.
    let things = counted.is_none()
        && (end..end + 4).any(|at| {
            tokens.among(
                at,
                "appels|appel|dossiers|dossier|fiches|affaires|interventions|missions|patients|bilans|communes|adresses|lits|vehicules|messages|sms|calls|files",
            )
        });
    let counts = (answer && !time || counted.is_some() || of_us && !things || room) && !negated;
    if counts && let Some(draft) = farther(tokens, counted.unwrap_or(end)) {
        return Some(draft);
    }
    let quiet = counted.is_some_and(|end| spared(tokens, at, end));
    (counts && !quiet).then(|| none(counted.unwrap_or(end), true, false, 0.5))
}

/// « plusieurs ARM n'arrivent plus à se connecter, au moins quatre »
fn farther(tokens: &Tokens, end: usize) -> Option<Draft> {
    for at in end..(end + 14).min(tokens.len()) {
        match tokens.get(at).map(|t| t.kind) {
            Some(Kind::Sign(b',' | b'(' | b':')) => {}
            Some(Kind::Line | Kind::Sign(b'.' | b'!' | b'?' | b';')) => return None,
            _ => continue,
        }
        let Some(next) = phrase!(
            tokens,
            at + 1,
            "au moins|environ|peut etre|je dirais|disons|minimum|a priori|soit|at least|about|maybe|probablement"
        ) else {
            continue;
        };
        let next = phrase!(tokens, next, "au moins|environ").unwrap_or(next);
        let (min, max, after) = amount(tokens, next)?;
        let unit = counted(tokens, after);
        let closed = unit.is_some()
            || matches!(
                tokens.get(after).map(|t| t.kind),
                None | Some(Kind::Line | Kind::Sign(_))
            );
        return (closed && min > 1)
            .then(|| Draft::exact(min, max, false, unit.unwrap_or(after), 0.8));
    }
    None
}

/// « sur les 8 postes, 3 … », « 5 ARM dont 2 touchés », « seulement 4 ont … »: those among more.
fn portion(tokens: &Tokens, at: usize) -> Option<Draft> {
    let (next, bound) = if let Some(next) = phrase!(
        tokens,
        at,
        "sur les|sur nos|sur|parmi les|parmi nos|parmi nous|entre nous|des|out of the|out of our|of the|of our"
    ) {
        let (_, _, end) = amount(tokens, next)?;
        // « parmi nous cinq, deux … »
        let us = tokens.is(next - 1, &["nous"]);
        let end = counted(tokens, end).or(us.then_some(end))?;
        (among_them(tokens, end)?, false)
    } else {
        let next = phrase!(
            tokens,
            at,
            "dont|seulement|uniquement|seuls|seules|only|mais seulement|seuls les|seules les"
        )?;
        (next, true)
    };
    let next = phrase!(
        tokens,
        next,
        "seulement|uniquement|seuls|seules|au moins|environ|only|les|il y en a|y en a|on en a|nous en avons|j en ai|there are|we have"
    )
    .unwrap_or(next);
    let next = phrase!(tokens, next, "au moins|environ|deja").unwrap_or(next);
    let (min, max, end) = amount(tokens, next)?;
    let unit = counted(tokens, end);
    let end = unit.unwrap_or(end);
    let strikes = phrase!(tokens, end, "touche|touches|touchees|bloque|bloques|bloquees|concerne|concernes|concernees|impacte|impactes|impactees|affectes|avec|qui|ont|n ont|ne|n|sont|sans|en panne|hs|ko|n affichent|voient|restent|se retrouvent|have|are|cannot|can t|avaient|etaient|marchent pas|arrivent pas|seulement|n arrivent").is_some();
    let lost = !bound && tokens.width(end) > 4 && tokens.word(end).ends_with("ent");
    let fits = strikes || lost || !bound && (unit.is_some() || led_by_there(tokens, next));
    (fits
        && min > 0
        && max <= 5000
        && !(tokens.is(end, &["ont", "sont", "qui"]) && spared(tokens, next, end)))
    .then(|| Draft::exact(min, max, false, end, 0.95))
}

/// « … des huit positions, trois … », « sur 5 postes il y en a 4 où … »: where those among more are
/// counted, behind the whole.
fn among_them(tokens: &Tokens, end: usize) -> Option<usize> {
    let comma = (end..end + 6).find(|at| tokens.sign(*at, b','));
    let there = (end..end + 5).find(|at| phrase!(tokens, *at, THERE).is_some());
    match (comma, there) {
        (Some(comma), Some(there)) if there < comma => Some(there),
        (Some(comma), _) => Some(comma + 1),
        (None, there) => there,
    }
}

/// Words that lead to those among more.
const THERE: &str = "il y en a|y en a|on en a|nous en avons|j en ai|there are|we have";

/// Whether « il y en a » stands before the number at `at`.
fn led_by_there(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(5)..at).any(|from| phrase!(tokens, from, THERE) == Some(at))
}

/// « tout le monde », « tous les postes », « tous les 5 ARM ».
fn everyone(tokens: &Tokens, at: usize, answer: bool) -> Option<Draft> {
    if greeted(tokens, at) {
        return None;
    }
    // « on appelle donc tout le monde à la voix »: whom they call.
    if (at.saturating_sub(3)..at).any(|at| {
        tokens.among(
            at,
            "appelle|appelons|appeler|appellent|previens|previent|prevenir|prevenons|rappelle|rappelons|rappeler|contacte|contactons|contacter|avertit|avertir|remercie|remercions|demander|demande|reveille|reveiller|sms|biper|bipe",
        )
    }) {
        return None;
    }
    const THE: &str = "les|nos|mes|the|our|ces|leurs";
    let negated = at > 0 && tokens.is(at - 1, &["pas", "not"])
        || at > 1
            && tokens.is(at - 2, &["pas", "not"])
            && tokens.is(at - 1, &["sur", "chez", "pour", "on", "for"]);
    if negated {
        let next = phrase!(tokens, at + 1, THE).unwrap_or(at + 1);
        return exemplified(tokens, counted(tokens, next)?);
    }
    if tokens.among(at, "tous|toutes|all|ts|ttes") {
        let next = phrase!(tokens, at + 1, THE).unwrap_or(at + 1);
        if let Some((min, max, end)) = amount(tokens, next)
            && let Some(end) = counted(tokens, end)
        {
            return Some(Draft::exact(min, max, true, end, 0.8));
        }
        if next > at + 1
            && let Some(end) = counted(tokens, next)
        {
            if let Some(draft) = told_behind(tokens, end) {
                return Some(draft);
            }
            // « tous les utilisateurs que j'ai essayés »: still everyone.
            return Some(none(company::qualified(tokens, end), false, true, 0.55));
        }
        if next == at + 1
            && let Some((two, _, end)) = amount(tokens, at)
            && two == 2
        {
            return Some(Draft::exact(2, 2, false, end, 0.7));
        }
        // « tous les trois », « tous les 4 »
        if next > at + 1
            && let Some((min, max, end)) = amount(tokens, next)
            && min > 1
            && (answer || ours_all(tokens, at, end) || phrase!(tokens, end, "touches|pareil|concernes|impactes|bloques|dans ce cas|on|nous|avons|ont|sommes|sont|touchees|concernees").is_some())
        {
            return Some(Draft::exact(min, max, true, end, 0.75));
        }
        if answer {
            return Some(none(at + 1, false, true, 0.8));
        }
    }
    if answer
        && tokens.among(
            at,
            "tout|toute|general|generale|ensemble|totalite|partout|generalise|all|full",
        )
    {
        return Some(none(
            EVERYONE.end(tokens, at).unwrap_or(at + 1),
            false,
            true,
            0.7,
        ));
    }
    // « every dispatcher sees it »
    let each = tokens
        .is(at, &["every", "each"])
        .then(|| company::person(tokens, at + 1))
        .flatten()
        .filter(|end| tokens.among(*end, "sees|has|gets|is|loses|cannot|can|must|in|on"));
    let end = each.or_else(|| EVERYONE.end(tokens, at))?;
    // « … ne charge plus. Personne d'autre … » are two sentences.
    if tokens.is(at, &["plus"]) && tokens.sign(at + 1, b'.') {
        return None;
    }
    if tokens.is(at, &["pour", "chez", "pr"])
        && tokens.is(
            end,
            &["les", "nos", "ses", "vos", "mes", "appels", "types", "ces"],
        )
    {
        return None;
    }
    // « l'ensemble des dossiers » counts no people; « nous avons tous les jours » neither.
    let people = counted(tokens, end);
    if tokens.is(end - 1, &["des", "du"]) && people.is_none() && !tokens.is(end - 1, &["du"]) {
        return None;
    }
    if tokens.is(end - 1, &["tous", "toutes"]) && tokens.is(end, &["les", "nos", "mes", "ces"]) {
        return None;
    }
    // « personne ne peut nous répondre », « aucun poste n'est touché »
    if tokens.among(at, "personne|aucun|aucune|plus")
        && (end..end + 5).any(|at| {
            tokens.among(
                at,
                "repondre|rappeler|repond|rappelle|touche|touchee|impacte|concerne|depanner|aider|renseigner|venir|intervenir|disponible",
            )
        })
    {
        return None;
    }
    let end = people.unwrap_or(end);
    if let Some(draft) = told_farther(tokens, end) {
        return Some(draft);
    }
    Some(none(company::qualified(tokens, end), false, true, 0.52))
}

/// « ça nous arrive à tous les cinq »: « nous » stands before and the clause closes behind.
fn ours_all(tokens: &Tokens, at: usize, end: usize) -> bool {
    let closed = matches!(
        tokens.get(end).map(|token| token.kind),
        None | Some(Kind::Line | Kind::Sign(b'.' | b',' | b')' | b'!' | b';'))
    );
    closed && (at.saturating_sub(5)..at).any(|at| tokens.among(at, "nous|on"))
}

/// « bonne année à toute l'équipe », « bonjour à tous »: a greeting counts nobody.
fn greeted(tokens: &Tokens, at: usize) -> bool {
    let addressed = at > 0 && tokens.is(at - 1, &["a", "to", "et"]);
    addressed
        && (at.saturating_sub(8)..at).any(|at| {
            tokens.among(at, "bonjour|bonsoir|salut|hello|coucou|annee|voeux|merci|dear|hi|cher|chers|courage|journee|soiree|weekend|noel|fetes|bises|thanks|pensee|slt|bjr|bsr|salutations")
        })
}

/// « pas tous les postes, quatre ou cinq », « plusieurs ARM (4) »: the number behind.
fn exemplified(tokens: &Tokens, end: usize) -> Option<Draft> {
    let sign = matches!(
        tokens.get(end).map(|t| t.kind),
        Some(Kind::Sign(b',' | b'(' | b':' | b'-'))
    );
    let (min, max, after) = amount(tokens, if sign { end + 1 } else { return None })?;
    let other = tokens.among(
        after,
        "h|heures|min|minutes|fois|jours|er|appels|dossiers|secondes|semaines|essais",
    );
    let quantity = min > 1 && !other && !tokens.sign(after, b'%') && !tokens.sign(after, b'/');
    quantity.then(|| {
        Draft::exact(
            min,
            max,
            false,
            counted(tokens, after).unwrap_or(after),
            0.75,
        )
    })
}
