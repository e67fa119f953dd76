//! How many everyone is, said beside « tous » or « tout le monde ».

use super::super::token::{Kind, Tokens, phrase};
use super::amount::{amount, counted};
use super::people::Draft;

/// « tt le monde en salle pareil (5) », « on est tous concernés à la régulation, environ huit »:
/// how many everyone is, said where their clause or sentence closes.
pub(super) fn told_farther(tokens: &Tokens, end: usize) -> Option<Draft> {
    const OTHER: &str = "mais|sauf|hormis|sans|depuis|appel|appels|pendant|apres|avant|jusqu|toutes|chaque|faire|numero|poste|samu|centre|appelle|smur|compose|appeler";
    let mut from = end;
    for _ in 0..3 {
        let sign = (from..end + 14).find(|at| {
            !tokens
                .get(*at)
                .is_some_and(|token| token.kind == Kind::Word)
                && !tokens.sign(*at, b'\'')
        })?;
        if !matches!(
            tokens.get(sign).map(|token| token.kind),
            Some(Kind::Sign(b',' | b'(' | b':' | b'-'))
        ) || (end..sign).any(|at| tokens.among(at, OTHER))
        {
            return None;
        }
        let lead = phrase!(
            tokens,
            sign + 1,
            "soit|c est a dire|donc|on est|nous sommes|ca fait|cela fait|ce qui fait|au total|en tout|ils sont|elles sont|so|that is"
        )
        .unwrap_or(sign + 1);
        let (bracket, about) = (
            tokens.sign(sign, b'('),
            tokens.among(lead, "environ|env|bien|approximativement|about|pres") || lead > sign + 1,
        );
        if let Some((min, max, after)) = amount(tokens, lead)
            && (2..=500).contains(&min)
        {
            let unit = counted(tokens, after);
            let last = unit.unwrap_or(after);
            let closed = match tokens.get(last).map(|token| token.kind) {
                None | Some(Kind::Line | Kind::Sign(b')' | b'!' | b';')) => true,
                Some(Kind::Sign(b'.')) => tokens.number(last + 1, 4).is_none(),
                Some(Kind::Sign(b',')) => about || unit.is_some(),
                _ => false,
            };
            let told = unit.is_some() || about || bracket && tokens.sign(after, b')');
            return (closed && told).then(|| Draft::exact(min, max, true, last, 0.8));
        }
        from = sign + 1;
    }
    None
}

/// « tous nos comptes ARS, une vingtaine », « all the workstations of the room, that is 12 »: how
/// many everyone is.
pub(super) fn told_behind(tokens: &Tokens, end: usize) -> Option<Draft> {
    let sign = (end..end + 6)
        .take_while(|at| {
            *at == end
                || tokens.get(at - 1).is_some_and(|token| {
                    token.kind == Kind::Word
                        && !tokens.among(at - 1, "sauf|hormis|mais|et|ne|n|qui")
                })
        })
        .find(|at| {
            tokens.among(*at, "soit")
                || matches!(
                    tokens.get(*at).map(|t| t.kind),
                    Some(Kind::Sign(b',' | b'(' | b':' | b'-'))
                )
        })?;
    let next = if tokens.among(sign, "soit") {
        sign
    } else {
        sign + 1
    };
    let next = phrase!(
        tokens,
        next,
        "soit|c est a dire|donc|on est|nous sommes|that is|i e|so|a savoir|ca fait|cela fait|ce qui fait|environ|au total|en tout|ils sont|elles sont|we are"
    )
    .unwrap_or(next);
    let next = phrase!(tokens, next, "environ|a|au total|en tout|about").unwrap_or(next);
    let (mut min, mut max, after) = amount(tokens, next)?;
    let mut unit = counted(tokens, after);
    // « 5 ARM et 2 médecins »
    while let Some(end) = unit
        && (tokens.among(end, "et|and") || tokens.sign(end, b'+'))
        && let Some((more, most, after)) = amount(tokens, end + 1)
        && let Some(end) = counted(tokens, after)
    {
        (min, max, unit) = (min + more, max + most, Some(end));
    }
    let closed = unit.is_some()
        || matches!(
            tokens.get(after).map(|t| t.kind),
            None | Some(Kind::Line | Kind::Sign(b'.' | b',' | b')' | b';' | b'!'))
        );
    let other =
        tokens.glued(after) && tokens.sign(after, b'.') && tokens.number(after + 1, 4).is_some();
    (closed && !other && min > 1).then(|| Draft::exact(min, max, true, unit.unwrap_or(after), 0.8))
}
