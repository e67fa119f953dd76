//! Accounts that are affected, by their login.

use super::super::token::{Kind, Tokens, phrase};
use super::Found;

/// « le compte regul86-2 », « login s.veyssiere »
pub(super) fn login(words: &str, tokens: &Tokens, at: usize) -> Option<Found> {
    let next = phrase!(
        tokens,
        at,
        "compte|login|identifiant|compte generique|compte nominatif|compte utilisateur|session|account|user|utilisateur"
    )?;
    let next = if tokens.sign(next, b':') || tokens.sign(next, b'"') || tokens.sign(next, 0x1a) {
        next + 1
    } else {
        next
    };
    login_at(words, tokens, next)
        .or_else(|| {
            // « le compte relais-nuit »: two words in small letters.
            let account = tokens.among(next - 1, "compte|login|identifiant|account");
            let value = words.get(tokens.span(next, next + 3))?;
            let joined = tokens.sign(next + 1, b'-')
                && tokens.glued(next + 1)
                && tokens.glued(next + 2)
                && !tokens.word(next).is_empty()
                && !tokens.word(next + 2).is_empty()
                && !value.contains(char::is_uppercase)
                && !tokens.among(next + 2, "ci|la|meme|t|il|elle|ce|on|je|vous|rendu|rendus");
            (account && joined).then(|| Found::Named(value.to_owned(), tokens.span(next, next + 3)))
        })
        .or_else(|| plain(words, tokens, next))
}

/// « le login jdurand est refusé », « compte mdupont désactivé »: one small word that no account is
/// described by, and what befalls it.
fn plain(words: &str, tokens: &Tokens, next: usize) -> Option<Found> {
    const BEFALLS: &str = "est|n|ne|verrouille|bloque|desactive|refuse|expire|inconnu|invalide|rejete|inactif|supprime|suspendu|is|locked|refused|rejected|disabled|blocked";
    const DESCRIBED: &str = "generique|partage|commun|unique|nominatif|windows|outlook|messagerie|portail|samu|smur|regul|regulation|formation|test|admin|administrateur|utilisateur|invite|stagiaire|medecin|local|reseau|session|perso|personnel|professionnel|principal|secondaire|rendu|celui|cela|elle|celle|personne|mail|application|logiciel|ancien|nouveau|provisoire|temporaire|password|mobile|externe|interne|secretariat|service|habituel|correct|saisi|valide";
    let account = tokens.among(next.checked_sub(1)?, "compte|login|identifiant|account");
    let word = tokens.word(next);
    let value = words.get(tokens.span(next, next + 1))?;
    let fits = account
        && (5..=20).contains(&word.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && !tokens.among(next, BEFALLS)
        && !tokens.among(next, DESCRIBED)
        && tokens.among(next + 1, BEFALLS);
    fits.then(|| Found::Named(value.to_owned(), tokens.span(next, next + 1)))
}

/// « regul86-2 », « s.veyssiere »
pub(super) fn login_at(words: &str, tokens: &Tokens, next: usize) -> Option<Found> {
    let mut end = next;
    while end < tokens.len()
        && (end == next || tokens.glued(end))
        && matches!(
            tokens.get(end).map(|t| t.kind),
            Some(Kind::Word | Kind::Number | Kind::Sign(b'.' | b'-' | b'_'))
        )
    {
        end += 1;
    }
    while end > next && matches!(tokens.get(end - 1).map(|t| t.kind), Some(Kind::Sign(_))) {
        end -= 1;
    }
    let parts = end - next;
    let mixed = parts > 1
        && tokens.get(next).is_some_and(|t| t.kind == Kind::Word)
        && (next + 1..end).any(|at| {
            matches!(
                tokens.get(at).map(|t| t.kind),
                Some(Kind::Number | Kind::Sign(b'.' | b'_'))
            )
        });
    let span = tokens.span(next, end);
    let value = words.get(span.clone())?;
    (mixed && !value.contains("si-samu")).then(|| Found::Named(value.to_owned(), span))
}

/// « PC-REG-01, PC-REG-02 et PC-REG-05 »: two and more, one after another.
pub(super) fn logins(words: &str, tokens: &Tokens, at: usize) -> Option<Found> {
    let (_, end) = super::super::count::named_places(tokens, at)?;
    let span = tokens.span(at, end);
    let value = words.get(span.clone())?;
    Some(Found::Named(value.to_owned(), span))
}
