//! Jobs that open their holder's sentence or stand before the name, and jobs corrected in passing.

use super::super::token::{Kind, Tokens, number};
use super::name::{Unit, arranged};
use super::placed::speaks;
use super::prose::run;
use super::{Found, role};

/// Whether the job that ends at `end` opens a sentence in which its holder speaks: « Ingénieur
/// biomédical, je relaie … », « Médecin généraliste installée à Étampes, j'ai constaté … ».
pub(super) fn opens(tokens: &Tokens, end: usize) -> bool {
    const TOLD_OF: &str = "est|sont|a|ont|n|ne|qui|injoignable|absent|absente|prevenu|prevenue|bloque|bloquee|deconnecte|deconnectee|informe|informee|averti|avertie|non|pas|plus|indisponible|contacte|contactee|touche|touchee|concerne|concernee|muet|muette";
    // « Chargée de mission « soins non programmés » à l'ARS … »: what is quoted belongs to the job.
    let quote = |at: usize| tokens.sign(at, b'"');
    let end = if quote(end) {
        (end + 1..end + 9)
            .find(|at| quote(*at))
            .map_or(end, |close| close + 1)
    } else {
        end
    };
    for at in end..(end + 12).min(tokens.len()) {
        match tokens.get(at).map(|token| token.kind) {
            Some(Kind::Sign(b',')) if tokens.among(at + 1, "je|j|i") => return true,
            Some(Kind::Sign(b'.' | b'!' | b'?' | b';' | b':')) | None => return false,
            Some(Kind::Word) => {
                let place = tokens.is(at, &["a"]) && tokens.get(at + 1).is_some();
                // « l'ARS Grand Est » has no verb.
                let east = tokens.is(at, &["est"]) && tokens.is(at.wrapping_sub(1), &["grand"]);
                let unplanned = tokens.phrase(at, "non programmes").is_some();
                if tokens.among(at, TOLD_OF) && !place && !east && !unplanned {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

/// « on est deux ARM, Florent et moi », « nous sommes 4 ARM ce soir, moi compris »: the job of all of
/// them is the writer's.
pub(super) fn one_of_us(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let next = tokens.any_phrase(
        at,
        "on est|on etait|on n est que|nous sommes|nous etions|nous ne sommes que|we are|on est que",
    )?;
    let (_, from) = number(tokens, next, 2)?;
    let end = role::role(tokens, from)?;
    let mine = (end..end + 14)
        .take_while(|at| !tokens.ends_line(*at) && !tokens.sign(*at, b'.'))
        .any(|at| {
            tokens
                .any_phrase(
                    at,
                    "et moi|moi compris|moi comprise|dont moi|moi inclus|moi incluse|moi et|and me|me included",
                )
                .is_some()
        });
    // « on est deux ARM ce matin », « nous sommes 4 ARM de nuit »: one trade for all of them, whose
    // word has no plural that would have to be undone.
    let all_alike = tokens.among(from, "arm|parm|ide|iade|ioa|iao|opq|osnp")
        && !(tokens.among(end, "et|ou|plus|pour|and|a|par|dont|sur")
            || tokens.among(end, "en")
                && !tokens.among(end + 1, "salle|poste|garde|regul|regulation|service")
            || tokens.sign(end, b'+')
            || tokens.sign(end, b',') && number(tokens, end + 1, 2).is_some());
    if !(mine || all_alike) {
        return None;
    }
    // The names behind are read on.
    Some((Found::of_job(text, tokens, from, end, 0.7), end))
}

/// « nous, ARM du SAMU 71, ne voyons plus … », « étant secrétaire au SAMU, je … », « mon poste
/// d'ARM », « as a dispatcher »: the writer's job by the words before it.
pub(super) fn led_to(text: &str, tokens: &Tokens, at: usize) -> Option<(Found, usize)> {
    let next = tokens.any_phrase(
        at,
        "mon poste de|mon poste d|mon metier de|mon metier d|mon travail de|mon travail d|mes fonctions de|mes fonctions d|ma fonction de|ma fonction d|mon role de|mon role d|etant donc|etant moi meme|etant|vous ecris comme|ecris ici comme|nous autres|as a|as an|as the|working as|acting as",
    );
    let next = match next {
        Some(next) => next,
        None if tokens.is(at, &["nous"]) && tokens.sign(at + 1, b',') => at + 2,
        None => return None,
    };
    let from = tokens.skip_joints(next);
    let end = role::role(tokens, from)
        .or_else(|| role::headed(tokens, from).filter(|_| tokens.among(at, "as|working|acting")))?;
    // « the file shows as a doctor », « le dossier étant médecin »: only where the writer speaks near.
    let near = |from: usize, to: usize| {
        (from..to).any(|at| tokens.among(at, "je|j|nous|mon|ma|mes|me|m|i|we|my|our"))
    };
    (near(at.saturating_sub(4), at + 2) || near(end, end + 9))
        .then(|| (Found::of_job(text, tokens, from, end, 0.7), end))
}

/// « auxiliaire... pardon ARM », « interne, enfin médecin depuis mai »: the job taken for the one
/// that ends at `at`.
pub(super) fn corrected(tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    let mut next = at;
    while next < at + 4 && matches!(tokens.get(next).map(|t| t.kind), Some(Kind::Sign(_))) {
        next += 1;
    }
    let after = tokens.any_phrase(
        next,
        "pardon|non pardon|euh pardon|oups|euh non|euh|enfin non|enfin|ou plutot|plutot|je veux dire|je corrige|desormais|maintenant|devenu|devenue|sorry|i mean|rather",
    )?;
    if next == at && !tokens.among(next, "pardon|devenu|devenue|ou") {
        return None;
    }
    let from = (after..after + 2)
        .find(|at| !matches!(tokens.get(*at).map(|t| t.kind), Some(Kind::Sign(_))))?;
    Some((from, role::role(tokens, from)?))
}

/// « ARM Jérémy Blot », « cadre de nuit Sonia Le Guen, poste 12 »: the name behind the job, where
/// the words end or a place or a number follows.
pub(super) fn named_behind(
    text: &str,
    tokens: &Tokens,
    at: usize,
    end: usize,
) -> Option<(Found, usize)> {
    // « Formateur référent : Hervé Tisserand »: the job of the one named, whoever that is.
    let captioned = tokens.sign(end, b':');
    let end_of_job = end;
    let end = if captioned {
        super::titles(tokens, end + 1, tokens.len().min(end + 4))
    } else {
        end
    };
    let units = run(text, tokens, end, false);
    let (first, last) = (units.first()?.from, units.last()?.to);
    let known = units.iter().any(Unit::is_given) || units.len() > 1;
    let closed = match tokens.get(last).map(|token| token.kind) {
        None | Some(Kind::Line | Kind::Number | Kind::Sign(b'.' | b'-' | b'(' | b'/')) => true,
        Some(Kind::Sign(b',')) => {
            tokens.number(last + 1, 14).is_some()
                || tokens.among(last + 1, "samu|poste|tel|dect|ch|chu|crra")
        }
        // « OSNP Lucile Menard à l'appareil »
        Some(Kind::Word) => {
            tokens.among(last, "samu|poste|tel|dect|ch|chu|crra|au")
                || speaks(tokens, last).is_some()
        }
        Some(_) => false,
    };
    if first != end || !known || !closed {
        return None;
    }
    let role_span = tokens.span(at, end_of_job);
    let found = Found {
        span: tokens.span(first, last),
        name: Some(arranged(&units)),
        role: Some((role::written(text, &role_span), role_span)),
        writer: !captioned,
        contact: false,
        score: 0.7,
    };
    Some((found, last))
}

/// « Mme Pinchon Aurélie (ARM) n'a plus accès »: whether a verb behind the job, which ends at `at`,
/// tells of its holder.
pub(super) fn is_told_of(text: &str, tokens: &Tokens, at: usize) -> bool {
    let verb = (at..at + 3)
        .find(|at| !matches!(tokens.get(*at).map(|t| t.kind), Some(Kind::Sign(_))))
        .unwrap_or(at);
    // « ARM à Nantes » folds into the verb's letter.
    let has = tokens.is(verb, &["a"]) && text.get(tokens.span(verb, verb + 1)) == Some("a");
    has || tokens.among(
        verb,
        "n|ne|est|etait|avait|nous|me|signale|vient|peut|rencontre|constate|voit|recoit|perd|reste|arrive|has|is|cannot|can|gets|lost|sees|peux|n'a|m",
    ) && !tokens.ends_line(verb - 1)
}
