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

/// « pas avec toutes les communes », « pas sur tous les dossiers »: now and then; « pas sur tous les
/// postes » tells who has it.
pub(super) fn not_with_all(tokens: &Tokens) -> Option<Range<usize>> {
    (0..tokens.len()).find_map(|at| {
        let to = tokens.any_phrase(
            at,
            "pas avec tous|pas avec toutes|pas sur tous|pas sur toutes|pas pour tous|pas pour toutes|pas dans tous|pas a tous|not with all|not with every|not for all",
        )?;
        let who = (to..to + 3).any(|near| {
            tokens.among(
                near,
                "postes|utilisateurs|collegues|arm|agents|medecins|ecrans|pc|sites|positions|users|monde|navigateurs|equipes|salles|machines|ordinateurs|tablettes",
            )
        });
        let noun = tokens.is(to, &["les", "mes", "nos", "ces"]) || !tokens.word(to).is_empty();
        (noun && !who).then(|| tokens.span(at, (to + 2).min(tokens.len())))
    })
}

/// « Cela passe en général au troisième ou quatrième essai », « ça finit par partir au bout du 3e
/// clic »: now and then.
pub(super) fn at_a_later_try(tokens: &Tokens) -> Option<Range<usize>> {
    const WORKS: &str = "passe|passent|passer|marche|fonctionne|part|partent|partir|aboutit|aboutir|ouvre|ouvrir|reussit|accepte|works|succeeds";
    const TRY: &str = "essai|essais|coup|fois|tentative|clic|envoi|try|attempt";
    const LATER: &str = "deuxieme|second|seconde|troisieme|quatrieme|cinquieme|sixieme|dixieme|nieme|enieme|third|fourth|e|eme";
    (0..tokens.len()).find_map(|at| {
        if !tokens.among(at, WORKS) || (at.saturating_sub(2)..at).any(|at| tokens.among(at, "ne|n"))
        {
            return None;
        }
        let to = (at + 1..at + 12)
            .take_while(|near| !tokens.ends_line(*near) && !tokens.sign(*near, b'.'))
            .find(|near| tokens.among(*near, TRY))?;
        let led = (at + 1..to).any(|near| tokens.among(near, "au|a|bout|on|the|apres"));
        let later = (at + 1..to).any(|near| tokens.among(near, LATER));
        (led && later).then(|| tokens.span(at, to + 1))
    })
}

/// « certains dossiers s'ouvrent, d'autres non »: now and then; of workstations it tells who has it.
pub(super) fn some_and_others(tokens: &Tokens) -> Option<Range<usize>> {
    const WHOSE: &str = "postes|poste|collegues|utilisateurs|agents|arm|medecins|comptes|pc|ordinateurs|machines|ecrans|tablettes|personnes|sites";
    (0..tokens.len()).find_map(|at| {
        if !tokens.among(at, "certains|certaines|some") || tokens.among(at + 1, WHOSE) {
            return None;
        }
        (at + 2..at + 14)
            .take_while(|near| !tokens.ends_line(*near) && !tokens.sign(*near, b'.'))
            .find_map(|near| {
                tokens.any_phrase(
                    near,
                    "d autres non|d autres pas|d autres oui|pas d autres|others not|others don t|d autres si",
                )
            })
            .filter(|end| !tokens.among(*end, WHOSE))
            .map(|end| tokens.span(at, end))
    })
}

/// « …, ça se reproduit, … »: said outright, without when or whether.
pub(super) fn comes_again(tokens: &Tokens, at: usize, from: usize) -> bool {
    at >= 2
        && tokens.is(at - 1, &["se"])
        && tokens.among(at - 2, "ca|cela|probleme|incident|bug|souci|erreur|panne")
        && (tokens.word(at + 1).is_empty()
            || tokens.among(
                at + 1,
                "toujours|tjs|tjrs|constamment|invariablement|partout|aussitot|immediatement|ensuite|forcement",
            ))
        && tokens.number(at + 1, 4).is_none()
        && !(from..at).any(|near| {
            tokens.among(
                near,
                "si|s|des|quand|lorsque|que|qu|jusqu|ne|n|comment|pourquoi|fois",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_with_all_is_now_and_then_but_people_are_counted() {
        for text in [
            "pas avec toutes les communes",
            "ça ne bloque pas sur tous les dossiers",
            "not for all calls",
        ] {
            assert!(not_with_all(&Tokens::new(text)).is_some(), "{text}");
        }
        for text in ["pas sur tous les postes", "pas pour tous les collègues"] {
            assert!(not_with_all(&Tokens::new(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn some_and_not_others_is_now_and_then() {
        for text in [
            "Certains dossiers s'ouvrent, d'autres non",
            "certaines fiches passent et d'autres pas",
            "some calls arrive, others don't",
        ] {
            assert!(some_and_others(&Tokens::new(text)).is_some(), "{text}");
        }
        for text in [
            "certains postes sont touchés, d'autres non",
            "certains collègues l'ont, d'autres pas",
            "certains dossiers sont vides",
        ] {
            assert!(some_and_others(&Tokens::new(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn what_works_at_a_later_try_comes_now_and_then() {
        for text in [
            "Cela passe en général au troisième ou quatrième essai",
            "ça finit par partir au bout du 3e clic",
            "la page s'ouvre à la deuxième tentative",
        ] {
            assert!(at_a_later_try(&Tokens::new(text)).is_some(), "{text}");
        }
        for text in [
            "rien ne part au deuxième clic",
            "l'appel passe au deuxième poste",
            "cela ne marche pas au premier essai",
        ] {
            assert!(at_a_later_try(&Tokens::new(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn what_comes_again_is_said_outright() {
        let comes = |text: &str| {
            let tokens = Tokens::new(text);
            (0..tokens.len()).any(|at| tokens.is(at, &["reproduit"]) && comes_again(&tokens, at, 0))
        };
        assert!(comes("trois postes, ça se reproduit, en prod"));
        assert!(comes("oui le problème se reproduit."));
        assert!(comes("Cela se reproduit toujours."));
        assert!(comes("Le souci se reproduit constamment"));
        assert!(comes("ça se reproduit aussitôt."));
        assert!(!comes("cela ne se reproduit pas toujours"));
        assert!(!comes("une capture dès que ça se reproduit."));
        assert!(!comes("je vous dirai si ça se reproduit"));
    }
}
