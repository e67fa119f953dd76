//! What is said beside a fault's coming again: that people miss it, that it was looked for elsewhere,
//! that it is easily had.

use super::{AGAIN, REDO};
use crate::extract::token::Tokens;
use std::ops::Range;

/// « sans le son on le rate une fois sur deux »: how often people miss it, not how often it fails.
pub(super) fn is_oversight(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(2)..at).any(|verb| {
        tokens.among(
            verb,
            "rate|ratons|loupe|loupons|oublie|oublions|miss|forget",
        ) && (verb.saturating_sub(4)..verb).any(|who| tokens.among(who, "on|je|j|nous|we|i|tu"))
            && !(verb.saturating_sub(4)..at).any(|not| tokens.is(not, &["qu", "que"]))
    })
}

/// « … sur la base école », « … on the training base », « … sur un autre poste »: what was not had
/// again was looked for elsewhere.
pub(super) fn is_led_elsewhere(tokens: &Tokens, at: usize) -> bool {
    let led = tokens.any_phrase(
        at,
        "ca sur|cela sur|it on|it in|sur|en|dans|on|in|a partir d|depuis",
    );
    led.is_some_and(|next| {
        (next..next + 5)
            .take_while(|at| !tokens.ends_line(*at))
            .any(|at| {
                tokens.among(at, "formation|ecole|training|preprod|preproduction|entrainement|demo|sandbox|autre|autres|another|other")
                    || tokens.phrase(at, "bac a sable").is_some()
            })
    })
}

/// « facile à refaire », « ça se refait facilement »: said without what is had again.
pub(super) fn easy(tokens: &Tokens) -> Option<Range<usize>> {
    (0..tokens.len()).find_map(|at| {
        let to = tokens
            .any_phrase(at, "facile a|simple a|aise a|facile de le|easy to")
            .filter(|_| !tokens.among(at.wrapping_sub(1), "pas|plus|moins|peu"))
            .filter(|to| tokens.among(*to, AGAIN) || tokens.among(*to, REDO))
            .map(|to| to + 1);
        let done = || {
            tokens.any_phrase(
                at,
                "se refait facilement|se refait a volonte|se refait sans peine|se refait sans probleme|se refait quand on veut|se reproduit facilement|sur commande|on demand",
            )
        };
        let to = to.or_else(done)?;
        Some(tokens.span(at, to))
    })
}
