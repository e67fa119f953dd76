//! Who is said outright to be affected: « l'utilisateur concerné est … », « Concernés : … ».

use super::super::count::company::company;
use super::super::token::{Kind, Lexicon, Tokens, phrase};
use super::login::{login, login_at, logins};
use super::{Found, answer, written};
use std::sync::LazyLock;

/// Words that say that who follows is affected.
static MEANT: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "il s agit de|il s agit du|il s agit d|il s agit du poste de|il s agit du compte de|c est le poste de|c est le compte de|ca concerne|cela concerne|ca touche|cela touche|ca impacte|cela impacte|",
        "l utilisateur c est|l utilisatrice c est|l utilisateur est|l utilisatrice est|la personne concernee c est|le medecin concerne c est|utilisateur concerne|utilisatrice concernee|utilisateurs concernes|utilisateur concerne est|utilisatrice concernee est|utilisateur touche|utilisateur touche est|utilisateur impacte|utilisateur impacte est|utilisateur en cause est|utilisateur est|",
        "personne concernee|personne concernee est|personnes concernees sont|personne touchee est|personne touchee s appelle|personne concernee s appelle|agent touche est|agent touche s appelle|agent concerne s appelle|utilisateur concerne s appelle|utilisateur touche s appelle|utilisatrice concernee s appelle|utilisatrice touchee s appelle|medecin touche est|medecin concerne s appelle|collegue touche est|collegue touchee est|agent concerne est|l agent concerne|medecin concerne est|collegue concerne est|collegue concernee est|compte concerne est|compte concerne|sont touches|sont concernes|sont impactes|sont bloques|",
        "sont touchees|sont concernees|est touche|est concerne|est concernee|est impacte|concernes|concernees|concerne|concernee|touches|touchees|impactes|impactees|personnes touchees|affected user is|affected user|user concerned|user affected is|the user is|affected users are|",
        "it concerns|this concerns|it only concerns|it affects|this affects|it impacts|the problem concerns|the problem affects|the issue concerns|the issue affects|un souci pour|un probleme pour|le souci concerne|le probleme concerne|l incident concerne|le souci touche|le probleme touche|l incident touche|la panne touche|utilisateurs concernes sont|utilisateurs sont"
    ))
});

/// « L'utilisatrice, c'est … », « celle qui a le problème c'est … »: behind it.
fn that_is(tokens: &Tokens, at: usize) -> Option<usize> {
    let end = phrase!(
        tokens,
        at,
        "l utilisateur|l utilisatrice|l utilisateur concerne|l utilisatrice concernee|la personne concernee|la personne genee|le medecin concerne|l agent concerne|la personne|le medecin|la collegue|le collegue|l agent|celui|celle|ceux|celles|les personnes|les collegues"
    )?;
    let clause = phrase!(tokens, end, STRUCK);
    let concerned = clause.is_some()
        || tokens.among(end - 1, "utilisateur|utilisatrice|concerne|concernee|genee");
    let end = clause.unwrap_or(end);
    let mark = tokens.sign(end, b',');
    if !concerned || !mark && clause.is_none() {
        return None;
    }
    phrase!(
        tokens,
        end + usize::from(mark),
        "c est|ce sont|ce serait|est|sont"
    )
}

/// What is said of those who are struck.
const STRUCK: &str = "qui a le probleme|qui a le souci|qui a ce probleme|qui a ce souci|qui a le pb|qui ont le probleme|qui ont le souci|qui ont ce probleme|qui ont ce souci|qui est touche|qui est touchee|qui est concerne|qui est concernee|qui est gene|qui est genee|qui est bloque|qui est bloquee|qui est impacte|qui est impactee|\
    qui sont touches|qui sont concernes|qui sont bloques|qui sont genes|qui rencontre le probleme|qui rencontre le souci|qui rencontrent le probleme|qui subit|qui l a|qui l ont";

/// « c'est pas moi qui ai le souci c'est Solène Debruyne »: behind the second « c'est ».
fn not_me(tokens: &Tokens, at: usize) -> Option<usize> {
    let end = phrase!(
        tokens,
        at,
        "pas moi|pas pour moi|pas chez moi|pas mon poste|not me"
    )?;
    let denied = at > 0
        && (at.saturating_sub(3)..at).any(|at| {
            phrase!(tokens, at, "est|etait|suis|s agit|it s|is|concerne|touche").is_some()
        });
    let next = (end..end + 9).find_map(|at| {
        phrase!(
            tokens,
            at,
            "mais c est pour|mais c est chez|c est pour|c est chez|c est plutot|c est|mais plutot|mais chez|mais pour|mais|il s agit de|il s agit du|it s|it is|but"
        )
    })?;
    denied.then_some(next)
}

/// « L'utilisateur concerné est … », « Concernés : … »
pub(super) fn stated(words: &str, tokens: &Tokens) -> Option<Found> {
    (0..tokens.len()).find_map(|at| {
        if let Some(next) = not_me(tokens, at)
            && let Some(people) = company(words, tokens, tokens.skip_joints(next), false)
            && people.named
        {
            return Some(written(words, tokens, &people));
        }
        let end = MEANT.end(tokens, at).or_else(|| that_is(tokens, at))?;
        let mark = tokens.sign(end, b':') || tokens.sign(end, b'=');
        let next = if mark { end + 1 } else { end };
        let verb = tokens.is(end - 1, &["est", "sont", "is", "are", "de", "du", "d"])
            || tokens.among(
                at,
                "la|les|celui|celle|ceux|celles|ca|cela|it|this|the|il|sont|l|le|un|utilisateur|utilisateurs|personne|personnes|agent|agents",
            );
        if !mark && !verb {
            return None;
        }
        let next = phrase!(tokens, next, "est|sont|c est|is|are|:").unwrap_or(next);
        let next = phrase!(
            tokens,
            next,
            "uniquement|seulement|que|notamment|juste|surtout|only"
        )
        .unwrap_or(next);
        // « … 2 utilisateurs : Paul Roy et Julie Costa »
        let next = (next..tokens.len().min(next + 5))
            .find(|at| mark_behind_number(tokens, next, *at))
            .map_or(next, |at| at + 1);
        let next = tokens.skip_joints(next);
        if let Some(company) = company(words, tokens, next, true)
            && (company.named || company.me)
        {
            return Some(written(words, tokens, &company));
        }
        if let Some(end) = phrase!(tokens, next, "moi meme|moi|me|myself") {
            return Some(Found::Speaker(tokens.span(next, end)));
        }
        // « l'utilisateur concerné est le compte sup.nuit30 »
        let account = phrase!(tokens, next, "le|la|l|the|un|mon|notre").unwrap_or(next);
        if let Some(found) = login(words, tokens, tokens.skip_joints(account))
            .or_else(|| logins(words, tokens, next))
            .or_else(|| login_at(words, tokens, next))
        {
            return Some(found);
        }
        // « Toute la salle est concernée : le minuteur ne sonne plus »: the fault stands behind.
        let told_before =
            at > 0 && (tokens.is(at, &["est", "sont"]) || tokens.is(at - 1, &["est", "sont"]));
        if !mark || told_before {
            return None;
        }
        // « Sont touchés : 3 ARM, 2 médecins et la cadre de nuit. »
        let end = (next..tokens.len().min(next + 16))
            .find(|at| {
                matches!(
                    tokens.get(*at).map(|t| t.kind),
                    Some(Kind::Line | Kind::Sign(b'.' | b'!' | b';' | b'?'))
                )
            })
            .unwrap_or_else(|| tokens.len().min(next + 16));
        let span = tokens.span(next, end);
        let value = words.get(span.clone())?.trim();
        let told = end > next && end - next <= 14 && value.chars().any(char::is_alphabetic);
        match answer::read(value) {
            answer::Said::Named(name, _) if told => Some(Found::Named(name, span)),
            answer::Said::Me if told => Some(Found::Speaker(span)),
            _ => None,
        }
    })
}

/// Whether the colon at `at` closes « 2 utilisateurs : », which begins at `from`.
fn mark_behind_number(tokens: &Tokens, from: usize, at: usize) -> bool {
    tokens.sign(at, b':')
        && super::super::token::number(tokens, from, 3)
            .is_some_and(|(_, end)| end < at && at <= end + 2)
}
