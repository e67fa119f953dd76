//! How who passes a report on presents its author: « remonté par notre ARM de nuit ».

use super::super::token::{Kind, Tokens, phrase};
use super::role;
use std::ops::Range;

/// The job of the author whose words are passed on, and its bytes: « le mot de l'interne »,
/// « une demande d'une de nos ARM ».
#[must_use]
pub fn presented(text: &str) -> Option<(String, Range<usize>)> {
    let tokens = Tokens::new(text);
    (0..tokens.len()).find_map(|at| {
        let next = phrase!(
            tokens,
            at,
            "remonte par|remontee par|signale par|signalee par|signales par|constate par|constatee par|rencontre par|rencontree par|rencontres par|emis par|emise par|releve par|relevee par|rapporte par|rapportee par|decrit par|decrite par|declare par|declaree par|transmis par|transmise par|ecrit par|fait par|observe par|observee par|rencontrent par|\
             mot de|mot d|mot du|message de|message d|message du|mail de|mail d|mail du|demande de|demande d|demande du|souci de|souci d|souci du|probleme de|probleme d|probleme du|signalement de|signalement d|signalement du|incident de|incident d|retour de|retour d|retour du|reported by|raised by|message from|mail from|report from"
        )?;
        let next = tokens.skip_joints(next);
        let owned = phrase!(
            tokens,
            next,
            "notre|mon|ma|une de nos|un de nos|l une de nos|l un de nos|une de mes|un de mes|une des|un des|une|un|le|la|l|our|my|one of our|the|a"
        );
        // « mail du médecin » has its article in its preposition.
        let from = match owned {
            Some(owned) => tokens.skip_joints(owned),
            None if tokens.is(next - 1, &["du"]) => next,
            None => return None,
        };
        let from = phrase!(tokens, from, "collegue|jeune|nouvelle|nouveau").unwrap_or(from);
        let end = role::role(&tokens, from)?;
        // « le médecin Roy » has a name, which is read elsewhere.
        let named = tokens.get(end).is_some_and(|token| token.kind == Kind::Word)
            && text
                .get(tokens.span(end, end + 1))
                .is_some_and(|word| word.starts_with(char::is_uppercase));
        let span = tokens.span(from, end);
        (!named).then(|| (role::written(text, &span), span))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_author_of_what_is_passed_on_has_a_job() {
        for (text, told) in [
            (
                "le souci ci-dessous, remonté par notre ARM de nuit.",
                Some("ARM de nuit"),
            ),
            (
                "voir le problème rencontré par une de nos ARM.",
                Some("ARM"),
            ),
            (
                "Je vous recopie le mot de l'interne, désolée",
                Some("interne"),
            ),
            (
                "Suite au mail du médecin régulateur ci-dessous",
                Some("médecin régulateur"),
            ),
            (
                "a report from our supervisor, see below",
                Some("supervisor"),
            ),
            ("La demande de renfort est bloquée", None),
            ("Le message de validation ne part plus", None),
            ("remonté par notre informatique", None),
        ] {
            assert_eq!(
                presented(text).map(|(role, _)| role).as_deref(),
                told,
                "{text}"
            );
        }
    }
}
